# By ID or by name.
terraform import talonone_additional_cost.shipping 401
terraform import talonone_additional_cost.shipping shipping
