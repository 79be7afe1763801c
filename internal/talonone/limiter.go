package talonone

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

// limiterShare of the allowed rate is used: the server counts arrivals, and
// requests spaced exactly a third of a second apart can arrive four in a second.
const limiterShare = 0.95

// pacer holds the requests of one endpoint back to a rate. They are spaced evenly,
// which spreads them; and since a request can arrive long after it was sent, close
// to the next ones, no more are let go than the limit allows in the time from a
// request's start until a window after its response. So the server never sees too
// many at once, however slow this machine or the network is.
type pacer struct {
	spacing *rate.Limiter
	window  time.Duration
	slots   chan struct{} // nil where there is no limit
}

// newPacer makes a pacer from requests per second; negative is no limit. Rates that
// are no whole numbers stretch the window: 2.5 per second are 2 in 0.8 seconds.
func newPacer(perSecond float64) *pacer {
	if perSecond < 0 {
		return &pacer{spacing: rate.NewLimiter(rate.Inf, 1)}
	}
	slots := max(1, int(perSecond))
	return &pacer{
		spacing: rate.NewLimiter(rate.Limit(perSecond*limiterShare), 1),
		window:  time.Duration(float64(slots) / perSecond * float64(time.Second)),
		slots:   make(chan struct{}, slots),
	}
}

// wait returns when the next request may be sent. answered must be called when it
// has been answered, or failed.
func (p *pacer) wait(ctx context.Context) (answered func(), err error) {
	nothing := func() {}
	if err := p.spacing.Wait(ctx); err != nil || p.slots == nil {
		return nothing, err
	}
	select {
	case p.slots <- struct{}{}:
		return func() { time.AfterFunc(p.window, func() { <-p.slots }) }, nil
	case <-ctx.Done():
		return nothing, ctx.Err()
	}
}
