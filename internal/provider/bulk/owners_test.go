package bulk

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// notes is a private state.
type notes map[string][]byte

func (n notes) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) { return n[key], nil }

func (n notes) SetKey(_ context.Context, key string, value []byte) diag.Diagnostics {
	n[key] = value
	return nil
}

func claimOf(id string, rows ...string) Claim {
	return Claim{
		Subject: Subject{Noun: Noun{"item", "items"}, Place: "catalog 6", ResourceType: "talonone_catalog_items", ImportID: id},
		Target:  "catalog 6", At: path.Root("items"), Rows: rows,
	}
}

func (c Claim) holding(rows ...string) Claim {
	c.Held = func(row string) bool { return slices.Contains(rows, row) }
	return c
}

func (c Claim) owning(already bool) Claim {
	c.Exclusive, c.WasExclusive = true, already
	return c
}

func (c Claim) losing() Claim {
	c.Lost = "erased"
	return c
}

// unread is the claim with rows that are read when somebody asks for them.
func (c Claim) unread() Claim {
	rows := c.Rows
	c.Rows, c.Digest, c.Load = nil, strings.Join(rows, " "), func() []string { return rows }
	return c
}

func TestSecondOwners(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		first, second Claim
		errors, warns bool
	}{
		"other rows":                     {claimOf("1", "a"), claimOf("2", "b"), false, false},
		"both new":                       {claimOf("1", "a"), claimOf("2", "a"), true, false},
		"the second is new":              {claimOf("1", "a").holding("a"), claimOf("2", "a", "b").holding("b"), true, false},
		"the first is new":               {claimOf("1", "a").holding(), claimOf("2", "a").holding("a"), true, false},
		"both have it":                   {claimOf("1", "a").holding("a"), claimOf("2", "a").holding("a"), false, true},
		"both have one and want another": {claimOf("1", "a", "b").holding("a"), claimOf("2", "a", "b").holding("a"), true, false},
		"exclusive beside rows":          {claimOf("1", "a").owning(false), claimOf("2", "b"), true, false},
		"rows beside exclusive":          {claimOf("1", "b"), claimOf("2", "a").owning(false), true, false},
		"exclusive beside nothing":       {claimOf("1"), claimOf("2", "a").owning(false), false, false},
		"exclusive without rows":         {claimOf("1").owning(false), claimOf("2", "a"), true, false},
		"two exclusive":                  {claimOf("1").owning(false), claimOf("2").owning(false), true, false},
		"one becomes exclusive":          {claimOf("1", "a").holding("a").owning(false), claimOf("2", "b").holding("b"), true, false},
		"exclusive for long":             {claimOf("1", "a").holding("a").owning(true), claimOf("2", "b").holding("b"), false, true},
		"rows beside exclusive for long": {claimOf("1", "b").holding("b"), claimOf("2", "a").holding("a").owning(true), false, true},
		"both exclusive for long":        {claimOf("1", "a").holding("a").owning(true), claimOf("2", "a").holding("a").owning(true), false, true},
	} {
		for i := range 8 {
			swapped := i&1 > 0
			t.Run(fmt.Sprintf("%s %b", name, i), func(t *testing.T) {
				t.Parallel()
				var owners Owners
				var diags diag.Diagnostics
				first, second := test.first, test.second
				if swapped {
					first, second = second, first
				}
				if i&2 > 0 {
					first = first.unread()
				}
				if i&4 > 0 {
					second = second.unread()
				}
				owners.Claim(t.Context(), first, notes{}, notes{}, &diags)
				if len(diags) > 0 {
					t.Fatalf("the first one: %v", diags)
				}
				owners.Claim(t.Context(), second, notes{}, notes{}, &diags)
				if diags.HasError() != test.errors || diags.WarningsCount() > 0 != test.warns {
					t.Errorf("got %v", diags)
				}
				for _, d := range diags {
					if !strings.Contains(d.Detail(), first.name()) || !strings.Contains(d.Detail(), second.name()) {
						t.Errorf("%q does not name both", d.Detail())
					}
				}
			})
		}
	}
}

func TestBothCallsOfAReplacementAreOne(t *testing.T) {
	t.Parallel()
	for name, as := range map[string]func(Claim) Claim{"read": func(c Claim) Claim { return c }, "unread": Claim.unread} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var owners Owners
			var diags diag.Diagnostics
			private := notes{}
			owners.Claim(t.Context(), as(claimOf("1", "a").holding("a")), private, private, &diags)
			owners.Claim(t.Context(), as(claimOf("1", "a")), private, private, &diags)
			owners.Claim(t.Context(), as(claimOf("1", "b")), private, private, &diags)
			owners.Claim(t.Context(), as(claimOf("2", "a")), notes{}, notes{}, &diags)
			if len(diags) > 0 {
				t.Errorf("got %v", diags)
			}
			// A copy of the state is another object, in a later run.
			var later Owners
			later.Claim(t.Context(), as(claimOf("1", "a").holding("a")), private, notes{}, &diags)
			later.Claim(t.Context(), as(claimOf("1", "a").holding("a")), private, notes{}, &diags)
			if diags.WarningsCount() != 1 || diags.HasError() {
				t.Errorf("got %v, want one warning", diags)
			}
		})
	}
}

func TestWhatOthersHaveWrittenIsSpared(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	ctx := t.Context()
	for name, test := range map[string]struct {
		before func(*Owners)
		claim  Claim
		spared []string
	}{
		"nothing is known": {func(*Owners) {}, claimOf("2"), nil},
		"planned by another": {func(o *Owners) {
			o.Claim(ctx, claimOf("1", "a"), notes{}, notes{}, &diags)
		}, claimOf("2"), nil},
		"planned by another, for good": {func(o *Owners) {
			o.Claim(ctx, claimOf("1", "a"), notes{}, notes{}, &diags)
		}, claimOf("2").losing(), []string{"a"}},
		"written by another": {func(o *Owners) {
			o.Claim(ctx, claimOf("1", "a"), notes{}, notes{}, &diags)
			o.Write(ctx, claimOf("1", "a"), notes{}, &diags)
		}, claimOf("2"), []string{"a"}},
		"written by another, and not read": {func(o *Owners) {
			o.Claim(ctx, claimOf("1", "a").unread(), notes{}, notes{}, &diags)
			o.Write(ctx, claimOf("1", "a").unread(), notes{}, &diags)
		}, claimOf("2"), []string{"a"}},
		"kept by another, and not read": {func(o *Owners) {
			o.Claim(ctx, claimOf("1", "a", "b").holding("a").unread(), notes{}, notes{}, &diags)
		}, claimOf("2"), []string{"a"}},
		"kept by another": {func(o *Owners) {
			o.Claim(ctx, claimOf("1", "a", "b").holding("a"), notes{}, notes{}, &diags)
		}, claimOf("2"), []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var owners Owners
			test.before(&owners)
			var diags diag.Diagnostics
			remove, spared := owners.Spare(ctx, test.claim, []string{"a", "b"}, notes{}, &diags)
			if !slices.Equal(spared, test.spared) || len(remove)+len(spared) != 2 {
				t.Errorf("removes %v and spares %v, want %v spared", remove, spared, test.spared)
			}
			if len(spared) > 0 != (diags.WarningsCount() > 0) {
				t.Errorf("got %v", diags)
			}
		})
	}
}

func TestOwnRowsAreRemoved(t *testing.T) {
	t.Parallel()
	var owners Owners
	var diags diag.Diagnostics
	private := notes{}
	owners.Claim(t.Context(), claimOf("1", "a"), private, private, &diags)
	owners.Write(t.Context(), claimOf("1", "a"), private, &diags)
	if remove, _ := owners.Spare(t.Context(), claimOf("1"), []string{"a"}, private, &diags); len(remove) != 1 {
		t.Error("a resource can't remove its own row")
	}
	// A create does not get the private state of its plan.
	response := notes{}
	owners.Claim(t.Context(), claimOf("2", "b"), notes{}, notes{}, &diags)
	owners.Write(t.Context(), claimOf("2", "b"), response, &diags)
	if remove, _ := owners.Spare(t.Context(), claimOf("2"), []string{"b"}, response, &diags); len(remove) != 1 {
		t.Error("a resource can't remove the row that it has created")
	}
}

// Rows that nobody asks for are not read, and a create is known by their digest.
func TestRowsThatNobodyAsksForAreNotRead(t *testing.T) {
	t.Parallel()
	var owners Owners
	var diags diag.Diagnostics
	read := 0
	claim := claimOf("1", "a")
	claim.Digest, claim.Load = "digest", func() []string { read++; return []string{"a"} }
	response := notes{}
	owners.Claim(t.Context(), claim, notes{}, notes{}, &diags)
	owners.Write(t.Context(), claim, response, &diags)
	if remove, _ := owners.Spare(t.Context(), claimOf("1"), []string{"z"}, response, &diags); len(remove) != 1 || owners.Shares(t.Context(), claim.Target, response, &diags) {
		t.Error("a resource is taken for another one")
	}
	owners.NoteRemoved(claim.Target, []string{"z"})
	if !owners.WasRemoved(claim.Target, "z") || len(owners.NotRemoved(claim.Target, []string{"z"})) > 0 {
		t.Error("a row that was removed is not noted")
	}
	if read > 0 {
		t.Errorf("the rows were read %d times", read)
	}
	owners.Claim(t.Context(), claimOf("2", "a").holding("a"), notes{}, notes{}, &diags)
	if read != 1 || diags.WarningsCount() != 1 || diags.HasError() {
		t.Errorf("the rows were read %d times for another resource: %v", read, diags)
	}
}

func TestRemovalsForGoodAreRefusedInEitherOrder(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for name, claim := range map[string]Claim{
		"added":    claimOf("1", "a").losing(),
		"imported": claimOf("1", "a").losing().holding("a"),
	} {
		for _, removedFirst := range []bool{false, true} {
			var owners Owners
			var diags diag.Diagnostics
			steps := []func(){
				func() { owners.Claim(ctx, claim, notes{}, notes{}, &diags) },
				func() { owners.Remove(ctx, claimOf("2").losing(), []string{"a"}, notes{}, notes{}, &diags) },
			}
			if removedFirst {
				slices.Reverse(steps)
			}
			for _, step := range steps {
				step()
			}
			if diags.ErrorsCount() != 1 || !strings.Contains(diags[0].Detail(), "moved {") {
				t.Errorf("%s, removed first %t: got %v", name, removedFirst, diags)
			}
		}
	}
	// What a plan spares, its Delete spares in another process.
	var planning, applying Owners
	var diags diag.Diagnostics
	planned := notes{}
	planning.Claim(ctx, claimOf("1", "a").holding("a"), notes{}, notes{}, &diags)
	planning.Leave(ctx, claimOf("2").losing(), []string{"a", "b"}, notes{}, planned, &diags)
	remove, spared := applying.Spare(ctx, claimOf("2").losing(), []string{"a", "b"}, planned, &diags)
	if diags.HasError() || !slices.Equal(remove, []string{"b"}) || !slices.Equal(spared, []string{"a"}) {
		t.Errorf("removes %v and spares %v: %v", remove, spared, diags)
	}
}

// Two resources with 100,000 rows each, and 10,000 with one, are compared at once and kept in little memory.
func TestManyRowsTakeLittleMemory(t *testing.T) { //nolint:paralleltest // It measures memory.
	const many = 100_000
	rows := func(prefix string) []string {
		rows := make([]string, many)
		for i := range rows {
			rows[i] = fmt.Sprintf("%s-%d", prefix, i)
		}
		return rows
	}
	first, second := rows("a"), rows("b")
	memory := func() uint64 {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	var owners Owners
	var diags diag.Diagnostics
	before := memory()
	owners.Claim(t.Context(), claimOf("1", first...), notes{}, notes{}, &diags)
	owners.Claim(t.Context(), claimOf("2", second...), notes{}, notes{}, &diags)
	if used := int64(memory()) - int64(before); used > 3*2*8*many { //nolint:gosec // Both are small.
		t.Errorf("%d bytes for %d rows", used, 2*many)
	}
	for i := range many / 10 {
		owners.Claim(t.Context(), claimOf(fmt.Sprint(i), fmt.Sprintf("c-%d", i)), notes{}, notes{}, &diags)
	}
	if len(diags) > 0 {
		t.Fatalf("got %v", diags)
	}
	second[many/2] = first[many/3]
	owners.Claim(t.Context(), claimOf("3", second[many/2:]...), notes{}, notes{}, &diags)
	if diags.ErrorsCount() != 2 {
		t.Errorf("got %v, want both others reported", diags)
	}
	runtime.KeepAlive(&owners)
}
