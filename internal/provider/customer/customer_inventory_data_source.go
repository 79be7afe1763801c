package customer

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ datasource.DataSource              = (*inventoryDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*inventoryDataSource)(nil)
)

const inventoryType = "talonone_customer_inventory"

// The parts of an inventory, as getCustomerInventory names them.
const (
	partProfile      = "profile"
	partReferrals    = "referrals"
	partCoupons      = "coupons"
	partLoyalty      = "loyalty"
	partGiveaways    = "giveaways"
	partAchievements = "achievements"
)

var allParts = []string{partProfile, partReferrals, partCoupons, partLoyalty, partGiveaways, partAchievements}

type inventoryDataSource struct{ data *framework.Data }

// NewCustomerInventoryDataSource is the data source talonone_customer_inventory.
func NewCustomerInventoryDataSource() datasource.DataSource { return &inventoryDataSource{} }

func (d *inventoryDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = inventoryType
}

func (d *inventoryDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *inventoryDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config inventoryModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	asked := config.asked(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	inventory, err := d.data.Client.GetCustomerInventory(ctx, config.IntegrationID.ValueString(), asked)
	if err != nil {
		operation := framework.Operation{Construct: "data " + inventoryType, Action: "read the inventory of customer", Object: label(config.IntegrationID.ValueString())}
		if talonone.IsNotFound(err) {
			framework.AddAttributeError(&resp.Diagnostics, path.Root("integration_id"), operation, err)
			return
		}
		framework.AddError(&resp.Diagnostics, operation, err)
		return
	}
	if inventory != nil {
		config.fill(inventory, asked)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &config)...)
}

// asked is which parts the configuration wants.
func (m *inventoryModel) asked(ctx context.Context, diags *diag.Diagnostics) talonone.InventoryParts {
	names := allParts
	if !m.Parts.IsNull() {
		names = nil
		diags.Append(m.Parts.ElementsAs(ctx, &names, false)...)
	}
	var parts talonone.InventoryParts
	for _, name := range names {
		switch name {
		case partProfile:
			parts.Profile = true
		case partReferrals:
			parts.Referrals = true
		case partCoupons:
			parts.Coupons = true
		case partLoyalty:
			parts.Loyalty = true
		case partGiveaways:
			parts.Giveaways = true
		case partAchievements:
			parts.Achievements = true
		}
	}
	return parts
}

// The helpers below make computed attributes.
