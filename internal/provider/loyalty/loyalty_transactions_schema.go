package loyalty

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/boolvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

func (d *transactionsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists transactions of one customer in a profile-based loyalty program, in the order of the API. Reads all pages, 1,000 transactions per request.\n\n" +
			"Requires an Integration API key of an Application that is connected to the program.",
		Attributes: map[string]schema.Attribute{
			"loyalty_program_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the program, which must be profile-based.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"integration_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "ID of the customer in your own systems, 1 to 1,000 characters, case-sensitive.",
				Validators:          []validator.String{stringvalidator.LengthBetween(1, talonone.MaxIntegrationID)},
			},
			"start_date": schema.StringAttribute{
				Optional: true, CustomType: timetypes.RFC3339Type{},
				MarkdownDescription: "Only transactions created from this time on, RFC 3339. Default: no limit.",
			},
			"end_date": schema.StringAttribute{
				Optional: true, CustomType: timetypes.RFC3339Type{},
				MarkdownDescription: "Only transactions created up to this time, RFC 3339. Default: no limit.",
			},
			"subledger_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Only transactions of this subledger. Default: of all ledgers.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"loyalty_transaction_type": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Only transactions of this origin: `manual`, `session` or `import`. Default: all.",
				Validators:          []validator.String{stringvalidator.OneOf("manual", "session", "import")},
			},
			"customer_session_ids": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Only transactions of these customer sessions. Default: all, including those without a session.",
				Validators:          []validator.List{listvalidator.SizeAtLeast(1), listvalidator.UniqueValues(), listvalidator.NoNullValues()},
			},
			"transaction_uuids": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Only transactions with these UUIDs. Default: all.",
				Validators:          []validator.List{listvalidator.SizeAtLeast(1), listvalidator.UniqueValues(), listvalidator.NoNullValues()},
			},
			"awaits_activation": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Set to `true` to list only points that wait for an action of the customer. The API has no filter for the opposite, so `false` is refused. Default: all.",
				Validators:          []validator.Bool{boolvalidator.Equals(true)},
			},
			"max_results": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "Stop after this many transactions, at least 1. Default: read all.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"transactions": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The transactions that were found.",
				NestedObject: schema.NestedAttributeObject{Attributes: transactionAttributes()},
			},
		},
	}
}

func transactionAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":                       schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the transaction."},
		"transaction_uuid":         schema.StringAttribute{Computed: true, MarkdownDescription: "UUID of the transaction."},
		"created":                  schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the transaction was made, RFC 3339 in UTC."},
		"program_id":               schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the program."},
		"type":                     schema.StringAttribute{Computed: true, MarkdownDescription: "`addition` or `subtraction`."},
		"name":                     schema.StringAttribute{Computed: true, MarkdownDescription: "Name of or reason for the transaction."},
		"amount":                   schema.NumberAttribute{Computed: true, MarkdownDescription: "Exact number of points; positive for subtractions too."},
		"subledger_id":             schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the subledger; empty for the main ledger."},
		"start_date":               schema.StringAttribute{Computed: true, MarkdownDescription: "When the points become active: a time as the API writes it, or the word `immediate` or `on_action`."},
		"expiry_date":              schema.StringAttribute{Computed: true, MarkdownDescription: "When the points expire: a time as the API writes it, or the word `unlimited`."},
		"customer_session_id":      schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the customer session that the transaction belongs to; null for none."},
		"store_integration_id":     schema.StringAttribute{Computed: true, MarkdownDescription: "Integration ID of the store; null for none."},
		"ruleset_id":               schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the ruleset whose rule made the transaction; null for none."},
		"rule_name":                schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the rule that made the transaction; null for none."},
		"creates_negative_balance": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the transaction leads to a negative balance; null if the deployment does not report it."},
		"validity_duration":        schema.StringAttribute{Computed: true, MarkdownDescription: "How long points that wait for an action stay valid once they are active, such as `30D`; null for others."},
	}
}
