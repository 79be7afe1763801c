output "codes" {
  description = "The codes of the season, for posters and mails."
  value       = [for coupon in talonone_coupon.season : coupon.value]
}

output "referral_codes" {
  description = "The referral code of each guest."
  value       = talonone_referrals.guests.codes
}

output "wrong_carts" {
  description = "Carts that don't pay what carts.csv says."
  value       = local.wrong_carts
}
