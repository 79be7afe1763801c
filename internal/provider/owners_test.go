package provider_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// sharedTarget is a target whose rows a single and a bulk resource manage.
type sharedTarget struct {
	single func(row string) acctest.Block
	bulk   func(rows ...string) acctest.Block
	// rows are those in the deployment, sorted.
	rows func(*testing.T, *acctest.Deployment) []string
	// importID imports all rows; "" where there is no such import.
	importID string
	// exclusive resources can own all rows.
	exclusive bool
	// irreversible removals erase.
	irreversible bool
}

func (s sharedTarget) owning(rows ...string) acctest.Block {
	block := s.bulk(rows...)
	block.Attributes["ownership"] = "exclusive"
	return block
}

var sharedTargets = map[string]sharedTarget{
	"members": {
		single: func(row string) acctest.Block {
			return acctest.Block{Type: "talonone_audience_membership", Attributes: acctest.Attributes{"audience_id": 701, "profile_integration_id": row}}
		},
		bulk: func(rows ...string) acctest.Block {
			return acctest.Block{Type: "talonone_audience_memberships", Attributes: acctest.Attributes{"audience_id": 701, "members": rows}}
		},
		rows: func(t *testing.T, d *acctest.Deployment) []string {
			return listed(t, d, "/v1/audiences/701/memberships?pageSize=1000", "integrationId")
		},
		importID:  "701",
		exclusive: true,
	},
	"items": {
		single: func(row string) acctest.Block {
			return acctest.Block{Type: "talonone_catalog_item", Attributes: acctest.Attributes{"catalog_id": 6, "sku": row}}
		},
		bulk: func(rows ...string) acctest.Block {
			var parts []string
			for _, row := range rows {
				parts = append(parts, fmt.Sprintf("%q:{}", row))
			}
			return acctest.Block{Type: "talonone_catalog_items", Attributes: acctest.Attributes{"catalog_id": 6, "items": "{" + strings.Join(parts, ",") + "}"}}
		},
		rows: func(t *testing.T, d *acctest.Deployment) []string {
			return listed(t, d, "/v1/catalogs/6/items?pageSize=1000", "sku")
		},
		importID:  "6",
		exclusive: true,
	},
	"profiles": {
		single: func(row string) acctest.Block {
			return acctest.Block{Type: "talonone_customer_profile", Attributes: acctest.Attributes{"integration_id": row, "attributes": `{"age":1}`, "erase_on_destroy": true}}
		},
		bulk: func(rows ...string) acctest.Block {
			var parts []string
			for _, row := range rows {
				parts = append(parts, fmt.Sprintf(`%q:{"age":1}`, row))
			}
			return acctest.Block{Type: "talonone_customer_profiles", Attributes: acctest.Attributes{"profiles": "{" + strings.Join(parts, ",") + "}", "erase_on_destroy": true}}
		},
		rows: func(t *testing.T, d *acctest.Deployment) []string {
			t.Helper()
			var rows []string
			for _, row := range []string{"a", "b", "c"} {
				var inventory struct {
					Profile struct{ Attributes map[string]any }
				}
				d.Call(t, http.MethodGet, "/v1/customer_profiles/"+row+"/inventory?profile=true", nil, &inventory)
				if inventory.Profile.Attributes["age"] != nil {
					rows = append(rows, row)
				}
			}
			return rows
		},
		irreversible: true,
	},
}

func listed(t *testing.T, d *acctest.Deployment, path, name string) []string {
	t.Helper()
	var page struct{ Data []map[string]any }
	d.Call(t, http.MethodGet, path, nil, &page)
	var rows []string
	for _, one := range page.Data {
		rows = append(rows, fmt.Sprint(one[name]))
	}
	slices.Sort(rows)
	return rows
}

// emptyTargets is a deployment with the audience 701, the profiles a, b and c without attributes, and an empty catalog 6.
func emptyTargets(t *testing.T) *acctest.Deployment {
	t.Helper()
	d := acctest.Start(t, func(o *emulator.Options) {
		o.Fixture = emulator.DefaultFixture()
		o.Fixture.Audiences = []emulator.FixtureAudience{{ID: 701, Name: "VIP"}}
	})
	for _, id := range []string{"a", "b", "c"} {
		d.Call(t, http.MethodPut, "/v2/customer_profiles/"+id, map[string]any{}, nil)
	}
	return d
}

// TestRowsMoveBetweenKindsOfResources moves the row b between a bulk and a single resource, and between both kinds of
// ownership, with Terraform visiting the two in either order.
func TestRowsMoveBetweenKindsOfResources(t *testing.T) {
	t.Parallel()
	for name, s := range sharedTargets {
		moves := map[string][2]acctest.Config{
			"from many to one":   {{"m": s.bulk("a", "b")}, {"m": s.bulk("a"), "z": s.single("b")}},
			"from one to many":   {{"m": s.single("b"), "z": s.bulk("a")}, {"z": s.bulk("a", "b")}},
			"from many to ones":  {{"m": s.bulk("a", "b")}, {"l": s.single("a"), "z": s.single("b")}},
			"from ones to many":  {{"l": s.single("a"), "z": s.single("b")}, {"m": s.bulk("a", "b")}},
			"all to another one": {{"m": s.bulk("a", "b")}, {"z": s.bulk("a", "b")}},
		}
		if s.exclusive {
			moves["from ones to exclusive"] = [2]acctest.Config{{"l": s.single("a"), "z": s.single("b")}, {"m": s.owning("a", "b")}}
			moves["from exclusive to ones"] = [2]acctest.Config{{"m": s.owning("a", "b")}, {"l": s.single("a"), "z": s.single("b")}}
			moves["from exclusive to many"] = [2]acctest.Config{{"m": s.owning("a", "b")}, {"z": s.bulk("a", "b")}}
			moves["exclusive, renamed"] = [2]acctest.Config{{"m": s.owning("a", "b")}, {"z": s.owning("a", "b")}}
			moves["exclusive, renamed and more"] = [2]acctest.Config{{"m": s.owning("a", "b")}, {"z": s.owning("a", "b", "c")}}
		}
		for move, configs := range moves {
			for _, reverse := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s %s reverse=%t", name, move, reverse), func(t *testing.T) {
					t.Parallel()
					d := emptyTargets(t)
					w := d.NewWorkspace(t)
					mustNot(t, w.Apply(t, configs[0], acctest.PlanOptions{}))
					problem := w.Apply(t, configs[1], acctest.PlanOptions{Reverse: reverse})
					want := []string{"a", "b"}
					if s.irreversible {
						if !strings.Contains(problem, "Moved rows would be lost") || !strings.Contains(problem, "destroy = false") {
							t.Errorf("got %q, want a refusal that says how to let the old one go", problem)
						}
					} else {
						mustNot(t, problem)
						if strings.Contains(move, "more") {
							want = []string{"a", "b", "c"}
						}
						if plan, problem := w.Plan(t, configs[1], acctest.PlanOptions{}); problem != "" || !plan.Empty() {
							t.Errorf("the next plan is not empty: %s", problem)
						}
					}
					if rows := s.rows(t, d); !slices.Equal(rows, want) {
						t.Errorf("the deployment has %v, want %v", rows, want)
					}
				})
			}
		}
	}
}

// TestRowsMoveToImportedResources moves the row b to a resource that an import block makes in the same apply. Its state has
// the row already when the other resource lets it go.
func TestRowsMoveToImportedResources(t *testing.T) {
	t.Parallel()
	for name, s := range sharedTargets {
		if s.importID == "" {
			continue
		}
		for move, configs := range map[string][2]acctest.Config{
			"from many to many":  {{"m": s.bulk("a", "b")}, {"m": s.bulk("a"), "z": s.bulk("b")}},
			"from one to many":   {{"m": s.single("b")}, {"z": s.bulk("b")}},
			"all to another one": {{"m": s.bulk("a", "b")}, {"z": s.bulk("a", "b")}},
		} {
			for _, order := range []acctest.PlanOptions{{}, {Reverse: true}} {
				t.Run(fmt.Sprintf("%s %s reverse=%t", name, move, order.Reverse), func(t *testing.T) {
					t.Parallel()
					d := emptyTargets(t)
					w := d.NewWorkspace(t)
					mustNot(t, w.Apply(t, configs[0], acctest.PlanOptions{}))
					before := s.rows(t, d)
					order.Import = map[string]string{"z": s.importID}
					mustNot(t, w.Apply(t, configs[1], order))
					if rows := s.rows(t, d); !slices.Equal(rows, before) {
						t.Errorf("the deployment has %v, want %v", rows, before)
					}
					if plan, problem := w.Plan(t, configs[1], acctest.PlanOptions{}); problem != "" || !plan.Empty() {
						t.Errorf("the next plan is not empty: %s", problem)
					}
				})
			}
		}
	}
}

// A resource that is destroyed says nothing about what else the catalog has.
func TestItemLosesItsPriceBesideADestroyedResource(t *testing.T) {
	t.Parallel()
	for _, order := range []acctest.PlanOptions{{}, {Reverse: true}} {
		t.Run(fmt.Sprintf("reverse=%t", order.Reverse), func(t *testing.T) {
			t.Parallel()
			d := emptyTargets(t)
			w := d.NewWorkspace(t)
			items := sharedTargets["items"]
			mustNot(t, w.Apply(t, acctest.Config{"m": items.bulk("a")}, acctest.PlanOptions{}))
			d.Call(t, http.MethodPut, "/v1/catalogs/6/sync", map[string]any{"actions": []any{
				map[string]any{"type": "ADD", "payload": map[string]any{"sku": "b", "price": 2.5}},
			}}, nil)
			mustNot(t, w.Apply(t, acctest.Config{"z": items.bulk("b")}, order))
			if prices := listed(t, d, "/v1/catalogs/6/items?pageSize=1000", "price"); !slices.Equal(prices, []string{"<nil>"}) {
				t.Errorf("the prices of the catalog are %v, want none", prices)
			}
		})
	}
}

// TestTwoOwnersAreRefused plans a second owner beside a first one, whichever Terraform visits first.
func TestTwoOwnersAreRefused(t *testing.T) {
	t.Parallel()
	for name, s := range sharedTargets {
		pairs := map[string]acctest.Config{
			"one beside many":  {"m": s.single("a"), "z": s.bulk("a", "b")},
			"many beside many": {"m": s.bulk("a", "c"), "z": s.bulk("a", "b")},
			"one twice":        {"m": s.single("a"), "z": s.single("a")},
		}
		if s.exclusive {
			pairs["one beside exclusive"] = acctest.Config{"m": s.single("c"), "z": s.owning("a", "b")}
			pairs["many beside exclusive"] = acctest.Config{"m": s.bulk("c"), "z": s.owning("a", "b")}
			pairs["two exclusive"] = acctest.Config{"m": s.owning("c"), "z": s.owning("a", "b")}
		}
		for pair, config := range pairs {
			t.Run(name+" "+pair, func(t *testing.T) {
				t.Parallel()
				d := emptyTargets(t)
				w := d.NewWorkspace(t)
				for _, first := range []acctest.Config{{}, {"m": config["m"]}, {"z": config["z"]}} {
					mustNot(t, w.Apply(t, first, acctest.PlanOptions{}))
					d.Forget()
					for _, reverse := range []bool{false, true} {
						_, problem := w.Plan(t, config, acctest.PlanOptions{Reverse: reverse})
						for _, text := range []string{"Managed by two resources", config["m"].Type, config["z"].Type} {
							if !strings.Contains(problem, text) {
								t.Errorf("got %q, want it to say %q", problem, text)
							}
						}
					}
					mustNot(t, w.Destroy(t, first, acctest.PlanOptions{}))
				}
			})
		}
	}
	t.Run("other rows", func(t *testing.T) {
		t.Parallel()
		for _, s := range sharedTargets {
			w := emptyTargets(t).NewWorkspace(t)
			mustNot(t, w.Apply(t, acctest.Config{"m": s.single("a"), "z": s.bulk("b", "c")}, acctest.PlanOptions{}))
		}
	})
}

// TestReplacementsAndRepeatedPlansAreNoSecondOwner plans in all the ways in which Terraform visits one resource twice.
func TestReplacementsAndRepeatedPlansAreNoSecondOwner(t *testing.T) {
	t.Parallel()
	for name, s := range sharedTargets {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := emptyTargets(t).NewWorkspace(t)
			config := acctest.Config{"m": s.bulk("a", "b"), "z": s.single("c")}
			mustNot(t, w.Apply(t, config, acctest.PlanOptions{}))
			mustNot(t, w.Apply(t, config, acctest.PlanOptions{Replace: []string{"m", "z"}}))
			mustNot(t, w.Apply(t, config, acctest.PlanOptions{Replace: []string{"m"}, NoRefresh: true}))
			for address, object := range w.State {
				object.Tainted = true
				w.State[address] = object
			}
			mustNot(t, w.Apply(t, config, acctest.PlanOptions{}))
			mustNot(t, w.Destroy(t, config, acctest.PlanOptions{}))
		})
	}
}

// irreversibles are configurations of resources whose end can't be undone, with the operation that ends them.
var irreversibles = map[string]struct {
	config    acctest.Attributes
	operation string
	allow     string
}{
	"talonone_customer_profile": {
		acctest.Attributes{"integration_id": "a", "attributes": `{"age":1}`, "erase_on_destroy": true}, "deleteCustomerData", "talonone_customer_profile:a",
	},
	"talonone_customer_profiles": {
		acctest.Attributes{"profiles": `{"a":{"age":1}}`, "erase_on_destroy": true}, "deleteCustomerData",
		"talonone_customer_profiles:" + bulk.DigestOf(map[string]bool{"a": true}).String()[:8],
	},
	"talonone_customer_session": {
		acctest.Attributes{"integration_id": "cart", "profile_id": "a"}, "updateCustomerSessionV2", "talonone_customer_session:cart",
	},
}

// An apply that was killed between the halves of a create_before_destroy leaves a deposed object whose rows are the new
// one's. Its end removes nothing for good, whether or not the plan visits the new one first.
func TestDeposedObjectsEraseNothingOfTheirSuccessors(t *testing.T) {
	t.Parallel()
	for kind, row := range irreversibles {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := emptyTargets(t)
			object := created(t, d, kind, row.config)

			p := d.NewProcess(t, nil)
			current, deposed := refreshed(t, p, object), refreshed(t, p, object)
			_, problem := p.PlanChange(t, kind, current, row.config)
			mustNot(t, problem)
			plan, diags := p.Plan(t, kind, deposed, nil)
			mustNot(t, acctest.Problem(diags))
			if !strings.Contains(plan.Warning, "Another resource of this configuration manages") {
				t.Errorf("the plan doesn't say that the rows stay: %q", plan.Warning)
			}

			// The plan of a deposed object is made again, in the process of the apply.
			p = d.NewProcess(t, nil)
			plan, diags = p.Plan(t, kind, deposed, nil)
			mustNot(t, acctest.Problem(diags))
			d.Forget()
			left, diags := p.Apply(t.Context(), t, plan)
			mustNot(t, acctest.Problem(diags))
			if got := d.Count(row.operation); got != 0 || left.Exists() {
				t.Errorf("%d requests, and the deposed object exists: %t", got, left.Exists())
			}
			if warning := acctest.Warning(diags); !strings.Contains(warning, bulk.EnvAllowDelete+"="+row.allow) {
				t.Errorf("the warning %q doesn't say how to remove it all the same", warning)
			}

			// Visited first, it can't know of the new one, which refuses.
			p = d.NewProcess(t, nil)
			_, diags = p.Plan(t, kind, deposed, nil)
			mustNot(t, acctest.Problem(diags))
			if _, problem := p.PlanChange(t, kind, current, row.config); !strings.Contains(problem, "would be lost") {
				t.Errorf("got %q, want a refusal", problem)
			}
		})
	}
}

// TestAllowDeleteEndsDeposedObjects erases what the environment names.
func TestAllowDeleteEndsDeposedObjects(t *testing.T) {
	for kind, row := range irreversibles {
		t.Run(kind, func(t *testing.T) {
			d := emptyTargets(t)
			object := created(t, d, kind, row.config)
			t.Setenv(bulk.EnvAllowDelete, row.allow)
			p := d.NewProcess(t, nil)
			plan, diags := p.Plan(t, kind, refreshed(t, p, object), nil)
			mustNot(t, acctest.Problem(diags))
			d.Forget()
			_, diags = p.Apply(t.Context(), t, plan)
			mustNot(t, acctest.Problem(diags))
			if got := d.Count(row.operation); got != 1 {
				t.Errorf("%d requests, want one", got)
			}
		})
	}
}

// What has an ID of its own can be imported twice. Both states have it then, so a plan warns, and either resource can go
// without it.
func TestObjectsWithTwoOwnersAreWarnedOf(t *testing.T) {
	t.Parallel()
	for kind, config := range map[string]acctest.Attributes{
		"talonone_audience":                     {"name": "VIP"},
		"talonone_referral":                     {"campaign_id": 11, "advocate_profile_integration_id": "a"},
		"talonone_referrals":                    {"campaign_id": 11, "advocates": []string{"a", "b"}, "usage_limit": 1},
		"talonone_audience_customer_attributes": {"audience_id": 701, "attributes": `{"Language":"de"}`},
		"talonone_attribute":                    {"entity": "CartItem", "name": "hue", "type": "string"},
		"talonone_additional_cost":              {"name": "shipping"},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := emptyTargets(t)
			w := d.NewWorkspace(t)
			block := acctest.Block{Type: kind, Attributes: config}
			mustNot(t, w.Apply(t, acctest.Config{"m": block}, acctest.PlanOptions{}))
			w.State["z"] = w.State["m"]
			plan, problem := w.Plan(t, acctest.Config{"m": block, "z": block}, acctest.PlanOptions{})
			mustNot(t, problem)
			if !strings.Contains(plan.Warning, "Managed by two resources") {
				t.Errorf("got %q, want a warning", plan.Warning)
			}
			mustNot(t, w.Destroy(t, acctest.Config{"m": block, "z": block}, acctest.PlanOptions{}))
		})
	}
}
