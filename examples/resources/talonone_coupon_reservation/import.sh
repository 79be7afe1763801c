# All customers who have the coupon reserved. Quote codes that hold special characters.
terraform import talonone_coupon_reservation.summer 'SUMMER25%OFF'

# Some of them, where several resources share a coupon.
terraform import talonone_coupon_reservation.summer 'SUMMER25%OFF/customer-1,customer-2'
