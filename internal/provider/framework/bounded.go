package framework

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Bounded gives a data source its timeouts. The data source itself, and its model, know nothing of them.
func Bounded(construct func() datasource.DataSource) func() datasource.DataSource {
	return func() datasource.DataSource { return &bounded{construct()} }
}

type bounded struct{ inner datasource.DataSource }

var (
	_ datasource.DataSourceWithConfigure        = (*bounded)(nil)
	_ datasource.DataSourceWithConfigValidators = (*bounded)(nil)
	_ datasource.DataSourceWithValidateConfig   = (*bounded)(nil)
)

// Metadata is the data source's.
func (b *bounded) Metadata(ctx context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	b.inner.Metadata(ctx, req, resp)
}

// Schema adds the timeouts.
func (b *bounded) Schema(ctx context.Context, req datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	b.inner.Schema(ctx, req, resp)
	blocks := maps.Clone(resp.Schema.Blocks)
	if blocks == nil {
		blocks = make(map[string]schema.Block, 1)
	}
	blocks[timeoutsName] = timeouts.BlockWithOpts(ctx, timeouts.Opts{ReadDescription: "Time limit for reading it, such as `5m`. Default: `20m`."})
	resp.Schema.Blocks = blocks
}

// Configure is the data source's.
func (b *bounded) Configure(ctx context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	if inner, ok := b.inner.(datasource.DataSourceWithConfigure); ok {
		inner.Configure(ctx, req, resp)
	}
}

// ConfigValidators are the data source's.
func (b *bounded) ConfigValidators(ctx context.Context) []datasource.ConfigValidator {
	if inner, ok := b.inner.(datasource.DataSourceWithConfigValidators); ok {
		return inner.ConfigValidators(ctx)
	}
	return nil
}

// ValidateConfig is the data source's.
func (b *bounded) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	if inner, ok := b.inner.(datasource.DataSourceWithValidateConfig); ok {
		req.Config = b.without(ctx, req.Config, &resp.Diagnostics)
		inner.ValidateConfig(ctx, req, resp)
	}
}

// Read ends when the time is over.
func (b *bounded) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, cancel := within(ctx, req.Config.Raw, "read", rowTimeout)
	defer cancel()
	whole, described := req.Config.Raw, resp.State.Schema
	req.Config = b.without(ctx, req.Config, &resp.Diagnostics)
	resp.State = tfsdk.State{Schema: req.Config.Schema, Raw: tftypes.NewValue(req.Config.Schema.Type().TerraformType(ctx), nil)}
	b.inner.Read(ctx, req, resp)
	read := resp.State.Raw
	resp.State = tfsdk.State{Schema: described, Raw: tftypes.NewValue(whole.Type(), nil)}
	var attributes, configured map[string]tftypes.Value
	if read.IsNull() || read.As(&attributes) != nil || whole.As(&configured) != nil {
		return
	}
	attributes = maps.Clone(attributes)
	attributes[timeoutsName] = configured[timeoutsName]
	resp.State.Raw = tftypes.NewValue(whole.Type(), attributes)
}

// without is a configuration as the data source knows it.
func (b *bounded) without(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) tfsdk.Config {
	var own datasource.SchemaResponse
	b.inner.Schema(ctx, datasource.SchemaRequest{}, &own)
	var attributes map[string]tftypes.Value
	if err := config.Raw.As(&attributes); err != nil {
		diags.AddError("Unreadable configuration", err.Error())
		return config
	}
	// As hands out the map of the value itself.
	attributes = maps.Clone(attributes)
	delete(attributes, timeoutsName)
	return tfsdk.Config{Schema: own.Schema, Raw: tftypes.NewValue(own.Schema.Type().TerraformType(ctx), attributes)}
}
