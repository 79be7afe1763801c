package definition

import (
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/lookup"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// NewAttributeList is the list resource talonone_attribute.
func NewAttributeList() list.ListResource {
	return lookup.List[attributeDefinition]{
		Object:   attributes,
		Identity: func(a attributeDefinition) any { return idIdentity{ID: types.Int64Value(a.ID)} },
		Model: func(a attributeDefinition, here framework.Deployed) any {
			return attributeFromAPI(&a, attributeModel{Deployed: here})
		},
	}.ListResource()
}

// NewAdditionalCostList is the list resource talonone_additional_cost.
func NewAdditionalCostList() list.ListResource {
	return lookup.List[talonone.AdditionalCostDefinition]{
		Object:   additionalCosts,
		Identity: func(c talonone.AdditionalCostDefinition) any { return idIdentity{ID: types.Int64Value(c.ID)} },
		Model: func(c talonone.AdditionalCostDefinition, here framework.Deployed) any {
			return costFromAPI(&c, costModel{Deployed: here})
		},
	}.ListResource()
}
