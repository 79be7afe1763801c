# By the ID of the customer in your own systems. All attributes of the profile come into the state;
# those that the configuration lacks are let go, not cleared.
terraform import talonone_customer_profile.anna customer-4711
