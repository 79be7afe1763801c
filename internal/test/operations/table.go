// Package operations says where the fields of the 22 operations of the Integration API are in HCL. Its test compares the
// table with the provider's schemas and the vendor's OpenAPI documents, and writes docs/operations.md.
package operations

import (
	"slices"
	"strings"
)

// An operation is one line of the API. The keys of request and response are paths in the bodies, path:NAME and query:NAME
// for parameters. A path covers what is below it. The values are addresses of attributes, joined by ", "; "=" and what
// the provider always sends, with the reason; or "-" and the reason for which the field is not available.
type operation struct {
	id                string
	request, response [][2]string
}

const (
	wholePart   = "talonone_customer_session.response, data.talonone_session_evaluation.response"
	profilePart = "talonone_customer_profile.response, data.talonone_profile_evaluation.response"
	eventPart   = "talonone_event.response, data.talonone_session_evaluation.response"
	returnPart  = "talonone_cart_item_return.response"

	fieldOwnership = "- changing single fields of an item (PATCH) is planned with ownership of fields: talonone_catalog_items writes whole items"
	adjustments    = "- price adjustments are planned with ownership of fields: they are a beta, and no operation reads them back"
	otherParts     = "- belongs to another operation that shares the schema of this response"
)

// effects are the fields of effects in the response of an operation, all with the same names in every construct.
func effects(constructs ...string) [][2]string {
	var rows [][2]string
	for _, field := range [][2]string{
		{"campaignId", "campaign_id"}, {"rulesetId", "ruleset_id"}, {"ruleIndex", "rule_index"}, {"ruleName", "rule_name"}, {"effectType", "effect_type"},
		{"conditionIndex", "condition_index"}, {"triggeredByCoupon", "triggered_by_coupon"}, {"triggeredForCatalogItem", "triggered_for_catalog_item"},
		{"experimentId", "experiment_id"}, {"evaluationGroupID", "evaluation_group_id"}, {"evaluationGroupMode", "evaluation_group_mode"},
		{"campaignRevisionId", "campaign_revision_id"}, {"campaignRevisionVersionId", "campaign_revision_version_id"}, {"selectedPriceType", "selected_price_type"},
		{"selectedPrice", "selected_price"}, {"adjustmentReferenceId", "adjustment_reference_id"}, {"props", "props"},
	} {
		rows = append(rows, [2]string{"/effects[]/" + field[0], each(constructs, "effects."+field[1])})
	}
	return rows
}

// created are the coupons and referrals that rules created.
func created(constructs ...string) [][2]string {
	var rows [][2]string
	for _, field := range [][2]string{
		{"/createdCoupons[]/id", "created_coupons.id"}, {"/createdCoupons[]/campaignId", "created_coupons.campaign_id"}, {"/createdCoupons[]/value", "created_coupons.value"},
		{"/createdCoupons[]/usageLimit", "created_coupons.usage_limit"}, {"/createdCoupons[]/recipientIntegrationId", "created_coupons.recipient_integration_id"},
		{"/createdCoupons[]/startDate", "created_coupons.start_date"}, {"/createdCoupons[]/expiryDate", "created_coupons.expiry_date"},
		{"/createdReferrals[]/id", "created_referrals.id"}, {"/createdReferrals[]/campaignId", "created_referrals.campaign_id"}, {"/createdReferrals[]/code", "created_referrals.code"},
		{"/createdReferrals[]/usageLimit", "created_referrals.usage_limit"}, {"/createdReferrals[]/advocateProfileIntegrationId", "created_referrals.advocate_profile_integration_id"},
		{"/createdReferrals[]/friendProfileIntegrationId", "created_referrals.friend_profile_integration_id"},
		{"/createdReferrals[]/startDate", "created_referrals.start_date"}, {"/createdReferrals[]/expiryDate", "created_referrals.expiry_date"},
	} {
		rows = append(rows, [2]string{field[0], each(constructs, field[1])})
	}
	// The look-ups know the rest of a code.
	return append(rows, [2]string{"/createdCoupons[]", "data.talonone_coupon"}, [2]string{"/createdReferrals[]", "data.talonone_customer_inventory.referrals"})
}

// coupon are the fields of a coupon in the data source that reads codes.
func coupon() [][2]string {
	rows := [][2]string{{"/value", "talonone_coupon_reservation.coupon_value, data.talonone_coupon.stored_value"}, {"/id", "talonone_coupon_reservation.coupon_id, data.talonone_coupon.id"}, {"/campaignId", "talonone_coupon_reservation.campaign_id, data.talonone_coupon.campaign_id"}}
	for _, field := range [][2]string{
		{"created", "created"}, {"usageLimit", "usage_limit"}, {"discountLimit", "discount_limit"}, {"reservationLimit", "reservation_limit"}, {"startDate", "start_date"},
		{"expiryDate", "expiry_date"}, {"limits[]/action", "limits.action"}, {"limits[]/limit", "limits.limit"}, {"limits[]/period", "limits.period"}, {"limits[]/entities", "limits.entities"},
		{"usageCounter", "usage_counter"}, {"discountCounter", "discount_counter"}, {"discountRemainder", "discount_remainder"}, {"reservationCounter", "reservation_counter"},
		{"attributes", "attributes"}, {"referralId", "referral_id"}, {"recipientIntegrationId", "recipient_integration_id"}, {"importId", "import_id"}, {"reservation", "reservation"},
		{"batchId", "batch_id"}, {"isReservationMandatory", "is_reservation_mandatory"}, {"implicitlyReserved", "implicitly_reserved"},
	} {
		rows = append(rows, [2]string{"/" + field[0], "data.talonone_coupon." + field[1]})
	}
	return rows
}

// profile are the fields of a customer profile below a path of the response.
func profile(at string, constructs ...string) [][2]string {
	rows := [][2]string{{at + "/loyaltyMemberships", "- deprecated by the API and always null"}}
	for _, field := range [][2]string{
		{"id", "id"}, {"created", "created"}, {"integrationId", "integration_id"}, {"attributes", "attributes"}, {"accountId", "account_id"}, {"closedSessions", "closed_sessions"},
		{"totalSales", "total_sales"}, {"audienceMemberships[]/id", "audience_memberships.id"}, {"audienceMemberships[]/name", "audience_memberships.name"},
		{"lastActivity", "last_activity"}, {"sandbox", "sandbox"},
	} {
		rows = append(rows, [2]string{at + "/" + field[0], each(constructs, field[1])})
	}
	return rows
}

// audience are the fields of an audience.
var audience = [][2]string{
	{"/id", "talonone_audience.id"}, {"/accountId", "talonone_audience.account_id"}, {"/created", "talonone_audience.created"}, {"/name", "talonone_audience.name"},
	{"/sandbox", "talonone_audience.sandbox"}, {"/description", "talonone_audience.description"}, {"/subscribedApplicationsIds", "talonone_audience.subscribed_application_ids"},
	{"/integration", "talonone_audience.integration"}, {"/integrationId", "talonone_audience.integration_id"}, {"/createdIn3rdParty", "talonone_audience.created_in_3rd_party"},
	{"/lastUpdate", "data.talonone_audience.last_update"},
}

// referral are the fields of a referral below a path of the response.
func referral(at string) [][2]string {
	rows := [][2]string{{at + "/batchId", "data.talonone_customer_inventory.referrals.batch_id"}, {at + "/importId", "data.talonone_customer_inventory.referrals.import_id"}}
	for _, field := range [][2]string{
		{"id", "id"}, {"created", "created"}, {"startDate", "start_date"}, {"expiryDate", "expiry_date"}, {"usageLimit", "usage_limit"}, {"campaignId", "campaign_id"},
		{"advocateProfileIntegrationId", "advocate_profile_integration_id"}, {"friendProfileIntegrationId", "friend_profile_integration_id"}, {"attributes", "attributes"},
		{"code", "code"}, {"usageCounter", "usage_counter"},
	} {
		where := "talonone_referral." + field[1]
		if at != "" {
			where = "data.talonone_customer_inventory.referrals." + field[1]
			switch field[1] {
			case "id":
				where = "talonone_referrals.referral_ids, " + where
			case "code":
				where = "talonone_referrals.codes, " + where
			}
		}
		rows = append(rows, [2]string{at + "/" + field[0], where})
	}
	return rows
}

// session are the fields of a session below /customerSession.
func session() [][2]string {
	var rows [][2]string
	for _, field := range [][2]string{
		{"id", "id"}, {"created", "created"}, {"integrationId", "integration_id"}, {"applicationId", "application_id"}, {"profileId", "profile_id"},
		{"storeIntegrationId", "store_integration_id"}, {"couponCodes", "coupon_codes"}, {"referralCode", "referral_code"}, {"loyaltyCards", "loyalty_cards"}, {"state", "state"},
		{"additionalCosts", "additional_costs"}, {"identifiers", "identifiers"}, {"attributes", "attributes"}, {"firstSession", "first_session"}, {"updateCount", "update_count"},
		{"total", "total"}, {"cartItemTotal", "cart_item_total"}, {"additionalCostTotal", "additional_cost_total"}, {"cartItemAdditionalCostTotal", "cart_item_additional_cost_total"},
		{"updated", "updated"}, {"experimentVariantAllocations[]/experimentID", "experiment_variant_allocations.experiment_id"}, {"experimentVariantAllocations[]/variantID", "experiment_variant_allocations.variant_id"},
		{"cartItems[]/name", "cart_items.name"}, {"cartItems[]/sku", "cart_items.sku"}, {"cartItems[]/quantity", "cart_items.quantity"},
		{"cartItems[]/returnedQuantity", "cart_items.returned_quantity"}, {"cartItems[]/remainingQuantity", "cart_items.remaining_quantity"}, {"cartItems[]/price", "cart_items.price"},
		{"cartItems[]/category", "cart_items.category"}, {"cartItems[]/product/name", "cart_items.product"}, {"cartItems[]/weight", "cart_items.weight"}, {"cartItems[]/height", "cart_items.height"},
		{"cartItems[]/width", "cart_items.width"}, {"cartItems[]/length", "cart_items.length"}, {"cartItems[]/position", "cart_items.position"}, {"cartItems[]/attributes", "cart_items.attributes"},
		{"cartItems[]/additionalCosts", "cart_items.additional_costs"}, {"cartItems[]/catalogItemID", "cart_items.catalog_item_id"},
	} {
		rows = append(rows, [2]string{"/customerSession/" + field[0], each([]string{"talonone_customer_session", "data.talonone_customer_session"}, field[1])})
	}
	for _, field := range [][2]string{
		{"selectedPriceType", "selected_price_type"}, {"adjustmentReferenceId", "adjustment_reference_id"}, {"adjustmentEffectiveFrom", "adjustment_effective_from"},
		{"adjustmentEffectiveUntil", "adjustment_effective_until"}, {"prices", "prices"},
	} {
		rows = append(rows, [2]string{"/customerSession/cartItems[]/" + field[0], "data.talonone_customer_session.cart_items." + field[1]})
	}
	return append(rows, [2]string{"/customerSession/evaluableCampaignIds", "- says what the last request asked for, and nothing about the session"})
}

// parts are parts of a response that responseContent asks for, kept whole as JSON.
func parts(where string, names ...string) [][2]string {
	rows := make([][2]string, len(names))
	for i, name := range names {
		rows[i] = [2]string{"/" + name, where}
	}
	return rows
}

var table = []operation{
	{
		"createAudienceV2",
		[][2]string{
			{"/name", "talonone_audience.name"}, {"/sandbox", "talonone_audience.sandbox"}, {"/description", "talonone_audience.description"},
			{"/subscribedApplicationsIds", "talonone_audience.subscribed_application_ids"}, {"/integration", "talonone_audience.integration"},
			{"/integrationId", "talonone_audience.integration_id"}, {"/createdIn3rdParty", "talonone_audience.created_in_3rd_party"},
			{"/lastUpdate", "- the deployment moves it with every change of a membership, so a configured time would differ in every plan"},
		},
		audience,
	},
	{
		"createCouponReservation",
		[][2]string{{"path:couponValue", "talonone_coupon_reservation.coupon_value"}, {"/integrationIDs", "talonone_coupon_reservation.customers"}},
		coupon(),
	},
	{
		"createReferral",
		[][2]string{
			{"/campaignId", "talonone_referral.campaign_id"}, {"/advocateProfileIntegrationId", "talonone_referral.advocate_profile_integration_id"},
			{"/friendProfileIntegrationId", "talonone_referral.friend_profile_integration_id"}, {"/startDate", "talonone_referral.start_date"},
			{"/expiryDate", "talonone_referral.expiry_date"}, {"/usageLimit", "talonone_referral.usage_limit"}, {"/attributes", "talonone_referral.attributes"},
		},
		referral(""),
	},
	{
		"createReferralsForMultipleAdvocates",
		[][2]string{
			{"query:silent", "= `no`, since the response has the codes"},
			{"/campaignId", "talonone_referrals.campaign_id"}, {"/advocateProfileIntegrationIds", "talonone_referrals.advocates"}, {"/startDate", "talonone_referrals.start_date"},
			{"/expiryDate", "talonone_referrals.expiry_date"}, {"/usageLimit", "talonone_referrals.usage_limit"}, {"/attributes", "talonone_referrals.attributes"},
			{"/validCharacters", "talonone_referrals.valid_characters"}, {"/referralPattern", "talonone_referrals.referral_pattern"},
		},
		append(referral("/data[]"), [2]string{"/totalResultSize", "- the number of codes in the same response: length(codes)"}),
	},
	{"deleteAudienceMembershipsV2", [][2]string{{"path:audienceId", "action.talonone_clear_audience.audience_id"}}, nil},
	{"deleteAudienceV2", [][2]string{{"path:audienceId", "talonone_audience.id"}}, nil},
	{
		"deleteCouponReservation",
		[][2]string{{"path:couponValue", "talonone_coupon_reservation.coupon_value"}, {"/integrationIDs", "talonone_coupon_reservation.customers"}},
		nil,
	},
	{
		"deleteCustomerData",
		[][2]string{{"path:integrationId", "talonone_customer_data_deletion.integration_id, action.talonone_delete_customer_data.integration_id"}},
		nil,
	},
	{
		"getCustomerInventory",
		[][2]string{
			{"path:integrationId", "data.talonone_customer_inventory.integration_id"}, {"query:profile", "data.talonone_customer_inventory.parts"},
			{"query:referrals", "data.talonone_customer_inventory.parts"}, {"query:coupons", "data.talonone_customer_inventory.parts"},
			{"query:loyalty", "data.talonone_customer_inventory.parts"}, {"query:giveaways", "data.talonone_customer_inventory.parts"},
			{"query:achievements", "data.talonone_customer_inventory.parts"},
		},
		join(
			profile("/profile", "data.talonone_customer_inventory.profile"),
			[][2]string{
				{"/loyalty/cards", "data.talonone_customer_inventory.loyalty.cards"}, {"/loyalty/programs", "data.talonone_customer_inventory.loyalty.programs"},
				{"/referrals", "data.talonone_customer_inventory.referrals"}, {"/coupons", "data.talonone_customer_inventory.coupons"},
				{"/giveaways", "data.talonone_customer_inventory.giveaways"}, {"/achievements", "data.talonone_customer_inventory.achievements"},
			},
		),
	},
	{
		"getCustomerSession",
		[][2]string{{"path:customerSessionId", "data.talonone_customer_session.integration_id, talonone_customer_session.integration_id"}},
		join(session(), effects("talonone_customer_session", "data.talonone_customer_session")),
	},
	{
		"getLoyaltyProgramProfileTransactions",
		[][2]string{
			{"path:loyaltyProgramId", "data.talonone_loyalty_transactions.loyalty_program_id"}, {"path:integrationId", "data.talonone_loyalty_transactions.integration_id"},
			{"query:customerSessionIDs", "data.talonone_loyalty_transactions.customer_session_ids"}, {"query:transactionUUIDs", "data.talonone_loyalty_transactions.transaction_uuids"},
			{"query:subledgerId", "data.talonone_loyalty_transactions.subledger_id"}, {"query:loyaltyTransactionType", "data.talonone_loyalty_transactions.loyalty_transaction_type"},
			{"query:startDate", "data.talonone_loyalty_transactions.start_date"}, {"query:endDate", "data.talonone_loyalty_transactions.end_date"},
			{"query:awaitsActivation", "data.talonone_loyalty_transactions.awaits_activation"},
			{"query:pageSize", "= 1,000 or what `max_results` leaves, since all pages are read"}, {"query:skip", "= the page's place, since all pages are read"},
		},
		[][2]string{
			{"/hasMore", "- all pages are read"},
			{"/data[]/transactionUUID", "data.talonone_loyalty_transactions.transactions.transaction_uuid"}, {"/data[]/created", "data.talonone_loyalty_transactions.transactions.created"},
			{"/data[]/programId", "data.talonone_loyalty_transactions.transactions.program_id"}, {"/data[]/customerSessionId", "data.talonone_loyalty_transactions.transactions.customer_session_id"},
			{"/data[]/storeIntegrationId", "data.talonone_loyalty_transactions.transactions.store_integration_id"}, {"/data[]/type", "data.talonone_loyalty_transactions.transactions.type"},
			{"/data[]/name", "data.talonone_loyalty_transactions.transactions.name"}, {"/data[]/startDate", "data.talonone_loyalty_transactions.transactions.start_date"},
			{"/data[]/expiryDate", "data.talonone_loyalty_transactions.transactions.expiry_date"}, {"/data[]/subledgerId", "data.talonone_loyalty_transactions.transactions.subledger_id"},
			{"/data[]/amount", "data.talonone_loyalty_transactions.transactions.amount"}, {"/data[]/id", "data.talonone_loyalty_transactions.transactions.id"},
			{"/data[]/rulesetId", "data.talonone_loyalty_transactions.transactions.ruleset_id"}, {"/data[]/ruleName", "data.talonone_loyalty_transactions.transactions.rule_name"},
			{"/data[]/flags/createsNegativeBalance", "data.talonone_loyalty_transactions.transactions.creates_negative_balance"},
			{"/data[]/validityDuration", "data.talonone_loyalty_transactions.transactions.validity_duration"},
		},
	},
	{
		"getReservedCustomers",
		[][2]string{{"path:couponValue", "data.talonone_reserved_customers.coupon_value"}},
		append(profile("/data[]", "data.talonone_reserved_customers.profiles"), [2]string{"/totalResultSize", "data.talonone_reserved_customers.total"}),
	},
	{
		"returnCartItems",
		[][2]string{
			{"path:customerSessionId", "talonone_cart_item_return.session_integration_id, action.talonone_return_cart_items.session_integration_id"},
			{"query:dry", "action.talonone_return_cart_items.dry"}, {"query:runRuleEngine", "talonone_cart_item_return.run_rule_engine, action.talonone_return_cart_items.run_rule_engine"},
			{"/return/returnedCartItems[]/position", "talonone_cart_item_return.returned_cart_items.position, action.talonone_return_cart_items.returned_cart_items.position"},
			{"/return/returnedCartItems[]/quantity", "talonone_cart_item_return.returned_cart_items.quantity, action.talonone_return_cart_items.returned_cart_items.quantity"},
			{"/return/returnedCartItems[]/sku", "talonone_cart_item_return.returned_cart_items.sku, action.talonone_return_cart_items.returned_cart_items.sku"},
			{"/responseContent", "talonone_cart_item_return.response_content"},
		},
		join(
			[][2]string{
				{"/return/id", "talonone_cart_item_return.id"}, {"/return/created", "talonone_cart_item_return.created"}, {"/return/eventId", "talonone_cart_item_return.event_id"},
				{"/return/sessionId", "talonone_cart_item_return.session_id"}, {"/return/sessionIntegrationId", "talonone_cart_item_return.session_integration_id"},
				{"/return/returnedCartItems[]/position", "talonone_cart_item_return.returned.position"}, {"/return/returnedCartItems[]/quantity", "talonone_cart_item_return.returned.quantity"},
				{"/return/returnedCartItems[]/sku", "talonone_cart_item_return.returned.sku"},
				{"/return/applicationId", "data.talonone_customer_session.application_id"}, {"/return/accountId", "talonone_cart_item_return.deployment.account_id"},
				{"/return/profileId", returnPart}, {"/return/profileIntegrationId", "data.talonone_customer_session.profile_id"}, {"/return/createdBy", returnPart},
			},
			effects("talonone_cart_item_return"), created("talonone_cart_item_return"),
			parts(returnPart, "customerProfile", "coupons", "triggeredCampaigns", "referral", "loyalty", "event", "previousReturns", "customerSession"),
			parts(otherParts, "campaignEligibility", "ruleFailureReasons", "awardedGiveaways", "achievements", "advancedEvent"),
		),
	},
	{
		"syncCatalog",
		[][2]string{
			{"path:catalogId", "talonone_catalog_items.catalog_id, talonone_catalog_item.catalog_id, action.talonone_edit_catalog_items.catalog_id"},
			{"/version", "action.talonone_edit_catalog_items.version"},
			{"/actions[]/type", "= `ADD` and `REMOVE` for the rows that differ; action.talonone_edit_catalog_items.edit chooses `PATCH_MANY` or `REMOVE_MANY`"},
			{"/actions[]/payload/sku", "talonone_catalog_items.items, talonone_catalog_item.sku"},
			{"/actions[]/payload/price", "talonone_catalog_items.items, talonone_catalog_item.price, action.talonone_edit_catalog_items.price"},
			{"/actions[]/payload/attributes", "talonone_catalog_items.items, talonone_catalog_item.attributes, action.talonone_edit_catalog_items.attributes"},
			{"/actions[]/payload/product/name", "talonone_catalog_items.items, talonone_catalog_item.product"},
			{"/actions[]/payload/replaceIfExists", "= `true`, so that an apply can be repeated after a failure"},
			{"/actions[]/payload/createIfNotExists", fieldOwnership},
			{"/actions[]/payload/filters[]/attr", "action.talonone_edit_catalog_items.filters.attribute"}, {"/actions[]/payload/filters[]/op", "action.talonone_edit_catalog_items.filters.operator"},
			{"/actions[]/payload/filters[]/value", "action.talonone_edit_catalog_items.filters.value"},
			{"/actions[]/payload/adjustments[]/priceType", adjustments}, {"/actions[]/payload/adjustments[]/price", adjustments}, {"/actions[]/payload/adjustments[]/referenceId", adjustments},
			{"/actions[]/payload/adjustments[]/calculatedAt", adjustments}, {"/actions[]/payload/adjustments[]/effectiveFrom", adjustments},
			{"/actions[]/payload/adjustments[]/effectiveUntil", adjustments}, {"/actions[]/payload/adjustments[]/contextId", adjustments},
		},
		[][2]string{
			{"/id", "talonone_catalog_items.catalog_id"}, {"/version", "talonone_catalog_items.catalog_version"}, {"/accountId", "talonone_catalog_items.deployment.account_id"},
			{"/name", catalog}, {"/description", catalog}, {"/subscribedApplicationsIds", catalog}, {"/created", catalog}, {"/modified", catalog}, {"/createdBy", catalog},
		},
	},
	{
		"trackEvent",
		[][2]string{
			{"query:dry", "action.talonone_track_event.dry"}, {"/profileId", "talonone_event.profile_id, action.talonone_track_event.profile_id"},
			{"/type", "talonone_event.type, action.talonone_track_event.type"}, {"/attributes", "talonone_event.attributes, action.talonone_track_event.attributes"},
			{"/sessionId", "talonone_event.session_id, action.talonone_track_event.session_id"},
		},
		join(
			[][2]string{
				{"/event/id", "talonone_event.id"}, {"/event/created", "talonone_event.created"}, {"/event/applicationId", "talonone_event.application_id"},
				{"/event/profileId", "talonone_event.profile_id"}, {"/event/type", "talonone_event.type"}, {"/event/attributes", "talonone_event.attributes"},
				{"/event/sessionId", "talonone_event.session_id"}, {"/event/effects", "talonone_event.effects"}, {"/event", "talonone_event.response"},
			},
			parts("talonone_event.response", "session", "profile", "loyalty", "coupon"),
		),
	},
	{
		"trackEventV2",
		[][2]string{
			{"query:silent", "= `no`, since the response has the event and its effects"}, {"query:dry", "= `true` in data.talonone_session_evaluation; action.talonone_track_event.dry"},
			{"query:forceCompleteEvaluation", "data.talonone_session_evaluation.force_complete_evaluation"},
			{"/profileId", "talonone_event.profile_id, action.talonone_track_event.profile_id, data.talonone_session_evaluation.profile_id"},
			{"/storeIntegrationId", "talonone_event.store_integration_id, action.talonone_track_event.store_integration_id, data.talonone_session_evaluation.store_integration_id"},
			{"/evaluableCampaignIds", "data.talonone_session_evaluation.evaluable_campaign_ids"},
			{"/type", "talonone_event.type, action.talonone_track_event.type, data.talonone_session_evaluation.event.type"},
			{"/attributes", "talonone_event.attributes, action.talonone_track_event.attributes, data.talonone_session_evaluation.event.attributes"},
			{"/responseContent", "talonone_event.response_content, data.talonone_session_evaluation.response_content"},
			{"/loyaltyCards", "talonone_event.loyalty_cards, action.talonone_track_event.loyalty_cards, data.talonone_session_evaluation.loyalty_cards"},
		},
		join(
			[][2]string{
				{"/event/id", "talonone_event.id"}, {"/event/created", "talonone_event.created"}, {"/event/applicationId", "talonone_event.application_id"},
				{"/event/profileId", "talonone_event.profile_id"}, {"/event/type", "talonone_event.type"}, {"/event/attributes", "talonone_event.attributes"},
				{"/event/storeIntegrationId", "talonone_event.store_integration_id"}, {"/event", "talonone_event.response"},
			},
			effects("talonone_event", "data.talonone_session_evaluation"), created("talonone_event", "data.talonone_session_evaluation"),
			parts(eventPart, "customerProfile", "triggeredCampaigns", "loyalty", "awardedGiveaways", "ruleFailureReasons", "campaignEligibility", "achievements"),
		),
	},
	{
		"updateAudienceCustomersAttributes",
		[][2]string{
			{"path:audienceId", "talonone_audience_customer_attributes.audience_id, action.talonone_update_audience_customer_attributes.audience_id"},
			{"/", "talonone_audience_customer_attributes.attributes, action.talonone_update_audience_customer_attributes.attributes"},
		},
		nil,
	},
	{
		"updateAudienceV2",
		[][2]string{{"path:audienceId", "talonone_audience.id"}, {"/name", "talonone_audience.name"}, {"/subscribedApplicationsIds", "talonone_audience.subscribed_application_ids"}},
		audience,
	},
	{
		"updateCustomerProfileAudiences",
		[][2]string{
			{"/data[]/action", "= `add` or `delete`, by what differs"},
			{"/data[]/profileIntegrationId", "talonone_audience_memberships.members, talonone_audience_membership.profile_integration_id, talonone_customer_audiences.profile_integration_id"},
			{"/data[]/audienceId", "talonone_audience_memberships.audience_id, talonone_audience_membership.audience_id, talonone_customer_audiences.audience_ids"},
		},
		nil,
	},
	{
		"updateCustomerProfileV2",
		[][2]string{
			{"path:integrationId", "talonone_customer_profile.integration_id, data.talonone_profile_evaluation.integration_id"},
			{"query:runRuleEngine", "talonone_customer_profile.run_rule_engine"}, {"query:dry", "= `true` in data.talonone_profile_evaluation"},
			{"/attributes", "talonone_customer_profile.attributes, data.talonone_profile_evaluation.attributes"},
			{"/audiencesChanges/adds", "talonone_customer_profile.audience_changes.adds, data.talonone_profile_evaluation.audience_changes.adds"},
			{"/audiencesChanges/deletes", "talonone_customer_profile.audience_changes.deletes, data.talonone_profile_evaluation.audience_changes.deletes"},
			{"/evaluableCampaignIds", "data.talonone_profile_evaluation.evaluable_campaign_ids"},
			{"/responseContent", "talonone_customer_profile.response_content, data.talonone_profile_evaluation.response_content"},
		},
		join(
			profile("/customerProfile", "talonone_customer_profile"),
			effects("talonone_customer_profile", "data.talonone_profile_evaluation"), created("talonone_customer_profile", "data.talonone_profile_evaluation"),
			parts(profilePart, "event", "loyalty", "triggeredCampaigns", "ruleFailureReasons", "campaignEligibility", "awardedGiveaways"),
		),
	},
	{
		"updateCustomerProfilesV2",
		[][2]string{
			{"query:silent", "= `no`, since the response shows what was taken"},
			{"/customerProfiles[]/integrationId", "talonone_customer_profiles.profiles"}, {"/customerProfiles[]/attributes", "talonone_customer_profiles.profiles"},
		},
		[][2]string{
			{"/integrationStates[]/customerProfile/integrationId", "talonone_customer_profiles.profiles"}, {"/integrationStates[]/customerProfile/attributes", "talonone_customer_profiles.profiles"},
			{"/integrationStates[]/customerProfile/sandbox", "talonone_customer_profiles.sandbox"}, {"/integrationStates[]/customerProfile", "data.talonone_customer_inventory.profile"},
		},
	},
	{
		"updateCustomerSessionV2",
		join(
			[][2]string{
				{"path:customerSessionId", "talonone_customer_session.integration_id, data.talonone_session_evaluation.integration_id"},
				{"query:dry", "= `true` in data.talonone_session_evaluation"}, {"query:now", "data.talonone_session_evaluation.now"},
				{"/responseContent", "talonone_customer_session.response_content, data.talonone_session_evaluation.response_content"},
			},
			sent(
				[2]string{"profileId", "profile_id"}, [2]string{"storeIntegrationId", "store_integration_id"}, [2]string{"evaluableCampaignIds", "evaluable_campaign_ids"},
				[2]string{"couponCodes", "coupon_codes"}, [2]string{"referralCode", "referral_code"}, [2]string{"loyaltyCards", "loyalty_cards"}, [2]string{"state", "state"},
				[2]string{"identifiers", "identifiers"}, [2]string{"attributes", "attributes"}, [2]string{"additionalCosts/*/price", "additional_costs.price"},
				[2]string{"experimentVariantAllocations[]/experimentID", "experiment_variant_allocations.experiment_id"}, [2]string{"experimentVariantAllocations[]/variantID", "experiment_variant_allocations.variant_id"},
				[2]string{"cartItems[]/name", "cart_items.name"}, [2]string{"cartItems[]/sku", "cart_items.sku"}, [2]string{"cartItems[]/quantity", "cart_items.quantity"},
				[2]string{"cartItems[]/price", "cart_items.price"}, [2]string{"cartItems[]/category", "cart_items.category"}, [2]string{"cartItems[]/product/name", "cart_items.product"},
				[2]string{"cartItems[]/weight", "cart_items.weight"}, [2]string{"cartItems[]/height", "cart_items.height"}, [2]string{"cartItems[]/width", "cart_items.width"},
				[2]string{"cartItems[]/length", "cart_items.length"}, [2]string{"cartItems[]/attributes", "cart_items.attributes"}, [2]string{"cartItems[]/additionalCosts/*/price", "cart_items.additional_costs.price"},
			),
		),
		join(
			session(), effects("talonone_customer_session", "data.talonone_session_evaluation"), created("talonone_customer_session", "data.talonone_session_evaluation"),
			parts(wholePart, "customerProfile", "coupons", "triggeredCampaigns", "referral", "loyalty", "event", "awardedGiveaways", "ruleFailureReasons", "previousReturns", "campaignEligibility", "achievements"),
			parts(otherParts, "return", "advancedEvent"),
		),
	},
}

const catalog = "- only the response of a sync has it, and no operation reads it: a state would show it as of the last sync, and never a change made elsewhere"

// sent are the fields of a session that is written, in the resource and in the evaluation.
func sent(fields ...[2]string) [][2]string {
	rows := make([][2]string, len(fields))
	for i, field := range fields {
		rows[i] = [2]string{"/customerSession/" + field[0], each([]string{"talonone_customer_session", "data.talonone_session_evaluation"}, field[1])}
	}
	return rows
}

func join(parts ...[][2]string) [][2]string { return slices.Concat(parts...) }

// each is the same attribute of several constructs.
func each(constructs []string, attribute string) string {
	addresses := make([]string, len(constructs))
	for i, construct := range constructs {
		addresses[i] = construct + "." + attribute
	}
	return strings.Join(addresses, ", ")
}
