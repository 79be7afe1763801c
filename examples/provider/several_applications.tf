# One Integration API key opens one Application: an alias for each further one.
variable "outlet_integration_api_key" {
  type      = string
  sensitive = true
  ephemeral = true # or a saved plan would hold it
}

provider "talonone" {
  alias               = "outlet"
  integration_api_key = var.outlet_integration_api_key
}

resource "talonone_audience" "outlet_regulars" {
  provider = talonone.outlet
  name     = "Outlet regulars"
}
