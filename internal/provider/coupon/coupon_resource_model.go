package coupon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// codeModel mirrors the resource talonone_coupon.
type codeModel struct {
	framework.Deployed
	framework.Timed

	ID                     types.Int64          `tfsdk:"id"`
	ApplicationID          types.Int64          `tfsdk:"application_id"`
	CampaignID             types.Int64          `tfsdk:"campaign_id"`
	Value                  types.String         `tfsdk:"value"`
	UsageLimit             types.Int64          `tfsdk:"usage_limit"`
	DiscountLimit          types.Number         `tfsdk:"discount_limit"`
	ReservationLimit       types.Int64          `tfsdk:"reservation_limit"`
	StartDate              timetypes.RFC3339    `tfsdk:"start_date"`
	ExpiryDate             timetypes.RFC3339    `tfsdk:"expiry_date"`
	RecipientIntegrationID types.String         `tfsdk:"recipient_integration_id"`
	IsReservationMandatory types.Bool           `tfsdk:"is_reservation_mandatory"`
	ImplicitlyReserved     types.Bool           `tfsdk:"implicitly_reserved"`
	Attributes             jsontypes.Normalized `tfsdk:"attributes"`
	BatchID                types.String         `tfsdk:"batch_id"`
	Created                timetypes.RFC3339    `tfsdk:"created"`
	DeletionProtection     types.Bool           `tfsdk:"deletion_protection"`
}

// couponIdentity mirrors the resource's identity.
type couponIdentity struct {
	ApplicationID types.Int64  `tfsdk:"application_id"`
	CampaignID    types.Int64  `tfsdk:"campaign_id"`
	Value         types.String `tfsdk:"value"`
}

func (m codeModel) identity() couponIdentity {
	return couponIdentity{m.ApplicationID, m.CampaignID, m.Value}
}

func (m codeModel) importID() string {
	return fmt.Sprintf("%d/%d/%s", m.ApplicationID.ValueInt64(), m.CampaignID.ValueInt64(), m.Value.ValueString())
}

// claim is what the resource wants to own. sensitivity is how its Application compares codes.
func (m codeModel) claim(sensitivity string) bulk.Claim {
	application := "Application " + m.ApplicationID.String()
	return bulk.Claim{
		Subject: bulk.Subject{Noun: bulk.Noun{One: "coupon", Many: "coupons"}, Place: application, ResourceType: couponResourceType, ImportID: m.importID()},
		Target:  "coupons of " + application, At: path.Root("value"), Rows: []string{talonone.FoldCode(m.Value.ValueString(), sensitivity)},
		Lost: "its reservations and the count of its redemptions", Part: "campaign " + m.CampaignID.String(),
	}
}

// label names a coupon to a reader.
func (m codeModel) label() string { return "coupon " + m.Value.String() }

// replacedBy says whether what has the code is another coupon than the state's.
func (m codeModel) replacedBy(found *talonone.Coupon) bool {
	return found.CampaignID != m.CampaignID.ValueInt64() || !m.ID.IsNull() && found.ID != m.ID.ValueInt64() || framework.IsAnother(m.Created, found.Created)
}

// in is the model in the campaign of a coupon.
func (m codeModel) in(existing *talonone.Coupon) codeModel {
	m.CampaignID = types.Int64Value(existing.CampaignID)
	return m
}

// toAPI are all settings, since the API clears some of those that are omitted. existing, nil for a new coupon, has the
// attributes and limits that aren't managed here.
func (m codeModel) toAPI(existing *talonone.Coupon, before jsontypes.Normalized) talonone.CouponSettings {
	settings := talonone.CouponSettings{
		UsageLimit: m.UsageLimit.ValueInt64(), DiscountLimit: framework.JSONNumber(m.DiscountLimit), ReservationLimit: known(m.ReservationLimit),
		StartDate: instant(m.StartDate), ExpiryDate: instant(m.ExpiryDate), RecipientIntegrationID: framework.StringPointer(m.RecipientIntegrationID),
		IsReservationMandatory: m.IsReservationMandatory.ValueBool(), ImplicitlyReserved: m.ImplicitlyReserved.ValueBool(),
	}
	attributes := customattr.Attributes{}
	if existing != nil {
		settings.Limits = existing.Limits
		if settings.DiscountLimit == nil && existing.DiscountLimit != "" {
			settings.DiscountLimit = &existing.DiscountLimit
		}
		if settings.ReservationLimit == nil {
			settings.ReservationLimit = existing.ReservationLimit
		}
		if had, err := customattr.FromAPI(existing.Attributes); err == nil {
			attributes = had
		}
	}
	for name := range customattr.FromConfig(before) {
		delete(attributes, name)
	}
	maps.Copy(attributes, customattr.FromConfig(m.Attributes))
	settings.Attributes = json.RawMessage(attributes.WithoutCleared().String())
	return settings
}

// sameSettings says whether an update would send the same.
func (m codeModel) sameSettings(other codeModel) bool {
	none := jsontypes.NewNormalizedNull()
	one, err := json.Marshal(m.toAPI(nil, none))
	two, otherErr := json.Marshal(other.toAPI(nil, none))
	return err == nil && otherErr == nil && bytes.Equal(one, two) && m.Attributes.IsNull() == other.Attributes.IsNull()
}

func known(number types.Int64) *int64 {
	if number.IsUnknown() {
		return nil
	}
	return number.ValueInt64Pointer()
}

func instant(value timetypes.RFC3339) *time.Time {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	at, _ := value.ValueRFC3339Time() // its type has validated it
	return &at
}

// couponFromAPI is the server's coupon. prior, from configuration or state, keeps what no response names, and the spelling
// of what means the same.
func couponFromAPI(api *talonone.Coupon, prior codeModel) codeModel {
	m := codeModel{
		Deployed: prior.Deployed, ID: types.Int64Value(api.ID), ApplicationID: prior.ApplicationID, CampaignID: types.Int64Value(api.CampaignID), Value: types.StringValue(api.Value),
		UsageLimit: types.Int64Value(api.UsageLimit), DiscountLimit: framework.Number(api.DiscountLimit), ReservationLimit: types.Int64PointerValue(api.ReservationLimit),
		StartDate: keptTime(api.StartDate, prior.StartDate), ExpiryDate: keptTime(api.ExpiryDate, prior.ExpiryDate),
		RecipientIntegrationID: framework.OptionalString(api.RecipientIntegrationID, types.StringNull()),
		IsReservationMandatory: types.BoolValue(framework.ValueOf(api.IsReservationMandatory)), ImplicitlyReserved: types.BoolValue(framework.ValueOf(api.ImplicitlyReserved)),
		Attributes: prior.Attributes, BatchID: framework.OptionalString(api.BatchID, types.StringNull()), Created: framework.Time(api.Created),
		DeletionProtection: types.BoolValue(prior.DeletionProtection.ValueBool()),
	}
	if strings.EqualFold(api.Value, prior.Value.ValueString()) {
		m.Value = prior.Value
	}
	if attributes, err := customattr.FromAPI(api.Attributes); err == nil && !prior.Attributes.IsNull() {
		m.Attributes = attributes.ManagedValue(prior.Attributes)
	}
	return m
}

// keptTime is the prior spelling of the same instant.
func keptTime(api *time.Time, prior timetypes.RFC3339) timetypes.RFC3339 {
	if before := instant(prior); api != nil && before != nil && before.Truncate(time.Microsecond).Equal(*api) {
		return prior
	}
	return framework.OptionalTime(api)
}

func couponOperation(action string, m codeModel) framework.Operation {
	return framework.Operation{
		Construct: couponResourceType, Action: action, Object: m.Value.String(),
		Pointers: map[string]path.Path{
			"/couponPattern": path.Root("value"), "/usageLimit": path.Root("usage_limit"), "/discountLimit": path.Root("discount_limit"),
			"/reservationLimit": path.Root("reservation_limit"), "/startDate": path.Root("start_date"), "/expiryDate": path.Root("expiry_date"),
			"/recipientIntegrationId": path.Root("recipient_integration_id"), "/attributes": path.Root("attributes"),
			"/isReservationMandatory": path.Root("is_reservation_mandatory"), "/implicitlyReserved": path.Root("implicitly_reserved"),
		},
		NotFound: path.Root("campaign_id"),
	}
}
