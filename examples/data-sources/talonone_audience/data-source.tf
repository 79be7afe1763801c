# By name, which must be the name of exactly one audience.
data "talonone_audience" "vip" {
  name = "VIP customers"
}

# By the ID that a partner integration gave it.
data "talonone_audience" "buyers" {
  integration    = "segment"
  integration_id = "buyers-2026"
}

output "vip_audience_id" {
  value = data.talonone_audience.vip.id
}
