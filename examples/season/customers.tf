# Who gets what: the audience of the season, its coupons with their reservations, and a referral code for each guest.

locals {
  # Outside of the live environment, test customers take the place of all others.
  guests = [
    for row in csvdecode(file("${path.module}/guests.csv")) : row.customer
    if var.environment == "live" || row.test == "yes"
  ]
  coupons = { for row in csvdecode(file("${path.module}/coupons.csv")) : row.code => row }
}

resource "talonone_audience" "guests" {
  name                       = "Season guests${local.here.suffix}"
  description                = "Invited to the opening of the season."
  subscribed_application_ids = [data.talonone_application.shop.id]
}

resource "talonone_audience_memberships" "guests" {
  audience_id = talonone_audience.guests.id
  members     = local.guests
}

# Staff try promotions as a test customer before guests see them.
resource "talonone_audience" "staff" {
  name                       = "Season staff${local.here.suffix}"
  description                = "Tries promotions before the guests see them."
  subscribed_application_ids = [data.talonone_application.shop.id]
}

resource "talonone_customer_audiences" "tester" {
  profile_integration_id = "season-tester${local.here.suffix}"
  audience_ids           = [talonone_audience.staff.id]
}

resource "talonone_coupon" "season" {
  for_each = local.coupons

  application_id = data.talonone_application.shop.id
  campaign_id    = data.talonone_campaign.coupons.id
  value          = "${each.key}${upper(local.here.suffix)}"
  usage_limit    = local.here.usage_limit
  expiry_date    = "2030-09-30T22:00:00Z"
  attributes     = jsonencode({ (talonone_attribute.channel.name) = each.value.channel })
}

# The codes of partners, from the table that an agency sends: one import, whatever their number. Codes are unique in an
# Application, so each environment has its own.
resource "talonone_coupons" "partners" {
  application_id = data.talonone_application.shop.id
  campaign_id    = data.talonone_campaign.coupons.id

  coupons_file = {
    path        = "${path.module}/partners-${var.environment}.csv"
    time_format = "YYYY-MM-DD"
    time_zone   = "Europe/Berlin"
    columns = {
      code        = "value"
      uses        = "usage_limit"
      valid_until = "expiry_date"
      channel     = { attribute = talonone_attribute.channel.name }
    }
  }
}

# The guests find the opening code in their wallets.
resource "talonone_coupon_reservation" "opening" {
  coupon_value = talonone_coupon.season["OPENING-DAY"].value
  customers    = local.guests
}

resource "talonone_referrals" "guests" {
  campaign_id      = data.talonone_campaign.referrals.id
  advocates        = local.guests
  usage_limit      = 3
  referral_pattern = "SEASON-####-####"
  expiry_date      = "2030-09-30T22:00:00Z"
}
