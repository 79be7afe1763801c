package talonone

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// What is configured as an address or a key can be anything: a key in place of an address, an address with a password in it.
// No error here repeats more of it than scheme and host, and these only where they can be nothing else.

// Trim removes what surrounds a setting that was pasted or read from a file: white space, line breaks, byte order marks and
// zero-width characters.
func Trim(text string) string {
	return strings.TrimFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("\ufeff\u200b\u200c\u200d\u2060", r)
	})
}

// ParseBaseURL checks the address of a deployment: absolute, https (http for
// loopback hosts alone), nothing behind the host but an optional path.
func ParseBaseURL(raw string) (*url.URL, error) {
	raw = Trim(raw)
	if looksLikeKey(raw) {
		return nil, errors.New("the value looks like an API key, not like an address, and is not shown; write the deployment's address, for example https://example.europe-west1.talon.one")
	}
	base, err := url.Parse(strings.TrimRight(raw, "/"))
	if err != nil {
		return nil, errors.New("the value is not a URL; write one such as https://example.europe-west1.talon.one")
	}
	if base.Scheme != "https" && base.Scheme != "http" || base.Host == "" {
		if plainHost.MatchString(raw) {
			return nil, fmt.Errorf("%q is not an absolute URL; write it with its scheme: https://%s", raw, raw)
		}
		return nil, errors.New("the value is not an absolute URL; write it with its scheme, for example https://example.europe-west1.talon.one")
	}
	// A host that looks like a key, such as that of https://KEY, is not repeated.
	host := "the URL"
	if plainHost.MatchString(base.Host) || isLoopback(base.Hostname()) {
		host = "the URL of host " + base.Host
	} else if !wellFormedHost(base.Host) {
		return nil, errors.New("the value has no valid host; write a URL such as https://example.europe-west1.talon.one")
	}
	if base.User != nil || base.RawQuery != "" || base.ForceQuery || base.Fragment != "" || strings.Contains(raw, "#") {
		return nil, fmt.Errorf("%s must not hold a user, a query or a fragment", host)
	}
	if base.Scheme == "http" && !isLoopback(base.Hostname()) {
		return nil, fmt.Errorf("%s begins with http, which would send the API key unencrypted; use https (http is for loopback hosts, such as the emulator on 127.0.0.1)", host)
	}
	if version := base.Path[strings.LastIndex(base.Path, "/")+1:]; version == "v1" || version == "v2" {
		return nil, fmt.Errorf("%s ends in /%s, which the provider adds itself; remove it", host, version)
	}
	if strings.ContainsFunc(base.Path, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return nil, fmt.Errorf("%s holds a space or a control character", host)
	}
	return base, nil
}

// plainHost is a host name with at least one dot, and a port.
var plainHost = regexp.MustCompile(`^(?i:[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*(:\d{1,5})?$`)

// wellFormedHost tells what can be a host, a name without a dot or an IP address, from what can't.
func wellFormedHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.Trim(name, "[]")
	return net.ParseIP(name) != nil || regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?\.?$`).MatchString(name)
}

var (
	// keyLike is a token without a dot that is as long as keys are, or what the Authorization header holds.
	keyLike = regexp.MustCompile(`^(?i:(apikey-v1|managementkey-v1|bearer)\s.*|[a-z0-9_+/=-]{20,}|eyj[\w-]+\.[\w-]+\.[\w-]*)$`)
	// keyLikeHost is narrower, since names of hosts in a private network have no dot either.
	keyLikeHost = regexp.MustCompile(`^[A-Za-z0-9_+=]{32,}$`)
)

// looksLikeKey recognises an API key or a token, alone or in place of a host.
func looksLikeKey(text string) bool {
	_, rest, absolute := strings.Cut(text, "://")
	if !absolute {
		return keyLike.MatchString(text)
	}
	host, _, _ := strings.Cut(rest, "/")
	return keyLikeHost.MatchString(host)
}

// Quoted returns a setting in quotation marks. One that looks like a key, or an address that contains one, is not shown.
func Quoted(text string) string {
	if looksLikeKey(text) || strings.Contains(text, "@") {
		return "The value, which looks like a key and is not shown,"
	}
	return strconv.Quote(text)
}

// Origin is scheme, host and port of an address, for comparison; false where the address is invalid.
func Origin(raw string) (string, bool) {
	base, err := ParseBaseURL(raw)
	if err != nil {
		return "", false
	}
	port := base.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[base.Scheme]
	}
	return base.Scheme + "://" + net.JoinHostPort(strings.ToLower(strings.TrimSuffix(base.Hostname(), ".")), port), true
}

// CheckKey refuses what can't be a key, without repeating it.
func CheckKey(key string) error {
	prefix, _, several := strings.Cut(key, " ")
	switch {
	case strings.Contains(key, "://"):
		return errors.New("the value looks like an address, not like a key")
	case several && (strings.EqualFold(prefix, "ApiKey-v1") || strings.EqualFold(prefix, "ManagementKey-v1") || strings.EqualFold(prefix, "Bearer")):
		return fmt.Errorf("the value begins with %s, which the provider adds itself; write only the key", prefix)
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return errors.New("the value holds a space, a line break or another character that no key has")
	}
	return nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
