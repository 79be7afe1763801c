package audience

import (
	"iter"
	"slices"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// method is how a change is carried out.
type method int

const (
	// byNothing needs no request.
	byNothing method = iota
	// byActions adds and removes one by one, 1000 a request (updateCustomerProfileAudiences).
	byActions
	// byImport replaces the whole list in one request (importAudiencesMemberships).
	byImport
	// byClearing removes everybody in one request (deleteAudienceMembershipsV2).
	byClearing
)

// importThreshold is how many members may come and go before an exclusive
// resource imports its whole list: up to here actions take one request as an
// import does, and touch nobody else.
const importThreshold = talonone.MaxAudienceActions

// change is who joins and who leaves an audience.
type change struct {
	// joining is in the order of the configuration, leaving in that of the IDs.
	joining, leaving []string
	// unresolved are leaving members of whom only the mark is known.
	unresolved marks
	// staying counts members that an exclusive resource held and that an additive
	// one leaves alone.
	staying int
	method  method
}

func (c change) removed() int { return len(c.leaving) + len(c.unresolved) }

func (c change) empty() bool { return len(c.joining)+c.removed() == 0 }

func (c change) summary() bulk.Summary {
	requests := 0
	switch c.method {
	case byActions:
		requests = bulk.Requests(len(c.joining)+c.removed(), talonone.MaxAudienceActions)
	case byImport, byClearing:
		requests = 1
	case byNothing:
	}
	return bulk.Summary{Added: len(c.joining), Removed: c.removed(), Requests: requests}
}

// holding is what the state says of the members that a resource manages.
type holding struct {
	// exists is false before the resource is created.
	exists    bool
	ownership string
	count     int
	digest    string
	// ids are the members; complete is false where the state does not list them all.
	ids      []string
	complete bool
	// listed are the marks of all members of an additive resource, kept of those
	// among them that others had added.
	listed, kept marks
}

// own are the members that an additive resource has added itself.
func (h holding) own() marks { return h.listed.without(h.kept) }

// resolve splits marks into the IDs that the state knows and the rest.
func (h holding) resolve(wanted marks) (ids []string, rest marks) {
	if !h.complete {
		return nil, wanted
	}
	ids = keep(h.ids, func(id string) bool { return wanted.has(fingerprintOf([]byte(id)).mark) })
	slices.Sort(ids)
	return ids, nil
}

// changeAdditively adds who is listed and not held, and removes who is held, no
// longer listed and the resource's own. It depends on state and configuration
// alone, so that what others do to the audience between plan and apply changes nothing.
func changeAdditively(held holding, want *roll) change {
	keys := want.Keys()
	found := make(marks, len(keys))
	var c change
	for i, id := range keys {
		found[i] = fingerprintOf([]byte(id)).mark
		if !held.listed.has(found[i]) {
			c.joining = append(c.joining, id)
		}
	}
	c.leaving, c.unresolved = held.resolve(held.own().without(found.sorted()))
	if !c.empty() {
		c.method = byActions
	}
	return c
}

// changeExclusively makes an audience hold exactly the listed members.
func changeExclusively(current iter.Seq[[]byte], want *roll) change {
	joining, leaving, _ := want.Compare(func(yield func([]byte, error) bool) {
		for id := range current {
			if !yield(id, nil) {
				return
			}
		}
	})
	c := change{joining: joining, leaving: leaving}
	switch n := len(joining) + len(leaving); {
	case n == 0:
	case len(want.Keys()) == 0:
		c.method = byClearing
	case n <= importThreshold:
		c.method = byActions
	default:
		c.method = byImport
	}
	return c
}

// released is a change to additive ownership: nobody leaves.
func (c change) released() change {
	c.staying, c.leaving = len(c.leaving), nil
	c.method = byNothing
	if len(c.joining) > 0 {
		c.method = byActions
	}
	return c
}

// bytesOf yields IDs as an export does.
func bytesOf(ids []string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for _, id := range ids {
			if !yield([]byte(id)) {
				return
			}
		}
	}
}

// after is who is a member once a part of a change has landed: everybody listed
// but who has yet to join, and who has yet to leave.
func after(want []string, notJoined, notLeft []string) []string {
	if len(notJoined) == 0 && len(notLeft) == 0 {
		return want
	}
	missing := make(map[string]bool, len(notJoined))
	for _, id := range notJoined {
		missing[id] = true
	}
	return append(keep(want, func(id string) bool { return !missing[id] }), notLeft...)
}
