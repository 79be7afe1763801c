package strictjson_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/strictjson"
)

type common struct {
	Name string `json:"name" rule:"required,min=2,max=3"`
}

type document struct {
	common
	Kind   string            `json:"kind" rule:"enum=a|b"`
	Count  *int64            `json:"count" rule:"min=1,max=9"`
	Price  json.Number       `json:"price" rule:"min=0.5"`
	At     time.Time         `json:"at"`
	On     bool              `json:"on"`
	IDs    []string          `json:"ids" rule:"max=3,unique,each:min=1"`
	Free   map[string]any    `json:"free"`
	Nested map[string]common `json:"nested"`
	Hidden string            `json:"-"`
}

func TestBindReportsWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		`{"name":"ab"}`:                                {},
		`{"name":"ab","count":null,"at":null}`:         {},
		`{}`:                                           {"/name Missing"},
		`{"name":null}`:                                {"/name Missing"},
		`{"name":"a"}`:                                 {"/name Too short"},
		`{"name":"üüüü"}`:                              {"/name Too long"},
		`{"name":"ab","Name":"ab"}`:                    {"/Name Unknown"},
		`{"name":"ab","Hidden":"x","a/b~":1}`:          {"/Hidden Unknown", "/a~1b~0 Unknown"},
		`{"name":"ab","kind":"c"}`:                     {"/kind enum"},
		`{"name":"ab","count":0}`:                      {"/count Too small"},
		`{"name":"ab","count":10}`:                     {"/count Too large"},
		`{"name":"ab","count":1.5}`:                    {"/count Invalid type"},
		`{"name":"ab","price":0.4}`:                    {"/price Too small"},
		`{"name":"ab","price":1e400}`:                  {"/price Invalid value"},
		`{"name":"ab","price":"1"}`:                    {"/price Invalid type"},
		`{"name":"ab","at":"yesterday"}`:               {"/at Invalid type"},
		`{"name":"ab","on":"true"}`:                    {"/on Invalid type"},
		`{"name":"ab","ids":"x"}`:                      {"/ids Invalid type"},
		`{"name":"ab","ids":["x","y","x",""]}`:         {"/ids Too long", "/ids/2 Duplicate", "/ids/3 Too short"},
		`{"name":"ab","free":[]}`:                      {"/free Invalid type"},
		`{"name":"ab","free":{"x":null,"y":{"z":[]}}}`: {},
		`{"name":"ab","nested":{"x/y":{"name":1}}}`:    {"/nested/x~1y/name Invalid type"},
		`[]`: {" Invalid type"},
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			value, err := strictjson.Parse([]byte(body))
			if err != nil {
				t.Fatal(err)
			}
			var into document
			got := []string{}
			for _, p := range strictjson.Bind(value, &into, "") {
				got = append(got, p.Pointer+" "+p.Title)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBindKeepsWhatFits(t *testing.T) {
	t.Parallel()
	value, err := strictjson.Parse([]byte(`{"name":"ab","kind":"b","count":9,"price":1.50,"at":"2026-05-01T14:00:00+02:00","on":true,` +
		`"ids":["x","y"],"free":{"n":1.0,"none":null},"nested":{"x":{"name":"abc"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	var got document
	if problems := strictjson.Bind(value, &got, ""); len(problems) > 0 {
		t.Fatal(problems)
	}
	nine := int64(9)
	want := document{
		common: common{Name: "ab"}, Kind: "b", Count: &nine, Price: "1.50", At: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), On: true,
		IDs: []string{"x", "y"}, Free: map[string]any{"n": json.Number("1.0"), "none": nil}, Nested: map[string]common{"x": {Name: "abc"}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(document{})); diff != "" {
		t.Errorf("document (-want +got):\n%s", diff)
	}
}

func TestBindStopsAtMaxProblems(t *testing.T) {
	t.Parallel()
	var body strings.Builder
	for i := range 2 * strictjson.MaxProblems {
		fmt.Fprintf(&body, `,"x%d":1`, i)
	}
	value, err := strictjson.Parse([]byte(`{"name":"ab"` + body.String() + `}`))
	if err != nil {
		t.Fatal(err)
	}
	problems := strictjson.Bind(value, new(document), "/actions/0")
	if len(problems) != strictjson.MaxProblems || !strings.HasPrefix(problems[0].Pointer, "/actions/0/x") {
		t.Errorf("%d problems: %v", len(problems), problems)
	}
}

func TestParseTakesOneValue(t *testing.T) {
	t.Parallel()
	for body, problem := range map[string]string{
		"":              "empty",
		" \n":           "empty",
		"\"\xff\"":      "UTF-8",
		`{} {}`:         "there is more after the JSON value",
		`{"name":"ab`:   "unexpected EOF",
		`{"name":"a"}x`: "there is more",
	} {
		if _, err := strictjson.Parse([]byte(body)); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%q: got %v, want %q", body, err, problem)
		}
	}
}

// FuzzParseAndBind decodes whatever is sent: it neither panics nor reports more than the limit.
func FuzzParseAndBind(f *testing.F) {
	f.Add([]byte(`{"name":"ab","ids":["x"],"price":1e400,"free":{"a/b":[null]}}`))
	f.Add([]byte(`{"nested":{"x":{"name":1}}} x`))
	f.Fuzz(func(t *testing.T, data []byte) {
		value, err := strictjson.Parse(data)
		if err != nil {
			return
		}
		if problems := strictjson.Bind(value, new(document), ""); len(problems) > strictjson.MaxProblems {
			t.Errorf("%d problems", len(problems))
		}
	})
}

func TestOptions(t *testing.T) {
	t.Parallel()
	type body struct {
		_     struct{}       `readonly:"id,created"`
		Name  string         `json:"name" rule:"is=name,min=2"`
		IDs   []string       `json:"ids" rule:"each:is=id"`
		Price json.Number    `json:"price"`
		Free  map[string]any `json:"free"`
	}
	value, err := strictjson.Parse([]byte(`{"id":1,"extra":2,"name":" ab ","ids":["x"],"price":1.5,"free":{"n":[2.5,{"m":3.5}],"s":"t"}}`))
	if err != nil {
		t.Fatal(err)
	}
	var strict body
	if problems := strictjson.Bind(value, &strict, ""); len(problems) != 1 || problems[0].Pointer != "/extra" {
		t.Errorf("strict: %v", problems)
	}
	var changed body
	options := strictjson.Options{
		IgnoreUnknown: true,
		Text:          func(kind, text string) string { return kind + ":" + strings.TrimSpace(text) },
		Number:        func(json.Number) json.Number { return "7" },
	}
	if problems := options.Bind(value, &changed, ""); len(problems) != 0 {
		t.Errorf("lenient: %v", problems)
	}
	if changed.Name != "name:ab" || changed.IDs[0] != "id:x" || changed.Price != "7" {
		t.Errorf("got %+v", changed)
	}
	if text, _ := json.Marshal(changed.Free); string(text) != `{"n":[7,{"m":7}],"s":"t"}` {
		t.Errorf("free values are %s", text)
	}
	if value, _ := value.(map[string]any); strictjson.Show(value["price"]) != "1.5" {
		t.Error("the decoded tree was changed")
	}
}
