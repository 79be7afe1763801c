# Promotions as facts that every plan and `terraform test` verify, without
# storing anything: each cart below says what it is expected to get.
#
#   terraform apply   evaluates all carts and warns about each surprise
#   terraform test    runs tests/promotions.tftest.hcl and fails on a surprise

terraform {
  required_version = ">= 1.6"

  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

variable "coupon_code" {
  description = "Coupon code that the customer enters; empty for none."
  type        = string
  default     = "SUMMER10"
}

variable "sneakers" {
  description = "Pairs of sneakers in the cart."
  type        = number
  default     = 2
}

data "talonone_session_evaluation" "cart" {
  profile_id   = "customer-1"
  state        = "closed"
  coupon_codes = compact([var.coupon_code])
  cart_items   = [{ sku = "SKU-SNEAKER-42", quantity = var.sneakers, price = 59.95 }]
}

locals {
  effects  = data.talonone_session_evaluation.cart.effects
  accepted = [for effect in local.effects : jsondecode(effect.props).value if effect.effect_type == "acceptCoupon"]
}

check "summer_sale" {
  assert {
    condition     = var.coupon_code != "SUMMER10" || contains(local.accepted, "SUMMER10")
    error_message = "SUMMER10 is not accepted. Effects: ${join(", ", data.talonone_session_evaluation.cart.effect_types)}."
  }

  assert {
    condition     = var.coupon_code != "SUMMER10" || data.talonone_session_evaluation.cart.total_discount == 10
    error_message = "SUMMER10 takes ${data.talonone_session_evaluation.cart.total_discount} off, not 10."
  }
}

output "discount" {
  description = "What the campaigns take off, in the Application's currency."
  value       = data.talonone_session_evaluation.cart.total_discount
}

output "total" {
  description = "Worth of the cart before discounts, in the Application's currency."
  value       = data.talonone_session_evaluation.cart.total
}

output "accepted_codes" {
  description = "Coupon codes that the campaigns accept."
  value       = local.accepted
}
