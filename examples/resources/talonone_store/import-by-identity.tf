import {
  to = talonone_store.harbour
  identity = {
    application_id = 1
    integration_id = "harbour-street"
  }
}
