package provider_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// readers are a configuration for each data source, which makes it ask the deployment.
var readers = map[string]map[string]any{
	"talonone_application":          {"name": "VIP"},
	"talonone_applications":         {"sandbox": true},
	"talonone_attribute":            {"entity": "CartItem", "name": "VIP"},
	"talonone_attributes":           {"entity": "CartItem"},
	"talonone_campaign":             {"application_id": 1, "name": "VIP"},
	"talonone_campaigns":            {"application_id": 1},
	"talonone_collection":           {"name": "VIP"},
	"talonone_collections":          {"application_id": 1},
	"talonone_event_types":          {"name_regex": "."},
	"talonone_loyalty_program":      {"id": 1},
	"talonone_loyalty_programs":     {"card_based": false},
	"talonone_store":                {"application_id": 1, "name": "VIP"},
	"talonone_stores":               {"application_id": 1},
	"talonone_audience":             {"name": "VIP"},
	"talonone_audience_members":     {"audience_id": 1},
	"talonone_audiences":            {"with_member_count": true},
	"talonone_catalog_items":        {"catalog_id": 6},
	"talonone_coupon":               {"value": "SUMMER10"},
	"talonone_customer_inventory":   {"integration_id": "customer-1"},
	"talonone_customer_session":     {"integration_id": "cart-1"},
	"talonone_customer_sessions":    {"application_id": 1},
	"talonone_events":               {"application_id": 1},
	"talonone_loyalty_transactions": {"loyalty_program_id": 5, "integration_id": "customer-1"},
	"talonone_profile_evaluation":   {"integration_id": "customer-1"},
	"talonone_reserved_customers":   {"coupon_value": "SUMMER10"},
	"talonone_session_evaluation":   {"profile_id": "customer-1"},
}

// imports are an import ID for each resource that can be imported.
var imports = map[string]string{
	"talonone_additional_cost": "1", "talonone_attribute": "CartItem/VIP", "talonone_coupon": "1/12/SUMMER10", "talonone_store": "1/VIP",
	"talonone_audience": "1", "talonone_audience_customer_attributes": "1", "talonone_audience_membership": "1/customer-1", "talonone_audience_memberships": "1",
	"talonone_catalog_item": "6/A", "talonone_catalog_items": "6", "talonone_collection": "1", "talonone_coupon_reservation": "SUMMER10", "talonone_coupons": "1/12", "talonone_customer_audiences": "customer-1", "talonone_customer_profile": "customer-1",
	"talonone_customer_profiles": "customer-1,customer-2", "talonone_customer_session": "cart-1", "talonone_referral": "11/4001", "talonone_referrals": "11",
}

// hostileResponses are 200 with a body, unless they begin with a status.
var hostileResponses = map[string]string{
	"empty object":     `{}`,
	"null":             `null`,
	"array":            `[]`,
	"rows of null":     `{"data":[null],"hasMore":false,"profile":null,"customerSession":null,"customerProfile":null,"integrationStates":[null],"effects":[null],"event":null}`,
	"empty rows":       `{"data":[{}],"hasMore":false,"profile":{},"customerSession":{},"customerProfile":{},"integrationStates":[{}],"effects":[{}],"event":{},"id":1}`,
	"wrong types":      `{"data":{"id":1},"id":"1","profile":"x","customerSession":1,"customerProfile":[],"integrationStates":1,"effects":"x"}`,
	"odd texts":        `{"id":1,"name":"\u001b[2J\u0000","data":[{"id":1,"integrationId":"\u001b[2J\u0000","name":"\u202eVIP","sku":"\u001b","value":"SUMMER10\u0007","code":"\r\n","state":"\u001b[1m","attributes":null}],"hasMore":false,"profile":{"integrationId":"\u001b","attributes":{"a\u001b":"\u0000"}},"customerSession":{"integrationId":"\u001b","state":"\u001b[2J","attributes":{"\u001b":1}},"effects":[{"effectType":"\u001b[2J","props":"\u0000"}]}`,
	"odd attributes":   `{"id":1,"data":[{"id":1,"integrationId":"customer-1","sku":"A","value":"SUMMER10","code":"C","name":"VIP","attributes":[{"name":"a"},{"name":"a","value":{"b":[[[]]]}}]}],"hasMore":false,"profile":{"integrationId":"customer-1","attributes":[1,2]},"customerSession":{"integrationId":"cart-1","attributes":{"a":1,"a":2}}}`,
	"attributes twice": `{"id":1,"data":[{"id":1,"integrationId":"customer-1","value":"SUMMER10","code":"C","name":"VIP","attributes":{"a":1,"a":2}}],"hasMore":false,"profile":{"integrationId":"customer-1","attributes":{"a":1,"a":2}},"customerSession":{"integrationId":"cart-1","attributes":{"a":1,"a":2}}}`,
	"huge numbers":     `{"id":1,"data":[{"id":1,"integrationId":"customer-1","sku":"A","price":1e400,"value":"SUMMER10","code":"C","name":"VIP","amount":1e400,"total":-1e400}],"hasMore":false,"profile":{"integrationId":"customer-1","totalSales":1e400,"closedSessions":9223372036854775807},"customerSession":{"integrationId":"cart-1","total":1e400,"cartItems":[{"sku":"A","quantity":-1,"price":1e-400}]}}`,
	"ID of 30 digits":  `{"id":123456789012345678901234567890,"data":[{"id":123456789012345678901234567890}],"profile":{"id":123456789012345678901234567890},"customerSession":{"id":123456789012345678901234567890}}`,
	"odd times":        `{"id":1,"created":"yesterday","data":[{"id":1,"name":"VIP","integrationId":"customer-1","sku":"A","value":"SUMMER10","code":"C","created":"0000-00-00T00:00:00Z","expiryDate":"\u001b"}],"hasMore":false,"profile":{"integrationId":"customer-1","created":"2026-13-01T00:00:00Z"},"customerSession":{"integrationId":"cart-1","created":""}}`,
	"no end":           `{"id":1,"data":[{"id":1,"name":"VIP","integrationId":"customer-1","sku":"A","value":"SUMMER10","code":"C"}],"hasMore":true}`,
	"large total":      `{"id":1,"data":[],"hasMore":true,"totalResultSize":9223372036854775807}`,
	"negative total":   `{"id":1,"data":[],"totalResultSize":-9223372036854775808}`,
	"deep":             `{"data":` + strings.Repeat("[", 100_000),
	"page":             `<html>` + "\x1b[2J",
	"400 odd":          `{"message":"\u001b[2J\u0000\u202e","errors":[{"title":"\u001b]0;x\u0007","source":{"pointer":"/name"}},{"title":"a","source":{"pointer":"/customerSession/cartItems/99999999999999999999"}}]}`,
	"400 empty":        ``,
	"404":              `{"message":"\u001b[2J"}`,
	"409 page":         `<html>`,
	"418":              `[]`,
	"307":              ``,
}

// TestNoAnswerCrashesAnything lets every data source read, every resource import, refresh and be created, against
// deployments that answer everything with one of the hostile responses.
func TestNoAnswerCrashesAnything(t *testing.T) {
	t.Parallel()
	for name, body := range hostileResponses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				response(w, r, name, body)
			}))
			t.Cleanup(server.Close)
			d := &acctest.Deployment{URL: server.URL}
			p := d.NewProcess(t, acctest.Attributes{"max_retries": 0})
			for kind, given := range readers {
				_, diags := p.ReadData(t, kind, given)
				expectReadable(t, kind, diags)
			}
			for kind, id := range imports {
				_, diags := p.Import(t, kind, id, nil)
				expectReadable(t, kind, diags)
			}
			for kind, config := range configurations {
				plan, diags := p.Plan(t, kind, acctest.Instance{}, config)
				expectReadable(t, kind, diags)
				if acctest.Problem(diags) != "" {
					continue
				}
				made, diags := p.Apply(t.Context(), t, plan)
				expectReadable(t, kind, diags)
				_, diags = p.Refresh(t, made)
				expectReadable(t, kind, diags)
			}
		})
	}
}

func response(w http.ResponseWriter, r *http.Request, name, body string) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	if strings.HasSuffix(r.URL.Path, "/export") {
		w.Header().Set("Content-Type", "text/csv")
	}
	switch {
	case strings.HasPrefix(name, "400"):
		w.WriteHeader(http.StatusBadRequest)
	case strings.HasPrefix(name, "404"):
		w.WriteHeader(http.StatusNotFound)
	case strings.HasPrefix(name, "409"):
		w.WriteHeader(http.StatusConflict)
	case strings.HasPrefix(name, "418"):
		w.WriteHeader(http.StatusTeapot)
	case strings.HasPrefix(name, "307"):
		w.Header().Set("Location", "http://127.0.0.1:1/")
		w.WriteHeader(http.StatusTemporaryRedirect)
	}
	_, _ = io.WriteString(w, body)
}

// TestEveryReaderIsGivenHostileAnswers keeps the tables complete.
func TestEveryReaderIsGivenHostileAnswers(t *testing.T) {
	t.Parallel()
	schemas := acctest.Schemas(t)
	if got, want := slices.Sorted(maps.Keys(readers)), slices.Sorted(maps.Keys(schemas.DataSourceSchemas)); !slices.Equal(got, want) {
		t.Errorf("the table has %v, the provider %v", got, want)
	}
}
