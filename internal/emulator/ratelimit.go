package emulator

import (
	"math"
	"strconv"
	"sync"
	"time"
)

// limiter is the Management API's limit: so many requests per second for each key and endpoint, in a window that
// slides. Refused requests do not count.
type limiter struct {
	limit  int           // requests in a window; 0 switches the limiter off
	window time.Duration // a second where the rate is a whole number

	mu   sync.Mutex
	seen map[string][]time.Time // accepted requests of the last window, oldest first
}

// newLimiter makes a limiter from requests per second. Rates that are not whole numbers stretch the window: 2.5
// per second are 2 in 0.8 seconds, half a request per second is 1 in two seconds.
func newLimiter(perSecond float64) *limiter {
	if perSecond <= 0 {
		return &limiter{}
	}
	limit := max(1, int(perSecond))
	return &limiter{
		limit:  limit,
		window: time.Duration(float64(limit) / perSecond * float64(time.Second)),
		seen:   make(map[string][]time.Time),
	}
}

// admit reports whether a request may pass now, and if not, how long until one could.
func (l *limiter) admit(now time.Time, key string) (wait time.Duration, ok bool) {
	if l.limit == 0 {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	recent := l.seen[key]
	for len(recent) > 0 && now.Sub(recent[0]) >= l.window {
		recent = recent[1:]
	}
	if len(recent) >= l.limit {
		l.seen[key] = recent
		return recent[0].Add(l.window).Sub(now), false
	}
	l.seen[key] = append(recent, now)
	return 0, true
}

// retryAfter is the header's form in whole seconds, never 0.
func retryAfter(wait time.Duration) string {
	return strconv.Itoa(max(1, int(math.Ceil(wait.Seconds()))))
}
