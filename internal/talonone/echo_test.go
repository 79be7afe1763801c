package talonone

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

// TestEchoedRequestsAreNotRepeated has a gateway that repeats the request: in an error of the API's form, as one in debugging mode
// does, and where there is no HTTP, so that net/http quotes it. Neither the key nor the person may come back in a message or a log.
func TestEchoedRequestsAreNotRepeated(t *testing.T) {
	const person, key = "anna@example.com", "integration-secret"
	for name, answer := range map[string]func(net.Conn, *http.Request){
		"error": func(conn net.Conn, r *http.Request) {
			text := r.Header.Get("Authorization") + " " + r.RequestURI
			body := fmt.Sprintf(`{"message":%q,"errors":[{"title":%[1]q,"details":%[1]q,"source":{"parameter":%[1]q}}]}`, text)
			_, _ = fmt.Fprintf(conn, "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		},
		"type of content": func(conn net.Conn, _ *http.Request) {
			_, _ = fmt.Fprintf(conn, "HTTP/1.1 400 Bad Request\r\nContent-Type: %s\r\nContent-Length: 2\r\n\r\nno", key)
		},
		"header": func(conn net.Conn, r *http.Request) {
			_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\n%s %s\r\n\r\n", r.Header.Get("Authorization"), r.RequestURI)
		},
		"length": func(conn net.Conn, r *http.Request) {
			_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %s%s\r\n\r\n", r.Header.Get("Authorization"), r.RequestURI)
		},
		"no HTTP": func(conn net.Conn, r *http.Request) {
			_, _ = fmt.Fprintf(conn, "%s%s\r\n\r\n", strings.ReplaceAll(r.Header.Get("Authorization"), " ", ""), r.RequestURI)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TF_LOG_PROVIDER", "TRACE")
			gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				answer(conn, r)
				_ = conn.Close()
			}))
			t.Cleanup(gateway.Close)
			client, err := New(Config{BaseURL: gateway.URL, IntegrationAPIKey: key, MaxRetries: -1})
			if err != nil {
				t.Fatal(err)
			}
			client.sender.CheckRetry = retryPolicy(0)
			var log bytes.Buffer
			_, err = client.GetCustomerInventory(tflogtest.RootLogger(t.Context(), &log), person, InventoryParts{Profile: true})
			if err == nil {
				t.Fatal("no error")
			}
			if text := err.Error(); strings.Contains(text, key) {
				t.Errorf("the error repeats the key: %s", text)
			}
			if text := log.String(); strings.Contains(text, key) || strings.Contains(text, "anna") || !strings.Contains(text, "getCustomerInventory") {
				t.Errorf("the log is\n%s", text)
			}
		})
	}
}
