package coupon

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (d *reservedCustomersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the customers who have a coupon reserved, hard or soft. Terraform, rules and redemptions make reservations.\n\n" +
			"Requires the Integration API key of the coupon's Application. It takes one request for any number of customers. Profiles with their attributes are stored in the state.",
		Attributes: map[string]schema.Attribute{
			"coupon_value": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The coupon code, not escaped. It must exist in the Application of the Integration key.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"customers": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Only these customers, by integration ID, at most 5,000; those without a reservation are omitted. Default: all. The API has no filter, so the request is the same.",
				Validators:          []validator.List{framework.IDList{Max: maxCustomers}},
			},
			"integration_ids": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Only the integration IDs, in the same order as `profiles`, for example for `contains`.",
			},
			"total": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Number of all customers who have the coupon reserved, even if `customers` selects a few.",
			},
			"profiles": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The customers' profiles, in the order of the API.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":              schema.Int64Attribute{Computed: true, MarkdownDescription: "Internal ID of the profile."},
					"integration_id":  schema.StringAttribute{Computed: true, MarkdownDescription: "Integration ID of the customer."},
					"account_id":      schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the account."},
					"created":         schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the profile was created, RFC 3339 in UTC."},
					"attributes":      schema.StringAttribute{Computed: true, CustomType: jsontypes.NormalizedType{}, MarkdownDescription: "Custom attributes of the profile as a JSON object, for `jsondecode`."},
					"closed_sessions": schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of closed sessions, without cancelled and reopened ones."},
					"total_sales":     schema.NumberAttribute{Computed: true, MarkdownDescription: "Sum of the closed sessions before discounts, in the Application's currency."},
					"last_activity":   schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When a request last ran the rules for the customer, RFC 3339 in UTC; null for never. A reservation does not move it."},
					"sandbox":         schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the profile belongs to the sandbox environment; null if the deployment does not report it."},
					"audience_memberships": schema.ListNestedAttribute{
						Computed:            true,
						MarkdownDescription: "The audiences that the customer belongs to.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"id":   schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the audience."},
							"name": schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the audience."},
						}},
					},
				}},
			},
		},
	}
}
