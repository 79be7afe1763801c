package talonone

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestErrorBodiesOfEveryShapeAreRead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, want string }{
		"message and items": {
			`{"message":"The submitted data was invalid","errors":[{"title":"Invalid type","details":"not a string","source":{"pointer":"/attributes/Name"}}]}`,
			`op: 400 Bad Request: The submitted data was invalid; Invalid type: not a string (at /attributes/Name)`,
		},
		"status inside":      {`{"message":"Invalid key","StatusCode":401}`, `op: 400 Bad Request: Invalid key`},
		"null items":         {`{"message":"m","errors":null}`, `op: 400 Bad Request: m`},
		"empty items":        {`{"message":"m","errors":[]}`, `op: 400 Bad Request: m`},
		"no source":          {`{"errors":[{"title":"t"}]}`, `op: 400 Bad Request; t`},
		"odd source":         {`{"errors":[{"title":"t","source":"x"}]}`, `op: 400 Bad Request; t`},
		"query parameter":    {`{"errors":[{"title":"t","source":{"parameter":"pageSize"}}]}`, `op: 400 Bad Request; t (at pageSize)`},
		"line of an upload":  {`{"errors":[{"title":"t","source":{"line":"12"}}]}`, `op: 400 Bad Request; t (at 12)`},
		"empty body":         {``, `op: 400 Bad Request`},
		"page of a proxy":    {`<html>`, `op: 400 Bad Request: the response is not the API's JSON (text/html, 6 bytes); check that base_url names a Talon.One deployment and that no proxy responds in its place`},
		"deeply nested JSON": {strings.Repeat("[", 100_000), `op: 400 Bad Request: the response is not the API's JSON (text/html, 100000 bytes); check that base_url names a Talon.One deployment and that no proxy responds in its place`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp := &http.Response{StatusCode: 400, Header: http.Header{"Content-Type": {"text/html"}}, Body: io.NopCloser(strings.NewReader(test.body))}
			if got := readError("op", resp).Error(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func FuzzErrorBodies(f *testing.F) {
	f.Add([]byte(`{"message":"m","errors":[{"title":"t","source":{"pointer":"/a"}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		resp := &http.Response{StatusCode: 400, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(body)))}
		if readError("op", resp).Error() == "" {
			t.Error("an error says nothing")
		}
	})
}

func TestPersonalDataIsMaskedInLoggedBodies(t *testing.T) {
	t.Parallel()
	const body = `{"name":"VIP","attributes":{"email":"a@b.c"},"data":[{"profileIntegrationId":"customer-1","audienceId":748}],"cards":[{"identifier":"card-1","status":"active"}]}`
	const want = `{"attributes":"***","cards":[{"identifier":"***","status":"active"}],"data":[{"audienceId":748,"profileIntegrationId":"***"}],"name":"VIP"}`
	if got := maskPersonalData([]byte(body)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
