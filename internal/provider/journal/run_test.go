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

func begin(j *Journal, value string) *Run {
	return j.BeginRun("event", inputs(value), types.StringNull(), time.Now())
}

func TestRunIsBegunAgainUnderItsKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	earlier := New(dir, here)
	first, second := begin(earlier, "anna"), begin(earlier, "anna")
	if first.Begun || second.Begun || first.Key == second.Key || !first.Noted() {
		t.Fatalf("one command makes two runs of two events, got %+v and %+v", first, second)
	}
	if New(dir, here).Begun("event", inputs("anna")) {
		t.Error("a run counts as begun while its process lives")
	}
	first.Keep()
	second.Keep()

	j := New(dir, here)
	if !j.Begun("event", inputs("anna")) || j.Begun("event", inputs("bob")) || j.Begun("return", inputs("anna")) {
		t.Error("begun is what has the same kind and inputs")
	}
	if run := j.BeginRun("event", inputs("anna"), types.StringValue("mine"), time.Now()); run.Key != "mine" || run.Begun || run.Noted() {
		t.Errorf("a configured key: %+v", run)
	}
	keys := map[string]bool{first.Key: true, second.Key: true}
	for range 2 {
		run := begin(j, "anna")
		if !run.Begun || !keys[run.Key] {
			t.Errorf("got %+v, want one of the keys %v that is not taken yet", run, keys)
		}
		delete(keys, run.Key)
		defer run.Done()
	}
	if run := begin(j, "anna"); run.Begun {
		t.Errorf("a third event repeats a run: %+v", run)
	}
}

func TestRunThatHasAResponseIsNotBegunAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	begin(New(dir, here), "anna").Done()
	if New(dir, here).Begun("event", inputs("anna")) || len(files(t, requests(dir))) != 0 {
		t.Error("the note is still there")
	}
}

func TestKeyOfARunIsUsedForADayAtMost(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	New(dir, here).BeginRun("event", inputs("anna"), types.StringNull(), time.Now().Add(-noteAge-time.Minute)).Keep()
	if New(dir, here).Begun("event", inputs("anna")) {
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
		"no response":             {errors.New("connection reset"), true},
		"unknown outcome":         {&talonone.OutcomeUnknownError{Err: status(http.StatusBadRequest)}, true},
		"never sent":              {&talonone.MissingCredentialError{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			begin(New(dir, here), "anna").Failed(test.err)
			if got := New(dir, here).Begun("event", inputs("anna")); got != test.kept {
				t.Errorf("kept is %v", got)
			}
		})
	}
}
