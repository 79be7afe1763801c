# Files as spreadsheets, shops and warehouses export them. The guide "Catalogs and member lists from spreadsheets and
# exports" explains each of them. Try them against the emulator.
terraform {
  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

resource "talonone_audience" "newsletter" {
  name = "Newsletter"
}
