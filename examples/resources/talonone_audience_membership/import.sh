# The ID of the audience, a slash, and the integration ID of the profile, unescaped.
terraform import talonone_audience_membership.anna 748/customer-1
