package talonone

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// coalesceQuiet is how long a coalescer waits for another entry before it sends.
	coalesceQuiet = 100 * time.Millisecond
	// coalesceMost bounds the wait when entries keep coming.
	coalesceMost = time.Second
)

// coalescer turns the concurrent single writes or reads of many callers into few
// requests. Entries with the same key share requests, which are sent one after
// another: what comes while one is under way goes into the next.
type coalescer[K comparable, In, Out any] struct {
	// size is how many entries a request may hold.
	size int
	// identify names what an entry is about. A request holds no two entries of the
	// same name.
	identify func(In) string
	// send carries out one request and returns one result per entry. An error is
	// about all of them, unless blame finds out more.
	send func(ctx context.Context, key K, entries []In) ([]Out, error)
	// blame returns the entries that a refusal is about, by index, with what it says
	// of each; none when it doesn't say. The others are sent again without them.
	blame func(err error) map[int]error

	mu     sync.Mutex
	queues map[K]*coalesceQueue[In, Out]
}

// coalesceQueue is what waits for one key. It exists while a goroutine serves it.
type coalesceQueue[In, Out any] struct {
	waiting []*coalesced[In, Out]
	arrived chan struct{}
}

// coalesced is one entry on its way.
type coalesced[In, Out any] struct {
	ctx  context.Context //nolint:containedctx // It is the caller's, whose wait this entry is.
	in   In
	done chan struct{}
	out  Out
	err  error
}

// do sends an entry with others of its key and returns its own result. It ends
// early with the context; the request then still counts the entry as sent.
func (c *coalescer[K, In, Out]) do(ctx context.Context, key K, in In) (Out, error) {
	entry := &coalesced[In, Out]{ctx: ctx, in: in, done: make(chan struct{})}
	c.enqueue(key, entry)
	select {
	case <-entry.done:
		return entry.out, entry.err
	case <-ctx.Done():
		var none Out
		return none, ctx.Err()
	}
}

func (c *coalescer[K, In, Out]) enqueue(key K, entry *coalesced[In, Out]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	queue, served := c.queues[key]
	if !served {
		if c.queues == nil {
			c.queues = make(map[K]*coalesceQueue[In, Out])
		}
		queue = &coalesceQueue[In, Out]{arrived: make(chan struct{}, 1)}
		c.queues[key] = queue
		go c.serve(key, queue)
	}
	queue.waiting = append(queue.waiting, entry)
	select {
	case queue.arrived <- struct{}{}:
	default:
	}
}

// serve sends what waits until nothing does.
func (c *coalescer[K, In, Out]) serve(key K, queue *coalesceQueue[In, Out]) {
	for {
		c.gather(queue)
		c.deliver(key, c.take(queue))
		if c.retired(key, queue) {
			return
		}
	}
}

// retired gives the queue up when nothing waits in it.
func (c *coalescer[K, In, Out]) retired(key K, queue *coalesceQueue[In, Out]) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(queue.waiting) > 0 {
		return false
	}
	delete(c.queues, key)
	return true
}

// gather waits until a request is full or no entry has come for a while.
func (c *coalescer[K, In, Out]) gather(queue *coalesceQueue[In, Out]) {
	most := time.NewTimer(coalesceMost)
	defer most.Stop()
	for {
		c.mu.Lock()
		full := len(queue.waiting) >= c.size
		c.mu.Unlock()
		if full {
			return
		}
		quiet := time.NewTimer(coalesceQuiet)
		select {
		case <-queue.arrived:
			quiet.Stop()
		case <-quiet.C:
			return
		case <-most.C:
			quiet.Stop()
			return
		}
	}
}

// take removes the next request's entries from the queue, omitting those whose
// callers have gone.
func (c *coalescer[K, In, Out]) take(queue *coalesceQueue[In, Out]) []*coalesced[In, Out] {
	c.mu.Lock()
	defer c.mu.Unlock()
	var part, later []*coalesced[In, Out]
	named := make(map[string]bool)
	for _, entry := range queue.waiting {
		switch name := c.identify(entry.in); {
		case entry.ctx.Err() != nil:
		case len(part) == c.size || named[name]:
			later = append(later, entry)
		default:
			named[name] = true
			part = append(part, entry)
		}
	}
	queue.waiting = later
	return part
}

// deliver sends one request and hands out its results. When it is refused because
// of some entries, these get the error and the others are sent without them; when
// the refusal doesn't say which, halves are tried.
func (c *coalescer[K, In, Out]) deliver(key K, part []*coalesced[In, Out]) {
	if len(part) == 0 {
		return
	}
	ctx, cancel := sharedContext(part)
	defer cancel()
	entries := make([]In, len(part))
	for i, entry := range part {
		entries[i] = entry.in
	}
	out, err := c.send(ctx, key, entries)
	if err == nil {
		for i, entry := range part {
			entry.out = out[i]
			close(entry.done)
		}
		return
	}
	guilty := blamed(c.blame(err), len(part))
	switch {
	case !IsBadRequest(err), len(part) == 1 && len(guilty) == 0:
		fail(part, err)
	case len(guilty) == 0:
		half := len(part) / 2
		c.deliver(key, part[:half])
		c.deliver(key, part[half:])
	default:
		var others []*coalesced[In, Out]
		for i, entry := range part {
			if own := guilty[i]; own != nil {
				fail(part[i:i+1], own)
			} else {
				others = append(others, entry)
			}
		}
		c.deliver(key, others)
	}
}

func fail[In, Out any](part []*coalesced[In, Out], err error) {
	for _, entry := range part {
		entry.err = err
		close(entry.done)
	}
}

// sharedContext lives as long as one of the callers waits.
func sharedContext[In, Out any](part []*coalesced[In, Out]) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(part[0].ctx))
	var mu sync.Mutex
	waiting := len(part)
	for _, entry := range part {
		context.AfterFunc(entry.ctx, func() {
			mu.Lock()
			defer mu.Unlock()
			if waiting--; waiting == 0 {
				cancel()
			}
		})
	}
	return ctx, cancel
}

// blamed omits whom a refusal can't be about, since there is no such entry: a deployment that counts otherwise.
func blamed(guilty map[int]error, entries int) map[int]error {
	maps.DeleteFunc(guilty, func(i int, _ error) bool { return i < 0 || i >= entries })
	return guilty
}

// pointingTo moves the pointers of a refusal of some entries of a request to the places of these entries in the whole.
func pointingTo(err error, places []int) error {
	apiErr, refused := errors.AsType[*Error](err)
	if !refused {
		return err
	}
	moved := *apiErr
	moved.Items = slices.Clone(apiErr.Items)
	for i, item := range moved.Items {
		rest, below := strings.CutPrefix(item.Source.Pointer, "/actions/")
		number, within, deeper := strings.Cut(rest, "/")
		n, err := strconv.Atoi(number)
		if !below || err != nil || n < 0 || n >= len(places) {
			continue
		}
		moved.Items[i].Source.Pointer = "/actions/" + strconv.Itoa(places[n])
		if deeper {
			moved.Items[i].Source.Pointer += "/" + within
		}
	}
	return &moved
}

// blamePointers divides an API error among the entries that it points to: the
// numbers behind a prefix such as "/actions/" of its JSON pointers.
func blamePointers(err error, prefix string) map[int]error {
	apiErr, ok := errors.AsType[*Error](err)
	if !ok {
		return nil
	}
	parts := make(map[int]*Error)
	for _, item := range apiErr.Items {
		rest, below := strings.CutPrefix(item.Source.Pointer, prefix)
		number, within, _ := strings.Cut(rest, "/")
		i, err := strconv.Atoi(number)
		if !below || err != nil {
			continue
		}
		if parts[i] == nil {
			parts[i] = &Error{Operation: apiErr.Operation, StatusCode: apiErr.StatusCode, Message: apiErr.Message}
		}
		item.Source.Pointer = "/" + within
		parts[i].Items = append(parts[i].Items, item)
	}
	errs := make(map[int]error, len(parts))
	for i, part := range parts {
		errs[i] = part
	}
	return errs
}
