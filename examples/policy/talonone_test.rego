# `conftest verify --policy DIR` or `opa test DIR` runs these.
package main_test

import rego.v1

import data.main

change(type, actions, before, after) := {
	"address": sprintf("%s.it", [type]), "mode": "managed", "type": type, "name": "it",
	"change": {"actions": actions, "before": before, "after": after, "after_unknown": {}},
}

plan(changes) := {"resource_changes": changes}

members(removed) := change(
	"talonone_audience_memberships", ["update"],
	{"members_digest": "a", "last_sync": {"added": 0, "removed": 0, "requests": 0}},
	{"members_digest": "b", "last_sync": {"added": 0, "removed": removed, "requests": 1}},
)

test_allows_as_many_as_the_limit if {
	count(main.deny) == 0 with input as plan([members(100)])
}

test_refuses_more if {
	main.deny == {"The plan removes 101 members, items, reservations and referrals; 100 are allowed."} with input as plan([members(101)])
}

test_the_limit_is_data if {
	count(main.deny) == 1 with input as plan([members(6)]) with data.talonone.max_removals as 5
	count(main.deny) == 0 with input as plan([members(101)]) with data.talonone.max_removals as 500
}

test_counts_all_resources_together if {
	items := change("talonone_catalog_items", ["update"], {"items": "{}"}, {"items": "{ }", "last_sync": {"added": 0, "updated": 5, "removed": 60, "requests": 1}})
	count(main.deny) == 1 with input as plan([members(50), object.union(items, {"name": "other"})])
}

test_ignores_the_numbers_of_the_synchronisation_before if {
	old := {"members_digest": "a", "last_sync": {"added": 0, "removed": 900, "requests": 1}}
	count(main.deny) == 0 with input as plan([change("talonone_audience_memberships", ["update"], old, old)])
	count(main.deny) == 0 with input as plan([change("talonone_audience_memberships", ["no-op"], old, old)])
}

test_sees_the_same_number_again if {
	old := {"members_digest": "a", "last_sync": {"added": 0, "removed": 900, "requests": 1}}
	count(main.deny) == 1 with input as plan([change("talonone_audience_memberships", ["update"], old, object.union(old, {"members_digest": "b"}))])
}

test_counts_what_a_destroy_takes if {
	count(main.deny) == 1 with input as plan([change("talonone_catalog_items", ["delete"], {"item_count": 5000, "ownership": "additive"}, null)])
	count(main.deny) == 1 with input as plan([change("talonone_coupon_reservation", ["delete"], {"reservation_count": 200, "customers": ["a"], "ownership": "exclusive"}, null)])
	count(main.deny) == 0 with input as plan([change("talonone_coupon_reservation", ["delete"], {"reservation_count": 200, "customers": ["a"], "ownership": "additive"}, null)])
	count(main.deny) == 1 with input as plan([change("talonone_referral", ["delete"], {"campaign_id": 11}, null)]) with data.talonone.max_removals as 0
}

test_refuses_what_the_plan_does_not_tell if {
	unknown := object.union(members(0), {"change": {"after": {}, "after_unknown": {"last_sync": true}}})
	main.deny == {"The plan does not tell how much talonone_audience_memberships.it removes."} with input as plan([unknown])
}

test_warns_of_audiences_and_actions if {
	main.warn == {"talonone_audience.it is deleted, and all its memberships with it."} with input as plan([change("talonone_audience", ["delete", "create"], {"id": 1}, {})])
	main.warn == {"The action talonone_clear_audience runs."} with input as {"action_invocations": [{"type": "talonone_clear_audience"}]}
}

test_leaves_other_providers_alone if {
	count(main.deny | main.warn) == 0 with input as plan([change("aws_instance", ["delete"], {"item_count": 5000}, null)])
}
