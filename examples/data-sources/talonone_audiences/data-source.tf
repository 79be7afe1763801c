# Every audience for the winter campaigns, with the number of its members.
data "talonone_audiences" "winter" {
  name_regex        = "(?i)^winter"
  with_member_count = true
}

output "members_by_audience" {
  value = { for audience in data.talonone_audiences.winter.audiences : audience.name => audience.member_count }
}
