# Sets the season up, checks what carts get, and takes it down again: for an emulator or a deployment made for tests.

run "season" {
  assert {
    condition     = length(output.wrong_carts) == 0
    error_message = join("\n", output.wrong_carts)
  }

  assert {
    condition     = length(output.referral_codes) == talonone_audience_memberships.guests.member_count
    error_message = "Not every guest has a referral code."
  }
}
