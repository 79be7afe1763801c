package referral

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// referralsModel mirrors the resource talonone_referrals. Codes and IDs are two
// flat maps, since maps of objects are slow in the framework.
type referralsModel struct {
	ApplicationID     types.Int64          `tfsdk:"application_id"`
	CampaignID        types.Int64          `tfsdk:"campaign_id"`
	Advocates         types.List           `tfsdk:"advocates"`
	StartDate         timetypes.RFC3339    `tfsdk:"start_date"`
	ExpiryDate        timetypes.RFC3339    `tfsdk:"expiry_date"`
	UsageLimit        types.Int64          `tfsdk:"usage_limit"`
	Attributes        jsontypes.Normalized `tfsdk:"attributes"`
	ReferralPattern   types.String         `tfsdk:"referral_pattern"`
	ValidCharacters   types.List           `tfsdk:"valid_characters"`
	MaxRemovalPercent types.Int64          `tfsdk:"max_removal_percent"`
	Codes             types.Map            `tfsdk:"codes"`
	ReferralIDs       types.Map            `tfsdk:"referral_ids"`
	LastSync          types.Object         `tfsdk:"last_sync"`
	Timeouts          timeouts.Value       `tfsdk:"timeouts"`
}

// referralsIdentity mirrors the resource's identity.
type referralsIdentity struct {
	CampaignID types.Int64 `tfsdk:"campaign_id"`
}

// made is a referral of one advocate.
type made struct {
	id   int64
	code string
}

// bookkeeping is what the private state keeps, so that a plan is made of nothing
// that can change before it is applied.
type bookkeeping struct {
	// From and To are when the referrals were created; they bound every listing, unless
	// they are zero.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Wanted are the settings that the last apply was about, done or interrupted.
	Wanted settings `json:"wanted"`
	// Deviating are the IDs of referrals that lack them.
	Deviating []int64 `json:"deviating,omitempty"`
	// Friends are the friends of referrals that somebody gave one, by ID; an update
	// has to repeat them.
	Friends map[int64]string `json:"friends,omitempty"`
}

// cover widens the bounds to a referral.
func (b *bookkeeping) cover(created time.Time) {
	if b.From.IsZero() || created.Before(b.From) {
		b.From = created
	}
	if created.After(b.To) {
		b.To = created
	}
}

// lost says that the bounds are not known: when a provider is killed during an
// update, Terraform keeps the state and drops what is kept beside it.
func (b *bookkeeping) lost() bool { return b.From.IsZero() }

// inspect notes what a refresh has seen.
func (b *bookkeeping) inspect(referrals []*talonone.Referral) {
	b.Deviating, b.Friends = nil, nil
	for _, one := range referrals {
		if !b.Wanted.fitShared(one) {
			b.Deviating = append(b.Deviating, one.ID)
		}
		if friend := framework.ValueOf(one.FriendProfileIntegrationID); friend != "" {
			if b.Friends == nil {
				b.Friends = make(map[int64]string)
			}
			b.Friends[one.ID] = friend
		}
	}
}

// toUpdate lists, in ascending order, the referrals that have to change to get these settings: those
// that lack them where the last apply wanted the same, else all.
func (b *bookkeeping) toUpdate(planned settings, managed map[string]made) []int64 {
	deviating := setOf(b.Deviating)
	same := b.Wanted.equal(planned)
	var ids []int64
	for _, one := range managed {
		if !same || deviating[one.id] {
			ids = append(ids, one.id)
		}
	}
	slices.Sort(ids)
	return ids
}

// want notes that an apply is about these settings, which those of managed lack
// that have to change.
func (b *bookkeeping) want(planned settings, managed map[string]made) {
	b.Deviating = b.toUpdate(planned, managed)
	b.Wanted = planned
}

// encode is the bookkeeping as private state, which must be JSON.
func (b bookkeeping) encode() []byte {
	encoded, err := json.Marshal(b)
	if err != nil {
		// Attributes are JSON already, and all else is times, numbers and texts.
		panic(err)
	}
	return encoded
}

func readBookkeeping(ctx context.Context, private interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}, diags *diag.Diagnostics) bookkeeping {
	var books bookkeeping
	raw, got := private.GetKey(ctx, privateKey)
	diags.Append(got...)
	if raw == nil {
		return books
	}
	if err := json.Unmarshal(raw, &books); err != nil {
		diags.AddError("Unable to read the private state of "+referralsType, err.Error())
	}
	return books
}

func (m *referralsModel) place() place {
	return place{applicationID: m.ApplicationID.ValueInt64(), campaignID: m.CampaignID.ValueInt64()}
}

// settings is what the referrals share.
func (m *referralsModel) settings() settings {
	return settings{
		UsageLimit: int64Pointer(m.UsageLimit), Start: timeOf(m.StartDate), Expiry: timeOf(m.ExpiryDate), Attributes: m.Attributes.ValueString(),
	}
}

// toAPI is what creations share.
func (m *referralsModel) toAPI() talonone.NewReferrals {
	wanted := m.settings()
	characters, _ := framework.Strings(m.ValidCharacters)
	return talonone.NewReferrals{
		CampaignID: m.CampaignID.ValueInt64(), UsageLimit: framework.ValueOf(wanted.UsageLimit),
		StartDate: wanted.Start, ExpiryDate: wanted.Expiry, Attributes: json.RawMessage(wanted.Attributes),
		ReferralPattern: framework.StringPointer(m.ReferralPattern), ValidCharacters: characters,
	}
}

// show takes the settings of a referral over, in the spelling that is there where
// they are the same.
func (m *referralsModel) show(api *talonone.Referral) {
	m.UsageLimit = types.Int64Value(api.UsageLimit)
	m.StartDate, m.ExpiryDate = dateFrom(api.StartDate, m.StartDate), dateFrom(api.ExpiryDate, m.ExpiryDate)
	m.Attributes = attributesFrom(api.Attributes, m.Attributes)
}

// referrals reads the computed maps: the referrals that are known, by advocate.
func (m *referralsModel) referrals() map[string]made {
	ids := m.ReferralIDs.Elements()
	known := make(map[string]made, len(ids))
	codes := m.Codes.Elements()
	for advocate, element := range ids {
		id, ok := element.(types.Int64)
		code, _ := codes[advocate].(types.String)
		if ok && !id.IsUnknown() {
			known[advocate] = made{id: id.ValueInt64(), code: code.ValueString()}
		}
	}
	return known
}

// setReferrals fills the computed maps: what is known of each advocate, and
// unknown for those whose code is yet to be made.
func (m *referralsModel) setReferrals(advocates []string, known map[string]made) {
	codes, ids := make(map[string]attr.Value, len(advocates)), make(map[string]attr.Value, len(advocates))
	for _, advocate := range advocates {
		if one, ok := known[advocate]; ok {
			codes[advocate], ids[advocate] = types.StringValue(one.code), types.Int64Value(one.id)
		} else {
			codes[advocate], ids[advocate] = types.StringUnknown(), types.Int64Unknown()
		}
	}
	m.Codes = types.MapValueMust(types.StringType, codes)
	m.ReferralIDs = types.MapValueMust(types.Int64Type, ids)
}

// setUnknown marks everything that depends on the advocates.
func (m *referralsModel) setUnknown() {
	m.Codes, m.ReferralIDs = types.MapUnknown(types.StringType), types.MapUnknown(types.Int64Type)
	m.LastSync = bulk.UnknownSummary()
}

// todo is what an apply has to do.
type todo struct {
	// create are advocates, adopt the leftovers among those that are new.
	create []string
	adopt  map[string]made
	// update are IDs.
	update []int64
	// remove are advocates.
	remove []string
}

func (t todo) empty() bool {
	return len(t.create)+len(t.adopt)+len(t.update)+len(t.remove) == 0
}

// summary counts requests: creations go by the thousand, all else one by one.
func (t todo) summary() types.Object {
	return bulk.Summary{
		Added: len(t.create) + len(t.adopt), Updated: len(t.update), Removed: len(t.remove),
		Requests: bulk.Requests(len(t.create), talonone.MaxAdvocates) + len(t.update) + len(t.remove),
	}.Object()
}

// oldest sorts referrals by ID, so that the first of an advocate is the oldest.
func oldest(referrals []*talonone.Referral) {
	slices.SortFunc(referrals, func(a, b *talonone.Referral) int { return cmp.Compare(a.ID, b.ID) })
}
