data "talonone_audience" "vip" {
  name = "VIP customers"
}

# Only the number of members, without personal data in the state.
data "talonone_audience_members" "count" {
  audience_id = data.talonone_audience.vip.id
  count_only  = true
}

# All members, as a list.
data "talonone_audience_members" "all" {
  audience_id = data.talonone_audience.vip.id
}

output "vips" {
  value = {
    number = data.talonone_audience_members.count.member_count
    ids    = keys(jsondecode(data.talonone_audience_members.all.members_json))
  }
}
