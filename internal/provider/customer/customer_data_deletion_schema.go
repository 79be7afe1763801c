package customer

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (r *dataDeletionResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Erases a customer's data once, when the resource is created, and again whenever `triggers` change: all attributes of the profile, of its sessions and of its events, " +
			"in every Application of the environment. **This can't be undone.** The profile itself is not deleted, which the API can't do. With Terraform 1.14 and later the action `talonone_delete_customer_data` does the same without a resource.\n\n" +
			"Needs an Integration API key, whose Application decides between the sandbox and the live environment. The vendor advises against erasing during peak hours.\n\n" +
			"Destroying the resource does nothing but forget it. It can't be imported, since an erasure leaves nothing to read.",
		Attributes: map[string]schema.Attribute{
			"integration_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "ID of the customer in your own systems, 1 to 1000 characters, case-sensitive. Must not be managed by a profile resource at the same time, which would write the attributes again. " +
					"A change replaces the resource, which erases the data of the customer that it names then.",
				Validators: framework.IntegrationID(),
			},
			"triggers": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Any texts, such as the number of a deletion request: a change of them erases again. Default: none, so that the data is erased once. Null and an empty map are the same. A change replaces the resource.",
			},
			"found": schema.BoolAttribute{
				Computed: true,
				MarkdownDescription: "Whether the environment of the key knew the customer; `false` means that nothing was there to erase, and a warning says so. " +
					"To make that an error, check it in a `postcondition`.",
			},
		},
	}
}
