# terraform query -generate-config-out=generated.tf
#
# Terraform 1.14 and later.
list "talonone_audience" "all" {
  provider = talonone
  limit    = 10000
}

list "talonone_referral" "campaign_11" {
  provider = talonone
  limit    = 10000

  config {
    campaign_id = 11
  }
}
