# By the IDs of the customers, with commas between. All attributes of the profiles come into the state;
# those that the configuration lacks are let go, not cleared.
terraform import talonone_customer_profiles.demo demo-1,demo-2

# As a JSON array, for IDs that hold a comma.
terraform import talonone_customer_profiles.demo '["demo-1","demo-2"]'
