package input

import (
	"math/big"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func canonical(t testing.TB, text string) string {
	t.Helper()
	dst, err := AppendCanonical(nil, jsontext.NewDecoder(strings.NewReader(text)))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return string(dst)
}

func TestNumbersHaveOneSpelling(t *testing.T) {
	t.Parallel()
	for want, spellings := range map[string][]string{
		"0":                                {"0", "-0", "0.0", "-0.00", "0e9", "-0.0e-9", "0E99999"},
		"1":                                {"1", "1.0", "1e0", "10e-1", "0.1E1", "1.000"},
		"-12.5":                            {"-12.5", "-12.50", "-1.25e1", "-1250e-2"},
		"100":                              {"100", "100.0", "1e2", "1E+2"},
		"0.001":                            {"0.001", "1e-3", "0.0010"},
		"0.1":                              {"0.1", "0.10", "1e-1"},
		"0.1000000000000000055":            {"0.1000000000000000055", "1000000000000000055e-19"},
		"9007199254740993":                 {"9007199254740993", "9007199254740993.0"},
		"123456789012345678901234567890.5": {"123456789012345678901234567890.5"},
		"1e+400":                           {"1e400", "10E399", "1.0e400", "1" + strings.Repeat("0", 390) + "e10"},
		"1.5e-400":                         {"1.5e-400", "15e-401"},
		"1e+39":                            {"1e39", "1" + strings.Repeat("0", 39), "1" + strings.Repeat("0", 39) + ".0"},
	} {
		for _, spelling := range spellings {
			if got, err := CanonicalNumber(spelling); err != nil || got != want {
				t.Errorf("CanonicalNumber(%s) = %s, %v, want %s", spelling, got, err, want)
			}
		}
	}
	for _, wrong := range []string{
		"", " 1", "1 ", "1\n", "+1", ".5", "1.", "01", "-", "1e", "0x1", "NaN", "Infinity", "1,5", "1_000", "true", "1e99999999999", "١",
		strings.Repeat("1", maxNumberLength+1),
	} {
		if got, err := CanonicalNumber(wrong); err == nil {
			t.Errorf("CanonicalNumber(%q) = %s, want an error", wrong, got)
		}
	}
}

func TestJSONHasOneSpelling(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		` { "b" : 1.0 , "a" : [ 2e0 , "\u0041\u003c" , null , true ] } `: `{"a":[2,"A<",null,true],"b":1}`,
		`{"a":{"c":1,"b":{"e":1,"d":2}}}`:                                `{"a":{"b":{"d":2,"e":1},"c":1}}`,
		`{}`:                                                             `{}`,
		`[[],{},""]`:                                                     `[[],{},""]`,
		`{"ü":"\u00fc","😀":"\ud83d\ude00","a\"b":"\n"}`: `{"a\"b":"\n","ü":"ü","😀":"😀"}`,
	} {
		if got := canonical(t, text); got != want {
			t.Errorf("canonical form of %s is %s, want %s", text, got, want)
		}
	}
	dst, err := AppendCanonicalObject(nil, jsontext.NewDecoder(strings.NewReader(`{"b":null,"a":[null],"c":{"d":null}}`)))
	if want := `{"a":[null],"c":{"d":null}}`; err != nil || string(dst) != want {
		t.Errorf("without its own null members: %s, %v, want %s", dst, err, want)
	}
}

func TestTimesAreEqualAsInstants(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{`{"t":"2026-03-01T10:00:00Z"}`, `{"t":"2026-03-01T11:00:00+01:00"}`, true},
		{`{"t":"2026-03-01T10:00:00Z"}`, `{"t":"2026-03-01T10:00:00.000000Z"}`, true},
		{`{"t":["2026-03-01T10:00:00Z",1]}`, `{"t":["2026-03-01T12:00:00+02:00",1]}`, true},
		{`{"t":"2026-03-01T10:00:00Z"}`, `{"t":"2026-03-01T10:00:01Z"}`, false},
		{`{"t":"2026-03-01T10:00:00Z"}`, `{"t":"2026-03-01"}`, false},
		{`{"t":"2026-03-01T10:00:00Z"}`, `{"t":1}`, false},
		{`{"t":"2026-03-01T10:00:00Z"}`, `{"t":"2026-03-01T11:00:00+01:00","u":1}`, false},
		{`{"t":"x"}`, `{"t":"y"}`, false},
		{`["a","b"]`, `["b","a"]`, false},
		{``, ``, true},
		{``, `{"a":1}`, false},
		{`{"a":1}`, ``, false},
	} {
		if got := EqualJSON(test.a, test.b); got != test.want {
			t.Errorf("EqualJSON(%s, %s) = %v, want %v", test.a, test.b, got, test.want)
		}
		if got := Digest(test.a) == Digest(test.b); got != test.want {
			t.Errorf("digests of %s and %s are equal: %v, want %v", test.a, test.b, got, test.want)
		}
	}
	if got := Digest(`{"a":"\"2026-03-01T11:00:00+01:00"}`); len(got) != DigestLength {
		t.Errorf("digest %q has %d characters, want %d", got, len(got), DigestLength)
	}
}

func TestDigestsStayTheSame(t *testing.T) {
	t.Parallel()
	// They are kept in states: another algorithm would make every item look edited.
	if got, want := Digest(`{"attributes":{"t":"2026-03-01T11:00:00+01:00"},"price":1.5}`), "qh-0pKX-tG0"; got != want {
		t.Errorf("digest is %s, want %s", got, want)
	}
}

func FuzzCanonicalNumber(f *testing.F) {
	for _, seed := range []string{"0", "-0.0", "1e400", "12.50", "1E+2", "0.00000000000000000000000000000001", "9007199254740993"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := CanonicalNumber(text)
		if err != nil {
			return
		}
		if again, err := CanonicalNumber(got); err != nil || again != got {
			t.Fatalf("%q became %q, and that %q, %v", text, got, again, err)
		}
		if strings.ContainsAny(text, "eE") && len(text) > 8 {
			return // big.Rat would write out a large exponent.
		}
		want, okWant := new(big.Rat).SetString(text)
		have, okHave := new(big.Rat).SetString(got)
		if !okWant || !okHave || want.Cmp(have) != 0 {
			t.Fatalf("%q became %q, another number", text, got)
		}
	})
}

func FuzzCanonicalJSON(f *testing.F) {
	for _, seed := range []string{`{"b":1,"a":[1.0,"\u0041",null]}`, `"2026-03-01T11:00:00+01:00"`, `[{"a":{}},-0]`, `{"a":"\\\""}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		dst, err := AppendCanonical(nil, jsontext.NewDecoder(strings.NewReader(text)))
		if err != nil {
			return
		}
		once := string(dst)
		if twice := canonical(t, once); twice != once {
			t.Fatalf("%q became %q, and that %q", text, once, twice)
		}
		if !EqualJSON(once, once) {
			t.Fatalf("%q does not equal itself", once)
		}
		if normal := string(appendInstants(nil, once)); !EqualJSON(normal, once) || Digest(normal) != Digest(once) {
			t.Fatalf("%q with its times in UTC is %q, which differs", once, normal)
		}
	})
}

// What is out of range could be sent, and never read back.
func TestNumbersOutOfRangeAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1e999", "-1e401", "1e-999", "123e399", "0.001e-398", "1e2147483647", "1e-2147483648", "1e99999999999"} {
		if got, err := CanonicalNumber(text); err == nil {
			t.Errorf("%s becomes %s", text, got)
		}
		if got, err := AppendCanonical(nil, jsontext.NewDecoder(strings.NewReader(text))); err == nil {
			t.Errorf("%s becomes %s", text, got)
		}
	}
}
