package audience

import (
	"context"
	"errors"
	"slices"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// reader reads the members of audiences.
type reader struct{ client *talonone.Client }

// somebodyMissing asks for a confirmation of an export in any case.
func somebodyMissing(*talonone.MemberIDs) bool { return false }

// marked finds the members with one of the marks, in an export.
func (r reader) marked(ctx context.Context, audienceID int64, wanted marks) ([]string, error) {
	var ids []string
	_, err := r.client.AudienceMembers(ctx, audienceID, func(members *talonone.MemberIDs) bool {
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
	members, err := r.client.AudienceMembers(ctx, audienceID, func(members *talonone.MemberIDs) bool {
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
