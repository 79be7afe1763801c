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
type Period struct{ Since, Until time.Time }

// Contains says whether a moment lies in the period.
func (p Period) Contains(moment time.Time) bool {
	return !moment.Before(p.Since) && !moment.After(p.Until)
}

// Create is a request that makes a second object when it is carried out twice.
type Create struct {
	// Kind is the resource type, Settings what makes two requests equal; it is written as a digest only.
	Kind     string
	Settings any
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

// AmbiguousError says that several objects may be the one that a request has made.
type AmbiguousError struct {
	// Objects describes them, for example `audience 701`.
	Objects []string
}

func (e *AmbiguousError) Error() string {
	return "several objects may be the one that was created: " + strings.Join(e.Objects, ", ")
}

// UnansweredError says that an earlier run was interrupted while it sent this request, and that it can't be told what
// became of it.
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
func (j *Journal) Once(ctx context.Context, create Create) error {
	settings, err := settingsDigest(create.Settings)
	if err != nil {
		return err
	}
	if done, err := j.resume(ctx, create, settings); done || err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		sent := create.ServerTime(time.Now())
		note := j.begin(create.Kind, settings, "", sent)
		err := create.Send(ctx)
		if !talonone.IsOutcomeUnknown(err) {
			note.Settle()
			return err
		}
		if create.Look == nil || ctx.Err() != nil {
			note.Release()
			return err
		}
		done, lookErr := create.lookUntil(ctx, Period{Since: sent.Add(-Tolerance)}, create.Consistency)
		if lookErr != nil {
			note.Release()
			return errors.Join(err, lookErr)
		}
		if done {
			note.Settle()
			return nil
		}
		// A request that was given up for lack of time may still be carried out.
		if attempt == attempts || errors.Is(err, context.DeadlineExceeded) || talonone.IsTimeout(err) {
			note.Release()
			return err
		}
		note.Settle()
	}
}

// resume finds what earlier runs have made whose response never came.
func (j *Journal) resume(ctx context.Context, create Create, settings string) (done bool, err error) {
	for _, note := range j.unanswered(create.Kind, settings) {
		if err != nil || done {
			note.Release()
			continue
		}
		if create.Look == nil {
			note.Release()
			err = &UnansweredError{Sent: note.Sent(), File: note.File()}
			continue
		}
		period := Period{Since: note.Sent().Add(-Tolerance), Until: note.Sent().Add(create.RequestTimeout + Tolerance)}
		left := create.Consistency - create.ServerTime(time.Now()).Sub(period.Until)
		if done, err = create.lookUntil(ctx, period, left); err != nil {
			note.Release()
			err = &UnansweredError{Sent: note.Sent(), File: note.File(), Err: err}
			continue
		}
		note.Settle()
	}
	return done, err
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
func (j *Journal) Interrupted(kind string, settings any) []time.Time {
	digest, err := settingsDigest(settings)
	if err != nil {
		return nil
	}
	var sent []time.Time
	for _, note := range j.unanswered(kind, digest) {
		sent = append(sent, note.Sent())
		note.Release()
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

func sortBySent(notes []*Note) {
	slices.SortFunc(notes, func(a, b *Note) int { return a.note.Sent.Compare(b.note.Sent) })
}
