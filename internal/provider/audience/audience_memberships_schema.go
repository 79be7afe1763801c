package audience

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

func (r *membershipsResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The members of an audience, from ten test users to a million.\n\n" +
			"Every listed member is managed by this resource, whether or not it was a member before: it is removed when it is no longer listed, and when the resource is destroyed. " +
			"The plan warns about listed members who are already in the audience, unless finding out would take more than 20 requests.\n\n" +
			"Requires an Integration API key to add and remove members. With a Management API key that allows the audience membership endpoints " +
			"(`memberships`, `memberships/export` and, for exclusive ownership, `memberships/import`) it detects members who joined or left outside Terraform. " +
			"Without one, additive ownership still works, but changes made outside Terraform are not detected; the plan warns about this.\n\n" +
			"A membership creates the profile if it does not exist. Such a profile does not appear in the lists of an Application until it has a session or an update. " +
			"Rules about joining and leaving an audience do not run.",
		Attributes: map[string]schema.Attribute{
			"audience_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the audience. Changing this replaces the memberships.",
				Validators:          framework.ReferenceID(),
				PlanModifiers:       []planmodifier.Int64{int64planmodifier.RequiresReplace()},
			},
			"ownership": bulk.OwnershipAttribute("`additive` (default) manages the listed members only, so that several resources, rules and other programs can share an audience. " +
				"`exclusive` makes the audience hold exactly the listed members: the plan shows all others as leaving before they do. Requires a Management API key. " +
				"Creating a resource never removes members: import an audience that has others first. Changing from `exclusive` to `additive` removes no one."),
			"members": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: fmt.Sprintf("Integration IDs of the members, for lists written by hand: at most %d unique IDs of at most %d characters; order is ignored. Terraform turns them into Unicode's form NFC; write IDs in another form in `members_json`, with `\\u` escapes. "+
					"The plan names up to %d of those who join or leave, even if this value is sensitive; set `show_samples = false` to prevent that. "+
					"Set exactly one of `members`, `members_json` and `members_file`.", maxListed, talonone.MaxIntegrationID, sampleSize),
			},
			"members_json": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Integration IDs of the members as JSON, for lists that other resources or files provide: an object from ID to `true`, as " +
					"`provider::talonone::members([...])` makes it, whose plan shows exactly who joins and leaves; or an array of IDs.",
			},
			"members_file": schema.SingleNestedAttribute{
				Optional: true,
				MarkdownDescription: "A file with the integration IDs of the members, for lists of any size: up to 500 MB. A list with one ID per line, CSV, JSON Lines or a JSON array, as mail tools, data platforms and warehouses export them; " +
					"the guide [Catalogs and member lists from spreadsheets and exports](../guides/files) shows the options for each. " +
					"Content that is clearly not an ID is refused, because profiles cannot be deleted. The file is read when planning and again when applying. Files are compared by their members: a different path, format or order of the same members is not a change. " +
					"A file that changes between plan and apply is refused. With a Management API key, the state contains no IDs.",
				Attributes: files.Attributes(files.ForMembers(), "Where the file is: relative to the working directory, or below `${path.module}`. "+
					"If another resource writes the file in the same apply, take the path from an attribute that is known only after that resource has run."),
			},
			"show_samples": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether `sample_joining` and `sample_leaving` name members. Set it to `false` if the IDs are personal data that a plan must not show. Default: `true`.",
			},
			"max_removal_percent": bulk.MaxRemovalPercentAttribute(framework.MemberNoun),
			"member_count": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "With exclusive ownership, the number of members of the audience. With additive ownership, the number of listed members who are in it.",
			},
			"members_digest": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Fingerprint of the members that `member_count` counts, regardless of order. It changes whenever one of them joins or leaves.",
			},
			"last_sync": bulk.LastSyncSchema(framework.MemberNoun),
			"sample_joining": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: fmt.Sprintf("Up to %d of the members that the last change added. `last_sync.added` is the exact number. Changes only together with `last_sync`.", sampleSize),
			},
			"sample_leaving": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: fmt.Sprintf("Up to %d of the members that the last change removed. `last_sync.removed` is the exact number. Changes only together with `last_sync`. "+
					"With `members_file` and additive ownership, a plan knows it only with a refresh and unchanged file options.", sampleSize),
			},
			"managed_set": schema.StringAttribute{
				Computed: true, Sensitive: true,
				MarkdownDescription: "The members that an additive resource with `members_file` manages, as fingerprints of about 6.3 bytes each (6.3 MB for a million). " +
					"Without a Management API key, their compressed IDs. Otherwise null.",
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "Time limit for adding the members. Default: `30m`.",
				ReadDescription:   "Time limit for reading the members in a refresh. Default: `30m`.",
				UpdateDescription: "Time limit for a change. Default: `30m`.",
				DeleteDescription: "Time limit for removing the members. Default: `30m`.",
			}),
		},
	}
}
