# A policy for plans in JSON: `terraform show -json plan.tfplan > plan.json && conftest test plan.json --policy DIR`.
#
# It refuses a plan that removes more than so many members, items, reservations or referrals, in one resource or in all
# together. The bulk resources say in last_sync, known at plan time, how much an apply will do.
#
# The number is 100 unless data sets another one: `conftest test … --data limits.yaml` with
#
#     talonone:
#       max_removals: 500
package main

import rego.v1

default max_removals := 100

max_removals := data.talonone.max_removals

deny contains msg if {
	removed := sum([n | some rc in ours; n := removals(rc)])
	removed > max_removals
	msg := sprintf("The plan removes %d members, items, reservations and referrals; %d are allowed.", [removed, max_removals])
}

# A plan can be made before it is known what a resource will hold. Apply what it waits for first, then plan again.
deny contains msg if {
	some rc in ours
	rc.change.actions == ["update"]
	rc.change.after_unknown.last_sync == true
	msg := sprintf("The plan does not tell how much %s removes.", [name(rc)])
}

# The plan of an audience does not tell how many members it has.
warn contains msg if {
	some rc in ours
	rc.type == "talonone_audience"
	"delete" in rc.change.actions
	msg := sprintf("%s is deleted, and all its memberships with it.", [name(rc)])
}

# Neither do these actions, which no plan takes back.
warn contains msg if {
	some action in input.action_invocations
	action.type in {"talonone_clear_audience", "talonone_edit_catalog_items", "talonone_delete_customer_data"}
	msg := sprintf("The action %s runs.", [action.type])
}

ours contains rc if {
	some rc in input.resource_changes
	rc.mode == "managed"
	startswith(rc.type, "talonone_")
}

# Without the keys of for_each, which may be integration IDs.
name(rc) := sprintf("%s.%s", [rc.type, rc.name])

# What an update or a create announces. An update that changes nothing but settings, such as max_removal_percent, may
# repeat the numbers of the synchronisation before; then none of the attributes that hold the objects changes.
removals(rc) := rc.change.after.last_sync.removed if {
	not "delete" in rc.change.actions
	rc.change.actions != ["no-op"]
	moves(rc)
}

# What a destroy takes: at most what the resource manages.
removals(rc) := managed(rc.change.before) if "delete" in rc.change.actions

removals(rc) := 1 if {
	"delete" in rc.change.actions
	rc.type in {"talonone_audience_membership", "talonone_catalog_item", "talonone_referral"}
}

moves(rc) if object.get(rc.change, ["before", "last_sync"], null) != rc.change.after.last_sync

moves(rc) if {
	some attribute in ["members_digest", "items", "managed_items", "customers", "reservation_count", "advocates", "codes", "profiles"]
	object.get(rc.change, ["before", attribute], null) != object.get(rc.change, ["after", attribute], null)
}

managed(before) := before.member_count

managed(before) := before.item_count

managed(before) := max([before.reservation_count, count(before.customers)]) if before.ownership == "exclusive"

managed(before) := count(before.customers) if before.ownership == "additive"

managed(before) := count(before.advocates)
