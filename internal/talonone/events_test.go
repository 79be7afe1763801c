package talonone

import (
	"encoding/json"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

const eventResponse = `{"effects":[],"createdCoupons":[],"createdReferrals":[],"event":{"id":600001,"type":"shared","effects":[]}}`

func TestEventIsNeverSentSilently(t *testing.T) {
	t.Parallel()
	s := &script{responses: responses{status(200, eventResponse)}}
	state, err := newTestClient(t, s).TrackEventV2(t.Context(), EventRequest{ProfileID: "anna", Type: "shared", Attributes: map[string]json.RawMessage{"n": json.RawMessage("1.0")}},
		EventOptions{ResponseContent: []string{"event"}, IdempotencyKey: "k"})
	if err != nil || state.Event.ID != 600001 {
		t.Fatalf("got %+v, %v", state, err)
	}
	got := s.seen[0]
	if got.query != "silent=no" || got.idempotency != "k" || got.body != `{"profileId":"anna","type":"shared","attributes":{"n":1.0},"responseContent":["event"]}` {
		t.Errorf("sent ?%s under %q: %s", got.query, got.idempotency, got.body)
	}
}

func TestEventsAreRepeatedOnlyWhereThatIsHarmless(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options  EventOptions
		requests int
	}{
		"with a key":     {EventOptions{IdempotencyKey: "k"}, 2},
		"a dry run":      {EventOptions{Dry: true, ForceCompleteEvaluation: true}, 2},
		"without either": {EventOptions{}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{responses: responses{fails(errReset), status(200, eventResponse)}}
				_, err := newTestClient(t, s).TrackEventV2(t.Context(), EventRequest{ProfileID: "anna", Type: "shared"}, test.options)
				if len(s.seen) != test.requests || IsOutcomeUnknown(err) != (test.requests == 1) {
					t.Errorf("got %v after %d requests", err, len(s.seen))
				}
			})
		})
	}
}

func TestAdvancedEventIsLookedUpBeforeItIsSentAgain(t *testing.T) {
	t.Parallel()
	const (
		found    = `{"id":7,"integrationId":"e","type":"shared","effects":[]}`
		taken    = `{"message":"An advanced event with the integration ID e already exists","StatusCode":409}`
		parallel = `{"message":"Too many requests are updating this profile at the same time","errors":[],"StatusCode":409}`
		tracked  = `{"effects":[],"createdCoupons":[],"createdReferrals":[],"advancedEvent":{"id":7}}`
	)
	for name, test := range map[string]struct {
		script   responses
		requests int
		landed   bool
		conflict bool
		begun    bool
	}{
		"at once":                {responses{status(200, tracked)}, 1, false, false, false},
		"lost, and there":        {responses{fails(errReset), status(200, found)}, 2, true, false, false},
		"lost, and not there":    {responses{fails(errReset), status(404, `{}`), status(200, tracked)}, 3, false, false, false},
		"lost, and there later":  {responses{fails(errReset), status(404, `{}`), status(409, taken), status(200, found)}, 4, true, false, false},
		"failed, and not there":  {responses{status(500, `{}`), status(404, `{}`), status(200, tracked)}, 3, false, false, false},
		"taken":                  {responses{status(409, taken), status(200, found)}, 2, false, true, false},
		"too many at a time":     {responses{status(409, parallel), status(404, `{}`), status(200, tracked)}, 3, false, false, false},
		"conflict and no lookup": {responses{status(409, taken), status(401, `{}`)}, 2, false, true, false},
		"begun, and there":       {responses{status(409, taken), status(200, found)}, 2, true, false, true},
		"begun, and not there":   {responses{status(200, tracked)}, 1, false, false, true},
		"begun, and no lookup":   {responses{status(409, taken), status(401, `{}`)}, 2, false, true, true},
		"lost, and then refused": {responses{fails(errReset), status(404, `{}`), status(401, `{}`), status(200, found)}, 4, true, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{responses: test.script}
				state, landed, err := newTestClient(t, s).TrackEventV3(t.Context(), AdvancedEvent{IntegrationID: "e", ProfileID: "anna", Type: "shared"}, nil, test.begun)
				if landed != test.landed || IsConflict(err) != test.conflict || len(s.seen) != test.requests {
					t.Fatalf("got landed %v, %v after %d requests", landed, err, len(s.seen))
				}
				if err != nil && IsOutcomeUnknown(err) != test.begun {
					t.Errorf("unsure is %v: %v", !test.begun, err)
				}
				if err == nil && state.AdvancedEvent.ID != 7 {
					t.Errorf("got %+v", state)
				}
			})
		})
	}
}

func TestAdvancedEventIsGivenUpAfterAllRepetitions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		lost, absent := fails(errReset), status(404, `{}`)
		s := &script{responses: responses{lost, absent, lost, absent, lost, absent}}
		_, _, err := newTestClient(t, s, func(c *Config) { c.MaxRetries = 2 }).TrackEventV3(t.Context(), AdvancedEvent{IntegrationID: "e"}, nil, false)
		if !IsOutcomeUnknown(err) || len(s.seen) != 6 {
			t.Errorf("got %v after %d requests", err, len(s.seen))
		}
	})
}

func TestRetiredEventSendsWhatItRequires(t *testing.T) {
	t.Parallel()
	s := &script{responses: responses{status(201, `{"session":{"integrationId":"s"},"profile":{},"event":{"id":1,"type":"shared","effects":[[12,3,0,["setDiscount","Summer",10.5]],["odd"],7,[1,2,3,[]],["x",2,3,["y"]]],"ledgerEntries":[]}}`)}}
	state, err := newTestClient(t, s).TrackEvent(t.Context(), LegacyEvent{Type: "shared", SessionID: "s"}, false)
	if err != nil {
		t.Fatal(err)
	}
	if s.seen[0].body != `{"type":"shared","attributes":{},"sessionId":"s"}` {
		t.Errorf("sent %s", s.seen[0].body)
	}
	want := []PositionalEffect{
		{CampaignID: 12, RulesetID: 3, EffectType: "setDiscount", Arguments: json.RawMessage(`["Summer",10.5]`), Raw: json.RawMessage(`[12,3,0,["setDiscount","Summer",10.5]]`)},
		{Raw: json.RawMessage(`["odd"]`)}, {Raw: json.RawMessage(`7`)}, {Raw: json.RawMessage(`[1,2,3,[]]`)}, {Raw: json.RawMessage(`["x",2,3,["y"]]`)},
	}
	if diff := cmp.Diff(want, state.Event.Effects); diff != "" {
		t.Errorf("effects (-want +got):\n%s", diff)
	}
	if string(state.Parts["profile"]) != `{}` {
		t.Errorf("got the parts %v", state.Parts)
	}
}

func TestRetiredEventIsRecognizedWhereItIsGone(t *testing.T) {
	t.Parallel()
	for code, retired := range map[int]bool{404: true, 405: true, 410: true, 400: false, 401: false} {
		s := &script{responses: responses{status(code, `{}`)}}
		_, err := newTestClient(t, s).TrackEvent(t.Context(), LegacyEvent{Type: "shared", SessionID: "s"}, false)
		if IsRetired(err) != retired || len(s.seen) != 1 {
			t.Errorf("%d: got %v after %d requests", code, err, len(s.seen))
		}
	}
}

func TestApplicationEventsAreFiltered(t *testing.T) {
	t.Parallel()
	s := &script{responses: responses{status(200, `{"hasMore":false,"data":[{"id":1,"type":"shared","attributes":{},"effects":[{"effectType":"setDiscount","props":{}}]}]}`)}}
	var got []ApplicationEvent
	err := newTestClient(t, s).GetApplicationEvents(t.Context(), 1, EventFilter{Types: []string{"a", "b"}, Session: "s", EffectType: "setDiscount"}, func(events []ApplicationEvent) error {
		got = append(got, events...)
		return nil
	})
	if err != nil || len(got) != 1 || got[0].Effects[0].EffectType != "setDiscount" {
		t.Fatalf("got %+v, %v", got, err)
	}
	if want := "effectType=setDiscount&pageSize=1000&session=s&skip=0&sort=id&type=a%2Cb"; s.seen[0].query != want || s.seen[0].path != "/v1/applications/1/events/no_total" {
		t.Errorf("got %s?%s", s.seen[0].path, s.seen[0].query)
	}
}

func FuzzPositionalEffect(f *testing.F) {
	for _, seed := range []string{`[12,3,0,["setDiscount","Summer",10.5]]`, `[1,2,3,["x"]]`, `[]`, `null`, `{"a":1}`, `[1,2,3,[1]]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var effect PositionalEffect
		if json.Unmarshal([]byte(text), &effect) != nil {
			return
		}
		if !json.Valid(effect.Raw) || len(effect.Arguments) > 0 && !json.Valid(effect.Arguments) {
			t.Errorf("%s became %+v", text, effect)
		}
		if effect.EffectType == "" && effect.Arguments != nil {
			t.Errorf("%s has arguments but no type", text)
		}
	})
}
