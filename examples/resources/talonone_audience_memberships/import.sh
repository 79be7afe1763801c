# All members of an audience, with exclusive ownership.
terraform import talonone_audience_memberships.staff 748

# Listed members of an audience, with additive ownership. An ID with a comma stands in double quotes.
terraform import talonone_audience_memberships.testers '748/customer-1,customer-2,"a, b"'
