package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var updateGolden = flag.Bool("update", false, "write the comments into testdata instead of comparing them")

// The plans in testdata are recorded runs of Terraform against the emulator; the end-to-end test of the same name records
// them, and compares its own, fresh plan's comment with the same file.
func TestRecordedPlans(t *testing.T) {
	t.Parallel()
	plans, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	if err != nil || len(plans) == 0 {
		t.Fatalf("no recorded plans: %v", err)
	}
	for _, path := range plans {
		name := strings.TrimSuffix(path, ".json")
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			for format, ending := range map[string]string{formatMarkdown: ".md", formatText: ".txt"} {
				got := review(t, nil, 0, "-format", format, path)
				if *updateGolden {
					if err := os.WriteFile(name+ending, []byte(got), 0o600); err != nil {
						t.Fatal(err)
					}
					continue
				}
				want, err := os.ReadFile(name + ending)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", format, diff)
				}
			}
		})
	}
}

// review runs the program and returns what it prints.
func review(t testing.TB, in io.Reader, status int, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	if got := run(args, in, &out, &errOut); got != status {
		t.Fatalf("exit status %d, want %d\n%s%s", got, status, &out, &errOut)
	}
	return out.String() + errOut.String()
}

type obj = map[string]any

// planned is a plan with the given resource changes, and what else.
func planned(t testing.TB, changes []obj, more ...obj) io.Reader {
	t.Helper()
	all := obj{"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes, "complete": true, "errored": false}
	for _, members := range more {
		maps.Copy(all, members)
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(text)
}

// changing is a change of the resource at an address without module or key.
func changing(address, actions string, before, after obj, more ...obj) obj {
	kind, name, _ := strings.Cut(address, ".")
	name, _ = splitKey(name)
	change := obj{"actions": strings.Split(actions, "+"), "before": nil, "after": nil, "after_unknown": obj{}}
	if before != nil {
		change["before"] = before
	}
	if after != nil {
		change["after"] = after
	}
	rc := obj{"address": address, "mode": "managed", "type": kind, "name": name, "change": change}
	for _, members := range more {
		for name, value := range members {
			if _, ofResource := map[string]bool{"address": true, "module_address": true, "index": true, "deposed": true}[name]; ofResource {
				rc[name] = value
			} else {
				change[name] = value
			}
		}
	}
	return rc
}

// sync is last_sync. Its summary ends with a code that is another one for every change.
func sync(added, updated, removed int, summary ...string) obj {
	return obj{"added": added, "updated": updated, "removed": removed, "released": 0, "summary": strings.Join(summary, "")}
}

func audience(id int, name string) obj { return obj{"id": id, "name": name} }

func unknown(names ...string) obj {
	later := obj{}
	for _, name := range names {
		later[name] = true
	}
	return obj{"after_unknown": later}
}

func TestSentences(t *testing.T) {
	t.Parallel()
	vip := changing("talonone_audience.vip", "no-op", audience(7, "VIP"), audience(7, "VIP"))
	members := func(actions string, before, after obj, more ...obj) obj {
		return changing("talonone_audience_memberships.vip", actions, before, after, more...)
	}
	for name, test := range map[string]struct {
		changes []obj
		more    obj
		want    string
	}{
		"nothing changes": {
			changes: []obj{vip},
			want:    "No changes in Talon.One.",
		},
		"only other providers": {
			changes: []obj{vip, changing("aws_s3_bucket.a", "create", nil, obj{}), changing("aws_s3_bucket.b", "no-op", obj{}, obj{})},
			want:    "No changes in Talon.One.\n\nAlso, 1 resource of other providers changes.",
		},
		"members by the audience's name": {
			changes: []obj{vip, members("update",
				obj{"audience_id": 7, "members_digest": "a", "last_sync": sync(1, 0, 0)}, obj{"audience_id": 7, "members_digest": "b", "last_sync": sync(120, 0, 3)})},
			want: "Audiences:\n  - Audience \"VIP\": +120 members, −3",
		},
		"members of several resources and one of its own": {
			changes: []obj{
				vip,
				members("create", nil, obj{"audience_id": 7, "last_sync": sync(2, 0, 0)}),
				changing(`talonone_audience_membership.each["anna@example.com"]`, "create", nil, obj{"audience_id": 7}),
				changing(`talonone_audience_membership.each["ben@example.com"]`, "delete", obj{"audience_id": 7}, nil),
			},
			want: "Audiences:\n  - Audience \"VIP\": +3 members, −1",
		},
		"the same numbers as last time are work when the summary is another one": {
			changes: []obj{vip, members("update",
				obj{"audience_id": 7, "last_sync": sync(1, 0, 0, "+1, 2 members in all (0a)")}, obj{"audience_id": 7, "last_sync": sync(1, 0, 0, "+1, 3 members in all (0b)")})},
			want: "Audiences:\n  - Audience \"VIP\": +1 member; 3 members in all",
		},
		"and none when only a setting does": {
			changes: []obj{vip, members("update",
				obj{"audience_id": 7, "members_digest": "a", "last_sync": sync(1, 0, 9), "max_removal_percent": 1},
				obj{"audience_id": 7, "members_digest": "a", "last_sync": sync(1, 0, 9), "max_removal_percent": 2})},
			want: "Only in Terraform's state:\n  - 1 resource: only settings of Terraform change",
		},
		"members that are known when applying": {
			changes: []obj{vip, members("update",
				obj{"audience_id": 7, "last_sync": sync(1, 0, 0)}, obj{"audience_id": 7}, unknown("last_sync", "members_digest"))},
			want: "Audiences:\n  - Audience \"VIP\": how many members change is known only when the plan is applied",
		},
		"a destroyed additive resource removes what it manages": {
			changes: []obj{vip, members("delete", obj{"audience_id": 7, "ownership": "additive", "member_count": 12000}, nil)},
			want:    "Audiences:\n  - Audience \"VIP\": −12,000 members",
		},
		"an audience renamed, with members": {
			changes: []obj{
				changing("talonone_audience.vip", "update", audience(7, "VIP"), audience(7, "Regulars")),
				members("create", nil, obj{"audience_id": 7, "last_sync": sync(5, 0, 0)}),
			},
			want: "Audiences:\n  - Audience \"Regulars\": the new name of \"VIP\"; +5 members",
		},
		"an audience deleted, whose members are known": {
			changes: []obj{
				changing("talonone_audience.vip", "delete", audience(7, "VIP"), nil),
				members("delete", obj{"audience_id": 7, "ownership": "exclusive", "member_count": 5}, nil),
			},
			want: "Can't be undone:\n  - Audience \"VIP\" is deleted, and all its memberships with it (5 members)",
		},
		"an audience deleted, whose members are counted by a data source": {
			changes: []obj{changing("talonone_audience.vip", "delete", audience(7, "VIP"), nil)},
			more: obj{"prior_state": obj{"format_version": "1.0", "values": obj{"root_module": obj{"resources": []obj{{
				"address": "data.talonone_audiences.all", "mode": "data", "type": "talonone_audiences", "name": "all",
				"values": obj{"audiences": []obj{{"id": 7, "name": "VIP", "member_count": 812}}}, "sensitive_values": obj{},
			}}}}}},
			want: "Can't be undone:\n  - Audience \"VIP\" is deleted, and all its memberships with it (812 members)",
		},
		"an audience replaced": {
			changes: []obj{
				changing("talonone_audience.vip", "delete+create", audience(7, "VIP"), obj{"name": "VIP"}, unknown("id"), obj{"replace_paths": [][]string{{"description"}}}),
			},
			want: "Can't be undone:\n  - Audience \"VIP\" is deleted with all its memberships, and created again with another ID, because \"description\" changes",
		},
		"catalogs": {
			changes: []obj{
				changing("talonone_catalog_items.shoes", "update",
					obj{"catalog_id": 6, "items": `{"A":{"price":1},"B":{"price":1,"product":"x"},"C":{"price":2.50},"D":{}}`},
					obj{"catalog_id": 6, "items": `{"A":{"price":2},"B":{"price":2,"product":"y"},"C":{"price":2.5,"product":"z"},"E":{}}`, "last_sync": sync(1, 3, 1)}),
				changing("talonone_catalog_items.sale", "update",
					obj{"catalog_id": 7, "items": `{"A":{"price":1},"B":{"price":1}}`},
					obj{"catalog_id": 7, "items": `{"A":{"price":2},"B":{"price":3}}`, "last_sync": sync(0, 2, 0)}),
				changing("talonone_catalog_items.digests", "update",
					obj{"catalog_id": 8, "managed_items": `{"A":"x","B":"y"}`},
					obj{"catalog_id": 8, "managed_items": `{"A":"z"}`, "last_sync": sync(0, 1, 1)}),
				changing("talonone_catalog_item.one", "update", obj{"catalog_id": 9, "sku": "A", "price": 1}, obj{"catalog_id": 9, "sku": "A", "price": 2}),
			},
			want: "Catalogs:\n  - Catalog 6: 3 items change (2 prices), 1 added, 1 removed\n  - Catalog 7: 2 prices change\n" +
				"  - Catalog 8: 1 item changes, 1 removed\n  - Catalog 9: 1 price changes",
		},
		"reservations and referrals": {
			changes: []obj{
				changing("talonone_coupon_reservation.a", "update",
					obj{"coupon_value": "SUMMER25%OFF", "customers": []string{"anna", "ben"}, "last_sync": sync(2, 0, 0)},
					obj{"coupon_value": "SUMMER25%OFF", "customers": []string{"anna", "carl"}, "last_sync": sync(1, 0, 1)}),
				changing("talonone_coupon_reservation.b", "delete", obj{"coupon_value": "XMAS", "customers": []string{"anna", "ben"}, "ownership": "additive"}, nil),
				changing(`talonone_referral.a["anna"]`, "delete", obj{"campaign_id": 11}, nil),
				changing("talonone_referrals.b", "update", obj{"campaign_id": 11, "usage_limit": 1}, obj{"campaign_id": 11, "usage_limit": 2, "last_sync": sync(1, 2, 0)}),
			},
			want: "Can't be undone:\n  - 1 referral code stops working\n\n" +
				"Coupon reservations:\n  - Coupon \"SUMMER25%OFF\": +1 reservation, −1\n  - Coupon \"XMAS\": −2 reservations\n\n" +
				"Referrals:\n  - Campaign 11: 2 referral codes change, 1 added, 1 removed",
		},
		"customers": {
			changes: []obj{
				changing(`talonone_customer_profile.a["anna"]`, "delete", obj{"integration_id": "anna", "erase_on_destroy": true}, nil),
				changing(`talonone_customer_profile.a["ben"]`, "delete", obj{"integration_id": "ben", "erase_on_destroy": false}, nil),
				changing(`talonone_customer_profile.a["carl"]`, "create", nil, obj{"integration_id": "carl"}),
				changing("talonone_customer_profiles.b", "update",
					obj{"profiles": `{"dora":{},"emil":{}}`, "erase_on_destroy": true}, obj{"profiles": `{"dora":{"a":1}}`, "erase_on_destroy": true, "last_sync": sync(0, 1, 1)}),
				changing("talonone_customer_data_deletion.c", "create", nil, obj{"integration_id": "frieda"}),
				changing("talonone_customer_session.s", "delete", obj{"on_destroy": "cancel"}, nil),
			},
			want: "Can't be undone:\n  - The data of 3 customers is erased\n  - 1 customer session is cancelled\n\n" +
				"Customers:\n  - 1 customer profile changes, 1 added\n\n" +
				"Only in Terraform's state:\n  - 1 object is no longer managed by Terraform and stays",
		},
		"one-shot resources and actions": {
			changes: []obj{
				changing("talonone_event.a", "create", nil, obj{"type": "shared"}),
				changing("talonone_event.b", "update", obj{"type": "shared", "id": 1}, obj{"type": "shared"}, unknown("id")),
				changing("talonone_event.c", "update", obj{"type": "shared", "id": 1}, obj{"type": "shared", "id": 1}),
				changing("talonone_event.d", "delete", obj{"type": "shared", "id": 1}, nil),
				changing("talonone_cart_item_return.a", "create", nil, obj{"session_integration_id": "s1"}),
			},
			more: obj{"action_invocations": []obj{
				{"address": "action.talonone_track_event.a", "type": "talonone_track_event", "name": "a", "config_values": obj{"type": "signup", "profile_id": "anna"}},
				{"address": "action.talonone_clear_audience.a", "type": "talonone_clear_audience", "name": "a", "config_values": obj{"audience_id": 9}},
				{"address": "action.talonone_delete_customer_data.a", "type": "talonone_delete_customer_data", "name": "a", "config_values": obj{"integration_id": "anna", "confirm": "anna"}},
				{"address": "action.talonone_edit_catalog_items.a", "type": "talonone_edit_catalog_items", "name": "a", "config_values": obj{"catalog_id": 6, "edit": "remove"}},
				{"address": "action.local_command.a", "type": "local_command", "name": "a", "config_values": obj{}},
			}},
			want: "Can't be undone:\n  - Audience 9: all members are removed, the audience stays\n  - The data of 1 customer is erased\n\n" +
				"Catalogs:\n  - Catalog 6: items that match a filter are removed, once; the plan does not say how many\n\n" +
				"Once, when the plan is applied:\n  - 2 events \"shared\" are tracked\n  - 1 event \"signup\" is tracked\n  - 1 return of cart items is made",
		},
		"imports": {
			changes: []obj{changing("talonone_audience.vip", "no-op", audience(7, "VIP"), audience(7, "VIP"), obj{"importing": obj{"id": "7"}})},
			want:    "Only in Terraform's state:\n  - 1 existing object comes under Terraform's management",
		},
		"drift": {
			changes: []obj{vip},
			more: obj{"resource_drift": []obj{
				changing("talonone_audience.vip", "update", audience(7, "VIP"), audience(7, "V.I.P.")),
				members("update", obj{"audience_id": 7, "members_digest": "a", "member_count": 10}, obj{"audience_id": 7, "members_digest": "b", "member_count": 7}),
				changing("talonone_catalog_items.shoes", "update",
					obj{"catalog_id": 6, "item_count": 2, "items": `{"A":{"price":1},"B":{"price":1}}`}, obj{"catalog_id": 6, "item_count": 1, "items": `{"A":{"price":2}}`}),
				changing("talonone_referral.a", "update", obj{"usage_counter": 1}, obj{"usage_counter": 2}),
				changing(`talonone_customer_profile.a["anna"]`, "update", obj{"attributes": "{}"}, obj{"attributes": `{"a":1}`}),
				changing("talonone_audience.gone", "delete", audience(8, "Gone"), nil),
			}},
			want: "Changed outside of Terraform since the last apply:\n  - Audience \"VIP\" was renamed to \"V.I.P.\"\n  - Audience \"VIP\": 3 members fewer than at the last apply\n" +
				"  - Catalog 6: 1 item fewer than at the last apply, 1 item was changed\n  - Audience \"Gone\" was deleted\n  - 1 customer profile was changed",
		},
		"definitions": {
			changes: []obj{
				changing("talonone_attribute.a", "create", nil, obj{"entity": "CartItem", "name": "hue"}),
				changing("talonone_attribute.b", "create", nil, obj{"entity": "CartItem", "name": "cut"}),
				changing("talonone_attribute.c", "delete", obj{"entity": "CartItem", "name": "old"}, nil),
				changing("talonone_additional_cost.a", "update", obj{"name": "shipping", "title": "a"}, obj{"name": "shipping", "title": "b"}),
				changing("talonone_store.a", "delete", obj{"application_id": 1, "integration_id": "a"}, nil),
				changing("talonone_coupon.a", "delete", obj{"application_id": 1, "campaign_id": 12, "value": "A"}, nil),
				changing("talonone_coupon.b", "delete", obj{"application_id": 1, "campaign_id": 12, "value": "B"}, nil),
				changing("talonone_coupon.c", "update", obj{"value": "C", "usage_limit": 1, "deletion_protection": false}, obj{"value": "C", "usage_limit": 1, "deletion_protection": true}),
			},
			want: "Can't be undone:\n  - 2 coupons are deleted, with all reservations\n  - 1 store is deleted, and campaigns lose it\n\n" +
				"Definitions and codes:\n  - 2 attributes added\n  - 1 additional cost changes\n  - 1 store removed\n  - 2 coupons removed\n\n" +
				"Only in Terraform's state:\n  - 1 object is no longer managed by Terraform and stays\n  - 1 resource: only settings of Terraform change",
		},
		"a plan with errors": {
			changes: nil,
			more:    obj{"errored": true, "complete": false},
			want: "The plan ended with errors and can't be applied; this is what it holds so far.\n\n" +
				"The plan is partial: it omits resources, by -target or because they wait for others.\n\nNo changes in Talon.One.",
		},
		"a construct of a later version": {
			changes: []obj{changing("talonone_giveaway.a", "create", nil, obj{})},
			want:    "Other objects:\n  - \"talonone_giveaway\": 1 object added",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := review(t, planned(t, test.changes, test.more), 0, "-format", "text", "-rows", "0")
			if diff := cmp.Diff(test.want+"\n\n", got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// An audience that is only being created has no ID yet: its name is found through the configuration.
func TestNamesOfNewAudiences(t *testing.T) {
	t.Parallel()
	newAudience := func(address, name string, more ...obj) obj {
		return changing("talonone_audience.new", "create", nil, obj{"name": name}, append(more, unknown("id"), obj{"address": address})...)
	}
	members := func(more ...obj) obj {
		return changing("talonone_audience_memberships.all", "create", nil, obj{"member_count": 3, "ownership": "additive"},
			append(more, unknown("audience_id", "last_sync"))...)
	}
	referring := func(references ...string) obj {
		return obj{
			"address": "talonone_audience_memberships.all", "mode": "managed", "type": "talonone_audience_memberships", "name": "all",
			"expressions": obj{"audience_id": obj{"references": references}},
		}
	}
	root := func(module obj) obj { return obj{"configuration": obj{"root_module": module}} }
	for name, test := range map[string]struct {
		changes []obj
		config  obj
		want    string
	}{
		"directly": {
			changes: []obj{newAudience("talonone_audience.new", "Winter"), members()},
			config:  obj{"resources": []obj{referring("talonone_audience.new.id", "talonone_audience.new")}},
			want:    "New audience \"Winter\": +3 members",
		},
		"with for_each": {
			changes: []obj{
				newAudience(`talonone_audience.new["a.b"]`, "Winter"), newAudience(`talonone_audience.new["c"]`, "Summer"),
				members(obj{"address": `talonone_audience_memberships.all["c"]`, "index": "c"}),
			},
			config: obj{"resources": []obj{referring("talonone_audience.new", "each.key")}},
			want:   "New audience \"Winter\"\n  - New audience \"Summer\": +3 members",
		},
		"through a module's variable": {
			changes: []obj{
				newAudience("talonone_audience.new", "Winter"),
				members(obj{"address": `module.m["x.y"].talonone_audience_memberships.all`, "module_address": `module.m["x.y"]`}),
			},
			config: obj{"module_calls": obj{"m": obj{
				"expressions": obj{"audience": obj{"references": []string{"talonone_audience.new.id", "talonone_audience.new"}}},
				"module":      obj{"resources": []obj{referring("var.audience")}},
			}}},
			want: "New audience \"Winter\": +3 members",
		},
		"through a module's output": {
			changes: []obj{
				newAudience("module.m.talonone_audience.new", "Winter", obj{"module_address": "module.m"}),
				members(),
			},
			config: obj{
				"resources": []obj{referring("module.m.id", "module.m")},
				"module_calls": obj{"m": obj{"module": obj{
					"outputs": obj{"id": obj{"expression": obj{"references": []string{"talonone_audience.new.id", "talonone_audience.new"}}}},
				}}},
			},
			want: "New audience \"Winter\": +3 members",
		},
		"not through a local": {
			changes: []obj{newAudience("talonone_audience.new", "Winter"), members()},
			config:  obj{"resources": []obj{referring("local.audience")}},
			want:    "New audience \"Winter\"\n  - Audience \"talonone_audience_memberships.all\": +3 members",
		},
		"not in circles": {
			changes: []obj{members(obj{"address": "module.m.talonone_audience_memberships.all", "module_address": "module.m"})},
			config: obj{"module_calls": obj{"m": obj{
				"expressions": obj{"a": obj{"references": []string{"module.m.a"}}},
				"module": obj{
					"resources": []obj{referring("var.a")},
					"outputs":   obj{"a": obj{"expression": obj{"references": []string{"var.a"}}}},
				},
			}}},
			want: "Audience \"module.m.talonone_audience_memberships.all\": +3 members",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := review(t, planned(t, test.changes, root(test.config)), 0, "-format", "text", "-rows", "0")
			if diff := cmp.Diff("Audiences:\n  - "+test.want+"\n\n", got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestNothingPrivateIsPrinted(t *testing.T) {
	t.Parallel()
	const secret = "anna@example.com"
	key := fmt.Sprintf("[%q]", secret)
	changes := []obj{
		changing("talonone_audience.named"+key, "create", nil, obj{"name": secret}, unknown("id"), obj{"after_sensitive": obj{"name": true}}),
		changing("talonone_audience.renamed", "update", audience(1, secret), audience(1, "VIP"), obj{"before_sensitive": obj{"name": true}}),
		changing("talonone_audience.dropped", "delete", audience(3, secret), nil, obj{"before_sensitive": true}),
		changing("talonone_audience_membership.a"+key, "create", nil, obj{"profile_integration_id": secret}, unknown("audience_id")),
		changing("talonone_audience_memberships.a", "create", nil,
			obj{"audience_id": 2, "members": []string{secret}, "sample_joining": []string{secret}, "last_sync": sync(1, 0, 0)}),
		changing("talonone_coupon_reservation.a"+key, "create", nil, obj{"coupon_value": secret, "customers": []string{secret}, "last_sync": sync(1, 0, 0)},
			obj{"after_sensitive": obj{"coupon_value": true}}),
		changing("talonone_referral.a"+key, "delete", obj{"campaign_id": 1, "code": secret, "advocate_profile_integration_id": secret}, nil),
		changing("talonone_customer_profiles.a", "create", nil, obj{"profiles": fmt.Sprintf(`{%q:{}}`, secret)}, unknown("last_sync")),
		changing("talonone_customer_profile.a"+key, "update", obj{"integration_id": secret, "attributes": "{}"}, obj{"integration_id": secret, "attributes": secret}),
		changing("talonone_customer_session.a"+key, "create", nil, obj{"integration_id": secret}),
		changing("talonone_event.a"+key, "create", nil, obj{"type": secret, "profile_id": secret}, obj{"after_sensitive": obj{"type": true}}),
		changing("talonone_customer_data_deletion.a"+key, "create", nil, obj{"integration_id": secret}),
	}
	more := obj{
		"resource_drift": changes,
		"action_invocations": []obj{
			{"address": "action.talonone_delete_customer_data.a" + key, "type": "talonone_delete_customer_data", "name": "a", "config_values": obj{"integration_id": secret}},
			{"address": "action.talonone_clear_audience.a" + key, "type": "talonone_clear_audience", "name": "a", "config_unknown": obj{"audience_id": true}},
			{"address": "action.talonone_track_event.a" + key, "type": "talonone_track_event", "name": "a", "config_values": obj{"type": secret}, "config_sensitive": obj{"type": true}},
		},
	}
	for _, format := range formats {
		got := review(t, planned(t, changes, more), 0, "-format", format, "-rows", "0")
		if strings.Contains(got, secret) {
			t.Errorf("%s prints what it must not:\n%s", format, got)
		}
		for _, want := range []string{"talonone_audience.named[…]", "The data of 2 customers is erased", "of a type that the plan does not show"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s lacks %q, so this test proves little:\n%s", format, want, got)
			}
		}
	}
}

func TestNamesCannotForgeTheComment(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"VIP":                        "New audience `VIP`",
		"@everyone [x](http://x) %s": "New audience `@everyone [x](http://x) %s`",
		"a`b``c":                     "New audience ```a`b``c```",
		"`a":                         "New audience `` `a ``",
		"a\n\n**No changes**\u202eb": "New audience `a  **No changes** b`",
		strings.Repeat("é", 101):     "New audience `" + strings.Repeat("é", 100) + "…`",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			got := review(t, planned(t, []obj{changing("talonone_audience.a", "create", nil, obj{"name": name}, unknown("id"))}), 0)
			if diff := cmp.Diff("**Audiences**\n\n- "+want+"\n\n", got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLongSectionsAreCounted(t *testing.T) {
	t.Parallel()
	var changes []obj
	for i := range 1234 {
		changes = append(changes, changing(fmt.Sprintf("talonone_audience.a[%d]", i), "create", nil, obj{"name": fmt.Sprint(i)}, unknown("id")))
	}
	got := review(t, planned(t, changes), 0, "-lines", "2")
	if want := "**Audiences**\n\n- New audience 0\n- New audience 1\n- … and 1,232 more\n\n"; got != want {
		t.Errorf("got:\n%s", got)
	}
}

func TestWrongInput(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ input, want string }{
		"a saved plan":            {"PK\x03\x04", "this is a saved plan, which only Terraform can read"},
		"a state":                 {`{"format_version":"1.0","values":{}}`, "this is a state, not a plan"},
		"the log of plan -json":   {`{"@level":"info","type":"version"}` + "\n" + `{"@level":"info"}`, "the input is not a plan in JSON"},
		"nothing":                 {"", "the input is not a plan in JSON"},
		"a text":                  {"Terraform will perform", "the input is not a plan in JSON"},
		"half a plan":             {`{"format_version":"1.2","resource_changes":[{"address":"a`, "the plan ends in the middle"},
		"a format of the future":  {`{"format_version":"2.0"}`, "unsupported plan format version"},
		"a plan of another shape": {`{"format_version":"1.2","resource_changes":[{"address":1}]}`, "unreadable plan"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := review(t, strings.NewReader(test.input), 1); !strings.Contains(got, test.want) {
				t.Errorf("want %q, got:\n%s", test.want, got)
			}
		})
	}
	if got := review(t, nil, 1, filepath.Join(t.TempDir(), "missing.json")); !strings.Contains(got, "missing.json") {
		t.Errorf("the missing file is not named: %s", got)
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"help":            {[]string{"-help"}, 0, "Usage: terraform show -json"},
		"version":         {[]string{"-version"}, 0, "dev"},
		"unknown flag":    {[]string{"-x"}, 2, "flag provided but not defined"},
		"unknown format":  {[]string{"-format", "pdf"}, 2, "-format must be one of markdown, summary, html, text"},
		"two files":       {[]string{"a", "b"}, 2, "give one file"},
		"no lines":        {[]string{"-lines", "0"}, 2, "-lines must be at least 1"},
		"negative limit":  {[]string{"-max-removals", "-1"}, 2, "must be a whole number from 0"},
		"limit in words":  {[]string{"-max-removals", "12x"}, 2, "must be a whole number from 0"},
		"standard input":  {[]string{"-"}, 1, "the input is not a plan in JSON"},
		"nothing at all":  {nil, 1, "the input is not a plan in JSON"},
		"limit and minus": {[]string{"-max-removals=3", "-"}, 1, "the input is not a plan in JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := review(t, strings.NewReader(""), test.status, test.args...); !strings.Contains(got, test.want) {
				t.Errorf("want %q, got:\n%s", test.want, got)
			}
		})
	}
}

// BenchmarkLargeCatalog reviews the plan of a catalog with 100,000 items, 12 MB in each of the four places where a plan
// holds a resource.
func BenchmarkLargeCatalog(b *testing.B) {
	items := func(price int) string {
		var text strings.Builder
		for i := range 100_000 {
			fmt.Fprintf(&text, `,"SKU-%06d":{"price":%d,"product":"Product %d","attributes":{"color":"red","size":42,"tags":["a","b"]}}`, i, price, i/10)
		}
		return "{" + text.String()[1:] + "}"
	}
	before := obj{"catalog_id": 6, "items": items(1)}
	after := obj{"catalog_id": 6, "items": items(2), "last_sync": sync(0, 100_000, 0)}
	module := func(values obj) obj {
		return obj{"root_module": obj{"resources": []obj{{"mode": "managed", "type": "talonone_catalog_items", "values": values}}}}
	}
	plan, err := io.ReadAll(planned(b, []obj{changing("talonone_catalog_items.all", "update", before, after)},
		obj{"planned_values": module(after), "prior_state": obj{"format_version": "1.0", "values": module(before)}}))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(plan)))
	b.ReportAllocs()
	for b.Loop() {
		if got := review(b, bytes.NewReader(plan), 0); !strings.Contains(got, "100,000 prices change") {
			b.Fatal(got)
		}
	}
}
