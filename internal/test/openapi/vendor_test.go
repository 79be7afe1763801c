package openapi

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// ofVendor returns the vendor's documents or skips the test.
func ofVendor(t testing.TB) *contract {
	t.Helper()
	if !Enabled() {
		t.Skipf("%s doesn't name the folder of the vendor's OpenAPI documents", directoryVariable)
	}
	c, err := vendor()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	audience = `{"id": 5012, "accountId": 31, "created": "2026-03-01T10:00:00.000001Z", "name": "VIP", "sandbox": true, "description": "",
		"subscribedApplicationsIds": [3], "createdIn3rdParty": false, "lastUpdate": "2026-03-01T10:00:00.000001Z"}`
	catalog = `{"id": 6, "accountId": 31, "created": "2026-03-01T10:00:00.000001Z", "modified": "2026-03-02T08:00:00.000001Z", "name": "shoes",
		"description": "", "subscribedApplicationsIds": [3], "version": 7, "createdBy": 1}`
	coupon = `{"id": 4, "created": "2026-03-01T10:00:00Z", "campaignId": 12, "value": "10$OFF_NOW", "usageLimit": 1, "usageCounter": 0, "reservation": true}`
	person = `{"id": 6, "created": "2026-02-07T09:00:00Z", "integrationId": "customer-1", "attributes": {"age": 30}, "accountId": 31,
		"closedSessions": 3, "totalSales": 310.5, "lastActivity": "2026-02-08T15:00:00Z", "loyaltyMemberships": null, "audienceMemberships": [{"id": 2, "name": "VIP"}]}`
	nothingHappened = `"effects": [], "createdCoupons": [], "createdReferrals": []`
	session         = `{"id": 9, "created": "2026-02-07T09:00:00Z", "integrationId": "cart-1", "applicationId": 1, "profileId": "customer-1", "firstSession": true,
		"updateCount": 1, "state": "open", "cartItems": [{"sku": "SKU1", "quantity": 2, "price": 9.95, "position": 0, "remainingQuantity": 2, "returnedQuantity": 0}],
		"attributes": {"Channel": "web"}, "couponCodes": ["SUMMER10"], "identifiers": [], "additionalCosts": {"shipping": {"price": 5}}, "total": 24.9, "cartItemTotal": 19.9,
		"additionalCostTotal": 5, "cartItemAdditionalCostTotal": 0, "updated": "2026-02-07T09:00:00Z"}`
	unauthorized = `{"message": "Invalid or missing API key", "StatusCode": 401}`
)

var (
	createAudience = exchange{
		method: "POST", target: "/v2/audiences", key: "ApiKey-v1 k", status: 201, response: audience,
		body: `{"name": "VIP", "sandbox": true, "description": "", "subscribedApplicationsIds": [3], "integration": "mparticle", "integrationId": "partner-7", "createdIn3rdParty": true}`,
	}
	getAudiences = exchange{
		method: "GET", target: "/v1/audiences?pageSize=1000&skip=0&sort=id&withTotalResultSize=true", key: "ManagementKey-v1 k",
		status: 200, response: `{"hasMore": false, "totalResultSize": 1, "data": [` + audience + `]}`,
	}
	syncCatalog = exchange{
		method: "PUT", target: "/v1/catalogs/6/sync", key: "ApiKey-v1 k", status: 200, response: catalog,
		body: `{"version": 6, "actions": [{"type": "ADD", "payload": {"sku": "SKU1", "price": 99.99, "attributes": {"color": "red"}, "product": {"name": "sneakers"}, "replaceIfExists": true}}]}`,
	}
	reserve = exchange{
		method: "POST", target: "/v1/coupon_reservations/10%24OFF_NOW", key: "ApiKey-v1 k", body: `{"integrationIDs": ["customer-1"]}`, status: 201, response: coupon,
	}
	updateSession = exchange{
		method: "PUT", target: "/v2/customer_sessions/cart%2F1?dry=false", key: "ApiKey-v1 k", status: 200,
		response: `{` + nothingHappened + `, "customerSession": ` + session + `, "customerProfile": ` + person + `}`,
		body: `{"customerSession": {"profileId": "customer-1", "storeIntegrationId": "harbor-street", "couponCodes": ["SUMMER10"], "referralCode": "", "loyaltyCards": ["card-1"], "state": "open",
			"cartItems": [{"sku": "SKU1", "quantity": 2, "price": 9.95, "name": "Sneakers", "category": "shoes", "product": {"name": "sneakers"}, "weight": 1, "height": 1, "width": 1, "length": 1,
				"attributes": {"size": 42}, "additionalCosts": {"engraving": {"price": 1.5}}}],
			"additionalCosts": {"shipping": {"price": 5}}, "identifiers": ["a"], "attributes": {"Channel": "web"}, "evaluableCampaignIds": [12],
			"experimentVariantAllocations": [{"experimentID": 1, "variantID": 2}]},
			"responseContent": ["customerSession", "customerProfile", "coupons", "triggeredCampaigns", "referral", "loyalty", "event", "awardedGiveaways", "ruleFailureReasons", "previousReturns"]}`,
	}
	trackEvent = exchange{
		method: "POST", target: "/v2/events?silent=no&dry=false", key: "ApiKey-v1 k", status: 200, response: `{` + nothingHappened + `}`,
		body: `{"type": "product_shared", "profileId": "customer-1", "attributes": {"url": "https://example.com"}, "storeIntegrationId": "harbor-street", "responseContent": ["customerProfile"]}`,
	}
)

func TestVendor_trafficThatFits(t *testing.T) {
	t.Parallel()
	c := ofVendor(t)
	for name, e := range map[string]exchange{
		"createAudienceV2":        createAudience,
		"getAudiences":            getAudiences,
		"syncCatalog":             syncCatalog,
		"createCouponReservation": reserve,
		"updateCustomerSessionV2": updateSession,
		"trackEventV2":            trackEvent,
		"trackEventV2 in silence": {method: "POST", target: "/v2/events", key: "ApiKey-v1 k", body: trackEvent.body, status: 204},
		"trackEvent": {
			method: "POST", target: "/v1/events", key: "ApiKey-v1 k", body: `{"type": "product_shared", "sessionId": "cart-1", "attributes": {}}`,
			status: 409, response: `{"message": "Too many requests are updating this session at the same time", "errors": [], "StatusCode": 409}`,
		},
		"syncCatalog of an older deployment": {method: "PUT", target: "/v1/catalogs/6/sync", key: "Bearer k", body: syncCatalog.body, status: 200, response: catalog},
		"getAudiencesAnalytics, a fixed path": {
			method: "GET", target: "/v1/audiences/analytics?audienceIds=1,2", key: "ManagementKey-v1 k", status: 200,
			response: `{"hasMore": false, "data": [{"audienceId": 1, "membersCount": 5}]}`,
		},
		"deleteCouponReservation, a body of DELETE": {
			method: "DELETE", target: "/v1/coupon_reservations/SUMMER25%25OFF", key: "ApiKey-v1 k", body: `{"integrationIDs": ["customer-1"]}`, status: 204,
		},
		"getReservedCustomers": {
			method: "GET", target: "/v1/coupon_reservations/customerprofiles/A%2FB", key: "ApiKey-v1 k", status: 200,
			response: `{"totalResultSize": 1, "data": [` + person + `]}`,
		},
		"listCatalogItems, a parameter repeated": {
			method: "GET", target: "/v1/catalogs/6/items?sku=a&sku=b%2Cc&pageSize=1000", key: "Bearer k", status: 200,
			response: `{"hasMore": false, "data": [{"id": 901, "created": "2026-03-02T08:00:00Z", "sku": "a", "price": 99.99, "catalogid": 6, "version": 7,
				"attributes": [{"attributeid": 12, "name": "color", "value": "red"}], "product": {"name": "sneakers"}}]}`,
		},
		"exportAudiencesMemberships": {
			method: "GET", target: "/v1/audiences/2/memberships/export", key: "ManagementKey-v1 k", status: 200,
			responseType: "application/csv", response: "profileintegrationid\ncustomer-1\n",
		},
		"exportAudiencesMemberships, unauthorized": {
			method: "GET", target: "/v1/audiences/2/memberships/export", status: 401, response: unauthorized,
		},
		"createSession": {
			method: "POST", target: "/v1/sessions", body: `{"email": "demo@example.com", "password": "demo-password"}`,
			status: 201, response: `{"userId": 1, "token": "opaque", "created": "2026-03-01T10:00:00Z"}`,
		},
		"updateAudienceCustomersAttributes, a free object": {
			method: "PUT", target: "/v2/audience_customers/2/attributes", key: "ApiKey-v1 k", body: `{"Language": "de", "anything": [1]}`, status: 204,
		},
		"updateReferral, closed in one part": {
			method: "PUT", target: "/v1/applications/1/campaigns/11/referrals/R1", key: "ManagementKey-v1 k", body: `{"usageLimit": 3, "attributes": {"source": "x"}}`, status: 200,
			response: `{"id": 1, "created": "2026-03-01T10:00:00Z", "campaignId": 11, "advocateProfileIntegrationId": "customer-1", "code": "FRIEND-7Q", "usageLimit": 3, "usageCounter": 0}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := faults(t, c, e); got != nil {
				t.Errorf("reported: %q", got)
			}
		})
	}
}

func TestVendor_faults(t *testing.T) {
	t.Parallel()
	c := ofVendor(t)
	for name, test := range map[string]struct {
		exchange      exchange
		right, wrong  string // what is replaced in the target, the body and the response
		wantedReports []string
	}{
		"createAudienceV2, a property misspelled in the request": {
			createAudience, `"subscribedApplicationsIds": [3], "integration"`, `"subscribedApplicationIds": [3], "integration"`,
			[]string{"contract: POST /v2/audiences: request body at /subscribedApplicationIds: not declared"},
		},
		"createAudienceV2, a property lost from the answer": {
			createAudience, `"accountId": 31,`, "",
			[]string{"contract: POST /v2/audiences: response body (201): missing property 'accountId'"},
		},
		"getAudiences, a parameter that other lists have": {
			getAudiences, "sort=id", "ids=1",
			[]string{`contract: GET /v1/audiences: query parameter "ids": not declared`},
		},
		"getAudiences, an ID as a string": {
			getAudiences, `"id": 5012`, `"id": "5012"`,
			[]string{"contract: GET /v1/audiences: response body (200) at /data/0/id: got string, want integer"},
		},
		"syncCatalog, a property misspelled in an action": {
			syncCatalog, `"replaceIfExists"`, `"replaceIfexists"`,
			[]string{"contract: PUT /v1/catalogs/{catalogId}/sync: request body at /actions/0/payload/replaceIfexists: not declared"},
		},
		"syncCatalog, a price as a string": {
			syncCatalog, "99.99", `"99.99"`,
			[]string{"contract: PUT /v1/catalogs/{catalogId}/sync: request body at /actions/0/payload/price: got string, want number"},
		},
		"createCouponReservation, other capitals": {
			reserve, `"integrationIDs"`, `"integrationIds"`,
			[]string{
				"contract: POST /v1/coupon_reservations/{couponValue}: request body: missing property 'integrationIDs'",
				"contract: POST /v1/coupon_reservations/{couponValue}: request body at /integrationIds: not declared",
			},
		},
		"updateCustomerSessionV2, a property deep in the cart": {
			updateSession, `"engraving": {"price": 1.5}`, `"engraving": {"price": 1.5, "tax": 1}`,
			[]string{"contract: PUT /v2/customer_sessions/{customerSessionId}: request body at /customerSession/cartItems/0/additionalCosts/engraving/tax: not declared"},
		},
		"updateCustomerSessionV2, a property that the server computes": {
			updateSession, `"name": "Sneakers"`, `"name": "Sneakers", "position": 0`,
			[]string{"contract: PUT /v2/customer_sessions/{customerSessionId}: request body at /customerSession/cartItems/0/position: read-only, must not be sent"},
		},
		"updateCustomerSessionV2, a property of version 1 in the answer": {
			updateSession, `"state": "open", "cartItems": [{"sku": "SKU1", "quantity": 2, "price": 9.95, "position"`,
			`"state": "open", "discounts": {}, "cartItems": [{"sku": "SKU1", "quantity": 2, "price": 9.95, "position"`,
			[]string{"contract: PUT /v2/customer_sessions/{customerSessionId}: response body (200) at /customerSession/discounts: not declared"},
		},
		"trackEventV2, a list that is null": {
			trackEvent, `"effects": []`, `"effects": null`,
			[]string{"contract: POST /v2/events: response body (200) at /effects: got null, want array"},
		},
		"trackEventV2, a parameter of another type": {
			trackEvent, "dry=false", "dry=no",
			[]string{`contract: POST /v2/events: query parameter "dry": got string, want boolean`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := test.exchange
			for _, text := range []*string{&e.target, &e.body, &e.response} {
				*text = strings.Replace(*text, test.right, test.wrong, 1)
			}
			if diff := cmp.Diff(test.wantedReports, faults(t, c, e)); diff != "" {
				t.Errorf("reported (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVendor_isWhatMiddlewareComparesWith(t *testing.T) {
	t.Parallel()
	ofVendor(t)
	found := &failures{TB: t}
	handler := Middleware(found, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	r := httptest.NewRequestWithContext(t.Context(), http.MethodDelete, "/v2/audiences/7?force=true", nil)
	r.Header.Set("Authorization", "ApiKey-v1 k")
	handler.ServeHTTP(httptest.NewRecorder(), r)
	want := []string{
		`contract: DELETE /v2/audiences/{audienceId}: query parameter "force": not declared`,
		"contract: DELETE /v2/audiences/{audienceId}: response: the status 200 isn't declared",
	}
	if diff := cmp.Diff(want, found.messages); diff != "" {
		t.Errorf("reported (-want +got):\n%s", diff)
	}
}

// Schemas are compiled when a test first needs them: one that can't be compiled must not wait for that.
func TestVendor_schemasCompile(t *testing.T) {
	t.Parallel()
	ofVendor(t)
	for _, name := range documents {
		doc, err := parse(name, readVendor(t, name))
		if err != nil {
			t.Fatal(err)
		}
		schemas := node{doc, "", doc.root}.get("components").get("schemas")
		for schema := range schemas.value {
			if _, err := doc.schema(schemas.get(schema).pointer).compile(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// An exception that the documents no longer need would hide a fault.
func TestVendor_exceptionsAreNeeded(t *testing.T) {
	t.Parallel()
	ofVendor(t)
	needed := map[string]bool{}
	for _, name := range documents {
		var before, after map[string]any
		for _, root := range []*map[string]any{&before, &after} {
			if err := yaml.Unmarshal(readVendor(t, name), root); err != nil {
				t.Fatal(err)
			}
		}
		correct(after)
		for schema := range schemaExceptions {
			path := func(root map[string]any) any {
				return node{&document{root: root}, "", root}.get("components").get("schemas").get(schema).value
			}
			needed[schema] = needed[schema] || !cmp.Equal(path(before), path(after))
		}
	}
	for schema := range schemaExceptions {
		if !needed[schema] {
			t.Errorf("the exception of %s changes nothing", schema)
		}
	}
}

func readVendor(t *testing.T, name string) []byte {
	t.Helper()
	text, err := fs.ReadFile(os.DirFS(os.Getenv(directoryVariable)), name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func BenchmarkLoad(b *testing.B) {
	ofVendor(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := load(os.DirFS(os.Getenv(directoryVariable)), documents...); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMiddleware(b *testing.B) {
	c := ofVendor(b)
	var actions, items strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&actions, `,{"type": "PATCH", "payload": {"sku": "SKU%d", "price": 99.99, "attributes": {"color": "red"}, "product": {"name": "sneakers"}, "createIfNotExists": true}}`, i)
		fmt.Fprintf(&items, `,{"id": %d, "created": "2026-03-02T08:00:00Z", "sku": "a", "price": 99.99, "catalogid": 6, "version": 7,
			"attributes": [{"attributeid": 12, "name": "color", "value": "red"}], "product": {"name": "sneakers"}}`, i)
	}
	for name, e := range map[string]exchange{
		"one audience": createAudience,
		"1000 catalog actions": {
			method: "PUT", target: "/v1/catalogs/6/sync", key: "ApiKey-v1 k", body: `{"actions": [` + actions.String()[1:] + `]}`, status: 200, response: catalog,
		},
		"1000 catalog items": {
			method: "GET", target: "/v1/catalogs/6/items", key: "Bearer k", status: 200, response: `{"hasMore": false, "data": [` + items.String()[1:] + `]}`,
		},
		"an import of 100 MB": {
			method: "POST", target: "/v1/audiences/2/memberships/import", key: "ManagementKey-v1 k", contentType: "multipart/form-data; boundary=x",
			body:   "--x\r\nContent-Disposition: form-data; name=upFile; filename=a.csv\r\n\r\n" + strings.Repeat("customer\n", 100_000_000/9) + "\r\n--x--\r\n",
			status: 200, response: `{"id": 1, "created": "2026-03-02T08:00:00Z", "accountId": 31, "userId": 1, "entity": "audience", "amount": 1}`,
		},
	} {
		b.Run(name, func(b *testing.B) {
			found := &failures{TB: b}
			handler := c.middleware(found, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(e.status)
				_, _ = io.WriteString(w, e.response)
			}))
			b.ReportAllocs()
			b.SetBytes(int64(len(e.body) + len(e.response)))
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), e.method, e.target, strings.NewReader(e.body))
				r.Header.Set("Authorization", e.key)
				r.Header.Set("Content-Type", orJSON(e.contentType))
				handler.ServeHTTP(httptest.NewRecorder(), r)
			}
			if found.messages != nil {
				b.Errorf("reported: %q", found.messages)
			}
		})
	}
}
