terraform {
  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

# Everything comes from environment variables: TALONONE_BASE_URL, TALONONE_INTEGRATION_API_KEY and TALONONE_MANAGEMENT_API_KEY.
provider "talonone" {}
