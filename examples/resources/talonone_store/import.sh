# By the ID of the Application and the integration ID of the store.
terraform import talonone_store.harbour 1/harbour-street
