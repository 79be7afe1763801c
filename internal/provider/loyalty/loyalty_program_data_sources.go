package loyalty

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/lookup"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

type program = talonone.LoyaltyProgramDefinition

var programs = lookup.Object[program]{
	Name: "talonone_loyalty_program", Plural: "talonone_loyalty_programs", Noun: bulk.Noun{One: "loyalty program", Many: "loyalty programs"},
	Description: "A loyalty program holds the points of customers or cards. Programs of both environments are listed: set `sandbox` where both have the same name.",
	Endpoint:    "/v1/loyalty_programs",
	Columns: []lookup.Column[program]{
		lookup.ID("loyalty program", func(p program) int64 { return p.ID }),
		lookup.Name("Internal name of the program, which never changes. The Campaign Manager shows `title`.", func(p program) string { return p.Name }),
		lookup.Flag("sandbox", lookup.Narrows, "Whether the program is for sandbox Applications rather than live ones.", func(p program) *bool { return &p.Sandbox }),
		lookup.Flag("card_based", lookup.Narrows, "Whether the points belong to loyalty cards rather than to customer profiles.", func(p program) *bool { return &p.CardBased }),
		lookup.Text("title", lookup.Shown, "Title that the Campaign Manager shows.", func(p program) string { return p.Title }),
		lookup.Text("description", lookup.Shown, "Description of the program.", func(p program) string { return p.Description }),
		lookup.Numbers("subscribed_application_ids", lookup.Filters, "IDs of the Applications that the program is connected to.", func(p program) []int64 { return p.SubscribedApplications }),
		lookup.Text("default_validity", lookup.Shown, "How long points are valid unless a rule says otherwise, such as `unlimited` or `30D`.", func(p program) string { return p.DefaultValidity }),
		lookup.Text("default_pending", lookup.Shown, "How long points are pending unless a rule says otherwise, such as `immediate` or `7D`.", func(p program) string { return p.DefaultPending }),
		lookup.Flag("allow_subledger", lookup.Shown, "Whether the program has subledgers.", func(p program) *bool { return &p.AllowSubledger }),
		lookup.OptionalNumber("users_per_card_limit", lookup.Shown, "How many customers can share a card; null for programs without cards.", func(p program) *int64 { return p.UsersPerCardLimit }),
		lookup.Text("timezone", lookup.Shown, "Time zone of the program.", func(p program) string { return p.Timezone }),
		lookup.Number("account_id", lookup.Shown, "ID of the account.", func(p program) int64 { return p.AccountID }),
		lookup.Instant("created", "When the program was created, RFC 3339 in UTC.", func(p program) *time.Time { return &p.Created }),
	},
	List: func(ctx context.Context, client *talonone.Client, _ lookup.Scope) ([]program, error) {
		return client.GetLoyaltyPrograms(ctx)
	},
}

// NewLoyaltyProgramDataSource is the data source talonone_loyalty_program.
func NewLoyaltyProgramDataSource() datasource.DataSource { return programs.DataSource() }

// NewLoyaltyProgramsDataSource is the data source talonone_loyalty_programs.
func NewLoyaltyProgramsDataSource() datasource.DataSource { return programs.ListDataSource() }
