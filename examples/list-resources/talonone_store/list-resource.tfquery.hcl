list "talonone_store" "shop" {
  provider = talonone

  config {
    application_id = 1
  }
}
