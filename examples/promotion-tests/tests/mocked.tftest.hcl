# Without a deployment: tests the table and the expressions around it, and says
# nothing about the campaigns.

mock_provider "talonone" {
  mock_data "talonone_session_evaluation" {
    defaults = {
      payable            = 109.90
      total_discount     = 10
      accepted_coupons   = ["SUMMER10"]
      rejected_coupons   = {}
      total_points_added = 20
      points_added       = { Points = 20 }
      free_items         = ["BAG"]
      discounts          = [{ name = "Summer sale", value = 10 }]
      effects            = [{ effect_type = "setDiscount", props = "{\"name\":\"Summer sale\",\"value\":10}" }]
      summary            = "Payable: 109.90 (119.90 - 10.00)"
    }
  }
}

variables {
  carts_file = "mocked.csv"
}

run "a_cart_that_gets_what_the_table_says" {
  command = plan

  assert {
    condition     = length(output.wrong_carts) == 0
    error_message = "The mock gets what the table says, and is reported all the same."
  }

  assert {
    condition     = data.talonone_session_evaluation.cart["gold"].discounts[0].value == 10
    error_message = "Discounts can't be mocked."
  }
}

run "a_cart_that_gets_something_else" {
  command = plan

  override_data {
    target = data.talonone_session_evaluation.cart
    values = {
      payable = 119.90
      summary = "Payable: 119.90"
    }
  }

  expect_failures = [check.promotions]
}
