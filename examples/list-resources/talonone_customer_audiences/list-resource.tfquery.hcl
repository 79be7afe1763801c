list "talonone_customer_audiences" "vip" {
  provider         = talonone
  include_resource = true

  config {
    audience_id = 748
  }
}
