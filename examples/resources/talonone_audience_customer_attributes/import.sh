# By the ID of the audience. The API can't tell which values were set: those that all members share are imported.
terraform import talonone_audience_customer_attributes.german 748
