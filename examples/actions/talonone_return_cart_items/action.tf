# Run by hand: terraform apply -invoke=action.talonone_return_cart_items.socks
action "talonone_return_cart_items" "socks" {
  config {
    session_integration_id = "test-order-1"
    returned_cart_items    = [{ sku = "SKU-SOCKS", quantity = 1 }]
    run_rule_engine        = true
  }
}
