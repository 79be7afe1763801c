// Package application holds the constructs about Applications and what belongs to them: campaigns and stores.
package application

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/lookup"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var applications = lookup.Object[talonone.Application]{
	Name: "talonone_application", Plural: "talonone_applications", Noun: bulk.Noun{One: "Application", Many: "Applications"},
	Description: "An Application contains campaigns, coupons and sessions, and is either live or sandbox.",
	Endpoint:    "/v1/applications",
	Columns: []lookup.Column[talonone.Application]{
		lookup.ID("Application", func(a talonone.Application) int64 { return a.ID }),
		lookup.Name("Name of the Application.", func(a talonone.Application) string { return a.Name }),
		lookup.OptionalText("description", lookup.Shown, "Description of the Application.", func(a talonone.Application) *string { return a.Description }),
		lookup.Flag("sandbox", lookup.Narrows, "Whether the Application is a sandbox.", func(a talonone.Application) *bool { return a.Sandbox }),
		lookup.OptionalText("case_sensitivity", lookup.Shown, "How codes are stored and compared: `sensitive`, `insensitive-uppercase` or `insensitive-lowercase`.",
			func(a talonone.Application) *string { return a.CaseSensitivity }),
		lookup.Text("timezone", lookup.Shown, "Time zone of the Application, such as `Europe/Berlin`.", func(a talonone.Application) string { return a.Timezone }),
		lookup.Text("currency", lookup.Filters, "Currency of the Application, such as `EUR`.", func(a talonone.Application) string { return a.Currency }),
		lookup.Flag("enable_campaign_state_management", lookup.Shown, "Whether campaigns are staged and revised. The API can't change such campaigns.",
			func(a talonone.Application) *bool { return a.EnableCampaignStateManagement }),
		lookup.Numbers("loyalty_program_ids", lookup.Shown, "IDs of the loyalty programs that are connected to the Application.", func(a talonone.Application) []int64 {
			ids := make([]int64, len(a.LoyaltyPrograms))
			for i, program := range a.LoyaltyPrograms {
				ids[i] = program.ID
			}
			return ids
		}),
		lookup.Instant("created", "When the Application was created, RFC 3339 in UTC.", func(a talonone.Application) *time.Time { return &a.Created }),
		lookup.Instant("modified", "When the Application was last changed, RFC 3339 in UTC.", func(a talonone.Application) *time.Time { return &a.Modified }),
	},
	List: func(ctx context.Context, client *talonone.Client, _ lookup.Scope) ([]talonone.Application, error) {
		return client.GetApplications(ctx)
	},
}

// NewApplicationDataSource is the data source talonone_application.
func NewApplicationDataSource() datasource.DataSource { return applications.DataSource() }

// NewApplicationsDataSource is the data source talonone_applications.
func NewApplicationsDataSource() datasource.DataSource { return applications.ListDataSource() }
