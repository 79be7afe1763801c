package talonone

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

type responses = []func(*http.Request) (*http.Response, error)

const stateResponse = `{"effects":[{"campaignId":12,"rulesetId":1,"ruleIndex":0,"ruleName":"r","effectType":"setDiscount","props":{"name":"x","value":10.50}}],
	"createdCoupons":[{"id":1,"campaignId":12,"value":"NEW-1","usageLimit":1}],"createdReferrals":[],
	"customerSession":{"id":50001,"integrationId":"cart 1","state":"open","cartItems":null,"total":12.340,"attributes":{"a":1.0}},
	"loyalty":{"programs":{}}}`

func TestSessionUpdateSendsWhatIsSetAndNothingElse(t *testing.T) {
	t.Parallel()
	price := json.Number("99.990")
	empty := ""
	for name, test := range map[string]struct {
		update  SessionUpdate
		options SessionOptions
		body    string
		query   string
	}{
		"nothing": {SessionUpdate{}, SessionOptions{}, `{"customerSession":{}}`, ""},
		"empty is sent": {
			SessionUpdate{CouponCodes: []string{}, ReferralCode: &empty, CartItems: []CartItem{}, AdditionalCosts: map[string]AdditionalCost{}, Attributes: map[string]json.RawMessage{}},
			SessionOptions{},
			`{"customerSession":{"couponCodes":[],"referralCode":"","cartItems":[],"additionalCosts":{},"attributes":{}}}`, "",
		},
		"numbers are exact": {
			SessionUpdate{CartItems: []CartItem{{SKU: "A", Quantity: 2, Price: &price}}}, SessionOptions{},
			`{"customerSession":{"cartItems":[{"sku":"A","quantity":2,"price":99.990}]}}`, "",
		},
		"dry run of later": {
			SessionUpdate{}, SessionOptions{Dry: true, Now: time.Date(2126, 1, 1, 0, 0, 0, 0, time.UTC), ResponseContent: []string{"loyalty"}},
			`{"customerSession":{},"responseContent":["loyalty"]}`, "dry=true&now=2126-01-01T00%3A00%3A00Z",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{responses: responses{status(200, stateResponse)}}
			if _, err := newTestClient(t, s).UpdateCustomerSessionV2(t.Context(), "cart 1/2", test.update, test.options); err != nil {
				t.Fatal(err)
			}
			got := s.seen[0]
			if got.body != test.body || got.query != test.query || got.path != "/v2/customer_sessions/cart%201%2F2" {
				t.Errorf("sent %s?%s %s", got.path, got.query, got.body)
			}
		})
	}
}

func TestSessionAnswerKeepsNumbersAndParts(t *testing.T) {
	t.Parallel()
	s := &script{responses: responses{status(200, stateResponse)}}
	state, err := newTestClient(t, s).UpdateCustomerSessionV2(t.Context(), "x", SessionUpdate{}, SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if state.Session.Total != "12.340" || string(state.Effects[0].Props) != `{"name":"x","value":10.50}` || state.CreatedCoupons[0].Value != "NEW-1" {
		t.Errorf("got %+v", state)
	}
	if string(state.Parts["loyalty"]) != `{"programs":{}}` {
		t.Errorf("got the parts %v", state.Parts)
	}
}

func TestSessionRequestsKeepTheirKeyThroughRepetitions(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]func(*http.Request) (*http.Response, error){
		"409": status(409, `{"message":"Too many requests are updating this session at the same time","errors":null,"StatusCode":409}`),
		"429": status(429, `{}`), "503": status(503, `{}`), "reset": fails(errReset), "cut short": status(200, `{"effects":[`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{responses: responses{failure, failure, status(200, stateResponse)}}
				client := newTestClient(t, s)
				if _, err := client.UpdateCustomerSessionV2(t.Context(), "x", SessionUpdate{}, SessionOptions{IdempotencyKey: "k"}); err != nil {
					t.Fatal(err)
				}
				if _, err := client.ReturnCartItems(t.Context(), "x", nil, ReturnOptions{IdempotencyKey: "k"}); err != nil {
					t.Fatal(err)
				}
				for _, request := range s.seen {
					if request.idempotency != "k" {
						t.Errorf("%s was sent with the key %q", request.path, request.idempotency)
					}
				}
				if len(s.seen) != 4 {
					t.Errorf("got %d requests, want 4", len(s.seen))
				}
			})
		})
	}
}

func TestReturnWithoutKeyIsSentOnce(t *testing.T) {
	t.Parallel()
	s := &script{responses: responses{fails(errReset)}}
	_, err := newTestClient(t, s).ReturnCartItems(t.Context(), "x", []ReturnedItem{{SKU: new("A")}}, ReturnOptions{RunRuleEngine: true, Dry: true})
	if !IsOutcomeUnknown(err) || len(s.seen) != 1 {
		t.Fatalf("got %v after %d requests", err, len(s.seen))
	}
	if got := s.seen[0]; got.body != `{"return":{"returnedCartItems":[{"sku":"A"}]}}` || got.query != "dry=true&runRuleEngine=true" {
		t.Errorf("sent ?%s %s", got.query, got.body)
	}
}

func TestUnknownSessionIsToldByItsWords(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		gone   bool
	}{
		"404":                     {404, `{"message":"Session not found","StatusCode":404}`, true},
		"400 with the words":      {400, `{"message":"The submitted data was invalid","errors":[{"title":"x","details":"Customer session x does not exist"}]}`, true},
		"400 in other words":      {400, `{"message":"Bad request","errors":[{"title":"Unknown customer session"}]}`, true},
		"400, no such":            {400, `{"message":"There is no such session"}`, true},
		"400 for another reason":  {400, `{"message":"The submitted data was invalid"}`, false},
		"404 of a proxy":          {404, `<html>`, false},
		"401":                     {401, `{"message":"key not found","StatusCode":401}`, false},
		"500 with the same words": {501, `{"message":"not found"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{responses: responses{status(test.status, test.body)}}
			_, err := newTestClient(t, s).GetCustomerSession(t.Context(), "x")
			if err == nil || IsUnknownSession(err) != test.gone {
				t.Errorf("got %v, unknown: %v", err, IsUnknownSession(err))
			}
		})
	}
	if IsUnknownSession(errors.New("session not found")) {
		t.Error("only an answer of the API says that a session is gone")
	}
}

func TestAnswerWithoutSessionIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `null`, `{"customerSession":null}`} {
		s := &script{responses: responses{status(200, body)}}
		if _, err := newTestClient(t, s).GetCustomerSession(t.Context(), "x"); err == nil {
			t.Errorf("%s was taken for a session", body)
		}
	}
}

// crowd counts how many requests run at the same time.
type crowd struct {
	mu            sync.Mutex
	running, most int
}

func (c *crowd) RoundTrip(req *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.running++
	c.most = max(c.most, c.running)
	c.mu.Unlock()
	time.Sleep(time.Second)
	c.mu.Lock()
	c.running--
	c.mu.Unlock()
	return status(200, stateResponse)(req)
}

func TestRequestsAboutOneProfileOrSessionFollowEachOther(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		id      func(i int) string
		profile string
		most    int
	}{
		"one session":       {func(int) string { return "x" }, "", 1},
		"one profile":       {func(i int) string { return strings.Repeat("x", i+1) }, "anna", 1},
		"different and all": {func(i int) string { return strings.Repeat("x", i+1) }, "", 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				network := &crowd{}
				client := newTestClient(t, nil, func(config *Config) { config.Transport = network })
				var group sync.WaitGroup
				for i := range 5 {
					group.Go(func() {
						if _, err := client.UpdateCustomerSessionV2(t.Context(), test.id(i), SessionUpdate{ProfileID: &test.profile}, SessionOptions{}); err != nil {
							t.Error(err)
						}
					})
				}
				group.Wait()
				if network.most != test.most {
					t.Errorf("%d requests ran at the same time, want %d", network.most, test.most)
				}
				if held := client.locks.Len(); held != 0 {
					t.Errorf("%d locks are left behind", held)
				}
			})
		})
	}
}

func TestApplicationSessionsAreFilteredAndStopWhenAsked(t *testing.T) {
	t.Parallel()
	const page = `{"hasMore":true,"data":[{"id":1,"integrationId":"a","state":"closed","total":1.50}]}`
	s := &script{responses: responses{status(200, page), status(200, strings.Replace(page, `"id":1`, `"id":2`, 1)), status(200, `{"hasMore":false,"data":[]}`)}}
	pages := 0
	err := newTestClient(t, s).GetApplicationSessions(t.Context(), 1, SessionFilter{Profile: "anna", State: SessionClosed, CreatedAfter: time.Unix(0, 0)}, func(sessions []ApplicationSession) error {
		if sessions[0].Total != "1.50" {
			t.Errorf("got %+v", sessions[0])
		}
		if pages++; pages == 2 {
			return ErrStop
		}
		return nil
	})
	if err != nil || len(s.seen) != 2 {
		t.Fatalf("got %v after %d requests", err, len(s.seen))
	}
	if want := "createdAfter=1970-01-01T00%3A00%3A00Z&pageSize=1000&profile=anna&skip=1&sort=id&state=closed"; s.seen[1].query != want {
		t.Errorf("got the query %s, want %s", s.seen[1].query, want)
	}
	if !strings.HasPrefix(s.seen[0].authorization, "ManagementKey-v1 ") {
		t.Errorf("sent with %s", s.seen[0].authorization)
	}
}
