package emulator_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

// requestAs sends a request with a Host and headers, and returns the status.
func (d *deployment) requestAs(method, path, host string, header map[string]string) int {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path, http.NoBody)
	if err != nil {
		d.t.Fatal(err)
	}
	req.Host = host
	req.Header.Set("Authorization", managementK)
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := d.client.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// places are what the emulator serves: the page, the controls and the API.
var places = []string{"/", "/?live", "/_emulator/requests", "/v1/audiences"}

// After DNS rebinding, the name of the attacker's site stands in Host, and everything is of one origin to the browser.
func TestOnlyLoopbackHostsAreAnswered(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	port := d.url[strings.LastIndex(d.url, ":"):]
	for _, host := range []string{"localhost" + port, "127.0.0.1" + port, "127.0.0.1", "[::1]" + port, "[::1]", "127.9.9.9:1"} {
		if got := d.requestAs("GET", "/v1/audiences", host, nil); got != 200 {
			t.Errorf("Host %s: status %d", host, got)
		}
	}
	for _, host := range []string{
		"attacker.example" + port, "localhost.attacker.example", "127.0.0.1.attacker.example" + port, "192.0.2.1", "0.0.0.0" + port, "[::]" + port,
		"localhost.", "[::1].attacker.example",
	} {
		for _, place := range places {
			if got := d.requestAs("GET", place, host, nil); got != 403 {
				t.Errorf("%s of Host %s: status %d", place, host, got)
			}
		}
	}
	if got := len(d.server.Requests()); got != 6 {
		t.Errorf("%d requests are logged: refused ones have reached the deployment", got)
	}
	remote := start(t, emulator.Options{AllowRemote: true})
	if got := remote.requestAs("GET", "/v1/audiences", "emulator.example", nil); got != 200 {
		t.Errorf("with AllowRemote: status %d", got)
	}
}

func TestRequestsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	for name, header := range map[string]map[string]string{
		"fetch of another site":           {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Origin": "https://attacker.example"},
		"image of another site":           {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
		"frame of another site":           {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
		"link of another site":            {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
		"link of another port":            {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
		"another port of the own machine": {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"},
		"an older browser":                {"Origin": "https://attacker.example"},
		"a file, or a sandboxed frame":    {"Origin": "null"},
	} {
		for _, method := range []string{"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"} {
			for _, place := range places {
				if got := d.requestAs(method, place, "", header); got != 403 {
					t.Errorf("%s, %s %s: status %d", name, method, place, got)
				}
			}
		}
	}
	if got := len(d.server.Requests()); got != 0 {
		t.Errorf("%d requests have reached the deployment", got)
	}
	for name, header := range map[string]map[string]string{
		"the page itself":          {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
		"an address that is typed": {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
		"a link of the page":       {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
		"no browser":               nil,
	} {
		for _, place := range []string{"/", "/v1/audiences"} {
			if got := d.requestAs("GET", place, "", header); got != 200 {
				t.Errorf("%s, %s: status %d", name, place, got)
			}
		}
	}
}

func TestStalledBodyEndsItsRequest(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{StallTimeout: 20 * time.Millisecond})
	for path, key := range map[string]string{"/v2/audiences": liveKey, "/v1/audiences/7/memberships/import": managementK, "/v1/none": managementK, "/_emulator/faults": ""} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(d.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\nContent-Length: 1000\r\n\r\n{", path, key); err != nil {
			t.Fatal(err)
		}
		in := bufio.NewReader(conn)
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode < 400 {
			t.Errorf("%s: status %d, %v", path, resp.StatusCode, err)
		}
		if _, err := in.ReadByte(); err == nil {
			t.Errorf("%s: the connection goes on", path)
		}
		_ = conn.Close()
	}
}

// What waits for the deployment, and not for the client, may take longer than a body may stall.
func TestSlowResponseIsNotAStalledBody(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{StallTimeout: time.Millisecond, Latency: 50 * time.Millisecond})
	expectStatus(t, "create", d.call("POST", "/v2/audiences", liveKey, `{"name":"a"}`), 201)
}
