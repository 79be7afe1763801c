package framework

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	resource "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// What rules do, as computed lists that resources and data sources share: each
// column has a name, a type and a description.
type column struct {
	name        string
	kind        attr.Type
	description string
}

var effectColumns = []column{
	{"effect_type", types.StringType, "Type of the effect in the API's spelling, such as `setDiscount`, `acceptCoupon` or `rejectCoupon`."},
	{"campaign_id", types.Int64Type, "ID of the campaign whose rule had the effect."},
	{"ruleset_id", types.Int64Type, "ID of the campaign's ruleset."},
	{"rule_index", types.Int64Type, "Place of the rule in the ruleset, from 0."},
	{"rule_name", types.StringType, "Name of the rule."},
	{"condition_index", types.Int64Type, "Place of the condition that caused the effect, from 0; null when the API does not tell."},
	{"triggered_by_coupon", types.Int64Type, "ID of the coupon that caused the effect; null when none did."},
	{"triggered_for_catalog_item", types.Int64Type, "ID of the catalog item that the effect is for; null when there is none."},
	{"props", jsontypes.NormalizedType{}, "Properties of the effect as a JSON object, which depend on its type: read them with `jsondecode`. " +
		"`setDiscount`, for example, has `name` and `value`, an amount in the Application's currency."},
}

var couponColumns = []column{
	{"id", types.Int64Type, "ID of the coupon."},
	{"campaign_id", types.Int64Type, "ID of the campaign that the coupon belongs to."},
	{"value", types.StringType, "Code of the coupon."},
	{"usage_limit", types.Int64Type, "How often the coupon can be redeemed; 0 for no limit."},
	{"recipient_integration_id", types.StringType, "Integration ID of the only customer who may redeem the coupon; null when anybody may."},
	{"start_date", timetypes.RFC3339Type{}, "When the coupon begins to be valid, RFC 3339; null for at once."},
	{"expiry_date", timetypes.RFC3339Type{}, "When the coupon ends to be valid, RFC 3339; null for never."},
}

var referralColumns = []column{
	{"id", types.Int64Type, "ID of the referral."},
	{"campaign_id", types.Int64Type, "ID of the campaign that the referral belongs to."},
	{"code", types.StringType, "Code of the referral."},
	{"usage_limit", types.Int64Type, "How often the code can be used; 0 for no limit."},
	{"advocate_profile_integration_id", types.StringType, "Integration ID of the customer who refers."},
	{"friend_profile_integration_id", types.StringType, "Integration ID of the only customer who may use the code; null when anybody may."},
	{"start_date", timetypes.RFC3339Type{}, "When the code begins to be valid, RFC 3339; null for at once."},
	{"expiry_date", timetypes.RFC3339Type{}, "When the code ends to be valid, RFC 3339; null for never."},
}

func objectType(columns []column) types.ObjectType {
	kinds := make(map[string]attr.Type, len(columns))
	for _, c := range columns {
		kinds[c.name] = c.kind
	}
	return types.ObjectType{AttrTypes: kinds}
}

func listOf[T any](api []T, columns []column, row func(T) map[string]attr.Value) types.List {
	kind := objectType(columns)
	elements := make([]attr.Value, len(api))
	for i, one := range api {
		elements[i] = types.ObjectValueMust(kind.AttrTypes, row(one))
	}
	return types.ListValueMust(kind, elements)
}

// Effects are the effects of a response.
func Effects(api []talonone.Effect) types.List {
	return listOf(api, effectColumns, func(e talonone.Effect) map[string]attr.Value {
		props := jsontypes.NewNormalizedValue("{}")
		if len(e.Props) > 0 && string(bytes.TrimSpace(e.Props)) != "null" {
			props = jsontypes.NewNormalizedValue(string(e.Props))
		}
		return map[string]attr.Value{
			"effect_type": types.StringValue(e.EffectType), "campaign_id": types.Int64Value(e.CampaignID),
			"ruleset_id": types.Int64Value(e.RulesetID), "rule_index": types.Int64Value(e.RuleIndex),
			"rule_name": types.StringValue(e.RuleName), "condition_index": types.Int64PointerValue(e.ConditionIndex),
			"triggered_by_coupon":        types.Int64PointerValue(e.TriggeredByCoupon),
			"triggered_for_catalog_item": types.Int64PointerValue(e.TriggeredForCatalogItem), "props": props,
		}
	})
}

// CreatedCoupons are the coupons that rules created.
func CreatedCoupons(api []talonone.Coupon) types.List {
	return listOf(api, couponColumns, func(c talonone.Coupon) map[string]attr.Value {
		return map[string]attr.Value{
			"id": types.Int64Value(c.ID), "campaign_id": types.Int64Value(c.CampaignID), "value": types.StringValue(c.Value),
			"usage_limit": types.Int64Value(c.UsageLimit), "recipient_integration_id": OptionalString(c.RecipientIntegrationID, types.StringNull()),
			"start_date": OptionalTime(c.StartDate), "expiry_date": OptionalTime(c.ExpiryDate),
		}
	})
}

// CreatedReferrals are the referrals that rules created.
func CreatedReferrals(api []talonone.Referral) types.List {
	return listOf(api, referralColumns, func(r talonone.Referral) map[string]attr.Value {
		return map[string]attr.Value{
			"id": types.Int64Value(r.ID), "campaign_id": types.Int64Value(r.CampaignID), "code": types.StringValue(r.Code),
			"usage_limit":                     types.Int64Value(r.UsageLimit),
			"advocate_profile_integration_id": types.StringValue(r.AdvocateProfileIntegrationID),
			"friend_profile_integration_id":   OptionalString(r.FriendProfileIntegrationID, types.StringNull()),
			"start_date":                      OptionalTime(r.StartDate), "expiry_date": OptionalTime(r.ExpiryDate),
		}
	})
}

// TextType is the custom type of a column of texts, nil for plain ones.
func TextType(kind attr.Type) basetypes.StringTypable {
	custom, _ := kind.(basetypes.StringTypable)
	if kind == types.StringType {
		return nil
	}
	return custom
}

// Descriptions of the lists; what goes before says when the rules ran.
const (
	effectsText   = "Effects of the campaigns' rules, in the API's order: what the shop has to carry out."
	couponsText   = "Coupons that the rules created."
	referralsText = "Referrals that the rules created."
)

// ResourceEffects are the computed attributes effects, created_coupons and
// created_referrals of a resource; when completes their descriptions.
func ResourceEffects(when string) map[string]resource.Attribute {
	list := func(text string, columns []column) resource.Attribute {
		attributes := make(map[string]resource.Attribute, len(columns))
		for _, c := range columns {
			switch c.kind {
			case types.Int64Type:
				attributes[c.name] = resource.Int64Attribute{Computed: true, MarkdownDescription: c.description}
			default:
				attributes[c.name] = resource.StringAttribute{Computed: true, CustomType: TextType(c.kind), MarkdownDescription: c.description}
			}
		}
		return resource.ListNestedAttribute{
			Computed: true, MarkdownDescription: text + " " + when,
			NestedObject: resource.NestedAttributeObject{Attributes: attributes},
		}
	}
	return map[string]resource.Attribute{
		"effects": list(effectsText, effectColumns), "created_coupons": list(couponsText, couponColumns),
		"created_referrals": list(referralsText, referralColumns),
	}
}

// DataSourceEffects are ResourceEffects for a data source.
func DataSourceEffects(when string) map[string]datasource.Attribute {
	list := func(text string, columns []column) datasource.Attribute {
		attributes := make(map[string]datasource.Attribute, len(columns))
		for _, c := range columns {
			switch c.kind {
			case types.Int64Type:
				attributes[c.name] = datasource.Int64Attribute{Computed: true, MarkdownDescription: c.description}
			default:
				attributes[c.name] = datasource.StringAttribute{Computed: true, CustomType: TextType(c.kind), MarkdownDescription: c.description}
			}
		}
		return datasource.ListNestedAttribute{
			Computed: true, MarkdownDescription: text + " " + when,
			NestedObject: datasource.NestedAttributeObject{Attributes: attributes},
		}
	}
	return map[string]datasource.Attribute{
		"effects": list(effectsText, effectColumns), "created_coupons": list(couponsText, couponColumns),
		"created_referrals": list(referralsText, referralColumns),
	}
}

// EffectSummary says in a few words what the rules did, such as "2 effects
// (acceptCoupon, setDiscount)".
func EffectSummary(effects []talonone.Effect) string {
	if len(effects) == 0 {
		return "no effects"
	}
	names := make([]string, 0, len(effects))
	for _, effect := range effects {
		if !slices.Contains(names, effect.EffectType) {
			names = append(names, effect.EffectType)
		}
	}
	noun := "effects"
	if len(effects) == 1 {
		noun = "effect"
	}
	return fmt.Sprintf("%d %s (%s)", len(effects), noun, strings.Join(names, ", "))
}
