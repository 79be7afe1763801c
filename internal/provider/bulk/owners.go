package bulk

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

const (
	// privateOwner names the object that a planning call is about to the calls that follow in the same process. Both calls
	// of a replacement have it, and two resources never do.
	privateOwner = "owner"
	// privateSpared are the rows of a planned removal that another resource keeps, for its Delete.
	privateSpared = "spared"
)

// Owners knows which resource of this process wants which rows, and which ones have been written. Two resources that want
// the same row are told so when planning, and a row that one has written, or keeps, is not removed by another. It is empty
// when the provider is configured: a phase of a command begins. The zero value is ready to use.
//
// A row is eight bytes of its digest, so that a million take eight megabytes.
type Owners struct {
	mu      sync.Mutex
	run     string
	last    int
	targets map[string]*ownedTarget
	// sole are those who own a row in all targets of a kind.
	sole map[uint64][]*claimant
}

// Claim is what one resource wants to own of one target.
type Claim struct {
	Subject
	// Target is where the rows are, in the words of all resources that manage rows there.
	Target string
	// At is the attribute that lists the rows.
	At path.Path
	// Rows are those that the configuration lists.
	Rows []string
	// Load, where set, reads the rows, of which Digest is a digest, in place of Rows. It is called when another resource
	// is about the same target, so that most runs need not hold the rows of a large file.
	Load   func() []string
	Digest string
	// Held says whether the state of the resource has a row; nil has none.
	Held func(row string) bool
	// Exclusive resources own the whole target, or all that is in the same Part of it where that is named. WasExclusive says
	// that the state does already.
	Exclusive, WasExclusive bool
	Part                    string
	// Lost says what removing a row does that can't be undone; "" if it can.
	Lost string
}

// loaded is the claim with its rows.
func (c Claim) loaded() Claim {
	if c.Load != nil {
		c.Rows, c.Load = c.Load(), nil
	}
	return c
}

// name is the resource as far as a provider can name it.
func (c Claim) name() string { return fmt.Sprintf("%s %q", c.ResourceType, c.ImportID) }

// claimant is a resource in the table. A row of rows that is not in added is one that the resource holds: by its state, or
// since it has written it.
type claimant struct {
	id, name string
	// resourceType is the type in HCL.
	resourceType            string
	exclusive, wasExclusive bool
	part                    string
	rows, added             rowSums
	// lost are the rows that a plan of the resource removes for good.
	lost rowSums
	// unread are the rows, while no one has asked for them.
	unread *Claim
}

func (c *claimant) holds(row uint64) bool { return c.rows.has(row) && !c.added.has(row) }

// rowSums are the digests of rows, sorted.
type rowSums []uint64

func rowSum(row string) uint64 {
	sum := sha256.Sum256([]byte(row))
	return binary.BigEndian.Uint64(sum[:])
}

// read finds out the rows of a claim. Those that are not held are added.
func (c *claimant) read(claim Claim) {
	rows := claim.loaded().Rows
	c.unread, c.rows = nil, sumsOf(rows)
	if c.added = c.rows; claim.Held != nil {
		c.added = sumsOf(filter(rows, func(row string) bool { return !claim.Held(row) }))
	}
}

func sumsOf(rows []string) rowSums {
	sums := make(rowSums, len(rows))
	for i, row := range rows {
		sums[i] = rowSum(row)
	}
	slices.Sort(sums)
	return sums
}

func (s rowSums) has(row uint64) bool {
	_, found := slices.BinarySearch(s, row)
	return found
}

// fewRows is up to how many rows of a claimant are looked up in a map; lists of more are searched one by one. Thousands of
// resources may have one row each, and few have many.
const fewRows = 16

type ownedTarget struct {
	claimants map[string]*claimant
	few       map[uint64]*claimant
	// many and exclusive are those with many rows, and those that own the whole target.
	many, exclusive []*claimant
	// removed are the rows that this process has removed, and written says that it has written some.
	removed map[uint64]struct{}
	written bool
}

func (t *ownedTarget) put(c *claimant) {
	t.drop(c.id)
	t.claimants[c.id] = c
	if c.exclusive {
		t.exclusive = append(t.exclusive, c)
	}
	if len(c.rows)+len(c.lost) > fewRows {
		t.many = append(t.many, c)
		return
	}
	for _, row := range slices.Concat(c.rows, c.lost) {
		if t.few[row] == nil {
			t.few[row] = c
		}
	}
}

func (t *ownedTarget) drop(id string) {
	c := t.claimants[id]
	if c == nil {
		return
	}
	delete(t.claimants, id)
	same := func(other *claimant) bool { return other == c }
	t.exclusive, t.many = slices.DeleteFunc(t.exclusive, same), slices.DeleteFunc(t.many, same)
	if len(c.rows)+len(c.lost) <= fewRows {
		for _, row := range slices.Concat(c.rows, c.lost) {
			if t.few[row] == c {
				delete(t.few, row)
			}
		}
	}
}

// other is a claimant but self that says yes about a row.
func (t *ownedTarget) other(self string, row uint64, yes func(*claimant) bool) *claimant {
	if c := t.few[row]; c != nil && c.id != self && yes(c) {
		return c
	}
	for _, c := range t.many {
		if c.id != self && yes(c) {
			return c
		}
	}
	return nil
}

// alone says whether no one but a claimant wants anything.
func (t *ownedTarget) alone(id string) bool {
	others := len(t.claimants)
	if t.claimants[id] != nil {
		others--
	}
	return others+len(t.removed) == 0
}

// target is called with the lock held. All rows are known but those of the claimant who asks, which it knows itself.
func (o *Owners) target(name, self string) *ownedTarget {
	t := o.unread(name)
	for id, c := range t.claimants {
		if c.unread != nil && id != self {
			c.read(*c.unread)
			t.put(c)
		}
	}
	return t
}

// unread is a target, where the rows of some of its claimants may still be unread. It is called with the lock held.
func (o *Owners) unread(name string) *ownedTarget {
	t := o.targets[name]
	if t == nil {
		if o.targets == nil {
			o.targets = make(map[string]*ownedTarget)
		}
		t = &ownedTarget{claimants: make(map[string]*claimant), few: make(map[uint64]*claimant), removed: make(map[uint64]struct{})}
		o.targets[name] = t
	}
	return t
}

// self is the object that a private state belongs to: "" if no earlier call of this process has named it. A private state of
// an earlier run names nothing, since states can be copied. It is called with the lock held.
func (o *Owners) self(ctx context.Context, private PrivateReader, diags *diag.Diagnostics) string {
	if o.run == "" {
		o.run = rand.Text()
	}
	id := ReadPrivate[string](ctx, private, privateOwner, diags)
	if !strings.HasPrefix(id, o.run) {
		return ""
	}
	return id
}

// named is self, with a new name where there is none yet.
func (o *Owners) named(ctx context.Context, private PrivateReader, keep PrivateWriter, diags *diag.Diagnostics) string {
	id := o.self(ctx, private, diags)
	if id == "" {
		o.last++
		id = fmt.Sprintf("%s %d", o.run, o.last)
		WritePrivate(ctx, keep, privateOwner, id, diags)
	}
	return id
}

// conflict is what two resources both want.
type conflict struct {
	with *claimant
	rows []string
	// whole says that one of them is exclusive.
	whole bool
	// second says that this plan makes the second ownership: not both states have it.
	second bool
}

// Claim notes what a planned create or update wants to own. It is an error where another resource wants the same and not
// both states have it already, and a warning where they do.
func (o *Owners) Claim(ctx context.Context, c Claim, private PrivateReader, keep PrivateWriter, diags *diag.Diagnostics) {
	o.mu.Lock()
	defer o.mu.Unlock()
	own := &claimant{id: o.named(ctx, private, keep, diags), name: c.name(), resourceType: c.ResourceType, exclusive: c.Exclusive, wasExclusive: c.WasExclusive, part: c.Part}
	t := o.target(c.Target, own.id)
	if c.Load != nil {
		if t.alone(own.id) && len(o.sole) == 0 {
			own.unread = &c
			t.put(own)
			return
		}
		c = c.loaded()
	}
	own.read(c)
	found := make(map[*claimant]*conflict)
	of := func(other *claimant) *conflict {
		if found[other] == nil {
			found[other] = &conflict{with: other}
		}
		return found[other]
	}
	if c.Exclusive {
		for _, other := range t.claimants {
			if other.id != own.id && other.part == own.part && (other.exclusive || len(other.rows) > 0) {
				clash := of(other)
				clash.whole, clash.second = true, !c.WasExclusive || !other.wasExclusive && len(other.added) > 0
			}
		}
	} else if len(own.rows) > 0 {
		for _, other := range t.exclusive {
			if other.id != own.id && other.part == own.part {
				clash := of(other)
				clash.whole, clash.second = true, !other.wasExclusive || len(own.added) > 0
			}
		}
	}
	if len(t.few)+len(t.many) > 0 {
		t.compare(own, c, of, diags)
	}
	for _, text := range c.Rows {
		if other := o.soleOwner(own.id, c.Target, text); other != nil {
			clash, row := of(other), rowSum(text)
			clash.rows = append(clash.rows, text)
			clash.second = clash.second || !other.wasExclusive || own.added.has(row)
		}
	}
	if before := t.claimants[own.id]; before != nil {
		// The call before, for the end of what this one replaces, has noted what is lost with it.
		own.lost = slices.DeleteFunc(slices.Clone(before.lost), own.rows.has)
	}
	t.put(own)
	c.report(found, diags)
}

// compare looks for others that want, or remove for good, the same rows.
func (t *ownedTarget) compare(own *claimant, c Claim, of func(*claimant) *conflict, diags *diag.Diagnostics) {
	wants := func(row uint64) func(*claimant) bool {
		return func(other *claimant) bool { return other.rows.has(row) }
	}
	removes := func(row uint64) func(*claimant) bool {
		return func(other *claimant) bool { return other.lost.has(row) }
	}
	removed := make(map[*claimant][]string)
	for _, text := range c.Rows {
		row := rowSum(text)
		if other := t.other(own.id, row, wants(row)); other != nil {
			clash := of(other)
			clash.rows = append(clash.rows, text)
			clash.second = clash.second || own.added.has(row) || other.added.has(row)
		}
		if other := t.other(own.id, row, removes(row)); other != nil {
			removed[other] = append(removed[other], text)
		}
	}
	for other, rows := range removed {
		c.refuseMoved(other, own, rows, diags)
	}
}

// report says which rows have two owners.
func (c Claim) report(found map[*claimant]*conflict, diags *diag.Diagnostics) {
	clashes := make([]*conflict, 0, len(found))
	for _, clash := range found {
		clashes = append(clashes, clash)
	}
	slices.SortFunc(clashes, func(a, b *conflict) int { return cmp.Compare(a.with.id, b.with.id) })
	for i, clash := range clashes {
		if i == named {
			break
		}
		what := fmt.Sprintf("%s of %s: %s.", c.Noun.Count(len(clash.rows)), c.Place, Names(clash.rows))
		advice := fmt.Sprintf("List each %s in one of them only, or merge both into one resource.", c.Noun.One)
		if clash.whole {
			what = "All " + c.Noun.Many + " of " + c.Place + `, since one of them has ownership = "exclusive".`
			if len(clash.rows) > 0 {
				what += " Both list " + Names(clash.rows) + "."
			}
			advice = fmt.Sprintf("Merge their lists into one resource, or make both additive and list each %s in one of them only.", c.Noun.One)
		}
		detail := fmt.Sprintf("Two resources of this configuration manage the same rows. This one is %s, the other one is %s.\n\nManaged by both: %s\n\nWhat one of them removes or changes, the other one loses. %s",
			c.name(), clash.with.name, what, advice)
		if clash.second {
			diags.AddAttributeError(c.At, "Managed by two resources", detail+" To destroy what is there, use terraform destroy -refresh=false.")
		} else {
			diags.AddAttributeWarning(c.At, "Managed by two resources", detail)
		}
	}
}

// refuseMoved reports rows that one resource wants and the plan of another one removes for good.
func (c Claim) refuseMoved(from, to *claimant, rows []string, diags *diag.Diagnostics) {
	advice := fmt.Sprintf("If you renamed a resource or a key of for_each, add this block, and nothing is removed:\n\n  moved {\n    from = %s.OLD\n    to   = %s.NEW\n  }\n\n"+
		"Otherwise stop managing the old one with a removed block that has lifecycle { destroy = false }.", from.resourceType, to.resourceType)
	if from.resourceType != to.resourceType {
		advice = "Stop managing the old one with a removed block that has lifecycle { destroy = false }."
	}
	advice += " If the old one continues without them, take it out of the state (terraform state rm), and import it with the shorter list as additive, which removes nothing; its ownership can change in a later apply."
	diags.AddError("Moved rows would be lost", fmt.Sprintf(
		"This plan moves %s from %s to %s: %s. The removal can't be undone (%s), and would come before or after the new resource writes.\n\n%s",
		c.Noun.Count(len(rows)), from.name, to.name, Names(rows), c.Lost, advice))
}

// Leave is Remove for a planned destroy, after which the resource no longer wants anything.
func (o *Owners) Leave(ctx context.Context, c Claim, rows []string, private PrivateReader, keep PrivateWriter, diags *diag.Diagnostics) {
	o.mu.Lock()
	if id := o.self(ctx, private, diags); id != "" {
		o.target(c.Target, id).drop(id)
	}
	o.mu.Unlock()
	o.remove(ctx, c, rows, true, private, keep, diags)
}

// Remove notes the rows that a planned edit or replacement removes. Where that can't be undone it is an error if another
// resource has one, or is about to adopt it. Otherwise rows that another resource has already are spared, and a warning says
// so.
func (o *Owners) Remove(ctx context.Context, c Claim, rows []string, private PrivateReader, keep PrivateWriter, diags *diag.Diagnostics) {
	o.remove(ctx, c, rows, false, private, keep, diags)
}

func (o *Owners) remove(ctx context.Context, c Claim, rows []string, ends bool, private PrivateReader, keep PrivateWriter, diags *diag.Diagnostics) {
	o.mu.Lock()
	defer o.mu.Unlock()
	id := o.named(ctx, private, keep, diags)
	t := o.target(c.Target, "")
	moved := make(map[*claimant][]string)
	var spared []string
	for _, text := range rows {
		row := rowSum(text)
		other := t.other(id, row, func(other *claimant) bool { return other.rows.has(row) })
		switch {
		case other == nil:
		case other.holds(row) && (ends || c.Lost == ""):
			spared = append(spared, text)
		case c.Lost != "":
			// An edit is planned again when it is applied, by a process that may never hear of a resource that changes nothing, such
			// as one that an import block has made.
			moved[other] = append(moved[other], text)
		}
	}
	own := t.claimants[id]
	if own == nil {
		own = &claimant{id: id, name: c.name(), resourceType: c.ResourceType}
	} else {
		t.drop(id)
	}
	if c.Lost != "" {
		own.lost = sumsOf(NotIn(rows, SetOf(spared)))
	}
	if len(own.rows)+len(own.lost) > 0 {
		t.put(own)
	}
	for other, rows := range moved {
		c.refuseMoved(own, other, rows, diags)
	}
	o.noteSpared(ctx, c, spared, keep, diags)
}

// noteSpared keeps for the Delete that follows which rows another resource holds.
func (o *Owners) noteSpared(ctx context.Context, c Claim, spared []string, keep PrivateWriter, diags *diag.Diagnostics) {
	var note any
	if len(spared) > 0 {
		note = encodeSums(sumsOf(spared))
		c.warnSpared(spared, diags)
	}
	WritePrivate(ctx, keep, privateSpared, note, diags)
}

func (c Claim) warnSpared(spared []string, diags *diag.Diagnostics) {
	if len(spared) > 0 {
		stay, them := " stay", "them"
		if len(spared) == 1 {
			stay, them = " stays", "it"
		}
		diags.AddWarning(c.Noun.Count(len(spared))+stay, fmt.Sprintf(
			"Another resource of this configuration manages %s of %s too: %s. %s releases %s and does not remove %s.", c.Noun.Count(len(spared)), c.Place, Names(spared), c.name(), them, them))
	}
}

// Spare divides rows that an update is about to remove: those that it may remove, and those that another resource has
// written, or keeps. It is called with the lock of the target held. Removals that can't be undone spare also what another
// resource is about to write.
func (o *Owners) Spare(ctx context.Context, c Claim, rows []string, private PrivateReader, diags *diag.Diagnostics) (remove, spared []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	id := o.self(ctx, private, diags)
	t := o.target(c.Target, id)
	noted := decodeSums(ReadPrivate[string](ctx, private, privateSpared, diags))
	if len(t.few)+len(t.many)+len(noted) == 0 {
		return rows, nil
	}
	for _, text := range rows {
		row := rowSum(text)
		if noted.has(row) || t.other(id, row, func(other *claimant) bool { return other.holds(row) || c.Lost != "" && other.rows.has(row) }) != nil {
			spared = append(spared, text)
		} else {
			remove = append(remove, text)
		}
	}
	c.warnSpared(spared, diags)
	return remove, spared
}

// SpareEnd is Spare for a Delete. Terraform plans a Delete in the process that carries it out only for an object that a new
// one has replaced, in this apply or in an earlier one that could not delete it. In the latter case no one can tell whether
// the new object has the same rows, so nothing is lost for good unless allowed names the object.
func (o *Owners) SpareEnd(ctx context.Context, allowed AllowDelete, c Claim, private PrivateReader, diags *diag.Diagnostics) (remove, spared []string) {
	if c.Lost != "" && !allowed.Has(c.ResourceType, c.ImportID) && o.leftBehind(ctx, c.Target, private, diags) {
		diags.AddWarning("A deposed object releases "+c.Noun.Count(len(c.Rows)), fmt.Sprintf(
			"%s was replaced in an earlier apply, which could not delete it. Its successor may have the same %s, so nothing is removed: %s. To remove it for good (%s), set the environment variable %s=%s before the apply.",
			c.name(), c.Noun.Many, Names(c.Rows), c.Lost, EnvAllowDelete, allowDeleteValue(c.ResourceType, c.ImportID)))
		return nil, c.Rows
	}
	return o.Spare(ctx, c, c.Rows, private, diags)
}

// leftBehind says whether a Delete is of an object that an earlier apply has replaced.
func (o *Owners) leftBehind(ctx context.Context, target string, private PrivateReader, diags *diag.Diagnostics) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.self(ctx, private, diags) != "" && !o.unread(target).written
}

// NoteRemoved notes rows that have been removed.
func (o *Owners) NoteRemoved(target string, rows []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.unread(target)
	for _, row := range rows {
		t.removed[rowSum(row)] = struct{}{}
	}
}

// Shares says whether a resource but the one of this private state holds rows of the target.
func (o *Owners) Shares(ctx context.Context, target string, private PrivateReader, diags *diag.Diagnostics) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	id := o.self(ctx, private, diags)
	for _, other := range o.target(target, id).claimants {
		if other.id != id && len(other.rows) > len(other.added) {
			return true
		}
	}
	return false
}

// WasRemoved says whether this process has removed a row: what a listing says of it may be out of date.
func (o *Owners) WasRemoved(target, row string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, removed := o.unread(target).removed[rowSum(row)]
	return removed
}

// NotRemoved are the rows that this process has not removed.
func (o *Owners) NotRemoved(target string, rows []string) []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.unread(target)
	if len(t.removed) == 0 {
		return rows
	}
	return filter(rows, func(row string) bool { _, removed := t.removed[rowSum(row)]; return !removed })
}

// Write notes, before the first request of an apply, that a resource has its rows from now on. It is called with the lock of
// the target held. private is the private state of the response, which Terraform hands to no later call but in tests.
//
// It returns those of the rows that another resource of this process has removed. A resource that held them, since an import
// has found them, must add them again.
func (o *Owners) Write(ctx context.Context, c Claim, private Private, diags *diag.Diagnostics) (again []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	own := &claimant{id: o.self(ctx, private, diags), name: c.name(), resourceType: c.ResourceType, exclusive: c.Exclusive, wasExclusive: c.Exclusive, part: c.Part}
	// What is written is held.
	c.Held = func(string) bool { return true }
	self := cmp.Or(own.id, o.plannedUnread(c))
	t := o.target(c.Target, self)
	if c.Load != nil && t.alone(self) {
		own.unread = &c
	} else {
		c = c.loaded()
		own.read(c)
	}
	if own.id == "" {
		// A create gets no private state of its plan: the rows tell which one it is.
		if own.id = self; self == "" {
			own.id = t.planned(c.name(), own.rows)
		}
		if own.id != "" {
			WritePrivate(ctx, private, privateOwner, own.id, diags)
		} else {
			own.id = o.named(ctx, private, private, diags)
		}
	}
	t.put(own)
	t.written = true
	if len(t.removed) == 0 {
		return nil
	}
	for _, text := range c.Rows {
		row := rowSum(text)
		if _, removed := t.removed[row]; removed {
			again = append(again, text)
			delete(t.removed, row)
		}
	}
	return again
}

// plannedUnread is planned for a claimant whose rows no one has read: their digest tells.
func (o *Owners) plannedUnread(c Claim) string {
	if t := o.targets[c.Target]; t != nil && c.Load != nil {
		for id, other := range t.claimants {
			if other.unread != nil && other.name == c.name() && other.unread.Digest == c.Digest && other.unread.Held == nil {
				return id
			}
		}
	}
	return ""
}

// planned is the claimant of exactly these rows.
func (t *ownedTarget) planned(name string, rows rowSums) string {
	candidates := t.many
	if len(rows) > 0 && t.few[rows[0]] != nil {
		candidates = []*claimant{t.few[rows[0]]}
	}
	for _, c := range candidates {
		if c.name == name && slices.Equal(c.rows, rows) && slices.Equal(c.added, rows) {
			return c.id
		}
	}
	return ""
}

func encodeSums(sums rowSums) string {
	var data []byte
	for _, sum := range sums {
		data = binary.BigEndian.AppendUint64(data, sum)
	}
	return base64.StdEncoding.EncodeToString(data)
}

func decodeSums(text string) (sums rowSums) {
	data, _ := base64.StdEncoding.DecodeString(text)
	for ; len(data) >= 8; data = data[8:] {
		sums = append(sums, binary.BigEndian.Uint64(data))
	}
	return sums
}
