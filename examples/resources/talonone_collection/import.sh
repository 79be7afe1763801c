# A collection of the account.
terraform import talonone_collection.luxury 301

# A collection of a campaign: Application, campaign, collection.
terraform import talonone_collection.partners 1/12/302
