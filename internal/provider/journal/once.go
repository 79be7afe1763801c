package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

const (
	// Tolerance covers clocks that differ without the Date header telling, whose resolution is a second.
	Tolerance = 3 * time.Second
	// attempts bounds how often a request is sent whose response was lost and that had no effect.
	attempts = 3
	// firstPause and longestPause are between two looks.
	firstPause, longestPause = 200 * time.Millisecond, 2 * time.Second
)

// Period is the time in which a request was carried out, by the deployment's clock, tolerance included.
type Period struct {
	Since, Until time.Time
	// known are objects that the request has not made, rows those that it makes, if it makes several.
	known []int64
	rows  map[string]bool
}

// Has says whether the request of the period makes a row.
func (p Period) Has(row string) bool { return p.rows[string(rowDigests([]string{row}))] }

// Contains says whether an object can have been made in the period.
func (p Period) Contains(id int64, created time.Time) bool {
	return !created.Before(p.Since) && !created.After(p.Until) && !slices.Contains(p.known, id)
}

// Create is a request that makes a second object when it is carried out twice.
type Create struct {
	// Kind is the kind of object, Settings what makes two requests equal; it is written as a digest only.
	Kind     string
	Settings any
	// Rows names what a create makes that makes several objects with the same settings, at most 5,000; they are written as
	// digests. A create of an earlier run is the same when it has one of the rows. Left is how many are not there yet.
	Rows []string
	Left func() int
	// Send sends the request, or the requests for what is left.
	Send func(context.Context) error
	// Look finds what requests have made: in that period, with these settings, held by no resource of this run. It is done
	// when it has found everything that was sent. More than one candidate is an *AmbiguousError. A nil Look can't look.
	Look func(context.Context, Period) (done bool, err error)
	// ServerTime is the deployment's time for a local one.
	ServerTime func(time.Time) time.Time
	// Consistency is how long reads may lag behind writes; RequestTimeout how long a request may take.
	Consistency, RequestTimeout time.Duration
}

// Candidate is an object that a request may have made.
type Candidate struct {
	// Name is for a message, for example `audience 701`.
	Name string
	// ImportID is that of Terraform.
	ImportID string
}

// AmbiguousError says that several objects may be the one that a request has made.
type AmbiguousError struct{ Candidates []Candidate }

func (e *AmbiguousError) Error() string {
	var names []string
	for _, one := range e.Candidates {
		names = append(names, one.Name)
	}
	return "more than one object fits: " + strings.Join(names, ", ")
}

// UnansweredError says that an earlier run was interrupted while it sent this request, and that it isn't known what became
// of it.
type UnansweredError struct {
	// Sent is the deployment's time. File is the note; without it the request is sent again.
	Sent time.Time
	File string
	Err  error
}

func (e *UnansweredError) Error() string {
	text := fmt.Sprintf("an earlier run sent this request at %s and was interrupted before the response", e.Sent.Format(time.RFC3339))
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *UnansweredError) Unwrap() error { return e.Err }

func (c Create) left() int {
	if c.Left == nil {
		return 0
	}
	return c.Left()
}

// Once carries a create out, and never twice: not after a lost response, and not after an earlier run that was killed.
// Creates of one kind with equal settings run one after the other.
func (j *Journal) Once(ctx context.Context, create Create) error {
	settings, err := settingsDigest(create.Settings)
	if err != nil {
		return err
	}
	unlock, err := j.creates.Lock(ctx, create.Kind+settings)
	if err != nil {
		return err
	}
	defer unlock()
	o := once{Create: create, j: j, content: note{Kind: create.Kind, Settings: settings, Rows: rowDigests(create.Rows)}, total: create.left()}
	done, err := o.resume(ctx)
	if !done && err == nil {
		err = o.send(ctx)
	}
	for _, one := range o.notes {
		if err == nil {
			one.Settle()
		} else {
			one.Release()
		}
	}
	return err
}

// once is one call of Once.
type once struct {
	Create
	j       *Journal
	content note
	// total is how many objects there were to make.
	total int
	// notes are held until the end: they tell what a later run would have to find.
	notes []*Note
}

// resume finds what earlier runs have made whose response never came.
func (o *once) resume(ctx context.Context) (done bool, err error) {
	for _, earlier := range o.j.unanswered(o.content.Kind, o.content.Settings, o.content.Rows) {
		if !earlier.hold() {
			continue
		}
		if o.Look == nil {
			earlier.Release()
			return false, &UnansweredError{Sent: earlier.Sent, File: earlier.file}
		}
		before := o.left()
		period := Period{
			Since: earlier.Sent.Add(-Tolerance), Until: o.ServerTime(earlier.alive).Add(beat + o.RequestTimeout + Tolerance),
			known: earlier.Known, rows: rowSet(earlier.Rows),
		}
		patience := o.Consistency - o.ServerTime(time.Now()).Sub(period.Until)
		found, err := o.lookUntil(ctx, period, min(patience, o.Consistency))
		if err != nil {
			earlier.Release()
			return false, &UnansweredError{Sent: earlier.Sent, File: earlier.file, Err: err}
		}
		if o.left() < before {
			o.notes = append(o.notes, earlier)
		} else {
			earlier.Settle()
		}
		if found && o.left() == 0 {
			return true, nil
		}
	}
	return false, nil
}

// send sends until everything is there.
func (o *once) send(ctx context.Context) error {
	sent := o.ServerTime(time.Now())
	period := Period{Since: sent.Add(-Tolerance), rows: rowSet(o.content.Rows)}
	period.known = o.j.knownSince(o.content.Kind, o.content.Settings, period.Since)
	o.content.Known = period.known
	for attempt := 1; ; attempt++ {
		before := o.left()
		o.content.Sent = o.ServerTime(time.Now())
		sending := o.j.begin(o.content)
		err := o.Send(ctx)
		if !talonone.IsOutcomeUnknown(err) {
			// A part that was made before a refusal is in no state yet.
			o.keep(sending, o.left() < o.total)
			return err
		}
		if o.Look == nil || ctx.Err() != nil {
			o.keep(sending, true)
			return err
		}
		found, lookErr := o.lookUntil(ctx, period, o.Consistency)
		if lookErr != nil {
			o.keep(sending, true)
			return errors.Join(err, lookErr)
		}
		if found && o.left() == 0 {
			o.keep(sending, false)
			return nil
		}
		// A request that was given up for lack of time may still be carried out.
		if !found && (attempt == attempts || errors.Is(err, context.DeadlineExceeded) || talonone.IsTimeout(err)) {
			o.keep(sending, true)
			return err
		}
		o.keep(sending, o.left() < o.total)
		if o.left() < before {
			attempt = 0
		}
	}
}

// keep holds a note until the end, or settles it.
func (o *once) keep(n *Note, held bool) {
	if held {
		o.notes = append(o.notes, n)
	} else {
		n.Settle()
	}
}

// lookUntil looks again and again for as long as reads may lag; once at least. A period without end lasts until now.
func (c Create) lookUntil(ctx context.Context, period Period, patience time.Duration) (done bool, err error) {
	deadline := time.Now().Add(patience)
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		now := period
		if now.Until.IsZero() {
			now.Until = c.ServerTime(time.Now()).Add(Tolerance)
		}
		done, err := c.Look(ctx, now)
		if done || err != nil || !time.Now().Add(pause).Before(deadline) {
			return done, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// Interrupted lists when earlier runs sent requests like this one and got no response, for a warning in a plan.
func (j *Journal) Interrupted(kind string, settings any, rows []string) []time.Time {
	digest, err := settingsDigest(settings)
	if err != nil {
		return nil
	}
	var sent []time.Time
	for _, earlier := range j.unanswered(kind, digest, rowDigests(rows)) {
		if earlier.hold() {
			sent = append(sent, earlier.Sent)
			earlier.Release()
		}
	}
	return sent
}

func settingsDigest(settings any) (string, error) {
	text, err := json.Marshal(settings)
	if err != nil {
		return "", fmt.Errorf("unable to note the request: %w", err)
	}
	return digestOf(string(text)), nil
}
