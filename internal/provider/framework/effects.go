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

// Column is an attribute of the objects in a computed list.
type Column struct {
	Name string
	Type attr.Type
	// Text says in a few words what it holds.
	Text string
}

// Columns describe the objects of a computed list. Such a list is an attribute of its own, and no nested attribute:
// Terraform's mocks can give values to the former alone.
type Columns []Column

// EffectColumns are those of effects.
var EffectColumns = Columns{
	{"effect_type", types.StringType, "the type in the API's spelling, such as `setDiscount`, `acceptCoupon` or `rejectCoupon`"},
	{"campaign_id", types.Int64Type, "the campaign whose rule had the effect"},
	{"ruleset_id", types.Int64Type, "the campaign's ruleset"},
	{"rule_index", types.Int64Type, "the rule's position in the ruleset, starting at 0"},
	{"rule_name", types.StringType, "the rule's name"},
	{"condition_index", types.Int64Type, "the position of the condition that caused the effect, starting at 0; null if the API does not report it"},
	{"triggered_by_coupon", types.Int64Type, "the ID of the coupon that caused the effect; null if none did"},
	{"triggered_for_catalog_item", types.Int64Type, "the ID of the catalog item that the effect is for; null if there is none"},
	{"experiment_id", types.Int64Type, "the experiment that the campaign belongs to; null for none"},
	{"evaluation_group_id", types.Int64Type, "the campaign's evaluation group; null if the API does not report it"},
	{"evaluation_group_mode", types.StringType, "how that group evaluates its campaigns; null if the API does not report it"},
	{"campaign_revision_id", types.Int64Type, "the campaign's revision; null for campaigns without"},
	{"campaign_revision_version_id", types.Int64Type, "the version of that revision; null for campaigns without"},
	{"selected_price_type", types.StringType, "the price type of the item that the effect is for; null for none"},
	{"selected_price", types.NumberType, "the item's price of that type before discounts; null for none"},
	{"adjustment_reference_id", types.StringType, "the price adjustment that this price comes from; null for none"},
	{"props", jsontypes.NormalizedType{}, "the properties, which depend on the type, as a JSON object for `jsondecode`"},
}

var couponColumns = Columns{
	{"id", types.Int64Type, "the coupon's ID"},
	{"campaign_id", types.Int64Type, "the campaign that it belongs to"},
	{"value", types.StringType, "the code"},
	{"usage_limit", types.Int64Type, "how often it can be redeemed, 0 for no limit"},
	{"recipient_integration_id", types.StringType, "the integration ID of the only customer who can redeem it; null for everyone"},
	{"start_date", timetypes.RFC3339Type{}, "when it becomes valid, RFC 3339; null for immediately"},
	{"expiry_date", timetypes.RFC3339Type{}, "when it expires, RFC 3339; null for never"},
}

var referralColumns = Columns{
	{"id", types.Int64Type, "the referral's ID"},
	{"campaign_id", types.Int64Type, "the campaign that it belongs to"},
	{"code", types.StringType, "the code"},
	{"usage_limit", types.Int64Type, "how often it can be used, 0 for no limit"},
	{"advocate_profile_integration_id", types.StringType, "the integration ID of the customer who refers"},
	{"friend_profile_integration_id", types.StringType, "the integration ID of the only customer who can use it; null for everyone"},
	{"start_date", timetypes.RFC3339Type{}, "when it becomes valid, RFC 3339; null for immediately"},
	{"expiry_date", timetypes.RFC3339Type{}, "when it expires, RFC 3339; null for never"},
}

// Object is the type of the objects.
func (columns Columns) Object() types.ObjectType {
	kinds := make(map[string]attr.Type, len(columns))
	for _, c := range columns {
		kinds[c.Name] = c.Type
	}
	return types.ObjectType{AttrTypes: kinds}
}

// List is the type of the list.
func (columns Columns) List() types.ListType { return types.ListType{ElemType: columns.Object()} }

// Describe is a sentence that names the attributes of the objects, since the schema has no place for it.
func (columns Columns) Describe() string {
	texts := make([]string, len(columns))
	for i, c := range columns {
		texts[i] = "`" + c.Name + "` (" + c.Text + ")"
	}
	return "Each has " + strings.Join(texts[:len(texts)-1], ", ") + " and " + texts[len(texts)-1] + "."
}

// ListOf makes a list of objects.
func ListOf[T any](api []T, columns Columns, row func(T) map[string]attr.Value) types.List {
	kind := columns.Object()
	elements := make([]attr.Value, len(api))
	for i, one := range api {
		elements[i] = types.ObjectValueMust(kind.AttrTypes, row(one))
	}
	return types.ListValueMust(kind, elements)
}

// Effects are the effects of a response.
func Effects(api []talonone.Effect) types.List {
	return ListOf(api, EffectColumns, func(e talonone.Effect) map[string]attr.Value {
		props := jsontypes.NewNormalizedValue("{}")
		if len(e.Props) > 0 && string(bytes.TrimSpace(e.Props)) != "null" {
			props = jsontypes.NewNormalizedValue(string(e.Props))
		}
		price := types.NumberNull()
		if e.SelectedPrice != nil {
			price = Number(*e.SelectedPrice)
		}
		return map[string]attr.Value{
			"experiment_id": types.Int64PointerValue(e.ExperimentID), "evaluation_group_id": types.Int64PointerValue(e.EvaluationGroupID),
			"evaluation_group_mode": types.StringPointerValue(e.EvaluationGroupMode), "campaign_revision_id": types.Int64PointerValue(e.CampaignRevisionID),
			"campaign_revision_version_id": types.Int64PointerValue(e.CampaignRevisionVersionID),
			"selected_price_type":          types.StringPointerValue(e.SelectedPriceType), "selected_price": price,
			"adjustment_reference_id": types.StringPointerValue(e.AdjustmentReferenceID),
			"effect_type":             types.StringValue(e.EffectType), "campaign_id": types.Int64Value(e.CampaignID),
			"ruleset_id": types.Int64Value(e.RulesetID), "rule_index": types.Int64Value(e.RuleIndex),
			"rule_name": types.StringValue(e.RuleName), "condition_index": types.Int64PointerValue(e.ConditionIndex),
			"triggered_by_coupon":        types.Int64PointerValue(e.TriggeredByCoupon),
			"triggered_for_catalog_item": types.Int64PointerValue(e.TriggeredForCatalogItem), "props": props,
		}
	})
}

// CreatedCoupons are the coupons that rules created.
func CreatedCoupons(api []talonone.Coupon) types.List {
	return ListOf(api, couponColumns, func(c talonone.Coupon) map[string]attr.Value {
		return map[string]attr.Value{
			"id": types.Int64Value(c.ID), "campaign_id": types.Int64Value(c.CampaignID), "value": types.StringValue(c.Value),
			"usage_limit": types.Int64Value(c.UsageLimit), "recipient_integration_id": OptionalString(c.RecipientIntegrationID, types.StringNull()),
			"start_date": OptionalTime(c.StartDate), "expiry_date": OptionalTime(c.ExpiryDate),
		}
	})
}

// CreatedReferrals are the referrals that rules created.
func CreatedReferrals(api []talonone.Referral) types.List {
	return ListOf(api, referralColumns, func(r talonone.Referral) map[string]attr.Value {
		return map[string]attr.Value{
			"id": types.Int64Value(r.ID), "campaign_id": types.Int64Value(r.CampaignID), "code": types.StringValue(r.Code),
			"usage_limit":                     types.Int64Value(r.UsageLimit),
			"advocate_profile_integration_id": types.StringValue(r.AdvocateProfileIntegrationID),
			"friend_profile_integration_id":   OptionalString(r.FriendProfileIntegrationID, types.StringNull()),
			"start_date":                      OptionalTime(r.StartDate), "expiry_date": OptionalTime(r.ExpiryDate),
		}
	})
}

// UnknownEffects are effects, created coupons and created referrals that only an apply brings about.
func UnknownEffects() (effects, coupons, referrals types.List) {
	return types.ListUnknown(EffectColumns.Object()), types.ListUnknown(couponColumns.Object()), types.ListUnknown(referralColumns.Object())
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
	list := func(text string, columns Columns) resource.Attribute {
		return resource.ListAttribute{Computed: true, ElementType: columns.Object(), MarkdownDescription: text + " " + when + " " + columns.Describe()}
	}
	return map[string]resource.Attribute{
		"effects": list(effectsText, EffectColumns), "created_coupons": list(couponsText, couponColumns),
		"created_referrals": list(referralsText, referralColumns),
	}
}

// DataSourceEffects are ResourceEffects for a data source.
func DataSourceEffects(when string) map[string]datasource.Attribute {
	list := func(text string, columns Columns) datasource.Attribute {
		return datasource.ListAttribute{Computed: true, ElementType: columns.Object(), MarkdownDescription: text + " " + when + " " + columns.Describe()}
	}
	return map[string]datasource.Attribute{
		"effects": list(effectsText, EffectColumns), "created_coupons": list(couponsText, couponColumns),
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
