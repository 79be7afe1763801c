package keylock

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

func TestOneHolderAtATimeHasAKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var locks Locks
		unlock, err := locks.Lock(t.Context(), "a", "b", "a")
		if err != nil {
			t.Fatal(err)
		}
		second := make(chan func())
		go func() {
			unlock, err := locks.Lock(context.Background(), "c", "b")
			if err != nil {
				t.Error(err)
			}
			second <- unlock
		}()
		synctest.Wait()
		select {
		case <-second:
			t.Fatal("b has two holders")
		default:
		}
		if other, err := locks.Lock(t.Context(), "d"); err != nil {
			t.Error(err)
		} else {
			other()
		}
		unlock()
		(<-second)()
		if n := locks.Len(); n != 0 {
			t.Errorf("%d keys are left behind", n)
		}
	})
}

func TestAContextEndsTheWait(t *testing.T) {
	t.Parallel()
	var locks Locks
	unlock, err := locks.Lock(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := locks.Lock(canceled, "a", "b"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	unlock()
	if n := locks.Len(); n != 0 {
		t.Errorf("%d keys are left behind", n)
	}
}
