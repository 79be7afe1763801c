package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// Run is one run of an operation that can't be looked up or undone. The journal
// keeps its key from before it is sent until a state holds its result, so that
// the next command repeats this run instead of beginning another one.
type Run struct {
	// Key is the idempotency key, or what else names the run.
	Key string
	// Begun says that an earlier command sent this run, and that no state is known
	// to hold its result.
	Begun bool

	entry *Entry
}

// Input is one attribute of a one-shot resource that makes it run again.
type Input struct {
	Name           string
	Planned, Prior attr.Value
}

// RunsAgain lists the inputs that changed, each of which replaces the resource.
func RunsAgain(inputs []Input) path.Paths {
	var changed path.Paths
	for _, input := range inputs {
		if !input.Planned.Equal(input.Prior) {
			changed = append(changed, path.Root(input.Name))
		}
	}
	return changed
}

// WarnOfReplay warns when a new run is planned under the key of the one before:
// the deployment would answer it from memory for a day.
func WarnOfReplay(configured, prior types.String, diags *diag.Diagnostics) {
	if configured.IsNull() || configured.IsUnknown() || !configured.Equal(prior) {
		return
	}
	diags.AddAttributeWarning(path.Root("idempotency_key"), "The run would be answered from memory",
		"This plan runs the operation again with the idempotency_key of the run before. Within 24 hours of that run the deployment repeats its answer and does nothing. Change idempotency_key too, or leave it out.")
}

// BeginRun notes a run that is about to be sent. The configured key is taken as
// it is; without one the run has that of an earlier command which began the same,
// or a random one.
func (j *Journal) BeginRun(kind string, inputs []Input, configured types.String) *Run {
	if !configured.IsNull() && !configured.IsUnknown() {
		return &Run{Key: configured.ValueString()}
	}
	return j.NoteRun(kind, inputs, uuid.NewString())
}

// NoteRun is BeginRun for an operation without idempotency keys. Of an earlier
// run the key is kept.
func (j *Journal) NoteRun(kind string, inputs []Input, key string) *Run {
	settings := digest(inputs)
	if entry := j.take(kind, settings); entry != nil {
		return &Run{Key: entry.Key, Begun: true, entry: entry}
	}
	entry := j.begin(kind, settings, key)
	return &Run{Key: key, entry: entry}
}

// Begun says whether an earlier command began a run with these inputs, and no
// state is known to hold its result.
func (j *Journal) Begun(kind string, inputs []Input) bool {
	return len(j.Earlier(kind, digest(inputs))) > 0
}

// Done notes the ID of what came of the run.
func (r *Run) Done(id int64) { r.entry.Done(id) }

// Noted says whether the next command will find the run.
func (r *Run) Noted() bool { return r.entry != nil }

// Forget drops the run: its result needs no state.
func (r *Run) Forget() { r.entry.Forget() }

// Failed drops the run where it was surely not carried out: the deployment would
// repeat its refusal under the same key. What was refused before it was looked
// at stays: an earlier attempt may have been carried out.
func (r *Run) Failed(err error) {
	if _, unsent := errors.AsType[*talonone.MissingCredentialError](err); unsent && !r.Begun {
		r.Forget()
	}
	unseen := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests}
	if status := talonone.RefusalStatus(err); status != 0 && !slices.Contains(unseen, status) {
		r.Forget()
	}
}

// digest tells inputs apart without showing them: they can be personal.
func digest(inputs []Input) string {
	var text strings.Builder
	for _, input := range inputs {
		text.WriteString(input.Name + "=" + input.Planned.String() + "\n")
	}
	sum := sha256.Sum256([]byte(text.String()))
	return hex.EncodeToString(sum[:])
}
