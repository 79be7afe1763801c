package audience

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// errChanged says that an audience is not what the plan was made from.
var errChanged = errors.New("members have joined or left since the state was read")

// unconfirmed asks for a confirmation of an export in any case.
func unconfirmed(*talonone.MemberIDs) bool { return false }

// digestOf is the digest of an export. visit, which may be nil, gets every member with its SHA-256.
func digestOf(members *talonone.MemberIDs, visit func(id []byte, sum [sha256.Size]byte)) bulk.Target {
	var digest bulk.Digest
	for id := range members.All() {
		sum := sha256.Sum256(id)
		digest.AddSum(sum)
		if visit != nil {
			visit(id, sum)
		}
	}
	return bulk.TargetOf(digest)
}

// digestOfIDs is digestOf for IDs of a list.
func digestOfIDs(ids []string) bulk.Target {
	var digest bulk.Digest
	for _, id := range ids {
		digest.Add([]byte(id))
	}
	return bulk.TargetOf(digest)
}

// members exports an audience, with those of own as they are written there where the deployment has folded their case.
func (r *membershipsResource) members(ctx context.Context, audienceID int64, own []string, expected func(*talonone.MemberIDs) bool) (*talonone.MemberIDs, error) {
	members, err := r.data.Client.AudienceMembers(ctx, audienceID, func(members *talonone.MemberIDs) bool { return expected(members.Spelled(own)) })
	return members.Spelled(own), err
}

// exactly exports an audience and reports errChanged unless it holds the expected members.
func (r *membershipsResource) exactly(ctx context.Context, audienceID int64, own []string, expected bulk.Target) (*talonone.MemberIDs, bulk.Target, error) {
	var target bulk.Target
	members, err := r.members(ctx, audienceID, own, func(members *talonone.MemberIDs) bool {
		target = digestOf(members, nil)
		return target == expected
	})
	if err == nil && target != expected {
		err = errChanged
	}
	return members, target, err
}

// maxKept is up to how many members an export is kept for the next reader. A longer one is read again.
const maxKept = 2_000_000

// scan is exactly without a list, unless the export is to be kept, or own to be spelled. begin, which may be nil, is called for
// each reading and returns what gets every member, as the deployment spells it.
func (r *membershipsResource) scan(ctx context.Context, audienceID int64, own []string, expected bulk.Target, keep bool, begin func() func(id []byte)) (target bulk.Target, err error) {
	if begin == nil {
		begin = func() func([]byte) { return func([]byte) {} }
	}
	if len(own) > 0 || keep && expected.Count <= maxKept {
		_, err = r.data.Client.AudienceMembers(ctx, audienceID, func(members *talonone.MemberIDs) bool {
			target = digestOf(members.Spelled(own), nil)
			use := begin()
			for id := range members.All() {
				use(id)
			}
			return target == expected
		})
	} else {
		var digest bulk.Digest
		err = r.data.Client.ScanAudienceMembers(ctx, audienceID, func() func(id []byte) {
			digest = bulk.Digest{}
			use := begin()
			return func(id []byte) {
				digest.Add(id)
				use(id)
			}
		}, func() bool { return bulk.TargetOf(digest) == expected })
		target = bulk.TargetOf(digest)
	}
	if err == nil && target != expected {
		err = errChanged
	}
	return target, err
}

// compared compares an audience that must hold the expected members, or has become what is wanted, with a set.
func (r *membershipsResource) compared(ctx context.Context, audienceID int64, own []string, expected bulk.Target, set *idSet) (found *bulk.Comparison, err error) {
	now, err := r.scan(ctx, audienceID, own, expected, true, func() func([]byte) {
		found = set.Comparison()
		return found.See
	})
	if becameWanted(err, now, set) {
		err = nil
	}
	return found, err
}

// differences are who is missing in an audience and who is there beside the set, and whether the deployment has folded the case
// of some of the set.
func differences(set *idSet, found *bulk.Comparison) (missing, others []string, folded bool) {
	missing, others = found.Differences()
	var spelling talonone.Spelling
	if len(missing) > 0 && len(others) > 0 {
		spelling = talonone.SpellingOf(set.Keys(), found.Seen())
	}
	if len(spelling) == 0 {
		return missing, others, false
	}
	written := bulk.SetOf(slices.Collect(maps.Values(spelling)))
	return bulk.NotIn(missing, written), bulk.NotIn(others, spelling), true
}

// refresh reads into the state who is a member. It returns the audience as a whole, and its list where that is kept.
func (r *membershipsResource) refresh(ctx context.Context, state *membershipsModel, file *bulk.Digest) (*talonone.MemberIDs, bulk.Target, error) {
	imported := state.MembersDigest.IsNull()
	if state.holdsTarget() {
		return r.refreshTarget(ctx, state, file)
	}
	if imported {
		state.setMembers(state.listedIDs(), false)
	}
	prior, err := state.prior()
	if err != nil {
		return nil, bulk.Target{}, err
	}
	if prior.fingerprints != nil {
		return r.refreshFingerprints(ctx, state, prior)
	}
	return r.refreshListed(ctx, state, prior)
}

// refreshTarget refreshes a state that is about everyone in the audience. Where the file still holds the members of the
// state, the plan needs no list of them.
func (r *membershipsResource) refreshTarget(ctx context.Context, state *membershipsModel, file *bulk.Digest) (members *talonone.MemberIDs, target bulk.Target, err error) {
	id, imported := state.AudienceID.ValueInt64(), state.MembersDigest.IsNull()
	prior := bulk.Target{Count: int(state.MemberCount.ValueInt64()), Digest: state.MembersDigest.ValueString()}
	if imported || !state.fromFile() {
		members, target, err = r.exactly(ctx, id, state.listedIDs(), prior)
		if !errors.Is(err, errChanged) {
			return members, target, err
		}
		if imported && members.Len() <= maxListed {
			state.Members = listOf(nil)
		}
		state.fromExport(members, target)
		return members, target, nil
	}
	changed := file == nil || bulk.TargetOf(*file) != prior
	if target, err = r.scan(ctx, id, nil, prior, changed, nil); errors.Is(err, errChanged) {
		state.setTarget(target)
		err = nil
	}
	return nil, target, err
}

// refreshListed refreshes a state that lists its members.
func (r *membershipsResource) refreshListed(ctx context.Context, state *membershipsModel, prior *priorMembers) (*talonone.MemberIDs, bulk.Target, error) {
	var present map[string]bool
	var target bulk.Target
	members, err := r.members(ctx, state.AudienceID.ValueInt64(), prior.ids, func(members *talonone.MemberIDs) bool {
		present = make(map[string]bool, len(prior.ids))
		for _, id := range prior.ids {
			present[id] = false
		}
		found := 0
		target = digestOf(members, func(id []byte, _ [sha256.Size]byte) {
			if before, listed := present[string(id)]; listed && !before {
				present[string(id)] = true
				found++
			}
		})
		return found == len(present)
	})
	if err != nil {
		return nil, target, err
	}
	if left := slices.DeleteFunc(slices.Clone(prior.ids), func(id string) bool { return !present[id] }); len(left) < len(prior.ids) {
		state.setMembers(left, state.fromFile())
	}
	return members, target, nil
}

// refreshFingerprints refreshes a state that remembers its members by fingerprints.
func (r *membershipsResource) refreshFingerprints(ctx context.Context, state *membershipsModel, prior *priorMembers) (*talonone.MemberIDs, bulk.Target, error) {
	var present fingerprints
	var digest bulk.Digest
	var target bulk.Target
	members, err := r.data.Client.AudienceMembers(ctx, state.AudienceID.ValueInt64(), func(members *talonone.MemberIDs) bool {
		present, digest = make(fingerprints, 0, len(prior.fingerprints)), bulk.Digest{}
		target = digestOf(members, func(_ []byte, sum [sha256.Size]byte) {
			if f := fingerprintOf(sum); prior.fingerprints.has(f) {
				present = append(present, f)
				digest.AddSum(sum)
			}
		})
		present = present.sorted()
		return len(present) == len(prior.fingerprints)
	})
	if err == nil && len(present) < len(prior.fingerprints) {
		state.setTarget(bulk.TargetOf(digest))
		state.ManagedSet = types.StringValue(managedSet{fingerprints: present}.encode())
	}
	return members, target, err
}

// resolve finds the members with one of the fingerprints, sorted. Who has left in the meantime is not among them.
func (r *membershipsResource) resolve(ctx context.Context, audienceID int64, wanted fingerprints) ([]string, error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	var ids []string
	_, err := r.data.Client.AudienceMembers(ctx, audienceID, func(members *talonone.MemberIDs) bool {
		ids = nil
		digestOf(members, func(id []byte, sum [sha256.Size]byte) {
			if wanted.has(fingerprintOf(sum)) {
				ids = append(ids, string(id))
			}
		})
		return len(ids) >= len(wanted)
	})
	slices.Sort(ids)
	return slices.Compact(ids), err
}

// privateFile is the key of fileNote in private state.
const privateFile = "members_file"

// fileNote lets both plans of an update name the same members, too.
type fileNote struct {
	bulk.FileNote

	// Leaving samples the members of whom the state has only fingerprints and that the file no longer lists.
	Leaving []string `json:"leaving,omitempty"`
}

// noteFile keeps in Read's private state what the file holds; nil for one that can't be read, which is the plan's business.
func noteFile(ctx context.Context, state *membershipsModel, file *bulk.Digest, members *talonone.MemberIDs, private bulk.PrivateWriter, diags *diag.Diagnostics) {
	var note *fileNote
	if file != nil {
		note = &fileNote{FileNote: bulk.FileNote{Digest: file.String()}}
		if members != nil && state.ShowSamples.ValueBool() && note.Digest != state.MembersDigest.ValueString() {
			note.Leaving = sampleLeaving(state, members)
		}
	}
	bulk.WritePrivate(ctx, private, privateFile, note, diags)
}

// noteApplied keeps in private state what the next Read will see where nothing has changed: Terraform takes a difference
// for a change of a plan that only refreshes.
func noteApplied(ctx context.Context, plan *membershipsModel, private bulk.PrivateWriter, diags *diag.Diagnostics) {
	if plan.exclusive() {
		bulk.NoteTarget(ctx, private, &bulk.Target{Count: int(plan.MemberCount.ValueInt64()), Digest: plan.MembersDigest.ValueString()}, diags)
	}
	if !plan.MembersFile.IsNull() {
		bulk.WritePrivate(ctx, private, privateFile, bulk.FileNote{Digest: plan.MembersDigest.ValueString()}, diags)
	}
}

// sampleLeaving names members of whom the state has only fingerprints and whom the file doesn't list.
func sampleLeaving(state *membershipsModel, members *talonone.MemberIDs) []string {
	prior, err := state.prior()
	if err != nil || prior.fingerprints == nil {
		return nil
	}
	var listed fingerprints
	if _, err := state.eachInFile(func(id []byte) { listed = append(listed, fingerprintOf(sha256.Sum256(id))) }); err != nil {
		return nil
	}
	listed = listed.sorted()
	var leaving []string
	digestOf(members, func(id []byte, sum [sha256.Size]byte) {
		if f := fingerprintOf(sum); prior.fingerprints.has(f) && !listed.has(f) {
			leaving = append(leaving, string(id))
		}
	})
	slices.Sort(leaving)
	return leaving[:min(len(leaving), sampleSize)]
}
