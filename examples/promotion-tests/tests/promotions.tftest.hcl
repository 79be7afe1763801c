# Against a deployment. The check block of main.tf fails a run by itself.

run "this_season" {
  command = plan
}

run "winter_before_it_begins" {
  command = plan

  variables {
    carts_file = "winter.csv"
    now        = "2099-12-24T12:00:00Z"
  }
}

# A closer look at one cart.
run "free_bag_for_gold_customers" {
  command = plan

  assert {
    condition     = contains(data.talonone_session_evaluation.cart["gold customer with two sneakers"].free_items, "BAG")
    error_message = data.talonone_session_evaluation.cart["gold customer with two sneakers"].summary
  }
}
