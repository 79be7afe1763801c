package trust

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

type attributes = acctest.Attributes

// subject describes a resource to the rules. A row is what the resource puts into the deployment: a member, an item, a
// code, or the one object that it is.
type subject struct {
	kind string
	// config manages rows. A resource that is one object takes one.
	config func(rows ...string) attributes
	// bulk resources manage many rows.
	bulk bool
	// exclusive says whether the resource can own all rows of its target.
	exclusive bool
	// target is the import ID of the target, for exclusive ones.
	target string
	// held are the rows in the deployment, sorted, each as often as it is there.
	held func(deployment) []string
	// put is what others do to add a row, and take to remove one; nil where others can't.
	put, take func(testing.TB, *acctest.Deployment, string)
	// changed gives the rows another content or setting, in place; nil where there is none.
	changed attributes
	// elsewhere replaces the resource; nil where nothing does.
	elsewhere attributes
	// guard protects against removals, and lifted does not.
	guard, lifted attributes
	// vanish deletes what the rows are in; nil where the API can't.
	vanish func(testing.TB, *acctest.Deployment)
	// keeps says that the rows stay when the resource is destroyed.
	keeps bool
	// irreversible says that a removed row can't be made again as it was.
	irreversible bool
	// final says that a destroyed object can't be made again under its name.
	final bool
	// untold says that a plan doesn't tell which rows exist already: it would take a request for each resource.
	untold bool
	// once says that a repeated create would make a second object.
	once bool
	// plain says that rows have names of plain letters, digits and underscores.
	plain bool
	// id is what messages call a row; nil where that is its name.
	id func(row string) string
	// runs says that the resource carries something out once, and has nothing to destroy.
	runs bool
}

// named is what messages call a row.
func (s subject) named(row string) string {
	if s.id == nil {
		return row
	}
	return s.id(row)
}

// with is attributes with others put over them.
func with(base, others attributes) attributes {
	merged := maps.Clone(base)
	maps.Copy(merged, others)
	return merged
}

// owning is the configuration of an exclusive resource.
func (s subject) owning(rows ...string) attributes {
	return with(s.config(rows...), attributes{"ownership": "exclusive"})
}

// one is a configuration of one resource.
func (s subject) one(written attributes) acctest.Config {
	return acctest.Config{"it": {Type: s.kind, Attributes: written}}
}

// initial are rows for a first configuration.
func (s subject) initial() []string {
	if s.bulk {
		return []string{"a-1", "b-1"}
	}
	return []string{"a-1"}
}

// fixture has a target of each kind, and another one for what moves.
func fixture() *emulator.Fixture {
	f := emulator.DefaultFixture()
	f.Audiences = append(f.Audiences,
		emulator.FixtureAudience{ID: 701, Name: "Place"}, emulator.FixtureAudience{ID: 702, Name: "Elsewhere"})
	for row, id := range audienceRows {
		f.Audiences = append(f.Audiences, emulator.FixtureAudience{ID: id, Name: row})
	}
	f.Campaigns = append(f.Campaigns, emulator.FixtureCampaign{
		ID: 21, ApplicationID: 1, Name: "Elsewhere", Features: []string{"referrals"},
		ReferralSettings: &emulator.FixtureCodeSettings{ValidCharacters: []string{"A", "B", "C", "D", "E", "F", "G", "H"}, CouponPattern: "FRIEND-########"},
	})
	f.Campaigns = append(f.Campaigns, emulator.FixtureCampaign{ID: 22, ApplicationID: 1, Name: "Another", Features: []string{"coupons"}})
	return f
}

// start starts a deployment of its own.
func start(t testing.TB, options ...func(*emulator.Options)) *acctest.Deployment {
	t.Helper()
	return acctest.Start(t, append([]func(*emulator.Options){func(o *emulator.Options) { o.Fixture = fixture() }}, options...)...)
}

// deployment is what the emulator keeps, as far as rows are in it.
type deployment struct {
	Profiles struct {
		All []struct {
			ID            int64
			IntegrationID string
			Sandbox       bool
			Attributes    map[string]any
		}
	}
	Audiences struct {
		All []struct {
			ID      int64
			Name    string
			Members []int64
		}
	}
	Catalogs struct {
		All []struct {
			ID    int64
			Items []struct{ SKU string }
		}
	}
	Definitions struct {
		Attributes []struct {
			ID           int64
			Entity, Name string
		}
		Stores []struct {
			ID            int64
			ApplicationID int64
			IntegrationID string
		}
		AdditionalCosts []struct {
			Name string
		}
		Collections []struct {
			ID   int64
			Name string
		}
	}
	Coupons struct {
		All []struct {
			ID           int64
			CampaignID   int64
			Value        string
			Reservations []struct{ ProfileID int64 }
		}
	}
	Referrals struct {
		All []struct {
			CampaignID int64
			Advocate   string
		}
	}
	Sessions struct {
		All []struct {
			IntegrationID, State string
		}
	}
	Events struct {
		All []struct {
			Type string
		}
	}
}

// rowsIn are the rows that a subject has in a deployment.
func rowsIn(t testing.TB, d *acctest.Deployment, s subject) []string {
	t.Helper()
	rows := s.held(state(t, d))
	slices.Sort(rows)
	return rows
}

// state is what the emulator keeps.
func state(t testing.TB, d *acctest.Deployment) (found deployment) {
	t.Helper()
	text, err := d.Server.State()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &found); err != nil {
		t.Fatal(err)
	}
	return found
}

func (d deployment) profile(id int64) string {
	for _, profile := range d.Profiles.All {
		if profile.ID == id {
			return profile.IntegrationID
		}
	}
	return fmt.Sprint(id)
}

func members(audience int64) func(deployment) []string {
	return func(d deployment) (rows []string) {
		for _, a := range d.Audiences.All {
			if a.ID == audience {
				for _, id := range a.Members {
					rows = append(rows, d.profile(id))
				}
			}
		}
		return rows
	}
}

func reserved(code string) func(deployment) []string {
	return func(d deployment) (rows []string) {
		for _, c := range d.Coupons.All {
			if c.Value == code {
				for _, r := range c.Reservations {
					rows = append(rows, d.profile(r.ProfileID))
				}
			}
		}
		return rows
	}
}

func items(catalog int64) func(deployment) []string {
	return func(d deployment) (rows []string) {
		for _, c := range d.Catalogs.All {
			if c.ID == catalog {
				for _, item := range c.Items {
					rows = append(rows, item.SKU)
				}
			}
		}
		return rows
	}
}

func advocates(campaign int64) func(deployment) []string {
	return func(d deployment) (rows []string) {
		for _, r := range d.Referrals.All {
			if r.CampaignID == campaign {
				rows = append(rows, r.Advocate)
			}
		}
		return rows
	}
}

// ownProfiles are those that the fixture doesn't have.
func ownProfiles(d deployment) (rows []string) {
	for _, profile := range d.Profiles.All {
		if len(profile.Attributes) > 0 {
			rows = append(rows, profile.IntegrationID)
		}
	}
	return rows
}

// audienceRows are the audiences that stand for the rows of one customer, by the rules' names of rows in lower case.
var audienceRows = map[string]int64{
	"a-1": 781, "b-1": 782, "c-1": 783, "d-1": 784, "e-1": 785, "f-1": 786, "g-1": 787, "h-1": 788, "others-1": 789, "others-2": 790,
}

func audienceRow(row string) int64 { return audienceRows[strings.ToLower(row)] }

// audiencesOf are the rows of a customer.
func audiencesOf(customer string) func(deployment) []string {
	return func(d deployment) (rows []string) {
		for row, id := range audienceRows {
			if slices.Contains(members(id)(d), customer) {
				rows = append(rows, row)
			}
		}
		return rows
	}
}

func ownMembership(action string) func(testing.TB, *acctest.Deployment, string) {
	return func(t testing.TB, d *acctest.Deployment, row string) {
		t.Helper()
		d.Call(t, http.MethodPost, "/v2/customer_audiences", map[string]any{"data": []any{
			map[string]any{"action": action, "profileIntegrationId": "shopper", "audienceId": audienceRow(row)},
		}}, nil)
	}
}

func membershipAction(action string) func(testing.TB, *acctest.Deployment, string) {
	return func(t testing.TB, d *acctest.Deployment, row string) {
		t.Helper()
		d.Call(t, http.MethodPost, "/v2/customer_audiences", map[string]any{"data": []any{
			map[string]any{"action": action, "profileIntegrationId": row, "audienceId": 701},
		}}, nil)
	}
}

func syncAction(action string) func(testing.TB, *acctest.Deployment, string) {
	return func(t testing.TB, d *acctest.Deployment, row string) {
		t.Helper()
		d.Call(t, http.MethodPut, "/v1/catalogs/6/sync", map[string]any{"actions": []any{
			map[string]any{"type": action, "payload": map[string]any{"sku": row}},
		}}, nil)
	}
}

func reservation(method string) func(testing.TB, *acctest.Deployment, string) {
	return func(t testing.TB, d *acctest.Deployment, row string) {
		t.Helper()
		d.Call(t, method, "/v1/coupon_reservations/SUMMER10", map[string]any{"integrationIDs": []string{row}}, nil)
	}
}

func putReferral(t testing.TB, d *acctest.Deployment, row string) {
	t.Helper()
	d.Call(t, http.MethodPost, "/v1/referrals", map[string]any{"campaignId": 11, "advocateProfileIntegrationId": row, "usageLimit": 1}, nil)
}

func takeReferral(t testing.TB, d *acctest.Deployment, row string) {
	t.Helper()
	var found struct {
		Data []struct {
			ID       int64
			Advocate string `json:"advocateProfileIntegrationId"`
		}
	}
	d.Call(t, http.MethodGet, "/v1/applications/1/campaigns/11/referrals/no_total", nil, &found)
	for _, r := range found.Data {
		if r.Advocate == row {
			d.Call(t, http.MethodDelete, fmt.Sprintf("/v1/applications/1/campaigns/11/referrals/%d", r.ID), nil, nil)
		}
	}
}

func deleteAudience(id int64) func(testing.TB, *acctest.Deployment) {
	return func(t testing.TB, d *acctest.Deployment) {
		t.Helper()
		d.Call(t, http.MethodDelete, fmt.Sprintf("/v2/audiences/%d", id), nil, nil)
	}
}

func putProfile(t testing.TB, d *acctest.Deployment, row string) {
	t.Helper()
	d.Call(t, http.MethodPut, "/v2/customer_profiles/"+url.PathEscape(row), map[string]any{"attributes": map[string]any{"age": 7}}, nil)
}

func eraseProfile(t testing.TB, d *acctest.Deployment, row string) {
	t.Helper()
	d.Call(t, http.MethodDelete, "/v1/customer_data/"+url.PathEscape(row), nil, nil)
}

func subjects() []subject {
	list := func(name string, base attributes) func(rows ...string) attributes {
		return func(rows ...string) attributes { return with(base, attributes{name: append([]string{}, rows...)}) }
	}
	single := func(name string, base attributes) func(rows ...string) attributes {
		return func(rows ...string) attributes { return with(base, attributes{name: rows[0]}) }
	}
	object := func(name string, base attributes, content any) func(rows ...string) attributes {
		return func(rows ...string) attributes {
			all := make(map[string]any, len(rows))
			for _, row := range rows {
				all[row] = content
			}
			text, err := json.Marshal(all)
			if err != nil {
				panic(err)
			}
			return with(base, attributes{name: string(text)})
		}
	}
	careful, careless := attributes{"max_removal_percent": 0}, attributes{"max_removal_percent": 100}
	return []subject{
		{
			kind: "talonone_audience", config: single("name", attributes{}), once: true,
			held: func(d deployment) (rows []string) {
				for _, a := range d.Audiences.All {
					if a.ID > 790 {
						rows = append(rows, a.Name)
					}
				}
				return rows
			},
			put: func(t testing.TB, d *acctest.Deployment, row string) {
				d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": row}, nil)
			},
			take: func(t testing.TB, d *acctest.Deployment, row string) {
				var found struct {
					Data []struct {
						ID   int64
						Name string
					}
				}
				d.Call(t, http.MethodGet, "/v1/audiences", nil, &found)
				for _, a := range found.Data {
					if a.Name == row {
						deleteAudience(a.ID)(t, d)
					}
				}
			},
			changed:   attributes{"description": "Changed"},
			elsewhere: attributes{"integration": "braze", "integration_id": "vip"},
			guard:     attributes{"deletion_protection": true}, lifted: attributes{"deletion_protection": false},
		},
		{
			kind: "talonone_audience_membership", config: single("profile_integration_id", attributes{"audience_id": 701}),
			held: members(701), put: membershipAction("add"), take: membershipAction("delete"),
			elsewhere: attributes{"audience_id": 702}, vanish: deleteAudience(701), untold: true,
		},
		{
			kind: "talonone_audience_memberships", config: list("members", attributes{"audience_id": 701}), bulk: true, exclusive: true, target: "701",
			held: members(701), put: membershipAction("add"), take: membershipAction("delete"),
			elsewhere: attributes{"audience_id": 702}, guard: careful, lifted: careless, vanish: deleteAudience(701),
		},
		{
			kind: "talonone_customer_audiences",
			config: func(rows ...string) attributes {
				ids := make([]int64, len(rows))
				for i, row := range rows {
					ids[i] = audienceRow(row)
				}
				return attributes{"profile_integration_id": "shopper", "audience_ids": ids}
			},
			bulk: true, exclusive: true, target: "shopper", plain: true, id: func(row string) string { return fmt.Sprint(audienceRow(row)) },
			held: audiencesOf("shopper"), put: ownMembership("add"), take: ownMembership("delete"),
			elsewhere: attributes{"profile_integration_id": "shopper-2"}, guard: careful, lifted: careless,
		},
		{
			kind:   "talonone_audience_customer_attributes",
			config: func(...string) attributes { return attributes{"audience_id": 701, "attributes": `{"Language":"de"}`} },
			held:   func(deployment) []string { return nil }, keeps: true,
			changed: attributes{"attributes": `{"Language":"en"}`}, elsewhere: attributes{"audience_id": 702}, vanish: deleteAudience(701),
		},
		{
			kind: "talonone_catalog_item", config: single("sku", attributes{"catalog_id": 6, "price": 1.5}),
			held: items(6), put: syncAction("ADD"), take: syncAction("REMOVE"),
			changed: attributes{"price": 2.5}, elsewhere: attributes{"catalog_id": 7},
		},
		{
			kind: "talonone_catalog_items", config: object("items", attributes{"catalog_id": 6}, attributes{"price": 1.5}), bulk: true, exclusive: true, target: "6",
			held: items(6), put: syncAction("ADD"), take: syncAction("REMOVE"),
			elsewhere: attributes{"catalog_id": 7}, guard: careful, lifted: careless,
		},
		{
			kind: "talonone_collection", config: single("name", attributes{"items": `["boot","sock"]`}),
			held: func(d deployment) (rows []string) {
				for _, c := range d.Definitions.Collections {
					rows = append(rows, c.Name)
				}
				return rows
			},
			put: func(t testing.TB, d *acctest.Deployment, row string) {
				d.Call(t, http.MethodPost, "/v1/collections", map[string]any{"name": row}, nil)
			},
			take: func(t testing.TB, d *acctest.Deployment, row string) {
				var found struct {
					Data []struct {
						ID   int64
						Name string
					}
				}
				d.Call(t, http.MethodGet, "/v1/collections", nil, &found)
				for _, c := range found.Data {
					if c.Name == row {
						d.Call(t, http.MethodDelete, fmt.Sprintf("/v1/collections/%d", c.ID), nil, nil)
					}
				}
			},
			changed:   attributes{"items": `["boot","hat"]`, "description": "Changed"},
			elsewhere: attributes{"application_id": 1, "campaign_id": 12},
			guard:     attributes{"deletion_protection": true}, lifted: attributes{"deletion_protection": false},
			irreversible: true,
		},
		{
			kind: "talonone_coupon_reservation", config: list("customers", attributes{"coupon_value": "SUMMER10"}), bulk: true, exclusive: true, target: "SUMMER10",
			held: reserved("SUMMER10"), put: reservation(http.MethodPost), take: reservation(http.MethodDelete),
			elsewhere: attributes{"coupon_value": "VIP-ONLY"}, guard: careful, lifted: careless,
			vanish: func(t testing.TB, d *acctest.Deployment) {
				d.Call(t, http.MethodDelete, "/v1/applications/1/campaigns/12/coupons/3001", nil, nil)
			},
		},
		{
			kind: "talonone_referral", config: single("advocate_profile_integration_id", attributes{"campaign_id": 11, "usage_limit": 2}), once: true,
			held: advocates(11), put: putReferral, take: takeReferral,
			changed: attributes{"usage_limit": 5}, elsewhere: attributes{"campaign_id": 21}, irreversible: true,
		},
		{
			kind: "talonone_referrals", config: list("advocates", attributes{"campaign_id": 11, "usage_limit": 2}), bulk: true, once: true,
			held: advocates(11), put: putReferral, take: takeReferral,
			changed: attributes{"usage_limit": 5}, elsewhere: attributes{"campaign_id": 21}, guard: careful, lifted: careless, irreversible: true,
		},
		{
			kind: "talonone_customer_profile", config: single("integration_id", attributes{"attributes": `{"age":41}`, "erase_on_destroy": true}),
			held: ownProfiles, put: putProfile, take: eraseProfile,
			changed: attributes{"attributes": `{"age":42}`}, irreversible: true, untold: true,
		},
		{
			kind: "talonone_customer_profiles", config: object("profiles", attributes{"erase_on_destroy": true}, attributes{"age": 41}), bulk: true,
			held: ownProfiles, put: putProfile, take: eraseProfile, guard: careful, lifted: careless, irreversible: true,
		},
		{
			kind: "talonone_customer_session", config: single("integration_id", attributes{"profile_id": "customer-1"}),
			held: func(d deployment) (rows []string) {
				for _, s := range d.Sessions.All {
					if s.State != "cancelled" {
						rows = append(rows, s.IntegrationID)
					}
				}
				return rows
			},
			put: func(t testing.TB, d *acctest.Deployment, row string) {
				d.Call(t, http.MethodPut, "/v2/customer_sessions/"+url.PathEscape(row), map[string]any{"customerSession": map[string]any{"profileId": "customer-2"}}, nil)
			},
			changed: attributes{"profile_id": "customer-3"}, irreversible: true, final: true,
		},
		{
			kind:   "talonone_customer_data_deletion",
			config: func(...string) attributes { return attributes{"integration_id": "customer-2"} },
			held: func(d deployment) (rows []string) {
				for _, profile := range d.Profiles.All {
					rows = append(rows, profile.IntegrationID)
				}
				return rows
			},
			elsewhere: attributes{"triggers": map[string]string{"request": "2"}}, runs: true, keeps: true,
		},
		{
			kind: "talonone_event",
			config: func(rows ...string) attributes {
				return attributes{"type": "product_shared", "profile_id": rows[0], "attributes": `{"url":"https://shop.example.com/"}`}
			},
			held: func(d deployment) (rows []string) {
				for _, event := range d.Events.All {
					if !strings.HasPrefix(event.Type, "talon_") {
						rows = append(rows, event.Type)
					}
				}
				return rows
			},
			elsewhere: attributes{"triggers": map[string]string{"release": "2"}}, runs: true, once: true, keeps: true,
		},
		{
			kind: "talonone_cart_item_return",
			config: func(...string) attributes {
				return attributes{"session_integration_id": "order", "returned_cart_items": []any{attributes{"sku": "SOCKS", "quantity": 1}}}
			},
			held: func(d deployment) (rows []string) {
				for _, event := range d.Events.All {
					if event.Type == "talon_session_partially_returned" || event.Type == "talon_items_returned" {
						rows = append(rows, event.Type)
					}
				}
				return rows
			},
			elsewhere: attributes{"triggers": map[string]string{"shipment": "2"}}, runs: true, once: true, keeps: true,
		},
		{
			kind: "talonone_attribute",
			config: func(rows ...string) attributes {
				return attributes{"entity": "CustomerProfile", "name": identifier(rows[0]), "type": "string"}
			},
			held: func(d deployment) (rows []string) {
				for _, a := range d.Definitions.Attributes {
					if a.Entity == "CustomerProfile" && strings.Contains(a.Name, "_") {
						rows = append(rows, strings.ReplaceAll(a.Name, "_", "-"))
					}
				}
				return rows
			},
			put: func(t testing.TB, d *acctest.Deployment, row string) {
				d.Call(t, http.MethodPost, "/v1/attributes", map[string]any{
					"entity": "CustomerProfile", "name": identifier(row), "title": identifier(row), "type": "string", "description": "", "suggestions": []string{}, "editable": true,
				}, nil)
			},
			changed: attributes{"description": "Changed"}, keeps: true, plain: true,
		},
		{
			kind:   "talonone_additional_cost",
			config: func(rows ...string) attributes { return attributes{"name": identifier(rows[0])} },
			held: func(d deployment) (rows []string) {
				for _, c := range d.Definitions.AdditionalCosts {
					rows = append(rows, strings.ReplaceAll(c.Name, "_", "-"))
				}
				return rows
			},
			put: func(t testing.TB, d *acctest.Deployment, row string) {
				d.Call(t, http.MethodPost, "/v1/additional_costs", map[string]any{"name": identifier(row), "title": identifier(row), "description": ""}, nil)
			},
			changed: attributes{"title": "Changed"}, keeps: true, plain: true,
		},
		{
			kind: "talonone_store", config: single("integration_id", attributes{"application_id": 1, "name": "Store"}),
			held: func(d deployment) (rows []string) {
				for _, s := range d.Definitions.Stores {
					if s.ApplicationID == 1 {
						rows = append(rows, s.IntegrationID)
					}
				}
				return rows
			},
			put: func(t testing.TB, d *acctest.Deployment, row string) {
				d.Call(t, http.MethodPost, "/v1/applications/1/stores", map[string]any{"name": row, "description": "", "integrationId": row}, nil)
			},
			take: func(t testing.TB, d *acctest.Deployment, row string) {
				for _, s := range state(t, d).Definitions.Stores {
					if s.ApplicationID == 1 && s.IntegrationID == row {
						d.Call(t, http.MethodDelete, fmt.Sprintf("/v1/applications/1/stores/%d", s.ID), nil, nil)
					}
				}
			},
			changed: attributes{"name": "Changed"}, elsewhere: attributes{"application_id": 2}, irreversible: true,
			guard: attributes{"deletion_protection": true}, lifted: attributes{"deletion_protection": false},
		},
		{
			kind: "talonone_coupon",
			config: func(rows ...string) attributes {
				return attributes{"application_id": 1, "campaign_id": 12, "value": "CODE-" + rows[0]}
			},
			held: func(d deployment) (rows []string) {
				for _, c := range d.Coupons.All {
					if row, ours := strings.CutPrefix(c.Value, "CODE-"); ours && c.CampaignID == 12 {
						rows = append(rows, row)
					}
				}
				return rows
			},
			put: func(t testing.TB, d *acctest.Deployment, row string) {
				d.Call(t, http.MethodPost, "/v1/applications/1/campaigns/12/coupons", map[string]any{"usageLimit": 1, "numberOfCoupons": 1, "couponPattern": "CODE-" + row}, nil)
			},
			take: func(t testing.TB, d *acctest.Deployment, row string) {
				for _, c := range state(t, d).Coupons.All {
					if c.Value == "CODE-"+row {
						d.Call(t, http.MethodDelete, fmt.Sprintf("/v1/applications/1/campaigns/12/coupons/%d", c.ID), nil, nil)
					}
				}
			},
			changed: attributes{"usage_limit": 7}, elsewhere: attributes{"campaign_id": 22}, irreversible: true,
			guard: attributes{"deletion_protection": true}, lifted: attributes{"deletion_protection": false},
		},
		{
			kind: "talonone_coupons", bulk: true, exclusive: true, target: "1/22",
			config: func(rows ...string) attributes {
				all := make(map[string]any, len(rows))
				for _, row := range rows {
					all["CODE-"+row] = map[string]any{"usage_limit": 3}
				}
				text, err := json.Marshal(all)
				if err != nil {
					panic(err)
				}
				return attributes{"application_id": 1, "campaign_id": 22, "coupons": string(text)}
			},
			held: func(d deployment) (rows []string) {
				for _, c := range d.Coupons.All {
					if row, ours := strings.CutPrefix(c.Value, "CODE-"); ours && c.CampaignID == 22 {
						rows = append(rows, row)
					}
				}
				return rows
			},
			put: func(t testing.TB, d *acctest.Deployment, row string) {
				d.Call(t, http.MethodPost, "/v1/applications/1/campaigns/22/coupons", map[string]any{"usageLimit": 1, "numberOfCoupons": 1, "couponPattern": "CODE-" + row}, nil)
			},
			take: func(t testing.TB, d *acctest.Deployment, row string) {
				for _, c := range state(t, d).Coupons.All {
					if c.Value == "CODE-"+row {
						d.Call(t, http.MethodDelete, fmt.Sprintf("/v1/applications/1/campaigns/22/coupons/%d", c.ID), nil, nil)
					}
				}
			},
			elsewhere: attributes{"campaign_id": 12}, irreversible: true, guard: careful, lifted: careless,
		},
	}
}

// identifier is a row as the name of an attribute.
func identifier(row string) string { return strings.ReplaceAll(row, "-", "_") }
