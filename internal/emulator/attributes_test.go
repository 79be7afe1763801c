package emulator_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

// attributeColor is an update of the default fixture's attribute color, which has ID 101: another title stands for the first "color".
const attributeColor = `{"title":"color","entity":"CartItem","name":"color","type":"string","description":"new","suggestions":[],"editable":true}`

func TestCreatedAttributesApplyToValues(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	created := d.must("POST", "/v1/attributes", managementK, `{"entity":"CustomerProfile","name":"tier","title":"Tier","type":"string","description":"",
		"suggestions":["gold","silver"],"restrictedBySuggestions":true,"editable":true,"subscribedApplicationsIds":[1]}`)
	for name, want := range map[string]string{"entity": "CustomerProfile", "accountId": "31", "hasAllowedList": "false", "suggestions": `["gold","silver"]`, "subscribedApplicationsIds": "[1]"} {
		if created.field(name) != want {
			t.Errorf("%s is %s, want %s", name, created.field(name), want)
		}
	}
	path := "/v1/attributes/" + created.field("id")
	put := func(tier string) int {
		return d.call("PUT", "/v2/customer_profiles/p", liveKey, `{"attributes":{"tier":"`+tier+`"}}`).status
	}
	if put("gold") != 200 || put("bronze") != 400 {
		t.Error("suggestions do not restrict the values")
	}
	expectStatus(t, "import", d.upload(path+"/allowed_list/import", "upFile", "item\nbronze\nbronze\n"), 200)
	if put("gold") != 400 || put("bronze") != 200 {
		t.Error("the allowed list does not replace the suggestions")
	}
	if d.must("GET", path, managementK, "").field("hasAllowedList") != "true" {
		t.Error("the attribute does not say that it has a list")
	}
	expectStatus(t, "another header", d.upload(path+"/allowed_list/import", "upFile", "items\na\n"), 400)
}

func TestEventTypesAreBornWithTheirFirstAttribute(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	body := `{"entity":"Event","eventType":"signed_up","name":"url","title":"URL","type":"string","description":"","suggestions":[],"editable":true}`
	d.must("POST", "/v1/attributes", managementK, body)
	if got := d.must("GET", "/v1/event_types?sort=-name", managementK, "").column("name"); !slices.Equal(got, []string{"signed_up", "product_shared"}) {
		t.Errorf("event types: %v", got)
	}
	if got := d.must("GET", "/v1/event_types?name=signed_up&includeOldVersions=true", managementK, "").field("totalResultSize"); got != "1" {
		t.Errorf("by name: %s", got)
	}
	expectStatus(t, "an event of the new type", d.call("POST", "/v2/events", liveKey, `{"profileId":"p","type":"signed_up","attributes":{"url":"x"}}`), 204)
}

func TestWrongAttributesAreRefused(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	valid := strings.NewReplacer(`"color"`, `"shade"`).Replace(attributeColor)
	d.must("POST", "/v1/attributes", managementK, valid)
	expectStatus(t, "same name and title", d.call("POST", "/v1/attributes", managementK, valid), 409)
	expectStatus(t, "same title", d.call("POST", "/v1/attributes", managementK, strings.Replace(valid, `"name":"shade"`, `"name":"hue"`, 1)), 409)
	for what, test := range map[string]struct{ old, new, pointer string }{
		"no description":               {`"description":"new",`, ``, "/description"},
		"odd name":                     {`"name":"shade"`, `"name":"1st"`, "/name"},
		"odd title":                    {`"title":"shade"`, `"title":"ä"`, "/title"},
		"event type of another entity": {`"type"`, `"eventType":"e","type"`, "/eventType"},
		"event without type":           {`"CartItem"`, `"Event"`, "/eventType"},
		"unknown Application":          {`"type"`, `"subscribedApplicationsIds":[9],"type"`, "/subscribedApplicationsIds/0"},
		"unknown catalog":              {`"type"`, `"subscribedCatalogsIds":[9],"type"`, "/subscribedCatalogsIds/0"},
		"catalog of another entity":    {`"entity":"CartItem"`, `"entity":"Store","subscribedCatalogsIds":[6]`, "/subscribedCatalogsIds"},
		"too many suggestions":         {`"suggestions":[]`, `"suggestions":[` + strings.Repeat(`"a",`, 50) + `"a"]`, "/suggestions"},
	} {
		got := d.call("POST", "/v1/attributes", managementK, strings.Replace(valid, test.old, test.new, 1))
		if got.status != 400 || !strings.Contains(got.text, `"pointer":"`+test.pointer+`"`) {
			t.Errorf("%s: %d %s", what, got.status, got.text)
		}
	}
	for what, test := range map[string]struct{ old, new string }{
		"entity": {`"CartItem"`, `"Store"`}, "name": {`"name":"color"`, `"name":"hue"`}, "type": {`"type":"string"`, `"type":"number"`},
		"subscriptions": {`"type"`, `"allowedSubscriptions":["catalog"],"type"`},
	} {
		if got := d.call("PUT", "/v1/attributes/101", managementK, strings.Replace(attributeColor, test.old, test.new, 1)); got.status != 400 {
			t.Errorf("change of %s: %d %s", what, got.status, got.text)
		}
	}
}
