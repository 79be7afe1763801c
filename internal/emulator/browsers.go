package emulator

import (
	"net"
	"net/http"
)

// The keys are well known, and the page needs none. So a request that a web page of another origin makes a browser send is
// refused, whatever it asks for.

// foreign says why a request is refused that a browser may have been made to send; "" means none.
func (s *Server) foreign(r *http.Request) string {
	// A name that an attacker's page first resolves to its own server and then to this machine (DNS rebinding) makes the
	// emulator the page's own origin. It still stands in Host.
	if !s.opts.AllowRemote && !isLoopback(hostOf(r.Host)) {
		return "the emulator answers to localhost and loopback addresses only; start it with -allow-remote to use other names"
	}
	// Methods that change nothing are safe to net/http, but here reads take part in limits, faults and the log.
	write := *r
	write.Method = http.MethodPost
	if err := s.origins.Check(&write); err != nil {
		return "requests and links of web pages of other origins are refused; to open the page, enter its address in the browser"
	}
	return ""
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// hostOf is an address without its port.
func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		// Without a port, an IPv6 address keeps its brackets.
		host = address
		if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
			host = host[1 : len(host)-1]
		}
	}
	return host
}
