package customer

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

// profileParts are what responseContent of updateCustomerProfileV2 can ask for.
var profileParts = []string{
	"customerProfile", "triggeredCampaigns", "loyalty", "event", "awardedGiveaways", "ruleFailureReasons", "campaignEligibility", "achievements",
}

func (r *profileResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	moves := func(text string) schema.ListAttribute {
		return schema.ListAttribute{
			Optional: true, ElementType: types.Int64Type, MarkdownDescription: text,
			Validators: []validator.List{listvalidator.NoNullValues(), listvalidator.UniqueValues(), framework.ReferenceIDs()},
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A customer profile with the custom attributes that Terraform manages; attributes set elsewhere are left alone. " +
			"An existing profile is managed like a new one, without a warning in the plan. For many profiles use `talonone_customer_profiles`.\n\n" +
			"Requires an Integration API key, whose Application decides between the sandbox and the live environment.\n\n" +
			"The API can't delete a profile. Destroying the resource only removes the profile from state, or erases its data if `erase_on_destroy` is true; the plan says which. " +
			"Manage the members of an audience with `talonone_audience_memberships`; only `audience_changes` lets rules see that a customer joins or leaves.",
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
			"audience_changes": schema.SingleNestedAttribute{
				Optional: true,
				MarkdownDescription: "Audiences that the customer joins and leaves by updates of the profile. With `run_rule_engine = true`, rules about joining and leaving an audience see it; no other way of changing memberships runs them. " +
					"Only what differs from the customer's audiences is sent, and a change made elsewhere is undone by the next apply. Removing an ID changes no membership, and neither does destroying the resource. " +
					"No other resource may manage the same membership. Changes in place.",
				Attributes: map[string]schema.Attribute{
					"adds":    moves("IDs of audiences that the customer belongs to."),
					"deletes": moves("IDs of audiences that the customer does not belong to."),
				},
			},
			"run_rule_engine": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether each update of the profile runs the campaigns' rules, which also updates `last_activity`. " +
					"Changing only this sends nothing. Default: `false`. Updated in place.",
			},
			"response_content": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Further parts of the response to keep in `response`, in the API's spelling: " + framework.ListedNames(profileParts) + ". Requires `run_rule_engine = true`. " +
					"Several contain personal data, which is then stored in the state. A change takes effect with the next update.",
				Validators: framework.PartValidators(profileParts),
			},
			"response": schema.StringAttribute{
				Computed: true, CustomType: jsontypes.NormalizedType{},
				MarkdownDescription: "JSON object with the parts that `response_content` names, as of the last update that Terraform made; null when it names none.",
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
	maps.Copy(resp.Schema.Attributes, framework.ResourceEffects("As of the last update that Terraform made; empty without `run_rule_engine`."))
}
