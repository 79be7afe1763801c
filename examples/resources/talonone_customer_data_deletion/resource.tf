# Erases the data of a customer who asked for it, once. This can't be undone.
resource "talonone_customer_data_deletion" "request" {
  integration_id = "customer-2"

  # A new request erases again.
  triggers = {
    request = "2026-0815"
  }

  lifecycle {
    postcondition {
      condition     = self.found
      error_message = "The deployment does not know this customer: nothing was erased."
    }
  }
}
