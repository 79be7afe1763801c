package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRows checks which rows a comment names.
func TestRows(t *testing.T) {
	t.Parallel()
	ids := func(from, to int) []string {
		var all []string
		for i := from; i < to; i++ {
			all = append(all, fmt.Sprintf("customer-%02d", i))
		}
		return all
	}
	for name, test := range map[string]struct {
		changes []obj
		args    []string
		want    string
	}{
		"prices, which change, come and vanish": {
			changes: []obj{changing("talonone_catalog_items.a", "update",
				obj{"catalog_id": 6, "items": `{"SKU1241004":{"price":116.95},"SKU2":{"price":10},"SKU3":{},"SKU4":{"price":5,"product":"Boot"},"SKU5":{"price":7.5}}`},
				obj{"catalog_id": 6, "items": `{"SKU1241004":{"price":77.7},"SKU2":{},"SKU3":{"price":9},"SKU4":{"price":5.0,"product":"Shoe","attributes":{"size":40}},"SKU5":{"price":7.50}}`,
					"last_sync": sync(0, 4, 0, "~4, 5 items in all (0a)")})},
			want: "Catalogs:\n  - Catalog 6: 4 items change (2 prices, 1 price removed); 5 items in all\n      SKU1241004 price 116.95 → 77.70\n      SKU2 price 10 → none\n" +
				"      SKU3 price none → 9\n      SKU4 product Boot → Shoe, size none → 40",
		},
		"one price vanishes": {
			changes: []obj{changing("talonone_catalog_items.a", "update", obj{"catalog_id": 6, "items": `{"A":{"price":1}}`},
				obj{"catalog_id": 6, "items": `{"A":{"price":null}}`, "last_sync": sync(0, 1, 0, "~1, 1 item in all (0a)")})},
			want: "Catalogs:\n  - Catalog 6: 1 price is removed; 1 item in all\n      A price 1 → none",
		},
		"an item of its own": {
			changes: []obj{changing("talonone_catalog_item.a", "update", obj{"catalog_id": 6, "sku": "A", "price": 116.95, "attributes": `{"a":1.0}`},
				obj{"catalog_id": 6, "sku": "A", "price": 77.7, "attributes": `{"a":1}`})},
			want: "Catalogs:\n  - Catalog 6: 1 price changes\n      A price 116.95 → 77.70",
		},
		"items known by fingerprint": {
			changes: []obj{changing("talonone_catalog_items.a", "update", obj{"catalog_id": 6, "managed_items": `{"A":"x","B":"y"}`},
				obj{"catalog_id": 6, "managed_items": `{"A":"z","B":"y"}`, "last_sync": sync(0, 1, 0)})},
			want: "Catalogs:\n  - Catalog 6: 1 item changes\n      A",
		},
		"at most ten, of each kind some": {
			changes: []obj{changing("talonone_audience_memberships.a", "update", obj{"audience_id": 7, "members": ids(0, 30)},
				obj{"audience_id": 7, "members": ids(12, 50), "last_sync": sync(20, 0, 12)})},
			want: "Audiences:\n  - Audience 7: +20 members, −12\n      − customer-00\n      − customer-01\n      − customer-02\n      − customer-03\n      − customer-04\n" +
				"      + customer-30\n      + customer-31\n      + customer-32\n      + customer-33\n      + customer-34\n      … and 22 more",
		},
		"fewer": {
			changes: []obj{changing("talonone_audience_memberships.a", "create", nil, obj{"audience_id": 7, "members": ids(0, 3), "last_sync": sync(3, 0, 0)})},
			args:    []string{"-rows", "1"},
			want:    "Audiences:\n  - Audience 7: +3 members\n      + customer-00\n      … and 2 more",
		},
		"samples go before lists": {
			changes: []obj{changing("talonone_audience_memberships.a", "update", obj{"audience_id": 7, "members": []string{"a"}},
				obj{"audience_id": 7, "members": []string{"a"}, "sample_leaving": []string{"foreign"}, "sample_joining": []string{}, "last_sync": sync(0, 0, 1)})},
			want: "Audiences:\n  - Audience 7: −1 member\n      − foreign",
		},
		"members without samples": {
			changes: []obj{changing("talonone_audience_memberships.a", "update", obj{"audience_id": 7, "members": []string{"a"}},
				obj{"audience_id": 7, "members": []string{"b"}, "show_samples": false, "last_sync": sync(1, 0, 1)})},
			want: "Audiences:\n  - Audience 7: +1 member, −1",
		},
		"members in JSON": {
			changes: []obj{changing("talonone_audience_memberships.a", "update", obj{"audience_id": 7, "members_json": `["a"]`},
				obj{"audience_id": 7, "members_json": `["b"]`, "last_sync": sync(1, 0, 1)})},
			want: "Audiences:\n  - Audience 7: +1 member, −1\n      − a\n      + b",
		},
		"rows that are released": {
			changes: []obj{changing("talonone_catalog_items.a", "update", obj{"catalog_id": 6, "ownership": "exclusive", "items": `{"A":{}}`},
				obj{"catalog_id": 6, "ownership": "additive", "items": `{"A":{}}`, "last_sync": obj{"added": 0, "updated": 0, "removed": 0, "released": 2, "summary": "2 released, 1 item in all (0a)"}})},
			want: "Catalogs:\n  - Catalog 6: 2 items stay and are no longer managed; 1 item in all",
		},
		"profiles, without values, and without those who are erased": {
			changes: []obj{
				changing("talonone_customer_profiles.a", "update", obj{"profiles": `{"a":{"age":41,"vip":true},"b":{},"c":{}}`, "erase_on_destroy": true},
					obj{"profiles": `{"a":{"age":42,"vip":true},"c":{},"d":{}}`, "erase_on_destroy": true, "last_sync": sync(1, 1, 1)}),
				changing("talonone_customer_profile.b", "delete", obj{"integration_id": "erased", "erase_on_destroy": true}, nil),
				changing("talonone_customer_profile.c", "update", obj{"integration_id": "e", "attributes": `{"age":1}`}, obj{"integration_id": "e", "attributes": `{"age":2}`}),
			},
			want: "Can't be undone:\n  - The data of 2 customers is erased\n\n" +
				"Customers:\n  - 2 customer profiles change, 1 added\n      a age\n      e age\n      + d",
		},
		"nothing of sensitive lists": {
			changes: []obj{
				changing("talonone_coupon_reservation.a", "update", obj{"coupon_value": "A", "customers": []string{"a"}}, obj{"coupon_value": "A", "customers": []string{"b"}, "last_sync": sync(1, 0, 1)},
					obj{"before_sensitive": obj{}, "after_sensitive": obj{"customers": []any{true}}}),
				changing("talonone_catalog_items.a", "update", obj{"catalog_id": 6, "items": `{"A":{"price":1}}`}, obj{"catalog_id": 6, "items": `{"A":{"price":2}}`, "last_sync": sync(0, 1, 0)},
					obj{"before_sensitive": obj{"items": true}}),
			},
			want: "Catalogs:\n  - Catalog 6: 1 item changes\n\nCoupon reservations:\n  - Coupon \"A\": +1 reservation, −1",
		},
		"a deposed object": {
			changes: []obj{changing("talonone_catalog_items.a", "delete", obj{"catalog_id": 6, "item_count": 1}, nil, obj{"deposed": "8a07510d"})},
			want:    "Catalogs:\n  - Catalog 6: up to 1 item removed",
		},
		"of several resources of one thing": {
			changes: []obj{
				changing("talonone_catalog_item.a", "create", nil, obj{"catalog_id": 6, "sku": "A"}),
				changing("talonone_catalog_item.b", "delete", obj{"catalog_id": 6, "sku": "B"}, nil),
				changing("talonone_catalog_items.c", "create", nil, obj{"catalog_id": 6, "items": `{"C":{}}`, "last_sync": sync(1, 0, 0, "+1, 1 item in all (0a)")}),
			},
			want: "Catalogs:\n  - Catalog 6: 2 items added, 1 removed\n      − B\n      + A\n      + C",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := review(t, planned(t, test.changes), 0, append([]string{"-format", "text"}, test.args...)...)
			if diff := cmp.Diff(test.want+"\n\n", got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestOneLinePerThing checks that a deleted audience is one line, however many resources it has.
func TestOneLinePerThing(t *testing.T) {
	t.Parallel()
	changes := []obj{
		changing("talonone_audience.vip", "delete", audience(7, "VIP"), nil),
		changing("talonone_audience_memberships.vip", "delete", obj{"audience_id": 7, "ownership": "additive", "member_count": 3}, nil),
		changing("talonone_audience_membership.vip", "delete", obj{"audience_id": 7, "profile_integration_id": "a"}, nil),
		changing("talonone_audience_customer_attributes.vip", "update", obj{"audience_id": 7, "attributes": "{}"}, obj{"audience_id": 7, "attributes": `{"a":1}`}),
		changing("talonone_audience.new", "delete+create", audience(8, "New"), obj{"name": "New"}, unknown("id"), obj{"replace_paths": [][]string{{"description"}}}),
		changing("talonone_audience_memberships.new", "delete+create", obj{"audience_id": 8, "ownership": "additive", "member_count": 3},
			obj{"member_count": 4, "last_sync": sync(4, 0, 0)}, unknown("audience_id")),
	}
	config := obj{"configuration": obj{"root_module": obj{"resources": []obj{{
		"address": "talonone_audience_memberships.new", "mode": "managed", "type": "talonone_audience_memberships", "name": "new",
		"expressions": obj{"audience_id": obj{"references": []string{"talonone_audience.new.id", "talonone_audience.new"}}},
	}}}}}
	want := "Can't be undone:\n  - Audience \"VIP\" is deleted, and all its memberships with it (at least 4 members)\n" +
		"  - Audience \"New\" is deleted with all its memberships, and created again with another ID, because \"description\" changes (at least 3 members); then +4 members\n\n"
	if diff := cmp.Diff(want, review(t, planned(t, changes, config), 0, "-format", "text")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestInvoke checks that a plan with -invoke, which has no resource changes, says how many members an action removes.
func TestInvoke(t *testing.T) {
	t.Parallel()
	plan := planned(t, []obj{}, obj{
		"action_invocations": []obj{{"address": "action.talonone_clear_audience.a", "type": "talonone_clear_audience", "name": "a", "config_values": obj{"audience_id": 709}}},
		"prior_state": obj{"format_version": "1.0", "values": obj{"root_module": obj{"child_modules": []obj{{"resources": []obj{
			{"address": "module.m.talonone_audience.a", "mode": "managed", "type": "talonone_audience", "name": "a", "values": audience(709, "VIP"), "sensitive_values": obj{}},
			{
				"address": "module.m.talonone_audience_memberships.a", "mode": "managed", "type": "talonone_audience_memberships", "name": "a",
				"values": obj{"audience_id": 709, "ownership": "exclusive", "member_count": 1204}, "sensitive_values": obj{},
			},
		}}}}}},
	})
	want := "Can't be undone:\n  - Audience \"VIP\": all members are removed, the audience stays (1,204 members)\n\n"
	if diff := cmp.Diff(want, review(t, plan, 0, "-format", "text")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestMovedBlocks checks that renamed resources are recognised.
func TestMovedBlocks(t *testing.T) {
	t.Parallel()
	changes := []obj{
		changing(`talonone_audience.vip["old"]`, "delete", audience(7, "VIP"), nil),
		changing(`talonone_audience.vip["new"]`, "create", nil, obj{"name": "VIP"}, unknown("id")),
		changing(`talonone_audience_memberships.vip["old"]`, "delete", obj{"audience_id": 7, "members": []string{"a"}, "member_count": 1}, nil),
		changing(`talonone_audience_memberships.vip["new"]`, "create", nil, obj{"members": []string{"a"}, "member_count": 1, "last_sync": sync(1, 0, 0)}, unknown("audience_id")),
		// Not the same things.
		changing("talonone_catalog_items.a", "delete", obj{"catalog_id": 6, "item_count": 1}, nil),
		changing("talonone_catalog_items.b", "create", nil, obj{"catalog_id": 7, "last_sync": sync(1, 0, 0)}),
		changing("talonone_audience.left", "delete", audience(9, "Secret"), nil, obj{"before_sensitive": obj{"name": true}}),
		changing("talonone_audience.right", "create", nil, obj{"name": "Secret"}, unknown("id"), obj{"after_sensitive": obj{"name": true}}),
	}
	config := obj{"configuration": obj{"root_module": obj{"resources": []obj{{
		"address": "talonone_audience_memberships.vip", "mode": "managed", "type": "talonone_audience_memberships", "name": "vip",
		"expressions": obj{"audience_id": obj{"references": []string{"talonone_audience.vip", "each.key"}}},
	}}}}}
	got := review(t, planned(t, changes, config), 0)
	want := `**Possibly renamed**

- The plan destroys 2 resources and creates them again under another address. If you renamed them, add to the configuration:

  ` + "```" + `
  moved {
    from = talonone_audience.vip["old"]
    to   = talonone_audience.vip["new"]
  }
  moved {
    from = talonone_audience_memberships.vip["old"]
    to   = talonone_audience_memberships.vip["new"]
  }
  ` + "```" + "\n"
	if !strings.Contains(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if hidden := review(t, planned(t, changes, config), 0, "-rows", "0"); strings.Contains(hidden, "moved {") {
		t.Errorf("-rows 0 prints keys:\n%s", hidden)
	}
}

// TestTwoOwners checks that rows and targets with two owners are found.
func TestTwoOwners(t *testing.T) {
	t.Parallel()
	same := func(address string, after obj) obj { return changing(address, "no-op", after, after) }
	changes := []obj{
		same("talonone_catalog_items.a", obj{"catalog_id": 6, "items": `{"A":{},"B":{},"C":{}}`, "ownership": "additive"}),
		changing("talonone_catalog_items.b", "create", nil, obj{"catalog_id": 6, "items": `{"B":{},"C":{},"D":{}}`, "ownership": "additive", "last_sync": sync(3, 0, 0)}),
		same("talonone_catalog_item.c", obj{"catalog_id": 6, "sku": "A"}),
		same("talonone_catalog_item.d", obj{"catalog_id": 7, "sku": "A"}),
		same("talonone_audience.vip", audience(7, "VIP")),
		same("talonone_audience_memberships.a", obj{"audience_id": 7, "ownership": "exclusive"}),
		same("talonone_audience_membership.b", obj{"audience_id": 7, "profile_integration_id": "x"}),
		same("talonone_customer_profile.a", obj{"integration_id": "x"}),
		same("talonone_customer_profiles.b", obj{"profiles": `{"x":{}}`}),
		changing("talonone_customer_profile.gone", "delete", obj{"integration_id": "x"}, nil),
	}
	got := review(t, planned(t, changes), 0, "-format", "text")
	want := "Managed twice:\n" +
		"  - Catalog 6: 2 items are managed by both \"talonone_catalog_items.a\" and \"talonone_catalog_items.b\"\n" +
		"  - Catalog 6: 1 item is managed by both \"talonone_catalog_items.a\" and \"talonone_catalog_item.c\"\n" +
		"  - Audience \"VIP\": \"talonone_audience_memberships.a\" is exclusive, and \"talonone_audience_membership.b\" manages members, too\n" +
		"  - 1 customer profile is managed by both \"talonone_customer_profile.a\" and \"talonone_customer_profiles.b\"\n\n"
	if !strings.HasPrefix(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestTargets checks that a comment says where each change goes.
func TestTargets(t *testing.T) {
	t.Parallel()
	in := func(origin string, application any, more obj) obj {
		more["deployment"] = obj{"origin": origin, "account_id": 31, "application_id": application}
		return more
	}
	const shop, outlet = "https://shop.example.com", "https://outlet.example.com"
	changes := []obj{
		changing("talonone_audience.vip", "update", in(shop, nil, audience(7, "VIP")), in(shop, nil, audience(7, "V.I.P."))),
		changing("talonone_customer_session.a", "create", nil, in(shop, 1, obj{"integration_id": "s"})),
		changing("talonone_audience_membership.outlet", "create", nil, in(outlet, nil, obj{"audience_id": 7, "profile_integration_id": "x"})),
		changing("talonone_audience.outlet", "no-op", in(outlet, 4, obj{"id": 7, "name": "Outlet", "sandbox": true}), in(outlet, 4, obj{"id": 7, "name": "Outlet", "sandbox": true})),
	}
	got := review(t, planned(t, changes), 0, "-rows", "0")
	want := "In `https://shop.example.com`, Application 1, account 31:\n\n**Audiences**\n\n- Audience `V.I.P.`: the new name of `VIP`\n\n**Customers**\n\n- 1 customer session added\n\n" +
		"In `https://outlet.example.com`, Application 4, account 31, sandbox:\n\n**Audiences**\n\n- Audience `Outlet`: +1 member\n\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	// Two Applications of one deployment differ by the provider configuration alone until the first apply.
	resource := func(name, key string) obj {
		return obj{"address": "talonone_customer_session." + name, "mode": "managed", "type": "talonone_customer_session", "name": name, "provider_config_key": key}
	}
	changes = []obj{
		changing("talonone_customer_session.a", "create", nil, obj{"integration_id": "s"}),
		changing("talonone_customer_session.b", "create", nil, obj{"integration_id": "s"}),
	}
	url := obj{"base_url": obj{"constant_value": shop + "/"}}
	got = review(t, planned(t, changes, obj{"configuration": obj{
		"provider_config": obj{"talonone": obj{"name": "talonone", "expressions": url}, "talonone.outlet": obj{"name": "talonone", "alias": "outlet", "expressions": url}},
		"root_module":     obj{"resources": []obj{resource("a", "talonone"), resource("b", "talonone.outlet")}},
	}}), 0, "-format", "text")
	if count := strings.Count(got, "1 customer session added"); count != 2 || !strings.Contains(got, `In "https://shop.example.com", provider "talonone.outlet":`) {
		t.Errorf("the two Applications are not told apart:\n%s", got)
	}
}

// TestDriftOfOurs checks that what Terraform did itself is not called a change from outside.
func TestDriftOfOurs(t *testing.T) {
	t.Parallel()
	session := func(state string) obj { return obj{"integration_id": "s", "state": state} }
	goods := obj{"session_integration_id": "s", "id": 1}
	plan := planned(t, []obj{changing("talonone_cart_item_return.a", "no-op", goods, goods)}, obj{"resource_drift": []obj{
		changing("talonone_customer_session.a", "update", session("closed"), session("partially_returned")),
		changing("talonone_audience_memberships.a", "update", obj{"audience_id": 7, "last_sync": sync(1, 0, 0), "sample_joining": []string{"a"}}, obj{"audience_id": 7, "last_sync": sync(2, 0, 0), "sample_joining": []string{}}),
		changing("talonone_coupon_reservation.a", "update", obj{"coupon_value": "A", "ownership": "additive", "reservation_count": 1}, obj{"coupon_value": "A", "ownership": "additive", "reservation_count": 5}),
		changing("talonone_customer_profile.a", "update", obj{"integration_id": "a", "attributes": `{"a":1}`, "total_sales": 1}, obj{"integration_id": "a", "attributes": `{"a":1e0}`, "total_sales": 2}),
		changing("talonone_customer_session.b", "update", obj{"integration_id": "t", "state": "open"}, obj{"integration_id": "t", "state": "closed"}),
		changing("talonone_%s_of_later", "delete", obj{}, nil),
	}})
	want := "Changed outside of Terraform since the last apply:\n  - 1 customer session was changed\n  - 1 object of the type \"talonone_%s_of_later\" was removed\n\n"
	if diff := cmp.Diff(want, review(t, plan, 0, "-format", "text")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCommentsFit checks that forges take comments, however large the plan and hostile its names.
func TestCommentsFit(t *testing.T) {
	t.Parallel()
	hostile := strings.Repeat("`", 60) + strings.Repeat("🏷", 400)
	var changes []obj
	for i := range 800 {
		name := fmt.Sprintf("%d %s", i, hostile)
		changes = append(changes, changing(fmt.Sprintf("talonone_audience.a[%q]", name), "create", nil, obj{"name": name}, unknown("id")))
		changes = append(changes, changing(fmt.Sprintf("talonone_coupon_reservation.a[%q]", name), "delete", obj{"coupon_value": name, "customers": []string{name, name + "2"}}, nil))
		changes = append(changes, changing(fmt.Sprintf("talonone_type%d%s.a", i, strings.Repeat("x", 200)), "delete", obj{}, nil))
	}
	for format, limit := range map[string]int{formatMarkdown: 65_536, formatSummary: 1 << 20} {
		got := review(t, planned(t, changes), exitRefused, "-format", format, "-lines", "100000", "-max-removals", "0")
		got, _, _ = strings.Cut(got, "talonone-review:")
		if len(got) > limit {
			t.Errorf("%s has %d bytes", format, len(got))
		}
		for _, want := range []string{"Shortened:", "The plan removes 1,600 rows; the limit is 0.", "more"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s lacks %q:\n%.2000s", format, want, got)
			}
		}
	}
}

// TestHTML checks that the page is one file that runs and loads nothing, and that names are no markup.
func TestHTML(t *testing.T) {
	t.Parallel()
	got := review(t, planned(t, []obj{
		changing("talonone_audience.a", "create", nil, obj{"name": `</code><script src="//x"></script><img src=x onerror=alert(1)>`}, unknown("id")),
		changing("talonone_catalog_items.a", "delete", obj{"catalog_id": 6, "item_count": 1, "items": `{"<b>\u202e":{}}`}, nil),
		changing("talonone_catalog_items.b", "create", nil, obj{"catalog_id": 6, "items": `{"<b>":{}}`, "last_sync": sync(1, 0, 0)}),
	}), exitRefused, "-format", "html", "-max-removals", "0", "-approvals", filepath.Join(t.TempDir(), "<none>"))
	got, _, _ = strings.Cut(got, "talonone-review:")
	for _, want := range []string{
		"<!doctype html>", `<meta name="viewport"`, "prefers-color-scheme: dark", "default-src 'none'",
		"<li>New audience <code>&lt;/code&gt;&lt;script", "<li><code>− &lt;b&gt; </code></li>", `<p class="refused">The plan removes 1 row; the limit is 0.</p>`,
		"<pre>moved {", "</html>\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %q:\n%s", want, got)
		}
	}
	for _, none := range []string{"<script", "<img", "<b>", "http:", "https:", "@import", "url("} {
		if strings.Contains(got, none) {
			t.Errorf("the page has %q:\n%s", none, got)
		}
	}
}

// TestRaisingTheLimit checks what permits one change.
func TestRaisingTheLimit(t *testing.T) {
	t.Parallel()
	change := func(summary string) []obj {
		return []obj{
			changing("talonone_catalog_items.a", "update", obj{"catalog_id": 6}, obj{"catalog_id": 6, "last_sync": sync(0, 0, 5, summary)}),
			changing("talonone_audience.a", "delete", audience(1, "VIP"), nil),
		}
	}
	folder := t.TempDir()
	file := filepath.Join(folder, "removals.txt")
	args := []string{"-max-removals", "2", "-format", "text", "-approvals", file}
	refused := review(t, planned(t, change("−5 (0a)")), exitRefused, args...)
	_, line, found := strings.Cut(refused, "add this line to \""+file[:min(len(file), 100)])
	if !found {
		t.Fatalf("nothing says how to permit it:\n%s", refused)
	}
	line = strings.Split(line, "\n")[2]
	if !strings.HasSuffix(line, " 5 talonone_audience.a") {
		t.Errorf("the line to add is %q", line)
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# Approved by the shop's owner\n\n" + line + "\n")
	review(t, planned(t, change("−5 (0a)")), 0, args...)
	// Another change of the same size is not meant.
	review(t, planned(t, change("−5 (0b)")), exitRefused, args...)
	for _, wrong := range []string{"3f1c9a02\n", "3f1c9a02 many\n", "3f1c9a02 -5\n"} {
		write(wrong)
		if got := review(t, planned(t, change("−5 (0a)")), exitUsage, args...); !strings.Contains(got, "line 1") {
			t.Errorf("%q: %s", wrong, got)
		}
	}

	labelled := []string{"-max-removals", "2", "-allow", "talonone_audience.a", "-labels"}
	for labels, status := range map[string]int{
		"bug,max-removals: 5": 0, "max-removals:4": exitRefused, "max-removals: 1": exitRefused, "no max-removals: 9": exitRefused,
		"max-removals: 4\nmax-removals: 7": 0, "max-removals: lots": exitUsage, "": exitRefused,
	} {
		review(t, planned(t, change("x")), status, append(labelled, labels)...)
	}
}

// The file comes with the pull request that it judges: a link there could lead to a device, or to a file of the machine that runs
// the pipeline.
func TestApprovalsAreAFileOfTheRepository(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	secret, link, large := filepath.Join(folder, "secret"), filepath.Join(folder, "removals.txt"), filepath.Join(folder, "large.txt")
	if err := os.WriteFile(secret, []byte("hunter2 hunter3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, link); err != nil {
		t.Skip(err)
	}
	if err := os.WriteFile(large, []byte(strings.Repeat("#\n", maxApprovalBytes)), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{link: "is a link; name the file itself", large: "is too large", folder: "is not a regular file"} {
		got := review(t, planned(t, nil), exitUsage, "-max-removals", "2", "-approvals", file)
		if !strings.Contains(got, want) || strings.Contains(got, "hunter") {
			t.Errorf("%s: %s", file, got)
		}
	}
}
