# The integration ID of the customer profile as it is. It imports all audiences that the customer is in.
terraform import talonone_customer_audiences.anna customer-1
