package provider_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// edits change an object of configurations in place; what is not listed has nothing that changes in place and needs a request.
var edits = map[string]acctest.Attributes{
	"talonone_audience":                     {"name": "Gold"},
	"talonone_audience_customer_attributes": {"attributes": `{"Language":"fr"}`},
	"talonone_audience_memberships":         {"members": []string{"customer-2"}},
	"talonone_catalog_item":                 {"price": 2},
	"talonone_catalog_items":                {"items": `{"A":{"price":2}}`},
	"talonone_collection":                   {"items": `["sock"]`},
	"talonone_coupon_reservation":           {"customers": []string{"customer-2"}},
	"talonone_customer_audiences":           {"audience_ids": []int{}},
	"talonone_customer_profile":             {"attributes": `{"Language":"fr"}`},
	"talonone_customer_profiles":            {"profiles": `{"new":{"Language":"fr"}}`},
	"talonone_customer_session":             {"coupon_codes": []string{}},
	"talonone_referral":                     {"usage_limit": 3},
	"talonone_referrals":                    {"usage_limit": 3},
	"talonone_additional_cost":              {"title": "Other"},
	"talonone_attribute":                    {"description": "Other"},
	"talonone_coupon":                       {"usage_limit": 3},
	"talonone_coupons":                      {"coupons": `["BEACH-TWO"]`},
	"talonone_store":                        {"name": "Other"},
}

// forEachKind runs a test for every resource, each on a deployment of its own where configurations can be applied.
func forEachKind(t *testing.T, test func(t *testing.T, d *acctest.Deployment, kind string, config acctest.Attributes)) {
	t.Helper()
	for _, kind := range slices.Sorted(maps.Keys(acctest.Schemas(t).ResourceSchemas)) {
		config, known := configurations[kind]
		if !known {
			t.Errorf("there is no configuration of %s", kind)
			continue
		}
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := startWithAudience(t)
			d.Call(t, http.MethodPut, "/v2/customer_sessions/order-1", map[string]any{
				"customerSession": map[string]any{"state": "closed", "cartItems": []any{map[string]any{"sku": "SOCKS", "quantity": 1000, "price": 1}}},
			}, nil)
			test(t, d, kind, config)
		})
	}
}

// create applies a configuration.
func create(t *testing.T, p *acctest.Process, kind string, config acctest.Attributes) acctest.Instance {
	t.Helper()
	p.Reattach(t)
	plan, diags := p.Plan(t, kind, acctest.Instance{}, config)
	if problem := acctest.Problem(diags); problem != "" {
		t.Fatal(problem)
	}
	made, diags := p.Apply(t.Context(), t, plan)
	if problem := acctest.Problem(diags); problem != "" {
		t.Fatal(problem)
	}
	if problem := p.Contradiction(t, plan, made); problem != "" {
		t.Fatal(problem)
	}
	return made
}

// edited is the configuration after its edit.
func edited(kind string, config acctest.Attributes) acctest.Attributes {
	other := maps.Clone(config)
	maps.Copy(other, edits[kind])
	return other
}

// place is what a state or a plan says about the deployment of its object.
func place(t *testing.T, deployment tftypes.Value) map[string]tftypes.Value {
	t.Helper()
	var parts map[string]tftypes.Value
	if err := deployment.As(&parts); err != nil {
		t.Fatal(err)
	}
	return parts
}

// elsewhere is the same deployment at another address.
func elsewhere(t *testing.T, d *acctest.Deployment) *acctest.Deployment {
	t.Helper()
	listener := httptest.NewServer(d.Server)
	t.Cleanup(listener.Close)
	return &acctest.Deployment{Server: d.Server, URL: listener.URL}
}

// expectRefusal checks that the problem names both deployments and the ways out, and that nothing was asked of any.
func expectRefusal(t *testing.T, what, problem string, of, here *acctest.Deployment) {
	t.Helper()
	for _, words := range []string{"belongs to another deployment", of.URL, here.URL, "moved_from", "base_url", "state rm"} {
		if !strings.Contains(problem, words) {
			t.Errorf("%s: got %q, want it to say %q", what, problem, words)
		}
	}
	if requests := here.Server.Requests(); len(requests) > 0 {
		t.Errorf("%s: the other deployment was asked %d times, at first %s", what, len(requests), requests[0].Operation)
	}
}

func TestObjectsOfAnotherDeploymentAreLeftAlone(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, d *acctest.Deployment, kind string, config acctest.Attributes) {
		other := elsewhere(t, d)
		p, there := d.NewProcess(t, nil), other.NewProcess(t, nil)
		first, diags := p.Plan(t, kind, acctest.Instance{}, config)
		if problem := acctest.Problem(diags); problem != "" {
			t.Fatal(problem)
		}
		if _, problem := there.PlanAgain(t, first, config); !strings.Contains(problem, "deployment") {
			t.Errorf("the create of another deployment is planned again here: %q", problem)
		}
		made := create(t, p, kind, config)
		var destroy, change acctest.Plan
		destroy, _ = p.Plan(t, kind, made, nil)
		change, _ = p.Plan(t, kind, made, edited(kind, config))

		d.Forget()
		_, diags = there.Refresh(t, made)
		expectRefusal(t, "refresh", acctest.Problem(diags), d, other)
		_, diags = there.Plan(t, kind, made, config)
		expectRefusal(t, "plan", acctest.Problem(diags), d, other)
		_, diags = there.Plan(t, kind, made, nil)
		expectRefusal(t, "plan of the destroy", acctest.Problem(diags), d, other)
		after, diags := there.Apply(t.Context(), t, change)
		expectRefusal(t, "update", acctest.Problem(diags), d, other)
		if differences := p.Differences(t, made, after); len(differences) > 0 {
			t.Errorf("the refused update leaves another state: %v", differences)
		}
		if after, diags = there.Apply(t.Context(), t, destroy); !after.Exists() {
			t.Error("the refused destroy is forgotten")
		}
		expectRefusal(t, "destroy", acctest.Problem(diags), d, other)
	})
}

func TestTheDeploymentIsPlannedAndKept(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, d *acctest.Deployment, kind string, config acctest.Attributes) {
		p := d.NewProcess(t, nil)
		plan, _ := p.Plan(t, kind, acctest.Instance{}, config)
		planned := place(t, p.Planned(t, plan, "deployment"))
		if origin := planned["origin"]; !origin.Equal(tftypes.NewValue(tftypes.String, d.URL)) {
			t.Errorf("a create is planned on %v", planned)
		}
		made := create(t, p, kind, config)
		before := p.Attribute(t, made, "deployment")
		for _, id := range []string{"account_id", "application_id"} {
			if reported := !place(t, before)[id].IsNull(); reported == planned[id].IsKnown() {
				t.Errorf("the plan of a create knows %s: %t, and the responses report it: %t", id, !reported, reported)
			}
		}
		if !before.IsFullyKnown() {
			t.Errorf("something is unknown after the apply: %v", before)
		}
		refreshed, diags := d.NewProcess(t, nil).Refresh(t, made)
		if problem := acctest.Problem(diags); problem != "" {
			t.Fatal(problem)
		}
		if after := p.Attribute(t, refreshed, "deployment"); !after.Equal(before) {
			t.Errorf("a refresh makes %v of %v", after, before)
		}
		change, diags := p.Plan(t, kind, refreshed, edited(kind, config))
		if problem := acctest.Problem(diags); problem != "" {
			t.Fatal(problem)
		}
		if planned := p.Planned(t, change, "deployment"); !planned.Equal(before) {
			t.Errorf("an update plans %v instead of %v", planned, before)
		}
		after, diags := p.Apply(t.Context(), t, change)
		if problem := acctest.Problem(diags) + p.Contradiction(t, change, after); problem != "" {
			t.Error(problem)
		}
	})
}

func TestADeploymentThatHasMovedIsFollowed(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, d *acctest.Deployment, kind string, config acctest.Attributes) {
		moved := elsewhere(t, d)
		p := d.NewProcess(t, nil)
		made := create(t, p, kind, config)
		stranger := moved.NewProcess(t, acctest.Attributes{"moved_from": "https://another.example.com"})
		if _, diags := stranger.Refresh(t, made); !strings.Contains(acctest.Problem(diags), "belongs to another deployment") {
			t.Errorf("moved_from names another one, and is accepted: %q", acctest.Problem(diags))
		}
		follower := moved.NewProcess(t, acctest.Attributes{"moved_from": strings.ToUpper(d.URL[:4]) + d.URL[4:] + "/"})
		refreshed, diags := follower.Refresh(t, made)
		if problem := acctest.Problem(diags); problem != "" || !refreshed.Exists() {
			t.Fatalf("a move is not followed: %s", problem)
		}
		before, after := place(t, p.Attribute(t, made, "deployment")), place(t, p.Attribute(t, refreshed, "deployment"))
		before["origin"] = tftypes.NewValue(tftypes.String, moved.URL)
		for name, want := range before {
			if !after[name].Equal(want) {
				t.Errorf("%s is %v after the move, want %v", name, after[name], want)
			}
		}
		for name, prior := range map[string]acctest.Instance{"refreshed": refreshed, "not refreshed": made} {
			plan, diags := follower.Plan(t, kind, prior, config)
			if problem := acctest.Problem(diags); problem != "" || plan.Replaces || !place(t, p.Planned(t, plan, "deployment"))["origin"].Equal(before["origin"]) {
				t.Errorf("%s: a plan after the move: %s, replaces %t", name, problem, plan.Replaces)
			}
		}
		if end, diags := moved.NewProcess(t, nil).Plan(t, kind, refreshed, nil); acctest.Problem(diags) != "" {
			t.Errorf("without moved_from: %v %s", end, acctest.Problem(diags))
		}
	})
}

// restartable is a deployment that can be stopped and started again at the same address, with other content.
type restartable struct {
	*acctest.Deployment
	current atomic.Pointer[emulator.Server]
}

func startRestartable(t *testing.T) *restartable {
	t.Helper()
	r := &restartable{}
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { r.current.Load().ServeHTTP(w, req) }))
	t.Cleanup(listener.Close)
	r.Deployment = &acctest.Deployment{URL: listener.URL}
	r.restart(t, func(*emulator.Fixture) {})
	return r
}

// restart begins anew with a fixture that has the audience 1 and the closed session order-1 unless edit says otherwise.
func (r *restartable) restart(t *testing.T, edit func(*emulator.Fixture)) {
	t.Helper()
	fixture := emulator.DefaultFixture()
	fixture.Audiences = []emulator.FixtureAudience{{ID: 1, Name: "Audience"}}
	edit(fixture)
	server, err := emulator.New(emulator.Options{Fixture: fixture})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	r.current.Store(server)
	r.Server = server
	if len(fixture.Audiences) > 0 {
		r.Call(t, http.MethodPut, "/v2/customer_sessions/order-1", map[string]any{
			"customerSession": map[string]any{"state": "closed", "cartItems": []any{map[string]any{"sku": "SOCKS", "quantity": 1000, "price": 1}}},
		}, nil)
	}
}

// empty takes everything out of a fixture that can be taken out.
func empty(f *emulator.Fixture) {
	f.Attributes, f.EventTypes, f.Campaigns, f.Profiles, f.Audiences, f.Catalogs, f.Coupons, f.Referrals, f.LoyaltyPrograms, f.Effects = nil, nil, nil, nil, nil, nil, nil, nil, nil, nil
}

// writes are the requests of a deployment that are no reads.
func writes(d *acctest.Deployment) (operations []string) {
	for _, request := range d.Server.Requests() {
		if request.Method != http.MethodGet && !strings.Contains(request.Operation, "ByAttributes") && !strings.Contains(request.Operation, "search") {
			operations = append(operations, request.Operation)
		}
	}
	return operations
}

// lasting are the resources whose objects can't be read, and so never seem gone.
var lasting = []string{"talonone_cart_item_return", "talonone_customer_data_deletion", "talonone_event"}

// TestWhatHasVanishedBlocksNoDestroy restarts the deployment empty. terraform destroy refreshes, and then plans the configuration.
func TestWhatHasVanishedBlocksNoDestroy(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, _ *acctest.Deployment, kind string, config acctest.Attributes) {
		d := startRestartable(t)
		made := create(t, d.NewProcess(t, nil), kind, config)
		d.restart(t, empty)
		p := d.NewProcess(t, nil)
		refreshed, diags := p.Refresh(t, made)
		if problem := acctest.Problem(diags); problem != "" {
			t.Fatalf("refresh: %s", problem)
		}
		if refreshed.Exists() && !slices.Contains(lasting, kind) {
			t.Error("what has vanished is still there")
		}
		if _, diags = p.Plan(t, kind, refreshed, config); acctest.Problem(diags) != "" {
			t.Errorf("the plan that comes before a destroy: %s", acctest.Problem(diags))
		}
		if refreshed.Exists() {
			if _, diags = p.Plan(t, kind, refreshed, nil); acctest.Problem(diags) != "" {
				t.Errorf("the plan of the destroy: %s", acctest.Problem(diags))
			}
		}
	})
}

// TestAnotherObjectWithTheSameIDIsLeftAlone restarts the deployment empty, and somebody makes objects that get the same IDs.
func TestAnotherObjectWithTheSameIDIsLeftAlone(t *testing.T) {
	t.Parallel()
	schemas := acctest.Schemas(t).ResourceSchemas
	forEachKind(t, func(t *testing.T, _ *acctest.Deployment, kind string, config acctest.Attributes) {
		if !slices.ContainsFunc(schemas[kind].Block.Attributes, func(a *tfprotov6.SchemaAttribute) bool { return a.Name == "created" }) || slices.Contains(lasting, kind) {
			t.Skip("no response says when its object was created")
		}
		if kind == "talonone_customer_profile" {
			config = maps.Clone(config)
			config["erase_on_destroy"] = true
		}
		d := startRestartable(t)
		p := d.NewProcess(t, nil)
		made := create(t, p, kind, config)
		change, _ := p.Plan(t, kind, made, edited(kind, config))
		destroy, _ := p.Plan(t, kind, made, nil)

		d.restart(t, func(*emulator.Fixture) {})
		create(t, d.NewProcess(t, nil), kind, config)
		d.Forget()
		p = d.NewProcess(t, nil)
		refreshed, diags := p.Refresh(t, made)
		if problem := acctest.Problem(diags); problem != "" || refreshed.Exists() {
			t.Errorf("refresh: exists %t: %s", refreshed.Exists(), problem)
		}
		if warning := acctest.Warning(diags); !strings.Contains(warning, "Another object has the same ID") {
			t.Errorf("nothing says why it is gone: %q", warning)
		}
		if _, diags = p.Apply(t.Context(), t, change); !strings.Contains(acctest.Problem(diags), "same ID") && !strings.Contains(acctest.Problem(diags), "is gone") {
			t.Errorf("update: %q", acctest.Problem(diags))
		}
		if after, diags := p.Apply(t.Context(), t, destroy); acctest.Problem(diags) != "" || after.Exists() {
			t.Errorf("destroy: exists %t: %s", after.Exists(), acctest.Problem(diags))
		}
		if done := writes(d.Deployment); len(done) > 0 {
			t.Errorf("the other object is written to: %v", done)
		}
	})
}

// TestMocksOfWhatDoesNotExistYetCanBePlanned has IDs that nothing has, and 0.
func TestMocksOfWhatDoesNotExistYetCanBePlanned(t *testing.T) {
	t.Parallel()
	references := map[string][]string{
		"talonone_additional_cost":              {"subscribed_application_ids"},
		"talonone_attribute":                    {"subscribed_application_ids", "subscribed_catalog_ids"},
		"talonone_coupon":                       {"application_id", "campaign_id"},
		"talonone_coupons":                      {"application_id", "campaign_id"},
		"talonone_store":                        {"application_id"},
		"talonone_audience":                     {"subscribed_application_ids"},
		"talonone_audience_customer_attributes": {"audience_id"},
		"talonone_audience_membership":          {"audience_id"},
		"talonone_audience_memberships":         {"audience_id"},
		"talonone_cart_item_return":             {"session_integration_id"},
		"talonone_catalog_item":                 {"catalog_id"},
		"talonone_catalog_items":                {"catalog_id"},
		"talonone_collection":                   {"subscribed_application_ids"},
		"talonone_coupon_reservation":           {"coupon_value"},
		"talonone_customer_audiences":           {"audience_ids"},
		"talonone_customer_session":             {"evaluable_campaign_ids"},
		"talonone_referral":                     {"campaign_id", "application_id"},
		"talonone_referrals":                    {"campaign_id", "application_id"},
	}
	forEachKind(t, func(t *testing.T, d *acctest.Deployment, kind string, config acctest.Attributes) {
		strict, lenient := d.NewProcess(t, nil), d.NewProcess(t, acctest.Attributes{"validate_references": false})
		for _, attribute := range references[kind] {
			mocks := []any{0, 999999}
			if strings.HasSuffix(attribute, "_ids") {
				mocks = []any{[]int{0}, []int{999999}}
			}
			if attribute == "coupon_value" || attribute == "session_integration_id" {
				mocks = []any{"mock"}
			}
			for i, mock := range mocks {
				lenient.Reattach(t)
				strict.Reattach(t)
				mocked := maps.Clone(config)
				mocked[attribute] = mock
				plan, diags := lenient.Plan(t, kind, acctest.Instance{}, mocked)
				if problem := acctest.Problem(diags) + lenient.Invalid(t, plan); problem != "" {
					t.Errorf("%s = %v: %s", attribute, mock, problem)
				}
				_, diags = strict.Plan(t, kind, acctest.Instance{}, mocked)
				problem := acctest.Problem(diags)
				if i == 0 && len(mocks) == 2 && !strings.Contains(problem, "an ID is at least 1") {
					t.Errorf("%s = %v is accepted: %q", attribute, mock, problem)
				}
				if problem != "" && !strings.Contains(problem, "terraform destroy -refresh=false") {
					t.Errorf("%s = %v: no advice in %q", attribute, mock, problem)
				}
			}
		}
		// An attribute that is yet to be defined.
		for attribute := range config {
			if attribute != "attributes" {
				continue
			}
			mocked := maps.Clone(config)
			mocked[attribute] = `{"Mock":"x"}`
			lenient.Reattach(t)
			strict.Reattach(t)
			if _, diags := lenient.Plan(t, kind, acctest.Instance{}, mocked); acctest.Problem(diags) != "" {
				t.Errorf("an attribute that is not defined yet: %s", acctest.Problem(diags))
			}
			if _, diags := strict.Plan(t, kind, acctest.Instance{}, mocked); !strings.Contains(acctest.Problem(diags), "Mock") {
				t.Errorf("an attribute that is not defined: %q", acctest.Problem(diags))
			}
		}
	})
}

// TestObjectsOfAnotherApplicationAreLeftAlone has the key of the sandbox instead of that of the web shop, for what the API
// keeps by Application or environment.
func TestObjectsOfAnotherApplicationAreLeftAlone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind, want string
		// there creates the object in the sandbox, too. Where nothing differs, a refresh has nothing to refuse, and want is empty.
		there bool
	}{
		"session":                       {"talonone_customer_session", "Application 1", false},
		"session that both have":        {"talonone_customer_session", "Application 1", true},
		"reservation that both have":    {"talonone_coupon_reservation", "", true},
		"profile":                       {"talonone_customer_profile", "a live environment", false},
		"profile that both have":        {"talonone_customer_profile", "a live environment", true},
		"reservation of another coupon": {"talonone_coupon_reservation", "Application 1", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.StartUnchecked(t, func(o *emulator.Options) {
				o.Fixture = emulator.DefaultFixture()
				o.Fixture.Campaigns = append(o.Fixture.Campaigns, emulator.FixtureCampaign{ID: 21, ApplicationID: 2, Name: "Sandbox", Features: []string{"coupons"}})
				if test.there {
					o.Fixture.Coupons = append(o.Fixture.Coupons, emulator.FixtureCoupon{CampaignID: 21, Value: "SUMMER10"})
				}
			})
			config := configurations[test.kind]
			p, sandbox := d.NewProcess(t, nil), d.NewProcess(t, acctest.Attributes{"integration_api_key": acctest.SandboxIntegrationKey})
			if test.there {
				create(t, d.NewProcess(t, acctest.Attributes{"integration_api_key": acctest.SandboxIntegrationKey}), test.kind, config)
			}
			made := create(t, p, test.kind, config)
			if test.kind != "talonone_customer_profile" {
				if id := place(t, p.Attribute(t, made, "deployment"))["application_id"]; !id.Equal(tftypes.NewValue(tftypes.Number, 1)) {
					t.Errorf("the state has Application %v", id)
				}
			}
			change, _ := p.Plan(t, test.kind, made, edited(test.kind, config))
			destroy, _ := p.Plan(t, test.kind, made, nil)
			d.Forget()
			refreshed, diags := sandbox.Refresh(t, made)
			if problem := acctest.Problem(diags); !strings.Contains(problem, test.want) || !refreshed.Exists() || test.want == "" && problem != "" {
				t.Errorf("refresh: exists %t: %q", refreshed.Exists(), problem)
			}
			if _, diags = sandbox.Apply(t.Context(), t, change); acctest.Problem(diags) == "" {
				t.Error("the update is carried out")
			}
			if _, diags = sandbox.Apply(t.Context(), t, destroy); acctest.Problem(diags) == "" && test.kind != "talonone_customer_profile" {
				t.Error("the destroy is carried out")
			}
			if done := writes(d); len(done) > 0 {
				t.Errorf("the sandbox is written to: %v", done)
			}
			if test.kind == "talonone_customer_session" && test.there {
				accepts := d.NewProcess(t, acctest.Attributes{"integration_api_key": acctest.SandboxIntegrationKey, "moved_from": "/1"})
				if _, diags := accepts.Refresh(t, made); acctest.Problem(diags) != "" {
					t.Errorf("moved_from = \"/1\": %s", acctest.Problem(diags))
				}
			}
		})
	}
}

// TestWhatIsNotVisibleYetIsNotGone refreshes at once what has just been made, where reads lag behind writes.
func TestWhatIsNotVisibleYetIsNotGone(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, _ *acctest.Deployment, kind string, config acctest.Attributes) {
		d := acctest.StartUnchecked(t, func(o *emulator.Options) {
			o.Fixture = emulator.DefaultFixture()
			o.Fixture.Audiences = []emulator.FixtureAudience{{ID: 1, Name: "Audience"}}
			o.Conventions = conventions.Values{conventions.ReadLag: "300ms"}
		})
		d.Call(t, http.MethodPut, "/v2/customer_sessions/order-1", map[string]any{
			"customerSession": map[string]any{"state": "closed", "cartItems": []any{map[string]any{"sku": "SOCKS", "quantity": 1000, "price": 1}}},
		}, nil)
		settings := acctest.Attributes{"read_consistency": "1s"}
		p := d.NewProcess(t, settings)
		made := create(t, p, kind, config)
		refreshed, diags := d.NewProcess(t, settings).Refresh(t, made)
		if problem := acctest.Problem(diags); problem != "" || !refreshed.Exists() {
			t.Fatalf("exists %t: %s", refreshed.Exists(), problem)
		}
		for name, difference := range p.Differences(t, made, refreshed) {
			// The responses to writes count less than reads do.
			if name != "last_activity" && name != "reservation_count" && name != "catalog_version" {
				t.Errorf("%s: %s", name, difference)
			}
		}
	})
}

// TestASessionOfAShopIsNotTakenOverUnannounced plans a session that the shop has opened for another customer.
func TestASessionOfAShopIsNotTakenOverUnannounced(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	d.Call(t, http.MethodPut, "/v2/customer_sessions/cart-1", map[string]any{"customerSession": map[string]any{"profileId": "customer-1", "state": "open"}}, nil)
	const kind = "talonone_customer_session"
	config := acctest.Attributes{"integration_id": "cart-1", "profile_id": "customer-2"}
	d.Forget()
	_, diags := d.NewProcess(t, nil).Plan(t, kind, acctest.Instance{}, config)
	if problem := acctest.Problem(diags); problem != "" {
		t.Fatal(problem)
	}
	for _, words := range []string{`Session "cart-1" exists already`, "open", "another customer", "cancels it", `id = "cart-1"`} {
		if warning := acctest.Warning(diags); !strings.Contains(warning, words) {
			t.Errorf("the warning does not say %q: %s", words, warning)
		}
	}
	if strings.Contains(acctest.Warning(diags), "customer-1") {
		t.Error("the warning names the other customer")
	}
	if got := d.Count("getCustomerSession"); got != 1 {
		t.Errorf("the look took %d requests, want 1", got)
	}
	if _, diags = d.NewProcess(t, nil).Plan(t, kind, acctest.Instance{}, acctest.Attributes{"integration_id": "cart-2", "profile_id": "customer-2"}); acctest.Warning(diags) != "" {
		t.Errorf("a new session: %s", acctest.Warning(diags))
	}
}

// TestWithoutTheIntegrationKeyNothingIsLost plans every object without any change and without the key that reads it.
func TestWithoutTheIntegrationKeyNothingIsLost(t *testing.T) {
	t.Parallel()
	forEachKind(t, func(t *testing.T, d *acctest.Deployment, kind string, config acctest.Attributes) {
		made := create(t, d.NewProcess(t, nil), kind, config)
		p := d.NewProcess(t, acctest.Attributes{"integration_api_key": nil})
		refreshed, diags := p.Refresh(t, made)
		if problem := acctest.Problem(diags); problem != "" || !refreshed.Exists() {
			t.Fatalf("exists %t: %s", refreshed.Exists(), problem)
		}
		plan, diags := p.Plan(t, kind, refreshed, config)
		if problem := acctest.Problem(diags); problem != "" || p.Changes(t, plan) {
			t.Errorf("changes %t: %s", p.Changes(t, plan), problem)
		}
	})
}
