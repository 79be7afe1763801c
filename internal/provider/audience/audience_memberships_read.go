package audience

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
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

// refresh reads into the state who is a member, and returns the audience as a whole.
func (r *membershipsResource) refresh(ctx context.Context, state *membershipsModel) (*talonone.MemberIDs, bulk.Target, error) {
	imported := state.MembersDigest.IsNull()
	if state.holdsTarget() {
		prior := bulk.Target{Count: int(state.MemberCount.ValueInt64()), Digest: state.MembersDigest.ValueString()}
		members, target, err := r.exactly(ctx, state.AudienceID.ValueInt64(), state.listedIDs(), prior)
		if !errors.Is(err, errChanged) {
			return members, target, err
		}
		if imported && members.Len() <= maxListed {
			state.Members = listOf(nil)
		}
		state.fromExport(members, target)
		return members, target, nil
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

// resolve finds the members with one of the fingerprints, sorted. Who has left meanwhile is not among them.
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

// fileNote is what Read saw of the members file of the state. Terraform hands it to both plans of an update, so that the
// second one detects a file that has changed, and so that both name the same members.
type fileNote struct {
	Digest string `json:"digest"`
	// Leaving samples the members of whom the state has only fingerprints and that the file no longer lists.
	Leaving []string `json:"leaving,omitempty"`
}

// noteFile keeps in Read's private state what the file holds. A file that can't be read is the plan's business.
func noteFile(ctx context.Context, state *membershipsModel, members *talonone.MemberIDs, private bulk.PrivateWriter, diags *diag.Diagnostics) {
	var note *fileNote
	if !state.MembersFile.IsNull() {
		var digest bulk.Digest
		var listed fingerprints
		var ignored diag.Diagnostics
		name, options := files.Object(state.MembersFile, files.ForMembers(), path.Root("members_file"), &ignored)
		_, err := input.ReadFile(name, maxMembersFile, func(content io.Reader) error {
			return eachID(content, options, func(_ int, id []byte) (*input.Cause, string) {
				sum := sha256.Sum256(id)
				digest.AddSum(sum)
				listed = append(listed, fingerprintOf(sum))
				return nil, ""
			})
		})
		if err == nil {
			note = &fileNote{Digest: digest.String()}
		}
		if err == nil && members != nil && state.ShowSamples.ValueBool() && note.Digest != state.MembersDigest.ValueString() {
			note.Leaving = sampleLeaving(state, listed.sorted(), members)
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
		bulk.WritePrivate(ctx, private, privateFile, fileNote{Digest: plan.MembersDigest.ValueString()}, diags)
	}
}

func sampleLeaving(state *membershipsModel, listed fingerprints, members *talonone.MemberIDs) []string {
	prior, err := state.prior()
	if err != nil || prior.fingerprints == nil {
		return nil
	}
	var leaving []string
	digestOf(members, func(id []byte, sum [sha256.Size]byte) {
		if f := fingerprintOf(sum); prior.fingerprints.has(f) && !listed.has(f) {
			leaving = append(leaving, string(id))
		}
	})
	slices.Sort(leaving)
	return leaving[:min(len(leaving), sampleSize)]
}
