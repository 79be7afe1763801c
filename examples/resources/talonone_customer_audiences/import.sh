# The integration ID of the customer profile, unescaped. It imports all audiences that the customer is in.
terraform import talonone_customer_audiences.anna customer-1
