package talonone

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const couponResponse = `{"id":3001,"created":"2026-03-01T10:00:00Z","campaignId":12,"value":"SUMMER10","usageLimit":0,"usageCounter":0,"reservationCounter":2,"isReservationMandatory":true}`

func TestReservationsGoInThousands(t *testing.T) {
	t.Parallel()
	ids := make([]string, 2001)
	for i := range ids {
		ids[i] = fmt.Sprint("customer-", i)
	}
	s := &script{responses: replies{status(201, couponResponse), status(201, couponResponse), status(400, `{"message":"no"}`)}}
	coupon, sent, err := newTestClient(t, s).CreateCouponReservation(t.Context(), "SUMMER25%OFF", ids)
	if !IsBadRequest(err) || sent != 2000 || coupon == nil || !*coupon.IsReservationMandatory || coupon.ReservationCounter != "2" {
		t.Errorf("got %+v, %d, %v", coupon, sent, err)
	}
	for i, got := range s.seen {
		if got.path != "/v1/coupon_reservations/SUMMER25%25OFF" || got.authorization != "ApiKey-v1 integration-secret" {
			t.Errorf("request %d: %+v", i, got)
		}
	}
	if got := s.seen[2].body; got != `{"integrationIDs":["customer-2000"]}` {
		t.Errorf("the last request sent %s", got)
	}
}

func TestEndingReservationsOfACouponThatIsGone(t *testing.T) {
	t.Parallel()
	s := &script{responses: replies{status(404, `{}`)}}
	removed, err := newTestClient(t, s).DeleteCouponReservation(t.Context(), "a/b", []string{"x"})
	if removed != 1 || err != nil || s.seen[0].body != `{"integrationIDs":["x"]}` || s.seen[0].path != "/v1/coupon_reservations/a%2Fb" {
		t.Errorf("got %d, %v after %+v", removed, err, s.seen)
	}
}

func TestReservedCustomersAreReadAsTheyCome(t *testing.T) {
	t.Parallel()
	const response = `{"totalResultSize":3,"more":{"data":[1]},"data":[{"integrationId":"a","attributes":{"age":1.50}},{"integrationId":"b"},{"integrationId":"c"}],"tail":null}`
	odd := func(profile *CustomerProfile) bool { return profile.IntegrationID != "b" }
	for name, test := range map[string]struct {
		replies replies
		keep    func(*CustomerProfile) bool
		want    string
		total   int
	}{
		"all":                   {replies{status(200, response)}, nil, "a,b,c", 3},
		"some":                  {replies{status(200, response)}, odd, "a,c", 3},
		"nobody":                {replies{status(200, `{"totalResultSize":0,"data":[]}`)}, nil, "", 0},
		"null":                  {replies{status(200, `{"data":null,"totalResultSize":0}`)}, nil, "", 0},
		"a cut answer is asked": {replies{status(200, response[:90]), status(200, response)}, odd, "a,c", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				kept, total, err := newTestClient(t, &script{responses: test.replies}).GetReservedCustomers(t.Context(), "X", test.keep)
				var ids []string
				for _, profile := range kept {
					ids = append(ids, profile.IntegrationID)
				}
				if got := strings.Join(ids, ","); err != nil || got != test.want || total != test.total {
					t.Errorf("got %q of %d, %v", got, total, err)
				}
			})
		})
	}
}

func TestReservedCustomersOfTheWrongFormAreNotAskedForAgain(t *testing.T) {
	t.Parallel()
	for name, response := range map[string]func(*http.Request) (*http.Response, error){
		"wrong type": status(200, `{"data":[{"integrationId":5}]}`),
		"a page":     status(200, `<html>`, "Content-Type", "text/html"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{responses: replies{response}}
			_, _, err := newTestClient(t, s).GetReservedCustomers(t.Context(), "X", nil)
			if _, ok := errors.AsType[*Error](err); !ok || len(s.seen) != 1 {
				t.Errorf("got %v after %d requests", err, len(s.seen))
			}
		})
	}
}

func FuzzReservedCustomers(f *testing.F) {
	f.Add([]byte(`{"totalResultSize":1,"data":[{"integrationId":"a"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		resp, err := status(200, string(body))(nil)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		_ = eachElement("op", resp, func(*CustomerProfile) error { n++; return nil })
	})
}

func TestCouponsAreFoundInEveryCase(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: replies{status(200, `{"hasMore":true,"data":[{"id":1,"value":"Summer10"},{"id":2,"value":"SUMMER-10"}]}`), status(200, `{"hasMore":false,"data":[{"id":3,"value":"SUMMER10"}]}`)}}
		found, err := newTestClient(t, s).FindCoupons(t.Context(), 1, "summer10")
		if err != nil || len(found) != 2 || found[0].ID != 1 || found[1].ID != 3 {
			t.Errorf("got %v, %v", found, err)
		}
		if got := s.seen[0]; got.path != "/v1/applications/1/coupons_search_advanced/no_total" || got.body != `{}` ||
			got.query != "exactMatch=true&pageSize=1000&skip=0&sort=id&value=summer10" {
			t.Errorf("sent %+v", got)
		}
	})
}

func TestCodesFold(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]string{"sensitive": "Ä-x", "": "Ä-x", "insensitive-uppercase": "Ä-X", "insensitive-lowercase": "ä-x"} {
		if got := FoldCode("Ä-x", setting); got != want {
			t.Errorf("%s: got %s, want %s", setting, got, want)
		}
	}
}

func TestTheApplicationOfTheKeyIsAskedForOnce(t *testing.T) {
	t.Parallel()
	s := &script{responses: replies{status(200, `{"hasMore":true,"data":[{"id":3,"applicationId":7}]}`)}}
	client := newTestClient(t, s)
	for range 2 {
		if id, err := client.IntegrationApplicationID(t.Context()); id != 7 || err != nil {
			t.Errorf("got %d, %v", id, err)
		}
	}
	if len(s.seen) != 1 || s.seen[0].query != "pageSize=1" {
		t.Errorf("sent %+v", s.seen)
	}
}

func TestReferralsAreCreatedOnceAndWithTheirCodes(t *testing.T) {
	t.Parallel()
	limit := int64(0)
	client := func(response func(*http.Request) (*http.Response, error)) (*Client, *script) {
		s := &script{responses: replies{response}}
		return newTestClient(t, s), s
	}
	c, s := client(status(201, `{"id":4001,"code":"FRIEND-1","advocateProfileIntegrationId":"a"}`))
	made, err := c.CreateReferral(t.Context(), NewReferral{CampaignID: 11, AdvocateProfileIntegrationID: "a", UsageLimit: &limit})
	if err != nil || made.Code != "FRIEND-1" || s.seen[0].body != `{"campaignId":11,"advocateProfileIntegrationId":"a","usageLimit":0}` {
		t.Errorf("got %+v, %v after %+v", made, err, s.seen)
	}
	c, s = client(status(201, `{"totalResultSize":1,"data":[{"id":4001,"code":"FRIEND-1","advocateProfileIntegrationId":"a"}]}`))
	many, err := c.CreateReferralsForMultipleAdvocates(t.Context(), NewReferrals{CampaignID: 11}, []string{"a"})
	if err != nil || len(many) != 1 || s.seen[0].query != "silent=no" || s.seen[0].body != `{"campaignId":11,"usageLimit":0,"advocateProfileIntegrationIds":["a"]}` {
		t.Errorf("got %v, %v after %+v", many, err, s.seen)
	}
	for name, response := range map[string]func(*http.Request) (*http.Response, error){"reset": fails(errReset), "500": status(500, `{}`), "cut": status(201, `{"id":`)} {
		c, s := client(response)
		_, err := c.CreateReferral(t.Context(), NewReferral{})
		if _, unknown := errors.AsType[*OutcomeUnknownError](err); !unknown || len(s.seen) != 1 {
			t.Errorf("%s: got %v after %d requests", name, err, len(s.seen))
		}
	}
}

func TestReferralsAreNarrowedAndTheListEndsWhenEnoughIsSeen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: replies{status(200, `{"hasMore":true,"data":[{"id":1,"code":"A-1"}]}`)}}
		usable, enough := true, errors.New("enough")
		after := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.FixedZone("", 3600))
		err := newTestClient(t, s).GetReferrals(t.Context(), 1, 11, ReferralFilter{Code: "A-1", Advocate: "a+b", CreatedAfter: after, Valid: "validNow", Usable: &usable}, func([]*Referral) error { return enough })
		if !errors.Is(err, enough) || s.seen[0].path != "/v1/applications/1/campaigns/11/referrals/no_total" ||
			s.seen[0].query != "advocate=a%2Bb&code=A-1&createdAfter=2026-01-02T02%3A04%3A05.000006Z&pageSize=1000&skip=0&sort=id&usable=true&valid=validNow" {
			t.Errorf("got %v after %+v", err, s.seen)
		}
	})
}

func TestReferralsAreUpdatedAndDeleted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		friend := "f"
		s := &script{responses: replies{status(200, `{"id":1,"code":"A-1"}`), status(404, `{}`)}}
		client := newTestClient(t, s)
		if _, err := client.UpdateReferral(t.Context(), 1, 11, 4001, ReferralUpdate{FriendProfileIntegrationID: &friend, Attributes: []byte(`{}`)}); err != nil {
			t.Error(err)
		}
		if err := client.DeleteReferral(t.Context(), 1, 11, 4001); err != nil {
			t.Errorf("deleting what is gone: %v", err)
		}
		if s.seen[0].body != `{"friendProfileIntegrationId":"f","attributes":{}}` ||
			slices.ContainsFunc(s.seen, func(r received) bool { return r.path != "/v1/applications/1/campaigns/11/referrals/4001" }) {
			t.Errorf("sent %+v", s.seen)
		}
	})
}

// A response that comes late was written before, and tells nothing of the clocks.
func TestALateResponseIsNoSlowClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		late := func(req *http.Request) (*http.Response, error) {
			time.Sleep(20 * time.Second)
			return status(200, `{"data":[]}`, "Date", now.Add(time.Second).UTC().Format(http.TimeFormat))(req)
		}
		client := newTestClient(t, &script{responses: replies{late}})
		if _, err := client.IntegrationApplicationID(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := client.ServerTime(now).Sub(now); got != 0 {
			t.Errorf("reckoned with %s", got)
		}
	})
}

func TestTheDeploymentsClockIsReadFromItsAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		for ahead, want := range map[time.Duration]time.Duration{0: 0, time.Second: 0, time.Hour: time.Hour, -time.Hour: -time.Hour} {
			date := now.Add(ahead).UTC().Format(http.TimeFormat)
			client := newTestClient(t, &script{responses: replies{status(200, `{"data":[]}`, "Date", date)}})
			if _, err := client.IntegrationApplicationID(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := client.ServerTime(now).Sub(now); got != want {
				t.Errorf("%s ahead: reckoned with %s", ahead, got)
			}
		}
	})
}
