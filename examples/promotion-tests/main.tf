# Promotions as a table: each line of carts.csv is a cart and what it is meant to
# get. Nothing is stored by evaluating them.
#
#   terraform plan    warns about each cart that gets something else
#   terraform test    fails on it

terraform {
  required_version = ">= 1.6"

  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

variable "now" {
  description = "Time to evaluate the carts at, RFC 3339 and in the future; null for the current time."
  type        = string
  default     = null
}

variable "carts_file" {
  description = "The table of carts."
  type        = string
  default     = "carts.csv"
}

locals {
  carts = { for line in csvdecode(file("${path.module}/${var.carts_file}")) : line.cart => line }
}

data "talonone_session_evaluation" "cart" {
  for_each = local.carts

  profile_id   = each.value.customer
  coupon_codes = compact([each.value.code])
  now          = var.now

  # "2 SNEAKER + 1 SOCKS"; the catalog has the prices.
  cart_items = [for item in split(" + ", each.value.items) : {
    quantity = tonumber(split(" ", item)[0])
    sku      = split(" ", item)[1]
  }]
}

locals {
  # What differs, cart by cart.
  differences = {
    for name, got in data.talonone_session_evaluation.cart : name => compact([
      got.payable == tonumber(local.carts[name].payable) ? "" :
      format("pays %.2f, not %s", got.payable, local.carts[name].payable),

      got.total_points_added == tonumber(local.carts[name].points) ? "" :
      format("gets %v points, not %s", got.total_points_added, local.carts[name].points),

      join(" ", got.free_items) == local.carts[name].free_items ? "" :
      format("gets %s free, not %s", coalesce(join(" ", got.free_items), "nothing"), coalesce(local.carts[name].free_items, "nothing")),

      lookup(got.rejected_coupons, local.carts[name].code, "") == local.carts[name].rejected ? "" :
      format("code is %s, not %s", lookup(got.rejected_coupons, local.carts[name].code, "accepted"), coalesce(local.carts[name].rejected, "accepted")),
    ])
  }

  wrong_carts = [for name, differences in local.differences : name if length(differences) > 0]

  report = join("\n\n", [
    for name in local.wrong_carts :
    "${name}: ${join("; ", local.differences[name])}\n  ${indent(2, data.talonone_session_evaluation.cart[name].summary)}"
  ])
}

check "promotions" {
  assert {
    condition     = length(local.wrong_carts) == 0
    error_message = "${length(local.wrong_carts)} of ${length(local.carts)} carts do not get what ${var.carts_file} says.\n\n${local.report}"
  }
}

output "wrong_carts" {
  description = "Carts that do not get what the table says."
  value       = local.wrong_carts
}
