package framework

import (
	"context"
	"time"
)

// awaitPause is the time between two looks.
const awaitPause = 500 * time.Millisecond

// Await looks until it finds what a write has made, or reads can't lag behind any more.
func (d *Data) Await(ctx context.Context, look func(context.Context) (found bool, err error)) error {
	for end := time.Now().Add(d.ReadConsistency); ; {
		if found, err := look(ctx); err != nil || found {
			return err
		}
		if time.Now().After(end) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(min(awaitPause, max(d.ReadConsistency/10, time.Millisecond))):
		}
	}
}
