# The ID of the Application, a slash, and the ID of the campaign. It imports all coupons of the campaign; those that the configuration doesn't list are left alone.
terraform import talonone_coupons.partners 1/12
