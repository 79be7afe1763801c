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

func TestSharesExcludeLocks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var locks Locks
		first, err := locks.Share(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		second, err := locks.Share(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		var order []string
		wait := func(name string, take func(context.Context, ...string) (func(), error)) {
			go func() {
				unlock, err := take(context.Background(), "a")
				if err != nil {
					t.Error(err)
					return
				}
				order = append(order, name)
				unlock()
			}()
			synctest.Wait()
		}
		wait("alone", locks.Lock)
		wait("shared", locks.Share)
		first()
		synctest.Wait()
		if len(order) != 0 {
			t.Errorf("%v got the key that is shared", order)
		}
		second()
		synctest.Wait()
		if len(order) != 2 || order[0] != "alone" || locks.Len() != 0 {
			t.Errorf("got the key: %v; %d keys are left behind", order, locks.Len())
		}
	})
}
