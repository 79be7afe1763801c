import {
  to = talonone_referrals.program
  id = "11"
}
