package audience

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

const (
	// fewMembers is up to how many members are looked up one by one rather than in
	// an export of the whole audience: ten small answers instead of one that may
	// hold a million IDs.
	fewMembers = 10
	// exportAttempts bounds exports of a list that turned out to be cut.
	exportAttempts = 3
)

// errAudienceGone says that there is no such audience.
var errAudienceGone = errors.New("the audience does not exist")

// reader reads the members of audiences.
type reader struct{ client *talonone.Client }

// export returns all members of an audience. whole says whether everybody is in
// the list who should be: only then, and only where the answer told its own end,
// is it taken for complete as it is. Otherwise one request more confirms it, so
// that a cut export never looks like members who have left.
func (r reader) export(ctx context.Context, audienceID int64, whole func(*talonone.MemberIDs) bool) (*talonone.MemberIDs, error) {
	for attempt := 1; ; attempt++ {
		members, err := r.client.ExportAudiencesMemberships(ctx, audienceID)
		if talonone.IsNotFound(err) {
			return nil, errAudienceGone
		}
		if err != nil {
			return nil, err
		}
		if whole(members) && members.SelfDelimited {
			return members, nil
		}
		err = r.client.ConfirmExport(ctx, audienceID, members)
		var cut *talonone.IncompleteExportError
		if !errors.As(err, &cut) || attempt == exportAttempts {
			return members, err
		}
	}
}

// nobodyMissing is for exports that are compared with nothing.
func nobodyMissing(*talonone.MemberIDs) bool { return true }

// somebodyMissing asks for a confirmation in any case.
func somebodyMissing(*talonone.MemberIDs) bool { return false }

// present returns those of ids who are members, in the same order. It needs a
// Management key.
//
// It takes the fewest requests, and among those the smallest answer: one
// inventory for a single member; for a few one page of the list, which is all of
// an audience of up to 1000 members, and otherwise one inventory each; else one
// export.
func (r reader) present(ctx context.Context, audienceID int64, ids []string) ([]string, error) {
	switch {
	case len(ids) == 0:
		return nil, nil
	case len(ids) > fewMembers || !r.client.HasIntegrationKey():
		return r.presentInExport(ctx, audienceID, ids)
	case len(ids) > 1:
		members, more, err := r.client.GetAudienceMembershipsPage(ctx, audienceID, 0, talonone.PageSize)
		if talonone.IsNotFound(err) {
			return nil, errAudienceGone
		}
		if err != nil || !more {
			return intersection(ids, members), err
		}
	}
	var found []string
	for _, id := range ids {
		member, err := r.isMember(ctx, audienceID, id)
		if err != nil {
			return nil, err
		}
		if member {
			found = append(found, id)
		}
	}
	if len(found) < len(ids) {
		// Nobody is a member of an audience that is gone.
		listing, err := r.client.GetAudiences(ctx)
		if err != nil {
			return nil, err
		}
		if listing.ByID(audienceID) == nil {
			return nil, errAudienceGone
		}
	}
	return found, nil
}

func intersection(ids []string, members []talonone.AudienceMember) []string {
	listed := make(map[string]bool, len(members))
	for _, member := range members {
		listed[member.IntegrationID] = true
	}
	return keep(ids, func(id string) bool { return listed[id] })
}

func (r reader) presentInExport(ctx context.Context, audienceID int64, ids []string) ([]string, error) {
	index := make(map[string]int, len(ids))
	for i, id := range ids {
		index[id] = i
	}
	var found []bool
	_, err := r.export(ctx, audienceID, func(members *talonone.MemberIDs) bool {
		found = make([]bool, len(ids))
		count := 0
		for id := range members.All() {
			if i, ok := index[string(id)]; ok && !found[i] {
				found[i] = true
				count++
			}
		}
		return count == len(ids)
	})
	if err != nil {
		return nil, err
	}
	return keep(ids, func(id string) bool { return found[index[id]] }), nil
}

// isMember asks for one profile; an unknown one is no member.
func (r reader) isMember(ctx context.Context, audienceID int64, id string) (bool, error) {
	inventory, err := r.client.GetCustomerInventory(ctx, id, talonone.InventoryParts{Profile: true})
	if talonone.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if inventory.Profile == nil {
		return false, fmt.Errorf("getCustomerInventory answered without the profile that was asked for")
	}
	return slices.ContainsFunc(inventory.Profile.AudienceMemberships, func(m talonone.AudienceMembership) bool { return m.ID == audienceID }), nil
}

// marked finds the members with one of the marks, in an export.
func (r reader) marked(ctx context.Context, audienceID int64, wanted marks) ([]string, error) {
	var ids []string
	_, err := r.export(ctx, audienceID, func(members *talonone.MemberIDs) bool {
		ids = nil
		for id := range members.All() {
			if wanted.has(fingerprintOf(id).mark) {
				ids = append(ids, string(id))
			}
		}
		return len(ids) >= len(wanted)
	})
	slices.Sort(ids)
	return slices.Compact(ids), err
}

// exactly exports an audience and reports errChanged unless its members have the
// digest that the state knows.
func (r reader) exactly(ctx context.Context, audienceID int64, digest string) (*talonone.MemberIDs, error) {
	same := false
	members, err := r.export(ctx, audienceID, func(members *talonone.MemberIDs) bool {
		same = digestOfMembers(members).String() == digest
		return same
	})
	if err == nil && !same {
		err = errChanged
	}
	return members, err
}

// errChanged says that an audience is not what the plan was made for.
var errChanged = errors.New("members have joined or left since the state was read")

// digestOfMembers is the digest of an export.
func digestOfMembers(members *talonone.MemberIDs) setDigest {
	var d setDigest
	for id := range members.All() {
		d.add(fingerprintOf(id))
	}
	return d
}

// keep filters a list in order.
func keep(ids []string, wanted func(string) bool) []string {
	var kept []string
	for _, id := range ids {
		if wanted(id) {
			kept = append(kept, id)
		}
	}
	return kept
}
