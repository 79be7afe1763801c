package session

import (
	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	resource "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// Descriptions of what a session is made of: the resource, the data source and
// the evaluation have the same attributes in different roles.
var contentText = map[string]string{
	"profile_id":                     "Integration ID of the customer, at most 1,000 characters; empty for an anonymous session. An unknown customer gets an empty profile.",
	"store_integration_id":           "Integration ID of the store where the cart is, 1 to 1,000 characters.",
	"coupon_codes":                   "Coupon codes that the customer entered, each at most 100 characters.",
	"referral_code":                  "Referral code that the customer entered, at most 100 characters; empty for none.",
	"loyalty_cards":                  "Identifier of the customer's loyalty card; at most one.",
	"cart_items":                     "Items of the cart, in order: at most 1,000, with a total quantity of at most 10,000.",
	"additional_costs":               "Additional costs of the session, such as shipping, by their API name in the Campaign Manager.",
	"identifiers":                    "Identifiers that rules can set limits on, such as hashed device IDs; at most 5.",
	"attributes":                     "Custom attributes of the session as a JSON object (`jsonencode({...})`); they must be defined in the Campaign Manager for the entity CustomerSession.",
	"experiment_variant_allocations": "Variants of experiments that the session takes part in.",
}

var itemText = map[string]string{
	"sku":                "Stock keeping unit of the item, at least one character.",
	"quantity":           "Number of units, at least 1.",
	"price":              "Price of one unit in the Application's currency. Required unless the SKU is in a catalog that is connected to the Application; overrides the catalog's price.",
	"name":               "Name of the item.",
	"category":           "Category of the item.",
	"product":            "Name of the product that the SKU belongs to.",
	"weight":             "Weight of one unit in grams.",
	"height":             "Height of one unit in millimetres.",
	"width":              "Width of one unit in millimetres.",
	"length":             "Length of one unit in millimetres.",
	"attributes":         "Custom attributes of the item as a JSON object; they must be defined in the Campaign Manager for the entity CartItem. They replace all attributes that the item had.",
	"additional_costs":   "Additional costs of the item, by their API name in the Campaign Manager.",
	"position":           "Position of the item in the cart, starting at 0, as returns use it.",
	"returned_quantity":  "Number of units that were returned.",
	"remaining_quantity": "Number of units that were not returned.",
	"catalog_item_id":    "ID of the catalog item; null if the SKU is in no catalog.",
}

var resultText = map[string]string{
	"id":                              "Internal ID of the session.",
	"application_id":                  "ID of the Application that the session belongs to.",
	"created":                         "When the session was created, RFC 3339 in UTC.",
	"updated":                         "When the session last changed, RFC 3339 in UTC.",
	"first_session":                   "Whether this is the customer's first session in the Application; always true for anonymous sessions.",
	"update_count":                    "Number of updates of the session, 1 after its creation.",
	"total":                           "Total of items and costs before discounts, in the Application's currency.",
	"cart_item_total":                 "Total of the items before discounts, in the Application's currency.",
	"additional_cost_total":           "Total of the session's additional costs before discounts, in the Application's currency.",
	"cart_item_additional_cost_total": "Total of the items' additional costs before discounts, in the Application's currency.",
}

const (
	costText       = "Amount in the Application's currency."
	experimentText = "ID of the experiment."
	variantText    = "ID of the variant."
	kept           = " Updated in place while the session is open. Omitting it keeps the current value"
)

// keptText says what leaving an attribute of the resource out does.
var keptText = map[string]string{
	"profile_id":                     kept + "; a new session is then anonymous.",
	"store_integration_id":           kept + "; it can't be removed.",
	"coupon_codes":                   kept + "; an empty list removes the codes.",
	"referral_code":                  kept + "; an empty string removes the code.",
	"loyalty_cards":                  kept + "; an empty list removes the card.",
	"cart_items":                     kept + "; an empty list empties the cart.",
	"additional_costs":               kept + "; an empty map removes the costs.",
	"identifiers":                    kept + "; an empty list removes them.",
	"attributes":                     kept + ". Only the listed attributes are managed: others are not touched, and a name that you remove is cleared.",
	"experiment_variant_allocations": kept + "; an empty list ends them.",
}

func codeValidators() []validator.List {
	return []validator.List{
		listvalidator.NoNullValues(), listvalidator.UniqueValues(),
		listvalidator.ValueStringsAre(stringvalidator.LengthBetween(1, talonone.MaxCode)),
	}
}

func profileValidators() []validator.String {
	return []validator.String{stringvalidator.UTF8LengthAtMost(talonone.MaxIntegrationID)}
}

func storeValidators() []validator.String {
	return framework.IntegrationID()
}

func referralValidators() []validator.String {
	return []validator.String{stringvalidator.LengthAtMost(talonone.MaxCode)}
}

func listValidators(atMost int) []validator.List {
	return []validator.List{
		listvalidator.SizeAtMost(atMost), listvalidator.NoNullValues(), listvalidator.UniqueValues(),
		listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
	}
}

func cartValidators() []validator.List {
	return []validator.List{listvalidator.SizeAtMost(talonone.MaxCartItems), listvalidator.NoNullValues(), quantityValidator{}}
}

// resourceContent are the attributes of the resource. They are computed too: what
// is omitted shows what the session has.
func resourceContent() map[string]resource.Attribute {
	text := func(name string) string { return contentText[name] + keptText[name] }
	cost := resource.NestedAttributeObject{Attributes: map[string]resource.Attribute{
		"price": resource.NumberAttribute{Required: true, MarkdownDescription: costText},
	}}
	item := map[string]resource.Attribute{
		"sku": resource.StringAttribute{
			Required: true, MarkdownDescription: itemText["sku"], Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"quantity": resource.Int64Attribute{
			Required: true, MarkdownDescription: itemText["quantity"], Validators: []validator.Int64{int64validator.AtLeast(1)},
		},
		"price": resource.NumberAttribute{Optional: true, Computed: true, MarkdownDescription: itemText["price"]},
		"attributes": resource.StringAttribute{
			Optional: true, CustomType: jsontypes.NormalizedType{}, MarkdownDescription: itemText["attributes"],
			Validators: []validator.String{customattr.Validator{}},
		},
		"additional_costs": resource.MapNestedAttribute{Optional: true, MarkdownDescription: itemText["additional_costs"], NestedObject: cost},
	}
	for _, name := range []string{"name", "category", "product"} {
		item[name] = resource.StringAttribute{Optional: true, MarkdownDescription: itemText[name]}
	}
	for _, name := range []string{"weight", "height", "width", "length"} {
		item[name] = resource.NumberAttribute{Optional: true, MarkdownDescription: itemText[name]}
	}
	for _, name := range []string{"position", "returned_quantity", "remaining_quantity", "catalog_item_id"} {
		item[name] = resource.Int64Attribute{Computed: true, MarkdownDescription: itemText[name]}
	}
	return map[string]resource.Attribute{
		"profile_id": resource.StringAttribute{
			Optional: true, Computed: true, MarkdownDescription: text("profile_id"), Validators: profileValidators(),
		},
		"store_integration_id": resource.StringAttribute{
			Optional: true, Computed: true, MarkdownDescription: text("store_integration_id"), Validators: storeValidators(),
		},
		"coupon_codes": resource.ListAttribute{
			Optional: true, Computed: true, ElementType: types.StringType, MarkdownDescription: text("coupon_codes"), Validators: codeValidators(),
		},
		"referral_code": resource.StringAttribute{
			Optional: true, Computed: true, MarkdownDescription: text("referral_code"), Validators: referralValidators(),
		},
		"loyalty_cards": resource.ListAttribute{
			Optional: true, Computed: true, ElementType: types.StringType, MarkdownDescription: text("loyalty_cards"),
			Validators: listValidators(talonone.MaxLoyaltyCards),
		},
		"cart_items": resource.ListNestedAttribute{
			Optional: true, Computed: true, MarkdownDescription: text("cart_items"),
			NestedObject: resource.NestedAttributeObject{Attributes: item}, Validators: cartValidators(),
		},
		"additional_costs": resource.MapNestedAttribute{
			Optional: true, Computed: true, MarkdownDescription: text("additional_costs"), NestedObject: cost,
		},
		"identifiers": resource.ListAttribute{
			Optional: true, Computed: true, ElementType: types.StringType, MarkdownDescription: text("identifiers"),
			Validators: listValidators(talonone.MaxIdentifiers),
		},
		"attributes": resource.StringAttribute{
			Optional: true, Computed: true, CustomType: jsontypes.NormalizedType{}, MarkdownDescription: text("attributes"),
			Validators: []validator.String{customattr.Validator{}},
		},
		"experiment_variant_allocations": resource.ListNestedAttribute{
			Optional: true, Computed: true, MarkdownDescription: text("experiment_variant_allocations"),
			NestedObject: resource.NestedAttributeObject{Attributes: map[string]resource.Attribute{
				"experiment_id": resource.Int64Attribute{Required: true, MarkdownDescription: experimentText},
				"variant_id":    resource.Int64Attribute{Required: true, MarkdownDescription: variantText},
			}},
		},
	}
}

// evaluationContent are the attributes of an evaluation, all given.
func evaluationContent() map[string]datasource.Attribute {
	cost := datasource.NestedAttributeObject{Attributes: map[string]datasource.Attribute{
		"price": datasource.NumberAttribute{Required: true, MarkdownDescription: costText},
	}}
	item := map[string]datasource.Attribute{
		"sku": datasource.StringAttribute{
			Required: true, MarkdownDescription: itemText["sku"], Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"quantity": datasource.Int64Attribute{
			Required: true, MarkdownDescription: itemText["quantity"], Validators: []validator.Int64{int64validator.AtLeast(1)},
		},
		"price": datasource.NumberAttribute{Optional: true, MarkdownDescription: itemText["price"]},
		"attributes": datasource.StringAttribute{
			Optional: true, CustomType: jsontypes.NormalizedType{}, MarkdownDescription: itemText["attributes"],
			Validators: []validator.String{customattr.Validator{}},
		},
		"additional_costs": datasource.MapNestedAttribute{Optional: true, MarkdownDescription: itemText["additional_costs"], NestedObject: cost},
	}
	for _, name := range []string{"name", "category", "product"} {
		item[name] = datasource.StringAttribute{Optional: true, MarkdownDescription: itemText[name]}
	}
	for _, name := range []string{"weight", "height", "width", "length"} {
		item[name] = datasource.NumberAttribute{Optional: true, MarkdownDescription: itemText[name]}
	}
	return map[string]datasource.Attribute{
		"profile_id":           datasource.StringAttribute{Optional: true, MarkdownDescription: contentText["profile_id"], Validators: profileValidators()},
		"store_integration_id": datasource.StringAttribute{Optional: true, MarkdownDescription: contentText["store_integration_id"], Validators: storeValidators()},
		"coupon_codes": datasource.ListAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: contentText["coupon_codes"], Validators: codeValidators(),
		},
		"referral_code": datasource.StringAttribute{Optional: true, MarkdownDescription: contentText["referral_code"], Validators: referralValidators()},
		"loyalty_cards": datasource.ListAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: contentText["loyalty_cards"],
			Validators: listValidators(talonone.MaxLoyaltyCards),
		},
		"cart_items": datasource.ListNestedAttribute{
			Optional: true, MarkdownDescription: contentText["cart_items"],
			NestedObject: datasource.NestedAttributeObject{Attributes: item}, Validators: cartValidators(),
		},
		"additional_costs": datasource.MapNestedAttribute{Optional: true, MarkdownDescription: contentText["additional_costs"], NestedObject: cost},
		"identifiers": datasource.ListAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: contentText["identifiers"],
			Validators: listValidators(talonone.MaxIdentifiers),
		},
		"attributes": datasource.StringAttribute{
			Optional: true, CustomType: jsontypes.NormalizedType{}, MarkdownDescription: contentText["attributes"],
			Validators: []validator.String{customattr.Validator{}},
		},
		"experiment_variant_allocations": datasource.ListNestedAttribute{
			Optional: true, MarkdownDescription: contentText["experiment_variant_allocations"],
			NestedObject: datasource.NestedAttributeObject{Attributes: map[string]datasource.Attribute{
				"experiment_id": datasource.Int64Attribute{Required: true, MarkdownDescription: experimentText},
				"variant_id":    datasource.Int64Attribute{Required: true, MarkdownDescription: variantText},
			}},
		},
	}
}

// foundContent are the attributes of a session that was looked up.
func foundContent() map[string]datasource.Attribute {
	text := func(description string) datasource.Attribute {
		return datasource.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	texts := func(name string) datasource.Attribute {
		return datasource.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: contentText[name]}
	}
	object := func(description string) datasource.Attribute {
		return datasource.StringAttribute{Computed: true, CustomType: jsontypes.NormalizedType{}, MarkdownDescription: description}
	}
	costs := func(description string) datasource.Attribute {
		return datasource.MapNestedAttribute{
			Computed: true, MarkdownDescription: description,
			NestedObject: datasource.NestedAttributeObject{Attributes: map[string]datasource.Attribute{
				"price": datasource.NumberAttribute{Computed: true, MarkdownDescription: costText},
			}},
		}
	}
	moment := func(description string) datasource.Attribute {
		return datasource.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: description}
	}
	item := map[string]datasource.Attribute{
		"attributes": object(itemText["attributes"]), "additional_costs": costs(itemText["additional_costs"]),
		"selected_price_type":        text("Price type of the price that applies; null where the account has no price types."),
		"adjustment_reference_id":    text("Price adjustment that this price comes from; null for none."),
		"adjustment_effective_from":  moment("When the adjustment begins, RFC 3339; null if it has no beginning."),
		"adjustment_effective_until": moment("When the adjustment ends, RFC 3339; null if it has no end."),
		"prices":                     object("Prices of the item by price type, with the adjustments that they come from, as a JSON object with the API's property names; null where the account has no price types."),
	}
	for _, name := range []string{"sku", "name", "category", "product"} {
		item[name] = text(itemText[name])
	}
	for _, name := range []string{"price", "weight", "height", "width", "length"} {
		item[name] = datasource.NumberAttribute{Computed: true, MarkdownDescription: itemText[name]}
	}
	for _, name := range []string{"quantity", "position", "returned_quantity", "remaining_quantity", "catalog_item_id"} {
		item[name] = datasource.Int64Attribute{Computed: true, MarkdownDescription: itemText[name]}
	}
	attributes := map[string]datasource.Attribute{
		"coupon_codes": texts("coupon_codes"), "loyalty_cards": texts("loyalty_cards"), "identifiers": texts("identifiers"),
		"additional_costs": costs(contentText["additional_costs"]), "attributes": object(contentText["attributes"]),
		"cart_items": datasource.ListNestedAttribute{
			Computed: true, MarkdownDescription: contentText["cart_items"], NestedObject: datasource.NestedAttributeObject{Attributes: item},
		},
		"experiment_variant_allocations": datasource.ListNestedAttribute{
			Computed: true, MarkdownDescription: contentText["experiment_variant_allocations"],
			NestedObject: datasource.NestedAttributeObject{Attributes: map[string]datasource.Attribute{
				"experiment_id": datasource.Int64Attribute{Computed: true, MarkdownDescription: experimentText},
				"variant_id":    datasource.Int64Attribute{Computed: true, MarkdownDescription: variantText},
			}},
		},
	}
	for _, name := range []string{"profile_id", "store_integration_id", "referral_code"} {
		attributes[name] = text(contentText[name])
	}
	return attributes
}
