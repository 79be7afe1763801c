# All advocates who have a referral in the campaign.
terraform import talonone_referrals.program 11

# Some of them.
terraform import talonone_referrals.program 11/customer-1,customer-2
