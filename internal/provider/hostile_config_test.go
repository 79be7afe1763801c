package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// configurations are one that applies for each resource, against the emulator's default fixture with the audience 1 and
// the closed session order-1.
var configurations = map[string]acctest.Attributes{
	"talonone_additional_cost":              {"name": "shipping", "description": "d", "type": "both"},
	"talonone_attribute":                    {"entity": "CartItem", "name": "hue", "type": "string", "description": "d", "suggestions": []string{"red"}},
	"talonone_coupon":                       {"application_id": 1, "campaign_id": 12, "value": "BEACH-DAY", "recipient_integration_id": "customer-1", "expiry_date": "2030-01-01T00:00:00Z", "attributes": `{}`},
	"talonone_coupons":                      {"application_id": 1, "campaign_id": 12, "coupons": `["BEACH-DAY"]`},
	"talonone_store":                        {"application_id": 1, "integration_id": "h-1", "name": "Harbour", "description": "d", "attributes": `{}`},
	"talonone_audience":                     {"name": "VIP", "description": "d", "integration_id": "vip", "integration": "mparticle"},
	"talonone_audience_customer_attributes": {"audience_id": 1, "attributes": `{"Language":"de"}`},
	"talonone_audience_membership":          {"audience_id": 1, "profile_integration_id": "customer-1"},
	"talonone_audience_memberships":         {"audience_id": 1, "members": []string{"customer-1"}},
	"talonone_cart_item_return":             {"session_integration_id": "order-1", "returned_cart_items": []map[string]any{{"sku": "SOCKS"}}},
	"talonone_catalog_item":                 {"catalog_id": 6, "sku": "A", "price": 1, "product": "p", "attributes": `{"color":"red"}`},
	"talonone_catalog_items":                {"catalog_id": 6, "items": `{"A":{"price":1}}`},
	"talonone_collection":                   {"name": "SKUs", "description": "d", "items": `["boot"]`},
	"talonone_coupon_reservation":           {"coupon_value": "SUMMER10", "customers": []string{"customer-1"}},
	"talonone_customer_audiences":           {"profile_integration_id": "customer-1", "audience_ids": []int{1}},
	"talonone_customer_data_deletion":       {"integration_id": "customer-1"},
	"talonone_customer_profile":             {"integration_id": "new", "attributes": `{"Language":"de"}`},
	"talonone_customer_profiles":            {"profiles": `{"new":{"Language":"de"}}`},
	"talonone_customer_session":             {"integration_id": "cart-1", "profile_id": "customer-1", "coupon_codes": []string{"SUMMER10"}, "attributes": `{"Channel":"web"}`, "store_integration_id": "s"},
	"talonone_event":                        {"type": "product_shared", "profile_id": "customer-1"},
	"talonone_referral":                     {"campaign_id": 11, "advocate_profile_integration_id": "customer-1", "friend_profile_integration_id": "f", "attributes": `{}`},
	"talonone_referrals":                    {"campaign_id": 11, "advocates": []string{"customer-1"}, "referral_pattern": "FRIENDS-####", "usage_limit": 1},
}

// oddTexts are what people and generators put into texts.
var oddTexts = map[string]string{
	"a megabyte":            strings.Repeat("x", 1<<20),
	"NUL":                   "a\x00b",
	"replacement character": "a\ufffdb",
	"escape sequence":       "\x1b[2J\x1b]0;owned\a",
	"line breaks":           "a\r\n::error::b",
	"bidirectional":         "a\u202eb",
	"emoji":                 "👩‍👩‍👧‍👦",
	"empty":                 "",
	"space":                 " ",
	"spaces around":         "  a\t",
	"dot":                   ".",
	"parent":                "..",
	"way up":                "../../v1/attributes",
	"slash":                 "a/b/",
	"escaped slash":         "a%2Fb",
	"question mark":         "a?dry=true",
	"fragment":              "a#b",
	"reserved":              "$&+:=@;,!*'()[]",
	"percent":               "%",
	"braces":                "{integrationId}",
	"quote":                 `"a"`,
	"comma":                 "a,b",
	"number":                "1000000000000000000",
	"null":                  "null",
	"unpaired surrogate":    `{"Language":"\ud800"}`,
	"deep JSON":             `{"Language":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`,
	"cut JSON":              `{"Language":`,
	"doubled name":          `{"Language":"a","Language":"b"}`,
	"huge number":           `{"age":1e400}`,
	"gigabytes of digits":   `{"age":1e600000000}`,
	"many digits":           `{"age":` + strings.Repeat("9", 1000) + `}`,
}

// idsInPaths are the attributes that stand in the path of a request.
var idsInPaths = map[string]string{
	"talonone_cart_item_return":       "session_integration_id",
	"talonone_coupon_reservation":     "coupon_value",
	"talonone_customer_audiences":     "profile_integration_id",
	"talonone_customer_data_deletion": "integration_id",
	"talonone_customer_profile":       "integration_id",
	"talonone_customer_session":       "integration_id",
}

// startWithAudience is a deployment with the audience 1: a plan of members lists who is there.
func startWithAudience(t *testing.T) *acctest.Deployment {
	t.Helper()
	return acctest.StartUnchecked(t, func(o *emulator.Options) {
		o.Fixture = emulator.DefaultFixture()
		o.Fixture.Audiences = []emulator.FixtureAudience{{ID: 1, Name: "Audience"}}
	})
}

// TestOddTextsAreSentExactlyOrRefused puts every odd text into every attribute of every resource that takes a text. It is
// refused on the attribute before anything is sent, or arrives as it is; nothing crashes, and what people get to read is
// neither a megabyte long nor able to control their terminal.
func TestOddTextsAreSentExactlyOrRefused(t *testing.T) {
	t.Parallel()
	for kind, base := range configurations {
		for attribute, value := range base {
			switch value.(type) {
			case int, []int:
				continue
			}
			t.Run(kind+"/"+attribute, func(t *testing.T) {
				t.Parallel()
				d := startWithAudience(t)
				d.Call(t, http.MethodPut, "/v2/customer_sessions/order-1", map[string]any{
					"customerSession": map[string]any{"state": "closed", "cartItems": []any{map[string]any{"sku": "SOCKS", "quantity": 1000, "price": 1}}},
				}, nil)
				p := d.NewProcess(t, acctest.Attributes{"max_retries": 0})
				for name, odd := range oddTexts {
					config := maps.Clone(base)
					switch value.(type) {
					case []string:
						config[attribute] = []string{odd}
					case []map[string]any:
						config[attribute] = []map[string]any{{"sku": odd}}
					default:
						config[attribute] = odd
					}
					applyOdd(t, d, p, kind, attribute, name, config)
				}
			})
		}
	}
}

// TestOddNumbersAreSentExactlyOrRefused is the same for numbers.
func TestOddNumbersAreSentExactlyOrRefused(t *testing.T) {
	t.Parallel()
	for kind, attributes := range map[string][]string{
		"talonone_audience_customer_attributes": {"audience_id"},
		"talonone_audience_membership":          {"audience_id"},
		"talonone_audience_memberships":         {"audience_id"},
		"talonone_catalog_item":                 {"catalog_id", "price"},
		"talonone_catalog_items":                {"catalog_id"},
		"talonone_coupon":                       {"application_id", "campaign_id", "usage_limit", "discount_limit", "reservation_limit"},
		"talonone_coupons":                      {"application_id", "campaign_id", "max_removal_percent"},
		"talonone_store":                        {"application_id"},
		"talonone_collection":                   {"max_removal_percent"},
		"talonone_referral":                     {"campaign_id", "usage_limit"},
		"talonone_referrals":                    {"campaign_id", "usage_limit"},
	} {
		for _, attribute := range attributes {
			t.Run(kind+"/"+attribute, func(t *testing.T) {
				t.Parallel()
				d := startWithAudience(t)
				p := d.NewProcess(t, acctest.Attributes{"max_retries": 0})
				for _, odd := range []string{"0", "-1", "1000000000000000000", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e30", "1e400", "0.1", "1e-400"} {
					config := maps.Clone(configurations[kind])
					if kind == "talonone_catalog_item" {
						// Another catalog has other attributes.
						delete(config, "attributes")
					}
					config[attribute] = json.Number(odd)
					applyOdd(t, d, p, kind, attribute, odd, config)
				}
			})
		}
	}
}

func applyOdd(t *testing.T, d *acctest.Deployment, p *acctest.Process, kind, attribute, name string, config acctest.Attributes) {
	t.Helper()
	p.Reattach(t)
	d.Forget()
	where := fmt.Sprintf("%s.%s with %s", kind, attribute, name)
	plan, diags := p.Plan(t, kind, acctest.Instance{}, config)
	expectReadable(t, where, diags)
	if acctest.Problem(diags) != "" {
		for _, diagnostic := range diags {
			if diagnostic.Severity == tfprotov6.DiagnosticSeverityError && !startsWith(diagnostic.Attribute, attribute) {
				t.Errorf("%s: the error is on %v: %s\n%s", where, diagnostic.Attribute, diagnostic.Summary, diagnostic.Detail)
			}
		}
		if writes := sentWrites(d); len(writes) > 0 {
			t.Errorf("%s: refused, but %v were sent", where, writes)
		}
		return
	}
	made, diags := p.Apply(t.Context(), t, plan)
	expectReadable(t, where, diags)
	if idsInPaths[kind] == attribute {
		expectSegment(t, d, where, fmt.Sprint(config[attribute]))
	}
	if !made.Exists() {
		return
	}
	made, diags = p.Refresh(t, made)
	expectReadable(t, where, diags)
	if acctest.Problem(diags) != "" || !made.Exists() {
		return
	}
	gone, diags := p.Plan(t, kind, made, nil)
	expectReadable(t, where, diags)
	if acctest.Problem(diags) == "" {
		_, diags = p.Apply(t.Context(), t, gone)
		expectReadable(t, where, diags)
	}
}

func startsWith(at *tftypes.AttributePath, attribute string) bool {
	return at != nil && len(at.Steps()) > 0 && at.Steps()[0] == tftypes.AttributeName(attribute)
}

func sentWrites(d *acctest.Deployment) (operations []string) {
	for _, request := range d.Server.Requests() {
		if !strings.HasPrefix(request.Operation, "get") && !strings.HasPrefix(request.Operation, "search") && request.Method != http.MethodGet {
			operations = append(operations, request.Operation)
		}
	}
	return operations
}

// expectSegment checks that the deployment saw exactly this ID as one segment of a path.
func expectSegment(t *testing.T, d *acctest.Deployment, where, id string) {
	t.Helper()
	var paths []string
	for _, request := range d.Server.Requests() {
		paths = append(paths, request.Path)
		for segment := range strings.SplitSeq(request.Path, "/") {
			if decoded, err := url.PathUnescape(segment); err == nil && decoded == id {
				return
			}
		}
	}
	t.Errorf("%s: no request had the ID as a segment: %.200v", where, paths)
}

// obeyed says whether a terminal does something else with a character than to show it.
func obeyed(r rune) bool {
	return r != '\n' && r != '\t' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
}

// expectReadable checks what people get to read.
func expectReadable(t *testing.T, where string, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	for _, diagnostic := range diags {
		text := diagnostic.Summary + "\n" + diagnostic.Detail
		if len(text) > 20_000 {
			t.Errorf("%s: the diagnostic has %d bytes: %.300s", where, len(text), text)
		}
		if i := strings.IndexFunc(text, obeyed); i >= 0 {
			t.Errorf("%s: byte %d of the diagnostic is a control character: %.300q", where, i, text)
		}
		if strings.Contains(text, "panic") || strings.Contains(text, acctest.IntegrationKey) {
			t.Errorf("%s: %.300s", where, text)
		}
	}
}

// TestEveryResourceIsGivenOddTexts keeps the table complete.
func TestEveryResourceIsGivenOddTexts(t *testing.T) {
	t.Parallel()
	schemas := acctest.Schemas(t)
	if got, want := slices.Sorted(maps.Keys(configurations)), slices.Sorted(maps.Keys(schemas.ResourceSchemas)); !slices.Equal(got, want) {
		t.Errorf("the table has %v, the provider %v", got, want)
	}
}
