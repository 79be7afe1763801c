package bulk

import (
	"errors"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ErrChanged says that a target is not what Read has seen of it.
var ErrChanged = errors.New("the target has changed since it was read")

// KeyUpdate is an update of a resource whose rows are keys without content.
type KeyUpdate struct {
	Prior, Desired map[string]struct{}
	// Before and After are the ownership of the state and of the plan.
	Before, After types.String
	// Seen is what Read saw of the whole target; nil where it listed nothing.
	Seen *Target
}

// Plan is what the update does. It depends on nothing but u, except for a change to exclusive ownership of a target that Read
// has listed: list reads it again, and where it holds what Read saw the listed rows count, and are returned, too. ErrChanged
// says that it holds something else.
func (u KeyUpdate) Plan(list func() ([]string, error)) (change Plan, listed []string, err error) {
	change = Compare(u.Prior, u.Desired, SameKey)
	switch {
	case Leaves(u.Before, u.After):
		return change.Releasing(), nil, nil
	case !Enters(u.Before, u.After):
		return change, nil, nil
	}
	change.Removed = nil
	if u.Seen == nil {
		return change, nil, nil
	}
	if listed, err = list(); err != nil {
		return change, nil, err
	}
	if TargetOf(DigestOf(SetOf(listed))) != *u.Seen {
		return change, listed, ErrChanged
	}
	change.Removed = slices.Sorted(slices.Values(NotIn(listed, u.Desired)))
	return change, listed, nil
}

// WarnEntered says what a change to exclusive ownership removes, or that it removes nothing yet. It says nothing of other
// updates.
func (u KeyUpdate) WarnEntered(s Subject, change Plan, diags *diag.Diagnostics) {
	switch {
	case !Enters(u.Before, u.After):
	case u.Seen == nil:
		s.WarnTakenOver(diags)
	default:
		s.WarnUnlisted(change.Removed, diags)
	}
}

// CheckExclusiveCreate refuses to create an exclusive resource on a target that holds others, unless they are rows of an object of
// this run: of the one that is replaced, or one that this process has read or deleted. key names the target in memory.
func (s Subject) CheckExclusiveCreate(memory *Memory, key string, others []string, remote Target, replaced *Target, diags *diag.Diagnostics) {
	switch {
	case len(others) == 0:
	case memory.WasDeleted(key):
		s.WarnArrived(len(others), diags)
	case replaced != nil && *replaced == remote:
	case memory.WasRead(key, remote):
	default:
		s.RefuseExclusiveCreate(others, diags)
	}
}
