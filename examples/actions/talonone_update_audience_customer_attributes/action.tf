data "talonone_audience" "german" {
  name = "German newsletter"
}

# terraform apply -invoke=action.talonone_update_audience_customer_attributes.german
action "talonone_update_audience_customer_attributes" "german" {
  config {
    audience_id = data.talonone_audience.german.id
    attributes  = jsonencode({ Language = "de" })
  }
}
