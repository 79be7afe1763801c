import {
  to = talonone_store.harbour
  id = "1/harbour-street"
}
