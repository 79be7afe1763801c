package referral

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	noun         = bulk.Noun{One: "referral", Many: "referrals"}
	advocateNoun = bulk.Noun{One: "advocate", Many: "advocates"}
)

// referralsModel mirrors the resource talonone_referrals. Codes and IDs are two flat maps, since maps of objects are
// slow in the framework.
type referralsModel struct {
	framework.Deployed

	ApplicationID     types.Int64          `tfsdk:"application_id"`
	CampaignID        types.Int64          `tfsdk:"campaign_id"`
	Advocates         types.List           `tfsdk:"advocates"`
	StartDate         timetypes.RFC3339    `tfsdk:"start_date"`
	ExpiryDate        timetypes.RFC3339    `tfsdk:"expiry_date"`
	UsageLimit        types.Int64          `tfsdk:"usage_limit"`
	Attributes        jsontypes.Normalized `tfsdk:"attributes"`
	ReferralPattern   types.String         `tfsdk:"referral_pattern"`
	ValidCharacters   types.List           `tfsdk:"valid_characters"`
	MaxRemovalPercent types.Float64        `tfsdk:"max_removal_percent"`
	Codes             types.Map            `tfsdk:"codes"`
	ReferralIDs       types.Map            `tfsdk:"referral_ids"`
	LastSync          types.Object         `tfsdk:"last_sync"`
	Timeouts          timeouts.Value       `tfsdk:"timeouts"`
}

// referralsIdentity mirrors the resource's identity.
type referralsIdentity struct {
	CampaignID types.Int64 `tfsdk:"campaign_id"`
}

// row is the referral of one advocate.
type row struct {
	id       int64
	code     string
	settings settings
	// differs says that the referral has other settings than those in settings.
	differs bool
	// created is zero where this call has not seen the referral.
	created time.Time
}

// sameRow compares what an update can change. Rows that differ from their settings may do so each in its own way.
func sameRow(prior, desired row) bool {
	return prior.differs == desired.differs && prior.settings.equal(desired.settings)
}

// tracking is kept in private state. Without it a refresh lists the whole campaign, and an interrupted update is
// planned for all referrals again; nothing else depends on it.
type tracking struct {
	// From and To are when the first and the last referral were created; zero where this is not known.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Settings are those of the last apply, complete or interrupted.
	Settings *settings `json:"settings,omitempty"`
	// Differing are the IDs of the referrals that lack them, in ascending order.
	Differing []int64 `json:"differing,omitempty"`
}

// note replaces what is tracked by these rows.
func (t *tracking) note(rows map[string]row, wanted settings) {
	t.Settings, t.Differing = &wanted, nil
	complete := true
	for _, one := range rows {
		complete = complete && !one.created.IsZero()
		if !sameRow(one, row{settings: wanted}) {
			t.Differing = append(t.Differing, one.id)
		}
	}
	slices.Sort(t.Differing)
	if t.From.IsZero() && !complete {
		// The referrals that this call has seen say nothing about the others.
		return
	}
	for _, one := range rows {
		if one.created.IsZero() {
			continue
		}
		if t.From.IsZero() || one.created.Before(t.From) {
			t.From = one.created
		}
		if one.created.After(t.To) {
			t.To = one.created
		}
	}
}

func (m *referralsModel) subject() bulk.Subject {
	id := strconv.FormatInt(m.CampaignID.ValueInt64(), 10)
	return bulk.Subject{Noun: noun, Place: "campaign " + id, ResourceType: referralsType, ImportID: id, ForGood: "Their codes stop working. This can't be undone: new referrals get other codes."}
}

func (m *referralsModel) guards() bulk.Guards {
	return bulk.Guards{MaxRemovalPercent: m.MaxRemovalPercent}
}

// claimCodes is what the resource owns, by ID: another resource may have codes of the same advocates.
func (m *referralsModel) claimCodes(rows map[string]row) bulk.Claim {
	claim := bulk.Claim{Subject: m.subject(), Target: codesTarget, At: path.Root("advocates"), Lost: "their codes stop working"}
	for _, one := range rows {
		claim.Rows = append(claim.Rows, codeRow(one.id))
	}
	claim.Held = func(string) bool { return true }
	return claim
}

// codeRow is a referral in the rows of claimCodes.
func codeRow(id int64) string { return strconv.FormatInt(id, 10) }

// imported says that no apply has changed rows since the import: the state may hold referrals that the configuration
// has never listed.
func (m *referralsModel) imported() bool { return m.LastSync.IsNull() }

// search is a search for the referrals of advocates.
func (m *referralsModel) search(advocates []string) search {
	return search{applicationID: m.ApplicationID.ValueInt64(), campaignID: m.CampaignID.ValueInt64(), advocates: advocates}
}

// settings is what the referrals share.
func (m *referralsModel) settings() settings {
	return settings{
		UsageLimit: int64Pointer(m.UsageLimit), Start: timeOf(m.StartDate), Expiry: timeOf(m.ExpiryDate), Attributes: m.Attributes.ValueString(),
	}
}

func (m *referralsModel) hasUnknownSettings() bool {
	return m.StartDate.IsUnknown() || m.ExpiryDate.IsUnknown() || m.UsageLimit.IsUnknown() || m.Attributes.IsUnknown()
}

// toAPI is what creates share.
func (m *referralsModel) toAPI() talonone.NewReferrals {
	wanted := m.settings()
	characters, _ := framework.Strings(m.ValidCharacters)
	return talonone.NewReferrals{
		CampaignID: m.CampaignID.ValueInt64(), UsageLimit: framework.ValueOf(wanted.UsageLimit),
		StartDate: wanted.Start, ExpiryDate: wanted.Expiry, Attributes: json.RawMessage(wanted.Attributes),
		ReferralPattern: framework.StringPointer(m.ReferralPattern), ValidCharacters: characters,
	}
}

// setSettings takes over the settings of a referral, in the spelling of before where they are the same.
func (m *referralsModel) setSettings(api *talonone.Referral) {
	m.UsageLimit = types.Int64Value(api.UsageLimit)
	m.StartDate, m.ExpiryDate = dateFrom(api.StartDate, m.StartDate), dateFrom(api.ExpiryDate, m.ExpiryDate)
	m.Attributes = attributesFrom(api.Attributes, m.Attributes)
}

// rows are the referrals of a state by advocate.
func (m *referralsModel) rows(t tracking) map[string]row {
	has := m.settings()
	if t.Settings != nil {
		has = *t.Settings
	}
	ids, codes := m.ReferralIDs.Elements(), m.Codes.Elements()
	rows := make(map[string]row, len(ids))
	for advocate, element := range ids {
		id, _ := element.(types.Int64)
		code, _ := codes[advocate].(types.String)
		_, differs := slices.BinarySearch(t.Differing, id.ValueInt64())
		rows[advocate] = row{id: id.ValueInt64(), code: code.ValueString(), settings: has, differs: differs}
	}
	return rows
}

// setRows fills the computed maps: what is known of each advocate, and unknown for those who get a code.
func (m *referralsModel) setRows(advocates []string, rows map[string]row) {
	codes, ids := make(map[string]attr.Value, len(advocates)), make(map[string]attr.Value, len(advocates))
	for _, advocate := range advocates {
		if one, ok := rows[advocate]; ok {
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
	m.LastSync = bulk.UnknownLastSync()
}

// setApplied makes the model hold exactly these rows, in the order given.
func (m *referralsModel) setApplied(advocates []string, rows map[string]row) {
	m.Advocates = framework.IDListValue(advocates)
	m.setRows(advocates, rows)
}
