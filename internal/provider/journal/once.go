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
	// known are objects that the request has not made.
	known []int64
}

// Contains says whether an object can have been made in the period.
func (p Period) Contains(id int64, created time.Time) bool {
	return !created.Before(p.Since) && !created.After(p.Until) && !slices.Contains(p.known, id)
}

// Create is a request that makes a second object when it is carried out twice.
type Create struct {
	// Kind is the kind of object, Settings what makes two requests equal; it is written as a digest only.
	Kind     string
	Settings any
	// Rows names what a request makes that makes several objects with the same settings, at most 5,000. A request of an
	// earlier run is the same when it has one of the rows. They are written as digests.
	Rows []string
	// Send sends the request, or what is left of it.
	Send func(context.Context) error
	// Look finds what the request has made: in that period, with these settings, held by no resource of this run. It is done
	// when nothing is left to send. More than one candidate is an *AmbiguousError. A nil Look can't look.
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
	// Sent is the deployment's time. File is the note; without it the request is sent anew.
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
	rows := rowDigests(create.Rows)
	if done, err := j.resume(ctx, create, settings, rows); done || err != nil {
		return err
	}
	var period Period
	for attempt := 1; ; attempt++ {
		sent := create.ServerTime(time.Now())
		if attempt == 1 {
			period = Period{Since: sent.Add(-Tolerance), known: j.knownSince(create.Kind, settings, sent.Add(-Tolerance))}
		}
		sending := j.begin(note{Kind: create.Kind, Settings: settings, Rows: rows, Sent: sent, Known: period.known})
		err := create.Send(ctx)
		if !talonone.IsOutcomeUnknown(err) {
			sending.Settle()
			return err
		}
		if create.Look == nil || ctx.Err() != nil {
			sending.Release()
			return err
		}
		done, lookErr := create.lookUntil(ctx, period, create.Consistency)
		if lookErr != nil {
			sending.Release()
			return errors.Join(err, lookErr)
		}
		if done {
			sending.Settle()
			return nil
		}
		// A request that was given up for lack of time may still be carried out.
		if attempt == attempts || errors.Is(err, context.DeadlineExceeded) || talonone.IsTimeout(err) {
			sending.Release()
			return err
		}
		sending.Settle()
	}
}

// resume finds what earlier runs have made whose response never came.
func (j *Journal) resume(ctx context.Context, create Create, settings string, rows []byte) (done bool, err error) {
	for _, earlier := range j.unanswered(create.Kind, settings, rows) {
		if !earlier.hold() {
			continue
		}
		if create.Look == nil {
			earlier.Release()
			return false, &UnansweredError{Sent: earlier.note.Sent, File: earlier.file}
		}
		ended := create.ServerTime(earlier.alive)
		period := Period{Since: earlier.note.Sent.Add(-Tolerance), Until: ended.Add(beat + create.RequestTimeout + Tolerance), known: earlier.Known}
		left := create.Consistency - create.ServerTime(time.Now()).Sub(period.Until)
		if done, err = create.lookUntil(ctx, period, min(left, create.Consistency)); err != nil {
			earlier.Release()
			return false, &UnansweredError{Sent: earlier.note.Sent, File: earlier.file, Err: err}
		}
		earlier.Settle()
		if done {
			return true, nil
		}
	}
	return false, nil
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
			sent = append(sent, earlier.note.Sent)
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
