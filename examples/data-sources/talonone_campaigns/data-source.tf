data "talonone_application" "shop" {
  name = "Web shop"
}

# The running campaigns of an Application that have coupons.
data "talonone_campaigns" "running" {
  application_id = data.talonone_application.shop.id
  frontend_state = "running"
  features       = ["coupons"]
}

output "running_campaigns" {
  value = data.talonone_campaigns.running.campaigns[*].name
}
