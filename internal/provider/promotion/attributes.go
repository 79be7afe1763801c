package promotion

import (
	"encoding/json"
	"maps"
	"math/big"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	resource "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

var (
	discountColumns = framework.Columns{
		{Name: "name", Type: types.StringType, Text: "its label"},
		{Name: "value", Type: types.NumberType, Text: "the amount of the discount"},
		{Name: "campaign_id", Type: types.Int64Type, Text: "the campaign that gives it"},
		{Name: "scope", Type: types.StringType, Text: "what it applies to, such as `sessionTotal` or `price`; null if the API does not report it"},
		{Name: "sku", Type: types.StringType, Text: "the item's SKU; null for a discount on the whole cart"},
		{Name: "position", Type: types.Int64Type, Text: "the item's position in the cart, starting at 0; null for a discount on the whole cart"},
		{Name: "additional_cost", Type: types.StringType, Text: "the additional cost that it lowers, such as `shipping`; null for none"},
	}
	notificationColumns = framework.Columns{
		{Name: "type", Type: types.StringType, Text: "such as `Info` or `Offer`"},
		{Name: "title", Type: types.StringType, Text: "its title"},
		{Name: "body", Type: types.StringType, Text: "its text"},
	}
	failureColumns = framework.Columns{
		{Name: "campaign", Type: types.StringType, Text: "the campaign's name"},
		{Name: "campaign_id", Type: types.Int64Type, Text: "the campaign's ID"},
		{Name: "rule", Type: types.StringType, Text: "the rule's name"},
		{Name: "code", Type: types.StringType, Text: "the coupon or referral code that was checked; null for none"},
		{Name: "reason", Type: types.StringType, Text: "the API's explanation, or null"},
	}
)

// attribute is a computed attribute: the value that an outcome has for it, and what the documentation says.
type attribute struct {
	kind  attr.Type
	text  string
	value func(*Outcome) attr.Value
}

var (
	stringList = types.ListType{ElemType: types.StringType}
	stringMap  = types.MapType{ElemType: types.StringType}
	numberMap  = types.MapType{ElemType: types.NumberType}
)

// attributes are those that an outcome can have, by name.
var attributes = map[string]attribute{
	"accepted_coupons": {
		stringList, "Coupon codes that were accepted.",
		func(o *Outcome) attr.Value { return texts(o.acceptedCoupons) },
	},
	"rejected_coupons": {
		stringMap, "Coupon codes that were rejected, each with the API's reason, such as `CouponNotFound` or `CouponExpired`.",
		func(o *Outcome) attr.Value { return textMap(o.rejectedCoupons) },
	},
	"accepted_referral": {
		types.StringType, "Referral code that was accepted, or null.",
		func(o *Outcome) attr.Value { return framework.OptionalString(&o.acceptedReferral, types.StringNull()) },
	},
	"rejected_referral": {
		types.StringType, "The API's reason for rejecting the referral code, such as `ReferralNotFound`; null if it was not rejected.",
		func(o *Outcome) attr.Value { return framework.OptionalString(&o.rejectedReferral, types.StringNull()) },
	},
	"total_discount": {
		types.NumberType, "Total of all discounts, in the Application's currency; 0 if there is none.",
		func(o *Outcome) attr.Value { return number(o.totalDiscount()) },
	},
	"discounts": {
		discountColumns.List(), "Discounts on the cart, its items and its additional costs. " + discountColumns.Describe(),
		(*Outcome).discountList,
	},
	"discount_by_sku": {
		numberMap, "Total of the discounts on the items of each SKU, including their additional costs. A SKU without discounts has no entry.",
		func(o *Outcome) attr.Value { return numbers(o.discountBySKU(), func(sku string) string { return sku }) },
	},
	"payable": {
		types.NumberType, "Amount to pay: `total` minus `total_discount`, as an exact decimal; null for events.",
		func(o *Outcome) attr.Value {
			payable, ok := o.payable()
			if !ok {
				return types.NumberNull()
			}
			return number(payable)
		},
	},
	"total_points_added": {
		types.NumberType, "Loyalty points that are added, in all programs and for all recipients; 0 for none.",
		func(o *Outcome) attr.Value { return number(sum(slices.Collect(maps.Values(o.pointsAdded))...)) },
	},
	"total_points_deducted": {
		types.NumberType, "Loyalty points that are deducted, in all programs; 0 for none.",
		func(o *Outcome) attr.Value { return number(sum(slices.Collect(maps.Values(o.pointsDeducted))...)) },
	},
	"points_added": {
		numberMap, "Loyalty points that are added, by the name of the program. A program without such points has no entry. " + programKeys,
		func(o *Outcome) attr.Value { return numbers(o.pointsAdded, o.programName) },
	},
	"points_deducted": {
		numberMap, "Loyalty points that are deducted, by the name of the program. A program without such points has no entry. " + programKeys,
		func(o *Outcome) attr.Value { return numbers(o.pointsDeducted, o.programName) },
	},
	"free_items": {
		stringList, "SKUs of the free items, one entry per unit.",
		func(o *Outcome) attr.Value { return texts(o.freeItems) },
	},
	"audiences_joined": {
		stringList, "Names of the audiences that the customer joins.",
		func(o *Outcome) attr.Value { return texts(o.audiencesJoined) },
	},
	"audiences_left": {
		stringList, "Names of the audiences that the customer leaves.",
		func(o *Outcome) attr.Value { return texts(o.audiencesLeft) },
	},
	"attributes_changed": {
		stringMap, "Custom attributes that rules change: entity and name, such as `Profile.Attributes.tier`, with the new value. A value that is not a string is written as JSON.",
		func(o *Outcome) attr.Value { return textMap(o.attributesChanged) },
	},
	"notifications": {
		notificationColumns.List(), "Notifications to show to the customer. " + notificationColumns.Describe(),
		(*Outcome).notificationList,
	},
	"triggered_campaigns": {
		stringList, "Names of the campaigns that had an effect.",
		func(o *Outcome) attr.Value { return texts(o.campaigns()) },
	},
	"failed_rules": {
		failureColumns.List(), "Rules that had no effect, and why. " + failureColumns.Describe(),
		(*Outcome).failureList,
	},
	"other_effects": {
		framework.EffectColumns.List(), "Effects that no other attribute shows, such as giveaways, achievements, webhooks and custom effects, as in `effects`.",
		func(o *Outcome) attr.Value { return framework.Effects(o.others) },
	},
	"effects_json": {
		jsontypes.NormalizedType{}, "All effects in the API's order as a JSON array, with the API's property names.",
		func(o *Outcome) attr.Value { return o.json() },
	},
	"summary": {
		types.StringType, "The result in a few lines, for error messages.",
		func(o *Outcome) attr.Value { return types.StringValue(o.Summary()) },
	},
}

const programKeys = "If neither the response nor a Management API key reports the name, the program's ID takes its place."

// DataSourceAttributes are the computed attributes with the names, in a data source.
func DataSourceAttributes(names ...string) map[string]datasource.Attribute {
	all := make(map[string]datasource.Attribute, len(names))
	for _, name := range names {
		one := attributes[name]
		switch kind := one.kind.(type) {
		case types.ListType:
			all[name] = datasource.ListAttribute{Computed: true, ElementType: kind.ElemType, MarkdownDescription: one.text}
		case types.MapType:
			all[name] = datasource.MapAttribute{Computed: true, ElementType: kind.ElemType, MarkdownDescription: one.text}
		case jsontypes.NormalizedType:
			all[name] = datasource.StringAttribute{Computed: true, CustomType: kind, MarkdownDescription: one.text}
		default:
			if kind == types.NumberType {
				all[name] = datasource.NumberAttribute{Computed: true, MarkdownDescription: one.text}
			} else {
				all[name] = datasource.StringAttribute{Computed: true, MarkdownDescription: one.text}
			}
		}
	}
	return all
}

// ResourceAttributes are DataSourceAttributes for a resource; when completes their descriptions.
func ResourceAttributes(when string, names ...string) map[string]resource.Attribute {
	all := make(map[string]resource.Attribute, len(names))
	for _, name := range names {
		one := attributes[name]
		text := one.text + " " + when
		switch kind := one.kind.(type) {
		case types.ListType:
			all[name] = resource.ListAttribute{Computed: true, ElementType: kind.ElemType, MarkdownDescription: text}
		case types.MapType:
			all[name] = resource.MapAttribute{Computed: true, ElementType: kind.ElemType, MarkdownDescription: text}
		case jsontypes.NormalizedType:
			all[name] = resource.StringAttribute{Computed: true, CustomType: kind, MarkdownDescription: text}
		default:
			if kind == types.NumberType {
				all[name] = resource.NumberAttribute{Computed: true, MarkdownDescription: text}
			} else {
				all[name] = resource.StringAttribute{Computed: true, MarkdownDescription: text}
			}
		}
	}
	return all
}

// Value is that of the attribute with the name, which must be one of T's type.
func Value[T attr.Value](o *Outcome, name string) T {
	value, _ := attributes[name].value(o).(T)
	return value
}

func (o *Outcome) discountList() attr.Value {
	return framework.ListOf(o.discounts, discountColumns, func(one discount) map[string]attr.Value {
		return map[string]attr.Value{
			"name": types.StringValue(one.name), "value": number(one.value), "campaign_id": types.Int64Value(one.campaignID),
			"scope": optional(one.scope), "sku": optional(one.sku), "position": types.Int64PointerValue(one.position),
			"additional_cost": optional(one.additionalCost),
		}
	})
}

func (o *Outcome) notificationList() attr.Value {
	return framework.ListOf(o.notifications, notificationColumns, func(one notification) map[string]attr.Value {
		return map[string]attr.Value{"type": types.StringValue(one.kind), "title": types.StringValue(one.title), "body": types.StringValue(one.body)}
	})
}

func (o *Outcome) failureList() attr.Value {
	return framework.ListOf(o.context.Failures, failureColumns, func(one Failure) map[string]attr.Value {
		code := one.CouponValue
		if code == "" {
			code = one.ReferralValue
		}
		return map[string]attr.Value{
			"campaign": types.StringValue(one.CampaignName), "campaign_id": types.Int64Value(one.CampaignID), "rule": types.StringValue(one.RuleName),
			"code": optional(code), "reason": optional(one.Details),
		}
	})
}

// json is the effects as the API wrote them.
func (o *Outcome) json() jsontypes.Normalized {
	if len(o.effects) == 0 || len(o.context.Effects) == 0 {
		return jsontypes.NewNormalizedValue("[]")
	}
	return jsontypes.NewNormalizedValue(string(o.context.Effects))
}

func optional(text string) types.String { return framework.OptionalString(&text, types.StringNull()) }

func texts(list []string) types.List {
	values := make([]attr.Value, len(list))
	for i, text := range list {
		values[i] = types.StringValue(text)
	}
	return types.ListValueMust(types.StringType, values)
}

func textMap(from map[string]string) types.Map {
	values := make(map[string]attr.Value, len(from))
	for key, text := range from {
		values[key] = types.StringValue(text)
	}
	return types.MapValueMust(types.StringType, values)
}

func numbers[K comparable](from map[K]*big.Rat, name func(K) string) types.Map {
	sums := map[string]*big.Rat{}
	for key, value := range from {
		sums[name(key)] = value
	}
	values := make(map[string]attr.Value, len(sums))
	for key, value := range sums {
		values[key] = number(value)
	}
	return types.MapValueMust(types.NumberType, values)
}

func number(value *big.Rat) types.Number { return framework.Number(json.Number(plain(value))) }
