package audience

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

// expectAudience reports an audience_id that the account lacks, where a Management key can tell.
func expectAudience(ctx context.Context, data *framework.Data, construct string, id types.Int64, diags *diag.Diagnostics) {
	wanted := id.ValueInt64()
	if wanted < 1 || data.Audiences.Has(wanted) || !data.Client.MayCall("getAudiences") {
		return
	}
	look := func(ctx context.Context) (framework.Presence, error) {
		// Writes of this run don't drop the first listing.
		listing, err := data.Client.GetAudiencesAtStart(ctx)
		if err == nil && listing.ByID(wanted) == nil {
			listing, err = data.Client.GetAudiences(ctx)
		}
		switch {
		case err != nil:
			return framework.Unseen, err
		case listing.ByID(wanted) != nil:
			return framework.Present, nil
		case len(listing.All) > 0 && wanted < listing.All[len(listing.All)-1].ID:
			// IDs ascend, and a younger audience is visible.
			return framework.Absent, nil
		default:
			return framework.Unseen, nil
		}
	}
	of := framework.Operation{Construct: construct, Action: "look for", Object: "audience " + id.String()}
	if data.Lacks(ctx, of, look, diags) {
		framework.AddMissing(diags, path.Root("audience_id"), "Audience does not exist", fmt.Sprintf(
			"The deployment has no audience %d. Refer to the id of a talonone_audience resource, or find it by name with the data source talonone_audience.", wanted))
	}
}
