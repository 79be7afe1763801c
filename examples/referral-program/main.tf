# A referral program: every advocate of a list has a code of their own, handed on to whatever sends
# the mails. Adding an advocate makes one code, and all others stay.
#
# For a deployment of your own, set TALONONE_BASE_URL, TALONONE_INTEGRATION_API_KEY and
# TALONONE_MANAGEMENT_API_KEY, put in your own campaign and advocates, and run `terraform plan`.
# Without one, the emulator has everything that this folder asks for.

terraform {
  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

provider "talonone" {}

variable "campaign" {
  description = "Name of the campaign, which must have the feature referrals."
  type        = string
  default     = "Refer a friend"
}

variable "advocates" {
  description = "Integration IDs of the customers who take part."
  type        = list(string)
  default     = ["customer-1", "customer-2"]
}

data "talonone_campaign" "program" {
  name = var.campaign
}

# Each code can be used by five friends until the program ends. Where the list of advocates comes out of
# another system, set max_removal_percent too: it refuses a plan in which a list that was cut short would
# end the codes of the others.
resource "talonone_referrals" "advocates" {
  campaign_id      = data.talonone_campaign.program.id
  advocates        = var.advocates
  usage_limit      = 5
  expiry_date      = "2030-12-31T23:59:59Z"
  referral_pattern = "FRIENDS-####-####"
  attributes       = jsonencode({ source = "program" })
}

# An advocate with terms of their own: one friend, no expiry.
resource "talonone_referral" "ambassador" {
  campaign_id                     = data.talonone_campaign.program.id
  advocate_profile_integration_id = "customer-3"
  friend_profile_integration_id   = "customer-1"
  usage_limit                     = 1
  attributes                      = jsonencode({ source = "ambassador" })
}

output "codes" {
  description = "The code of each advocate, for the mails."
  value       = merge(talonone_referrals.advocates.codes, { (talonone_referral.ambassador.advocate_profile_integration_id) = talonone_referral.ambassador.code })
}
