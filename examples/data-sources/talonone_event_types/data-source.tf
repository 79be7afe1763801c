data "talonone_event_types" "all" {}

output "event_types" {
  value = data.talonone_event_types.all.event_types[*].name
}
