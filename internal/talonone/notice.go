package talonone

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// noticeAfter is how long a call may wait before it says so, and then how often.
const noticeAfter = 30 * time.Second

type noticeKey struct{}

// WithNotice has calls that wait for long tell notice, in one line, for what and until when. Without it they tell the log.
func WithNotice(ctx context.Context, notice func(string)) context.Context {
	return context.WithValue(ctx, noticeKey{}, notice)
}

// reason is what a call waits for.
type reason struct{ text atomic.Pointer[string] }

func (r *reason) set(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.text.Store(&text)
}

func (r *reason) String() string {
	if text := r.text.Load(); text != nil {
		return *text
	}
	return "other requests go first"
}

// noteWaiting says every noticeAfter that a call still waits, until stop is called.
func noteWaiting(ctx context.Context, op *call) (stop func()) {
	notice, told := ctx.Value(noticeKey{}).(func(string))
	started := time.Now()
	var mu sync.Mutex
	var timer *time.Timer
	stopped := false
	var note func()
	note = func() {
		mu.Lock()
		if stopped {
			mu.Unlock()
			return
		}
		timer = time.AfterFunc(noticeAfter, note)
		mu.Unlock()
		text := fmt.Sprintf("%s has waited for %s: %s", op.operation, time.Since(started).Round(time.Second), op.waitsFor.String())
		if deadline, bounded := ctx.Deadline(); bounded {
			text += ". It is given up at " + deadline.Format(time.TimeOnly)
		}
		if told {
			notice(text + ".")
			return
		}
		tflog.SubsystemWarn(tflog.NewSubsystem(ctx, logSubsystem), logSubsystem, text+".")
	}
	mu.Lock()
	timer = time.AfterFunc(noticeAfter, note)
	mu.Unlock()
	return func() {
		mu.Lock()
		defer mu.Unlock()
		stopped = true
		timer.Stop()
	}
}
