# All live Applications.
data "talonone_applications" "live" {
  sandbox = false
}

output "live_application_ids" {
  value = { for app in data.talonone_applications.live.applications : app.name => app.id }
}
