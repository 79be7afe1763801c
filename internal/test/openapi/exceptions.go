package openapi

import "slices"

// The vendor's documents contradict themselves, or what the vendor's own clients and fixtures show, in
// the places listed in this file. Each entry names its evidence. Beyond these:
//   - Properties forbidden by additionalProperties: false within an allOf are left to the search for
//     undeclared properties: read literally, UpdateCoupon and others would refuse the properties that
//     their other parts declare.
//   - Alternatives of a oneOf that match together are fine: the shapes of Effect.props overlap.
//   - A body declared for the status 204 (trackEventV2) can't exist in HTTP.
//   - A required property that no part of a schema defines counts as declared (isCappedByTarget of
//     CustomerAchievement).

// schemaExceptions correct schemas of components.schemas, by name, before anything is compiled.
var schemaExceptions = map[string]func(part map[string]any){
	// It requires coupon and referral, two properties of version 1 which it doesn't define and which the
	// official Go SDK doesn't know.
	"CustomerSessionV2": requireLess("coupon", "referral"),
	// It requires previousExpirationDate, which it doesn't define and which its own example lacks.
	"ExtendLoyaltyPointsExpiryDateEffectProps": requireLess("previousExpirationDate"),
	// The deprecated loyaltyMemberships is null in every response that the vendor's connectors keep as a
	// fixture, and an array in the schema.
	"CustomerProfile": func(part map[string]any) {
		properties, _ := part["properties"].(map[string]any)
		if memberships, ok := properties["loyaltyMemberships"].(map[string]any); ok {
			memberships["type"] = []any{"array", "null"}
		}
	},
}

func requireLess(names ...any) func(part map[string]any) {
	return func(part map[string]any) {
		if required, ok := part["required"].([]any); ok {
			part["required"] = slices.DeleteFunc(required, func(name any) bool { return slices.Contains(names, name) })
		}
	}
}

// securityExceptions replace the security schemes of operations, by operationId.
var securityExceptions = map[string][]string{
	// It inherits the need of a token from the document and is the one that hands out tokens.
	"createSession": nil,
	// Deployments of 2022 took the manager's credential here (as the reference of that year says, and
	// the provider's legacy_manager_auth still does). A deployment of today refuses it, and what was
	// refused isn't compared.
	"deleteAudienceV2":            {"api_key_v1", "manager_auth", "management_key"},
	"deleteAudienceMembershipsV2": {"api_key_v1", "manager_auth", "management_key"},
	"syncCatalog":                 {"api_key_v1", "manager_auth", "management_key"},
}

// undeclaredStatuses exist on every operation, whatever it declares: most Management operations
// declare their success only, and 403 is declared nowhere. 5xx is omitted because a proxy may have
// answered: neither it nor its body is compared.
var undeclaredStatuses = []int{400, 401, 403, 404, 409, 429}

// correct applies schemaExceptions to a document.
func correct(root map[string]any) {
	components, _ := root["components"].(map[string]any)
	schemas, _ := components["schemas"].(map[string]any)
	for name, edit := range schemaExceptions {
		schema, ok := schemas[name].(map[string]any)
		if !ok {
			continue
		}
		edit(schema)
		parts, _ := schema["allOf"].([]any)
		for _, part := range parts {
			if part, ok := part.(map[string]any); ok {
				edit(part)
			}
		}
	}
}

// correctErrors lets an error that is declared as CSV come as JSON: the operations that export CSV give
// the schema of a JSON error under application/csv.
func correctErrors(responses map[int]map[string]*schema) {
	for status, media := range responses {
		if csv := media["application/csv"]; status >= 400 && csv != nil && media["application/json"] == nil {
			media["application/json"] = csv
		}
	}
}
