package emulator_test

import (
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

func TestMembersComeAndGo(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	id := d.newAudience("VIP")
	d.join(id, "customer-2", "customer-1", "customer-2")
	d.join(id, "customer-1")
	if got := d.members(id); !slices.Equal(got, []string{"customer-1", "customer-2"}) {
		t.Errorf("members are %v", got)
	}
	d.leave(id, "customer-1", "customer-1", "customer-3", "nobody")
	if got := d.members(id); !slices.Equal(got, []string{"customer-2"}) {
		t.Errorf("members are %v", got)
	}
	expectStatus(t, "deleteAudienceMembershipsV2", d.call("DELETE", "/v2/audiences/"+id+"/memberships", liveKey, ""), 204)
	if got := d.members(id); len(got) != 0 {
		t.Errorf("members are %v", got)
	}
	expectStatus(t, "clearing an empty audience", d.call("DELETE", "/v2/audiences/"+id+"/memberships", liveKey, ""), 204)
	expectStatus(t, "clearing an unknown audience", d.call("DELETE", "/v2/audiences/1/memberships", liveKey, ""), 404)
}

func TestActionsOfOneRequestTakeEffectInOrder(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	id := d.newAudience("VIP")
	action := func(kind string) string {
		return `{"action":"` + kind + `","profileIntegrationId":"customer-1","audienceId":` + id + `}`
	}
	d.must("POST", "/v2/customer_audiences", liveKey, `{"data":[`+action("add")+`,`+action("delete")+`,`+action("add")+`]}`)
	if got := d.members(id); !slices.Equal(got, []string{"customer-1"}) {
		t.Errorf("members are %v", got)
	}
}

func TestMembershipRequestIsAllOrNothing(t *testing.T) {
	t.Parallel()
	const id = "701" // of the only audience of each deployment
	const good = `{"action":"add","profileIntegrationId":"customer-1","audienceId":` + id + `}`
	for name, test := range map[string]struct {
		body   string
		status int
		source string
	}{
		"unknown audience": {`{"data":[` + good + `,{"action":"add","profileIntegrationId":"customer-2","audienceId":1}]}`, 404, "resource /v2/customer_audiences"},
		"unknown action":   {`{"data":[` + good + `,{"action":"remove","profileIntegrationId":"customer-2","audienceId":` + id + `}]}`, 400, "pointer /data/1/action"},
		"no profile":       {`{"data":[` + good + `,{"action":"add","audienceId":` + id + `}]}`, 400, "pointer /data/1/profileIntegrationId"},
		"empty profile":    {`{"data":[` + good + `,{"action":"add","profileIntegrationId":"","audienceId":` + id + `}]}`, 400, "pointer /data/1/profileIntegrationId"},
		"profile too long": {`{"data":[` + good + `,{"action":"add","profileIntegrationId":"` + strings.Repeat("x", 1001) + `","audienceId":` + id + `}]}`, 400, "pointer /data/1/profileIntegrationId"},
		"no audience":      {`{"data":[` + good + `,{"action":"add","profileIntegrationId":"customer-2"}]}`, 400, "pointer /data/1/audienceId"},
		"more than 1000":   {`{"data":[` + strings.Repeat(good+",", 1000) + good + `]}`, 400, "pointer /data"},
		"unknown property": {`{"data":[{"action":"add","profileIntegrationId":"customer-2","audienceId":` + id + `,"at":1}]}`, 400, "pointer /data/0/at"},
		"entry not object": {`{"data":[1]}`, 400, "pointer /data/0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, emulator.Options{})
			d.newAudience("VIP")
			got := d.call("POST", "/v2/customer_audiences", liveKey, test.body)
			expectStatus(t, name, got, test.status)
			if !slices.Equal(got.sources(), []string{test.source}) {
				t.Errorf("sources are %q, want %q", got.sources(), test.source)
			}
			if members := d.members(id); len(members) != 0 {
				t.Errorf("a refused request left the members %v", members)
			}
		})
	}
}

func TestMembershipRequestWithoutDataDoesNothing(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	expectStatus(t, "no data", d.call("POST", "/v2/customer_audiences", liveKey, `{}`), 204)
	expectStatus(t, "empty data", d.call("POST", "/v2/customer_audiences", liveKey, `{"data":[]}`), 204)
}

func TestLastUpdateMovesWithTheMembershipsOnly(t *testing.T) {
	t.Parallel()
	at := newClock()
	d := start(t, emulator.Options{Now: at.now})
	id := d.newAudience("VIP")
	step := func(what string, moves bool, do func()) {
		t.Helper()
		before := d.must("GET", "/v1/audiences", managementK, "").column("lastUpdate")
		at.advance(time.Minute)
		do()
		after := d.must("GET", "/v1/audiences", managementK, "").column("lastUpdate")
		if slices.Equal(before, after) == moves {
			t.Errorf("%s: lastUpdate went from %v to %v", what, before, after)
		}
	}
	step("rename", false, func() { d.must("PUT", "/v2/audiences/"+id, liveKey, `{"name":"x"}`) })
	step("join", true, func() { d.join(id, "customer-1") })
	step("join again", false, func() { d.join(id, "customer-1") })
	step("leave without being there", false, func() { d.leave(id, "customer-2") })
	step("set attributes", false, func() { d.must("PUT", "/v2/audience_customers/"+id+"/attributes", liveKey, `{"vip":true}`) })
	step("leave", true, func() { d.leave(id, "customer-1") })
	step("clear an empty audience", false, func() { d.must("DELETE", "/v2/audiences/"+id+"/memberships", liveKey, "") })
	step("import", true, func() { d.upload("/v1/audiences/"+id+"/memberships/import", "upFile", "profileintegrationid\na\n") })
	step("clear", true, func() { d.must("DELETE", "/v2/audiences/"+id+"/memberships", liveKey, "") })
}

func TestMemberIsACompleteCustomerProfile(t *testing.T) {
	t.Parallel()
	at := newClock()
	d := start(t, emulator.Options{Now: at.now})
	id := d.newAudience("VIP")
	at.advance(time.Hour)
	d.join(id, "new")
	got := d.must("GET", "/v1/audiences/"+id+"/memberships", managementK, "")
	want := `{"data":[{"id":20000005,"created":"2026-05-01T13:00:00Z","integrationId":"new","attributes":{},"accountId":31,` +
		`"closedSessions":0,"totalSales":0,"loyaltyMemberships":null,"audienceMemberships":[{"id":` + id + `,"name":"VIP"}],` +
		`"lastActivity":"2026-05-01T13:00:00Z","sandbox":false}],"hasMore":false}`
	if diff := cmp.Diff(want, got.text); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
}

func TestListOfMembers(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	id := d.newAudience("VIP")
	d.join(id, "zoe", "adam", "Zora", "customer-1")
	for query, want := range map[string]struct {
		ids     []string
		hasMore string
	}{
		"":                           {[]string{"customer-1", "zoe", "adam", "Zora"}, "false"},
		"?sort=integrationId":        {[]string{"Zora", "adam", "customer-1", "zoe"}, "false"},
		"?sort=-id&pageSize=2":       {[]string{"Zora", "adam"}, "true"},
		"?sort=created&skip=3":       {[]string{"Zora"}, "false"},
		"?pageSize=2&skip=1":         {[]string{"zoe", "adam"}, "true"},
		"?profileQuery=ZO":           {[]string{"zoe", "Zora"}, "false"},
		"?profileQuery=o&pageSize=1": {[]string{"customer-1"}, "true"},
		"?profileQuery=nobody":       {[]string{}, "false"},
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			got := d.must("GET", "/v1/audiences/"+id+"/memberships"+query, managementK, "")
			if !slices.Equal(got.column("integrationId"), want.ids) || got.field("hasMore") != want.hasMore {
				t.Errorf("got %v, hasMore %s", got.column("integrationId"), got.field("hasMore"))
			}
		})
	}
	expectStatus(t, "unknown audience", d.call("GET", "/v1/audiences/1/memberships?pageSize=0", managementK, ""), 404)
}

// awkward are IDs that need care in CSV.
var awkward = []string{"plain", "a,b", `say "hi"`, "two\nlines", " space ", "ümläut", "😀", "007", "50%", "a/b", ";", "#"}

func TestExportIsCSVWithOneColumn(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	id := d.newAudience("VIP")
	d.join(id, awkward...)
	got := d.must("GET", "/v1/audiences/"+id+"/memberships/export", managementK, "")
	if kind := got.header.Get("Content-Type"); kind != "application/csv" {
		t.Errorf("Content-Type is %q", kind)
	}
	want := "profileintegrationid\nplain\n\"a,b\"\n\"say \"\"hi\"\"\"\n\"two\nlines\"\n\" space \"\nümläut\n😀\n007\n50%\na/b\n;\n#\n"
	if diff := cmp.Diff(want, got.text); diff != "" {
		t.Errorf("export (-want +got):\n%s", diff)
	}
	empty := d.must("GET", "/v1/audiences/"+d.newAudience("empty")+"/memberships/export", managementK, "")
	if empty.text != "profileintegrationid\n" {
		t.Errorf("export of an empty audience is %q", empty.text)
	}
	expectStatus(t, "unknown audience", d.call("GET", "/v1/audiences/1/memberships/export", managementK, ""), 404)
}

func TestImportReplacesTheMembers(t *testing.T) {
	t.Parallel()
	at := newClock()
	d := start(t, emulator.Options{Now: at.now})
	id := d.newAudience("VIP")
	path := "/v1/audiences/" + id + "/memberships"
	d.join(id, awkward...)
	export := d.must("GET", path+"/export", managementK, "").text

	got := d.upload(path+"/import", "upFile", "profileintegrationid\r\ncustomer-2\r\nnew\r\ncustomer-2\r\n")
	expectStatus(t, "importAudiencesMemberships", got, 200)
	if want := `{"accountId":31,"amount":2,"created":"2026-05-01T12:00:00Z","entity":"AudienceMembership","id":9001,"userId":1}`; got.text != want {
		t.Errorf("got %s, want %s", got.text, want)
	}
	if members := d.members(id); !slices.Equal(members, []string{"customer-2", "new"}) {
		t.Errorf("members are %v", members)
	}
	d.upload(path+"/import", "upFile", export)
	if again := d.must("GET", path+"/export", managementK, "").text; again != export {
		t.Errorf("export after importing an export (-want +got):\n%s", cmp.Diff(export, again))
	}
	expectStatus(t, "header alone", d.upload(path+"/import", "upFile", "profileintegrationid\n"), 200)
	if members := d.members(id); len(members) != 0 {
		t.Errorf("members are %v", members)
	}
}

func TestImportRefusesBadFilesAndKeepsTheMembers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ field, content, want string }{
		"empty file":                  {"upFile", "", "line N/A"},
		"no header":                   {"upFile", "a\nb\n", "line 1"},
		"two columns":                 {"upFile", "profileintegrationid\na,b\n", "line 2"},
		"two in header":               {"upFile", "profileintegrationid,name\na,b\n", "line 1"},
		"empty ID":                    {"upFile", "profileintegrationid\na\n\"\"\n", "line 3"},
		"open quote":                  {"upFile", "profileintegrationid\n\"a\n", "line 2"},
		"no UTF-8":                    {"upFile", "profileintegrationid\na\xff\n", "line 2"},
		"ID too long":                 {"upFile", "profileintegrationid\n" + strings.Repeat("x", 1001) + "\n", "line 2"},
		"line after a quoted newline": {"upFile", "profileintegrationid\n\"a\nb\"\n\"\"\n", "line 4"},
		"other field":                 {"file", "profileintegrationid\na\n", "pointer /file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, emulator.Options{})
			id := d.newAudience("VIP")
			d.join(id, "customer-1")
			got := d.upload("/v1/audiences/"+id+"/memberships/import", test.field, test.content)
			expectStatus(t, name, got, 400)
			if !slices.Equal(got.sources(), []string{test.want}) {
				t.Errorf("sources are %q, want %q", got.sources(), test.want)
			}
			if _, has := got.json["StatusCode"]; has {
				t.Errorf("this operation's 400 has no StatusCode: %s", got.text)
			}
			if members := d.members(id); !slices.Equal(members, []string{"customer-1"}) {
				t.Errorf("a refused import left the members %v", members)
			}
		})
	}
}

func TestImportNeedsAnAudienceAndAFile(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	path := "/v1/audiences/" + d.newAudience("VIP") + "/memberships/import"
	expectStatus(t, "JSON", d.call("POST", path, managementK, `["a"]`), 400)
	expectStatus(t, "no part", d.call("POST", path, managementK, "--x--\r\n", "Content-Type", "multipart/form-data; boundary=x"), 400)
	expectStatus(t, "unknown audience", d.upload("/v1/audiences/1/memberships/import", "upFile", "x"), 404)
}

// An upload that ends early is well-formed up to there; it must not empty the audience.
func TestInterruptedImportChangesNothing(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	id := d.newAudience("VIP")
	d.join(id, "customer-1", "customer-2")

	body, feed := io.Pipe()
	form := multipart.NewWriter(feed)
	go func() {
		part, err := form.CreateFormFile("upFile", "members.csv")
		if err == nil {
			_, _ = io.WriteString(part, "profileintegrationid\ncustomer-1\n")
		}
		_ = feed.CloseWithError(io.ErrUnexpectedEOF)
	}()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url+"/v1/audiences/"+id+"/memberships/import", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", managementK)
	req.Header.Set("Content-Type", form.FormDataContentType())
	if resp, err := d.client.Do(req); err == nil {
		_ = resp.Body.Close()
		t.Fatalf("the upload was answered with %s", resp.Status)
	}
	if got := d.members(id); !slices.Equal(got, []string{"customer-1", "customer-2"}) {
		t.Errorf("members are %v", got)
	}
}

func TestAttributesOfAllMembers(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	id := d.newAudience("VIP")
	path := "/v2/audience_customers/" + id + "/attributes"
	d.join(id, "customer-1", "customer-2")
	set := func(body string) {
		t.Helper()
		expectStatus(t, body, d.call("PUT", path, liveKey, body), 204)
	}
	expect := func(want ...string) {
		t.Helper()
		got := d.must("GET", "/v1/audiences/"+id+"/memberships", managementK, "").column("attributes")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("attributes (-want +got):\n%s", diff)
		}
	}
	set(`{"Language":"en","age":12345678901234567890.10}`)
	d.join(id, "late")
	expect(`{"Language":"en","age":12345678901234567890.10}`, `{"Language":"en","age":12345678901234567890.10}`, `{}`)
	set(`{"age":null,"interests":["a","b"]}`)
	expect(`{"Language":"en","interests":["a","b"]}`, `{"Language":"en","interests":["a","b"]}`, `{"interests":["a","b"]}`)
	set(`{}`)
	expectStatus(t, "unknown audience", d.call("PUT", "/v2/audience_customers/1/attributes", liveKey, `{`), 404)
}

func TestAttributesAreCheckedWithTheDocumentedTexts(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	id := d.newAudience("VIP")
	for name, test := range map[string]struct{ body, title, details, pointer string }{
		"undefined":      {`{"a/b":1}`, "Unknown", `The attribute "a/b" is not defined on CustomerProfile entities.`, "/a~1b"},
		"other entity's": {`{"color":"red"}`, "Unknown", `The attribute "color" is not defined on CustomerProfile entities.`, "/color"},
		"string":         {`{"Language":false}`, "Invalid type", `Value of "Language" attribute (false) is not a string`, "/Language"},
		"number":         {`{"age":"12"}`, "Invalid type", `Value of "age" attribute ("12") is not a number`, "/age"},
		"boolean":        {`{"vip":1}`, "Invalid type", `Value of "vip" attribute (1) is not a boolean`, "/vip"},
		"time":           {`{"birthday":"1.5.2000"}`, "Invalid type", `Value of "birthday" attribute ("1.5.2000") is not a time`, "/birthday"},
		"list":           {`{"interests":"a"}`, "Invalid type", `Value of "interests" attribute ("a") is not a list of strings`, "/interests"},
		"list entry":     {`{"interests":["a",1]}`, "Invalid type", `Value of "interests" attribute (["a",1]) is not a list of strings`, "/interests"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := d.call("PUT", "/v2/audience_customers/"+id+"/attributes", liveKey, test.body)
			expectStatus(t, name, got, 400)
			want, _ := json.Marshal([]any{map[string]any{"title": test.title, "details": test.details, "source": map[string]string{"pointer": test.pointer}}})
			var wanted any
			_ = json.Unmarshal(want, &wanted)
			if diff := cmp.Diff(wanted, got.json["errors"]); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
		})
	}
	expectStatus(t, "no object", d.call("PUT", "/v2/audience_customers/"+id+"/attributes", liveKey, `[]`), 400)
	expectStatus(t, "null clears any type", d.call("PUT", "/v2/audience_customers/"+id+"/attributes", liveKey, `{"age":null,"interests":null}`), 204)
}

func memberFile(n int) string {
	var file strings.Builder
	file.WriteString("profileintegrationid\n")
	for i := range n {
		fmt.Fprintf(&file, "member-%07d\n", i)
	}
	return file.String()
}

func BenchmarkMillionMembers(b *testing.B) {
	const members = 1_000_000
	file := memberFile(members)
	d := start(b, emulator.Options{})
	id := d.newAudience("VIP")
	path := "/v1/audiences/" + id + "/memberships"
	b.Run("import", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			expectStatus(b, "import", d.upload(path+"/import", "upFile", file), 200)
		}
	})
	b.Run("export", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if got := d.must("GET", path+"/export", managementK, ""); len(got.text) != len(file) {
				b.Fatalf("export has %d bytes, want %d", len(got.text), len(file))
			}
		}
	})
	b.Run("page", func(b *testing.B) {
		for b.Loop() {
			d.must("GET", path+"?skip=500000", managementK, "")
		}
	})
	b.Run("attributes", func(b *testing.B) {
		for b.Loop() {
			d.must("PUT", "/v2/audience_customers/"+id+"/attributes", liveKey, `{"vip":true}`)
		}
	})
	b.Run("join and leave", func(b *testing.B) {
		for b.Loop() {
			d.join(id, "new")
			d.leave(id, "new")
		}
	})
}

// Whatever is uploaded, the answer is one of the documented ones, and an accepted file comes back as the same members.
func FuzzImport(f *testing.F) {
	for _, seed := range []string{"profileintegrationid\na\n", "profileintegrationid\n\"a\n\"\"b\"\n", "profileintegrationid\r\na,b", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		d := start(t, emulator.Options{})
		path := "/v1/audiences/" + d.newAudience("VIP") + "/memberships"
		got := d.upload(path+"/import", "upFile", file)
		if got.status == 400 {
			return
		}
		expectStatus(t, "import", got, 200)
		export := d.must("GET", path+"/export", managementK, "").text
		d.upload(path+"/import", "upFile", export)
		if again := d.must("GET", path+"/export", managementK, "").text; again != export {
			t.Errorf("exported %q, imported it and exported %q", export, again)
		}
	})
}
