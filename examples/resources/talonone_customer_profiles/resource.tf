# Customers that every environment needs, sent 1,000 per request.
resource "talonone_customer_profiles" "demo" {
  profiles = jsonencode({
    "demo-1" = { Language = "de", age = 42 }
    "demo-2" = { Language = "en", vip = true }
  })
}

# Generated ones. The plan shows the profiles and attributes that change, and no others.
resource "talonone_customer_profiles" "load_test" {
  profiles = jsonencode({
    for i in range(100) : format("load-test-%03d", i) => { age = 18 + i % 60 }
  })

  # Their data goes with them.
  erase_on_destroy = true

  timeouts {
    delete = "1h"
  }
}
