# terraform apply -invoke=action.talonone_update_audience_customer_attributes.german
action "talonone_update_audience_customer_attributes" "german" {
  config {
    audience_id = 748
    attributes  = jsonencode({ Language = "de" })
  }
}
