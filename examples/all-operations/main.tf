# Every operation of the Integration API as it was in 2022, from one configuration, against the
# deployment that the emulator starts with:
#
#   terraform apply                    creates
#   terraform apply -var revision=2    changes what can be changed
#   terraform destroy                  cancels, removes and forgets
#
# The comment above each block names the operations that it uses.

terraform {
  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

# Address and keys come from TALONONE_BASE_URL, TALONONE_INTEGRATION_API_KEY and TALONONE_MANAGEMENT_API_KEY.
provider "talonone" {}

variable "revision" {
  description = "Change it to change everything that can be changed in place."
  type        = number
  default     = 1
}

variable "retired_events" {
  description = "Whether the deployment still serves trackEvent, which the vendor retired in 2023."
  type        = bool
  default     = false
}

# Found by name, which is the same in every deployment.
data "talonone_application" "shop" {
  name = "Web shop"
}

data "talonone_campaign" "friends" {
  name = "Refer a friend"
}

data "talonone_loyalty_program" "points" {
  name = "Points"
}

# createAudienceV2, updateAudienceV2, deleteAudienceV2
resource "talonone_audience" "buyers" {
  name                       = "Buyers, revision ${var.revision}"
  subscribed_application_ids = [data.talonone_application.shop.id]
}

resource "talonone_audience" "guests" {
  name = "Guests, revision ${var.revision}"
}

# updateCustomerProfileAudiences
resource "talonone_audience_memberships" "buyers" {
  audience_id = talonone_audience.buyers.id
  members     = ["customer-1", "all-operations-buyer-${var.revision}"]
}

# updateCustomerProfileAudiences, and deleteAudienceMembershipsV2 to remove all members
resource "talonone_audience_memberships" "guests" {
  audience_id = talonone_audience.guests.id
  ownership   = "exclusive"
  members     = var.revision == 1 ? ["customer-1", "customer-2"] : []
}

# updateAudienceCustomersAttributes
resource "talonone_audience_customer_attributes" "buyers" {
  audience_id = talonone_audience_memberships.buyers.audience_id
  attributes  = jsonencode({ ShippingCountry = "revision ${var.revision}" })
}

# updateCustomerProfileV2
resource "talonone_customer_profile" "anna" {
  integration_id = "all-operations-anna"
  attributes     = jsonencode({ Language = "de", age = 40 + var.revision })
}

# updateCustomerProfilesV2
resource "talonone_customer_profiles" "guests" {
  profiles = jsonencode({
    for name in ["berta", "carla"] : "all-operations-${name}" => { age = 30 + var.revision }
  })
}

# deleteCustomerData
resource "talonone_customer_data_deletion" "customer_3" {
  integration_id = "customer-3"
  triggers       = { revision = tostring(var.revision) }
}

# getCustomerInventory
data "talonone_customer_inventory" "anna" {
  integration_id = talonone_customer_profile.anna.integration_id
}

# syncCatalog
resource "talonone_catalog_items" "shoes" {
  catalog_id = 6
  items = jsonencode({
    SNEAKER = { price = 59.95 + var.revision, product = "sneaker", attributes = { color = "red" } }
    SOCKS   = { price = 4.5 }
  })
}

# createCouponReservation, deleteCouponReservation
resource "talonone_coupon_reservation" "summer" {
  coupon_value = "SUMMER10"
  customers    = ["customer-1", "all-operations-reserver-${var.revision}"]
}

# getReservedCustomers
data "talonone_reserved_customers" "summer" {
  coupon_value = talonone_coupon_reservation.summer.coupon_value
}

# createReferral
resource "talonone_referral" "anna" {
  campaign_id                     = data.talonone_campaign.friends.id
  advocate_profile_integration_id = talonone_customer_profile.anna.integration_id
  usage_limit                     = 10 + var.revision
}

# createReferralsForMultipleAdvocates
resource "talonone_referrals" "guests" {
  campaign_id = data.talonone_campaign.friends.id
  advocates   = keys(jsondecode(talonone_customer_profiles.guests.profiles))
  usage_limit = 20 + var.revision
}

# updateCustomerSessionV2
resource "talonone_customer_session" "cart" {
  integration_id = "all-operations-cart"
  profile_id     = talonone_customer_profile.anna.integration_id
  cart_items     = [{ sku = "SOCKS", quantity = var.revision, price = 4.5 }]
}

resource "talonone_customer_session" "order" {
  integration_id = "all-operations-order"
  profile_id     = talonone_customer_profile.anna.integration_id
  cart_items     = [{ sku = "SOCKS", quantity = 5, price = 4.5 }]
  state          = "closed"
}

# getCustomerSession
data "talonone_customer_session" "cart" {
  integration_id = talonone_customer_session.cart.integration_id
}

# returnCartItems
resource "talonone_cart_item_return" "order" {
  session_integration_id = talonone_customer_session.order.integration_id
  returned_cart_items    = [{ sku = "SOCKS", quantity = 1 }]
  triggers               = { revision = tostring(var.revision) }
}

# trackEventV2
resource "talonone_event" "shared" {
  type       = "product_shared"
  profile_id = talonone_customer_profile.anna.integration_id
  attributes = jsonencode({ url = "https://shop.example.com/sneaker" })
  triggers   = { revision = tostring(var.revision) }
}

# trackEvent
resource "talonone_event" "shared_as_in_2022" {
  count = var.retired_events ? 1 : 0

  api_version = "v1"
  session_id  = talonone_customer_session.cart.integration_id
  profile_id  = talonone_customer_profile.anna.integration_id
  type        = "product_shared"
  attributes  = jsonencode({ url = "https://shop.example.com/socks" })
  triggers    = { revision = tostring(var.revision) }
}

# getLoyaltyTransactions
data "talonone_loyalty_transactions" "customer_1" {
  loyalty_program_id = data.talonone_loyalty_program.points.id
  integration_id     = "customer-1"
}

# createCouponReservation, deleteCouponReservation
resource "talonone_coupon_reservation" "wallet" {
  coupon_value = "SUMMER25%OFF"
  customers    = ["customer-1", "all-operations-revision-${var.revision}"]
}

# getReservedCustomers
data "talonone_reserved_customers" "wallet" {
  coupon_value = talonone_coupon_reservation.wallet.coupon_value
}

# createReferral
resource "talonone_referral" "invite" {
  campaign_id                     = data.talonone_campaign.friends.id
  advocate_profile_integration_id = "customer-1"
  usage_limit                     = var.revision
}

# createReferralsForMultipleAdvocates
resource "talonone_referrals" "program" {
  campaign_id = data.talonone_campaign.friends.id
  advocates   = ["customer-2", "all-operations-revision-${var.revision}"]
  usage_limit = var.revision
}
