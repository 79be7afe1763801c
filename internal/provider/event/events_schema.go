package event

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (d *eventsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	filter := func(description string) schema.StringAttribute {
		return schema.StringAttribute{
			Optional: true, MarkdownDescription: description + " Default: all.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		}
	}
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	bound := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: description + " Default: all."}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists custom and built-in events of an Application, in order of creation. This is the only way to read events of versions 1 and 2.\n\n" +
			"Requires a Management API key that allows the applications endpoint. A request returns 1,000 events, and three requests per second are allowed, so use filters or `max_results` in large Applications.",
		Attributes: map[string]schema.Attribute{
			"application_id": schema.Int64Attribute{
				Required: true, MarkdownDescription: "ID of the Application.", Validators: []validator.Int64{int64validator.AtLeast(1)},
			},
			"types": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Only events of these types, such as `product_shared` or the built-in `talon_session_closed`. Default: all.",
				Validators: []validator.List{
					listvalidator.SizeAtLeast(1), listvalidator.NoNullValues(), listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
				},
			},
			"profile":        filter("Only events of the customer with exactly this integration ID."),
			"session":        filter("Only events of the session with exactly this integration ID."),
			"coupon_code":    filter("Only events with this coupon code."),
			"referral_code":  filter("Only events with this referral code."),
			"effect_type":    filter("Only events that had an effect of this type, such as `rejectCoupon`."),
			"created_after":  bound("Only events after this time, RFC 3339."),
			"created_before": bound("Only events before this time, RFC 3339."),
			"max_results": schema.Int64Attribute{
				Optional: true, MarkdownDescription: "Maximum number of events, oldest first; at least 1. Default: all.", Validators: []validator.Int64{int64validator.AtLeast(1)},
			},
			"events": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The events found.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":                   schema.Int64Attribute{Computed: true, MarkdownDescription: "Internal ID of the event."},
					"created":              schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the event happened, RFC 3339 in UTC."},
					"type":                 text("Type of the event; built-in ones begin with `talon_`."),
					"integration_id":       text("ID of an advanced event (version 3) in its Application; null for others."),
					"store_integration_id": text("Integration ID of the store, or null."),
					"attributes": schema.StringAttribute{
						Computed: true, CustomType: jsontypes.NormalizedType{}, MarkdownDescription: "Custom attributes of the event as a JSON object.",
					},
					"effects": framework.DataSourceEffects("Those of this event.")["effects"],
				}},
			},
		},
	}
}
