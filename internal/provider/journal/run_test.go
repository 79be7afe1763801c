package journal

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

func inputs(value string) []Input {
	return []Input{{Name: "profile_id", Planned: types.StringValue(value)}, {Name: "triggers", Planned: types.MapNull(types.StringType)}}
}

func TestRunIsBegunAgainUnderItsKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	command := func() *Journal { return New(dir, "https://a", time.Now()) }
	earlier := command()
	first, second := earlier.BeginRun("event", inputs("anna"), types.StringNull()), earlier.BeginRun("event", inputs("anna"), types.StringUnknown())
	if first.Begun || second.Begun || first.Key == second.Key {
		t.Fatalf("one command makes two runs of two events, got %+v and %+v", first, second)
	}

	j := command()
	if !j.Begun("event", inputs("anna")) || j.Begun("event", inputs("bob")) || j.Begun("return", inputs("anna")) {
		t.Error("begun is what has the same kind and inputs")
	}
	if run := j.BeginRun("event", inputs("anna"), types.StringValue("mine")); run.Key != "mine" || run.Begun {
		t.Errorf("a configured key: %+v", run)
	}
	keys := map[string]bool{first.Key: true, second.Key: true}
	for range 2 {
		run := j.BeginRun("event", inputs("anna"), types.StringNull())
		if !run.Begun || !keys[run.Key] {
			t.Errorf("got %+v, want one of the keys %v that is not taken yet", run, keys)
		}
		delete(keys, run.Key)
	}
	if run := j.BeginRun("event", inputs("anna"), types.StringNull()); run.Begun {
		t.Errorf("a third event repeats a run: %+v", run)
	}

	command().SettleRun("event", first.Key)
	command().SettleRun("event", second.Key)
	if left := command().Earlier("event", digest(inputs("anna"))); len(left) != 1 {
		t.Errorf("after two were settled there are %d", len(left))
	}
}

func TestKeyOfARunIsUsedForADayAtMost(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := New(dir, "https://a", time.Now()).BeginRun("event", inputs("anna"), types.StringNull())
	run.entry.Sent = run.entry.Sent.Add(-keyAge - time.Minute)
	run.entry.write()
	if New(dir, "https://a", time.Now()).Begun("event", inputs("anna")) {
		t.Error("the deployment has forgotten the key")
	}
}

func TestRunThatFailedIsKeptUnlessItWasRefused(t *testing.T) {
	t.Parallel()
	status := func(code int) error { return &talonone.Error{StatusCode: code} }
	for name, test := range map[string]struct {
		err  error
		kept bool
	}{
		"bad request":             {status(http.StatusBadRequest), false},
		"not found":               {status(http.StatusNotFound), false},
		"unauthorized":            {status(http.StatusUnauthorized), true},
		"parallel requests":       {status(http.StatusConflict), true},
		"too many requests":       {status(http.StatusTooManyRequests), true},
		"server error":            {status(http.StatusBadGateway), true},
		"success of another form": {status(http.StatusOK), true},
		"no answer":               {errors.New("connection reset"), true},
		"unknown outcome":         {&talonone.OutcomeUnknownError{Err: status(http.StatusBadRequest)}, true},
		"never sent":              {&talonone.MissingCredentialError{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			New(dir, "https://a", time.Now()).BeginRun("event", inputs("anna"), types.StringNull()).Failed(test.err)
			if got := New(dir, "https://a", time.Now()).Begun("event", inputs("anna")); got != test.kept {
				t.Errorf("kept is %v", got)
			}
		})
	}
}
