# By campaign and the ID of the referral, or its code.
terraform import talonone_referral.invite 11/4001
terraform import talonone_referral.invite 11/FRIEND-7KQ2M9XA

# With the Application in front, which saves looking it up.
terraform import talonone_referral.invite 1/11/4001
