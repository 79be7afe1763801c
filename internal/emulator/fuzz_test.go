package emulator_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// requestSeeds are an ID, a query and a body that some operations take.
var requestSeeds = [][3]string{
	{"748", "pageSize=1000&skip=0&sort=id", `{"name":"VIP","subscribedApplicationsIds":[1]}`},
	{"customer-1", "profile=true&loyalty=true", `{"attributes":{"age":1.50,"Language":null},"responseContent":["customerProfile"]}`},
	{"1", "pageSize=-1&skip=99999999999999999999&sort=-id", `{"data":[{"action":"add","profileIntegrationId":"a","audienceId":1}]}`},
	{"6", "sku=A&sku=B&withTotalResultSize=true", `{"actions":[{"type":"ADD","payload":{"sku":"A","price":1e400,"attributes":{"color":"red"}}},{"type":"REMOVE_MANY","payload":{"filters":[{"attr":"color","op":"IN","value":"a,b"}]}}]}`},
	{"SUMMER25%OFF", "value=SUMMER25%25OFF&exactMatch=true", `{"integrationIDs":["customer-1","customer-1",""]}`},
	{"11", "silent=no&dry=true", `{"campaignId":11,"advocateProfileIntegrationId":"a","usageLimit":-1,"advocateProfileIntegrationIds":["a"]}`},
	{"cart-1", "dry=true&now=2026-01-01T00:00:00Z", `{"customerSession":{"profileId":"customer-1","state":"closed","couponCodes":["SUMMER10"],"cartItems":[{"sku":"SOCKS","quantity":9223372036854775807,"price":1e308}]},"responseContent":["customerSession"]}`},
	{"cart-1", "", `{"return":{"returnedCartItems":[{"position":-1,"quantity":0},{"sku":"A"}]}}`},
	{"event-1", "silent=yes", `{"integrationId":"event-1","profileId":"customer-1","type":"product_shared","attributes":{"url":"x"},"loyaltyCards":["a"]}`},
	{"..", "%zz=%", `{"customerProfiles":[{"integrationId":"a","attributes":{}},null]}`},
	{"\x00\n", "a=b;c", "[[[[["},
}

// FuzzOperations sends every operation whatever it likes: the emulator neither panics nor blames itself.
func FuzzOperations(f *testing.F) {
	server, err := emulator.New(emulator.Options{LegacyEvents: true})
	if err != nil {
		f.Fatal(err)
	}
	for i := range server.Routes() {
		for _, seed := range requestSeeds {
			f.Add(i, seed[0], seed[1], seed[2])
		}
	}
	placeholder := regexp.MustCompile(`\{[^}]*\}`)
	unusual := make(conventions.Values)
	for _, c := range conventions.All() {
		at := slices.IndexFunc(c.Values, func(value string) bool { return value != c.Default })
		unusual[c.Name] = c.Values[at]
	}
	unusual[conventions.Legacy2022] = conventions.No // its credentials are others
	f.Fuzz(func(t *testing.T, operation int, id, query, body string) {
		for _, values := range []conventions.Values{nil, unusual} {
			sendAnything(t, emulator.Options{LegacyEvents: true, Conventions: values}, placeholder, operation, id, query, body)
		}
	})
}

// sendAnything expects no error of the server's own.
func sendAnything(t *testing.T, options emulator.Options, placeholder *regexp.Regexp, operation int, id, query, body string) {
	t.Helper()
	server, err := emulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	routes := server.Routes()
	route := routes[uint(operation)%uint(len(routes))]
	path := placeholder.ReplaceAllLiteralString(route[1], strings.ReplaceAll(url.QueryEscape(id), "+", "%20"))
	req, err := http.NewRequestWithContext(t.Context(), route[0], "http://127.0.0.1"+path, strings.NewReader(body))
	if err != nil {
		t.Skip("no path")
	}
	req.URL.RawQuery = query
	req.Header.Set("Authorization", route[2])
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", id)
	recorder := httptest.NewRecorder()
	server.ServeHTTP(recorder, req)
	if recorder.Code >= http.StatusInternalServerError {
		t.Errorf("%s %s?%s was answered with %d: %s", route[0], path, query, recorder.Code, recorder.Body)
	}
}

// FuzzPaths sends requests to any path, that of the page and of the controls among them.
func FuzzPaths(f *testing.F) {
	for _, seed := range [][5]string{
		{"GET", "/", "", "", ""},
		{"GET", "/_emulator/requests", "", "", ""},
		{"POST", "/_emulator/faults", "", "", `{"method":"*","status":503}`},
		{"DELETE", "/v2/audiences/%2e%2e", "a", "ApiKey-v1 demo-integration-key", ""},
		{"OPTIONS", "//v1/%", "", "Bearer x", ""},
		{"POST", "/v1/sessions", "", "", `{"email":"a","password":"b"}`},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4])
	}
	f.Fuzz(func(t *testing.T, method, path, query, authorization, body string) {
		server, err := emulator.New(emulator.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = server.Close() }()
		req, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+path, strings.NewReader(body))
		if err != nil {
			t.Skip("no request")
		}
		req.URL.RawQuery = query
		req.Header.Set("Authorization", authorization)
		recorder := httptest.NewRecorder()
		server.ServeHTTP(recorder, req)
		if recorder.Code >= http.StatusInternalServerError {
			t.Errorf("%s %s?%s was answered with %d: %s", method, path, query, recorder.Code, recorder.Body)
		}
	})
}
