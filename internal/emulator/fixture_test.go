package emulator_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

const minimal = `{"account":{"id":1},"applications":[{"id":1,"name":"a"}]}`

func TestSmallestFixture(t *testing.T) {
	t.Parallel()
	fixture, err := emulator.ParseFixture("f.json", []byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	start(t, emulator.Options{Fixture: fixture})
}

func TestFixtureErrorsSayWhereAndWhat(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fixture string
		want    []string
	}{
		"syntax":    {"{\n  \"account\": {\"id\": 1,}\n}", []string{"f.json:2:23: invalid character '}' looking for beginning of object key string"}},
		"cut short": {`{"account":`, []string{"f.json: unexpected EOF"}},
		"unknown field": {
			"{\n  \"account\": {\"id\": 1},\n  \"applications\": [{\"id\": 1, \"name\": \"a\"}],\n  \"campaignz\": []\n}",
			[]string{`f.json:4:3: /campaignz: The property "campaignz" is not known here, only $schema, account,`},
		},
		"unknown field in a list": {
			"{\"account\": {\"id\": 1}, \"applications\": [\n  {\"id\": 1, \"name\": \"a\"},\n  {\"id\": 2, \"name\": \"b\", \"sandBox\": true}\n]}",
			[]string{`f.json:3:26: /applications/1/sandBox: The property "sandBox" is not known here`},
		},
		"missing field": {
			"{\"account\": {\"id\": 1},\n \"applications\": [\n  {\"id\": 1}\n]}", []string{"f.json:3:3: /applications/0/name: name is required"},
		},
		"wrong type": {
			"{\"account\": {\"id\": \"1\"}, \"applications\": [{\"id\": 1, \"name\": \"a\"}]}", []string{`f.json:1:14: /account/id: Value of "id" ("1") is not an integer`},
		},
		"wrong value": {
			`{"account":{"id":1},"applications":[{"id":1,"name":"a","caseSensitivity":"none"}]}`,
			[]string{`/applications/0/caseSensitivity: caseSensitivity must be one of the following: "sensitive", "insensitive-uppercase"`},
		},
		"wrong references": {
			`{"account":{"id":1},"applications":[{"id":1,"name":"a"},{"id":2,"name":"b"}],
			  "integrationKeys":[{"key":"k","applicationId":3}],
			  "managementKeys":[{"key":"m","userId":1}],
			  "campaigns":[{"id":1,"applicationId":9,"name":"c","audienceIds":[4]}],
			  "attributes":[{"entity":"Event","eventType":"e","name":"n","type":"string"},{"entity":"CartItem","name":"n","type":"string","catalogIds":[1]}],
			  "coupons":[{"campaignId":7,"value":"CODE"}],
			  "effects":[{"campaignId":7,"effectType":"setDiscount"}]}`,
			[]string{
				"f.json:2:36: /integrationKeys/0/applicationId: there is no Application 3 (known: 1, 2)",
				"f.json:3:35: /managementKeys/0/userId: there is no user 1 (known: none)",
				`/attributes/0/eventType: there is no event type "e"`,
				"/attributes/1/catalogIds/0: there is no catalog 1 (known: none)",
				"f.json:4:27: /campaigns/0/applicationId: there is no Application 9 (known: 1, 2)",
				"/campaigns/0/audienceIds/0: there is no audience 4 (known: none)",
				"/coupons/0/campaignId: there is no campaign 7 (known: 1)",
				"/effects/0/campaignId: there is no campaign 7 (known: 1)",
				"/effects/0: an effect needs a condition: couponCode, referralCode, sku, minQuantity, eventType, profileAttributes, audienceId, from or until",
			},
		},
		"doubles": {
			`{"account":{"id":1},"applications":[{"id":1,"name":"a","caseSensitivity":"insensitive-lowercase"},{"id":1,"name":"b"}],
			  "users":[{"id":1,"email":"a","password":"p"},{"id":2,"email":"a","password":"p"}],
			  "integrationKeys":[{"key":"secret","applicationId":1},{"key":"secret","applicationId":1}],
			  "campaigns":[{"id":1,"applicationId":1,"name":"c"},{"id":1,"applicationId":1,"name":"c"}],
			  "profiles":[{"integrationId":"p"},{"integrationId":"p"},{"integrationId":"p","sandbox":true},{"id":20000001,"integrationId":"q"}],
			  "audiences":[{"id":1,"name":"a"},{"id":1,"name":"a"}],
			  "catalogs":[{"id":1,"name":"a","items":[{"sku":"s"},{"sku":"s"}]},{"id":1,"name":"a"}],
			  "coupons":[{"campaignId":1,"value":"CODE"},{"campaignId":1,"value":"code"}],
			  "referrals":[{"campaignId":1,"code":"CODE","advocateProfileIntegrationId":"p"},{"campaignId":1,"code":"code","advocateProfileIntegrationId":"p"}],
			  "loyaltyPrograms":[{"id":1,"name":"a"},{"id":1,"name":"a"}]}`,
			[]string{
				"/applications/1/id: Application 1 is there already",
				"/users/1/email: user a is there already",
				"/integrationKeys/1/key: the key is there already",
				"/campaigns/1/id: campaign 1 is there already",
				"/profiles/1/integrationId: profile p is there already",
				"/profiles/3/id: profile ID 20000001 is there already",
				"/audiences/1/id: audience ID 1 is there already",
				"/catalogs/0/items/1/sku: SKU s is there already",
				"/catalogs/1/id: catalog 1 is there already",
				"/coupons/1/value: coupon code is there already",
				"/referrals/1/code: referral code code is there already",
				"/loyaltyPrograms/1/id: loyalty program 1 is there already",
			},
		},
		"attribute values": {
			`{"account":{"id":1},"applications":[{"id":1,"name":"a"}],
			  "attributes":[{"entity":"CustomerProfile","name":"age","type":"number"},{"entity":"CustomerProfile","name":"1st","type":"number"}],
			  "profiles":[{"integrationId":"p","attributes":{"age":"old","size":1}}]}`,
			[]string{
				`/attributes/1/name: "1st" must be a letter followed by`,
				`f.json:3:53: /profiles/0/attributes/age: Value of "age" attribute ("old") is not a number`,
				`/profiles/0/attributes/size: The attribute "size" is not defined on CustomerProfile entities.`,
			},
		},
		"interval": {
			`{"account":{"id":1},"applications":[{"id":1,"name":"a"}],"loyaltyPrograms":[{"id":1,"name":"a","generatedTransactions":[{"integrationId":"p","count":1,"first":"2026-01-01T00:00:00Z","interval":"daily"}]}]}`,
			[]string{`/loyaltyPrograms/0/generatedTransactions/0/interval: "daily" must be a duration such as 24h`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := emulator.ParseFixture("f.json", []byte(test.fixture))
			if err == nil {
				t.Fatal("it was accepted")
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != len(test.want) {
				t.Errorf("%d problems, want %d:\n%v", len(lines), len(test.want), err)
			}
			for _, want := range test.want {
				if !slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, want) }) {
					t.Errorf("%q is missing from:\n%v", want, err)
				}
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error repeats a key: %v", err)
			}
		})
	}
}

func TestFixtureFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f.json")
	if _, err := emulator.ReadFixture(path); err == nil {
		t.Error("a missing file was read")
	}
	if err := os.WriteFile(path, []byte(minimal), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := emulator.ReadFixture(path); err != nil {
		t.Error(err)
	}
}

func TestFixtureBuiltInGoIsCheckedToo(t *testing.T) {
	t.Parallel()
	fixture := &emulator.Fixture{
		Applications: []emulator.FixtureApplication{{ID: 1, Name: "a"}},
		Campaigns:    []emulator.FixtureCampaign{{ID: 1, Name: "c", ApplicationID: 2}},
	}
	_, err := emulator.New(emulator.Options{Fixture: fixture})
	if want := "fixture: /campaigns/0/applicationId: there is no Application 2 (known: 1)"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestDefaultFixtureIsACopy(t *testing.T) {
	t.Parallel()
	emulator.DefaultFixture().Applications[0].Name = "changed"
	if got := emulator.DefaultFixture().Applications[0].Name; got != "Web shop" {
		t.Errorf("the change is there: %s", got)
	}
}

func TestAudiencesOfAFixture(t *testing.T) {
	t.Parallel()
	fixture := emulator.DefaultFixture()
	fixture.Audiences = []emulator.FixtureAudience{
		{ID: 800, Name: "VIP", Members: []string{"customer-1", "new", "new"}, Integration: "braze", IntegrationID: "b"},
	}
	d := start(t, emulator.Options{Fixture: fixture})
	if got := d.members("800"); !slices.Equal(got, []string{"customer-1", "new"}) {
		t.Errorf("members are %v", got)
	}
	if id := d.newAudience("next"); id != "801" {
		t.Errorf("the next ID is %s", id)
	}
}

// The schema documents the fixture for editors; it has to name what the decoder knows.
func TestFixtureSchemaMatchesTheDecoder(t *testing.T) {
	t.Parallel()
	type schema struct {
		Type                 string            `json:"type"`
		Ref                  string            `json:"$ref"`
		Description          string            `json:"description"`
		Format               string            `json:"format"`
		Enum                 []string          `json:"enum"`
		Required             []string          `json:"required"`
		AdditionalProperties *bool             `json:"additionalProperties"`
		Properties           map[string]schema `json:"properties"`
		Items                *schema           `json:"items"`
		Defs                 map[string]schema `json:"$defs"`
	}
	var root schema
	if err := json.Unmarshal(emulator.FixtureSchema, &root); err != nil {
		t.Fatal(err)
	}
	var compare func(where string, got schema, want reflect.Type)
	compareValue := func(where string, got schema, want reflect.Type) {
		if got.Ref != "" {
			got = root.Defs[strings.TrimPrefix(got.Ref, "#/$defs/")]
		} else if got.Description == "" && !strings.HasSuffix(where, "[]") {
			t.Errorf("%s has no description", where)
		}
		for want.Kind() == reflect.Pointer {
			want = want.Elem()
		}
		kinds := map[reflect.Kind]string{reflect.String: "string", reflect.Int64: "integer", reflect.Bool: "boolean", reflect.Slice: "array", reflect.Struct: "object", reflect.Map: "object"}
		kind := kinds[want.Kind()]
		switch want {
		case reflect.TypeFor[time.Time]():
			if got.Format != "date-time" {
				t.Errorf("%s is no date-time", where)
			}
			kind = "string"
		case reflect.TypeFor[json.Number]():
			kind = "number"
		}
		if got.Type != kind {
			t.Errorf("%s is %q in the schema and %q in the decoder", where, got.Type, kind)
		}
		compare(where, got, want)
	}
	compare = func(where string, got schema, want reflect.Type) {
		switch {
		case want.Kind() == reflect.Slice:
			compareValue(where+"[]", *got.Items, want.Elem())
		case want.Kind() == reflect.Struct && want != reflect.TypeFor[time.Time]():
			if got.AdditionalProperties == nil || *got.AdditionalProperties {
				t.Errorf("%s allows other properties", where)
			}
			var names, required []string
			for field := range want.Fields() {
				name := field.Tag.Get("json")
				if name == "" {
					continue
				}
				names = append(names, name)
				rule := "," + field.Tag.Get("rule") + ","
				if strings.Contains(rule, ",required,") {
					required = append(required, name)
				}
				if _, after, ok := strings.Cut(rule, ",enum="); ok {
					if diff := cmp.Diff(strings.Split(strings.TrimSuffix(after, ","), "|"), got.Properties[name].Enum); diff != "" {
						t.Errorf("%s/%s (-decoder +schema):\n%s", where, name, diff)
					}
				}
				if property, ok := got.Properties[name]; ok {
					compareValue(where+"/"+name, property, field.Type)
				}
			}
			slices.Sort(names)
			slices.Sort(required)
			documented := make([]string, 0, len(got.Properties))
			for name := range got.Properties {
				documented = append(documented, name)
			}
			slices.Sort(documented)
			slices.Sort(got.Required)
			if diff := cmp.Diff(names, documented); diff != "" {
				t.Errorf("%s: properties (-decoder +schema):\n%s", where, diff)
			}
			if diff := cmp.Diff(required, got.Required); diff != "" {
				t.Errorf("%s: required (-decoder +schema):\n%s", where, diff)
			}
		}
	}
	compare("", root, reflect.TypeFor[emulator.Fixture]())
}

func FuzzParseFixture(f *testing.F) {
	f.Add([]byte(minimal))
	f.Add([]byte(`{"account":{"id":1},"applications":[{"id":1,"name":"a"}],"audiences":[{"id":3,"name":"a","members":["b"]}],"coupons":[{"campaignId":1,"value":"abcd"}]}`))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = emulator.ParseFixture("f.json", data)
	})
}
