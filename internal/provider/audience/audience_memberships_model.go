package audience

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
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
	AudienceID        types.Int64    `tfsdk:"audience_id"`
	Ownership         types.String   `tfsdk:"ownership"`
	Members           types.List     `tfsdk:"members"`
	MembersJSON       types.String   `tfsdk:"members_json"`
	MembersFile       types.Object   `tfsdk:"members_file"`
	ShowSamples       types.Bool     `tfsdk:"show_samples"`
	MaxRemovalPercent types.Int64    `tfsdk:"max_removal_percent"`
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

// fromFile says whether no attribute lists the members.
func (m *membershipsModel) fromFile() bool { return m.Members.IsNull() && m.MembersJSON.IsNull() }

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
		var members roll
		// What the provider wrote itself, or has checked, has no faults.
		_ = addJSON(&members, m.MembersJSON.ValueString())
		return members.Keys()
	default:
		return nil
	}
}

// holding is what a state says of its members.
func (m *membershipsModel) holding() (holding, error) {
	remembered, err := decodeMemory(m.ManagedSet.ValueString())
	if err != nil {
		return holding{}, err
	}
	held := holding{
		exists: true, ownership: m.Ownership.ValueString(), kept: remembered.kept,
		count: int(m.MemberCount.ValueInt64()), digest: m.MembersDigest.ValueString(),
	}
	if m.fromFile() {
		held.ids, held.complete, held.listed = remembered.listedIDs, remembered.listedIDs != nil, remembered.listed
	} else {
		held.ids = m.listedIDs()
		held.listed = marksOf(held.ids)
		held.complete = len(held.ids) == held.count
	}
	if held.count == 0 {
		held.complete = true
	}
	return held, nil
}

// setMembers writes into a state who is a member: all of an exclusive audience,
// the listed ones of an additive resource. kept are those among them that others
// had added. keepIDs asks for the IDs themselves where only marks would be kept.
func (m *membershipsModel) setMembers(ids []string, kept marks, keepIDs bool) {
	m.setSource(ids)
	m.MemberCount = types.Int64Value(int64(len(ids)))
	m.MembersDigest = types.StringValue(digestOf(ids).String())
	m.ManagedSet = types.StringNull()
	if m.exclusive() {
		return
	}
	var remember memory
	present := marksOf(ids)
	remember.kept = kept.without(kept.without(present))
	if m.fromFile() {
		if remember.listed = present; keepIDs {
			remember.listedIDs = ids
		}
	}
	m.remember(remember)
}

func (m *membershipsModel) remember(remember memory) {
	m.ManagedSet = types.StringNull()
	if text := remember.encode(); text != "" {
		m.ManagedSet = types.StringValue(text)
	}
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
	if len(a) != len(b) {
		return false
	}
	listed := make(map[string]bool, len(a))
	for _, id := range a {
		listed[id] = true
	}
	return !slices.ContainsFunc(b, func(id string) bool { return !listed[id] })
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
	dst, _ = jsontext.AppendQuote(dst, id)
	return dst
}

func listOf(ids []string) types.List {
	elements := make([]attr.Value, len(ids))
	for i, id := range ids {
		elements[i] = types.StringValue(id)
	}
	return types.ListValueMust(types.StringType, elements)
}

// show writes what a change will do, for the reader of the plan.
func (m *membershipsModel) show(c change) {
	m.LastSync = c.summary().MembershipObject()
	if !m.ShowSamples.ValueBool() {
		m.SampleJoining, m.SampleLeaving = listOf(nil), listOf(nil)
		return
	}
	m.SampleJoining = listOf(c.joining[:min(len(c.joining), sampleSize)])
	m.SampleLeaving = listOf(c.leaving[:min(len(c.leaving), sampleSize)])
}

// showUnknown is show before the audience, or the members, are known.
func (m *membershipsModel) showUnknown() {
	m.LastSync = bulk.UnknownMembershipSummary()
	m.SampleJoining, m.SampleLeaving = types.ListUnknown(types.StringType), types.ListUnknown(types.StringType)
	m.ManagedSet = types.StringUnknown()
}

// fromExport writes the members of an exclusive audience into its state: those
// listed before in their order, then the others.
func (m *membershipsModel) fromExport(members *talonone.MemberIDs) {
	m.MemberCount = types.Int64Value(int64(members.Len()))
	m.MembersDigest = types.StringValue(digestOfMembers(members).String())
	m.ManagedSet = types.StringNull()
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
	present := keep(before, func(id string) bool { return known[id] })
	m.setSource(append(present, others[:min(len(others), max(0, limit-len(present)))]...))
}
