# By the ID of the Application, the ID of the campaign and the code.
terraform import talonone_coupon.summer 1/12/SUMMER10
