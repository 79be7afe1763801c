# terraform apply -invoke=action.talonone_clear_audience.season
action "talonone_clear_audience" "season" {
  config {
    audience_id = 748
  }
}
