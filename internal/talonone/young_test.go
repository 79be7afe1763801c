package talonone

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhatThisRunCreatedIsWaitedFor(t *testing.T) {
	t.Parallel()
	missing, none := status(404, `{"message":"Audience not found"}`), status(200, `{"data":[],"hasMore":false}`)
	export := func(ctx context.Context, c *Client) error {
		_, err := c.ExportAudiencesMemberships(ctx, 748)
		return err
	}
	list := func(ctx context.Context, c *Client) error {
		listing, err := c.GetAudiences(ctx)
		if err == nil && listing.ByID(748) == nil {
			err = errors.New("not listed")
		}
		return err
	}
	for name, test := range map[string]struct {
		read     func(context.Context, *Client) error
		hidden   int
		response func(*http.Request) (*http.Response, error)
		there    func(*http.Request) (*http.Response, error)
		fails    bool
		within   time.Duration
	}{
		"an export":              {export, 4, missing, status(200, "profileintegrationid\n", "Content-Type", "text/csv"), false, 5 * time.Second},
		"the list":               {list, 4, none, status(200, `{"data":[`+created+`],"hasMore":false}`), false, 5 * time.Second},
		"an update":              {updateVIP, 4, missing, status(200, created), false, 5 * time.Second},
		"one that stays missing": {export, 1000, missing, missing, true, 16 * time.Second},
		"a list without it":      {list, 1000, none, none, true, 16 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{responses: responses{status(201, created)}}
				for range test.hidden {
					s.responses = append(s.responses, test.response)
				}
				s.responses = append(s.responses, test.there)
				client := newTestClient(t, s, func(c *Config) { c.ReadConsistency, c.MaxRetries = 15*time.Second, 0 })
				if _, err := client.CreateAudienceV2(t.Context(), NewAudience{Name: "VIP"}); err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				if err := test.read(t.Context(), client); (err != nil) != test.fails || time.Since(start) > test.within {
					t.Errorf("got %v after %s", err, time.Since(start))
				}
			})
		})
	}
}

// What others have created, and what has been there for a while, is not waited for.
func TestWhatIsOldIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: responses{status(201, created), status(404, `{}`)}}
		client := newTestClient(t, s, func(c *Config) { c.ReadConsistency = 15 * time.Second })
		if _, err := client.ExportAudiencesMemberships(t.Context(), 747); err == nil || len(s.seen) != 1 {
			// The first response is no export.
			t.Errorf("got %v after %d requests", err, len(s.seen))
		}
		if _, err := client.CreateAudienceV2(t.Context(), NewAudience{Name: "VIP"}); err == nil {
			t.Error("the script has no second creation")
		}
		client.young.note(audienceObject(748), time.Now().Add(15*time.Second))
		time.Sleep(16 * time.Second)
		before := len(s.seen)
		if _, err := client.ExportAudiencesMemberships(t.Context(), 748); !IsNotFound(err) || len(s.seen) != before+1 {
			t.Errorf("got %v after %d requests", err, len(s.seen)-before)
		}
	})
}

func TestInterruptedWaitsForWhatIsNotVisible(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: responses{status(201, created), status(404, `{}`)}}
		client := newTestClient(t, s, func(c *Config) { c.ReadConsistency = time.Hour })
		if _, err := client.CreateAudienceV2(t.Context(), NewAudience{Name: "VIP"}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		start := time.Now()
		// A shared read would go on for its other readers.
		if err := updateVIP(ctx, client); !errors.Is(err, context.Canceled) || time.Since(start) != 3*time.Second {
			t.Errorf("got %v after %s", err, time.Since(start))
		}
	})
}

// A data source that reads what the same run has written finds it, whatever status a deployment has for a session that is missing.
func TestSessionsAndProfilesOfThisRunAreWaitedFor(t *testing.T) {
	t.Parallel()
	session := func(ctx context.Context, c *Client) error {
		_, err := c.GetCustomerSession(ctx, "order-1")
		return err
	}
	writeSession := func(dry bool) func(context.Context, *Client) error {
		return func(ctx context.Context, c *Client) error {
			_, err := c.UpdateCustomerSessionV2(ctx, "order-1", SessionUpdate{}, SessionOptions{Dry: dry})
			return err
		}
	}
	writeProfile := func(ctx context.Context, c *Client) error {
		_, err := c.UpdateCustomerProfileV2(ctx, ProfileRequest{ProfileUpdate: ProfileUpdate{IntegrationID: "anna"}})
		return err
	}
	inventory := func(ctx context.Context, c *Client) error {
		_, err := c.GetCustomerInventory(ctx, "anna", InventoryParts{Profile: true})
		return err
	}
	state := status(200, `{"customerSession":{"integrationId":"order-1"}}`)
	for name, test := range map[string]struct {
		write, read func(context.Context, *Client) error
		missing     int
		requests    int
	}{
		"a session":                 {writeSession(false), session, 404, 4},
		"a session, missing as 400": {writeSession(false), session, 400, 4},
		"one that was evaluated":    {writeSession(true), session, 404, 2},
		"a profile":                 {writeProfile, inventory, 404, 4},
		"a profile that is refused": {writeProfile, inventory, 400, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				missing := status(test.missing, `{"message":"not found"}`)
				s := &script{responses: responses{state, missing, missing, state}}
				client := newTestClient(t, s, func(c *Config) { c.ReadConsistency, c.MaxRetries = 15*time.Second, 0 })
				if err := test.write(t.Context(), client); err != nil {
					t.Fatal(err)
				}
				err := test.read(t.Context(), client)
				if found := err == nil; len(s.seen) != test.requests || found != (test.requests == 4) {
					t.Errorf("%d requests, %v", len(s.seen), err)
				}
			})
		})
	}
}
