import {
  to = talonone_audience_memberships.staff
  id = "748"
}
