package bulk

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Across is a claim to one row in each of several targets, such as one customer in many audiences. The rows of its Claim are
// the targets by the names that messages use; an exclusive one owns the row in all targets of the kind.
type Across struct {
	Claim

	// Kind is the first word of all the targets, and Row the row in them.
	Kind, Row string
}

// target is where the claim's row of this name is.
func (a Across) target(name string) string { return a.Kind + " " + name }

// sole is the key under which an exclusive claim is found by others who want the row.
func (a Across) sole() uint64 { return soleSum(a.Kind, a.Row) }

func soleSum(kind, row string) uint64 { return rowSum(kind + "\x00" + row) }

// soleOwner is the claimant that owns a row in all targets of the kind that a target is of.
func (o *Owners) soleOwner(self, target, row string) *claimant {
	if len(o.sole) == 0 {
		return nil
	}
	kind, _, _ := strings.Cut(target, " ")
	for _, other := range o.sole[soleSum(kind, row)] {
		if other.id != self {
			return other
		}
	}
	return nil
}

// ClaimAcross is Claim for one row in many targets.
func (o *Owners) ClaimAcross(ctx context.Context, a Across, private PrivateReader, keep PrivateWriter, diags *diag.Diagnostics) {
	o.mu.Lock()
	defer o.mu.Unlock()
	id, row := o.named(ctx, private, keep, diags), rowSum(a.Row)
	found := make(map[string]*conflict)
	clash := func(other *claimant, name string, second bool) *conflict {
		c := found[other.id]
		if c == nil {
			c = &conflict{with: other}
			found[other.id] = c
		}
		if name != "" {
			c.rows = append(c.rows, name)
		}
		c.second = c.second || second
		return c
	}
	o.dropAcross(a, id)
	for _, name := range a.Rows {
		t, adds := o.target(a.target(name), id), a.Held == nil || !a.Held(name)
		if other := t.other(id, row, func(other *claimant) bool { return other.rows.has(row) }); other != nil {
			clash(other, name, adds || other.added.has(row))
		}
		for _, other := range t.exclusive {
			if !other.rows.has(row) {
				clash(other, name, adds || !other.wasExclusive)
			}
		}
		own := &claimant{id: id, name: a.name(), resourceType: a.ResourceType, rows: rowSums{row}}
		if adds {
			own.added = own.rows
		}
		t.put(own)
	}
	for _, other := range o.sole[a.sole()] {
		if other.id != id {
			c := clash(other, "", len(a.Rows) > 0 && !other.wasExclusive)
			c.whole, c.second = true, c.second || a.Exclusive && !a.WasExclusive || a.adds()
		}
	}
	if a.Exclusive {
		for target := range o.targets {
			if name, ours := strings.CutPrefix(target, a.Kind+" "); ours {
				t := o.target(target, id)
				if other := t.other(id, row, func(other *claimant) bool { return other.rows.has(row) }); other != nil && t.claimants[id] == nil {
					clash(other, name, !a.WasExclusive || other.added.has(row)).whole = true
				}
			}
		}
		o.own(a, id, a.WasExclusive)
	}
	conflicts := make(map[*claimant]*conflict, len(found))
	for _, c := range found {
		conflicts[c.with] = c
	}
	a.report(conflicts, diags)
}

// adds says whether the claim lists rows that its state does not hold.
func (a Across) adds() bool {
	for _, name := range a.Rows {
		if a.Held == nil || !a.Held(name) {
			return true
		}
	}
	return false
}

// own notes an exclusive claim.
func (o *Owners) own(a Across, id string, before bool) {
	if o.sole == nil {
		o.sole = make(map[uint64][]*claimant)
	}
	o.sole[a.sole()] = append(o.sole[a.sole()], &claimant{id: id, name: a.name(), resourceType: a.ResourceType, exclusive: true, wasExclusive: before})
}

// dropAcross forgets what an earlier call has claimed.
func (o *Owners) dropAcross(a Across, id string) {
	for name, t := range o.targets {
		if strings.HasPrefix(name, a.Kind+" ") {
			t.drop(id)
		}
	}
	for key, owners := range o.sole {
		for i, other := range owners {
			if other.id == id {
				o.sole[key] = append(owners[:i:i], owners[i+1:]...)
				break
			}
		}
	}
}

// LeaveAcross is Leave for one row in many targets.
func (o *Owners) LeaveAcross(ctx context.Context, a Across, private PrivateReader, keep PrivateWriter, diags *diag.Diagnostics) {
	o.mu.Lock()
	if id := o.self(ctx, private, diags); id != "" {
		o.dropAcross(a, id)
	}
	o.mu.Unlock()
	o.RemoveAcross(ctx, a, a.Rows, private, keep, diags)
}

// RemoveAcross is Remove for one row in many targets, the names of which are given. Such removals can be undone.
func (o *Owners) RemoveAcross(ctx context.Context, a Across, names []string, private PrivateReader, keep PrivateWriter, diags *diag.Diagnostics) {
	o.mu.Lock()
	defer o.mu.Unlock()
	id := o.named(ctx, private, keep, diags)
	o.noteSpared(ctx, a.Claim, o.heldElsewhere(a, id, names), keep, diags)
}

// heldElsewhere are those of the targets in which another resource holds the row.
func (o *Owners) heldElsewhere(a Across, id string, names []string) []string {
	row := rowSum(a.Row)
	return filter(names, func(name string) bool {
		return o.target(a.target(name), id).other(id, row, func(other *claimant) bool { return other.holds(row) }) != nil
	})
}

// SpareAcross is Spare and SpareEnd for one row in many targets, the names of which are given.
func (o *Owners) SpareAcross(ctx context.Context, a Across, names []string, private PrivateReader, diags *diag.Diagnostics) (remove, spared []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	noted := decodeSums(ReadPrivate[string](ctx, private, privateSpared, diags))
	held := SetOf(o.heldElsewhere(a, o.self(ctx, private, diags), names))
	for _, name := range names {
		if _, has := held[name]; has || noted.has(rowSum(name)) {
			spared = append(spared, name)
		} else {
			remove = append(remove, name)
		}
	}
	a.warnSpared(spared, diags)
	return remove, spared
}

// WriteAcross is Write for one row in many targets.
func (o *Owners) WriteAcross(ctx context.Context, a Across, private Private, diags *diag.Diagnostics) (again []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	rows := rowSums{rowSum(a.Row)}
	id := o.self(ctx, private, diags)
	if id == "" && len(a.Rows) > 0 {
		// A create gets no private state of its plan: the row and the name tell which one it is.
		if id = o.target(a.target(a.Rows[0]), "").planned(a.name(), rows); id != "" {
			WritePrivate(ctx, private, privateOwner, id, diags)
		}
	}
	if id == "" {
		id = o.named(ctx, private, private, diags)
	}
	o.dropAcross(a, id)
	for _, name := range a.Rows {
		t := o.target(a.target(name), id)
		t.put(&claimant{id: id, name: a.name(), resourceType: a.ResourceType, rows: rows})
		t.written = true
		if _, removed := t.removed[rows[0]]; removed {
			again = append(again, name)
			delete(t.removed, rows[0])
		}
	}
	if a.Exclusive {
		o.own(a, id, true)
	}
	return again
}

// NoteRemovedAcross is NoteRemoved for these targets.
func (o *Owners) NoteRemovedAcross(a Across, names []string) {
	for _, name := range names {
		o.NoteRemoved(a.target(name), []string{a.Row})
	}
}
