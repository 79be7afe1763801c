package lookup

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

var (
	_ datasource.DataSourceWithConfigure        = (*singular[any])(nil)
	_ datasource.DataSourceWithConfigValidators = (*singular[any])(nil)
	_ datasource.DataSourceWithConfigure        = (*plural[any])(nil)
)

// singular finds one object.
type singular[T any] struct {
	object Object[T]
	data   *framework.Data
}

// DataSource is the data source that finds one object.
func (o Object[T]) DataSource() datasource.DataSource { return &singular[T]{object: o} }

func (d *singular[T]) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = d.object.Name
}

func (d *singular[T]) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *singular[T]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	keys := framework.ListedNames(d.object.names(Key))
	attributes := make(map[string]schema.Attribute, len(d.object.Columns))
	for _, c := range d.object.Columns {
		description := c.Description
		switch c.Role {
		case Key:
			description += " Set exactly one of " + keys + "."
		case Narrows:
			description += " Narrows the search."
		case Shown, Within, Filters:
		}
		attributes[c.Name] = dataAttribute(c.Kind, mode{
			required: c.Role == Within, optional: c.Role == Key || c.Role == Narrows, computed: c.Role != Within,
		}, description)
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("Finds one %s by %s. %s\n\nNames are compared exactly. No match, or several, is an error that lists candidates. "+
			"All look-ups of a run share one listing.\n\nRequires a Management API key that allows the endpoint `%s`.",
			d.object.Noun.One, keys, d.object.Description, d.object.Endpoint),
		Attributes: attributes,
	}
}

func (d *singular[T]) ConfigValidators(context.Context) []datasource.ConfigValidator {
	var keys []path.Expression
	for _, name := range d.object.names(Key) {
		keys = append(keys, path.MatchRoot(name))
	}
	validators := []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(keys...)}
	for _, c := range d.object.Columns {
		if c.Needs != "" {
			validators = append(validators, needs{c.Name, c.Needs})
		}
	}
	return validators
}

func (d *singular[T]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config types.Object
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	scope := scopeOf(config.Attributes())
	rows, err := d.object.List(ctx, d.data.Client, scope)
	if err != nil {
		framework.AddError(&resp.Diagnostics, d.object.operation(d.object.Name), err)
		return
	}
	key := d.object.names(Key)
	key = slices.DeleteFunc(key, func(name string) bool { _, asked := scope[name]; return !asked })
	if len(key) != 1 {
		return // The validators have said so.
	}
	found, summary, detail := d.object.find(rows, scope, key[0])
	if summary != "" {
		resp.Diagnostics.AddAttributeError(path.Root(key[0]), summary, detail)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, d.object.value(found))...)
}

// plural lists objects.
type plural[T any] struct {
	object Object[T]
	data   *framework.Data
}

// ListDataSource is the data source that lists all objects that match.
func (o Object[T]) ListDataSource() datasource.DataSource { return &plural[T]{object: o} }

func (d *plural[T]) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = d.object.Plural
}

func (d *plural[T]) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

// list is the attribute that holds the objects.
func (o Object[T]) list() string { return o.Plural[len("talonone_"):] }

func (d *plural[T]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	nested := make(map[string]schema.Attribute, len(d.object.Columns))
	attributes := map[string]schema.Attribute{"name_regex": framework.NameRegex()}
	for _, c := range d.object.Columns {
		nested[c.Name] = dataAttribute(c.Kind, mode{computed: true}, c.Description)
		if c.Role == Shown || c.Role == Key {
			continue
		}
		which := "Only those with this value."
		if _, isList := c.Kind.(types.ListType); isList {
			which = "Only those that have all of these values."
		}
		attributes[c.Name] = dataAttribute(c.Kind, mode{required: c.Role == Within, optional: c.Role != Within}, c.Description+" "+which)
	}
	attributes[d.object.list()] = schema.ListNestedAttribute{
		Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: nested},
		MarkdownDescription: fmt.Sprintf("The %s that match, in order of their IDs; empty if none does.", d.object.Noun.Many),
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("Lists %s. %s All filters that are set must match.\n\nRequires a Management API key that allows the endpoint `%s`.",
			d.object.Noun.Many, d.object.Description, d.object.Endpoint),
		Attributes: attributes,
	}
}

func (d *plural[T]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config types.Object
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	values := config.Attributes()
	scope := scopeOf(values)
	delete(scope, "name_regex")
	matches := framework.NameMatcher(values["name_regex"], &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	rows, err := d.object.List(ctx, d.data.Client, scope)
	if err != nil {
		framework.AddError(&resp.Diagnostics, d.object.operation(d.object.Plural), err)
		return
	}
	kind := d.object.kind()
	elements := []attr.Value{}
	for _, one := range rows {
		if d.object.in(scope, one) && matches(d.object.text(one, "name")) {
			elements = append(elements, d.object.value(one))
		}
	}
	values[d.object.list()] = types.ListValueMust(kind, elements)
	found, diags := types.ObjectValue(config.AttributeTypes(ctx), values)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.Set(ctx, found)...)
}

func (o Object[T]) operation(construct string) framework.Operation {
	return framework.Operation{Construct: "data " + construct, Action: "read " + o.Noun.Many, Pointers: nil}
}

func (o Object[T]) names(role Role) []string {
	var names []string
	for _, c := range o.Columns {
		if c.Role == role {
			names = append(names, c.Name)
		}
	}
	return names
}

func (o Object[T]) kind() types.ObjectType {
	kinds := make(map[string]attr.Type, len(o.Columns))
	for _, c := range o.Columns {
		kinds[c.Name] = c.Kind
	}
	return types.ObjectType{AttrTypes: kinds}
}

func (o Object[T]) value(one T) types.Object {
	values := make(map[string]attr.Value, len(o.Columns))
	for _, c := range o.Columns {
		values[c.Name] = c.Of(one)
	}
	return types.ObjectValueMust(o.kind().AttrTypes, values)
}

// scopeOf are the values that are configured.
func scopeOf(values map[string]attr.Value) Scope {
	scope := make(Scope)
	for name, value := range values {
		if !value.IsNull() {
			scope[name] = value
		}
	}
	return scope
}

// needs demands another attribute beside one.
type needs struct{ name, other string }

func (n needs) Description(context.Context) string { return n.name + " needs " + n.other }

func (n needs) MarkdownDescription(ctx context.Context) string { return n.Description(ctx) }

func (n needs) ValidateDataSource(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var config types.Object
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	values := config.Attributes()
	if resp.Diagnostics.HasError() || values[n.name].IsNull() || !values[n.other].IsNull() {
		return
	}
	resp.Diagnostics.AddAttributeError(path.Root(n.name), "Missing "+n.other,
		fmt.Sprintf("%s alone can name several objects. Set %s too.", n.name, n.other))
}

type mode struct{ required, optional, computed bool }

// dataAttribute is the attribute of a column.
func dataAttribute(kind attr.Type, m mode, description string) schema.Attribute {
	switch kind := kind.(type) {
	case types.ListType:
		return schema.ListAttribute{Required: m.required, Optional: m.optional, Computed: m.computed, ElementType: kind.ElemType, MarkdownDescription: description}
	default:
		switch kind {
		case types.Int64Type:
			return schema.Int64Attribute{Required: m.required, Optional: m.optional, Computed: m.computed, MarkdownDescription: description}
		case types.BoolType:
			return schema.BoolAttribute{Required: m.required, Optional: m.optional, Computed: m.computed, MarkdownDescription: description}
		}
		return schema.StringAttribute{Required: m.required, Optional: m.optional, Computed: m.computed, CustomType: framework.TextType(kind), MarkdownDescription: description}
	}
}
