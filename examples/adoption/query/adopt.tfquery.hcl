# terraform query -generate-config-out=generated.tf
#
# Terraform 1.14 and later. Without limit, a query stops after 100 results.
list "talonone_audience" "audience" {
  provider = talonone
  limit    = 10000
}

list "talonone_referral" "referral" {
  provider = talonone
  limit    = 10000

  config {
    campaign_id = 11
  }
}
