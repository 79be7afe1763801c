package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// access says which credential an operation takes.
type access int

const (
	// noKey is for the login, which is how a credential is got in the first place.
	noKey access = iota
	// integrationKey is `ApiKey-v1`.
	integrationKey
	// managementKey is `ManagementKey-v1` or a Bearer token of createSession.
	managementKey
	// movedKey is for the three Integration operations that took the manager credential in the 2022 reference:
	// integrationKey, or managementKey with the convention legacy_2022.
	movedKey
)

// handler answers one operation. It runs with the state locked, so it reads and writes s.state freely, and it
// must check everything before it changes anything: an error means that nothing has happened.
type handler func(r *request) (reply, error)

// route is one operation of the API.
type route struct {
	method    string
	pattern   string
	segments  []string // "{name}" captures, anything else is literal
	access    access
	operation string
	handler   handler

	readOnly   bool
	streamed   bool
	bare400    bool
	idempotent bool
	queues     func(r *request) []queueKey
}

// routeOption adjusts a route in handle.
type routeOption func(*route)

// readOnly marks a POST that changes nothing (searches), so that nothing is saved after it.
func readOnly(rt *route) { rt.readOnly = true }

// streamed leaves the body unread and the state unlocked: the handler reads r.http.Body and uses s.locked.
func streamed(rt *route) { rt.streamed = true }

// bare400 is for the operations whose 400 has the ErrorResponse shape, without StatusCode.
func bare400(rt *route) { rt.bare400 = true }

// idempotent honours the Idempotency-Key header.
func idempotent(rt *route) { rt.idempotent = true }

// queued applies the rule of one running and two waiting requests per profile or session. keys may look at
// the path and the body of the request, which has not been checked yet.
func queued(keys func(r *request) []queueKey) routeOption {
	return func(rt *route) { rt.queues = keys }
}

// handle registers an operation. The pattern's {names} become r.params, each path segment decoded exactly once.
// It panics on a duplicate, which is a mistake in this package.
func (s *Server) handle(method, pattern string, a access, operation string, h handler, options ...routeOption) {
	rt := &route{
		method: method, pattern: pattern, segments: strings.Split(pattern[1:], "/"),
		access: a, operation: operation, handler: h,
		readOnly: method == http.MethodGet,
	}
	for _, option := range options {
		option(rt)
	}
	for _, other := range s.routes {
		if other.operation == operation || other.method == method && other.pattern == pattern {
			panic(fmt.Sprintf("emulator: %s %s (%s) is registered twice", method, pattern, operation))
		}
	}
	s.routes = append(s.routes, rt)
}

// match finds the route of a request by its escaped path. Both results are nil where no path matches; allowed
// lists the methods of the path when only the method is wrong. A literal segment wins over a captured one.
func (s *Server) match(method, escapedPath string) (found *route, params map[string]string, allowed []string) {
	segments, ok := splitPath(escapedPath, s.is(conventions.PathCharacters, conventions.RFC3986))
	if !ok {
		return nil, nil, nil
	}
	best := -1
	for _, rt := range s.routes {
		captured, literals, ok := rt.capture(segments)
		if !ok {
			continue
		}
		if rt.method != method {
			allowed = append(allowed, rt.method)
			continue
		}
		if literals > best {
			best, found, params = literals, rt, captured
		}
	}
	return found, params, allowed
}

func (rt *route) capture(segments []segment) (params map[string]string, literals int, ok bool) {
	if len(segments) != len(rt.segments) {
		return nil, 0, false
	}
	for i, want := range rt.segments {
		if name, isParam := strings.CutPrefix(want, "{"); isParam {
			if params == nil {
				params = make(map[string]string, 2)
			}
			params[strings.TrimSuffix(name, "}")] = segments[i].decoded
			continue
		}
		if segments[i].raw != want {
			return nil, 0, false
		}
		literals++
	}
	return params, literals, true
}

type segment struct{ raw, decoded string }

// splitPath cuts the path as it came over the wire, before any decoding, so that an ID may hold `%2F` or `%25`.
// Empty, `.` and `..` segments and characters that need escaping match nothing: on the way to a real deployment
// they are collapsed or misrouted, and an ID that contains them has to arrive escaped.
func splitPath(escaped string, lenient bool) ([]segment, bool) {
	if !strings.HasPrefix(escaped, "/") {
		return nil, false
	}
	parts := strings.Split(escaped[1:], "/")
	segments := make([]segment, len(parts))
	for i, part := range parts {
		if part == "" || part == "." || part == ".." || strings.ContainsFunc(part, func(c rune) bool { return needsEscape(c, lenient) }) {
			return nil, false
		}
		decoded, err := url.PathUnescape(part)
		if err != nil {
			return nil, false
		}
		segments[i] = segment{raw: part, decoded: decoded}
	}
	return segments, true
}

// subDelims are what RFC 3986 allows in a path segment beside letters, digits and -_.~.
const subDelims = "!$&'()*+,;=:@"

// needsEscape reports whether a character may not stand for itself in a path segment. The vendor asks for every
// special character to be encoded and shows `10$OFF_NOW` as `10%24OFF_NOW`; its SDKs encode fewer of them, which is
// the lenient way.
func needsEscape(c rune, lenient bool) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return false
	default:
		return !strings.ContainsRune("-_.~%", c) && (!lenient || !strings.ContainsRune(subDelims, c))
	}
}
