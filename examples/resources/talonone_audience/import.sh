# By the ID of the audience, which the Campaign Manager shows in the address of its page.
terraform import talonone_audience.vip 12

# By the partner integration and the audience's ID there.
terraform import talonone_audience.segment_buyers segment/buyers-2026
