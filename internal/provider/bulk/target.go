package bulk

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/bits"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Digest is a fingerprint of a set of keys that does not depend on their order: the sum of 128 bits of each one's
// SHA-256. The zero value is the empty set's.
type Digest struct {
	Count  int
	hi, lo uint64
}

// Add puts a key into the set. Keys must be added once each.
func (d *Digest) Add(key []byte) { d.AddSum(sha256.Sum256(key)) }

// AddSum is Add for a key whose SHA-256 is at hand.
func (d *Digest) AddSum(sum [sha256.Size]byte) {
	var carry uint64
	d.lo, carry = bits.Add64(d.lo, binary.BigEndian.Uint64(sum[8:]), 0)
	d.hi, _ = bits.Add64(d.hi, binary.BigEndian.Uint64(sum[:]), carry)
	d.Count++
}

func (d Digest) String() string { return fmt.Sprintf("%016x%016x", d.hi, d.lo) }

// DigestOf is the digest of the keys of rows.
func DigestOf[V any](rows map[string]V) Digest {
	var d Digest
	for key := range rows {
		d.Add([]byte(key))
	}
	return d
}

// Target is everything that is in an audience, a catalog or the like at one moment, including rows of others.
type Target struct {
	Count  int    `json:"count"`
	Digest string `json:"digest"`
}

// TargetOf is the target whose rows have the digest.
func TargetOf(d Digest) Target { return Target{Count: d.Count, Digest: d.String()} }

// The keys of private state that all resources share.
const (
	// privateTarget is what Read saw of the whole target. Terraform plans twice; only where the second plan finds the same,
	// what a listing shows may become a known value.
	privateTarget = "target"
	// privateReplaced is what the object holds whose replacement is being planned: the planning call for its end leaves
	// it to the call for the beginning of the new one.
	privateReplaced = "replaced"
)

// NoteTarget keeps in Read's private state what the whole target holds, or that it was not listed: nil.
func NoteTarget(ctx context.Context, private PrivateWriter, target *Target, diags *diag.Diagnostics) {
	WritePrivate(ctx, private, privateTarget, target, diags)
}

// SeenTarget is what Read noted; nil where it listed nothing, or the note is lost.
func SeenTarget(ctx context.Context, private PrivateReader, diags *diag.Diagnostics) *Target {
	return ReadPrivate[*Target](ctx, private, privateTarget, diags)
}

// NoteReplaced keeps, when an update is planned, what the object holds now: if it turns out to be the first half of a
// replacement, the create half finds it.
func NoteReplaced(ctx context.Context, private PrivateWriter, target Target, diags *diag.Diagnostics) {
	WritePrivate(ctx, private, privateReplaced, target, diags)
}

// Replaced is what NoteReplaced left; nil for a create that replaces nothing, and where Read said that the object is gone.
func Replaced(ctx context.Context, private PrivateReader, diags *diag.Diagnostics) *Target {
	return ReadPrivate[*Target](ctx, private, privateReplaced, diags)
}

// Memory is what this process, and so one phase of one run with one provider configuration, has seen and done of targets.
// It may refuse, and it lets a create add rows to a target that its own run has emptied; nothing is removed because of it.
// The zero value is ready to use.
type Memory struct {
	mu      sync.Mutex
	read    map[string]Target
	deleted map[string]bool
}

// NoteRead notes what a resource's Read saw of a whole target. key is the resource type and the target's ID.
func (m *Memory) NoteRead(key string, target Target) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.read == nil {
		m.read = make(map[string]Target)
	}
	m.read[key] = target
}

// WasRead says whether a Read of this process saw exactly this.
func (m *Memory) WasRead(key string, target Target) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	seen, found := m.read[key]
	return found && seen == target
}

// NoteDeleted notes that a Delete of this process has ended a resource with this target.
func (m *Memory) NoteDeleted(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.deleted == nil {
		m.deleted = make(map[string]bool)
	}
	m.deleted[key] = true
}

// WasDeleted says whether NoteDeleted was called. A listing may lag behind that Delete, so it is not believed.
func (m *Memory) WasDeleted(key string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.deleted[key]
}

// PrivateReader and PrivateWriter are the private states of all requests and responses.
type PrivateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

// PrivateWriter is the private state of a response.
type PrivateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// Private is a private state that can be read and written.
type Private interface {
	PrivateReader
	PrivateWriter
}

// ReadPrivate is a value of private state. Terraform drops private state when a provider dies, so a missing one, and one
// that another version has written otherwise, is the zero value.
func ReadPrivate[T any](ctx context.Context, private PrivateReader, key string, diags *diag.Diagnostics) T {
	var value T
	content, got := private.GetKey(ctx, key)
	diags.Append(got...)
	if len(content) > 0 {
		// See above.
		_ = json.Unmarshal(content, &value)
	}
	return value
}

// WritePrivate keeps a value in private state; nil removes it.
func WritePrivate(ctx context.Context, private PrivateWriter, key string, value any, diags *diag.Diagnostics) {
	content, err := json.Marshal(value)
	if err != nil {
		diags.AddError("Unable to keep private state", err.Error())
		return
	}
	if string(content) == "null" {
		content = nil
	}
	diags.Append(private.SetKey(ctx, key, content)...)
}
