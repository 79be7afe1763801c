package framework

import (
	"context"
	"time"
)

// awaitPause is the time between two looks.
const awaitPause = 500 * time.Millisecond

// Await looks until it finds what a write has made, or reads can no longer lag behind.
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

// AwaitTaken finds what a create was refused for: an object of an attempt whose response was lost, or someone else's. Where
// reads never show one, the error is the refusal.
func AwaitTaken[T any](ctx context.Context, d *Data, refused error, look func(context.Context) (*T, error)) (taken *T, err error) {
	err = d.Await(ctx, func(ctx context.Context) (bool, error) {
		taken, err = look(ctx)
		return taken != nil, err
	})
	if err == nil && taken == nil {
		err = refused
	}
	return taken, err
}
