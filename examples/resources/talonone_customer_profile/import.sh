# By the customer's ID in your own systems. All attributes of the profile are imported into the state;
# those that the configuration omits are released, not cleared.
terraform import talonone_customer_profile.anna customer-4711
