package talonone

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestReadersShareOneLoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var c cached[int]
		var loads atomic.Int32
		load := func(context.Context) (int, error) {
			time.Sleep(time.Second)
			return int(loads.Add(1)), nil
		}
		var wait sync.WaitGroup
		for range 50 {
			wait.Go(func() {
				if got, err := c.get(t.Context(), load); got != 1 || err != nil {
					t.Errorf("got %d, %v", got, err)
				}
			})
		}
		wait.Wait()
	})
}

func TestAWriteDropsAlsoALoadUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var c cached[int]
		started := make(chan struct{})
		slow := func(context.Context) (int, error) {
			close(started)
			time.Sleep(time.Second)
			return 1, nil
		}
		var before sync.WaitGroup
		before.Go(func() {
			if got, err := c.get(t.Context(), slow); got != 1 || err != nil {
				t.Errorf("the reader from before the write got %d, %v", got, err)
			}
		})
		<-started
		c.drop()
		fresh := func(context.Context) (int, error) { return 2, nil }
		if got, err := c.get(t.Context(), fresh); got != 2 || err != nil {
			t.Errorf("the reader from after the write got %d, %v", got, err)
		}
		before.Wait()
		if got, err := c.get(t.Context(), fresh); got != 2 || err != nil {
			t.Errorf("the old load replaced the new value: %d, %v", got, err)
		}
	})
}

func TestAReaderThatGivesUpLeavesTheLoadToOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var c cached[int]
		load := func(ctx context.Context) (int, error) {
			time.Sleep(time.Second)
			return 1, ctx.Err()
		}
		ctx, cancel := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		wait.Go(func() {
			if _, err := c.get(ctx, load); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want context.Canceled", err)
			}
		})
		synctest.Wait()
		wait.Go(func() {
			if got, err := c.get(t.Context(), load); got != 1 || err != nil {
				t.Errorf("got %d, %v", got, err)
			}
		})
		synctest.Wait()
		cancel()
		wait.Wait()
	})
}

func TestAFailedLoadIsNotKept(t *testing.T) {
	t.Parallel()
	var c cached[int]
	if _, err := c.get(t.Context(), func(context.Context) (int, error) { return 0, errors.New("no") }); err == nil {
		t.Fatal("the error got lost")
	}
	if got, err := c.get(t.Context(), func(context.Context) (int, error) { return 2, nil }); got != 2 || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
}
