package talonone

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
)

// operations call one method of each kind that reads a response: an object, a
// list in pages, a list that is streamed, an export, a part of a response.
var operations = map[string]func(context.Context, *Client) error{
	"createAudienceV2": func(ctx context.Context, c *Client) error {
		_, err := c.CreateAudienceV2(ctx, NewAudience{Name: "VIP"})
		return err
	},
	"updateAudienceV2": updateVIP,
	"getAudiences":     readAudiences,
	"listCatalogItems": func(ctx context.Context, c *Client) error {
		_, err := c.CatalogItems(ctx, 6)
		return err
	},
	"syncCatalog": func(ctx context.Context, c *Client) error {
		_, err := c.SyncCatalog(ctx, 6, nil)
		return err
	},
	"exportAudiencesMemberships": exportVIP,
	"getAudienceMemberships": func(ctx context.Context, c *Client) error {
		return c.GetAudienceMemberships(ctx, 748, func([]AudienceMember) error { return nil })
	},
	"getReservedCustomers": readReserved,
	"getCustomerInventory": func(ctx context.Context, c *Client) error {
		_, err := c.GetCustomerInventory(ctx, "anna", InventoryParts{Profile: true})
		return err
	},
	"getCustomersByAttributes": func(ctx context.Context, c *Client) error {
		_, err := c.GetCustomersByAttributes(ctx, []string{"anna"}, false)
		return err
	},
	"updateCustomerProfilesV2": func(ctx context.Context, c *Client) error {
		return c.UpdateCustomerProfilesV2(ctx, []ProfileUpdate{{IntegrationID: "anna"}}, func([]ProfileUpdate, []CustomerProfile) error { return nil })
	},
	"createReferral": func(ctx context.Context, c *Client) error {
		_, err := c.CreateReferral(ctx, NewReferral{CampaignID: 11})
		return err
	},
	"createReferralsForMultipleAdvocates": func(ctx context.Context, c *Client) error {
		_, err := c.CreateReferralsForMultipleAdvocates(ctx, NewReferrals{CampaignID: 11}, []string{"anna"})
		return err
	},
	"getLoyaltyTransactions": func(ctx context.Context, c *Client) error {
		_, err := c.GetLoyaltyTransactions(ctx, 5, "anna", LoyaltyFilter{}, 0)
		return err
	},
	"getCustomerSession": func(ctx context.Context, c *Client) error {
		_, err := c.GetCustomerSession(ctx, "cart")
		return err
	},
	"trackEventV2": func(ctx context.Context, c *Client) error {
		_, err := c.TrackEventV2(ctx, EventRequest{Type: "shared"}, EventOptions{})
		return err
	},
	"getAttributes": func(ctx context.Context, c *Client) error {
		_, err := c.GetAttributes(ctx)
		return err
	},
}

func exportVIP(ctx context.Context, c *Client) error {
	_, err := c.ExportAudiencesMemberships(ctx, 748)
	return err
}

func readReserved(ctx context.Context, c *Client) error {
	_, _, err := c.GetReservedCustomers(ctx, "SUMMER10", nil)
	return err
}

// hostileClient is a client of a server that answers as it likes. It does not
// repeat requests, and does not space them.
func hostileClient(t *testing.T, response http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(response)
	t.Cleanup(server.Close)
	client, err := New(Config{
		BaseURL: server.URL, IntegrationAPIKey: "integration-secret", ManagementAPIKey: "management-secret", ManagementRPS: -1,
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/export") {
			w.Header().Set("Content-Type", "application/csv")
		}
		_, _ = io.WriteString(w, body)
	}
}

// expectPresentable checks what every error text must be: of one line, short
// enough to be read, without a key, and without what a terminal obeys.
func expectPresentable(t *testing.T, err error) {
	t.Helper()
	text := err.Error()
	if i := strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }); i >= 0 {
		t.Errorf("byte %d of the error is a control character: %q", i, text)
	}
	if strings.Contains(text, "secret") {
		t.Errorf("the error holds a key: %q", text)
	}
	if len(text) > 3*maxShownText {
		t.Errorf("the error has %d bytes", len(text))
	}
}

func TestTextsArePresentable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Größe 👩\u200d👧, 10 % – \"a\"":   "Größe 👩\u200d👧, 10 % – \"a\"",
		"\x1b[2J\x00\a\r\n":              `\x1b[2J\x00\a\r` + "\n",
		"a\u202eb\u2066c\u009b":          `a\u202eb\u2066c\u009b`,
		"a\xff\xfe":                      `a\xff\xfe`,
		strings.Repeat("x", 39) + "€uro": strings.Repeat("x", 39) + "… (6 bytes more)",
	} {
		if got := Presentable(text, 40, "\n"); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// TestNoAnswerOfTheWrongFormIsTaken sends every operation answers that are none
// of the API's: each is an error of that operation, and nothing is repeated.
func TestNoAnswerOfTheWrongFormIsTaken(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	for name, response := range map[string]http.HandlerFunc{
		"null":                   says(`null`),
		"array":                  says(`[]`),
		"text":                   says(`"text"`),
		"number":                 says(`1e400`),
		"nesting":                says(`{"data":` + deep + `,"id":` + deep + `}`),
		"nested objects":         says(strings.Repeat(`{"data":`, 100_000) + strings.Repeat(`}`, 100_000)),
		"nesting of the unknown": says(`{"id":1,"unknown":` + deep + `}`),
		"null rows":              says(`{"id":null,"data":[null],"hasMore":false,"profile":[],"integrationStates":[null,1],"customerSession":null,"effects":3}`),
		"wrong types":            says(`{"id":"748","data":"x","profile":"x","integrationStates":"x","customerSession":[],"effects":{}}`),
		"ID beyond 64 bits":      says(`{"id":9223372036854775808,"data":[{"id":9223372036854775808,"integrationId":1,"sku":2}],"profile":{"id":9223372036854775808},"integrationStates":[{"customerProfile":{"id":9223372036854775808}}],"customerSession":{"id":9223372036854775808},"effects":[{"campaignId":9223372036854775808}]}`),
		"ID of 30 digits":        says(`{"id":123456789012345678901234567890,"data":[{"id":123456789012345678901234567890,"integrationId":1,"sku":2}],"profile":{"id":123456789012345678901234567890},"integrationStates":[{"customerProfile":{"id":123456789012345678901234567890}}],"customerSession":{"id":123456789012345678901234567890},"effects":[{"campaignId":123456789012345678901234567890}]}`),
		"number of gigabytes":    says(`{"id":1,"unknown":1e600000000,"data":[1e600000000]}`),
		"long number":            says(`{"id":1,"unknown":` + strings.Repeat("9", 1000) + `,"data":[` + strings.Repeat("9", 1000) + `]}`),
		"invalid UTF-8":          says("{\"id\":1,\"unknown\":\"\xff\xfe\",\"data\":[\"\xff\xfe\"]}"),
		"page with 200": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<html>\x1b[2J please log in</html>")
		},
		"media type of a megabyte": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/"+strings.Repeat("x", 1<<20))
			_, _ = io.WriteString(w, "<html>")
		},
		"no content": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"page with 400": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, "<html>\x1b[2J</html>")
		},
		"error with control characters": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"message":"\u001b[31mred\u0007\u0000\r\n::error::\u202egnp.exe\u009b2J","errors":[{"title":"\u001b]0;owned\u0007","details":"\u001b[2J","source":{"pointer":"/\u001b[1m"}}]}`)
		},
		"error of a megabyte": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"message":"`+strings.Repeat("x", 900_000)+`"}`)
		},
		"error of ten thousand parts": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"errors":[{"title":"no"}`+strings.Repeat(`,{"title":"no"}`, 10_000)+`]}`)
		},
		"error that never ends": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			flood(w, `{"message":"`, "x")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for operation, call := range operations {
				var requests atomic.Int32
				client := hostileClient(t, func(w http.ResponseWriter, r *http.Request) {
					requests.Add(1)
					response(w, r)
				})
				client.sender.CheckRetry = retryPolicy(3)
				err := call(t.Context(), client)
				if err == nil {
					t.Errorf("%s takes it", operation)
					continue
				}
				expectPresentable(t, err)
				if _, answered := errors.AsType[*Error](err); !answered || !strings.Contains(err.Error(), operation) {
					t.Errorf("%s: got %v, want an error of the operation", operation, err)
				}
				if n := requests.Load(); n != 1 {
					t.Errorf("%s was sent %d times", operation, n)
				}
			}
		})
	}
}

// flood writes head, and then fill until the connection ends.
func flood(w io.Writer, head, fill string) {
	_, err := io.WriteString(w, head)
	block := strings.Repeat(fill, 32<<10)
	for err == nil {
		_, err = io.WriteString(w, block)
	}
}

func TestMissingPropertiesAreNamed(t *testing.T) {
	t.Parallel()
	for operation, test := range map[string]struct{ body, missing string }{
		"updateAudienceV2":                    {`{}`, "lacks id"},
		"createAudienceV2":                    {`{"name":"VIP"}`, "lacks id"},
		"getAudiences":                        {`{"hasMore":false}`, "lacks data"},
		"getAudienceMemberships":              {`{"data":[{"integrationId":"a"},{}]}`, "lacks integrationId in data/1"},
		"getAttributes":                       {`{"attributes":[]}`, "lacks data"},
		"listCatalogItems":                    {`{"data":[{"sku":"A"},{"price":1}]}`, "lacks sku in data/1"},
		"getReservedCustomers":                {`{"totalResultSize":1}`, "lacks data"},
		"getCustomersByAttributes":            {`{"data":[null]}`, "lacks an object (it is null) in data/0"},
		"createReferral":                      {`{"id":1}`, "lacks code"},
		"createReferralsForMultipleAdvocates": {`{"data":[{"id":1,"code":"A"},{"code":"B"}]}`, "lacks id in data/1"},
		"syncCatalog":                         {`{"version":2}`, "lacks id"},
		"getLoyaltyTransactions":              {`{"hasMore":true}`, "lacks data"},
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			err := operations[operation](t.Context(), hostileClient(t, says(test.body)))
			if err == nil || !strings.Contains(err.Error(), test.missing) {
				t.Errorf("got %v, want %q", err, test.missing)
			}
		})
	}
}

// A response may have more than the documents tell, and null for an empty list.
func TestUnknownPropertiesAndDoubledOnesAreTaken(t *testing.T) {
	t.Parallel()
	const more = `{"id":1,"id":748,"name":"V\u0000IP","sku":"A","code":"C","integrationId":"anna","new":{"a":[1,{"b":null}]},"data":[],"data":null,"hasMore":false,
		"profile":{"integrationId":"anna","new":1},"customerSession":{"integrationId":"cart","new":[1]},"effects":null,"integrationStates":[]}`
	for operation, call := range operations {
		if operation == "exportAudiencesMemberships" {
			continue
		}
		if err := call(t.Context(), hostileClient(t, says(more))); err != nil {
			t.Errorf("%s: %v", operation, err)
		}
	}
}

// TestAttributeWithoutValueIsNull lets a deployment leave the value of a custom
// attribute out.
func TestAttributeWithoutValueIsNull(t *testing.T) {
	t.Parallel()
	client := hostileClient(t, says(`{"data":[{"sku":"A","attributes":[{"name":"a"},{"name":"\"b","value":1}]}],"totalResultSize":1}`))
	items, err := client.CatalogItems(t.Context(), 6)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(items[0].Attributes); got != `{"a":null,"\"b":1}` || !json.Valid(items[0].Attributes) {
		t.Errorf("got %s", got)
	}
}

// TestAnswersThatMayHaveBeenCutAreRepeated tells damage on the way, which a
// retryRule heals, from answers of the wrong form.
func TestAnswersThatMayHaveBeenCutAreRepeated(t *testing.T) {
	t.Parallel()
	for name, response := range map[string]http.HandlerFunc{
		"length that promises more": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			says(`{"id":748`)(w, r)
		},
		"cut gzip": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			says("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xabV\xcaLQ\xb2")(w, r)
		},
		"no gzip": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			says(`{"id":748}`)(w, r)
		},
		"headers without end": func(w http.ResponseWriter, r *http.Request) {
			for i := range 20_000 {
				w.Header().Set("X-Flood-"+strconv.Itoa(i), strings.Repeat("x", 1000))
			}
			says(`{"id":748}`)(w, r)
		},
		"broken header": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Broken", "\x1b[2J\x00")
			w.WriteHeader(http.StatusOK)
		},
		"garbage behind the answer": says(`{"id":748}<html>`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			client := hostileClient(t, func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				response(w, r)
			})
			client.sender.CheckRetry = retryPolicy(1)
			err := updateVIP(t.Context(), client)
			if err == nil || requests.Load() != 2 {
				t.Fatalf("got %v after %d requests, want an error after 2", err, requests.Load())
			}
			expectPresentable(t, err)
		})
	}
}

// TestMemoryIsBounded is not parallel to others, whose memory would count.
func TestMemoryIsBounded(t *testing.T) { //nolint:paralleltest // see above
	gzipped := func(kind, head, fill string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Content-Encoding", "gzip")
			packed, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
			flood(packed, head, fill)
		}
	}
	plain := func(kind, head, fill string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			flood(w, head, fill)
		}
	}
	const isJSON, isCSV = "application/json", "text/csv"
	for _, test := range []struct { //nolint:paralleltest // see above
		name     string
		call     func(context.Context, *Client) error
		response http.HandlerFunc
		want     string
		// most is how many MiB may be taken at a time.
		most uint64
	}{
		{"object that never ends", updateVIP, plain(isJSON, `{"name":"`, "x"), "longer than 64 MiB", 400},
		{"gzip bomb of zeros", updateVIP, gzipped(isJSON, "", "\x00"), "longer than 64 MiB", 400},
		{"gzip bomb of rows", readAudiences, gzipped(isJSON, `{"data":[{"id":1}`, `,{"id":1}`), "longer than 64 MiB", 400},
		{"nesting that never ends", updateVIP, plain(isJSON, "", "["), "longer than 64 MiB", 400},
		{"export of one ID", exportVIP, gzipped(isCSV, "profileintegrationid\n", "x"), "longer than 65536 bytes", 100},
		{"export of zeros", exportVIP, gzipped(isCSV, "", "\x00"), "longer than 65536 bytes", 100},
		{"reservation that never ends", readReserved, gzipped(isJSON, `{"data":[{"integrationId":"`, "x"), "longer than 64 MiB", 400},
		{"text before the reservations", readReserved, gzipped(isJSON, `{"x":"`, "x"), "longer than 64 MiB", 400},
		{"reservations of nobody", readReserved, gzipped(isJSON, `{"data":[{}`, ",{}"), "lacks integrationId", 100},
		{"reservations that never end", readReserved, gzipped(isJSON, `{"data":[{"integrationId":"a"}`, `,{"integrationId":"a"}`), "more than 1000000 entries", 1000},
	} {
		t.Run(test.name, func(t *testing.T) {
			client := hostileClient(t, test.response)
			client.sender.CheckRetry = retryPolicy(0)
			peak := peakHeap(func() {
				err := test.call(t.Context(), client)
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("got %v, want %q", err, test.want)
				}
			})
			if peak > test.most<<20 {
				t.Errorf("it took %d MiB, want at most %d", peak>>20, test.most)
			}
		})
	}
}

// peakHeap is how much more memory the heap took while do ran, as far as samples tell.
func peakHeap(do func()) uint64 {
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	done, result := make(chan struct{}), make(chan uint64)
	go func() {
		var peak uint64
		for {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapInuse)
			select {
			case <-done:
				result <- peak - min(peak, before.HeapInuse)
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	do()
	close(done)
	return <-result
}

// TestListsEnd has deployments whose lists don't.
func TestListsEnd(t *testing.T) {
	t.Parallel()
	const row = `{"id":1,"name":"N","sku":"A","integrationId":"a","value":"V","code":"C"}`
	for name, test := range map[string]struct{ response, want string }{
		"the same page, more promised": {`{"hasMore":true,"data":[` + row + `]}`, "page 2 is the same as the one before it"},
		"the same page, large total":   {`{"totalResultSize":1000000000,"data":[` + row + `]}`, "page 2 is the same as the one before it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, operation := range []string{"getAudiences", "listCatalogItems", "getAudienceMemberships", "getCustomersByAttributes", "getAttributes", "getLoyaltyTransactions"} {
				err := operations[operation](t.Context(), hostileClient(t, says(test.response)))
				if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), operation) {
					t.Errorf("%s: got %v, want %q", operation, err, test.want)
				}
			}
		})
	}
	t.Run("new rows for ever", func(t *testing.T) {
		t.Parallel()
		next := 0
		client := hostileClient(t, func(w http.ResponseWriter, r *http.Request) {
			ids := make([]string, 10_000)
			for i := range ids {
				ids[i] = fmt.Sprintf(`{"id":%d,"name":"N"}`, next+i+1)
			}
			next += len(ids) - 1 // A page begins with the last row of the one before it.
			says(`{"hasMore":true,"data":[`+strings.Join(ids, ",")+`]}`)(w, r)
		})
		client.maxRows = 100_000
		for operation, call := range map[string]func(context.Context, *Client) error{"getAudiences": readAudiences, "getAttributes": operations["getAttributes"]} {
			if err := call(t.Context(), client); err == nil || !strings.Contains(err.Error(), "more than 100000 entries") {
				t.Errorf("%s: got %v", operation, err)
			}
		}
	})
	t.Run("long rows for ever", func(t *testing.T) {
		t.Parallel()
		next, sent := 0, 0
		client := hostileClient(t, func(w http.ResponseWriter, r *http.Request) {
			page := fmt.Sprintf(`{"hasMore":true,"data":[{"id":%d,"name":"N"},{"id":%d,"name":%q}]}`, next+1, next+2, strings.Repeat("x", 1<<20))
			next++ // A page begins with the last row of the one before it.
			sent += len(page)
			says(page)(w, r)
		})
		client.maxListBytes = 8 << 20
		if err := readAudiences(t.Context(), client); err == nil || !strings.Contains(err.Error(), "its pages are longer than 8 MiB together") || sent > 10<<20 {
			t.Errorf("after %d bytes: got %v", sent, err)
		}
	})
	t.Run("more promised behind nothing", func(t *testing.T) {
		t.Parallel()
		if err := readAudiences(t.Context(), hostileClient(t, says(`{"hasMore":true,"totalResultSize":-1,"data":[]}`))); err != nil {
			t.Error(err)
		}
	})
}

// TestKeysStayWithTheDeployment redirects to other hosts, schemes and paths.
func TestKeysStayWithTheDeployment(t *testing.T) {
	t.Parallel()
	elsewhere := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	t.Cleanup(other.Close)
	for name, location := range map[string]string{
		"another host":   other.URL + "/v2/audiences/748",
		"without scheme": strings.TrimPrefix(other.URL, "http:"),
		"another scheme": "https" + strings.TrimPrefix(other.URL, "http"),
		"file":           "file:///etc/passwd",
		"the same host":  "/v2/audiences/749",
		"no location":    "",
		"nonsense":       "http://[::1",
	} {
		for _, code := range []int{301, 302, 303, 307, 308} {
			requests := 0
			client := hostileClient(t, func(w http.ResponseWriter, _ *http.Request) {
				requests++
				if location != "" {
					w.Header().Set("Location", location)
				}
				w.WriteHeader(code)
			})
			client.sender.CheckRetry = retryPolicy(3)
			for _, operation := range []string{"updateAudienceV2", "createAudienceV2", "getAudiences", "exportAudiencesMemberships"} {
				requests = 0
				err := operations[operation](t.Context(), client)
				if err == nil || requests != 1 {
					t.Fatalf("%s, %s, %d: got %v after %d requests", name, operation, code, err, requests)
				}
				expectPresentable(t, err)
			}
		}
	}
	if elsewhere != 0 {
		t.Errorf("%d requests went elsewhere", elsewhere)
	}
}

// TestForeignProtocolsAreNoSuccess has a server that changes the protocol.
func TestForeignProtocolsAreNoSuccess(t *testing.T) {
	t.Parallel()
	s := &script{responses: []func(*http.Request) (*http.Response, error){status(101, "")}}
	if err := deleteVIP(t.Context(), newTestClient(t, s)); err == nil || len(s.seen) != 1 {
		t.Errorf("got %v after %d requests", err, len(s.seen))
	}
}

// TestRetryAfterOfAnyKind expects either the wait that was asked for, the usual
// one, or no repetition at all.
func TestRetryAfterOfAnyKind(t *testing.T) {
	t.Parallel()
	const usual, never = -1, -2
	for header, want := range map[string]time.Duration{
		"0":                                0,
		"7":                                7 * time.Second,
		"3600":                             time.Hour,
		"3601":                             never,
		"31536000":                         never,
		"9223372037":                       never,
		"9223372036854775807":              never,
		"18446744073709551616":             never,
		strings.Repeat("9", 400):           never,
		"-1":                               usual,
		"-9223372036854775808":             usual,
		"1e400":                            usual,
		"NaN":                              usual,
		"0x10":                             usual,
		"soon":                             usual,
		"\x1b[2J":                          usual,
		"Fri, 31 Dec 1999 23:59:59 GMT":    usual,
		"Mon, 01 Jan 0001 00:00:00 GMT":    usual,
		"Fri, 31 Dec 9999 23:59:59 GMT":    never,
		"Sat, 01 Jan 2000 00:00:09 GMT":    9 * time.Second,
		"Saturday, 01-Jan-00 00:00:09 GMT": 9 * time.Second,
	} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			for _, code := range []int{429, 503} {
				synctest.Test(t, func(t *testing.T) { // Its clock begins with the year 2000.
					s := &script{responses: []func(*http.Request) (*http.Response, error){status(code, `{"message":"slow down"}`, "Retry-After", header), status(200, created)}}
					ctx, cancel := context.WithTimeout(t.Context(), 2*time.Hour)
					defer cancel()
					err := updateVIP(ctx, newTestClient(t, s))
					if want == never {
						if len(s.seen) != 1 || err == nil || !strings.Contains(err.Error(), "asks to wait for more than 1h0m0s") || !strings.Contains(err.Error(), "slow down") {
							t.Errorf("got %v after %d requests, want an error after 1", err, len(s.seen))
						}
						return
					}
					if err != nil || len(s.seen) != 2 {
						t.Fatalf("got %v after %d requests", err, len(s.seen))
					}
					switch waited := s.seen[1].at.Sub(s.seen[0].at); {
					case want == usual && (waited < retryWaitMin/2 || waited > retryWaitMin):
						t.Errorf("%d: waited %s, want the usual wait", code, waited)
					case want != usual && waited != want:
						t.Errorf("%d: waited %s, want %s", code, waited, want)
					}
				})
			}
		})
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, header := range []string{"", "7", "-1", "9223372036854775807", "Fri, 31 Dec 1999 23:59:59 GMT", "1e400"} {
		f.Add(header, 3)
	}
	f.Fuzz(func(t *testing.T, header string, attempt int) {
		resp := &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {header}}}
		if wait := backoff(retryWaitMin, retryWaitMax, attempt&0xff, resp); wait < 0 || wait > maxRetryAfter {
			t.Errorf("waits %s", wait)
		}
	})
}

// FuzzResponses lets every operation read any response.
func FuzzResponses(f *testing.F) {
	for _, body := range []string{
		`{"id":748,"name":"VIP"}`, `{"data":[{"id":1,"sku":"A","attributes":[{"name":"a"}],"integrationId":"a","code":"C","value":"V"}],"hasMore":false}`,
		`{"profile":{"integrationId":"a","attributes":{"a":[1]}}}`, `{"integrationStates":[{"customerProfile":{"integrationId":"a"}}]}`,
		`{"customerSession":{"attributes":{}},"effects":[{"props":null}],"event":{"effects":[[1,2,3,["x"]]]}}`, "profileintegrationid\na\n\"b\"\n", `null`, `{"data":[null]}`,
	} {
		f.Add(200, body)
		f.Add(400, body)
	}
	f.Fuzz(func(t *testing.T, code int, body string) {
		if code < 100 || code > 599 || code == http.StatusTooManyRequests {
			t.Skip("no HTTP status, or one that is waited for")
		}
		s := &script{responses: []func(*http.Request) (*http.Response, error){func(req *http.Request) (*http.Response, error) {
			kind := "application/json"
			if strings.HasSuffix(req.URL.Path, "/export") {
				kind = "text/csv"
			}
			return status(code, body, "Content-Type", kind)(req)
		}}}
		client := newTestClient(t, s, func(c *Config) { c.MaxRetries, c.ManagementRPS = 0, -1 })
		for _, call := range operations {
			if err := call(t.Context(), client); err != nil {
				expectPresentable(t, err)
			}
		}
	})
}
