package talonone

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
)

type replies = []func(*http.Request) (*http.Response, error)

func TestProfileUpdateSendsWhatIsConfigured(t *testing.T) {
	t.Parallel()
	s := &script{responses: replies{status(200, `{"customerProfile":{"id":5,"integrationId":"a","attributes":{"age":1.50}},"effects":[]}`)}}
	response, err := newTestClient(t, s).UpdateCustomerProfileV2(t.Context(), ProfileRequest{
		ProfileUpdate: ProfileUpdate{IntegrationID: "a/b+c&d", Attributes: json.RawMessage(`{"age":1.50}`)},
		Joins:         []int64{701}, RunRuleEngine: true, ResponseContent: []string{"customerProfile"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.seen[0]; got.path != "/v2/customer_profiles/a%2Fb%2Bc%26d" || got.query != "runRuleEngine=true" ||
		got.body != `{"attributes":{"age":1.50},"audiencesChanges":{"adds":[701],"deletes":[]},"responseContent":["customerProfile"]}` {
		t.Errorf("sent %+v", got)
	}
	if attributes := response.Profile.Attributes; string(attributes) != `{"age":1.50}` {
		t.Errorf("read attributes %s, want the number exactly as the API wrote it", attributes)
	}
}

func TestProfileUpdateWithoutProfileInTheAnswer(t *testing.T) {
	t.Parallel()
	s := &script{responses: replies{status(200, `{"effects":[],"createdCoupons":[],"createdReferrals":[]}`)}}
	response, err := newTestClient(t, s).UpdateCustomerProfileV2(t.Context(), ProfileRequest{ProfileUpdate: ProfileUpdate{IntegrationID: "a"}})
	if err != nil || response.Profile != nil {
		t.Errorf("got %v, %v, want no profile and no error", response, err)
	}
	if got := s.seen[0]; got.query != "runRuleEngine=false" || got.body != `{}` {
		t.Errorf("sent %+v", got)
	}
}

func TestIdempotencyKeyIsKeptThroughRepetitionsAndNewForEachRun(t *testing.T) {
	t.Parallel()
	for name, update := range map[string]func(*testing.T, *Client) error{
		"one profile": func(t *testing.T, c *Client) error {
			_, err := c.UpdateCustomerProfileV2(t.Context(), ProfileRequest{ProfileUpdate: ProfileUpdate{IntegrationID: "a"}})
			return err
		},
		"many profiles": func(t *testing.T, c *Client) error {
			return c.UpdateCustomerProfilesV2(t.Context(), []ProfileUpdate{{IntegrationID: "a"}}, func([]ProfileUpdate, []CustomerProfile) error { return nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{responses: replies{status(500, `{}`), fails(errReset), status(200, `{}`)}}
				client := newTestClient(t, s)
				if err := update(t, client); err != nil {
					t.Fatal(err)
				}
				first := s.seen[0].idempotency
				if len(s.seen) != 3 || first == "" || s.seen[1].idempotency != first || s.seen[2].idempotency != first {
					t.Errorf("three attempts had the keys %q, %q and %q", first, s.seen[1].idempotency, s.seen[2].idempotency)
				}
				if err := update(t, client); err != nil {
					t.Fatal(err)
				}
				if s.seen[3].idempotency == first {
					t.Error("the second run has the key of the first, and would get its answer")
				}
			})
		})
	}
}

func TestParallelUpdatesOfAProfileAreRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: replies{status(409, `{"message":"Too many requests are updating this profile at the same time"}`), status(200, `{}`)}}
		if _, err := newTestClient(t, s).UpdateCustomerProfileV2(t.Context(), ProfileRequest{ProfileUpdate: ProfileUpdate{IntegrationID: "a"}}); err != nil {
			t.Error(err)
		}
	})
}

func TestManyProfilesGoInTheFewestRequests(t *testing.T) {
	t.Parallel()
	s := &script{responses: replies{status(200, `{"integrationStates":[{"customerProfile":{"id":5,"integrationId":"p0"}}]}`)}}
	updates := make([]ProfileUpdate, 2001)
	for i := range updates {
		updates[i] = ProfileUpdate{IntegrationID: fmt.Sprintf("p%d", i), Attributes: json.RawMessage(`{"age":1}`)}
	}
	var sizes []int
	err := newTestClient(t, s).UpdateCustomerProfilesV2(t.Context(), updates, func(sent []ProfileUpdate, now []CustomerProfile) error {
		sizes = append(sizes, len(sent))
		if len(now) != 1 || now[0].IntegrationID != "p0" {
			t.Errorf("got profiles %v", now)
		}
		return nil
	})
	if err != nil || !slices.Equal(sizes, []int{1000, 1000, 1}) {
		t.Fatalf("got %v after requests of %v profiles", err, sizes)
	}
	if got := s.seen[2]; got.query != "silent=no" || got.body != `{"customerProfiles":[{"integrationId":"p2000","attributes":{"age":1}}]}` {
		t.Errorf("sent %+v", got)
	}
}

func TestManyProfilesStopAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	s := &script{responses: replies{status(200, `{}`), status(400, `{"message":"no"}`)}}
	landed := 0
	err := newTestClient(t, s).UpdateCustomerProfilesV2(t.Context(), make([]ProfileUpdate, 3000), func(sent []ProfileUpdate, _ []CustomerProfile) error {
		landed += len(sent)
		return nil
	})
	if !IsBadRequest(err) || landed != 1000 || len(s.seen) != 2 {
		t.Errorf("got %v with %d landed after %d requests", err, landed, len(s.seen))
	}
}

func TestManyProfilesStopWhenTheCallerSaysSo(t *testing.T) {
	t.Parallel()
	s := &script{responses: replies{status(200, `{}`)}}
	enough := errors.New("enough")
	err := newTestClient(t, s).UpdateCustomerProfilesV2(t.Context(), make([]ProfileUpdate, 3000), func([]ProfileUpdate, []CustomerProfile) error { return enough })
	if !errors.Is(err, enough) || len(s.seen) != 1 {
		t.Errorf("got %v after %d requests", err, len(s.seen))
	}
}

func TestErasureReportsAnUnknownProfile(t *testing.T) {
	t.Parallel()
	s := &script{responses: replies{status(404, `{"message":"gone","StatusCode":404}`)}}
	if err := newTestClient(t, s).DeleteCustomerData(t.Context(), ".."); !IsNotFound(err) {
		t.Errorf("got %v, want a 404", err)
	}
	if s.seen[0].path != "/v1/customer_data/%2E%2E" {
		t.Errorf("sent to %s", s.seen[0].path)
	}
}

func TestProfileSearchAsksForAThousandAtATime(t *testing.T) {
	t.Parallel()
	s := &script{responses: replies{status(200, `{"hasMore":false,"data":[{"id":5,"integrationId":"p7"}]}`)}}
	ids := make([]string, 1500)
	for i := range ids {
		ids[i] = "p" + strconv.Itoa(i)
	}
	found, err := newTestClient(t, s, func(c *Config) { c.ManagementRPS = -1 }).GetCustomersByAttributes(t.Context(), ids, true)
	if err != nil || len(found) != 1 || found["p7"].ID != 5 {
		t.Fatalf("got %v, %v", found, err)
	}
	if len(s.seen) != 2 || s.seen[0].query != "pageSize=1000&sandbox=true&skip=0" || s.seen[0].authorization != "ManagementKey-v1 management-secret" {
		t.Errorf("sent %d requests, the first with %q", len(s.seen), s.seen[0].query)
	}
	if got := strings.Count(s.seen[1].body, `"p`); got != 500 {
		t.Errorf("the second request asks for %d profiles, want 500", got)
	}
}

func TestInventoryAsksForThePartsThatAreWanted(t *testing.T) {
	t.Parallel()
	all := InventoryParts{Profile: true, Referrals: true, Coupons: true, Loyalty: true, Giveaways: true, Achievements: true}
	for query, parts := range map[string]InventoryParts{
		"":             {},
		"profile=true": {Profile: true},
		"achievements=true&coupons=true&giveaways=true&loyalty=true&profile=true&referrals=true": all,
	} {
		s := &script{responses: replies{status(200, `{}`)}}
		inventory, err := newTestClient(t, s).GetCustomerInventory(t.Context(), "a", parts)
		if err != nil || !reflect.DeepEqual(inventory, &Inventory{}) || s.seen[0].query != query {
			t.Errorf("got %v, %v from %q, want an empty inventory from %q", inventory, err, s.seen[0].query, query)
		}
	}
}

func TestInventoryKeepsAmountsExact(t *testing.T) {
	t.Parallel()
	s := &script{responses: replies{status(200, `{"profile":{"totalSales":12345678901234567.89,"loyaltyMemberships":null},
		"coupons":[{"id":1,"value":"ABCD","discountLimit":0.1,"state":"active","profileRedemptionCount":2}],
		"referrals":[{"id":2,"code":"EFGH","referredCustomers":["x"]}],
		"loyalty":{"programs":{"5":{"id":5,"name":"p","ledger":{"currentBalance":10.10,"currentTier":{"id":3,"name":"Gold"},"nextTierName":null}}},"cards":null}}`)}}
	inventory, err := newTestClient(t, s).GetCustomerInventory(t.Context(), "a", InventoryParts{})
	if err != nil {
		t.Fatal(err)
	}
	ledger := inventory.Loyalty.Programs["5"].Ledger
	got := fmt.Sprintln(inventory.Profile.TotalSales, inventory.Coupons[0].DiscountLimit, inventory.Coupons[0].State, inventory.Referrals[0].ReferredCustomers,
		ledger.CurrentBalance, ledger.CurrentTier.Name, ledger.NextTierName == nil)
	if want := "12345678901234567.89 0.1 active [x] 10.10 Gold true\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
