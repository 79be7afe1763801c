package customer

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (r *profilesResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Many customer profiles with the custom attributes that Terraform manages, in one resource: 1,000 profiles a request, and only those that changed. " +
			"Attributes that are not listed are not touched. No campaign rules run. For one profile use `talonone_customer_profile`.\n\n" +
			"Requires an Integration API key, whose Application decides between the sandbox and the live environment. With a Management API key that allows the customer search endpoint, " +
			"each read covers 1,000 profiles, otherwise one.\n\n" +
			"Existing profiles are managed like new ones. The plan warns about them, and about attributes that the apply overwrites, if 20 requests are enough to find them: " +
			"up to 20 new profiles, with a Management API key up to 9,000, or 20,000 in an update.\n\n" +
			"The API can't delete a profile. A profile that is no longer in `profiles`, or whose resource is destroyed, is only removed from state, or loses its data if `erase_on_destroy` is true; the plan says which and how many. " +
			"After an import, while `last_sync` is null, profiles and attributes that the configuration does not list are neither cleared nor erased.",
		Attributes: map[string]schema.Attribute{
			"profiles": schema.StringAttribute{
				Required: true, CustomType: jsontypes.NormalizedType{},
				MarkdownDescription: "One JSON object from integration ID (1 to 1,000 characters, case-sensitive) to an object of attributes, written with `jsonencode`. " +
					"The plan shows the profiles and attributes that change, and no others. Only the names in it are managed. `null` keeps an attribute cleared. A name that is no longer listed is cleared too, unless it came from an import. " +
					"Times are RFC 3339 and compared as instants, numbers by value. The account must define the attributes for CustomerProfile. Updated in place.",
				Validators: []validator.String{profilesValidator{}},
			},
			"erase_on_destroy": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether a profile that is removed, or whose resource is destroyed, loses all attributes of its own, of its sessions and of its events, managed here or not, " +
					"in every Application of the environment. This can't be undone, and takes one request per profile. A destroy uses the value of the last apply; a replacement erases only if that value and the configured one are `true`. Default: `false`. Updated in place.",
			},
			"max_removal_percent": bulk.MaxRemovalPercentAttribute(profilesNoun),
			"sandbox":             schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the profiles are in the sandbox environment rather than the live one; null if the deployment does not say."},
			"last_sync":           bulk.LastSyncSchema(profilesNoun),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.Block(ctx, timeouts.Opts{
			Create: true, Read: true, Update: true, Delete: true,
			CreateDescription: "Time limit for the creation, such as `30m`. Default: `20m`.",
			ReadDescription:   "Time limit for a refresh, such as `30m`. Default: `20m`.",
			UpdateDescription: "Time limit for an update, such as `30m`. Default: `20m`.",
			DeleteDescription: "Time limit for the erasures of a destroy, such as `2h`. Default: `20m`.",
		})},
	}
}

// profilesValidator accepts a JSON object from integration ID to attributes.
type profilesValidator struct{}

func (profilesValidator) Description(context.Context) string {
	return "a JSON object from integration ID to an object of attributes"
}

func (v profilesValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v profilesValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := parseProfiles(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid profiles",
			"The profiles must be one JSON object from integration ID to attributes, as jsonencode({ customer-1 = { Language = \"de\" } }) writes it.\n\n"+framework.Sentence(err.Error()))
	}
}
