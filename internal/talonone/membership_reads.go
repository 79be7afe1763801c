package talonone

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

const (
	// fewMembers is up to how many members are looked up one by one rather than in
	// an export of the whole audience: ten small responses instead of one that may
	// hold a million IDs.
	fewMembers = 10
	// exportAttempts bounds exports of a list that turned out to be cut.
	exportAttempts = 3
)

// AudienceMembers returns all members of an audience (ExportAudiencesMemberships).
// whole says whether everyone is in the list who should be: only then, and only
// where the response told its own end, is it taken for complete as it is. Otherwise
// ConfirmExport does, so that a cut export never looks like members who have left.
// 404 (IsNotFound) means that there is no such audience.
func (c *Client) AudienceMembers(ctx context.Context, audienceID int64, whole func(*MemberIDs) bool) (*MemberIDs, error) {
	return c.confirmedMembers(ctx, audienceID, whole, c.ExportAudiencesMemberships)
}

// ScanAudienceMembers is AudienceMembers without a list: each member is handed over while the export is read. begin is called
// for each export, and returns what gets the members; an ID is valid until that returns.
func (c *Client) ScanAudienceMembers(ctx context.Context, audienceID int64, begin func() func(id []byte), whole func() bool) error {
	_, err := c.confirmedMembers(ctx, audienceID, func(*MemberIDs) bool { return whole() }, func(ctx context.Context, audienceID int64) (*MemberIDs, error) {
		if kept := c.ExportedMembers(audienceID); kept != nil {
			use := begin()
			for id := range kept.All() {
				use(id)
			}
			return kept, nil
		}
		return c.exportMembers(ctx, audienceID, func(members *MemberIDs) func([]byte) {
			use := begin()
			return func(id []byte) {
				members.count++
				use(id)
			}
		})
	})
	return err
}

func (c *Client) confirmedMembers(ctx context.Context, audienceID int64, whole func(*MemberIDs) bool, export func(context.Context, int64) (*MemberIDs, error)) (*MemberIDs, error) {
	for attempt := 1; ; attempt++ {
		members, err := export(ctx, audienceID)
		if err != nil {
			return nil, err
		}
		if whole(members) && members.SelfDelimited {
			return members, nil
		}
		err = c.ConfirmExport(ctx, audienceID, members)
		if _, cut := errors.AsType[*IncompleteExportError](err); !cut || attempt == exportAttempts {
			return members, err
		}
	}
}

// wholeExport exports a list until the response tells its own end, or the list has no row behind the exported ones: a cut export
// never looks like rows that are gone. export returns what it read, how many rows, and whether it told its end; behind returns how
// many rows there are behind so many.
func wholeExport[T any](operation string, export func() (list T, rows int, complete bool, err error), behind func(exported int) (int, error)) (none T, err error) {
	for attempt := 1; ; attempt++ {
		list, rows, complete, err := export()
		if err != nil || complete {
			return list, err
		}
		switch more, err := behind(rows); {
		case err != nil:
			return none, err
		case more == 0:
			return list, nil
		case attempt == exportAttempts:
			return none, &IncompleteExportError{Operation: operation, Exported: rows}
		}
	}
}

// AudienceMembersAmong returns those of ids who are members, in the same order.
// 404 (IsNotFound) means that there is no such audience; where profiles were asked
// instead of the audience, no one is a member of one that is gone.
//
// It takes the fewest requests, and among those the smallest response: one
// inventory for a single member; for a few one page of the list, which is all of
// an audience of up to 1000 members, and otherwise one inventory each; one export,
// which then serves further readers, for more members, and when the audience was
// asked before. Without a Management key it takes one inventory each.
func (c *Client) AudienceMembersAmong(ctx context.Context, audienceID int64, ids []string) ([]string, error) {
	found, err := c.membersAmong(ctx, audienceID, ids)
	if c.Forbids(err) && c.HasIntegrationKey() {
		return c.membersByInventory(ctx, audienceID, ids)
	}
	return found, err
}

func (c *Client) membersAmong(ctx context.Context, audienceID int64, ids []string) ([]string, error) {
	switch {
	case len(ids) == 0:
		return nil, nil
	case !c.MayCall("getAudienceMemberships") && !c.MayCall("exportAudiencesMemberships"):
		return c.membersByInventory(ctx, audienceID, ids)
	case len(ids) > fewMembers, !c.HasIntegrationKey(), c.memberLists.askedBefore(audienceID):
		return c.ExportedMembersAmong(ctx, audienceID, ids)
	case len(ids) > 1:
		members, more, err := c.GetAudienceMembershipsPage(ctx, audienceID, 0, PageSize)
		if err != nil || !more {
			return listedAmong(ids, members), err
		}
	}
	return c.membersByInventory(ctx, audienceID, ids)
}

func listedAmong(ids []string, members []AudienceMember) []string {
	spelling := SpellingOf(ids, func(yield func(string) bool) {
		for _, member := range members {
			if !yield(member.IntegrationID) {
				return
			}
		}
	})
	listed := make(map[string]bool, len(members))
	for _, member := range members {
		listed[spelling.Of(member.IntegrationID)] = true
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !listed[id] })
}

// ExportedMembersAmong is AudienceMembersAmong by an export of the audience, which shows profiles that a deployment hides.
func (c *Client) ExportedMembersAmong(ctx context.Context, audienceID int64, ids []string) ([]string, error) {
	index := make(map[string]int, len(ids))
	for i, id := range ids {
		index[id] = i
	}
	var found []bool
	_, err := c.AudienceMembers(ctx, audienceID, func(members *MemberIDs) bool {
		found = make([]bool, len(ids))
		count := 0
		for id := range members.Spelled(ids).All() {
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
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !found[index[id]] }), nil
}

// membersByInventory asks for one profile after the other. A deployment may hide profiles that only a membership has made:
// those that it doesn't know are looked up in the list of members where a Management key allows that.
func (c *Client) membersByInventory(ctx context.Context, audienceID int64, ids []string) ([]string, error) {
	members := make(map[string]bool, len(ids))
	var hidden []string
	for _, id := range ids {
		member, known, err := c.memberByInventory(ctx, audienceID, id)
		switch {
		case err != nil:
			return nil, err
		case !known:
			hidden = append(hidden, id)
		default:
			members[id] = member
		}
	}
	if len(hidden) > 0 && c.MayCall("exportAudiencesMemberships") {
		found, err := c.ExportedMembersAmong(ctx, audienceID, hidden)
		if err != nil && !c.Forbids(err) && !IsNotFound(err) {
			return nil, err
		}
		for _, id := range found {
			members[id] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !members[id] }), nil
}

// memberByInventory asks for one profile; an unknown one is not a member, unless it is hidden.
func (c *Client) memberByInventory(ctx context.Context, audienceID int64, id string) (member, known bool, err error) {
	inventory, err := c.GetCustomerInventory(ctx, id, InventoryParts{Profile: true})
	if IsNotFound(err) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	if inventory.Profile == nil {
		return false, false, &Error{Operation: "getCustomerInventory", StatusCode: http.StatusOK, Message: "the response does not contain the requested profile"}
	}
	return slices.ContainsFunc(inventory.Profile.AudienceMemberships, func(m AudienceMembership) bool { return m.ID == audienceID }), true, nil
}

// singleMemberships coalesces the memberships of many callers into shared requests.
type singleMemberships struct {
	changes coalescer[struct{}, AudienceAction, error]
	reads   coalescer[int64, string, bool]
}

func newSingleMemberships(c *Client) *singleMemberships {
	return &singleMemberships{
		changes: coalescer[struct{}, AudienceAction, error]{
			size:     MaxAudienceActions,
			identify: func(a AudienceAction) string { return fmt.Sprint(a.AudienceID, " ", a.ProfileIntegrationID) },
			send: func(ctx context.Context, _ struct{}, actions []AudienceAction) ([]error, error) {
				return c.changeTogether(ctx, actions)
			},
			blame: func(err error) map[int]error { return blamePointers(err, "/data/") },
		},
		reads: coalescer[int64, string, bool]{
			size:     PageSize,
			identify: func(id string) string { return id },
			send:     c.readTogether,
			blame:    func(error) map[int]error { return nil },
		},
	}
}

// ChangeAudienceMember carries out one action of updateCustomerProfileAudiences,
// in a request that it shares with the concurrent ones of other callers.
func (c *Client) ChangeAudienceMember(ctx context.Context, action AudienceAction) error {
	own, err := c.memberships.changes.do(ctx, struct{}{}, action)
	return errors.Join(err, own)
}

// changeTogether sends actions over several audiences. One unknown audience makes
// the API refuse them all: then each audience's are sent by themselves.
func (c *Client) changeTogether(ctx context.Context, actions []AudienceAction) ([]error, error) {
	outcomes := make([]error, len(actions))
	_, err := c.UpdateCustomerProfileAudiences(ctx, actions)
	if err == nil {
		return outcomes, nil
	}
	byAudience := make(map[int64][]int)
	for i, action := range actions {
		byAudience[action.AudienceID] = append(byAudience[action.AudienceID], i)
	}
	if !IsNotFound(err) || len(byAudience) == 1 {
		return nil, err
	}
	for _, places := range byAudience {
		part := make([]AudienceAction, len(places))
		for i, place := range places {
			part[i] = actions[place]
		}
		_, err := c.UpdateCustomerProfileAudiences(ctx, part)
		for _, place := range places {
			outcomes[place] = err
		}
	}
	return outcomes, nil
}

// IsAudienceMember says whether a profile is a member, in a request that it shares
// with the concurrent ones of other callers (AudienceMembersAmong).
func (c *Client) IsAudienceMember(ctx context.Context, audienceID int64, id string) (bool, error) {
	if !c.HasManagementKey() {
		member, _, err := c.memberByInventory(ctx, audienceID, id)
		return member, err
	}
	return c.memberships.reads.do(ctx, audienceID, id)
}

func (c *Client) readTogether(ctx context.Context, audienceID int64, ids []string) ([]bool, error) {
	found, err := c.AudienceMembersAmong(ctx, audienceID, ids)
	if err != nil {
		return nil, err
	}
	members := make(map[string]bool, len(found))
	for _, id := range found {
		members[id] = true
	}
	out := make([]bool, len(ids))
	for i, id := range ids {
		out[i] = members[id]
	}
	return out, nil
}
