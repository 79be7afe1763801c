package lookup_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// seeded is a deployment in which some names occur twice.
func seeded(t *testing.T) *acctest.Deployment {
	t.Helper()
	d := acctest.Start(t, func(o *emulator.Options) {
		o.Fixture = emulator.DefaultFixture()
		o.Fixture.Campaigns = append(o.Fixture.Campaigns,
			emulator.FixtureCampaign{ID: 14, ApplicationID: 1, Name: "Summer", State: "archived", Tags: []string{"old", "eu"}},
			emulator.FixtureCampaign{ID: 15, ApplicationID: 2, Name: "Summer"})
		o.Fixture.LoyaltyPrograms = append(o.Fixture.LoyaltyPrograms,
			emulator.FixtureLoyaltyProgram{ID: 6, Name: "Points", Sandbox: true}, emulator.FixtureLoyaltyProgram{ID: 8, Name: "Cards", CardBased: true})
		o.Fixture.EventTypes = append(o.Fixture.EventTypes, emulator.FixtureEventType{Name: "signed_up"})
		o.Fixture.Attributes = append(o.Fixture.Attributes, emulator.FixtureAttribute{Entity: "Event", EventType: "signed_up", Name: "url", Type: "string"})
	})
	for _, name := range []string{"Harbour", "Station", "Twin", "Twin"} {
		d.Call(t, http.MethodPost, "/v1/applications/1/stores", map[string]any{"name": name, "description": "", "integrationId": fmt.Sprint(name, "-", d.Count("createStore"))}, nil)
	}
	d.Call(t, http.MethodPost, "/v1/collections", map[string]any{"name": "Luxury", "subscribedApplicationsIds": []int{1}}, nil)
	d.Call(t, http.MethodPost, "/v1/applications/1/campaigns/12/collections", map[string]any{"name": "Luxury"}, nil)
	d.Call(t, http.MethodPost, "/v1/applications/1/campaigns/11/collections", map[string]any{"name": "Luxury"}, nil)
	d.Forget()
	return d
}

func number(t *testing.T, values map[string]tftypes.Value, name string) string {
	t.Helper()
	if values[name].IsNull() {
		return "null"
	}
	return strings.TrimSuffix(strings.TrimPrefix(values[name].String(), `tftypes.Number<"`), `">`)
}

type asked = acctest.Attributes

func TestObjectsAreFoundByIDAndName(t *testing.T) {
	t.Parallel()
	d := seeded(t)
	for _, test := range []struct {
		kind   string
		config asked
		id     string
	}{
		{"talonone_application", asked{"name": "Sandbox"}, "2"},
		{"talonone_application", asked{"id": 1}, "1"},
		{"talonone_campaign", asked{"name": "Refer a friend"}, "11"},
		{"talonone_campaign", asked{"id": 13}, "13"},
		{"talonone_campaign", asked{"name": "Summer", "application_id": 2}, "15"},
		{"talonone_campaign", asked{"name": "Summer", "application_id": 1, "state": "enabled"}, "12"},
		{"talonone_store", asked{"name": "Station", "application_id": 1}, "202"},
		{"talonone_store", asked{"integration_id": "Harbour-0", "application_id": 1}, "201"},
		{"talonone_collection", asked{"name": "Luxury"}, "501"},
		{"talonone_collection", asked{"name": "Luxury", "application_id": 1, "campaign_id": 12}, "502"},
		{"talonone_collection", asked{"id": 503, "application_id": 1}, "503"},
		{"talonone_attribute", asked{"name": "color", "entity": "CartItem"}, "101"},
		{"talonone_attribute", asked{"id": 107}, "107"},
		{"talonone_attribute", asked{"name": "url", "entity": "Event", "event_type": "signed_up"}, "116"},
		{"talonone_loyalty_program", asked{"name": "Points", "sandbox": false}, "5"},
		{"talonone_loyalty_program", asked{"name": "Cards"}, "8"},
	} {
		t.Run(fmt.Sprint(test.kind, test.config), func(t *testing.T) {
			t.Parallel()
			found, diags := d.NewProcess(t, nil).ReadData(t, test.kind, test.config)
			if problem := acctest.Problem(diags); problem != "" {
				t.Fatal(problem)
			}
			if got := number(t, found, "id"); got != test.id {
				t.Errorf("found %s, want %s", got, test.id)
			}
		})
	}
}

func TestLookupsThatFindNotExactlyOneListCandidates(t *testing.T) {
	t.Parallel()
	d := seeded(t)
	for _, test := range []struct {
		kind   string
		config asked
		at     string
		want   []string
	}{
		{"talonone_application", asked{"name": "web shop"}, "name", []string{`No Application has name = "web shop"`, "id 1, name Web shop"}},
		{"talonone_application", asked{"id": 3}, "id", []string{"No Application has id = 3", "id 2, name Sandbox"}},
		{"talonone_campaign", asked{"name": "Sumer"}, "name", []string{"The nearest are:\n  - id 12, name Summer, application_id 1, state enabled"}},
		{"talonone_campaign", asked{"name": "Summer"}, "name", []string{"3 campaigns have name = \"Summer\". Set id", "id 14, name Summer, application_id 1, state archived", "id 15"}},
		{"talonone_campaign", asked{"name": "Summer", "application_id": 1}, "name", []string{"2 campaigns have", "application_id = 1"}},
		{"talonone_campaign", asked{"name": "x", "state": "archived", "application_id": 2}, "name", []string{"none to choose from", "application_id, state"}},
		{"talonone_store", asked{"name": "Twin", "application_id": 1}, "name", []string{"2 stores have", "integration_id Twin-2", "integration_id Twin-3"}},
		{"talonone_collection", asked{"name": "Luxury", "application_id": 1}, "name", []string{"campaign_id 11", "campaign_id 12"}},
		{"talonone_attribute", asked{"name": "colour", "entity": "CartItem"}, "name", []string{"id 101, name color, entity CartItem"}},
		{"talonone_attribute", asked{"name": "url", "entity": "Event"}, "name", []string{"event_type product_shared", "event_type signed_up"}},
		{"talonone_loyalty_program", asked{"name": "Points"}, "name", []string{"sandbox true", "sandbox false"}},
	} {
		t.Run(fmt.Sprint(test.kind, test.config), func(t *testing.T) {
			t.Parallel()
			_, diags := d.NewProcess(t, nil).ReadData(t, test.kind, test.config)
			if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityError {
				t.Fatalf("%v", diags)
			}
			if at := diags[0].Attribute.String(); at != fmt.Sprintf("AttributeName(%q)", test.at) {
				t.Errorf("the error is on %s", at)
			}
			for _, want := range test.want {
				if !strings.Contains(diags[0].Detail, want) {
					t.Errorf("%q is missing in:\n%s", want, diags[0].Detail)
				}
			}
		})
	}
}

func TestListsAreFiltered(t *testing.T) {
	t.Parallel()
	d := seeded(t)
	for _, test := range []struct {
		kind, list string
		config     asked
		ids        string
	}{
		{"talonone_applications", "applications", nil, "1 2"},
		{"talonone_applications", "applications", asked{"sandbox": true}, "2"},
		{"talonone_campaigns", "campaigns", nil, "11 12 14 13 15"},
		{"talonone_campaigns", "campaigns", asked{"name_regex": "^Sum", "state": "enabled"}, "12 15"},
		{"talonone_campaigns", "campaigns", asked{"application_id": 1, "features": []string{"coupons"}}, "12"},
		{"talonone_campaigns", "campaigns", asked{"tags": []string{"eu"}}, "14"},
		{"talonone_campaigns", "campaigns", asked{"frontend_state": "archived", "tags": []string{"eu", "us"}}, ""},
		{"talonone_stores", "stores", asked{"application_id": 1, "name_regex": "t"}, "202"},
		{"talonone_stores", "stores", asked{"application_id": 2}, ""},
		{"talonone_collections", "collections", nil, "501"},
		{"talonone_collections", "collections", asked{"application_id": 1}, "502 503"},
		{"talonone_attributes", "attributes", asked{"entity": "Event"}, "114 116"},
		{"talonone_attributes", "attributes", asked{"subscribed_catalog_ids": []int{7}, "type": "string"}, "101 102"},
		{"talonone_event_types", "event_types", nil, "301 302"},
		{"talonone_event_types", "event_types", asked{"name_regex": "up$"}, "302"},
		{"talonone_loyalty_programs", "loyalty_programs", asked{"card_based": false}, "5 6"},
	} {
		t.Run(fmt.Sprint(test.kind, test.config), func(t *testing.T) {
			t.Parallel()
			found, diags := d.NewProcess(t, nil).ReadData(t, test.kind, test.config)
			if problem := acctest.Problem(diags); problem != "" {
				t.Fatal(problem)
			}
			var rows []tftypes.Value
			if err := found[test.list].As(&rows); err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, row := range rows {
				var values map[string]tftypes.Value
				if err := row.As(&values); err != nil {
					t.Fatal(err)
				}
				ids = append(ids, number(t, values, "id"))
			}
			if got := strings.Join(ids, " "); got != test.ids {
				t.Errorf("got %s, want %s", got, test.ids)
			}
		})
	}
}

// TestManyLookupsShareOneListing reads each object again and again in one run.
func TestManyLookupsShareOneListing(t *testing.T) {
	t.Parallel()
	d := seeded(t)
	p := d.NewProcess(t, nil)
	for range 3 {
		for _, config := range []struct {
			kind   string
			values asked
		}{
			{"talonone_application", asked{"id": 1}}, {"talonone_applications", nil},
			{"talonone_campaign", asked{"id": 12}}, {"talonone_campaigns", asked{"application_id": 1}},
			{"talonone_store", asked{"id": 201, "application_id": 1}}, {"talonone_stores", asked{"application_id": 1}},
			{"talonone_collection", asked{"id": 501}}, {"talonone_collections", nil},
			{"talonone_attribute", asked{"id": 101}}, {"talonone_attributes", nil},
			{"talonone_event_types", nil}, {"talonone_loyalty_program", asked{"id": 5}}, {"talonone_loyalty_programs", nil},
		} {
			if _, diags := p.ReadData(t, config.kind, config.values); acctest.Problem(diags) != "" {
				t.Fatal(acctest.Problem(diags))
			}
		}
	}
	want := map[string]int{
		"getApplications": 1, "getCampaigns": 2, "listStores": 1, "listAccountCollections": 1, "getAttributes": 1, "getEventTypes": 1, "getLoyaltyPrograms": 1,
	}
	if err := d.Expect(want)(nil); err != nil {
		t.Error(err)
	}
}

// TestConfigurationsThatNameNothingAreRefused checks what is wrong before anything is read.
func TestConfigurationsThatNameNothingAreRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind   string
		config asked
		want   string
	}{
		{"talonone_application", nil, "exactly one"},
		{"talonone_application", asked{"id": 1, "name": "Web shop"}, "exactly one"},
		{"talonone_attribute", asked{"name": "color"}, "Missing entity"},
		{"talonone_collection", asked{"name": "x", "campaign_id": 1}, "Missing application_id"},
		{"talonone_campaigns", asked{"name_regex": "("}, "Invalid regular expression"},
	} {
		problem := acctest.StartProvider(t).ValidateData(t, test.kind, test.config)
		if !strings.Contains(strings.ToLower(problem), strings.ToLower(test.want)) {
			t.Errorf("%s %v: %q, want %q", test.kind, test.config, problem, test.want)
		}
	}
}
