package emulator_test

import (
	"context"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

// holdUntil makes requests report that they run and keeps them running until released.
func holdUntil(running chan<- string, release <-chan struct{}) func(context.Context, string) {
	return func(_ context.Context, operation string) {
		running <- operation
		<-release
	}
}

func TestOneRunsTwoWaitAndTheFourthIsRefused(t *testing.T) {
	t.Parallel()
	running, release := make(chan string, 9), make(chan struct{})
	d := start(t, emulator.Options{OnRequest: holdUntil(running, release)})
	d.server.HandleCounter()
	responses := make(chan response, 4)
	send := func() {
		got, err := d.send("PUT", "/test/counters/a", liveKey, "application/json", "{}")
		if err != nil {
			t.Error(err)
		}
		responses <- got
	}
	go send()
	<-running
	for range 3 {
		go send()
	}
	// Two of the three find room to wait. Whichever came last is answered at once.
	refused := <-responses
	expectStatus(t, "the fourth", refused, 409)
	if want := `{"StatusCode":409,"errors":[],"message":"Too many requests are updating this profile at the same time"}`; refused.text != want {
		t.Errorf("got %s, want %s", refused.text, want)
	}
	if len(running) != 0 {
		t.Error("a waiting request runs beside the first")
	}
	close(release)
	applied := map[string]bool{}
	for range 3 {
		got := <-responses
		expectStatus(t, "one of the three", got, 200)
		applied[got.field("applied")] = true
	}
	if len(applied) != 3 {
		t.Errorf("applied %v", applied)
	}
	expectStatus(t, "when all is over", d.call("PUT", "/test/counters/a", liveKey, "{}"), 200)
}

func TestOtherProfilesDoNotWait(t *testing.T) {
	t.Parallel()
	running, release := make(chan string, 9), make(chan struct{})
	d := start(t, emulator.Options{OnRequest: holdUntil(running, release)})
	d.server.HandleCounter()
	done := make(chan struct{}, 3)
	for _, request := range [][2]string{{"/test/counters/a", liveKey}, {"/test/counters/b", liveKey}, {"/test/counters/a", sandboxKey}} {
		go func() {
			if got, err := d.send("PUT", request[0], request[1], "application/json", "{}"); err != nil || got.status != 200 {
				t.Errorf("%v: %d %v", request, got.status, err)
			}
			done <- struct{}{}
		}()
	}
	for range 3 {
		<-running
	}
	close(release)
	for range 3 {
		<-done
	}
}
