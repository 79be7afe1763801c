# By ID, or by entity and name; for an event with the event type between them.
terraform import talonone_attribute.color 101
terraform import talonone_attribute.color CartItem/color
terraform import talonone_attribute.url Event/product_shared/url
