package definition

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ action.ActionWithConfigure  = (*allowedValuesAction)(nil)
	_ action.ActionWithModifyPlan = (*allowedValuesAction)(nil)
)

const allowedValuesType = "talonone_import_allowed_values"

type allowedValuesAction struct{ data *framework.Data }

// NewImportAllowedValuesAction is the action talonone_import_allowed_values.
func NewImportAllowedValuesAction() action.Action { return &allowedValuesAction{} }

// allowedValuesModel mirrors the action.
type allowedValuesModel struct {
	AttributeID types.Int64  `tfsdk:"attribute_id"`
	Values      types.String `tfsdk:"values"`
}

func (a *allowedValuesAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = allowedValuesType
}

func (a *allowedValuesAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (a *allowedValuesAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Replaces the list of values that a restricted attribute may have. This is an action and not a resource because the API can't read the list, so that Terraform could not detect changes.\n\n" +
			"Requires a Management API key that allows the endpoint `/v1/attributes`.",
		Attributes: map[string]schema.Attribute{
			"attribute_id": schema.Int64Attribute{
				Required: true, Validators: []validator.Int64{int64validator.AtLeast(1)},
				MarkdownDescription: "ID of the attribute. Its `restricted_by_suggestions` must be true for the list to have an effect.",
			},
			"values": schema.StringAttribute{
				Required: true, Validators: []validator.String{framework.TextsValidator{Max: talonone.MaxAllowedValues}},
				MarkdownDescription: fmt.Sprintf("All values, as one JSON array of strings: `jsonencode([\"red\", \"blue\"])`, or from a file `jsonencode(csvdecode(file(\"values.csv\"))[*].item)`. At most %s unique values.",
					bulk.Thousands(talonone.MaxAllowedValues)),
			},
		},
	}
}

func (a *allowedValuesAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config allowedValuesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if a.data == nil || resp.Diagnostics.HasError() || config.AttributeID.IsUnknown() || !a.data.Client.MayCall("getAttributes") {
		return
	}
	id := config.AttributeID.ValueInt64()
	look := func(ctx context.Context) (framework.Presence, error) {
		all, err := a.data.Client.GetAttributes(ctx)
		if err == nil && slices.ContainsFunc(all, func(d talonone.AttributeDefinition) bool { return d.ID == id }) {
			return framework.Present, nil
		}
		return framework.Unseen, err
	}
	of := framework.Operation{Construct: allowedValuesType, Action: "look for", Object: "attribute " + config.AttributeID.String()}
	if a.data.Lacks(ctx, of, look, &resp.Diagnostics) {
		framework.AddMissing(&resp.Diagnostics, path.Root("attribute_id"), "Attribute does not exist", fmt.Sprintf(
			"The account has no attribute %d. Refer to the id of a talonone_attribute resource, or find it by name with the data source talonone_attribute.", id))
	}
}

func (a *allowedValuesAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config allowedValuesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// A value that was unknown when the configuration was validated is known here.
	values, err := input.Texts(config.Values.ValueString(), talonone.MaxAllowedValues)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("values"), "Invalid values", framework.Sentence(err.Error()))
		return
	}
	id := config.AttributeID.ValueInt64()
	resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("Importing %s values for attribute %d.", bulk.Thousands(len(values)), id)})
	taken, err := a.data.Client.ImportAllowedList(ctx, id, values)
	if err != nil {
		framework.AddError(&resp.Diagnostics, framework.Operation{
			Construct: allowedValuesType, Action: "import the allowed values of attribute", Object: config.AttributeID.String(), NotFound: path.Root("attribute_id"),
		}, err)
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("Attribute %d now allows %s values.", id, bulk.Thousands(int(taken)))})
}
