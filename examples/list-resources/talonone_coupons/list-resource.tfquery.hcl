list "talonone_coupons" "summer" {
  provider         = talonone
  include_resource = true

  config {
    application_id = 1
    name_regex     = "^Summer"
  }
}
