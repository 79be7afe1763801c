package audience

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var _ function.Function = (*membersFunction)(nil)

type membersFunction struct{}

// NewMembersFunction is the function members.
func NewMembersFunction() function.Function { return &membersFunction{} }

func (*membersFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "members"
}

func (*membersFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Integration IDs as the JSON object of members_json",
		MarkdownDescription: "Turns a list of integration IDs into the JSON object that `members_json` of `talonone_audience_memberships` takes: from ID to `true`, in order of the IDs. " +
			"The plan of an object shows exactly who joins and leaves, while that of an array shows every element after the first change. " +
			fmt.Sprintf("An ID that is listed twice, empty or longer than %d characters is an error.", talonone.MaxIntegrationID),
		Parameters: []function.Parameter{
			function.ListParameter{
				Name: "ids", ElementType: types.StringType,
				MarkdownDescription: "Integration IDs of customer profiles, without duplicates, in any order. For thousands of IDs, pass a list such as `csvdecode(file(\"members.csv\"))[*].id` " +
					"and not a `for` expression, which takes Terraform several times longer to convert.",
			},
		},
		Return: function.StringReturn{},
	}
}

func (*membersFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var ids []types.String
	if resp.Error = req.Arguments.Get(ctx, &ids); resp.Error != nil {
		return
	}
	var members idSet
	for i, id := range ids {
		if id.IsNull() {
			resp.Error = function.NewArgumentFuncError(0, fmt.Sprintf("Element %d of the list is null. Every element must be an integration ID.", i+1))
			return
		}
		if err := ofElement(members.add([]byte(id.ValueString()), i+1)); err != nil {
			resp.Error = function.NewArgumentFuncError(0, fmt.Sprintf("Element %d of the list %s.", i+1, err))
			return
		}
	}
	resp.Error = resp.Result.Set(ctx, membersJSON(members.Keys(), true))
}
