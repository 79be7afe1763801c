package audience

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
)

func rollOf(t interface{ Fatal(...any) }, ids ...string) *roll {
	var members roll
	for i, id := range ids {
		if err := members.add([]byte(id), i); err != nil {
			t.Fatal(err)
		}
	}
	return &members
}

func holdingOf(ids, kept []string) holding {
	return holding{
		exists: true, ownership: bulk.Additive, count: len(ids), digest: digestOf(ids).String(),
		ids: ids, complete: true, listed: marksOf(ids), kept: marksOf(kept),
	}
}

func TestAdditiveChange(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		held, kept, want []string
		joining, leaving []string
		requests         int
	}{
		"create":                       {want: []string{"b", "a"}, joining: []string{"b", "a"}, requests: 1},
		"nothing to do":                {held: []string{"a", "b"}, want: []string{"b", "a"}},
		"one comes, one goes":          {held: []string{"a", "b"}, want: []string{"b", "c"}, joining: []string{"c"}, leaving: []string{"a"}, requests: 1},
		"others' member stays":         {held: []string{"a", "b"}, kept: []string{"a"}, want: []string{"b"}},
		"all go":                       {held: []string{"b", "a"}, leaving: []string{"a", "b"}, requests: 1},
		"who was removed comes back":   {held: []string{"a"}, want: []string{"a", "b"}, joining: []string{"b"}, requests: 1},
		"others' member that comes in": {held: []string{"a"}, want: []string{"a", "theirs"}, joining: []string{"theirs"}, requests: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := changeAdditively(holdingOf(test.held, test.kept), rollOf(t, test.want...))
			if !slices.Equal(c.joining, test.joining) || !slices.Equal(c.leaving, test.leaving) || c.summary().Requests != test.requests {
				t.Errorf("got %+v, %d requests", c, c.summary().Requests)
			}
		})
	}
}

func TestAdditiveChangeOfMarksLeavesTheIDsToTheAudience(t *testing.T) {
	t.Parallel()
	held := holdingOf([]string{"a", "b"}, nil)
	held.ids, held.complete = nil, false
	c := changeAdditively(held, rollOf(t, "b", "c"))
	if !slices.Equal(c.joining, []string{"c"}) || c.leaving != nil || !slices.Equal(c.unresolved, marksOf([]string{"a"})) {
		t.Errorf("got %+v", c)
	}
	if got := c.summary(); got != (bulk.Summary{Added: 1, Removed: 1, Requests: 1}) {
		t.Errorf("got %+v", got)
	}
}

func numbered(prefix string, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("%s-%05d", prefix, i)
	}
	return ids
}

func TestExclusiveChangeTakesTheCheapestWay(t *testing.T) {
	t.Parallel()
	thousand := numbered("own", 1000)
	for name, test := range map[string]struct {
		current, want []string
		method        method
		summary       bulk.Summary
	}{
		"nothing to do":           {thousand, thousand, byNothing, bulk.Summary{}},
		"empty stays empty":       {nil, nil, byNothing, bulk.Summary{}},
		"everybody leaves":        {thousand, nil, byClearing, bulk.Summary{Removed: 1000, Requests: 1}},
		"one by one":              {nil, thousand, byActions, bulk.Summary{Added: 1000, Requests: 1}},
		"more than one request":   {[]string{"foreign"}, thousand, byImport, bulk.Summary{Added: 1000, Removed: 1, Requests: 1}},
		"a few among many":        {append(slices.Clone(thousand), "foreign"), thousand, byActions, bulk.Summary{Removed: 1, Requests: 1}},
		"all exchanged":           {numbered("old", 600), numbered("new", 600), byImport, bulk.Summary{Added: 600, Removed: 600, Requests: 1}},
		"a member exported twice": {[]string{"a", "a"}, []string{"a"}, byNothing, bulk.Summary{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := changeExclusively(bytesOf(test.current), rollOf(t, test.want...))
			if c.method != test.method || c.summary() != test.summary {
				t.Errorf("got method %d, %+v", c.method, c.summary())
			}
		})
	}
}

func TestGivingUpExclusiveOwnershipRemovesNobody(t *testing.T) {
	t.Parallel()
	c := changeExclusively(bytesOf([]string{"a", "foreign"}), rollOf(t, "a", "b")).released()
	if c.staying != 1 || c.removed() != 0 || c.summary() != (bulk.Summary{Added: 1, Requests: 1}) {
		t.Errorf("got %+v", c)
	}
}

// Whatever part of a change has landed, the state names exactly the members there are.
func TestStateAfterAnyPartOfAChangeIsTheAudience(t *testing.T) {
	t.Parallel()
	id := rapid.SampledFrom(numbered("x", 12))
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.SliceOfDistinct(id, rapid.ID[string]).Draw(t, "before")
		want := rapid.SliceOfDistinct(id, rapid.ID[string]).Draw(t, "want")
		c := changeExclusively(bytesOf(before), rollOf(t, want...))
		joined := c.joining[:rapid.IntRange(0, len(c.joining)).Draw(t, "joined")]
		left := c.leaving[:rapid.IntRange(0, len(c.leaving)).Draw(t, "left")]
		audience := append(minus(before, left), joined...)
		got := after(want, minus(c.joining, joined), minus(c.leaving, left))
		if diff := cmp.Diff(slices.Sorted(slices.Values(audience)), slices.Sorted(slices.Values(got))); diff != "" {
			t.Fatalf("audience (-) and state (+):\n%s", diff)
		}
	})
}
