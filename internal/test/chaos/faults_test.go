package chaos

import (
	"net/http"
	"strings"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

// target is the request of a run that fails.
type target struct {
	method, prefix string
	// after is how many requests with method and prefix come before it, and before how many requests of any kind.
	after, before int
}

// fault is a way to fail.
type fault struct {
	name string
	// fails has method, path and number of the request filled in.
	fails emulator.Fault
	// from, where set, makes these faults of the target instead.
	from func(target) []emulator.Fault
	// unclear faults lose the response to what was carried out.
	unclear bool
	// timeout is the provider's request_timeout; "" is the default.
	timeout string
}

// hangingTime is long for a request on a busy machine, and what each test of a hanging one takes.
const hangingTime = "10s"

const page = "<html><body><h1>Bad gateway</h1></body></html>"

// inASecond is a Retry-After date. It has whole seconds, so the wait is shorter than one.
func inASecond() string { return time.Now().Add(time.Second).UTC().Format(http.TimeFormat) }

func faults() []fault {
	return []fault{
		{name: "429 in 1 s", fails: emulator.Fault{Status: 429, RetryAfter: "1"}},
		{name: "429 until a date", fails: emulator.Fault{Status: 429, RetryAfter: inASecond()}},
		{name: "429", fails: emulator.Fault{Status: 429}},
		{name: "500", fails: emulator.Fault{Status: 500}},
		{name: "500 after it was applied", unclear: true, fails: emulator.Fault{Status: 500, AfterApply: true}},
		{name: "502 with a page", fails: emulator.Fault{Status: 502, Body: page}},
		{name: "503", fails: emulator.Fault{Status: 503}},
		{name: "409", fails: emulator.Fault{Status: 409}},
		{name: "reset before it was applied", fails: emulator.Fault{Reset: true}},
		{name: "reset after it was applied", unclear: true, fails: emulator.Fault{Reset: true, AfterApply: true}},
		{name: "answer cut short", unclear: true, fails: emulator.Fault{Truncate: true}},
		{name: "200 that is not JSON", fails: emulator.Fault{Status: 200, Body: page}},
		{name: "200 that is not JSON, applied", unclear: true, fails: emulator.Fault{Status: 200, Body: page, AfterApply: true}},
		{name: "hang before it was applied", fails: emulator.Fault{Hang: true}, timeout: hangingTime},
		{name: "hang after it was applied", unclear: true, fails: emulator.Fault{Hang: true, AfterApply: true}, timeout: hangingTime},
		{name: "401", fails: emulator.Fault{Status: 401}},
		{name: "401 from then on", from: func(at target) []emulator.Fault {
			return []emulator.Fault{{Status: 401, After: at.before}}
		}},
		{name: "401 from the next request on", from: func(at target) []emulator.Fault {
			return []emulator.Fault{{Status: 401, After: at.before + 1}}
		}},
		{name: "reset after it was applied, and outage", unclear: true, from: func(at target) []emulator.Fault {
			return []emulator.Fault{
				{Method: at.method, PathPrefix: at.prefix, After: at.after, Times: 1, Reset: true, AfterApply: true},
				{Reset: true, After: at.before},
			}
		}},
	}
}

// variant is how long a fault lasts.
type variant struct {
	name string
	// times is how often the request fails; 0 is until the apply has ended.
	times, retries int
}

var variants = []variant{
	{name: "passes while the request is repeated", times: 1, retries: 1},
	{name: "hits one request without repetition", times: 1},
	{name: "stays until the apply has ended"},
}

// configure is a scenario's configuration, and the provider's settings, for the apply with the fault.
func (f fault) configure(s scenario, retries int) (config, settings attributes) {
	config, settings = s.after, attributes{"max_retries": retries}
	if f.timeout == "" {
		return config, settings
	}
	settings["request_timeout"] = f.timeout
	if strings.HasPrefix(s.operation, "import") {
		// request_timeout does not end an import, which can be long.
		config = with(config, attributes{"timeouts": attributes{"create": f.timeout, "update": f.timeout}})
	}
	return config, settings
}

// at are the emulator's faults for one target.
func (f fault) at(target target, v variant) []emulator.Fault {
	if f.from != nil {
		return f.from(target)
	}
	one := f.fails
	one.Method, one.PathPrefix, one.After, one.Times = target.method, target.prefix, target.after, v.times
	if one.Status == http.StatusTooManyRequests && v.times == 0 {
		// It would be waited for until the timeout of the operation.
		one.RetryAfter = "7200"
	}
	return []emulator.Fault{one}
}
