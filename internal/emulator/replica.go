package emulator

import (
	"math/rand/v2"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// flappingLag is how far the lagging replica is behind when reads flap and no lag is set.
const flappingLag = time.Second

// replica is a second state, on which every write is carried out again once it is old enough for reads to see
// it. So a lag costs every write twice, however much the deployment holds, and nothing when there is none.
// It is guarded by Server.mu.
type replica struct {
	lag      time.Duration
	flapping bool
	state    *state
	pending  []change       // oldest first
	reads    map[string]int // by operation, with flapping
}

// change is a write that can be carried out again with the same result: handlers take the time and their random
// numbers from the Server.
type change struct {
	at   time.Time
	seed uint64
	run  func() (reply, error)
}

// newReplica returns nil when reads do not lag.
func newReplica(values conventions.Values) *replica {
	lag, flapping := values.Duration(conventions.ReadLag), values.Yes(conventions.Flapping)
	switch {
	case lag == 0 && !flapping:
		return nil
	case lag == 0:
		lag = flappingLag
	}
	return &replica{lag: lag, flapping: flapping, reads: make(map[string]int)}
}

// write runs a handler that changes the state, which must be locked. A failed one is repeated on the replica
// too: it fails there as well.
func (s *Server) write(run func() (reply, error)) (reply, error) {
	if s.replica == nil {
		return run()
	}
	now := s.time()
	s.catchUp(now)
	c := change{at: now, seed: rand.Uint64(), run: run} //nolint:gosec // codes of an emulator guard nothing
	s.replica.pending = append(s.replica.pending, c)
	return s.carryOut(c)
}

// read runs a handler that changes nothing on the state that its request sees. The state must be locked.
func (s *Server) read(operation string, run func() (reply, error)) (reply, error) {
	if s.replica == nil {
		return run()
	}
	s.catchUp(s.time())
	if s.replica.flapping {
		earlier := s.replica.reads[operation]
		s.replica.reads[operation]++
		if earlier%2 == 1 {
			return run()
		}
	}
	current := s.state
	s.state = s.replica.state
	defer func() { s.state = current }()
	return run()
}

// catchUp carries out on the replica what reads may see by now.
func (s *Server) catchUp(now time.Time) {
	current := s.state
	s.state = s.replica.state
	defer func() { s.state = current }()
	done := 0
	for _, c := range s.replica.pending {
		if c.at.Add(s.replica.lag).After(now) {
			break
		}
		_, _ = s.carryOut(c) // the client has its response
		done++
	}
	clear(s.replica.pending[:done]) // lets their bodies go
	s.replica.pending = s.replica.pending[done:]
}

// carryOut runs a change at its own time and with its own random numbers.
func (s *Server) carryOut(c change) (reply, error) {
	s.frozen, s.random = c.at, rand.New(rand.NewPCG(c.seed, 0)) //nolint:gosec // codes of an emulator guard nothing
	defer func() { s.frozen, s.random = time.Time{}, nil }()
	return c.run()
}

// intN is a random number below n, the same one when a change is carried out again.
func (s *Server) intN(n int) int {
	if s.random != nil {
		return s.random.IntN(n)
	}
	return rand.IntN(n) //nolint:gosec // codes of an emulator guard nothing
}
