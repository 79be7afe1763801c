import {
  to = talonone_audience_membership.anna
  id = "748/customer-1"
}
