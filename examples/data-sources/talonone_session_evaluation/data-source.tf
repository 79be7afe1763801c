# A cart with two sneakers and SUMMER10 gets 10 off. Nothing is stored.
data "talonone_session_evaluation" "two_sneakers" {
  profile_id   = "customer-1"
  coupon_codes = ["SUMMER10"]
  cart_items   = [{ sku = "SKU-SNEAKER-42", quantity = 2, price = 59.95 }]
}

check "summer_sale" {
  assert {
    condition     = data.talonone_session_evaluation.two_sneakers.payable == 109.90
    error_message = data.talonone_session_evaluation.two_sneakers.summary
  }
}

# What sharing a product would give.
data "talonone_session_evaluation" "sharing" {
  profile_id = "customer-1"
  event = {
    type       = "product_shared"
    attributes = jsonencode({ url = "https://shop.example.com/sneaker" })
  }
}

output "points_for_sharing" {
  value = data.talonone_session_evaluation.sharing.total_points_added
}
