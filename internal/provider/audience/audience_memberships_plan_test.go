package audience

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

func idSetOf(t interface{ Fatal(...any) }, ids ...string) *idSet {
	var members idSet
	for i, id := range ids {
		if err := members.add([]byte(id), i); err != nil {
			t.Fatal(err)
		}
	}
	return &members
}

func targetOf(ids ...string) bulk.Target { return bulk.TargetOf(bulk.DigestOf(bulk.SetOf(ids))) }

func priorOf(ids ...string) *priorMembers {
	return &priorMembers{ownership: types.StringValue(bulk.Additive), target: targetOf(ids...), ids: ids, complete: true}
}

func numbered(prefix string, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("%s-%05d", prefix, i)
	}
	return ids
}

func planOf(t *testing.T, ownership string, prior *priorMembers, desired *idSet) membersPlan {
	t.Helper()
	plan := &membershipsModel{Ownership: types.StringValue(ownership)}
	p, err := (&membershipsResource{}).planRows(t.Context(), plan, prior, desired, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPlanOfStateAndConfiguration(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prior *priorMembers
		want  []string
		plan  bulk.Plan
	}{
		"create":                {nil, []string{"b", "a"}, bulk.Plan{Added: []string{"a", "b"}}},
		"nothing to do":         {priorOf("a", "b"), []string{"b", "a"}, bulk.Plan{}},
		"one comes, one goes":   {priorOf("a", "b"), []string{"b", "c"}, bulk.Plan{Added: []string{"c"}, Removed: []string{"a"}}},
		"all go":                {priorOf("b", "a"), nil, bulk.Plan{Removed: []string{"a", "b"}}},
		"who left comes back":   {priorOf("a"), []string{"a", "b"}, bulk.Plan{Added: []string{"b"}}},
		"released, not removed": {&priorMembers{target: targetOf("a", "x"), ids: []string{"a", "x"}, complete: true}, []string{"a", "b"}, bulk.Plan{Added: []string{"b"}, Released: []string{"x"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := planOf(t, bulk.Additive, test.prior, idSetOf(t, test.want...))
			if diff := cmp.Diff(test.plan, got.Plan); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlanOfFingerprintsNamesThem(t *testing.T) {
	t.Parallel()
	prior := priorOf("a", "b")
	prior.ids, prior.complete, prior.fingerprints = nil, false, fingerprintsOf([]string{"a", "b"})
	got := planOf(t, bulk.Additive, prior, idSetOf(t, "c", "b"))
	a := fingerprintOf(sha256.Sum256([]byte("a")))
	if diff := cmp.Diff(bulk.Plan{Added: []string{"c"}, Removed: []string{a.key()}}, got.Plan); diff != "" || !slices.Equal(got.unresolved, fingerprints{a}) {
		t.Errorf("%v, plan (-want +got):\n%s", got.unresolved, diff)
	}
}

// Without what Read has seen of the audience, a change to exclusive ownership removes nobody.
func TestEnteringExclusiveOwnershipUnseenRemovesNobody(t *testing.T) {
	t.Parallel()
	got := planOf(t, bulk.Exclusive, priorOf("a", "b"), idSetOf(t, append(numbered("new", 1001), "b")...))
	if !got.takenOver || len(got.Added) != 1001 || len(got.Removed) != 0 || got.method(true, idSetOf(t)) != byActions {
		t.Errorf("got %+v", got)
	}
}

func TestExclusivePlanTakesTheCheapestWay(t *testing.T) {
	t.Parallel()
	thousand := numbered("own", 1000)
	for name, test := range map[string]struct {
		prior, want []string
		method      method
	}{
		"nothing to do":         {thousand, thousand, byNothing},
		"empty stays empty":     {nil, nil, byNothing},
		"everybody leaves":      {thousand, nil, byClearing},
		"one by one":            {nil, thousand, byActions},
		"more than one request": {[]string{"foreign"}, thousand, byImport},
		"a few among many":      {append(slices.Clone(thousand), "foreign"), thousand, byActions},
		"all exchanged":         {numbered("old", 600), numbered("new", 600), byImport},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prior, desired := priorOf(test.prior...), idSetOf(t, test.want...)
			prior.ownership = types.StringValue(bulk.Exclusive)
			if got := planOf(t, bulk.Exclusive, prior, desired).method(true, desired); got != test.method {
				t.Errorf("got method %d", got)
			}
		})
	}
}

func TestWithoutIsTheDifference(t *testing.T) {
	t.Parallel()
	id := rapid.SampledFrom(numbered("x", 12))
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) []string {
			return slices.Sorted(slices.Values(rapid.SliceOfDistinct(id, rapid.ID[string]).Draw(t, label)))
		}
		list, unwanted := draw("list"), draw("unwanted")
		if diff := cmp.Diff(bulk.NotIn(list, bulk.SetOf(unwanted)), without(list, unwanted)); len(list) > 0 && diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

// What is compared as it arrives differs as a list does that is spelled first.
func TestDifferencesOfFoldedMembersAreThoseOfASpelledList(t *testing.T) {
	t.Parallel()
	id := rapid.SampledFrom([]string{"a", "A", "b", "B", "ab", "aB", "Ab", "AB", "ä", "Ä", "1"})
	rapid.Check(t, func(t *rapid.T) {
		own := rapid.SliceOfDistinct(id, rapid.ID[string]).Draw(t, "own")
		listed := rapid.SliceOf(id).Draw(t, "listed")
		set := idSetOf(t, own...)
		spelling := talonone.SpellingOf(own, slices.Values(listed))
		wantMissing, wantOthers := set.Compare(bytesOf(spelling.Each(listed))).Differences()
		missing, others, folded := differences(set, set.Compare(bytesOf(listed)))
		if diff := cmp.Diff([][]string{wantMissing, wantOthers}, [][]string{missing, others}, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("missing, others (-want +got):\n%s", diff)
		}
		if folded != (len(spelling) > 0) {
			t.Errorf("folded is %t, the spelling %v", folded, spelling)
		}
	})
}
