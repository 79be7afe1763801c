package provider_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// guardedResource is a resource that can be protected from its end.
type guardedResource struct {
	config acctest.Attributes
	// guarded and lifted are the arguments that protect it, and those that no longer do.
	guarded, lifted acctest.Attributes
	// allow is how TALONONE_ALLOW_DELETE names it.
	allow string
	// refusal is the summary of the refusal.
	refusal string
}

var (
	nothingLeaves = acctest.Attributes{"max_removal_percent": 0}
	allLeaves     = acctest.Attributes{"max_removal_percent": 100}
)

var guardedResources = map[string]guardedResource{
	"talonone_audience": {
		acctest.Attributes{"name": "VIP"}, acctest.Attributes{"deletion_protection": true}, acctest.Attributes{"deletion_protection": false},
		"talonone_audience:702", "protected from deletion",
	},
	"talonone_store": {
		acctest.Attributes{"application_id": 1, "integration_id": "h-1", "name": "Harbour"}, acctest.Attributes{"deletion_protection": true},
		acctest.Attributes{"deletion_protection": false}, "talonone_store:1/h-1", "protected from deletion",
	},
	"talonone_coupon": {
		acctest.Attributes{"application_id": 1, "campaign_id": 12, "value": "BEACH-DAY"}, acctest.Attributes{"deletion_protection": true},
		acctest.Attributes{"deletion_protection": false}, "talonone_coupon:1/12/BEACH-DAY", "protected from deletion",
	},
	"talonone_audience_memberships": {
		acctest.Attributes{"audience_id": 701, "members": []string{"customer-1"}}, nothingLeaves, allLeaves, "talonone_audience_memberships:701", "removes too many members",
	},
	"talonone_catalog_items": {
		acctest.Attributes{"catalog_id": 6, "items": `{"A":{"price":1}}`}, nothingLeaves, allLeaves, "talonone_catalog_items:6", "removes too many items",
	},
	"talonone_collection": {
		acctest.Attributes{"name": "SKUs", "items": `["boot"]`}, acctest.Attributes{"deletion_protection": true}, acctest.Attributes{"deletion_protection": false},
		"talonone_collection:501", "protected from deletion",
	},
	"talonone_coupon_reservation": {
		acctest.Attributes{"coupon_value": "SUMMER10", "customers": []string{"customer-1"}}, nothingLeaves, allLeaves, "talonone_coupon_reservation:SUMMER10", "removes too many reservations",
	},
	"talonone_coupons": {
		acctest.Attributes{"application_id": 1, "campaign_id": 12, "coupons": `["BEACH-DAY"]`}, nothingLeaves, allLeaves, "talonone_coupons:1/12", "removes too many coupons",
	},
	"talonone_customer_audiences": {
		acctest.Attributes{"profile_integration_id": "anna", "audience_ids": []int{701}}, nothingLeaves, allLeaves, "talonone_customer_audiences:anna", "removes too many memberships",
	},
	"talonone_referrals": {
		acctest.Attributes{"campaign_id": 11, "advocates": []string{"customer-1"}, "usage_limit": 2}, nothingLeaves, allLeaves, "talonone_referrals:11", "removes too many referrals",
	},
	"talonone_customer_profiles": {
		acctest.Attributes{"profiles": `{"new":{"Language":"de"}}`, "erase_on_destroy": true}, nothingLeaves, allLeaves, "talonone_customer_profiles:" + bulk.DigestOf(map[string]bool{"new": true}).String()[:8], "removes too many profiles",
	},
}

func merged(all ...acctest.Attributes) acctest.Attributes {
	attributes := make(acctest.Attributes)
	for _, one := range all {
		maps.Copy(attributes, one)
	}
	return attributes
}

// withAudience is a deployment with the audience 701.
func withAudience(t *testing.T) *acctest.Deployment {
	t.Helper()
	d := acctest.Start(t)
	d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "Seeded"}, nil)
	return d
}

func mustNot(t *testing.T, problem string) {
	t.Helper()
	if problem != "" {
		t.Fatal(problem)
	}
}

// created is an object as a run of its own leaves it.
func created(t *testing.T, d *acctest.Deployment, kind string, config acctest.Attributes) acctest.Instance {
	t.Helper()
	change, problem := d.NewProcess(t, nil).PlanChange(t, kind, acctest.Instance{Type: kind}, config)
	mustNot(t, problem)
	return put(t, d.NewProcess(t, nil), change, config)
}

// put plans again and applies what a change creates or updates.
func put(t *testing.T, p *acctest.Process, change acctest.Change, config acctest.Attributes) acctest.Instance {
	t.Helper()
	again, problem := p.PlanAgain(t, *change.Put, config)
	mustNot(t, problem)
	object, diags := p.Apply(t.Context(), t, again)
	mustNot(t, acctest.Problem(diags))
	return object
}

// refreshed is an object as the plan phase sees it.
func refreshed(t *testing.T, p *acctest.Process, object acctest.Instance) acctest.Instance {
	t.Helper()
	now, diags := p.Refresh(t, object)
	mustNot(t, acctest.Problem(diags))
	return now
}

// TestNoGuardIsForgotten finds resources with guards that guardedResources lacks.
func TestNoGuardIsForgotten(t *testing.T) {
	t.Parallel()
	for kind, schema := range acctest.Schemas(t).ResourceSchemas {
		_, listed := guardedResources[kind]
		for _, attribute := range schema.Block.Attributes {
			if (attribute.Name == "max_removal_percent" || attribute.Name == "deletion_protection") && !listed {
				t.Errorf("%s has %s and no row in guardedResources", kind, attribute.Name)
			}
		}
	}
}

func TestGuardsHoldInEveryEnd(t *testing.T) {
	t.Parallel()
	for kind, row := range guardedResources {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			guarded, lifted := merged(row.config, row.guarded), merged(row.config, row.lifted)
			refuses := func(t *testing.T, problem string) {
				t.Helper()
				for _, text := range []string{row.refusal, bulk.EnvAllowDelete + "=" + row.allow, "create_before_destroy"} {
					if !strings.Contains(problem, text) {
						t.Errorf("got %q, want a refusal with %q", problem, text)
					}
				}
			}
			d := withAudience(t)
			object := created(t, d, kind, guarded)

			t.Run("destroy", func(t *testing.T) { //nolint:paralleltest // They follow each other.
				p := d.NewProcess(t, nil)
				_, problem := p.PlanChange(t, kind, refreshed(t, p, object), nil)
				refuses(t, problem)
			})
			t.Run("replacement", func(t *testing.T) { //nolint:paralleltest // They follow each other.
				p := d.NewProcess(t, nil)
				_, problem := p.PlanReplacement(t, kind, refreshed(t, p, object), guarded)
				refuses(t, problem)
			})
			t.Run("taint", func(t *testing.T) { //nolint:paralleltest // They follow each other.
				// Terraform plans no end of a tainted object, so the delete refuses.
				p := d.NewProcess(t, nil)
				tainted := refreshed(t, p, object)
				tainted.Tainted = true
				change, problem := p.PlanChange(t, kind, tainted, guarded)
				if problem == "" {
					var diags []*tfprotov6.Diagnostic
					object, diags = d.NewProcess(t, nil).Apply(t.Context(), t, *change.Destroy)
					problem = acctest.Problem(diags)
				}
				refuses(t, problem)
				if !object.Exists() {
					t.Fatal("the object is gone")
				}
				object.Tainted = false
			})
			t.Run("lifted afterwards", func(t *testing.T) { //nolint:paralleltest // They follow each other.
				// What the refused delete left in private state guards nothing any more.
				p := d.NewProcess(t, nil)
				change, problem := p.PlanChange(t, kind, refreshed(t, p, object), lifted)
				mustNot(t, problem)
				object = put(t, d.NewProcess(t, nil), change, lifted)
				p = d.NewProcess(t, nil)
				change, problem = p.PlanChange(t, kind, refreshed(t, p, object), nil)
				mustNot(t, problem)
				_, diags := d.NewProcess(t, nil).Apply(t.Context(), t, *change.Destroy)
				mustNot(t, acctest.Problem(diags))
			})
		})
	}
}

// TestGuardsLiftedInTheSameChangeLetReplacementsPass replaces and taints with the guard lifted in the configuration alone.
func TestGuardsLiftedInTheSameChangeLetReplacementsPass(t *testing.T) {
	t.Parallel()
	for kind, row := range guardedResources {
		for name, taint := range map[string]bool{"replaced": false, "tainted": true} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				d := withAudience(t)
				object := created(t, d, kind, merged(row.config, row.guarded))
				lifted := merged(row.config, row.lifted)
				p := d.NewProcess(t, nil)
				object = refreshed(t, p, object)
				object.Tainted = taint
				plan := p.PlanReplacement
				if taint {
					plan = p.PlanChange
				}
				change, problem := plan(t, kind, object, lifted)
				mustNot(t, problem)
				p = d.NewProcess(t, nil)
				_, diags := p.Apply(t.Context(), t, *change.Destroy)
				mustNot(t, acctest.Problem(diags))
				object = put(t, p, change, lifted)
				if !refreshed(t, d.NewProcess(t, nil), object).Exists() {
					t.Error("the replacement is not there")
				}
			})
		}
	}
}

// TestAllowDeleteLiftsGuards destroys what the environment names, and nothing else.
func TestAllowDeleteLiftsGuards(t *testing.T) {
	for kind, row := range guardedResources {
		t.Run(kind, func(t *testing.T) {
			d := withAudience(t)
			object := created(t, d, kind, merged(row.config, row.guarded))
			t.Setenv(bulk.EnvAllowDelete, "talonone_audience:1, "+row.allow)
			p := d.NewProcess(t, nil)
			change, problem := p.PlanChange(t, kind, refreshed(t, p, object), nil)
			mustNot(t, problem)
			object, diags := d.NewProcess(t, nil).Apply(t.Context(), t, *change.Destroy)
			mustNot(t, acctest.Problem(diags))
			if object.Exists() {
				t.Error("the object is still there")
			}
		})
	}
}

// What is configured when an object is replaced may spare its data, and never erases what the state spares.
func TestReplacementsEraseOnlyWhatStateAndConfigurationErase(t *testing.T) {
	t.Parallel()
	erases := func(name string, value any) acctest.Attributes { return acctest.Attributes{name: value} }
	for kind, row := range map[string]struct {
		config, yes, no acctest.Attributes
		operation       string
		// final says that what has ended can't be made again, so that the replacement is refused.
		final bool
	}{
		"talonone_customer_profile": {
			acctest.Attributes{"integration_id": "new"}, erases("erase_on_destroy", true), erases("erase_on_destroy", false), "deleteCustomerData", false,
		},
		"talonone_customer_profiles": {
			acctest.Attributes{"profiles": `{"new":{"Language":"de"}}`}, erases("erase_on_destroy", true), erases("erase_on_destroy", false), "deleteCustomerData", false,
		},
		"talonone_customer_session": {
			acctest.Attributes{"integration_id": "cart", "profile_id": "customer-1"}, erases("on_destroy", "cancel"), erases("on_destroy", "forget"), "updateCustomerSessionV2", true,
		},
	} {
		for name, test := range map[string]struct {
			before, after acctest.Attributes
			want          int
		}{
			"both": {row.yes, row.yes, 1}, "state": {row.yes, row.no, 0}, "configuration": {row.no, row.yes, 0}, "neither": {row.no, row.no, 0},
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				d := acctest.Start(t)
				object := created(t, d, kind, merged(row.config, test.before))
				p := d.NewProcess(t, nil)
				change, problem := p.PlanReplacement(t, kind, refreshed(t, p, object), merged(row.config, test.after))
				if row.final && test.want > 0 {
					if !strings.Contains(problem, "can't be created again") {
						t.Errorf("the replacement is not refused: %s", problem)
					}
					return
				}
				mustNot(t, problem)
				d.Forget()
				_, diags := d.NewProcess(t, nil).Apply(t.Context(), t, *change.Destroy)
				mustNot(t, acctest.Problem(diags))
				if got := d.Count(row.operation); got != test.want {
					t.Errorf("%d requests, want %d", got, test.want)
				}
			})
		}
	}
}
