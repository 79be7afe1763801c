# terraform query -generate-config-out=audiences.tf
list "talonone_audience" "live" {
  provider = talonone

  config {
    sandbox = false
  }
}
