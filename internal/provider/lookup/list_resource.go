package lookup

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

// List makes the list resource of a resource with the Name of the object.
type List[T any] struct {
	Object Object[T]
	// Identity and Model are what the resource keeps of an object.
	Identity func(T) any
	Model    func(T, framework.Deployed) any
}

var _ list.ListResourceWithConfigure = (*listResource[any])(nil)

type listResource[T any] struct {
	listed List[T]
	data   *framework.Data
}

// ListResource finds the objects for terraform query.
func (l List[T]) ListResource() list.ListResource { return &listResource[T]{listed: l} }

func (l *listResource[T]) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = l.listed.Object.Name
}

func (l *listResource[T]) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	l.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (l *listResource[T]) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	attributes := map[string]schema.Attribute{
		l.listed.Object.named() + "_regex": schema.StringAttribute{Optional: true, MarkdownDescription: framework.NameRegexDescription, Validators: []validator.String{framework.RegexValidator{}}},
	}
	for _, c := range l.listed.Object.Columns {
		if c.Role == Shown || c.Role == Key {
			continue
		}
		required, description := c.Role == Within, c.Description+" Only those with this value."
		switch kind := c.Kind.(type) {
		case types.ListType:
			attributes[c.Name] = schema.ListAttribute{Required: required, Optional: !required, ElementType: kind.ElemType, MarkdownDescription: c.Description + " Only those that have all of these values."}
		default:
			switch kind {
			case types.Int64Type:
				attributes[c.Name] = schema.Int64Attribute{Required: required, Optional: !required, MarkdownDescription: description}
			case types.BoolType:
				attributes[c.Name] = schema.BoolAttribute{Required: required, Optional: !required, MarkdownDescription: description}
			default:
				attributes[c.Name] = schema.StringAttribute{Required: required, Optional: !required, MarkdownDescription: description}
			}
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("Lists %s for `terraform query`, in order of their IDs, to import them. All filters that are set must match.\n\n"+
			"Requires a Management API key that allows the endpoint `%s`.", l.listed.Object.Noun.Many, l.listed.Object.Endpoint),
		Attributes: attributes,
	}
}

func (l *listResource[T]) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var config types.Object
	diags := req.Config.Get(ctx, &config)
	scope := scopeOf(config.Attributes())
	named := l.listed.Object.named()
	delete(scope, named+"_regex")
	matches := framework.NameMatcher(config.Attributes()[named+"_regex"], &diags)
	var rows []T
	if !diags.HasError() {
		var err error
		if rows, err = l.listed.Object.List(ctx, l.data.Client, scope); err != nil {
			operation := l.listed.Object.operation(l.listed.Object.Name)
			operation.Construct = "list " + l.listed.Object.Name
			framework.AddError(&diags, operation, err)
		}
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		sent := int64(0)
		for _, one := range rows {
			if sent == req.Limit {
				return
			}
			if !l.listed.Object.in(scope, one) || !matches(l.listed.Object.text(one, named)) {
				continue
			}
			sent++
			if !push(l.result(ctx, req, one)) {
				return
			}
		}
	}
}

func (l *listResource[T]) result(ctx context.Context, req list.ListRequest, one T) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = fmt.Sprintf("%q (%s)", l.listed.Object.text(one, l.listed.Object.named()), l.listed.Object.text(one, "id"))
	result.Diagnostics.Append(result.Identity.Set(ctx, l.listed.Identity(one))...)
	if req.IncludeResource {
		result.Diagnostics.Append(result.Resource.Set(ctx, l.listed.Model(one, l.data.Here()))...)
	}
	return result
}
