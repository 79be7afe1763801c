import {
  to = talonone_collection.partners
  identity = {
    id             = 302
    application_id = 1
    campaign_id    = 12
  }
}
