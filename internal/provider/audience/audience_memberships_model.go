package audience

import (
	"context"
	"crypto/sha256"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

const (
	// maxShown bounds what members and members_json show of an exclusive audience,
	// others' members included. Beyond it member_count and members_digest tell that
	// there are more.
	maxShownListed = maxListed
	maxShownJSON   = 100_000
	// sampleSize is how many of those who join or leave a plan names.
	sampleSize = 20
)

// membershipsModel mirrors the resource talonone_audience_memberships.
type membershipsModel struct {
	framework.Deployed

	AudienceID        types.Int64    `tfsdk:"audience_id"`
	Ownership         types.String   `tfsdk:"ownership"`
	Members           types.List     `tfsdk:"members"`
	MembersJSON       types.String   `tfsdk:"members_json"`
	MembersFile       types.Object   `tfsdk:"members_file"`
	ShowSamples       types.Bool     `tfsdk:"show_samples"`
	MaxRemovalPercent types.Float64  `tfsdk:"max_removal_percent"`
	MemberCount       types.Int64    `tfsdk:"member_count"`
	MembersDigest     types.String   `tfsdk:"members_digest"`
	LastSync          types.Object   `tfsdk:"last_sync"`
	SampleJoining     types.List     `tfsdk:"sample_joining"`
	SampleLeaving     types.List     `tfsdk:"sample_leaving"`
	ManagedSet        types.String   `tfsdk:"managed_set"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
}

// membershipsIdentity mirrors the resource's identity.
type membershipsIdentity struct {
	AudienceID types.Int64 `tfsdk:"audience_id"`
}

func (m *membershipsModel) exclusive() bool { return m.Ownership.ValueString() == bulk.Exclusive }

func (m *membershipsModel) guards() bulk.Guards {
	return bulk.Guards{MaxRemovalPercent: m.MaxRemovalPercent}
}

// fromFile says whether no attribute lists the members.
func (m *membershipsModel) fromFile() bool { return m.Members.IsNull() && m.MembersJSON.IsNull() }

// holdsTarget says whether the state is about everyone in the audience: with exclusive ownership, and after an import
// that named no members.
func (m *membershipsModel) holdsTarget() bool {
	return m.exclusive() || m.Ownership.IsNull() && m.fromFile()
}

// source is the attribute that gives the members.
func (m *membershipsModel) source() path.Path {
	switch {
	case !m.Members.IsNull():
		return path.Root("members")
	case !m.MembersJSON.IsNull():
		return path.Root("members_json")
	default:
		return path.Root("members_file")
	}
}

func (m *membershipsModel) subject() bulk.Subject {
	return bulk.Subject{Noun: framework.MemberNoun, Place: "audience " + m.AudienceID.String(), ResourceType: membershipsType, ImportID: m.AudienceID.String()}
}

// claim is what the resource wants to own; members may be nil where only the audience matters.
func (m *membershipsModel) claim(members []string) bulk.Claim {
	return bulk.Claim{Subject: m.subject(), Target: framework.MembersTarget(m.AudienceID), At: m.source(), Rows: members, Exclusive: m.exclusive()}
}

// claimOf is the claim of all members. Those of a file are read again when someone asks for them.
func (m *membershipsModel) claimOf(ctx context.Context, members *idSet) bulk.Claim {
	if m.MembersFile.IsNull() {
		return m.claim(members.Keys())
	}
	claim, model := m.claim(nil), *m
	claim.Digest, claim.Load = members.digest.String(), func() []string {
		var again diag.Diagnostics
		if listed := model.desired(ctx, &again); listed != nil {
			return listed.Keys()
		}
		return nil // The apply refuses a file that has changed.
	}
	return claim
}

// targetKey names the audience in the memory of the process.
func (m *membershipsModel) targetKey() string { return membershipsType + " " + m.AudienceID.String() }

// listedIDs are the members that the attributes of a state list.
func (m *membershipsModel) listedIDs() []string {
	switch {
	case !m.Members.IsNull():
		ids := make([]string, 0, len(m.Members.Elements()))
		for _, element := range m.Members.Elements() {
			if id, ok := element.(types.String); ok {
				ids = append(ids, id.ValueString())
			}
		}
		return ids
	case !m.MembersJSON.IsNull():
		var members idSet
		// What the provider wrote itself, or has checked, has no faults.
		_ = addJSON(&members, m.MembersJSON.ValueString())
		return members.Keys()
	default:
		return nil
	}
}

// priorMembers is what the state says of the members that a resource manages.
type priorMembers struct {
	ownership types.String
	target    bulk.Target
	// ids are the members where complete; otherwise the state does not list them all.
	ids      []string
	complete bool
	// fingerprints are those of all members of an additive resource that reads a file; nil for others.
	fingerprints fingerprints
}

func (m *membershipsModel) prior() (*priorMembers, error) {
	p := &priorMembers{
		ownership: m.Ownership,
		target:    bulk.Target{Count: int(m.MemberCount.ValueInt64()), Digest: m.MembersDigest.ValueString()},
		ids:       m.listedIDs(),
	}
	if m.fromFile() && !m.ManagedSet.IsNull() {
		set, err := decodeManagedSet(m.ManagedSet.ValueString())
		if err != nil {
			return nil, err
		}
		p.ids, p.fingerprints = set.ids, set.fingerprints
	}
	p.complete = p.fingerprints == nil && len(p.ids) == p.target.Count
	if p.complete && !m.Members.IsNull() && m.Ownership.ValueString() != bulk.Additive {
		// Terraform has brought the IDs of the list into Unicode's form NFC. Where that changed one, the state doesn't say who
		// is a member.
		p.complete = digestOfIDs(p.ids) == p.target
	}
	return p, nil
}

// setMembers writes the managed members into a state. keepIDs asks for the IDs themselves where fingerprints would do.
func (m *membershipsModel) setMembers(ids []string, keepIDs bool) {
	m.setSource(ids)
	var digest bulk.Digest
	set := managedSet{fingerprints: make(fingerprints, len(ids))}
	for i, id := range ids {
		sum := sha256.Sum256([]byte(id))
		digest.AddSum(sum)
		set.fingerprints[i] = fingerprintOf(sum)
	}
	m.setTarget(bulk.TargetOf(digest))
	if m.exclusive() || !m.fromFile() {
		return
	}
	if keepIDs {
		set.ids = slices.Concat([]string{}, ids)
	}
	set.fingerprints = set.fingerprints.sorted()
	m.ManagedSet = types.StringValue(set.encode())
}

func (m *membershipsModel) setTarget(target bulk.Target) {
	m.MemberCount, m.MembersDigest = types.Int64Value(int64(target.Count)), types.StringValue(target.Digest)
	m.ManagedSet = types.StringNull()
}

// setSource writes a list of members into the attribute that holds them, unless
// it says the same already.
func (m *membershipsModel) setSource(ids []string) {
	if m.fromFile() || sameMembers(m.listedIDs(), ids) {
		return
	}
	if !m.Members.IsNull() {
		m.Members = listOf(ids[:min(len(ids), maxShownListed)])
		return
	}
	asObject := jsontext.Value(m.MembersJSON.ValueString()).Kind() == jsontext.KindBeginObject
	m.MembersJSON = types.StringValue(membersJSON(ids[:min(len(ids), maxShownJSON)], asObject))
}

func sameMembers(a, b []string) bool {
	return len(a) == len(b) && len(bulk.NotIn(b, bulk.SetOf(a))) == 0
}

// membersJSON writes members as an object, in order of the IDs, or as an array.
func membersJSON(ids []string, asObject bool) string {
	if !asObject {
		text := []byte{'['}
		for i, id := range ids {
			if i > 0 {
				text = append(text, ',')
			}
			text = appendQuoted(text, id)
		}
		return string(append(text, ']'))
	}
	text := []byte{'{'}
	for i, id := range slices.Sorted(slices.Values(ids)) {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(appendQuoted(text, id), ":true"...)
	}
	return string(append(text, '}'))
}

// appendQuoted appends an ID as a JSON string; an ID is valid UTF-8 where it was
// checked, and otherwise the broken bytes become U+FFFD.
func appendQuoted(dst []byte, id string) []byte {
	return input.AppendString(dst, id)
}

func listOf(ids []string) types.List {
	elements := make([]attr.Value, len(ids))
	for i, id := range ids {
		elements[i] = types.StringValue(id)
	}
	return types.ListValueMust(types.StringType, elements)
}

func sampleOf(ids []string) types.List { return listOf(ids[:min(len(ids), sampleSize)]) }

// fromExport writes everyone in the audience into the state: those listed before in their order, then the others.
func (m *membershipsModel) fromExport(members *talonone.MemberIDs, target bulk.Target) {
	m.setTarget(target)
	if m.fromFile() {
		return
	}
	before := m.listedIDs()
	limit := maxShownJSON
	if !m.Members.IsNull() {
		limit = maxShownListed
	}
	known := make(map[string]bool, len(before))
	for _, id := range before {
		known[id] = false
	}
	var others []string
	for id := range members.All() {
		if _, listed := known[string(id)]; listed {
			known[string(id)] = true
		} else {
			others = append(others, string(id))
		}
	}
	slices.Sort(others)
	present := slices.DeleteFunc(before, func(id string) bool { return !known[id] })
	m.setSource(append(present, others[:min(len(others), max(0, limit-len(present)))]...))
}
