package audience

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

func (r *membershipsResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Who belongs to an audience: from ten test users to a million members.\n\n" +
			"Needs an Integration API key to add and remove members. With a Management API key that allows the audience membership endpoints " +
			"(`memberships`, `memberships/export` and, for exclusive ownership, `memberships/import`) it sees members who left or joined elsewhere. " +
			"Without one, additive ownership still works, but changes made outside of Terraform stay unseen, a warning says so, and " +
			"listed members who were there before count as added by this resource.\n\n" +
			"Profiles that do not exist yet are created by their membership; they stay out of the Applications' own lists until a session or an update arrives for them. " +
			"Rules about joining and leaving an audience do not run.",
		Attributes: map[string]schema.Attribute{
			"audience_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the audience. A change replaces the memberships.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
				PlanModifiers:       []planmodifier.Int64{int64planmodifier.RequiresReplace()},
			},
			"ownership": bulk.OwnershipAttribute("`additive` (default) adds the listed members and leaves everybody else alone; it removes only members that it has added itself, " +
				"so that several resources, rules and other programs can share an audience. `exclusive` makes the audience hold exactly the listed members: the plan " +
				"shows everybody else as leaving before they do. Needs a Management API key. Changing from `exclusive` to `additive` removes nobody; listed members count as added by the resource from then on."),
			"members": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: fmt.Sprintf("Integration IDs of the members, for lists written by hand: each once, in any order, up to %d of up to %d characters. "+
					"Set exactly one of `members`, `members_json` and `members_file`.", maxListed, talonone.MaxIntegrationID),
			},
			"members_json": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Integration IDs of the members as JSON, for lists that other resources or files provide: an object from ID to `true`, as " +
					"`provider::talonone::members([...])` makes it, whose plan shows exactly who comes and who goes; or an array of IDs.",
			},
			"members_file": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "A file with the integration IDs of the members, for lists of any size: up to 500 MB. It is read when planning and again when applying; none of it is kept in the configuration or, with a Management API key, in the state.",
				Attributes: map[string]schema.Attribute{
					"path": schema.StringAttribute{
						Required:            true,
						MarkdownDescription: "Where the file is: relative to the working directory, or below `${path.module}`. UTF-8.",
						Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
					},
					"format": schema.StringAttribute{
						Optional:            true,
						MarkdownDescription: "`text` (one ID a line) or `csv` (with a header line). Default: `csv` for a name in `.csv`, `text` for one in `.txt`.",
						Validators:          []validator.String{stringvalidator.OneOf(input.Text, input.CSV)},
					},
					"column": schema.StringAttribute{
						Optional:            true,
						MarkdownDescription: "Name of the CSV column with the integration IDs. Default: the only column there is.",
						Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
					},
					"delimiter": schema.StringAttribute{
						Optional:            true,
						MarkdownDescription: "Character between the CSV columns. Default `,`.",
						Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 1), stringvalidator.NoneOf("\"", "\r", "\n")},
					},
				},
			},
			"show_samples": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether `sample_joining` and `sample_leaving` name members. Switch it off where the IDs are personal data that a plan must not show. Default `true`.",
			},
			"max_removal_percent": bulk.MaxRemovalAttribute("members"),
			"member_count": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Number of members: of the audience with exclusive ownership, of the listed ones that are in it with additive ownership.",
			},
			"members_digest": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Fingerprint of the members that `member_count` counts, in any order: it changes whenever one of them comes or goes.",
			},
			"last_sync": bulk.MembershipLastSyncAttribute("members"),
			"sample_joining": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: fmt.Sprintf("Up to %d of the members that a synchronisation adds, known at plan time; the exact number is `last_sync.added`. The next refresh empties it.", sampleSize),
			},
			"sample_leaving": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: fmt.Sprintf("Up to %d of the members that a synchronisation removes, known at plan time; the exact number is `last_sync.removed`. The next refresh empties it.", sampleSize),
			},
			"managed_set": schema.StringAttribute{
				Computed: true, Sensitive: true,
				MarkdownDescription: "What an additive resource remembers beyond its attributes: which listed members others had added and, with `members_file`, who is listed, " +
					"as fingerprints of about 6.3 bytes a member (6.3 MB for a million). Without a Management API key it holds the compressed IDs instead. " +
					"Null with exclusive ownership.",
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "How long adding the members may take. Default `30m`.",
				ReadDescription:   "How long reading the members may take, when refreshing. Default `30m`.",
				UpdateDescription: "How long a change may take. Default `30m`.",
				DeleteDescription: "How long removing the members may take. Default `30m`.",
			}),
		},
	}
}
