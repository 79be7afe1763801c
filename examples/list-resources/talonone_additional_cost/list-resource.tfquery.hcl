list "talonone_additional_cost" "all" {
  provider = talonone
}
