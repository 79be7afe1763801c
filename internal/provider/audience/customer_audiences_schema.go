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
		MarkdownDescription: "The audiences that one customer belongs to. Use it to give a test customer or an employee the memberships of a persona; " +
			"`talonone_audience_memberships` manages one audience with many customers.\n\n" +
			"A customer profile that does not exist yet is created. Joining and leaving run no rules. A change is one request.\n\n" +
			"Requires the Integration API key of an Application in the environment, sandbox or live, of the audiences. With a Management API key that allows the audiences endpoint the plan " +
			"also detects audiences that do not exist. It also detects memberships of customers whose profile the deployment doesn't show yet, if the key allows `memberships/export`.",
		Attributes: map[string]schema.Attribute{
			"profile_integration_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: fmt.Sprintf("Integration ID of the customer profile, 1 to %d characters, case-sensitive. A change replaces the resource: the memberships of the one customer end, and the other one joins.", talonone.MaxIntegrationID),
				Validators:          framework.IntegrationID(),
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"audience_ids": schema.ListAttribute{
				Required: true, ElementType: types.Int64Type,
				MarkdownDescription: fmt.Sprintf("IDs of the audiences that the customer belongs to. At most %s unique IDs; order is ignored; may be empty. "+
					"Every listed membership is managed by this resource, also one that existed before (the plan warns about these), and ends when the audience is no longer listed or the resource is destroyed. "+
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
				CreateDescription: "Longest time to add the customer, such as `10m`. Default `20m`.",
				ReadDescription:   "Longest time to read the memberships. Default `20m`.",
				UpdateDescription: "Longest time to change them. Default `20m`.",
				DeleteDescription: "Longest time to end them. Default `20m`. A change must be applied before the destroy.",
			}),
		},
	}
}
