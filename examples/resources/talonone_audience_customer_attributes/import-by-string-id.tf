import {
  to = talonone_audience_customer_attributes.german
  id = "748"
}
