# `conftest verify --policy DIR` or `opa test DIR` runs these. They show what the policy is for; the cases at its edges are
# in cmd/talonone-review/testdata/verdicts.yaml of the provider's repository.
package main_test

import rego.v1

import data.main

plan(changes) := {
	"format_version": "1.2", "resource_changes": changes, "planned_values": {"root_module": {}}, "complete": true, "errored": false,
}

change(type, actions, before, after) := {
	"address": sprintf("%s.it", [type]), "mode": "managed", "type": type, "name": "it",
	"change": {"actions": actions, "before": before, "after": after, "after_unknown": {}},
}

sync(removed, summary) := {"added": 0, "updated": 0, "removed": removed, "released": 0, "summary": summary}

members(removed) := change(
	"talonone_audience_memberships", ["update"],
	{"audience_id": 1, "last_sync": sync(900, "a")}, {"audience_id": 1, "last_sync": sync(removed, "b")},
)

test_allows_as_many_as_the_limit if {
	count(main.deny) == 0 with input as plan([members(100)])
}

test_denies_more if {
	main.deny == {"The plan removes 101 rows; the limit is 100."} with input as plan([members(101)])
	main.deny == {"The plan removes 1 row; the limit is 0."} with input as plan([members(1)]) with data.talonone.max_removals as 0
}

test_the_limit_is_data if {
	count(main.deny) == 1 with input as plan([members(6)]) with data.talonone.max_removals as 5
	count(main.deny) == 0 with input as plan([members(101)]) with data.talonone.max_removals as 500
}

test_a_quoted_limit_is_denied if {
	count(main.deny) == 1 with input as plan([]) with data.talonone.max_removals as "500"
}

test_counts_all_resources_together if {
	count(main.deny) == 1 with input as plan([members(50), members(51)])
}

test_equal_before_and_after_moves_no_row if {
	count(main.deny) == 0 with input as plan([change("talonone_catalog_items", ["update"], {"last_sync": sync(900, "a")}, {"last_sync": sync(900, "a")})])
}

test_counts_what_a_destroy_removes if {
	count(main.deny) == 1 with input as plan([change("talonone_catalog_items", ["delete"], {"item_count": 5000}, null)])
}

test_denies_what_the_plan_does_not_say if {
	unknown := object.union(members(0), {"change": {"after_unknown": {"last_sync": true}}})
	main.deny == {"The plan does not say how much talonone_audience_memberships.it removes. To permit this, allow its name."} with input as plan([unknown])
	count(main.deny) == 0 with input as plan([unknown]) with data.talonone.allow as ["talonone_audience_memberships.it"]
}

test_denies_what_is_not_a_whole_plan if {
	count(main.deny) > 0 with input as {}
	count(main.deny) > 0 with input as object.union(plan([]), {"errored": true})
	count(main.deny) > 0 with input as object.union(plan([]), {"complete": false})
}

test_warns_of_audiences_and_actions if {
	main.warn == {"talonone_audience.it is deleted, and all its memberships with it."} with input as plan([change("talonone_audience", ["delete", "create"], {"id": 1}, {})])
	main.warn == {"action.talonone_clear_audience.a runs."} with input as object.union(plan([]), {"action_invocations": [{
		"address": "action.talonone_clear_audience.a[\"x\"]", "type": "talonone_clear_audience", "config_values": {"audience_id": 1},
	}]})
}

test_leaves_other_providers_alone if {
	count(main.deny | main.warn) == 0 with input as plan([change("aws_instance", ["delete"], {"item_count": 5000}, null)])
}
