# Every resource of the release, with its optional attributes and without. The state that the release wrote for it is
# state.json, the deployment that it left is deployment.json.

terraform {
  required_providers {
    talonone = { source = "talon-one/talonone" }
  }
}

provider "talonone" {
  management_requests_per_second = 1000
}

resource "talonone_audience" "full" {
  name                       = "Buyers"
  description                = "Bought in the last year."
  integration                = "segment"
  integration_id             = "buyers-1"
  created_in_3rd_party       = true
  sandbox                    = false
  subscribed_application_ids = [1]
  deletion_protection        = true
}

resource "talonone_audience" "minimal" {
  count = 5
  name  = "Audience ${count.index}"
}

resource "talonone_audience_membership" "single" {
  audience_id            = talonone_audience.full.id
  profile_integration_id = "customer-1"
}

resource "talonone_audience_memberships" "list" {
  audience_id = talonone_audience.minimal[0].id
  members     = ["customer-1", "customer-2"]
}

resource "talonone_audience_memberships" "json" {
  audience_id         = talonone_audience.minimal[1].id
  members_json        = jsonencode({ customer-1 = true })
  ownership           = "exclusive"
  max_removal_percent = 50
  show_samples        = false
  timeouts {
    create = "10m"
  }
}

resource "talonone_audience_memberships" "file" {
  audience_id  = talonone_audience.minimal[2].id
  members_file = { path = "${path.module}/members.csv", column = "customer", delimiter = ";", format = "csv" }
}

resource "talonone_audience_memberships" "nobody" {
  audience_id = talonone_audience.minimal[3].id
  ownership   = "exclusive"
  members     = []
}

resource "talonone_audience_customer_attributes" "full" {
  audience_id   = talonone_audience_memberships.list.audience_id
  attributes    = jsonencode({ ShippingCountry = "de" })
  check_members = true
  timeouts {
    read = "10m"
  }
}

resource "talonone_audience_customer_attributes" "minimal" {
  audience_id = talonone_audience_memberships.json.audience_id
  attributes  = jsonencode({ Language = "de" })
  depends_on  = [talonone_audience_customer_attributes.full]
}

resource "talonone_catalog_items" "inline" {
  catalog_id          = 6
  ownership           = "additive"
  max_removal_percent = 12.5
  items = jsonencode({
    SNEAKER = { price = 59.95, product = "sneaker", attributes = { color = "red", size = 42, tags = ["a", "b"], released = "2026-01-01T08:00:00Z" } }
    SOCKS   = {}
  })
  timeouts {
    update = "10m"
  }
}

resource "talonone_catalog_items" "fields" {
  catalog_id = 7
  items_file = { path = "${path.module}/items.csv", columns = { size = "number" } }
}

resource "talonone_catalog_items" "keys" {
  catalog_id  = 7
  items_file  = { path = "${path.module}/more.csv" }
  plan_detail = "keys"
  depends_on  = [talonone_catalog_items.fields]
}

resource "talonone_catalog_item" "full" {
  catalog_id = 6
  sku        = "SINGLE"
  price      = 4.5
  product    = "single"
  attributes = jsonencode({ color = "red" })
  depends_on = [talonone_catalog_items.inline]
}

resource "talonone_catalog_item" "minimal" {
  catalog_id = 6
  sku        = "BARE"
  depends_on = [talonone_catalog_item.full]
}

resource "talonone_audience" "personas" {
  name = "Personas"
}

resource "talonone_customer_audiences" "full" {
  profile_integration_id = "persona-1"
  audience_ids           = [talonone_audience.personas.id]
  ownership              = "exclusive"
  max_removal_percent    = 50
  timeouts {
    create = "10m"
  }
}

resource "talonone_customer_audiences" "minimal" {
  profile_integration_id = "persona-2"
  audience_ids           = []
}

resource "talonone_coupon_reservation" "full" {
  coupon_value        = "SUMMER25%OFF"
  customers           = ["customer-1", "customer-2"]
  ownership           = "exclusive"
  max_removal_percent = 50
  timeouts {
    create = "10m"
  }
}

resource "talonone_coupon_reservation" "minimal" {
  coupon_value = "XMAS-20-2021"
  customers    = []
}

resource "talonone_referral" "full" {
  campaign_id                     = 11
  application_id                  = 1
  advocate_profile_integration_id = "customer-1"
  friend_profile_integration_id   = "customer-2"
  start_date                      = "2026-01-01T00:00:00Z"
  expiry_date                     = "2126-01-01T00:00:00Z"
  usage_limit                     = 3
}

resource "talonone_referral" "minimal" {
  campaign_id                     = 11
  advocate_profile_integration_id = "customer-2"
}

resource "talonone_referrals" "full" {
  campaign_id         = 11
  application_id      = 1
  advocates           = ["customer-1", "customer-3"]
  usage_limit         = 5
  start_date          = "2026-01-01T00:00:00Z"
  expiry_date         = "2126-01-01T00:00:00Z"
  referral_pattern    = "REF-###-###"
  valid_characters    = ["A", "B", "C", "D", "E", "F", "G", "H"]
  max_removal_percent = 100
  timeouts {
    create = "10m"
  }
}

resource "talonone_referrals" "minimal" {
  campaign_id = 11
  advocates   = ["customer-2"]
  usage_limit = 0
}

resource "talonone_customer_profile" "full" {
  integration_id   = "single"
  attributes       = jsonencode({ Language = "de", age = null })
  erase_on_destroy = true
  run_rule_engine  = true
}

resource "talonone_customer_profile" "minimal" {
  integration_id = "bare"
}

resource "talonone_customer_profiles" "full" {
  profiles            = jsonencode({ many-1 = { age = 30 }, many-2 = {} })
  erase_on_destroy    = true
  max_removal_percent = 100
  timeouts {
    create = "10m"
  }
}

resource "talonone_customer_profiles" "minimal" {
  profiles = jsonencode({ many-3 = {} })
}

resource "talonone_customer_data_deletion" "full" {
  integration_id = "customer-3"
  triggers       = { ticket = "1" }
  depends_on     = [talonone_referrals.full]
}

resource "talonone_customer_data_deletion" "minimal" {
  integration_id = "nobody-knows"
}

resource "talonone_customer_session" "full" {
  integration_id   = "cart"
  profile_id       = talonone_customer_profile.full.integration_id
  coupon_codes     = ["SUMMER10"]
  identifiers      = ["device"]
  attributes       = jsonencode({ Channel = "web" })
  response_content = ["customerSession"]
  on_destroy       = "forget"
  cart_items = [
    { sku = "SNEAKER", quantity = 2, price = 59.95, name = "Sneaker", category = "shoes", attributes = jsonencode({ color = "red" }) },
    { sku = "SOCKS", quantity = 1, price = 4.5, weight = 100 },
  ]
  additional_costs = { shipping = { price = 4.9 } }
  depends_on       = [talonone_catalog_items.inline]
}

resource "talonone_customer_session" "minimal" {
  integration_id = "empty"
}

resource "talonone_customer_session" "order" {
  integration_id = "order"
  profile_id     = talonone_customer_profile.minimal.integration_id
  cart_items     = [{ sku = "SOCKS", quantity = 5, price = 4.5 }]
  state          = "closed"
  depends_on     = [talonone_catalog_items.inline]
}

resource "talonone_cart_item_return" "full" {
  session_integration_id = talonone_customer_session.order.integration_id
  returned_cart_items    = [{ position = 0, sku = "SOCKS", quantity = 1 }]
  run_rule_engine        = true
  idempotency_key        = "return-1"
  response_content       = ["customerSession"]
  triggers               = { ticket = "1" }
}

resource "talonone_cart_item_return" "minimal" {
  session_integration_id = talonone_cart_item_return.full.session_integration_id
  returned_cart_items    = [{ sku = "SOCKS" }]
}

resource "talonone_event" "full" {
  type             = "product_shared"
  profile_id       = talonone_customer_profile.full.integration_id
  attributes       = jsonencode({ url = "https://shop.example.com/sneaker" })
  idempotency_key  = "event-1"
  response_content = ["event"]
  triggers         = { ticket = "1" }
}

resource "talonone_event" "minimal" {
  type       = "product_shared"
  profile_id = talonone_customer_profile.minimal.integration_id
}

resource "talonone_attribute" "full" {
  entity                     = "CartItem"
  name                       = "material"
  title                      = "Material"
  type                       = "string"
  description                = "What it is made of"
  suggestions                = ["cotton", "leather"]
  restricted_by_suggestions  = true
  editable                   = false
  subscribed_application_ids = [2, 1]
  subscribed_catalog_ids     = [6]
  allowed_subscriptions      = ["catalog", "application"]
}

resource "talonone_attribute" "minimal" {
  entity     = "Event"
  event_type = "signed_up"
  name       = "newsletter"
  type       = "boolean"
}

resource "talonone_additional_cost" "full" {
  name                       = "wrapping"
  title                      = "Wrapping"
  description                = "For presents"
  type                       = "both"
  subscribed_application_ids = [2, 1]
}

resource "talonone_additional_cost" "minimal" {
  name = "insurance"
}

resource "talonone_store" "full" {
  application_id      = 1
  integration_id      = "harbour/street"
  name                = "Harbour Street"
  description         = "At the ferry terminal"
  attributes          = jsonencode({})
  deletion_protection = true
}

resource "talonone_store" "minimal" {
  application_id = 1
  integration_id = "old-town"
  name           = "Old Town"
}

resource "talonone_coupon" "full" {
  application_id           = 1
  campaign_id              = 12
  value                    = "Beach-Day$"
  usage_limit              = 20
  discount_limit           = 99.5
  reservation_limit        = 5
  start_date               = "2026-06-01T00:00:00+02:00"
  expiry_date              = "2099-09-01T00:00:00Z"
  recipient_integration_id = "customer-1"
  is_reservation_mandatory = true
  implicitly_reserved      = true
  attributes               = jsonencode({})
  deletion_protection      = true
}

resource "talonone_coupon" "minimal" {
  application_id = 1
  campaign_id    = 12
  value          = "MINIMAL"
}

resource "talonone_coupons" "full" {
  application_id = 1
  campaign_id    = 12
  coupons = jsonencode({
    "PARTNER-A" = {
      usage_limit              = 20
      discount_limit           = 99.5
      reservation_limit        = 5
      start_date               = "2026-06-01T00:00:00+02:00"
      expiry_date              = "2099-09-01T00:00:00Z"
      recipient_integration_id = "customer-1"
      is_reservation_mandatory = true
      implicitly_reserved      = true
      attributes               = {}
    }
    "PARTNER-B" = {}
  })
  max_removal_percent = 50
  timeouts {
    create = "10m"
  }
}

resource "talonone_coupons" "minimal" {
  application_id = 1
  campaign_id    = 12
  coupons        = jsonencode([])
}

resource "talonone_coupons" "file" {
  application_id = 1
  campaign_id    = 12
  ownership      = "additive"

  coupons_file = {
    path    = "${path.module}/coupons.csv"
    columns = { code = "value", uses = "usage_limit" }
  }
}

resource "talonone_collection" "full" {
  application_id      = 1
  campaign_id         = 12
  name                = "Partners"
  description         = "Stores"
  items               = jsonencode(["store-1", "store-2"])
  deletion_protection = true
  max_removal_percent = 10
}

resource "talonone_collection" "minimal" {
  name  = "SKUs"
  items = jsonencode([])
}

resource "talonone_collection" "file" {
  name       = "Buyers"
  items_file = { path = "${path.module}/members.csv", column = "customer", delimiter = ";" }
}
