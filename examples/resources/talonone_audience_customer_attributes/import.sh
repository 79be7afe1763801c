# By the number of the audience. The values come with the next apply, as the API can't tell which were set.
terraform import talonone_audience_customer_attributes.german 748
