package audience

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

func (r *customerAudiencesResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages the audiences that one customer belongs to. Use it to give a test customer or an employee the memberships of a persona; " +
			"`talonone_audience_memberships` manages one audience with many customers.\n\n" +
			"A customer profile that does not exist yet is created. Joining and leaving do not run rules. Each change takes one request.\n\n" +
			"Requires the Integration API key of an Application in the same environment as the audiences, sandbox or live. With a Management API key that allows the audiences endpoint, the plan " +
			"also detects audiences that do not exist. If the key allows `memberships/export` too, the plan detects memberships of customers whose profile the deployment doesn't show yet.",
		Attributes: map[string]schema.Attribute{
			"profile_integration_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: fmt.Sprintf("Integration ID of the customer profile, 1 to %s characters, case-sensitive. Changing this replaces the resource: the old customer leaves the audiences, and the new one joins them.", bulk.Thousands(talonone.MaxIntegrationID)),
				Validators:          framework.IntegrationID(),
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"audience_ids": schema.ListAttribute{
				Required: true, ElementType: types.Int64Type,
				MarkdownDescription: fmt.Sprintf("IDs of the audiences that the customer belongs to. At most %s unique IDs; order is ignored. The list can be empty. "+
					"This resource manages every listed membership, including existing ones (the plan warns about these). A membership ends when the audience is no longer listed or the resource is destroyed. "+
					"Changes are made in place and send only the difference.", bulk.Thousands(talonone.MaxAudienceActions)),
				Validators: []validator.List{
					listvalidator.SizeAtMost(talonone.MaxAudienceActions), listvalidator.UniqueValues(), listvalidator.NoNullValues(), framework.ReferenceIDs(),
				},
			},
			"ownership": bulk.OwnershipAttribute("`additive` (default) manages the listed memberships and leaves all others of the customer alone. " +
				"`exclusive` also ends every other membership, including those that rules, the Campaign Manager and integrations such as mParticle or Braze made. " +
				"An integration adds the customer again when it synchronizes its audience, so list the audiences of integrations, or use `additive`. " +
				"Creating an exclusive resource never ends memberships: import a customer who has others. " +
				"Changing to `exclusive` ends the others in the same apply, and the plan names them, if it was made with a refresh. Changing to `additive` ends none."),
			"max_removal_percent": bulk.MaxRemovalPercentAttribute(membershipNoun),
			"last_sync":           bulk.LastSyncSchema(membershipNoun),
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "Time limit for adding the customer, such as `10m`. Default: `20m`.",
				ReadDescription:   "Time limit for reading the memberships. Default: `20m`.",
				UpdateDescription: "Time limit for changing the memberships. Default: `20m`.",
				DeleteDescription: "Time limit for ending the memberships. Default: `20m`. A change must be applied before the destroy.",
			}),
		},
	}
}
