package customer

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (r *profileResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A customer profile with the custom attributes that Terraform manages; attributes set elsewhere are left alone. " +
			"An existing profile is managed like a new one, without a warning in the plan. For many profiles use `talonone_customer_profiles`.\n\n" +
			"Requires an Integration API key, whose Application decides between the sandbox and the live environment.\n\n" +
			"The API can't delete a profile. Destroying the resource only removes the profile from state, or erases its data if `erase_on_destroy` is true; the plan says which. " +
			"Manage the profile's audiences with `talonone_audience_memberships`.",
		Attributes: map[string]schema.Attribute{
			"integration_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "ID of the customer in your own systems, 1 to 1,000 characters, case-sensitive. Choose one that never changes, such as a database key. " +
					"The API can't rename a profile, so changing this replaces the resource.",
				Validators: framework.IntegrationID(),
			},
			"attributes": schema.StringAttribute{
				Optional: true, CustomType: jsontypes.NormalizedType{},
				MarkdownDescription: "Custom attributes as one JSON object, written with `jsonencode`. Only the names in it are managed. `null` keeps an attribute cleared. " +
					"A name that is no longer listed is cleared too, unless it came from an import (see `imported`). Times are RFC 3339 and compared as instants, numbers by value. " +
					"The account must define the attributes for CustomerProfile. Default: no attribute is managed. Updated in place.",
				Validators: []validator.String{customattr.Validator{}},
			},
			"imported": schema.BoolAttribute{
				Computed: true,
				MarkdownDescription: "Whether `attributes` in the state come from an import. Attributes that the configuration does not list are then kept and not cleared. " +
					"The first apply that changes `attributes` sets this to `false`.",
			},
			"run_rule_engine": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether each update of the profile runs the campaigns' rules, which also updates `last_activity`. " +
					"Changing only this sends nothing. Default: `false`. Updated in place.",
			},
			"erase_on_destroy": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether destroying the resource erases all attributes of the profile, of its sessions and of its events, managed here or not, " +
					"in every Application of the environment. This can't be undone. A destroy uses the value of the last apply; a replacement erases only if that value and the configured one are `true`. Default: `false`. Updated in place.",
			},
			"id":              schema.Int64Attribute{Computed: true, MarkdownDescription: "Internal ID of the profile."},
			"account_id":      schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the account that the profile belongs to."},
			"created":         schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the profile was created, RFC 3339 in UTC."},
			"last_activity":   schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When a request last ran the rules for the customer, RFC 3339 in UTC."},
			"closed_sessions": schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of closed sessions, without those that were cancelled or reopened."},
			"total_sales":     schema.NumberAttribute{Computed: true, MarkdownDescription: "Sum of the closed sessions before discounts, without returned items, in the currency of the Application."},
			"sandbox":         schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the profile is in the sandbox environment rather than the live one; null if the deployment does not report it."},
			"audience_memberships": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Audiences that the customer belongs to.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":   schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the audience."},
					"name": schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the audience."},
				}},
			},
		},
	}
}
