package bulk

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var items = Noun{One: "item", Many: "items"}

func sameInt(a, b int) bool { return a == b }

func TestCompare(t *testing.T) {
	t.Parallel()
	prior := map[string]int{"kept": 1, "edited": 1, "z": 1, "a": 1}
	desired := map[string]int{"kept": 1, "edited": 2, "new": 1, "also new": 1}
	got := Compare(prior, desired, sameInt)
	if diff := cmp.Diff(Plan{Added: []string{"also new", "new"}, Updated: []string{"edited"}, Removed: []string{"a", "z"}}, got); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Plan{Added: []string{"also new", "new"}, Updated: []string{"edited"}, Released: []string{"a", "z"}}, got.Releasing()); diff != "" {
		t.Errorf("releasing (-want +got):\n%s", diff)
	}
	if same := Compare(prior, prior, sameInt); !same.Empty() {
		t.Errorf("rows differ from themselves: %v", same)
	}
}

func summaryOf(t *testing.T, value types.Object) string {
	t.Helper()
	summary, ok := value.Attributes()["summary"].(types.String)
	if !ok {
		t.Fatalf("no summary in %s", value)
	}
	return summary.ValueString()
}

func TestLastSyncChangesExactlyWithRows(t *testing.T) {
	t.Parallel()
	none := types.ObjectNull(lastSyncTypes)
	first := Plan{Added: []string{"a", "b"}}.LastSync(none, 2, items, nil)
	if kept := (Plan{}).LastSync(first, 2, items, nil); !kept.Equal(first) {
		t.Errorf("nothing changes, and %s becomes %s", first, kept)
	}
	swap := Plan{Added: []string{"c"}, Removed: []string{"a"}}
	if again := swap.LastSync(first, 2, items, nil); !again.Equal(swap.LastSync(first, 2, items, nil)) {
		t.Error("Terraform's second plan finds another value")
	}
	seen := map[string]bool{}
	for _, value := range []types.Object{
		first,
		swap.LastSync(first, 2, items, nil),
		swap.LastSync(swap.LastSync(first, 2, items, nil), 2, items, nil),
		Plan{Added: []string{"d"}, Removed: []string{"a"}}.LastSync(first, 2, items, nil),
		Plan{Added: []string{"c"}, Released: []string{"a"}}.LastSync(first, 2, items, nil),
		Plan{Updated: []string{"a"}}.LastSync(first, 2, items, func(string) string { return "1" }),
		Plan{Updated: []string{"a"}}.LastSync(first, 2, items, func(string) string { return "2" }),
	} {
		if summary := summaryOf(t, value); seen[summary] {
			t.Errorf("two changes look alike: %s", summary)
		} else {
			seen[summary] = true
		}
	}
}

func TestSummaryReadsWell(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"1 item in all": (Plan{}).summary(1, items),
		"+1 ~1 −2, 1 released, 12,345 items in all": (Plan{Added: []string{"a"}, Updated: []string{"b"}, Removed: []string{"c", "d"}, Released: []string{"e"}}).summary(12345, items),
		"2 released, 0 items in all":                (Plan{Released: []string{"e", "f"}}).summary(0, items),
		"+1,000 −1, 1,000,000 items in all":         (Plan{Added: make([]string, 1000), Removed: []string{"x"}}).summary(1000000, items),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAppliedKeepsWhatLanded(t *testing.T) {
	t.Parallel()
	prior := map[string]int{"kept": 1, "edited": 1, "gone": 1, "released": 1}
	a := StartApply(prior, []string{"released"}, sameInt)
	a.Put("edited", 2)
	a.Put("unknown outcome", 1)
	a.Remove("gone")
	want := Plan{Added: []string{"unknown outcome"}, Updated: []string{"edited"}, Removed: []string{"gone"}, Released: []string{"released"}}
	if diff := cmp.Diff(want, a.Plan()); diff != "" {
		t.Errorf("applied (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"unknown outcome", "edited", "kept"}, a.Keys([]string{"unknown outcome", "gone"})); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if len(prior) != 4 {
		t.Error("the prior rows have changed")
	}
}

func TestDigestIgnoresOrder(t *testing.T) {
	t.Parallel()
	var a, b Digest
	for _, key := range []string{"x", "y", "z"} {
		a.Add([]byte(key))
	}
	for _, key := range []string{"z", "x", "y"} {
		b.Add([]byte(key))
	}
	if a != b || a != DigestOf(SetOf([]string{"y", "x", "z"})) || a == DigestOf(SetOf([]string{"x", "y"})) {
		t.Errorf("%v, %v", a, b)
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{0: 0, 1: 1, 1000: 1, 1001: 2, 2000: 2} {
		if got := Requests(n, 1000); got != want {
			t.Errorf("%d rows take %d requests, want %d", n, got, want)
		}
	}
}
