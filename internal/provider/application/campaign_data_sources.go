package application

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/lookup"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var campaigns = lookup.Object[talonone.Campaign]{
	Name: "talonone_campaign", Plural: "talonone_campaigns", Noun: bulk.Noun{One: "campaign", Many: "campaigns"},
	Description: "A campaign belongs to one Application; coupons and referrals belong to a campaign. Without `application_id`, all Applications are searched, with one request each. " +
		"Archived campaigns match too; set `state` to exclude them.",
	Endpoint: "/v1/applications",
	Columns: []lookup.Column[talonone.Campaign]{
		lookup.ID("campaign", func(c talonone.Campaign) int64 { return c.ID }),
		lookup.Name("Name of the campaign. Names need not be unique.", func(c talonone.Campaign) string { return c.Name }),
		lookup.Number("application_id", lookup.Narrows, "ID of the Application that the campaign belongs to.", func(c talonone.Campaign) int64 { return c.ApplicationID }),
		lookup.Text("state", lookup.Narrows, "State of the campaign: `enabled`, `disabled` or `archived`.", func(c talonone.Campaign) string { return c.State }),
		lookup.Text("frontend_state", lookup.Narrows, "State as the Campaign Manager shows it: `running`, `scheduled`, `expired`, `disabled`, `archived` or `staged`.",
			func(c talonone.Campaign) string { return c.FrontendState }),
		lookup.Text("description", lookup.Shown, "Description of the campaign.", func(c talonone.Campaign) string { return c.Description }),
		lookup.Instant("start_time", "When the campaign starts, RFC 3339; null for immediately.", func(c talonone.Campaign) *time.Time { return c.StartTime }),
		lookup.Instant("end_time", "When the campaign ends, RFC 3339; null for never.", func(c talonone.Campaign) *time.Time { return c.EndTime }),
		lookup.Texts("tags", lookup.Filters, "Tags of the campaign.", func(c talonone.Campaign) []string { return c.Tags }),
		lookup.Texts("features", lookup.Filters, "Features of the campaign, such as `coupons`, `referrals` or `loyalty`.", func(c talonone.Campaign) []string { return c.Features }),
		lookup.Text("type", lookup.Filters, "Type of the campaign: `advanced` or `cartItem`.", func(c talonone.Campaign) string { return c.Type }),
		lookup.Attributes("Custom attributes of the campaign, as a JSON object.", func(c talonone.Campaign) json.RawMessage { return c.Attributes }),
		lookup.OptionalNumber("active_ruleset_id", lookup.Shown, "ID of the active ruleset, or null.", func(c talonone.Campaign) *int64 { return c.ActiveRulesetID }),
		lookup.Numbers("linked_store_ids", lookup.Shown, "IDs of the stores that the campaign is limited to; empty for all.", func(c talonone.Campaign) []int64 { return c.LinkedStoreIDs }),
		lookup.Instant("created", "When the campaign was created, RFC 3339 in UTC.", func(c talonone.Campaign) *time.Time { return &c.Created }),
	},
	List: func(ctx context.Context, client *talonone.Client, scope lookup.Scope) ([]talonone.Campaign, error) {
		if id := scope.Int64("application_id"); id != 0 {
			return client.GetCampaignsOf(ctx, id)
		}
		return client.GetCampaigns(ctx)
	},
}

// NewCampaignDataSource is the data source talonone_campaign.
func NewCampaignDataSource() datasource.DataSource { return campaigns.DataSource() }

// NewCampaignsDataSource is the data source talonone_campaigns.
func NewCampaignsDataSource() datasource.DataSource { return campaigns.ListDataSource() }
