package coupon

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// codes are the rows of talonone_coupons.
var codes = bulk.Noun{One: "coupon", Many: "coupons"}

// couponsModel mirrors the resource talonone_coupons.
type couponsModel struct {
	framework.Deployed

	ApplicationID     types.Int64          `tfsdk:"application_id"`
	CampaignID        types.Int64          `tfsdk:"campaign_id"`
	Ownership         types.String         `tfsdk:"ownership"`
	Coupons           jsontypes.Normalized `tfsdk:"coupons"`
	CouponsFile       types.Object         `tfsdk:"coupons_file"`
	MaxRemovalPercent types.Float64        `tfsdk:"max_removal_percent"`
	CouponCount       types.Int64          `tfsdk:"coupon_count"`
	CouponsDigest     types.String         `tfsdk:"coupons_digest"`
	ManagedCoupons    types.String         `tfsdk:"managed_coupons"`
	LastSync          types.Object         `tfsdk:"last_sync"`
	Timeouts          timeouts.Value       `tfsdk:"timeouts"`
}

// couponsIdentity mirrors the resource's identity.
type couponsIdentity struct {
	ApplicationID types.Int64 `tfsdk:"application_id"`
	CampaignID    types.Int64 `tfsdk:"campaign_id"`
}

func (m *couponsModel) identity() couponsIdentity {
	return couponsIdentity{m.ApplicationID, m.CampaignID}
}

func (m *couponsModel) guards() bulk.Guards {
	return bulk.Guards{MaxRemovalPercent: m.MaxRemovalPercent}
}

func (m *couponsModel) importID() string {
	return m.ApplicationID.String() + "/" + m.CampaignID.String()
}

// placed says whether it is known where the coupons are.
func (m *couponsModel) placed() bool {
	return !m.ApplicationID.IsUnknown() && !m.CampaignID.IsUnknown()
}

func (m *couponsModel) subject() bulk.Subject {
	return bulk.Subject{Noun: codes, Place: "campaign " + m.CampaignID.String(), ResourceType: couponsType, ImportID: m.importID(), ForGood: "This ends their reservations and forgets how often they were redeemed. It can't be undone."}
}

// exclusive says whether the campaign is to hold the listed coupons and no others.
func (m *couponsModel) exclusive() bool { return m.Ownership.ValueString() == bulk.Exclusive }

// fromFile says whether a file lists the coupons.
func (m *couponsModel) fromFile() bool { return !m.CouponsFile.IsNull() }

// source is the attribute that lists the coupons.
func (m *couponsModel) source() path.Path {
	if m.fromFile() {
		return path.Root("coupons_file")
	}
	return path.Root("coupons")
}

// targetKey names the campaign in the memory of the process.
func (m *couponsModel) targetKey() string { return couponsType + " " + m.importID() }

// replacing is what the create half of a replacement is told of the campaign.
func (m *couponsModel) replacing(target bulk.Target) bulk.Target {
	return bulk.Target{Count: target.Count, Digest: m.importID() + " " + target.Digest}
}

// held are the coupons of a state.
func (m *couponsModel) held(diags *diag.Diagnostics) couponRows {
	text := m.Coupons.ValueString()
	if m.Coupons.IsNull() {
		text = m.ManagedCoupons.ValueString()
	}
	if text == "" {
		return couponRows{}
	}
	rows, err := parseCoupons(text)
	if err != nil {
		diags.AddAttributeError(path.Root("coupons"), "Invalid coupons", err.Error())
	}
	return rows
}

// isKnown says whether it is known which coupons a configuration lists.
func (m *couponsModel) isKnown(ctx context.Context) bool {
	file, err := m.CouponsFile.ToTerraformValue(ctx)
	return err == nil && file.IsFullyKnown() && !m.Coupons.IsUnknown() && !m.Ownership.IsUnknown()
}

// setRows writes the coupons that the resource manages into the attribute that holds them, which keeps a text that says the same.
func (m *couponsModel) setRows(rows, before couponRows) {
	same := bulk.Compare(before, rows, input.EqualJSON).Empty()
	switch {
	case !m.fromFile():
		m.ManagedCoupons = types.StringNull()
		if !same || m.Coupons.IsNull() {
			m.Coupons = jsontypes.NewNormalizedValue(input.ObjectOf(rows))
		}
	case !same || m.ManagedCoupons.IsNull() || m.ManagedCoupons.IsUnknown():
		m.ManagedCoupons = types.StringValue(input.ObjectOf(rows))
	}
	m.setTarget(rows)
}

func (m *couponsModel) setTarget(rows couponRows) {
	m.CouponCount, m.CouponsDigest = types.Int64Value(int64(len(rows))), types.StringValue(rows.digest())
}

// couponRows holds the settings of many coupons: code to canonical JSON object. Texts take a fraction of the memory of decoded
// ones.
type couponRows map[string]string

// codes are the keys, sorted.
func (r couponRows) codes() []string { return slices.Sorted(maps.Keys(r)) }

// settings are those of one coupon; the defaults for one that is not in the rows.
func (r couponRows) settings(code string) couponSettings {
	// The text was written by couponSettings.text.
	settings, _ := parseSettings([]byte(r[code]))
	return settings
}

// digest is a fingerprint of the codes with their settings.
func (r couponRows) digest() string {
	var digest bulk.Digest
	for code, text := range r {
		digest.Add([]byte(code + "\x00" + input.Digest(text)))
	}
	return digest.String()
}

// couponSettings are the settings of a coupon in JSON. A nil one is the API's default, but for the usage limit and what can't be
// cleared.
type couponSettings struct {
	UsageLimit             *int64          `json:"usage_limit"`
	DiscountLimit          *json.Number    `json:"discount_limit,omitempty"`
	ReservationLimit       *int64          `json:"reservation_limit,omitempty"`
	StartDate              *time.Time      `json:"start_date,omitempty"`
	ExpiryDate             *time.Time      `json:"expiry_date,omitempty"`
	RecipientIntegrationID *string         `json:"recipient_integration_id,omitempty"`
	IsReservationMandatory bool            `json:"is_reservation_mandatory,omitempty"`
	ImplicitlyReserved     bool            `json:"implicitly_reserved,omitempty"`
	Attributes             json.RawMessage `json:"attributes,omitempty"`
}

// parseCoupons reads the configured JSON: an object from code to settings, or an array of codes.
func parseCoupons(text string) (couponRows, error) {
	rows := couponRows{}
	add := func(code string, settings couponSettings) error {
		if err := checkCode(code); err != nil {
			return err
		}
		if _, twice := rows[code]; twice {
			return fmt.Errorf("code %q is listed twice", code)
		}
		rows[code] = settings.text()
		return nil
	}
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		var list []string
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			return rows, errors.New("an array must hold codes only, as jsonencode([\"ANNA10\", \"BEN10\"]) writes it; for settings write an object from code to settings")
		}
		for _, code := range list {
			if err := add(code, couponSettings{UsageLimit: new(int64(1))}); err != nil {
				return rows, err
			}
		}
		return rows, nil
	}
	err := input.DecodeObject(text, func(code string, dec *jsontext.Decoder) error {
		if kind := dec.PeekKind(); kind != jsontext.KindBeginObject {
			return fmt.Errorf("coupon %q: the settings must be an object, not %s", input.Clip(code), input.KindName(kind))
		}
		value, err := dec.ReadValue()
		if err != nil {
			return fmt.Errorf("coupon %q: %w", input.Clip(code), err)
		}
		settings, err := parseSettings(value)
		if err != nil {
			return fmt.Errorf("coupon %q: %w", input.Clip(code), err)
		}
		return add(code, settings)
	})
	return rows, err
}

// checkCode is what an import takes for a code, and an update by hand too.
func checkCode(code string) error {
	length := utf8.RuneCountInString(code)
	switch {
	case length < 4 || length > 100:
		return fmt.Errorf("a code has 4 to 100 characters, and %q has %d", input.Clip(code), length)
	case strings.TrimSpace(code) != code:
		return fmt.Errorf("a code has no blanks at its ends, and %q has some", code)
	case strings.ContainsFunc(code, unicode.IsControl):
		return fmt.Errorf("a code has no control characters, and %q has some", code)
	}
	return nil
}

// parseSettings reads the settings of one coupon, and makes them canonical.
func parseSettings(text []byte) (couponSettings, error) {
	var s couponSettings
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return s, wrongSetting(err)
	}
	if s.UsageLimit == nil {
		s.UsageLimit = new(int64(1))
	}
	for name, limit := range map[string]*int64{"usage_limit": s.UsageLimit, "reservation_limit": s.ReservationLimit} {
		if limit != nil && (*limit < 0 || *limit > maxUses) {
			return s, fmt.Errorf("%s is %d, and must be from 0 to 999,999", name, *limit)
		}
	}
	if s.DiscountLimit != nil {
		plain, err := input.CanonicalNumber(s.DiscountLimit.String())
		if err != nil || strings.HasPrefix(plain, "-") {
			return s, fmt.Errorf("discount_limit is %q, and must be an amount of money from 0", s.DiscountLimit.String())
		}
		s.DiscountLimit = new(json.Number(plain))
	}
	for _, at := range []*time.Time{s.StartDate, s.ExpiryDate} {
		if at != nil {
			*at = at.UTC().Truncate(time.Microsecond)
		}
	}
	if s.StartDate != nil && s.ExpiryDate != nil && s.ExpiryDate.Before(*s.StartDate) {
		return s, errors.New("expiry_date is before start_date")
	}
	if s.RecipientIntegrationID != nil {
		if length := utf8.RuneCountInString(*s.RecipientIntegrationID); length == 0 || length > talonone.MaxIntegrationID {
			return s, fmt.Errorf("recipient_integration_id has %d characters, and an integration ID has 1 to %d", length, talonone.MaxIntegrationID)
		}
	}
	if string(bytes.TrimSpace(s.Attributes)) == "null" {
		s.Attributes = nil
	}
	if s.Attributes != nil {
		attributes, err := customattr.Parse(string(s.Attributes))
		if err != nil {
			return s, fmt.Errorf("attributes: %w", err)
		}
		s.Attributes = json.RawMessage(attributes.String())
	}
	return s, nil
}

// settingNames are what an object of settings may hold.
const settingNames = "usage_limit, discount_limit, reservation_limit, start_date, expiry_date, recipient_integration_id, is_reservation_mandatory, implicitly_reserved and attributes"

func wrongSetting(err error) error {
	wrong, isType := errors.AsType[*json.UnmarshalTypeError](err)
	parse, isTime := errors.AsType[*time.ParseError](err)
	switch text := err.Error(); {
	case isType:
		wanted := map[string]string{"int64": "a whole number", "bool": "true or false", "json.Number": "a number"}[wrong.Type.String()]
		got := map[string]string{"string": "a string", "bool": "true or false", "array": "an array", "object": "an object", "number": "a number"}[wrong.Value]
		return fmt.Errorf("%s must be %s, not %s", wrong.Field, cmp.Or(wanted, "a string"), cmp.Or(got, strings.TrimPrefix(wrong.Value, "number ")))
	case isTime:
		return fmt.Errorf("%s is not a time; write RFC 3339, such as 2030-01-31T23:59:59Z", parse.Value)
	case strings.Contains(text, "unknown field"):
		_, name, _ := strings.Cut(text, "unknown field ")
		return fmt.Errorf("there is no setting %s; the settings are %s", name, settingNames)
	default:
		return err
	}
}

// text is the canonical JSON.
func (s couponSettings) text() string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // All of it has been read from JSON.
	}
	return string(text)
}

// model is the coupon as the resource for a single one has it.
func (s couponSettings) model(code string) codeModel {
	m := codeModel{
		Value: types.StringValue(code), UsageLimit: types.Int64PointerValue(s.UsageLimit), DiscountLimit: types.NumberNull(), ReservationLimit: types.Int64PointerValue(s.ReservationLimit),
		StartDate: moment(s.StartDate), ExpiryDate: moment(s.ExpiryDate), RecipientIntegrationID: types.StringPointerValue(s.RecipientIntegrationID),
		IsReservationMandatory: types.BoolValue(s.IsReservationMandatory), ImplicitlyReserved: types.BoolValue(s.ImplicitlyReserved), Attributes: jsontypes.NewNormalizedNull(),
	}
	if s.DiscountLimit != nil {
		m.DiscountLimit = framework.Number(*s.DiscountLimit)
	}
	if s.Attributes != nil {
		m.Attributes = jsontypes.NewNormalizedValue(string(s.Attributes))
	}
	return m
}

func moment(at *time.Time) timetypes.RFC3339 {
	if at == nil {
		return timetypes.NewRFC3339Null()
	}
	return timetypes.NewRFC3339TimeValue(*at)
}

// settingsFromAPI are the settings of a coupon of the deployment, as far as prior manages what can't be cleared and attributes;
// nil manages all.
func settingsFromAPI(api *talonone.Coupon, prior *couponSettings) couponSettings {
	s := couponSettings{
		UsageLimit: &api.UsageLimit, StartDate: api.StartDate, ExpiryDate: api.ExpiryDate,
		IsReservationMandatory: framework.ValueOf(api.IsReservationMandatory), ImplicitlyReserved: framework.ValueOf(api.ImplicitlyReserved),
	}
	if recipient := framework.ValueOf(api.RecipientIntegrationID); recipient != "" {
		s.RecipientIntegrationID = &recipient
	}
	if api.Exported && prior != nil {
		s.ImplicitlyReserved = prior.ImplicitlyReserved
	}
	if api.DiscountLimit != "" && (prior == nil || prior.DiscountLimit != nil) {
		s.DiscountLimit = &api.DiscountLimit
	}
	if prior == nil || prior.ReservationLimit != nil {
		s.ReservationLimit = api.ReservationLimit
	}
	attributes, err := customattr.FromAPI(api.Attributes)
	switch {
	case err != nil, prior != nil && prior.Attributes == nil, prior == nil && len(attributes) == 0:
	case prior == nil:
		s.Attributes = json.RawMessage(attributes.String())
	default:
		managed, _ := customattr.Parse(string(prior.Attributes))
		s.Attributes = json.RawMessage(attributes.Managed(managed).String())
	}
	for _, at := range []**time.Time{&s.StartDate, &s.ExpiryDate} {
		if *at != nil {
			*at = new((*at).UTC().Truncate(time.Microsecond))
		}
	}
	if s.DiscountLimit != nil {
		if plain, err := input.CanonicalNumber(s.DiscountLimit.String()); err == nil {
			s.DiscountLimit = new(json.Number(plain))
		}
	}
	return s
}

// parseCouponsID reads APPLICATION/CAMPAIGN.
func parseCouponsID(text string) (couponsIdentity, error) {
	application, campaign, found := strings.Cut(text, "/")
	applicationID, err := strconv.ParseInt(application, 10, 64)
	campaignID, otherErr := strconv.ParseInt(campaign, 10, 64)
	if !found || err != nil || otherErr != nil || applicationID < 1 || campaignID < 1 {
		return couponsIdentity{}, fmt.Errorf("%q does not name a campaign; use the ID of the Application and the ID of the campaign, such as 1/12", text)
	}
	return couponsIdentity{types.Int64Value(applicationID), types.Int64Value(campaignID)}, nil
}
