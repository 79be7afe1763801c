# Erases a customer's data when it is invoked:
# terraform apply -invoke=action.talonone_delete_customer_data.request
action "talonone_delete_customer_data" "request" {
  config {
    integration_id = "customer-2"
    confirm        = "customer-2" # the same ID again, since this can't be undone
  }
}
