// Package loyalty holds the constructs about loyalty programs.
package loyalty

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ datasource.DataSource              = (*transactionsDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*transactionsDataSource)(nil)
)

const transactionsType = "talonone_loyalty_transactions"

type transactionsDataSource struct{ data *framework.Data }

// NewLoyaltyTransactionsDataSource is the data source talonone_loyalty_transactions.
func NewLoyaltyTransactionsDataSource() datasource.DataSource { return &transactionsDataSource{} }

// transactionsModel mirrors the data source talonone_loyalty_transactions.
type transactionsModel struct {
	LoyaltyProgramID   types.Int64        `tfsdk:"loyalty_program_id"`
	IntegrationID      types.String       `tfsdk:"integration_id"`
	StartDate          timetypes.RFC3339  `tfsdk:"start_date"`
	EndDate            timetypes.RFC3339  `tfsdk:"end_date"`
	SubledgerID        types.String       `tfsdk:"subledger_id"`
	TransactionType    types.String       `tfsdk:"loyalty_transaction_type"`
	CustomerSessionIDs types.List         `tfsdk:"customer_session_ids"`
	TransactionUUIDs   types.List         `tfsdk:"transaction_uuids"`
	AwaitsActivation   types.Bool         `tfsdk:"awaits_activation"`
	MaxResults         types.Int64        `tfsdk:"max_results"`
	Transactions       []transactionModel `tfsdk:"transactions"`
}

type transactionModel struct {
	ID                     types.Int64       `tfsdk:"id"`
	TransactionUUID        types.String      `tfsdk:"transaction_uuid"`
	Created                timetypes.RFC3339 `tfsdk:"created"`
	ProgramID              types.Int64       `tfsdk:"program_id"`
	Type                   types.String      `tfsdk:"type"`
	Name                   types.String      `tfsdk:"name"`
	Amount                 types.Number      `tfsdk:"amount"`
	SubledgerID            types.String      `tfsdk:"subledger_id"`
	StartDate              types.String      `tfsdk:"start_date"`
	ExpiryDate             types.String      `tfsdk:"expiry_date"`
	CustomerSessionID      types.String      `tfsdk:"customer_session_id"`
	StoreIntegrationID     types.String      `tfsdk:"store_integration_id"`
	RulesetID              types.Int64       `tfsdk:"ruleset_id"`
	RuleName               types.String      `tfsdk:"rule_name"`
	CreatesNegativeBalance types.Bool        `tfsdk:"creates_negative_balance"`
	ValidityDuration       types.String      `tfsdk:"validity_duration"`
}

func (d *transactionsDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = transactionsType
}

func (d *transactionsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *transactionsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config transactionsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	filter := config.toAPI(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	transactions, err := d.data.Client.GetLoyaltyTransactions(ctx, config.LoyaltyProgramID.ValueInt64(), config.IntegrationID.ValueString(), filter, int(config.MaxResults.ValueInt64()))
	if err != nil {
		framework.AddError(&resp.Diagnostics, framework.Operation{
			Construct: "data " + transactionsType, Action: "read loyalty transactions of customer",
			Object: strconv.Quote(config.IntegrationID.ValueString()) + " in program " + strconv.FormatInt(config.LoyaltyProgramID.ValueInt64(), 10),
		}, err)
		return
	}
	config.Transactions = make([]transactionModel, len(transactions))
	for i, transaction := range transactions {
		config.Transactions[i] = transactionFromAPI(transaction)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &config)...)
}

func (m transactionsModel) toAPI(ctx context.Context, diags *diag.Diagnostics) talonone.LoyaltyFilter {
	filter := talonone.LoyaltyFilter{
		SubledgerID: m.SubledgerID.ValueString(), TransactionType: m.TransactionType.ValueString(), AwaitsActivation: m.AwaitsActivation.ValueBool(),
	}
	if !m.StartDate.IsNull() {
		at, got := m.StartDate.ValueRFC3339Time()
		diags.Append(got...)
		filter.StartDate = &at
	}
	if !m.EndDate.IsNull() {
		at, got := m.EndDate.ValueRFC3339Time()
		diags.Append(got...)
		filter.EndDate = &at
	}
	if !m.CustomerSessionIDs.IsNull() {
		diags.Append(m.CustomerSessionIDs.ElementsAs(ctx, &filter.CustomerSessionIDs, false)...)
	}
	if !m.TransactionUUIDs.IsNull() {
		diags.Append(m.TransactionUUIDs.ElementsAs(ctx, &filter.TransactionUUIDs, false)...)
	}
	return filter
}

func transactionFromAPI(api talonone.LoyaltyTransaction) transactionModel {
	optional := func(text *string) types.String { return framework.OptionalString(text, types.StringNull()) }
	model := transactionModel{
		ID: types.Int64Value(api.ID), TransactionUUID: types.StringValue(api.TransactionUUID), Created: framework.Time(api.Created), ProgramID: types.Int64Value(api.ProgramID),
		Type: types.StringValue(api.Type), Name: types.StringValue(api.Name), Amount: framework.Number(api.Amount), SubledgerID: types.StringValue(api.SubledgerID),
		StartDate: types.StringValue(api.StartDate), ExpiryDate: types.StringValue(api.ExpiryDate), CustomerSessionID: optional(api.CustomerSessionID),
		StoreIntegrationID: optional(api.StoreIntegrationID), RulesetID: types.Int64PointerValue(api.RulesetID), RuleName: optional(api.RuleName),
		ValidityDuration: optional(api.ValidityDuration),
	}
	if api.Flags != nil {
		model.CreatesNegativeBalance = types.BoolPointerValue(api.Flags.CreatesNegativeBalance)
	}
	return model
}
