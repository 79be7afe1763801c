# A policy for plans in JSON: `terraform show -json plan.tfplan > plan.json && conftest test plan.json --policy DIR`.
#
# It denies a plan that removes more rows than the limit: members, items, coupons, reservations, referral codes and stores
# that are removed, customers whose data is erased, and sessions that are cancelled. It also denies what is not a whole plan, and
# a plan that does not say how much it removes.
#
# The limit is 100 unless data sets another one: `conftest test … --data limits.yaml` with
#
#     talonone:
#       max_removals: 500
#       allow:
#         - talonone_audience.summer # may remove more than the plan says
#         - partial                  # the plan may be partial (-target, deferred changes)
#
# Names are addresses, with or without the keys of for_each and count.
package main

import rego.v1

default max_removals := 100

max_removals := data.talonone.max_removals if whole(data.talonone.max_removals)

allowed contains name if some name in data.talonone.allow

# The input

deny contains "The input is not a Terraform plan in JSON." if not is_plan

is_plan if {
	regex.match(`^[01](\.[0-9]+)*$`, input.format_version)
	not input.values
	some member in ["resource_changes", "planned_values"]
	input[member]
	every name in ["resource_changes", "action_invocations"] {
		is_list(object.get(input, name, null))
	}
	every rc in list("resource_changes") {
		is_object(rc.change)
	}
}

is_list(value) if is_array(value)

is_list(value) if is_null(value)

default list(_) := []

list(name) := input[name] if is_array(input[name])

deny contains "The plan ended with errors, so it does not show everything." if object.get(input, "errored", false) != false

deny contains "The plan is partial: -target or a deferred change omits resources. To permit this, allow the name partial." if {
	is_partial
	not "partial" in allowed
}

is_partial if object.get(input, "complete", true) != true

is_partial if {
	some member in ["deferred_changes", "deferred_action_invocations"]
	count(input[member]) > 0
}

# The settings: a limit that is misspelt or not a number would otherwise be no limit.

deny contains sprintf("data.talonone.max_removals must be a whole number from 0, not %v.", [limit]) if {
	limit := data.talonone.max_removals
	not whole(limit)
}

deny contains "data.talonone.allow must be a list of names." if {
	names := data.talonone.allow
	not is_array(names)
}

deny contains "data.talonone must be an object." if {
	settings := data.talonone
	not is_object(settings)
}

deny contains sprintf("data.talonone.%s is not a setting.", [name]) if {
	some name, _ in data.talonone
	not name in {"max_removals", "allow"}
}

# The limit

deny contains sprintf("The plan removes %d %s; the limit is %d.", [removed, noun, max_removals]) if {
	removed > max_removals
	noun := ["rows", "row"][count([1 | removed == 1])]
}

deny contains sprintf("The plan does not say how much %s removes. To permit this, allow its name.", [name]) if some name in unknown

warn contains sprintf("%s is deleted, and all its memberships with it.", [short(rc.address)]) if {
	some rc in ours
	rc.type == "talonone_audience"
	destroys(rc)
}

warn contains sprintf("%s erases the data of customers.", [short(rc.address)]) if {
	some rc in ours
	rc.type in {"talonone_customer_data_deletion", "talonone_customer_profile", "talonone_customer_profiles"}
	loss(rc) > 0
}

warn contains sprintf("%s runs.", [short(action.address)]) if {
	some action in invocations
	action.type in {"talonone_clear_audience", "talonone_edit_catalog_items", "talonone_delete_customer_data"}
}

# How much the plan removes

removed := ((sum([loss(rc) | some rc in ours; not goes_with_audience(rc)]) +
	sum([audience_loss(rc) | some rc in ours; is_lost_audience(rc)])) +
	sum([n | some action in invocations; n := cleared(action)])) +
	count([1 | some action in invocations; action.type == "talonone_delete_customer_data"])

unknown contains short(rc.address) if {
	some rc in ours
	is_unknown(rc)
	not permitted(rc.address)
}

unknown contains short(action.address) if {
	some action in invocations
	is_unknown_action(action)
	not permitted(action.address)
}

permitted(address) if address in allowed

permitted(address) if short(address) in allowed

# The address without the keys of for_each, which may be integration IDs.
short(address) := regex.replace(address, `\[(?:"(?:[^"\\]|\\.)*"|[0-9]+)\]`, "")

ours := [rc | some rc in list("resource_changes"); rc.mode != "data"; startswith(rc.type, "talonone_")]

invocations := [a | some a in list("action_invocations"); startswith(a.type, "talonone_")]

destroys(rc) if rc.change.actions in {["delete"], ["delete", "create"], ["create", "delete"]}

plans(rc) if rc.change.actions in {["create"], ["update"], ["delete", "create"], ["create", "delete"], ["create", "forget"]}

does_nothing(rc) if rc.change.actions in {["no-op"], ["read"], ["forget"]}

default loss(_) := 0

loss(rc) := leaving(rc) + arriving(rc)

# What the end of an object removes: the rows that its state holds.

default leaving(_) := 0

leaving(rc) := n if {
	destroys(rc)
	n := rows(rc)
}

rows(rc) := 1 if rc.type in {"talonone_audience_membership", "talonone_catalog_item", "talonone_referral", "talonone_store", "talonone_coupon"}

rows(rc) := 1 if {
	rc.type == "talonone_customer_session"
	object.get(rc.change.before, "on_destroy", "") != "forget"
}

rows(rc) := 1 if {
	rc.type == "talonone_customer_profile"
	erases(rc)
}

rows(rc) := n if {
	rc.type == "talonone_customer_profiles"
	erases(rc)
	n := count(json.unmarshal(rc.change.before.profiles))
}

rows(rc) := rc.change.before.member_count if {
	rc.type == "talonone_audience_memberships"
	whole(rc.change.before.member_count)
}

rows(rc) := rc.change.before.item_count if {
	rc.type in {"talonone_catalog_items", "talonone_collection"}
	whole(rc.change.before.item_count)
}

rows(rc) := n if {
	rc.type == "talonone_coupon_reservation"
	listed := object.get(rc.change.before, "customers", [])
	n := max([count(listed), reserved(rc)])
}

rows(rc) := rc.change.before.coupon_count if {
	rc.type == "talonone_coupons"
	whole(rc.change.before.coupon_count)
}

rows(rc) := count(rc.change.before.audience_ids) if rc.type == "talonone_customer_audiences"

rows(rc) := count(rc.change.before.advocates) if rc.type == "talonone_referrals"

default reserved(_) := 0

reserved(rc) := rc.change.before.reservation_count if {
	rc.change.before.ownership == "exclusive"
	whole(rc.change.before.reservation_count)
}

erases(rc) if rc.change.before.erase_on_destroy == true

erases(rc) if rc.change.after.erase_on_destroy == true

erases(rc) if rc.change.after_unknown.erase_on_destroy == true

# What a create or an update removes, as last_sync says. Equal before and after, it means that no row moves.

default arriving(_) := 0

arriving(rc) := 1 if {
	rc.type == "talonone_customer_data_deletion"
	plans(rc)
	runs(rc)
}

arriving(rc) := rc.change.after.last_sync.removed if {
	rc.type != "talonone_customer_data_deletion"
	plans(rc)
	says(rc)
	moves(rc)
}

runs(rc) if rc.change.actions != ["update"]

runs(rc) if rc.change.after_unknown.found == true

is_bulk(rc) if {
	rc.type in {
		"talonone_audience_memberships", "talonone_catalog_items", "talonone_collection", "talonone_coupon_reservation",
		"talonone_referrals", "talonone_customer_profiles",
	}
}

is_bulk(rc) if {
	some side in ["before", "after", "after_unknown"]
	object.get(rc.change[side], "last_sync", null) != null
}

says(rc) if {
	not has_unknown(object.get(rc.change.after_unknown, "last_sync", false))
	whole(rc.change.after.last_sync.removed)
}

# An import moves no row, and leaves last_sync without a value.
says(rc) if {
	not has_unknown(object.get(rc.change.after_unknown, "last_sync", false))
	rc.change.actions == ["update"]
	object.get(rc.change.before, "last_sync", false) == null
	object.get(rc.change.after, "last_sync", false) == null
}

has_unknown(later) if later == true

has_unknown(later) if {
	some _, part in later
	part == true
}

moves(rc) if rc.change.actions != ["update"]

moves(rc) if object.get(rc.change, ["before", "last_sync"], null) != rc.change.after.last_sync

# What may remove more than the plan says.

is_unknown(rc) if {
	not does_nothing(rc)
	not destroys(rc)
	not plans(rc)
}

is_unknown(rc) if {
	plans(rc)
	is_bulk(rc)
	not says(rc)
}

is_unknown(rc) if {
	destroys(rc)
	not is_counted(rc)
}

is_counted(rc) if {
	rc.type in {
		"talonone_audience_customer_attributes", "talonone_event", "talonone_cart_item_return", "talonone_customer_data_deletion",
		"talonone_customer_session", "talonone_attribute", "talonone_additional_cost",
	}
}

is_counted(rc) if {
	rc.type in {"talonone_customer_profile", "talonone_customer_profiles"}
	not erases(rc)
}

is_counted(rc) if {
	rc.type == "talonone_audience"
	members[rc.change.before.id]
}

is_counted(rc) if {
	rc.type != "talonone_coupon_reservation"
	whole(rows(rc))
}

is_counted(rc) if {
	rc.type == "talonone_coupon_reservation"
	rc.change.before.ownership == "exclusive"
	whole(rc.change.before.reservation_count)
}

is_counted(rc) if {
	rc.type == "talonone_coupon_reservation"
	object.get(rc.change.before, "ownership", "") != "exclusive"
	is_array(rc.change.before.customers)
}

# Audiences. Their members go with them, whichever resource manages those: they are counted once.

is_lost_audience(rc) if {
	rc.type == "talonone_audience"
	destroys(rc)
}

goes_with_audience(rc) if {
	destroys(rc)
	some audience in ours
	is_lost_audience(audience)
	audience.change.before.id == rc.change.before.audience_id
}

audience_loss(rc) := max([
	object.get(members, rc.change.before.id, 0),
	sum([loss(other) | some other in ours; destroys(other); other.change.before.audience_id == rc.change.before.id]),
])

# How many members audiences have, where a resource manages all of them or a data source counts them.
members[id] := max(counts) if {
	some [id, _] in counted
	counts := [n | some [other, n] in counted; other == id]
}

counted contains [rc.change.before.audience_id, rc.change.before.member_count] if {
	some rc in ours
	rc.type == "talonone_audience_memberships"
	rc.change.before.ownership == "exclusive"
	whole(rc.change.before.member_count)
}

counted contains [resource.values.audience_id, resource.values.member_count] if {
	some resource in state
	resource.type == "talonone_audience_memberships"
	resource.values.ownership == "exclusive"
	whole(resource.values.member_count)
}

counted contains [resource.values.audience_id, resource.values.member_count] if {
	some resource in state
	resource.type == "talonone_audience_members"
	whole(resource.values.member_count)
}

counted contains [audience.id, audience.member_count] if {
	some resource in state
	resource.type == "talonone_audiences"
	some audience in resource.values.audiences
	whole(audience.member_count)
}

# Modules up to four levels deep; what is deeper counts as unknown.
state contains resource if {
	some module in modules
	some resource in module.resources
	resource.type in {"talonone_audience_memberships", "talonone_audience_members", "talonone_audiences"}
}

root := input.prior_state.values.root_module

modules contains root

modules contains root.child_modules[_]

modules contains root.child_modules[_].child_modules[_]

modules contains root.child_modules[_].child_modules[_].child_modules[_]

modules contains root.child_modules[_].child_modules[_].child_modules[_].child_modules[_]

cleared(action) := object.get(members, action.config_values.audience_id, 0) if action.type == "talonone_clear_audience"

is_unknown_action(action) if {
	action.type == "talonone_clear_audience"
	not is_counted_action(action)
}

is_unknown_action(action) if {
	action.type == "talonone_edit_catalog_items"
	object.get(action.config_values, "edit", "") != "patch"
}

is_unknown_action(action) if {
	not action.type in {
		"talonone_clear_audience", "talonone_edit_catalog_items", "talonone_delete_customer_data", "talonone_return_cart_items",
		"talonone_track_event", "talonone_update_audience_customer_attributes",
	}
}

is_counted_action(action) if members[action.config_values.audience_id]

whole(n) if {
	is_number(n)
	n >= 0
	n == floor(n)
}
