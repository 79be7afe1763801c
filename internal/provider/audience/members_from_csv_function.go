package audience

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
)

var _ function.Function = (*membersFromCSVFunction)(nil)

type membersFromCSVFunction struct{}

// NewMembersFromCSVFunction is the function members_from_csv.
func NewMembersFromCSVFunction() function.Function { return &membersFromCSVFunction{} }

func (*membersFromCSVFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "members_from_csv"
}

func (*membersFromCSVFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Integration IDs from CSV as the JSON object of members_json",
		MarkdownDescription: "Turns a CSV string, or another list of integration IDs, into the JSON object that `members_json` of `talonone_audience_memberships` takes: from ID to `true`, in order of the IDs. " +
			"It has the rules and options of `members_file`. The guide [Catalogs and member lists from spreadsheets and exports](../guides/files) shows them for many kinds of files. " +
			"For large files use `members_file`, which costs Terraform neither memory nor time.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "csv", MarkdownDescription: "The string, such as `file(\"members.csv\")`."},
			function.DynamicParameter{Name: "options", AllowNullValue: true, MarkdownDescription: files.Describe(files.ForMembers())},
		},
		Return: function.StringReturn{},
	}
}

func (*membersFromCSVFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	var raw types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &text, &raw); resp.Error != nil {
		return
	}
	options, err := files.ForFunction(raw.UnderlyingValue(), files.ForMembers())
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, "Invalid options: "+err.Error())
		return
	}
	var members idSet
	if err := addText(&members, strings.NewReader(text), options); err != nil {
		resp.Error = function.NewArgumentFuncError(0, "Invalid CSV: "+strings.TrimSuffix(err.Error(), "."))
		return
	}
	resp.Error = resp.Result.Set(ctx, membersJSON(members.Keys(), true))
}
