package audience

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
)

// FuzzMembersFile reads lists of all formats. What is taken holds each ID once, and an ID of the allowed length.
func FuzzMembersFile(f *testing.F) {
	f.Add("customer-1\ncustomer-2\r\n\n", input.Text, "", "")
	f.Add("id;name\n\"a;b\";x\nc;y\n", input.CSV, "id", ";")
	f.Add("\xef\xbb\xbfid\na\n", input.CSV, "id", ",")
	f.Add("[\"a\",{\"id\":\"b\"}]", input.JSON, "id", "")
	f.Fuzz(func(t *testing.T, content, format, column, delimiter string) {
		options := files.Options{Column: column, Options: input.Options{Format: format, Delimiter: delimiter}}
		var members idSet
		if err := addText(&members, strings.NewReader(content), options); err != nil {
			return
		}
		seen := make(map[string]bool)
		for _, id := range members.Keys() {
			if seen[id] || problemOfID([]byte(id)) != nil {
				t.Errorf("%q gives %q", content, id)
			}
			seen[id] = true
		}
	})
}

// BenchmarkMembersFile reads 100,000 IDs.
func BenchmarkMembersFile(b *testing.B) {
	for _, format := range []struct{ name, file, column, header, row string }{
		{"text", "members.txt", "", "", "customer-%09d\n"},
		{"csv", "members.csv", "id", "id,email,country\n", "customer-%09d,ann@example.com,DE\n"},
		{"jsonl", "members.jsonl", "id", "", "{\"id\":\"customer-%09d\",\"country\":\"DE\"}\n"},
	} {
		b.Run(format.name, func(b *testing.B) {
			text := []byte(format.header)
			for i := range 100_000 {
				text = fmt.Appendf(text, format.row, i)
			}
			name := filepath.Join(b.TempDir(), format.file)
			if err := os.WriteFile(name, text, 0o600); err != nil {
				b.Fatal(err)
			}
			options := files.Options{Column: format.column}
			options.Options = options.ByName(name)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				var members idSet
				if err := addFile(&members, name, options); err != nil || len(members.Keys()) != 100_000 {
					b.Fatal(err)
				}
			}
		})
	}
}

// FuzzMembersJSON reads members_json. What is taken reads as the same members when it is written anew.
func FuzzMembersJSON(f *testing.F) {
	for _, seed := range []string{`["a","b"]`, `{"a":true,"b":true}`, `["a","a"]`, `[null]`, `["\ud800"]`, `[`, `{"a":1}`, `["a"] x`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var members idSet
		if err := addJSON(&members, text); err != nil {
			return
		}
		var again idSet
		for i, id := range members.Keys() {
			if err := again.add([]byte(id), i); err != nil {
				t.Errorf("%q gives %q: %v", text, id, err)
			}
		}
		if again.digest != members.digest {
			t.Errorf("%q gives other members the second time", text)
		}
	})
}
