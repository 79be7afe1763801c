data "talonone_audience" "season" {
  name = "Season shoppers"
}

# terraform apply -invoke=action.talonone_clear_audience.season
action "talonone_clear_audience" "season" {
  config {
    audience_id = data.talonone_audience.season.id
  }
}
