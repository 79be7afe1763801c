# Needs no deployment: Terraform invents the computed values itself.
mock_provider "talonone" {
  mock_resource "talonone_audience" {
    defaults = {
      id = 42
    }
  }
  # What a look-up finds is invented, too.
  mock_data "talonone_application" {
    defaults = {
      id = 7
    }
  }
}

run "names_follow_the_season" {
  variables {
    season = "Summer"
  }
  assert {
    condition     = talonone_audience.season.name == "Summer shoppers"
    error_message = "The audience is called ${talonone_audience.season.name}."
  }
  assert {
    condition     = talonone_audience.season.subscribed_application_ids == tolist([7])
    error_message = "The audience is connected to ${jsonencode(talonone_audience.season.subscribed_application_ids)}."
  }
  assert {
    condition     = output.audience_id == 42
    error_message = "The module doesn't pass on the ID of the audience."
  }
}

run "prices_are_reduced" {
  command = plan

  variables {
    prices           = { A = 10, B = 0.3 }
    discount_percent = 25
  }
  assert {
    condition     = jsondecode(talonone_catalog_items.season.items) == { A = { price = 7.5 }, B = { price = 0.225 } }
    error_message = "The items are ${talonone_catalog_items.season.items}."
  }
}

# The provider's functions do their work in a mocked test too.
run "members_are_listed" {
  command = plan

  variables {
    customers = ["b", "a"]
  }
  assert {
    condition     = jsondecode(talonone_audience_memberships.season.members_json) == { a = true, b = true }
    error_message = "The members are ${talonone_audience_memberships.season.members_json}."
  }
}

run "a_season_needs_a_name" {
  command = plan

  variables {
    season = ""
  }
  expect_failures = [var.season]
}
