package faults

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
)

// FuzzParse reads faults as the command line and the controls give them. What is taken can be used.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"PUT /v1/catalogs/ status=503 every=3", "* / reset after-apply times=1", "GET /v1/x status=429 retry-after=Thu,_01_Jan_1970_00:00:00_GMT",
		"GET / status=200 header=a:b header=C:d body={\"a\": 1}", "GET / hang after=2", "GET / status=99", "GET / header=\x00:\r\n status=500",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fault, err := Parse(text)
		if err != nil {
			return
		}
		var list List
		if err := list.Add(fault); err != nil {
			t.Fatalf("%q is taken, and then refused: %v", text, err)
		}
		for range 3 {
			if hit := list.Match(fault.Method, fault.PathPrefix); hit != nil {
				_ = hit.Name()
			}
		}
		if fault.Status == 0 {
			return
		}
		header, body := fault.Response(func(int) []byte { return []byte("{}") })
		w := httptest.NewRecorder()
		maps.Copy(w.Header(), header)
		w.WriteHeader(fault.Status)
		if _, err := w.Write(body); err != nil && fault.Status != http.StatusNoContent && fault.Status != http.StatusNotModified {
			t.Fatal(err)
		}
	})
}
