# Tracked when the resource is created, and again whenever an argument changes.
resource "talonone_event" "shared" {
  type       = "product_shared"
  profile_id = "customer-1"
  attributes = jsonencode({ url = "https://shop.example.com/sneaker" })

  triggers = { release = "2026-03" }
}

# An advanced event has an ID of its own, which makes it safe to repeat.
resource "talonone_event" "shared_once" {
  api_version    = "v3"
  integration_id = "share-4711"
  type           = "product_shared"
  profile_id     = "customer-2"
}

output "effects_of_sharing" {
  value = talonone_event.shared.effects[*].effect_type
}
