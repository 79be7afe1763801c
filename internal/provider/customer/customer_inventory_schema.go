package customer

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (d *inventoryDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads what a deployment stores about one customer: the profile, referrals as an advocate, reserved and redeemed coupons, loyalty points, giveaways and achievements. " +
			"It takes one request for any number of parts. An unknown customer is an error.\n\n" +
			"Requires an Integration API key, whose Application decides between the sandbox and the live environment.",
		Attributes: map[string]schema.Attribute{
			"integration_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "ID of the customer in your own systems, 1 to 1,000 characters, case-sensitive.",
				Validators:          framework.IntegrationID(),
			},
			"parts": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "What to read: any of `" + strings.Join(allParts, "`, `") + "`. Parts that are not listed are null. Default: all.",
				Validators: []validator.List{
					listvalidator.SizeAtLeast(1), listvalidator.UniqueValues(), listvalidator.NoNullValues(),
					listvalidator.ValueStringsAre(stringvalidator.OneOf(allParts...)),
				},
			},
			"loyalty_projection_end_date": schema.StringAttribute{
				Optional: true, CustomType: timetypes.RFC3339Type{},
				MarkdownDescription: "Ignored. The API of 2022 had projections of loyalty balances up to this time, RFC 3339.",
				DeprecationMessage:  "The API no longer projects loyalty balances, so the value is ignored. Remove it.",
			},
			partProfile: schema.SingleNestedAttribute{
				Computed: true, MarkdownDescription: "The profile itself.",
				Attributes: ownProfileAttributes(),
			},
			partReferrals:    nestedList("Referrals whose advocate is the customer.", referralAttributes()),
			partCoupons:      nestedList("Coupons that the customer reserved or redeemed, and those that every customer has.", couponAttributes()),
			partLoyalty:      schema.SingleNestedAttribute{Computed: true, MarkdownDescription: "Loyalty points of the customer.", Attributes: loyaltyAttributes()},
			partGiveaways:    nestedList("Giveaway codes that were awarded to the customer.", giveawayAttributes()),
			partAchievements: nestedList("Achievements and the customer's progress.", achievementAttributes()),
		},
	}
}

func ownProfileAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":              integer("Internal ID of the profile."),
		"integration_id":  text("ID of the customer in your own systems."),
		"account_id":      integer("ID of the account that the profile belongs to."),
		"created":         timestamp("When the profile was created"),
		"last_activity":   timestamp("When a request last ran the rules for the customer"),
		"attributes":      attributes("profile"),
		"closed_sessions": integer("Number of closed sessions, without those that were cancelled or reopened."),
		"total_sales":     amount("Sum of the closed sessions before discounts, without returned items, in the currency of the Application."),
		"sandbox":         boolean("Whether the profile is in the sandbox environment rather than the live one; null if the deployment does not report it."),
		"audience_memberships": nestedList("Audiences that the customer belongs to.", map[string]schema.Attribute{
			"id":   integer("ID of the audience."),
			"name": text("Name of the audience."),
		}),
	}
}

func referralAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":                              integer("ID of the referral."),
		"created":                         timestamp("When the referral was created"),
		"campaign_id":                     integer("ID of the campaign that the referral belongs to."),
		"advocate_profile_integration_id": text("Integration ID of the advocate, who is the customer."),
		"friend_profile_integration_id":   text("Integration ID of the only friend who can use the code; null if anyone can."),
		"code":                            text("Referral code, chosen by the deployment."),
		"usage_limit":                     integer("How often the code can be used, 0 for no limit."),
		"usage_counter":                   integer("How often the code was used."),
		"start_date":                      timestamp("When the code becomes valid, null if it is valid immediately"),
		"expiry_date":                     timestamp("When the code expires, null if it never does"),
		"attributes":                      attributes("referral"),
		"batch_id":                        text("ID of the batch in which the referral was created; null for others."),
		"import_id":                       integer("ID of the import that created the referral; null for others."),
		"referred_customers":              texts("Integration IDs of the customers who used the code."),
	}
}

func couponAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":                       integer("ID of the coupon."),
		"created":                  timestamp("When the coupon was created"),
		"campaign_id":              integer("ID of the campaign that the coupon belongs to."),
		"value":                    text("Coupon code, in the spelling of the deployment."),
		"state":                    text("What the customer can do with it: `active` (redeem it), `used`, `expired` (was never redeemed), `pending` (is not valid yet) or `disabled` (the campaign does not run)."),
		"profile_redemption_count": integer("How often the customer redeemed it."),
		"usage_limit":              integer("How often the code can be redeemed by all customers, 0 for no limit."),
		"usage_counter":            integer("How often the code was redeemed by all customers."),
		"discount_limit":           amount("Maximum total discount of the code, such as the value of a gift card, in the currency of the Application; null for no limit."),
		"discount_counter":         amount("Total discount given so far, in the currency of the Application; null if it is not counted."),
		"discount_remainder":       amount("Remaining discount, in the currency of the Application; null for no limit."),
		"reservation_limit":        integer("Maximum number of reservations by rules; the API ignores it. Null for no limit."),
		"reservation_counter":      amount("How many reservations the code has."),
		"start_date":               timestamp("When the coupon becomes valid, null if it is valid immediately"),
		"expiry_date":              timestamp("When the coupon expires, null if it never does"),
		"attributes":               attributes("coupon"),
		"referral_id":              integer("ID of the referral for which the coupon was created; null for others."),
		"recipient_integration_id": text("Integration ID of the only customer who can redeem the coupon; null if anyone can."),
		"import_id":                integer("ID of the import that created the coupon; null for others."),
		"batch_id":                 text("ID of the batch in which the coupon was created; null for others."),
		"reservation":              boolean("Whether several customers can reserve the coupon; null if the deployment does not report it."),
		"is_reservation_mandatory": boolean("Whether only customers with a reservation can redeem the coupon; null if the deployment does not report it."),
		"implicitly_reserved":      boolean("Whether the coupon is in the wallet of every customer; null if the deployment does not report it."),
		"limits": nestedList("Limits of the coupon that override those of its campaign.", map[string]schema.Attribute{
			"action":   text("What is limited, such as `redeemCoupon` or `setDiscount`."),
			"limit":    amount("The limit: a count or an amount."),
			"period":   text("How often the limit resets: `daily`, `weekly`, `monthly` or `yearly`; null for never."),
			"entities": texts("What the limit counts by, such as `Coupon` or `Profile`."),
		}),
	}
}

func loyaltyAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"programs": schema.MapNestedAttribute{
			Computed: true, MarkdownDescription: "Profile-based programs that the customer takes part in, by ID of the program.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"id":          integer("ID of the program."),
				"name":        text("Internal name of the program."),
				"title":       text("Name of the program as customers see it."),
				"join_date":   timestamp("When the customer joined the program, null if the deployment does not report it"),
				"ledger":      schema.SingleNestedAttribute{Computed: true, MarkdownDescription: "Balance of the main ledger.", Attributes: ledgerAttributes()},
				"sub_ledgers": ledgers("Balances of the subledgers that are not zero, by ID of the subledger."),
			}},
		},
		"cards": nestedList("Cards of card-based programs that the customer is linked to.", map[string]schema.Attribute{
			"id":                   integer("ID of the card."),
			"created":              timestamp("When the card was created"),
			"modified":             timestamp("When the card last changed, null if the deployment does not report it"),
			"program_id":           integer("ID of the program that the card belongs to."),
			"program_name":         text("Internal name of the program; null if the deployment does not report it."),
			"program_title":        text("Name of the program as customers see it; null if the deployment does not report it."),
			"status":               text("`active` or `inactive`."),
			"block_reason":         text("Why the card was blocked; null for others."),
			"identifier":           text("Identifier of the card, 4 to 108 characters."),
			"users_per_card_limit": integer("How many customers can be linked to the card, 0 for no limit."),
			"profiles": nestedList("Customers that are linked to the card.", map[string]schema.Attribute{
				"integration_id": text("Integration ID of the customer."),
				"timestamp":      timestamp("When the customer was linked to the card"),
			}),
			"ledger":              schema.SingleNestedAttribute{Computed: true, MarkdownDescription: "Balance of the main ledger; null if the deployment does not report it.", Attributes: ledgerAttributes()},
			"subledgers":          ledgers("Balances of the subledgers, by ID of the subledger."),
			"old_card_identifier": text("Identifier of the card that the points came from; null for none."),
			"new_card_identifier": text("Identifier of the card that the points went to; null for none."),
			"batch_id":            text("ID of the batch in which the card was created; null for others."),
		}),
	}
}

func ledgerAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"current_balance":            amount("Points that can be spent."),
		"pending_balance":            amount("Points that become active later."),
		"negative_balance":           amount("Points that the customer owes; `current_balance` is then 0. Null if the deployment does not report it."),
		"expired_balance":            amount("Kept by the API for compatibility: always 0."),
		"spent_balance":              amount("Kept by the API for compatibility: always 0."),
		"tentative_current_balance":  amount("`current_balance` after the open session is closed."),
		"tentative_pending_balance":  amount("`pending_balance` after the open session is closed; null if the deployment does not report it."),
		"tentative_negative_balance": amount("`negative_balance` after the open session is closed; null if the deployment does not report it."),
		"points_to_next_tier":        amount("Points needed for the next tier; null in programs without tiers and in the highest tier."),
		"next_tier_name":             text("Name of the next tier; null in programs without tiers and in the highest tier."),
		"current_tier": schema.SingleNestedAttribute{
			Computed: true, MarkdownDescription: "Tier that the balance has reached; null for none.",
			Attributes: map[string]schema.Attribute{
				"id":               integer("ID of the tier."),
				"name":             text("Name of the tier."),
				"start_date":       timestamp("When the customer reached the tier, null if the deployment does not report it"),
				"expiry_date":      timestamp("When the tier expires, null if it never does"),
				"downgrade_policy": text("What happens then: `one_down` or `balance_based`; null if the deployment does not report it."),
			},
		},
	}
}

func giveawayAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":                     integer("ID of the giveaway."),
		"created":                timestamp("When the giveaway was created"),
		"code":                   text("Code of the giveaway."),
		"pool_id":                integer("ID of the pool that the code comes from."),
		"start_date":             timestamp("When the giveaway becomes valid, null if it is valid immediately"),
		"end_date":               timestamp("When the giveaway expires, null if it never does"),
		"attributes":             attributes("giveaway"),
		"used":                   boolean("Whether the code was given before; null if the deployment does not report it."),
		"import_id":              integer("ID of the import that created the giveaway; null for others."),
		"profile_integration_id": text("Integration ID of the customer; null if the deployment does not report it."),
		"profile_id":             integer("Internal ID of the customer's profile; null if the deployment does not report it."),
	}
}

func achievementAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"achievement_id":                integer("ID of the achievement."),
		"campaign_id":                   integer("ID of the campaign that the achievement belongs to."),
		"name":                          text("Internal name of the achievement."),
		"title":                         text("Name of the achievement in the Campaign Manager."),
		"description":                   text("Description of the achievement in the Campaign Manager."),
		"status":                        text("`not_started`, `inprogress`, `completed` or `expired`."),
		"progress":                      amount("Progress of the customer."),
		"target":                        amount("Progress that completes the achievement; null if the deployment does not report it."),
		"start_date":                    timestamp("When the customer started the achievement, null if not yet"),
		"completion_date":               timestamp("When the customer completed the achievement, null if not yet"),
		"end_date":                      timestamp("When the achievement ends for the customer or starts again, null for never"),
		"achievement_recurrence_policy": text("Whether it can be completed again: `no_recurrence`, `on_expiration` or `on_completion`."),
		"achievement_activation_policy": text("What starts it: `user_action`, an action of the customer, or `fixed_schedule`, the same time for all."),
		"achievement_fixed_start_date":  timestamp("When it starts for all customers, null without a fixed schedule"),
		"achievement_end_date":          timestamp("When participation ends, null if it never does"),
		"achievement_allow_rollback_after_completion": boolean("Whether progress can be rolled back after completion; null if the deployment does not report it."),
	}
}

func integer(description string) schema.Attribute {
	return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
}

func amount(description string) schema.Attribute {
	return schema.NumberAttribute{Computed: true, MarkdownDescription: description}
}

func boolean(description string) schema.Attribute {
	return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
}

func text(description string) schema.Attribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description}
}

func texts(description string) schema.Attribute {
	return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
}

func timestamp(description string) schema.Attribute {
	return schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: description + ". RFC 3339 in UTC."}
}

func attributes(entity string) schema.Attribute {
	return schema.StringAttribute{
		Computed: true, CustomType: jsontypes.NormalizedType{},
		MarkdownDescription: "Custom attributes of the " + entity + " as one JSON object, to be read with `jsondecode`.",
	}
}

func nestedList(description string, attributes map[string]schema.Attribute) schema.Attribute {
	return schema.ListNestedAttribute{Computed: true, MarkdownDescription: description, NestedObject: schema.NestedAttributeObject{Attributes: attributes}}
}

func ledgers(description string) schema.Attribute {
	return schema.MapNestedAttribute{Computed: true, MarkdownDescription: description, NestedObject: schema.NestedAttributeObject{Attributes: ledgerAttributes()}}
}
