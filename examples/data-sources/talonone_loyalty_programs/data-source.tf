# The profile-based programs of the live environment.
data "talonone_loyalty_programs" "live" {
  sandbox    = false
  card_based = false
}

output "loyalty_programs" {
  value = { for program in data.talonone_loyalty_programs.live.loyalty_programs : program.name => program.id }
}
