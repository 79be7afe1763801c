package emulator_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// observers find out over HTTP which value a convention has. TestEveryValueMakesItsDifference starts a deployment
// under each value and wants that value back.
var observers = map[string]func(d *deployment, at *clock) string{
	conventions.AttributeChanges: func(d *deployment, _ *clock) string {
		color := strings.Replace(attributeColor, `"color"`, `"Colour"`, 1)
		got := d.call("PUT", "/v1/attributes/101", managementK, color)
		switch {
		case got.status == 400 && strings.Contains(got.text, `"/title"`):
			return conventions.Refused
		case got.status == 200 && got.field("title") == "Colour":
			return conventions.Accepted
		case got.status == 200 && got.field("title") == "color" && got.field("description") == "new":
			return conventions.Ignored
		}
		return got.text
	},
	conventions.EqualImport: func(d *deployment, _ *clock) string {
		path := "/v1/collections/" + d.must("POST", "/v1/collections", managementK, `{"name":"Luxury"}`).field("id")
		expectStatus(d.t, "first import", d.upload(path+"/import", "upFile", "item\na\nb\n"), 200)
		return either(d.upload(path+"/import", "upFile", "item\nb\na\n").status == 200, conventions.Accepted, conventions.Refused)
	},
	conventions.ReadLag: func(d *deployment, at *clock) string {
		path := "/v1/audiences/" + d.newAudience("VIP") + "/memberships"
		waited := time.Duration(0)
		for d.call("GET", path, managementK, "").status != 200 {
			at.advance(time.Second)
			waited += time.Second
		}
		return waited.String()
	},
	conventions.Flapping: func(d *deployment, _ *clock) string {
		path := "/v1/audiences/" + d.newAudience("VIP") + "/memberships"
		first, second := d.call("GET", path, managementK, "").status, d.call("GET", path, managementK, "").status
		return either(first == second, conventions.No, conventions.Yes)
	},
	conventions.ProfileIDCase: func(d *deployment, _ *clock) string {
		audience := d.newAudience("VIP")
		d.join(audience, "Customer-A", "customer-a")
		d.must("PUT", "/v2/customer_profiles/CUSTOMER-A", liveKey, `{"attributes":{"age":3}}`)
		d.must("PUT", "/v2/customer_sessions/s", liveKey, `{"customerSession":{"profileId":"Customer-A"}}`)
		members := d.members(audience)
		sessions := d.must("GET", "/v1/applications/1/sessions?profile=customer-A", managementK, "").column("profileintegrationid")
		switch {
		case slices.Equal(members, []string{"customer-a"}) && slices.Equal(sessions, members):
			return conventions.Folded
		case slices.Equal(members, []string{"Customer-A", "customer-a"}) && len(sessions) == 0:
			return conventions.Sensitive
		}
		return fmt.Sprint(members, sessions)
	},
	conventions.IDTrim: func(d *deployment, _ *clock) string {
		audience := d.newAudience("VIP")
		expectStatus(d.t, "import", d.upload("/v1/audiences/"+audience+"/memberships/import", "upFile", "profileintegrationid\n\" a \"\n"), 200)
		member := d.members(audience)[0]
		d.must("PUT", "/v2/customer_sessions/%20s", liveKey, `{"customerSession":{"profileId":" a "}}`)
		session := d.must("GET", "/v2/customer_sessions/%20s", liveKey, "").text
		d.must("PUT", "/v1/catalogs/6/sync", liveKey, `{"actions":[{"type":"ADD","payload":{"sku":" x"}}]}`)
		sku := d.must("GET", "/v1/catalogs/6/items?sku=%20x", managementK, "").column("sku")[0]
		trimmed := member == "a" && strings.Contains(session, `"integrationId":"s"`) && sku == "x"
		kept := member == " a " && strings.Contains(session, `"integrationId":" s"`) && sku == " x"
		if trimmed == kept {
			return fmt.Sprint(member, session, sku)
		}
		return either(trimmed, conventions.Yes, conventions.No)
	},
	conventions.NameTrim: func(d *deployment, _ *clock) string {
		d.must("PUT", "/v1/catalogs/6/sync", liveKey, `{"actions":[{"type":"ADD","payload":{"sku":"x","product":{"name":" p "}}}]}`)
		id := d.newAudience(" VIP ")
		d.must("PUT", "/v2/audiences/"+id, liveKey, `{"name":" VIP 2 "}`)
		name := d.must("GET", "/v1/audiences", managementK, "").column("name")[0]
		product := d.must("GET", "/v1/catalogs/6/items", managementK, "").column("product")[0]
		return either(name == "VIP 2" && product == `{"name":"p"}`, conventions.Yes, either(name == " VIP 2 " && product == `{"name":" p "}`, conventions.No, name+product))
	},
	conventions.SKUCase: func(d *deployment, _ *clock) string {
		d.must("PUT", "/v1/catalogs/6/sync", liveKey, `{"actions":[{"type":"ADD","payload":{"sku":"Boot","price":7}}]}`)
		again := d.call("PUT", "/v1/catalogs/6/sync", liveKey, `{"actions":[{"type":"ADD","payload":{"sku":"BOOT","price":7}}]}`)
		cart := d.call("PUT", "/v2/customer_sessions/s", liveKey, `{"customerSession":{"cartItems":[{"sku":"bOOT","quantity":1}]}}`)
		skus := d.must("GET", "/v1/catalogs/6/items?sku=BOot", managementK, "").column("sku")
		switch {
		case again.status == 400 && cart.status == 200 && slices.Equal(skus, []string{"boot"}):
			return conventions.Folded
		case again.status == 200 && cart.status == 400 && len(skus) == 0:
			return conventions.Sensitive
		}
		return fmt.Sprint(again.text, cart.text, skus)
	},
	conventions.PathCharacters: func(d *deployment, _ *clock) string {
		d.server.HandleEcho()
		for _, id := range []string{"10$OFF_NOW", "a@b.com", "order:4711", "(x)'s!", "a+b,c;d=e&f*"} {
			got := d.call("GET", "/test/echo/"+id+"/b", liveKey, "")
			if got.status == 404 {
				return conventions.EncodedOnly
			}
			if got.field("a") != id {
				return got.text
			}
		}
		return conventions.RFC3986
	},
	conventions.UnknownProperties: func(d *deployment, _ *clock) string {
		audience := d.call("POST", "/v2/audiences", liveKey, `{"name":"VIP","colour":"red"}`)
		sync := d.call("PUT", "/v1/catalogs/6/sync", liveKey, `{"actions":[{"type":"ADD","payload":{"sku":"x","colour":"red"},"x":1}]}`)
		switch {
		case audience.status == 201 && sync.status == 200:
			return conventions.Ignored
		case audience.status == 400 && sync.status == 400:
			return conventions.Refused
		}
		return audience.text + sync.text
	},
	conventions.NumberStorage: func(d *deployment, _ *clock) string {
		d.must("PUT", "/v1/catalogs/6/sync", liveKey, `{"actions":[{"type":"ADD","payload":{"sku":"x","price":0.12345678901234567890,"attributes":{"size":0.12345678901234567891}}}]}`)
		d.must("PUT", "/v2/customer_profiles/p", liveKey, `{"attributes":{"age":0.12345678901234567891}}`)
		item := d.must("GET", "/v1/catalogs/6/items", managementK, "").text
		profile := d.must("GET", inventoryPath+"p/inventory?profile=true", liveKey, "").text
		for value, number := range map[string]string{
			conventions.Decimal: "0.1234567890123456789", conventions.Float64: "0.12345678901234568", conventions.TwoDecimals: "0.12",
		} {
			stored := number
			if value == conventions.Decimal {
				stored = "0.12345678901234567891"
			}
			if strings.Contains(item, `"price":`+number+`,`) && strings.Contains(item, `"value":`+stored+`}`) && strings.Contains(profile, `"age":`+stored+`}`) {
				return value
			}
		}
		return item + profile
	},
	conventions.AttributeNull: func(d *deployment, _ *clock) string {
		d.must("PUT", "/v2/customer_profiles/p", liveKey, `{"attributes":{"age":3}}`)
		if d.call("PUT", "/v2/customer_profiles/p", liveKey, `{"attributes":{"age":null}}`).status == 400 {
			return conventions.Refused
		}
		return either(strings.Contains(d.must("GET", inventoryPath+"p/inventory?profile=true", liveKey, "").text, `"age":3`), conventions.Ignored, conventions.Clears)
	},
	conventions.AttributeUpdate: func(d *deployment, _ *clock) string {
		d.must("PUT", "/v2/customer_profiles/p", liveKey, `{"attributes":{"age":3,"vip":true}}`)
		d.must("PUT", "/v2/customer_profiles/p", liveKey, `{}`)
		d.must("PUT", "/v2/customer_profiles", liveKey, `{"customerProfiles":[{"integrationId":"p","attributes":{"age":4}}]}`)
		text := d.must("GET", inventoryPath+"p/inventory?profile=true", liveKey, "").text
		return either(strings.Contains(text, `{"age":4}`), conventions.Replaces, either(strings.Contains(text, `{"age":4,"vip":true}`), conventions.Merges, text))
	},
	conventions.UnpricedItems: func(d *deployment, _ *clock) string {
		d.must("PUT", "/v1/catalogs/6/sync", liveKey, `{"actions":[{"type":"ADD","payload":{"sku":"x"}}]}`)
		text := d.must("GET", "/v1/catalogs/6/items", managementK, "").text
		return either(strings.Contains(text, `"price":null`), conventions.Null,
			either(strings.Contains(text, `"price":0,`), conventions.Zero, either(strings.Contains(text, "price"), text, conventions.Absent)))
	},
	conventions.AddExistingItem: func(d *deployment, _ *clock) string {
		return itemAfter(d, `"type":"ADD"`, `"replaceIfExists":true,"attributes":{"size":2}`, `"color"`, conventions.Merges, conventions.Replaces)
	},
	conventions.PatchItem: func(d *deployment, _ *clock) string {
		return itemAfter(d, `"type":"PATCH"`, `"attributes":{"size":2}`, `"color"`, conventions.Merges, conventions.Replaces)
	},
	conventions.OmittedPrice: func(d *deployment, _ *clock) string {
		return itemAfter(d, `"type":"PATCH"`, `"attributes":{"size":2}`, `"price":7`, conventions.Kept, conventions.Cleared)
	},
	conventions.OmittedProduct: func(d *deployment, _ *clock) string {
		return itemAfter(d, `"type":"ADD"`, `"replaceIfExists":true`, `"product"`, conventions.Kept, conventions.Cleared)
	},
	conventions.MandatoryAttributes: func(d *deployment, _ *clock) string {
		got := d.call("PUT", "/v1/catalogs/6/sync", liveKey, `{"actions":[{"type":"ADD","payload":{"sku":"x","attributes":{"size":1}}}]}`)
		if got.status == 200 {
			return conventions.None
		}
		d.must("PUT", "/v1/catalogs/6/sync", liveKey, `{"actions":[{"type":"ADD","payload":{"sku":"x","attributes":{"color":"red"}}}]}`)
		d.must("PUT", "/v1/catalogs/6/sync", liveKey, `{"actions":[{"type":"PATCH","payload":{"sku":"x","price":1}}]}`)
		expectStatus(d.t, "clearing it", d.call("PUT", "/v1/catalogs/6/sync", liveKey, `{"actions":[{"type":"PATCH_MANY","payload":{"attributes":{"color":null}}}]}`), 400)
		expectStatus(d.t, "replacing it", d.call("PUT", "/v1/catalogs/6/sync", liveKey, `{"actions":[{"type":"ADD","payload":{"sku":"x","replaceIfExists":true}}]}`), 400)
		return strings.TrimPrefix(strings.Join(got.sources(), ","), "pointer /actions/0/payload/attributes/")
	},
	conventions.OmittedApplications: func(d *deployment, _ *clock) string {
		id := d.must("POST", "/v2/audiences", liveKey, `{"name":"VIP","subscribedApplicationsIds":[1]}`).field("id")
		got := d.must("PUT", "/v2/audiences/"+id, liveKey, `{"name":"VIP"}`).field("subscribedApplicationsIds")
		return either(got == "[1]", conventions.Kept, either(got == "[]", conventions.Cleared, got))
	},
	conventions.ThirdPartyOnly: func(d *deployment, _ *clock) string {
		return either(d.call("PUT", "/v2/audiences/"+d.newAudience("VIP"), liveKey, `{"name":"x"}`).status == 200, conventions.No, conventions.Yes)
	},
	conventions.MembershipProfiles: func(d *deployment, _ *clock) string {
		d.join(d.newAudience("VIP"), "new")
		status := d.call("GET", inventoryPath+"new/inventory?profile=true", liveKey, "").status
		d.must("PUT", "/v2/customer_profiles/new", liveKey, `{}`)
		expectStatus(d.t, "after an update", d.call("GET", inventoryPath+"new/inventory?profile=true", liveKey, ""), 200)
		return either(status == 200, conventions.Visible, conventions.Hidden)
	},
	conventions.MembershipActions: func(d *deployment, _ *clock) string {
		id := d.newAudience("VIP")
		expectStatus(d.t, "actions", d.call("POST", "/v2/customer_audiences", liveKey,
			`{"data":[{"action":"add","profileIntegrationId":"a","audienceId":`+id+`},{"action":"add","profileIntegrationId":"a","audienceId":1},{"action":"add","profileIntegrationId":"b","audienceId":`+id+`}]}`), 404)
		return either(len(d.members(id)) == 2, conventions.Partly, conventions.Atomic)
	},
	conventions.RepeatedMembership: func(d *deployment, _ *clock) string {
		id := d.newAudience("VIP")
		statuses := make(map[int]int)
		for _, actions := range [][]string{{"delete"}, {"add", "add"}, {"delete", "add", "delete", "delete"}} {
			var entries []string
			for _, action := range actions {
				entries = append(entries, `{"action":"`+action+`","profileIntegrationId":"a","audienceId":`+id+`}`)
			}
			statuses[d.call("POST", "/v2/customer_audiences", liveKey, `{"data":[`+strings.Join(entries, ",")+`]}`).status]++
		}
		switch {
		case statuses[204] == 3:
			return conventions.Ignored
		case statuses[400] == 3 && len(d.members(id)) == 0:
			d.join(id, "a") // what changes something is taken
			return conventions.Refused
		}
		return fmt.Sprint(statuses)
	},
	conventions.ImportUnknownProfiles: func(d *deployment, _ *clock) string {
		got := d.upload("/v1/audiences/"+d.newAudience("VIP")+"/memberships/import", "upFile", "profileintegrationid\ncustomer-1\nnew\n")
		if got.status == 400 {
			return either(slices.Equal(got.sources(), []string{"line 3"}), conventions.Refused, got.text)
		}
		return conventions.Created
	},
	conventions.ImportAmount: func(d *deployment, _ *clock) string {
		path := "/v1/audiences/" + d.newAudience("VIP") + "/memberships/import"
		d.upload(path, "upFile", "profileintegrationid\ncustomer-1\n")
		switch got := d.upload(path, "upFile", "profileintegrationid\ncustomer-1\ncustomer-2\n").field("amount"); got {
		case "2":
			return conventions.Total
		case "1":
			return conventions.Changed
		case "0":
			return conventions.Zero
		default:
			return got
		}
	},
	conventions.ReservationRepeat: func(d *deployment, _ *clock) string {
		const path, body = "/v1/coupon_reservations/SUMMER10", `{"integrationIDs":["customer-1"]}`
		d.must("POST", path, liveKey, body)
		got := d.call("POST", path, liveKey, body)
		if got.status == 400 {
			return conventions.Refused
		}
		return either(got.field("reservationCounter") == "1", conventions.Ignored, either(got.field("reservationCounter") == "2", conventions.Counted, got.text))
	},
	conventions.RejectedCodes: func(d *deployment, _ *clock) string {
		got := d.must("PUT", "/v2/customer_sessions/s", liveKey,
			`{"customerSession":{"couponCodes":["SUMMER10","NO-SUCH"],"referralCode":"NO-SUCH"},"responseContent":["customerSession"]}`).text
		return either(strings.Contains(got, `"couponCodes":["SUMMER10","NO-SUCH"]`) && strings.Contains(got, `"referralCode":"NO-SUCH"`), conventions.Kept,
			either(strings.Contains(got, `"couponCodes":["SUMMER10"]`) && strings.Contains(got, `"referralCode":""`), conventions.Dropped, got))
	},
	conventions.SessionTransitions: func(d *deployment, _ *clock) string {
		d.must("PUT", "/v2/customer_sessions/s", liveKey, `{"customerSession":{"state":"closed"}}`)
		got := d.call("PUT", "/v2/customer_sessions/s", liveKey, `{"customerSession":{"state":"open","profileId":"p"},"responseContent":["customerSession"]}`)
		if got.status == 400 {
			return conventions.Refused
		}
		return either(strings.Contains(got.text, `"state":"closed"`) && strings.Contains(got.text, `"updateCount":1`), conventions.Ignored, got.text)
	},
	conventions.UnknownSessionStatus: func(d *deployment, _ *clock) string {
		return fmt.Sprint(d.call("GET", "/v2/customer_sessions/no-such", liveKey, "").status)
	},
	conventions.Idempotency: func(d *deployment, _ *clock) string {
		d.server.HandleCounter()
		d.call("PUT", "/test/counters/a", liveKey, "", "Idempotency-Key", "k")
		return either(d.call("PUT", "/test/counters/a", liveKey, "", "Idempotency-Key", "k").field("applied") == "1", conventions.Repeats, conventions.Ignored)
	},
	conventions.ListOrder: func(d *deployment, _ *clock) string {
		ids := []string{d.newAudience("a"), d.newAudience("b"), d.newAudience("c")}
		orders := make(map[string]bool)
		for range 3 {
			if got := d.must("GET", "/v1/audiences?sort=id", managementK, "").column("id"); !slices.Equal(got, ids) {
				return fmt.Sprint(got)
			}
			got := d.must("GET", "/v1/audiences", managementK, "").column("id")
			orders[strings.Join(got, ",")] = true
			if slices.Sort(got); !slices.Equal(got, ids) {
				return fmt.Sprint(got)
			}
		}
		return either(len(orders) == 1 && orders[strings.Join(ids, ",")], conventions.ByID, either(len(orders) > 1, conventions.Unstable, fmt.Sprint(orders)))
	},
	conventions.ListSort: func(d *deployment, _ *clock) string {
		return either(d.call("GET", "/v1/audiences?sort=-created", managementK, "").status == 400, conventions.Refused, conventions.Accepted)
	},
	conventions.ListShift: func(d *deployment, _ *clock) string {
		ids := []string{d.newAudience("a"), d.newAudience("b"), d.newAudience("c")}
		page := func() string {
			return strings.Join(d.must("GET", "/v1/audiences?pageSize=2&skip=1", managementK, "").column("id"), ",")
		}
		first, second := page(), page()
		if second != ids[1]+","+ids[2] {
			return second
		}
		return either(first == second, conventions.No, either(first == ids[2], conventions.Yes, first))
	},
	conventions.PageSizeMax: func(d *deployment, _ *clock) string {
		for _, size := range []string{"1000", "101", "100"} {
			if d.call("GET", "/v1/audiences?pageSize="+size, managementK, "").status == 200 {
				expectStatus(d.t, "no pageSize", d.call("GET", "/v1/audiences", managementK, ""), 200)
				return size
			}
		}
		return "less"
	},
	conventions.PageSizeExcess: func(d *deployment, _ *clock) string {
		return either(d.call("GET", "/v1/audiences?pageSize=1001", managementK, "").status == 400, conventions.Refused, conventions.Clamped)
	},
	conventions.ForbiddenStatus: func(d *deployment, _ *clock) string {
		return fmt.Sprint(d.call("GET", "/v1/applications", audiencesKey, "").status)
	},
	conventions.RetryAfter: func(d *deployment, _ *clock) string {
		for range 3 {
			d.must("GET", "/v1/applications", managementK, "")
		}
		got := d.call("GET", "/v1/applications", managementK, "")
		expectStatus(d.t, "the fourth", got, http.StatusTooManyRequests)
		return either(got.header.Get("Retry-After") == "", conventions.No, conventions.Yes)
	},
	conventions.Legacy2022: func(d *deployment, _ *clock) string {
		path := "/v2/audiences/" + d.newAudience("VIP") + "/memberships"
		with, without := d.call("DELETE", path, managementK, "").status, d.call("DELETE", path, liveKey, "").status
		d.must("PUT", "/v2/customer_sessions/s", liveKey, `{"customerSession":{"couponCodes":["SUMMER10"]}}`)
		effects := d.must("GET", "/v1/applications/1/events/no_total?session=s", managementK, "").column("effects")[0]
		switch {
		case with == 204 && without == 401 && strings.HasPrefix(effects, `[[12,1012,0,["acceptCoupon","SUMMER10"]]`):
			return conventions.Yes
		case with == 401 && without == 204 && strings.HasPrefix(effects, `[{"campaignId":12`):
			return conventions.No
		}
		return fmt.Sprint(with, without, effects)
	},
	conventions.LegacyEvents: func(d *deployment, _ *clock) string {
		return either(d.call("POST", "/v1/events", liveKey, `{}`).status == 404, conventions.No, conventions.Yes)
	},
}

func either(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}

// itemAfter adds an item, changes it, and tells whether a text of its list entry has survived.
func itemAfter(d *deployment, action, change, text, kept, gone string) string {
	d.must("PUT", "/v1/catalogs/6/sync", liveKey, `{"actions":[{"type":"ADD","payload":{"sku":"x","price":7,"product":{"name":"p"},"attributes":{"color":"red","size":1}}}]}`)
	d.must("PUT", "/v1/catalogs/6/sync", liveKey, `{"actions":[{`+action+`,"payload":{"sku":"x",`+change+`}}]}`)
	listed := d.must("GET", "/v1/catalogs/6/items", managementK, "").text
	return either(strings.Contains(listed, text), kept, gone)
}

// valuesOf lists the values of a convention that tests use: its default first.
func valuesOf(c conventions.Convention) []string {
	values := []string{c.Default}
	for _, value := range c.Values {
		if value != c.Default {
			values = append(values, value)
		}
	}
	return values
}

func TestEveryValueMakesItsDifference(t *testing.T) {
	t.Parallel()
	for _, c := range conventions.All() {
		observe, ok := observers[c.Name]
		if !ok {
			t.Errorf("no test shows what %s does", c.Name)
			continue
		}
		for _, value := range valuesOf(c) {
			t.Run(c.Name+"="+value, func(t *testing.T) {
				t.Parallel()
				at := newClock()
				options := with(c.Name, value)
				options.Now, options.ManagementRPS = at.now, 0
				if c.Name == conventions.RetryAfter {
					options.ManagementRPS = 3
				}
				if got := observe(start(t, options), at); got != value {
					t.Errorf("it behaves like %s", got)
				}
			})
		}
	}
	if len(observers) != len(conventions.All()) {
		t.Errorf("%d observers for %d conventions", len(observers), len(conventions.All()))
	}
}

func TestASessionThatWasReadCanBeSentBack(t *testing.T) {
	t.Parallel()
	for name, values := range map[string]conventions.Values{"strict": nil, "lenient": conventions.Defaults()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, emulator.Options{Conventions: values})
			const path = "/v2/customer_sessions/order-1"
			d.must("PUT", path, liveKey, `{"customerSession":{"profileId":"p","couponCodes":["SUMMER10"],"cartItems":[{"sku":"x","quantity":2,"price":3,"category":"shoes","product":{"name":"p"}}]}}`)
			read := d.must("GET", path, liveKey, "").field("customerSession")
			d.must("PUT", path, liveKey, `{"customerSession":`+read+`}`)
		})
	}
}

// TestPathsAsTheVendorsClientsEscapeThem sends paths as they are, with what Go's url.PathEscape leaves ($ & + : = @) and what
// JavaScript's encodeURIComponent leaves (! ' ( ) *), and all escaped.
func TestPathsAsTheVendorsClientsEscapeThem(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{Conventions: conventions.Defaults()})
	for _, id := range []string{"a@b.com", "order:4711", "(x)'s!", "a&b=c+d$e", "*"} {
		d.must("PUT", "/v2/customer_profiles/"+id, liveKey, `{}`)
		d.must("PUT", "/v2/customer_sessions/"+id, liveKey, `{"customerSession":{"profileId":"`+id+`"}}`)
		for _, path := range []string{id, url.PathEscape(id), strings.ReplaceAll(url.QueryEscape(id), "+", "%20")} {
			if got := d.profileOf(liveKey, path).field("integrationId"); got != id {
				t.Errorf("%s is profile %s", path, got)
			}
			if got := d.must("GET", "/v2/customer_sessions/"+path, liveKey, "").text; !strings.Contains(got, `"profileId":`+strconv.Quote(id)) {
				t.Errorf("%s is session %s", path, got)
			}
		}
	}
	for _, path := range []string{"10$OFF_NOW", url.PathEscape("10$OFF_NOW"), url.QueryEscape("10$OFF_NOW")} {
		if got := d.must("POST", "/v1/coupon_reservations/"+path, liveKey, `{"integrationIDs":["a@b.com"]}`).field("value"); got != "10$OFF_NOW" {
			t.Errorf("%s: reserved %s", path, got)
		}
	}
}

func TestAccountReads(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	for path, want := range map[string]string{
		"/v1/users":                 `"email":"demo@example.com"`,
		"/v1/users/1":               `"email":"demo@example.com"`,
		"/v1/accounts/31":           `"applicationCount":2`,
		"/v1/accounts/31/analytics": `"sandboxApplications":1`,
		"/v1/changes":               `"data":[]`, // nobody has changed anything
		"/v1/additional_costs":      `"totalResultSize":0`,
	} {
		if got := d.must("GET", path, managementK, "").text; !strings.Contains(got, want) {
			t.Errorf("%s: %s", path, got)
		}
	}
	for _, path := range []string{"/v1/users/2", "/v1/accounts/1", "/v1/accounts/1/analytics"} {
		expectStatus(t, path, d.call("GET", path, managementK, ""), 404)
	}
}

// Tools that report read who changed what through the Management API. Reads, refused requests and those of the Integration API are
// no changes.
func TestChangesAreListed(t *testing.T) {
	t.Parallel()
	at := newClock()
	d := start(t, emulator.Options{Now: at.now})
	d.newAudience("VIP")
	d.must("GET", "/v1/applications", managementK, "")
	expectStatus(t, "refused", d.call("POST", "/v1/collections", managementK, `{}`), 400)
	began := at.now().Format(time.RFC3339)
	at.advance(time.Minute)
	id := d.must("POST", "/v1/collections", managementK, `{"name":"Luxury"}`).field("id")
	at.advance(time.Minute)
	d.must("POST", "/v1/applications/1/campaigns/12/coupons", managementK, `{"usageLimit":1,"numberOfCoupons":1}`)
	at.advance(time.Minute)
	d.must("DELETE", "/v1/collections/"+id, managementK, "")
	created, coupons, deleted := "/v1/collections", "/v1/applications/1/campaigns/12/coupons", "/v1/collections/"+id
	for query, want := range map[string][]string{
		"":                                {created, coupons, deleted},
		"?sort=-created":                  {deleted, coupons, created},
		"?pageSize=1&skip=1":              {coupons},
		"?applicationId=1":                {coupons},
		"?applicationId=2":                nil,
		"?userId=1&entityPath=COLLECTION": {created, deleted},
		"?userId=2":                       nil,
		"?createdBefore=" + began:         nil,
		"?createdAfter=" + began:          {created, coupons, deleted},
	} {
		if got := d.must("GET", "/v1/changes"+query, managementK, "").column("entity"); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", query, got, want)
		}
	}
}

func TestAPageLargerThanTheLargestIsCutWhereItIsClamped(t *testing.T) {
	t.Parallel()
	d := start(t, with(conventions.PageSizeMax, "2", conventions.PageSizeExcess, conventions.Clamped))
	for range 3 {
		d.newAudience("VIP")
	}
	for _, query := range []string{"", "?pageSize=1000"} {
		got := d.must("GET", "/v1/audiences"+query, managementK, "")
		if rows := got.column("id"); len(rows) != 2 || got.field("hasMore") != "true" {
			t.Errorf("%q: %s", query, got.text)
		}
	}
}

func TestRotatedPagesHoldEveryRow(t *testing.T) {
	t.Parallel()
	d := start(t, with(conventions.ListOrder, conventions.Unstable))
	for _, sku := range []string{"a", "b", "c"} {
		d.must("PUT", "/v1/catalogs/6/sync", liveKey, `{"actions":[{"type":"ADD","payload":{"sku":"`+sku+`"}}]}`)
	}
	var skus []string
	for _, skip := range []string{"0", "1", "2"} {
		skus = append(skus, d.must("GET", "/v1/catalogs/6/items?pageSize=1&skip="+skip, managementK, "").column("sku")...)
	}
	slices.Sort(skus)
	if !slices.Equal(skus, []string{"a", "b", "c"}) {
		t.Errorf("a list without sort changes while nothing is written: %v", skus)
	}
}
