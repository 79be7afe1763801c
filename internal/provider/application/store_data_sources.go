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

var stores = lookup.Object[talonone.Store]{
	Name: "talonone_store", Plural: "talonone_stores", Noun: bulk.Noun{One: "store", Many: "stores"},
	Description: "A store belongs to an Application. Sessions refer to it by its integration ID.",
	Endpoint:    "/v1/applications",
	Columns: []lookup.Column[talonone.Store]{
		lookup.ID("store", func(s talonone.Store) int64 { return s.ID }),
		lookup.Name("Name of the store. Names need not be unique.", func(s talonone.Store) string { return s.Name }),
		lookup.Text("integration_id", lookup.Key, "Integration ID of the store, unique in its Application.", func(s talonone.Store) string { return s.IntegrationID }),
		lookup.Number("application_id", lookup.Within, "ID of the Application that the store belongs to.", func(s talonone.Store) int64 { return s.ApplicationID }),
		lookup.Text("description", lookup.Shown, "Description of the store.", func(s talonone.Store) string { return s.Description }),
		lookup.Attributes("Custom attributes of the store, as a JSON object.", func(s talonone.Store) json.RawMessage { return s.Attributes }),
		lookup.Numbers("linked_campaign_ids", lookup.Filters, "IDs of the campaigns that are limited to this store and others.", func(s talonone.Store) []int64 { return s.LinkedCampaignIDs }),
		lookup.Instant("created", "When the store was created, RFC 3339 in UTC.", func(s talonone.Store) *time.Time { return &s.Created }),
		lookup.Instant("updated", "When the store was last changed, RFC 3339 in UTC.", func(s talonone.Store) *time.Time { return &s.Updated }),
	},
	List: func(ctx context.Context, client *talonone.Client, scope lookup.Scope) ([]talonone.Store, error) {
		return client.ListStores(ctx, scope.Int64("application_id"))
	},
}

// NewStoreDataSource is the data source talonone_store.
func NewStoreDataSource() datasource.DataSource { return stores.DataSource() }

// NewStoresDataSource is the data source talonone_stores.
func NewStoresDataSource() datasource.DataSource { return stores.ListDataSource() }
