# What carts get, as a table: a line that gets something else is a warning in every plan and apply, and fails
# `terraform test`. Evaluating a cart stores nothing.

data "talonone_session_evaluation" "cart" {
  for_each = { for row in csvdecode(file("${path.module}/carts.csv")) : row.cart => row }

  profile_id   = local.guests[0]
  coupon_codes = compact([each.value.code])

  # "2 SUN-HAT-S + 1 BEACH-BAG"
  cart_items = [for item in split(" + ", each.value.items) : {
    quantity = tonumber(split(" ", item)[0])
    sku      = split(" ", item)[1]
    price    = tonumber(local.items[split(" ", item)[1]].price)
  }]

  # The carts are about what this configuration sets up.
  depends_on = [talonone_catalog_items.season, talonone_coupon.season]
}

locals {
  items = { for row in csvdecode(file("${path.module}/items.csv")) : row.sku => row }
  wrong_carts = [
    for row in csvdecode(file("${path.module}/carts.csv")) :
    "${row.cart}: pays ${data.talonone_session_evaluation.cart[row.cart].payable}, not ${row.payable}"
    if data.talonone_session_evaluation.cart[row.cart].payable != tonumber(row.payable)
  ]
}

check "promotions" {
  assert {
    condition     = length(local.wrong_carts) == 0
    error_message = join("\n", local.wrong_carts)
  }
}
