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
			"in every Application of the environment. **This can't be undone.** The API can't delete the profile itself. With Terraform 1.14 and later, the action `talonone_delete_customer_data` does the same without a resource.\n\n" +
			"Requires an Integration API key, whose Application decides between the sandbox and the live environment. Talon.One advises against erasing during peak hours.\n\n" +
			"Destroying the resource only removes it from state. It can't be imported, because an erasure leaves nothing to read.",
		Attributes: map[string]schema.Attribute{
			"integration_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "ID of the customer in your own systems, 1 to 1,000 characters, case-sensitive. Do not manage the same profile with a profile resource, which would write the attributes again. " +
					"Changing this replaces the resource, which erases the data of the new customer.",
				Validators: framework.IntegrationID(),
			},
			"triggers": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Any strings, such as the number of a deletion request. Changing them replaces the resource and erases the data again. Default: none, so that the data is erased once. Null and an empty map are the same.",
			},
			"found": schema.BoolAttribute{
				Computed: true,
				MarkdownDescription: "Whether the customer existed in the environment of the key. If `false`, there was nothing to erase, and a warning says so. " +
					"Check it in a `postcondition` to make that an error.",
			},
		},
	}
}
