# Needs the emulator (or a deployment made for tests) and the TALONONE_ variables. What the runs create is destroyed at
# the end.
provider "talonone" {}

run "the_first_customers_join" {
  assert {
    condition     = talonone_audience_memberships.season.member_count == 3
    error_message = "The audience has ${talonone_audience_memberships.season.member_count} members."
  }
  assert {
    condition     = talonone_catalog_items.season.last_sync.added == 2
    error_message = "${talonone_catalog_items.season.last_sync.added} items were added."
  }
}

# A plan already knows how much it will do.
run "one_customer_leaves" {
  command = plan

  variables {
    customers = ["customer-1", "customer-2"]
  }
  assert {
    condition     = talonone_audience_memberships.season.last_sync.removed == 1 && talonone_audience_memberships.season.last_sync.added == 0
    error_message = "${talonone_audience_memberships.season.last_sync.removed} members leave."
  }
}

run "prices_change_in_one_request" {
  variables {
    discount_percent = 50
  }
  assert {
    condition     = talonone_catalog_items.season.last_sync.updated == 2 && talonone_catalog_items.season.last_sync.removed == 0
    error_message = "The plan says: ${talonone_catalog_items.season.last_sync.summary}."
  }
}
