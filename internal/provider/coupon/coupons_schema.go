package coupon

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (r *couponsResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages many coupons of one campaign, each with a code of your choice and its own settings. For a single coupon, use `talonone_coupon`.\n\n" +
			"New codes are created by one import. The import cannot change coupons, so each coupon that changes, that exists already, or that has a setting without a column in the import " +
			"(`reservation_limit`, `is_reservation_mandatory`, `implicitly_reserved`) takes a request of its own, and so does each deletion. The deployment accepts three of these per second. The plan says how many there are.\n\n" +
			"With additive ownership, the default, only the listed codes are managed; other coupons of the campaign are left alone. A listed code that exists in the campaign already is adopted, and the plan warns about it. " +
			"A code is unique in its Application, so a code of another campaign is an error: when planning for up to three new codes, otherwise when applying. The number of redemptions of a code is never changed.\n\n" +
			"A refresh reads the whole campaign if more than 20 codes are managed: with one request for up to 1,000 coupons, and with an export for more. The export does not contain `implicitly_reserved`, " +
			"so changes to that setting made outside Terraform are not detected.\n\n" +
			"A coupon that is no longer listed, or whose resource is destroyed, is deleted with its reservations and the count of its redemptions. This can't be undone.\n\n" +
			"Requires a Management API key that allows the endpoint `/v1/applications`.",
		Attributes: map[string]schema.Attribute{
			"application_id": schema.Int64Attribute{
				Required: true, Validators: framework.ReferenceID(), PlanModifiers: []planmodifier.Int64{int64planmodifier.RequiresReplace()},
				MarkdownDescription: "ID of the Application. Changing this replaces the coupons.",
			},
			"campaign_id": schema.Int64Attribute{
				Required: true, Validators: framework.ReferenceID(), PlanModifiers: []planmodifier.Int64{int64planmodifier.RequiresReplace()},
				MarkdownDescription: "ID of the campaign, which must have the feature coupons. Changing this replaces the coupons.",
			},
			"ownership": bulk.OwnershipAttribute("`additive` (default): the resource manages the listed codes and does not touch others. `exclusive`: the campaign holds exactly " +
				"the listed coupons; the plan shows all others, such as those of batches, as deletions, and says how many of them were redeemed. " +
				"Do not use it for a campaign whose rules or colleagues create coupons. Creating an exclusive resource deletes nothing: import a campaign that holds other coupons. " +
				"A change to `exclusive` deletes others in the same apply if the refresh has listed the whole campaign, otherwise in the next one; the plan says which. " +
				"A change to `additive` deletes nothing: coupons that are no longer listed stay in the campaign."),
			"coupons": schema.StringAttribute{
				Optional: true, CustomType: jsontypes.NormalizedType{}, Validators: []validator.String{couponsValidator{}, stringvalidator.ExactlyOneOf(path.MatchRoot("coupons_file"))},
				MarkdownDescription: "One JSON object from code to settings, written with `jsonencode`, or a JSON array of codes with default settings. A code has 4 to 100 characters. The settings are those of `talonone_coupon`: " +
					"`usage_limit` (default 1, 0 for no limit), `discount_limit`, `reservation_limit`, `start_date`, `expiry_date`, `recipient_integration_id`, `is_reservation_mandatory`, `implicitly_reserved` and the object `attributes`. " +
					"Dates, the recipient and the flags are unset on the deployment when they are omitted; `discount_limit`, `reservation_limit` and attributes are kept. " +
					"The plan shows the coupons that change, and no others. Updated in place. Set exactly one of `coupons` and `coupons_file`.",
			},
			"coupons_file": schema.SingleNestedAttribute{
				Optional: true,
				MarkdownDescription: "A file to read the coupons from, of at most 200 MB: CSV, JSON Lines or one JSON array. The column `value` is the code. Columns that are named after a setting hold that setting, " +
					"`columns` maps others, and every other column is a custom attribute. " +
					"The guide [Catalogs and member lists from spreadsheets and exports](../guides/files) shows the options for each kind of file. " +
					"Files are compared by their coupons: a different path, order, line ending or spelling is not a change. " +
					"The file is read when planning and again when applying. If its coupons have changed in between, the apply is refused.",
				Attributes: files.Attributes(files.ForCoupons(), "Path of the file. Write `\"${path.module}/…\"` for one beside the configuration. "+
					"If another resource writes the file in the same apply, take the path from an attribute that is known only after that resource has run."),
			},
			"max_removal_percent": bulk.MaxRemovalPercentAttribute(codes),
			"coupon_count": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Number of coupons that the resource manages. With exclusive ownership, the number of coupons in the campaign.",
			},
			"coupons_digest": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Fingerprint of the coupons and their settings, regardless of order. It changes whenever a coupon is added, changed or deleted.",
			},
			"managed_coupons": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The coupons from `coupons_file` as one JSON string, an object from code to settings. A plan shows the changes of a file here. " +
					"A plan that creates the resource omits it, because everything in the file is new.",
			},
			"last_sync": bulk.LastSyncSchema(codes),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.Block(ctx, timeouts.Opts{
			Create: true, Read: true, Update: true, Delete: true,
			CreateDescription: "Time limit for the creation, such as `2h`. Default: `1h`.",
			ReadDescription:   "Time limit for a refresh, such as `2h`. Default: `1h`.",
			UpdateDescription: "Time limit for an update, such as `2h`. Default: `1h`.",
			DeleteDescription: "Time limit for the deletions of a destroy, such as `2h`. Default: `1h`.",
		})},
	}
}

// couponsValidator accepts coupons as JSON.
type couponsValidator struct{}

func (couponsValidator) Description(context.Context) string {
	return "a JSON object from code to settings, or a JSON array of codes"
}

func (v couponsValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v couponsValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := parseCoupons(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid coupons",
			"The coupons must be "+v.Description(ctx)+", as jsonencode({ ANNA10 = { usage_limit = 100 } }) writes it.\n\n"+framework.Sentence(err.Error()))
	}
}
