package emulator_test

import (
	"slices"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

func TestStores(t *testing.T) {
	t.Parallel()
	fixture := emulator.DefaultFixture()
	fixture.Attributes = append(fixture.Attributes, emulator.FixtureAttribute{Entity: "Store", Name: "city", Type: "string"})
	d := start(t, emulator.Options{Fixture: fixture})
	const stores = "/v1/applications/1/stores"
	created := d.must("POST", stores, managementK, `{"name":"Harbour","description":"","integrationId":"h-1","attributes":{"city":"Kiel"}}`)
	for name, want := range map[string]string{"applicationId": "1", "integrationId": "h-1", "attributes": `{"city":"Kiel"}`, "linkedCampaignIds": "[]"} {
		if created.field(name) != want {
			t.Errorf("%s is %s, want %s", name, created.field(name), want)
		}
	}
	one := stores + "/" + created.field("id")
	expectStatus(t, "taken", d.call("POST", stores, managementK, `{"name":"x","description":"","integrationId":"h-1"}`), 409)
	expectStatus(t, "in another Application", d.call("POST", "/v1/applications/2/stores", managementK, `{"name":"x","description":"","integrationId":"h-1"}`), 201)
	expectStatus(t, "no description", d.call("POST", stores, managementK, `{"name":"x","integrationId":"h-2"}`), 400)
	expectStatus(t, "unknown attribute", d.call("POST", stores, managementK, `{"name":"x","description":"","integrationId":"h-2","attributes":{"size":1}}`), 400)
	expectStatus(t, "another integration ID", d.call("PUT", one, managementK, `{"name":"x","description":"","integrationId":"h-2"}`), 400)
	if got := d.must("PUT", one, managementK, `{"name":"Port","description":"d","integrationId":"h-1"}`); got.field("name") != "Port" || got.field("attributes") != `{"city":"Kiel"}` {
		t.Errorf("updated: %s", got.text)
	}
	for query, want := range map[string][]string{"": {"Port"}, "?name=por": {"Port"}, "?integrationId=H-": {"Port"}, "?query=x": {}} {
		if got := d.must("GET", stores+query, managementK, "").column("name"); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", query, got, want)
		}
	}
	expectStatus(t, "read in another Application", d.call("GET", "/v1/applications/2/stores/"+created.field("id"), managementK, ""), 404)
	expectStatus(t, "deleted", d.call("DELETE", one, managementK, ""), 204)
	expectStatus(t, "read again", d.call("GET", one, managementK, ""), 404)
}

func TestAdditionalCosts(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	created := d.must("POST", "/v1/additional_costs", managementK, `{"name":"shipping","title":"Shipping","description":""}`)
	if created.field("type") != "session" || created.field("subscribedApplicationsIds") != "[]" {
		t.Errorf("created: %s", created.text)
	}
	one := "/v1/additional_costs/" + created.field("id")
	if got := d.must("PUT", one, managementK, `{"name":"shipping","title":"Delivery","description":"d","type":"both","subscribedApplicationsIds":[1]}`); got.field("type") != "both" || got.field("title") != "Delivery" {
		t.Errorf("updated: %s", got.text)
	}
	expectStatus(t, "another name", d.call("PUT", one, managementK, `{"name":"x","title":"Delivery","description":""}`), 400)
	expectStatus(t, "taken title", d.call("POST", "/v1/additional_costs", managementK, `{"name":"x","title":"Delivery","description":""}`), 409)
	expectStatus(t, "odd name", d.call("POST", "/v1/additional_costs", managementK, `{"name":"1","title":"One","description":""}`), 400)
	if got := d.must("GET", "/v1/additional_costs", managementK, "").column("name"); !slices.Equal(got, []string{"shipping"}) {
		t.Errorf("list: %v", got)
	}
	expectStatus(t, "read", d.call("GET", one, managementK, ""), 200)
}

func TestCollections(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	const campaign = "/v1/applications/1/campaigns/12/collections"
	account := d.must("POST", "/v1/collections", managementK, `{"name":"Luxury","description":"d","subscribedApplicationsIds":[1]}`)
	own := d.must("POST", campaign, managementK, `{"name":"Luxury"}`)
	if own.field("applicationId") != "1" || own.field("campaignId") != "12" || account.field("payload") != "[]" {
		t.Errorf("created: %s %s", account.text, own.text)
	}
	one := "/v1/collections/" + account.field("id")
	expectStatus(t, "taken", d.call("POST", "/v1/collections", managementK, `{"name":"Luxury"}`), 409)
	expectStatus(t, "taken in the campaign", d.call("POST", campaign, managementK, `{"name":"Luxury"}`), 409)
	expectStatus(t, "white space first", d.call("POST", "/v1/collections", managementK, `{"name":" x"}`), 400)
	expectStatus(t, "rename", d.call("PUT", one, managementK, `{"name":"x"}`), 400)
	if got := d.must("PUT", one, managementK, `{"description":""}`); got.field("description") != "" || got.field("subscribedApplicationsIds") != "[1]" {
		t.Errorf("updated: %s", got.text)
	}
	expectStatus(t, "import", d.upload(one+"/import", "upFile", "item\n\"a,b\"\nb\na\nb\n"), 200)
	if got := d.must("GET", one+"/export", managementK, "").text; got != "item\n\"a,b\"\nb\na\n" {
		t.Errorf("export: %q", got)
	}
	if got := d.must("GET", one+"/items?pageSize=2", managementK, ""); !slices.Equal(got.column("item"), []string{"a,b", "b"}) || got.field("hasMore") != "true" {
		t.Errorf("items: %s", got.text)
	}
	expectStatus(t, "import into the campaign's", d.upload(campaign+"/"+own.field("id")+"/import", "upFile", "item\nx\n"), 200)
	expectStatus(t, "the campaign's at the account", d.call("GET", "/v1/collections/"+own.field("id"), managementK, ""), 404)
	expectStatus(t, "its items at the account", d.call("GET", "/v1/collections/"+own.field("id")+"/items", managementK, ""), 200)
	for path, want := range map[string][]string{"/v1/collections": {account.field("id")}, campaign: {own.field("id")}, "/v1/applications/1/collections?name=LUX": {own.field("id")}, "/v1/applications/2/collections": {}} {
		if got := d.must("GET", path, managementK, "").column("id"); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	expectStatus(t, "deleted", d.call("DELETE", one, managementK, ""), 204)
	expectStatus(t, "read again", d.call("GET", one, managementK, ""), 404)
}
