package talonone

import (
	"context"
	"net/http"
	"sync"
	"time"
)

const (
	// limiterShare of the allowed rate is used: the server counts arrivals, and
	// requests spaced exactly a third of a second apart can arrive four in a second.
	limiterShare = 0.95
	// slowest is the part of the full pace below which refusals don't slow a pacer down. Each response that is not a refusal
	// gives it the part recovery back. Halving on refusal and speeding up in equal steps is what divides a limit fairly
	// among programs that know nothing of each other.
	slowest  = 1.0 / 32
	recovery = 1.0 / 8
	// slowStart is how many requests of a process keep a distance at which those of the process before, which has only just
	// ended, don't count: Terraform plans in one process and applies in the next.
	slowStart = 8
)

// pacer holds the requests of one endpoint back to a rate. They are spaced evenly,
// which spreads them; and since a request can arrive long after it was sent, close
// to the next ones, no more are let go than the limit allows in the time from a
// request's start until a window after its response. So the server never sees too
// many at once, however slow this machine or the network is.
//
// The limit belongs to the key, which other programs may use at the same time: while requests are refused, it slows down.
type pacer struct {
	window time.Duration
	slots  chan struct{} // nil where there is no limit
	// turn is held by the one request that waits for its time. Others wait for their turn, so that the pace at which they
	// go is the one at that time.
	turn chan struct{}

	mu   sync.Mutex
	full float64 // requests per second
	pace float64
	next time.Time
	// distance is that of the first requests, of which left are to come.
	distance time.Duration
	left     int
}

// newPacer makes a pacer from requests per second; negative means no limit. Rates that
// are not whole numbers stretch the window: 2.5 per second are 2 in 0.8 seconds.
func newPacer(perSecond float64) *pacer {
	if perSecond < 0 {
		return &pacer{}
	}
	slots := max(1, int(perSecond))
	full := perSecond * limiterShare
	window := time.Duration(float64(slots) / perSecond * float64(time.Second))
	// With this distance before and after it, one request more than the limit allows takes longer than a window, however short
	// the time between two processes is.
	distance := time.Duration(float64(window) / limiterShare / float64(max(1, slots-1)))
	return &pacer{
		window: window, distance: distance, left: slowStart,
		slots: make(chan struct{}, slots),
		turn:  make(chan struct{}, 1),
		full:  full, pace: full,
	}
}

// wait returns when the next request may be sent. answered must be called when it
// has been answered, or failed.
func (p *pacer) wait(ctx context.Context) (answered func(), err error) {
	nothing := func() {}
	if p.slots == nil {
		return nothing, ctx.Err()
	}
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return nothing, ctx.Err()
	}
	defer func() { <-p.turn }()
	if err := sleep(ctx, time.Until(p.next)); err != nil {
		return nothing, err
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nothing, ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	wait := time.Duration(float64(time.Second) / p.pace)
	if p.left > 0 {
		p.left--
		wait = max(wait, p.distance)
	}
	p.next = time.Now().Add(wait)
	return func() { time.AfterFunc(p.window, func() { <-p.slots }) }, nil
}

// learn adapts the pace to a response.
func (p *pacer) learn(status int) {
	if p == nil || p.slots == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if status == http.StatusTooManyRequests {
		p.pace = max(p.pace/2, p.full*slowest)
	} else {
		p.pace = min(p.pace+p.full*recovery, p.full)
	}
}

// sleep waits, or ends early with the context.
func sleep(ctx context.Context, wait time.Duration) error {
	if wait <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
