# By customer IDs, separated by commas. All attributes of the profiles are imported into the state;
# those that the configuration omits are released, not cleared.
terraform import talonone_customer_profiles.demo demo-1,demo-2

# As a JSON array, for IDs that contain a comma.
terraform import talonone_customer_profiles.demo '["demo-1","demo-2"]'
