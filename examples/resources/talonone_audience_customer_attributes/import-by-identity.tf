import {
  to = talonone_audience_customer_attributes.german
  identity = {
    audience_id = 748
  }
}
