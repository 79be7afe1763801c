package session

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// contentModel mirrors what a session is made of, apart from its state.
type contentModel struct {
	ProfileID                    types.String         `tfsdk:"profile_id"`
	StoreIntegrationID           types.String         `tfsdk:"store_integration_id"`
	CouponCodes                  types.List           `tfsdk:"coupon_codes"`
	ReferralCode                 types.String         `tfsdk:"referral_code"`
	LoyaltyCards                 types.List           `tfsdk:"loyalty_cards"`
	CartItems                    types.List           `tfsdk:"cart_items"`
	AdditionalCosts              types.Map            `tfsdk:"additional_costs"`
	Identifiers                  types.List           `tfsdk:"identifiers"`
	Attributes                   jsontypes.Normalized `tfsdk:"attributes"`
	ExperimentVariantAllocations types.List           `tfsdk:"experiment_variant_allocations"`
}

// contentAttribute is one of the attributes of contentModel.
type contentAttribute struct {
	// name is the one in HCL, pointer that of the API's errors.
	name, pointer string
	get           func(*contentModel) attr.Value
	// set ignores values of other types.
	set func(*contentModel, attr.Value)
}

func contentOf[T attr.Value](name, pointer string, field func(*contentModel) *T) contentAttribute {
	return contentAttribute{
		name: name, pointer: pointer,
		get: func(m *contentModel) attr.Value { return *field(m) },
		set: func(m *contentModel, value attr.Value) {
			if typed, ok := value.(T); ok {
				*field(m) = typed
			}
		},
	}
}

// content lists the attributes of contentModel.
var content = []contentAttribute{
	contentOf("profile_id", "/profileId", func(m *contentModel) *types.String { return &m.ProfileID }),
	contentOf("store_integration_id", "/storeIntegrationId", func(m *contentModel) *types.String { return &m.StoreIntegrationID }),
	contentOf("coupon_codes", "/couponCodes", func(m *contentModel) *types.List { return &m.CouponCodes }),
	contentOf("referral_code", "/referralCode", func(m *contentModel) *types.String { return &m.ReferralCode }),
	contentOf("loyalty_cards", "/loyaltyCards", func(m *contentModel) *types.List { return &m.LoyaltyCards }),
	contentOf("cart_items", "/cartItems", func(m *contentModel) *types.List { return &m.CartItems }),
	contentOf("additional_costs", "/additionalCosts", func(m *contentModel) *types.Map { return &m.AdditionalCosts }),
	contentOf("identifiers", "/identifiers", func(m *contentModel) *types.List { return &m.Identifiers }),
	contentOf("attributes", "/attributes", func(m *contentModel) *jsontypes.Normalized { return &m.Attributes }),
	contentOf("experiment_variant_allocations", "/experimentVariantAllocations", func(m *contentModel) *types.List { return &m.ExperimentVariantAllocations }),
}

func nullContent() contentModel {
	return contentModel{
		CouponCodes: types.ListNull(types.StringType), LoyaltyCards: types.ListNull(types.StringType), CartItems: types.ListNull(itemType),
		AdditionalCosts: types.MapNull(costType), Identifiers: types.ListNull(types.StringType), ExperimentVariantAllocations: types.ListNull(allocationType),
	}
}

// keepPlanned is keep for everything that the configuration of a session can say.
func (m *contentModel) keepPlanned(ctx context.Context, planned contentModel, diags *diag.Diagnostics) {
	for _, one := range content {
		one.set(m, keep(ctx, one.name, one.get(m), one.get(&planned), diags))
	}
}
