import {
  to = talonone_audience_memberships.staff
  identity = {
    audience_id = 748
  }
}
