package journal

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// Run is one run of an operation that can't be looked up or undone. The journal keeps its key from before it is sent until
// there is a response, so that the next command repeats this run instead of beginning another one.
type Run struct {
	// Key is the idempotency key, or what else names the run.
	Key string
	// Begun says that an earlier command sent this run and got no response.
	Begun bool

	note *Note
}

// Input is one attribute of a one-shot resource that makes it run again.
type Input struct {
	Name           string
	Planned, Prior attr.Value
}

// RunsAgain lists the inputs that mean something else than before, each of which replaces the resource.
func RunsAgain(inputs []Input) path.Paths {
	var changed path.Paths
	for _, input := range inputs {
		if input.Planned.IsUnknown() || meaning(input.Planned) != meaning(input.Prior) {
			changed = append(changed, path.Root(input.Name))
		}
	}
	return changed
}

// WarnOfReplay warns when a new run is planned under the key of the one before:
// the deployment would repeat its response for a day.
func WarnOfReplay(configured, prior types.String, diags *diag.Diagnostics) {
	if configured.IsNull() || configured.IsUnknown() || !configured.Equal(prior) {
		return
	}
	diags.AddAttributeWarning(path.Root("idempotency_key"), "The run would have no effect",
		"This plan runs the operation again with the idempotency_key of the last run. Within 24 hours of that run, the deployment repeats its response and does nothing. Change idempotency_key too, or omit it.")
}

// BeginRun notes a run that is about to be sent. The configured key is taken as it is; without one the run has that of an
// earlier command which began the same, or a random one.
func (j *Journal) BeginRun(kind string, inputs []Input, configured types.String, now time.Time) *Run {
	if !configured.IsNull() && !configured.IsUnknown() {
		return &Run{Key: configured.ValueString()}
	}
	return j.NoteRun(kind, inputs, uuid.NewString(), now)
}

// NoteRun is BeginRun for an operation without idempotency keys. Of an earlier run the key is kept. now is the
// deployment's time.
func (j *Journal) NoteRun(kind string, inputs []Input, key string, now time.Time) *Run {
	settings := inputDigest(inputs)
	for _, earlier := range j.unanswered(kind, settings, nil) {
		if earlier.hold() {
			return &Run{Key: earlier.Key, Begun: true, note: earlier}
		}
	}
	return &Run{Key: key, note: j.begin(note{Kind: kind, Settings: settings, Sent: now, Key: key})}
}

// Begun says whether an earlier command began a run with these inputs and got no response.
func (j *Journal) Begun(kind string, inputs []Input) bool {
	for _, earlier := range j.unanswered(kind, inputDigest(inputs), nil) {
		if earlier.hold() {
			earlier.Release()
			return true
		}
	}
	return false
}

// Noted says whether the next command will find the run.
func (r *Run) Noted() bool { return r.note != nil }

// Done drops the run: there is a response.
func (r *Run) Done() { r.note.Settle() }

// Keep leaves the run to the next command.
func (r *Run) Keep() { r.note.Release() }

// Failed drops the run where it was surely not carried out: the deployment would repeat its refusal under the same key.
// What was refused before it was looked at stays: an earlier attempt may have been carried out.
func (r *Run) Failed(err error) {
	if _, unsent := errors.AsType[*talonone.MissingCredentialError](err); unsent && !r.Begun {
		r.note.Settle()
		return
	}
	unseen := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusConflict, http.StatusTooManyRequests}
	if status := talonone.RefusalStatus(err); status != 0 && !slices.Contains(unseen, status) {
		r.note.Settle()
		return
	}
	r.note.Release()
}

// inputDigest tells inputs apart without showing them: they can be personal.
func inputDigest(inputs []Input) string {
	var texts []string
	for _, input := range inputs {
		texts = append(texts, input.Name, meaning(input.Planned))
	}
	return digestOf(texts...)
}
