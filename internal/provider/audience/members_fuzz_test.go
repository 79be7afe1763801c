package audience

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
)

// FuzzMembersFile reads files of both formats. What is taken holds each ID once, and an ID of the allowed length.
func FuzzMembersFile(f *testing.F) {
	f.Add("customer-1\ncustomer-2\r\n\n", false, "", "")
	f.Add("id;name\n\"a;b\";x\nc;y\n", true, "id", ";")
	f.Add("\xef\xbb\xbfid\na\n", true, "", ",")
	f.Add("id\n\"a\n\"\"b\"\n", true, "id", "\t")
	f.Fuzz(func(t *testing.T, content string, csv bool, column, delimiter string) {
		name := filepath.Join(t.TempDir(), "members")
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		file := membersFile{Path: types.StringValue(name), Format: types.StringValue(input.Text)}
		if csv {
			file.Format = types.StringValue(input.CSV)
			if column != "" {
				file.Column = types.StringValue(column)
			}
			if delimiter != "" {
				file.Delimiter = types.StringValue(delimiter)
			}
		}
		var members idSet
		if _, err := file.read(&members); err != nil {
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
