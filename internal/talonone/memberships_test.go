package talonone

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// hardIDs are integration IDs that CSV, JSON and URLs could each mangle.
var hardIDs = []string{
	"customer-1", "007", "a,b", `say "hi"`, `"`, "line\nbreak", "carriage\rreturn", "both\r\nof them", " leading and trailing ", "50%", "a/b",
	"🛒", "=1+1", "profileintegrationid", strings.Repeat("é", MaxIntegrationID),
}

func exportedFrom(body io.Reader) (*MemberIDs, error) {
	members := &MemberIDs{}
	if err := readExport(body, membershipColumn, members.append); err != nil {
		return nil, err
	}
	return members, nil
}

func exported(ids *MemberIDs) []string {
	var list []string
	for id := range ids.All() {
		list = append(list, string(id))
	}
	return list
}

// uploaded is the CSV that an import of these IDs sends.
func uploaded(t *testing.T, ids []string) string {
	t.Helper()
	form := newUploadForm(membershipColumn, ids)
	content, err := io.ReadAll(form.open())
	if err != nil {
		t.Fatal(err)
	}
	if len(content) != form.length {
		t.Errorf("announced %d bytes, and sent %d", form.length, len(content))
	}
	_, params, err := mime.ParseMediaType(form.contentType)
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(bytes.NewReader(content), params["boundary"])
	part, err := parts.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	if part.FormName() != "upFile" || part.FileName() == "" {
		t.Errorf("the file is called %q, in field %q", part.FileName(), part.FormName())
	}
	text, err := io.ReadAll(part)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestIDsOfAnyKindSurviveImportAndExport(t *testing.T) {
	t.Parallel()
	got, err := exportedFrom(strings.NewReader(uploaded(t, hardIDs)))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(exported(got), hardIDs) {
		t.Errorf("got %q", exported(got))
	}
}

func TestUploadsLargerThanOnePieceAreWhole(t *testing.T) {
	t.Parallel()
	ids := make([]string, 20_000)
	for i := range ids {
		ids[i] = fmt.Sprintf("customer-%d", i)
	}
	want := "profileintegrationid\n" + strings.Join(ids, "\n") + "\n"
	if got := uploaded(t, ids); got != want {
		t.Errorf("got %d bytes, want %d", len(got), len(want))
	}
}

func TestReadExport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		want []string
		err  string
	}{
		"empty audience":             {text: "profileintegrationid\n"},
		"empty audience, no break":   {text: "profileintegrationid"},
		"byte order mark":            {text: "\xef\xbb\xbfprofileintegrationid\na\n", want: []string{"a"}},
		"quoted header":              {text: "\"profileintegrationid\"\r\n\"a\"\r\n", want: []string{"a"}},
		"no break at the end":        {text: "profileintegrationid\na\nb", want: []string{"a", "b"}},
		"blank lines":                {text: "profileintegrationid\n\na\n\r\n", want: []string{"a"}},
		"comma without quotes":       {text: "profileintegrationid\na,b\n", want: []string{"a,b"}},
		"quotes inside, not quoted":  {text: "profileintegrationid\na\"b\n", want: []string{`a"b`}},
		"nothing at all":             {text: "", err: "without even a header"},
		"cut within the header":      {text: "profileinte", err: "within its header"},
		"cut within a quoted ID":     {text: "profileintegrationid\na\n\"b\nc", err: "within a quoted ID"},
		"cut within doubled quotes":  {text: "profileintegrationid\n\"b\"\"", err: "within a quoted ID"},
		"a quote that is not double": {text: "profileintegrationid\n\"a\"b\"\"\n", err: "not doubled"},
		"another document":           {text: "<html>", err: "does not begin with"},
		"an endless ID":              {text: "profileintegrationid\n" + strings.Repeat("x", maxExportedID+1), err: "longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := exportedFrom(strings.NewReader(test.text))
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got error %v, want %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(exported(got), test.want) {
				t.Errorf("got %q, want %q", exported(got), test.want)
			}
		})
	}
}

func FuzzExportsAreReadBackAsWritten(f *testing.F) {
	for _, id := range hardIDs {
		f.Add(id, "b")
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		want := []string{first, second}
		if slices.Contains(want, "") || len(first)+len(second) > maxExportedID/2 {
			t.Skip("an export names nobody without an ID, and its IDs are bounded")
		}
		got, err := exportedFrom(strings.NewReader(uploaded(t, want)))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(exported(got), want) {
			t.Errorf("got %q, want %q", exported(got), want)
		}
	})
}

func FuzzReadExportNeverPanics(f *testing.F) {
	f.Add([]byte("profileintegrationid\na\n\"b\"\n"))
	f.Add([]byte("profileintegrationid\n\"\"\"\"\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if members, err := exportedFrom(bytes.NewReader(text)); err == nil && members.Len() > len(text) {
			t.Errorf("%d IDs in %d bytes", members.Len(), len(text))
		}
	})
}

const threeMembers = "profileintegrationid\ncustomer-1\ncustomer-2\ncustomer-3\n"

// exportServer answers exports by the functions, one after the other, and lists
// the three members page by page.
func exportServer(t *testing.T, exports ...http.HandlerFunc) (client *Client, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/memberships") {
			w.Header().Set("Content-Type", "application/json")
			if r.URL.Query().Get("skip") == "3" {
				_, _ = io.WriteString(w, `{"hasMore":false,"data":[]}`)
			} else {
				_, _ = io.WriteString(w, `{"hasMore":false,"data":[{"integrationId":"customer-3","attributes":{}}]}`)
			}
			return
		}
		w.Header().Set("Content-Type", "application/csv")
		exports[min(int(requests.Add(1)), len(exports))-1](w, r)
	}))
	t.Cleanup(server.Close)
	client, err := New(Config{BaseURL: server.URL, ManagementAPIKey: "key", MaxRetries: 1, ManagementRPS: -1})
	if err != nil {
		t.Fatal(err)
	}
	client.sender.RetryWaitMin, client.sender.RetryWaitMax = 0, 0
	return client, requests
}

func sends(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

// cutAfter promises a length, sends n bytes and breaks off.
func cutAfter(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(threeMembers)))
		_, _ = io.WriteString(w, threeMembers[:n])
		panic(http.ErrAbortHandler)
	}
}

// cutChunks is cutAfter for a response without a length.
func cutChunks(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, threeMembers[:n])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// untilClosed sends a response that ends with the connection, as HTTP/1.0 does.
func untilClosed(t *testing.T, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = io.WriteString(conn, "HTTP/1.0 200 OK\r\nContent-Type: application/csv\r\n\r\n"+text)
	}
}

func TestExportCutAtAnyByteIsRepeatedAndNeverReturned(t *testing.T) {
	t.Parallel()
	for n := range len(threeMembers) {
		for kind, cut := range map[string]http.HandlerFunc{"length": cutAfter(n), "chunks": cutChunks(n)} {
			client, requests := exportServer(t, cut)
			if members, err := client.ExportAudiencesMemberships(t.Context(), 748); err == nil {
				t.Errorf("%s, %d bytes: got %q", kind, n, exported(members))
			}
			if requests.Load() != 2 {
				t.Errorf("%s, %d bytes: %d requests, want the first and one repetition", kind, n, requests.Load())
			}
		}
	}
}

func TestExportIsWholeAfterARepetition(t *testing.T) {
	t.Parallel()
	client, _ := exportServer(t, cutAfter(40), sends(threeMembers))
	members, err := client.ExportAudiencesMemberships(t.Context(), 748)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"customer-1", "customer-2", "customer-3"}; !slices.Equal(exported(members), want) {
		t.Errorf("got %q", exported(members))
	}
	if !members.SelfDelimited {
		t.Error("an answer with a length counts as one that could be cut unseen")
	}
}

func TestExportThatHidesItsCutIsFoundOutByTheListBehindIt(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]http.HandlerFunc{
		"ends with the connection": untilClosed(t, "profileintegrationid\ncustomer-1\n"),
		"server broke off":         sends("profileintegrationid\ncustomer-1\ncustomer-2\n"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := exportServer(t, first, untilClosed(t, threeMembers))
			members, err := client.ExportAudiencesMemberships(t.Context(), 748)
			if err != nil {
				t.Fatal(err)
			}
			var cut *IncompleteExportError
			if err := client.ConfirmExport(t.Context(), 748, members); !errors.As(err, &cut) || cut.Exported != members.Len() {
				t.Fatalf("got %v", err)
			}
			// It is forgotten, so that the next export is a new one.
			if members, err = client.ExportAudiencesMemberships(t.Context(), 748); err != nil {
				t.Fatal(err)
			}
			if members.Len() != 3 || members.SelfDelimited {
				t.Errorf("got %q, self-delimited %v", exported(members), members.SelfDelimited)
			}
			if err := client.ConfirmExport(t.Context(), 748, members); err != nil {
				t.Error(err)
			}
		})
	}
}

// A scan sees each attempt from its beginning, and the list behind an export as other readers do.
func TestScanOfMembersStartsAfreshWithEachExport(t *testing.T) {
	t.Parallel()
	for name, responses := range map[string][]http.HandlerFunc{
		"whole":                    {sends(threeMembers)},
		"cut, and repeated":        {cutAfter(40), sends(threeMembers)},
		"cut unseen, and repeated": {sends("profileintegrationid\ncustomer-1\n"), sends(threeMembers)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := exportServer(t, responses...)
			var got []string
			begin := func() func([]byte) {
				got = nil
				return func(id []byte) { got = append(got, string(id)) }
			}
			whole := func() bool { return len(got) == 3 }
			for range 2 {
				if err := client.ScanAudienceMembers(t.Context(), 748, begin, whole); err != nil || !slices.Equal(got, []string{"customer-1", "customer-2", "customer-3"}) {
					t.Errorf("got %q, %v", got, err)
				}
				// From now on there is a list.
				if _, err := client.ExportAudiencesMemberships(t.Context(), 748); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestAnswersThatAreNoExportAreNotRepeated(t *testing.T) {
	t.Parallel()
	html := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html>")
	}
	for name, response := range map[string]http.HandlerFunc{"HTML": html, "another CSV": sends("sku,price\n")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, requests := exportServer(t, response)
			if _, err := client.ExportAudiencesMemberships(t.Context(), 748); err == nil {
				t.Error("no error")
			}
			if requests.Load() != 1 {
				t.Errorf("%d requests", requests.Load())
			}
		})
	}
}

func TestOneExportServesReadersUntilAWrite(t *testing.T) {
	t.Parallel()
	client, requests := exportServer(t, sends(threeMembers))
	for range 3 {
		if _, err := client.ExportAudiencesMemberships(t.Context(), 748); err != nil {
			t.Fatal(err)
		}
	}
	if requests.Load() != 1 {
		t.Errorf("%d requests before a write", requests.Load())
	}
	client.forgetMembers(748)
	if _, err := client.ExportAudiencesMemberships(t.Context(), 748); err != nil {
		t.Fatal(err)
	}
	if requests.Load() != 2 {
		t.Errorf("%d requests after a write", requests.Load())
	}
}

func TestKeptExportsAreBounded(t *testing.T) {
	t.Parallel()
	var cache memberCache
	for id := range int64(5) {
		list := &MemberIDs{text: make([]byte, keptMemberBytes/3)}
		_, err := cache.get(t.Context(), id, func(_ context.Context) (*MemberIDs, error) { return list, nil })
		if err != nil {
			t.Fatal(err)
		}
		if cache.total > keptMemberBytes {
			t.Errorf("%d bytes are kept", cache.total)
		}
	}
	huge := &MemberIDs{text: make([]byte, keptMemberBytes+1)}
	if _, err := cache.get(t.Context(), 9, func(_ context.Context) (*MemberIDs, error) { return huge, nil }); err != nil {
		t.Fatal(err)
	}
	if cache.total > keptMemberBytes {
		t.Errorf("%d bytes are kept", cache.total)
	}
}

func TestAudienceActionsAreCutIntoTheLargestRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: []func(*http.Request) (*http.Response, error){status(204, ""), status(204, ""), status(400, `{"message":"no"}`)}}
		client := newTestClient(t, s)
		actions := make([]AudienceAction, 2500)
		for i := range actions {
			actions[i] = AudienceAction{Action: AddToAudience, ProfileIntegrationID: fmt.Sprint(i), AudienceID: 748}
		}
		sent, err := client.UpdateCustomerProfileAudiences(t.Context(), actions)
		if sent != 2000 || !IsBadRequest(err) {
			t.Errorf("%d were accepted, error %v", sent, err)
		}
		if len(s.seen) != 3 || s.seen[0].path != "/v2/customer_audiences" || strings.Count(s.seen[2].body, "748") != 500 {
			t.Errorf("%d requests", len(s.seen))
		}
		if want := `{"data":[{"action":"add","profileIntegrationId":"0","audienceId":748},`; !strings.HasPrefix(s.seen[0].body, want) {
			t.Errorf("the body begins with %.100s", s.seen[0].body)
		}
	})
}

func TestImportAnnouncesItsLengthOnEveryAttempt(t *testing.T) {
	t.Parallel()
	var lengths []int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lengths = append(lengths, r.ContentLength)
		content, _ := io.ReadAll(r.Body)
		if len(lengths) == 1 {
			panic(http.ErrAbortHandler)
		}
		if int64(len(content)) != r.ContentLength || !strings.Contains(string(content), "profileintegrationid\ncustomer-1\n") {
			t.Errorf("the upload is %q", content)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":9001,"amount":1}`)
	}))
	t.Cleanup(server.Close)
	client, err := New(Config{BaseURL: server.URL, ManagementAPIKey: "key", MaxRetries: 1, ManagementRPS: -1})
	if err != nil {
		t.Fatal(err)
	}
	client.sender.RetryWaitMin, client.sender.RetryWaitMax = 0, 0
	response, err := client.ImportAudiencesMemberships(t.Context(), 748, []string{"customer-1"})
	if err != nil {
		t.Fatal(err)
	}
	if response.Amount != 1 || len(lengths) != 2 || lengths[0] <= 0 || lengths[0] != lengths[1] {
		t.Errorf("amount %d, lengths %v", response.Amount, lengths)
	}
}

func BenchmarkReadExport(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("profileintegrationid\n")
	for i := range 1_000_000 {
		fmt.Fprintf(&text, "customer-%07d\n", i)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if _, err := exportedFrom(bytes.NewReader(text.Bytes())); err != nil {
			b.Fatal(err)
		}
	}
}
