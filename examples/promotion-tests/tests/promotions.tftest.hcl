run "two_sneakers_with_summer10_get_10_off" {
  command = plan

  assert {
    condition     = output.discount == 10
    error_message = "SUMMER10 takes ${output.discount} off, not 10."
  }

  assert {
    condition     = output.accepted_codes == ["SUMMER10"]
    error_message = "SUMMER10 is not accepted."
  }
}

run "no_code_no_discount" {
  command = plan

  variables {
    coupon_code = ""
  }

  assert {
    condition     = output.discount == 0 && output.total == 119.90
    error_message = "A cart without a code gets ${output.discount} off ${output.total}."
  }
}

run "an_unknown_code_changes_nothing" {
  command = plan

  variables {
    coupon_code = "NO-SUCH-CODE"
  }

  assert {
    condition     = output.discount == 0
    error_message = "An unknown code takes ${output.discount} off."
  }
}
