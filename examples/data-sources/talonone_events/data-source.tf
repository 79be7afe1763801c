data "talonone_application" "shop" {
  name = "Web shop"
}

# Carts in which a coupon was refused.
data "talonone_events" "refusals" {
  application_id = data.talonone_application.shop.id
  effect_type    = "rejectCoupon"
  created_after  = "2026-03-01T00:00:00Z"
}

output "reasons" {
  value = flatten([
    for event in data.talonone_events.refusals.events : [
      for effect in event.effects : jsondecode(effect.props).rejectionReason if effect.effect_type == "rejectCoupon"
    ]
  ])
}
