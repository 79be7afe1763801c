// Package collection holds the constructs about collections, the lists of texts that rules test.
package collection

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/lookup"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var collections = lookup.Object[talonone.Collection]{
	Name: "talonone_collection", Plural: "talonone_collections", Noun: bulk.Noun{One: "collection", Many: "collections"},
	Description: "A collection is a list of texts, such as SKUs, that rules test. Without `application_id` the account's collections are searched, " +
		"with it those of the campaigns of that Application.",
	Endpoint: "/v1/collections` or `/v1/applications",
	Columns: []lookup.Column[talonone.Collection]{
		lookup.ID("collection", func(c talonone.Collection) int64 { return c.ID }),
		lookup.Name("Name of the collection, unique in the account or in its campaign.", func(c talonone.Collection) string { return c.Name }),
		lookup.OptionalNumber("application_id", lookup.Narrows, "ID of the Application of a campaign's collection; null for a collection of the account.", func(c talonone.Collection) *int64 { return c.ApplicationID }),
		lookup.OptionalNumber("campaign_id", lookup.Narrows, "ID of the campaign of a campaign's collection; null for a collection of the account.", func(c talonone.Collection) *int64 { return c.CampaignID }).With("application_id"),
		lookup.OptionalText("description", lookup.Shown, "Description of the collection.", func(c talonone.Collection) *string { return c.Description }),
		lookup.Numbers("subscribed_application_ids", lookup.Filters, "IDs of the Applications in which a collection of the account can be used.", func(c talonone.Collection) []int64 { return c.SubscribedApplicationIDs }),
		lookup.Number("account_id", lookup.Shown, "ID of the account.", func(c talonone.Collection) int64 { return c.AccountID }),
		lookup.Number("created_by", lookup.Shown, "ID of the user who created the collection.", func(c talonone.Collection) int64 { return c.CreatedBy }),
		lookup.OptionalNumber("modified_by", lookup.Shown, "ID of the user who last changed the collection, or null.", func(c talonone.Collection) *int64 { return c.ModifiedBy }),
		lookup.Instant("created", "When the collection was created, RFC 3339 in UTC.", func(c talonone.Collection) *time.Time { return &c.Created }),
		lookup.Instant("modified", "When the collection or its items were changed last, RFC 3339 in UTC.", func(c talonone.Collection) *time.Time { return &c.Modified }),
	},
	List: func(ctx context.Context, client *talonone.Client, scope lookup.Scope) ([]talonone.Collection, error) {
		return client.ListCollections(ctx, scope.Int64("application_id"))
	},
}

// NewCollectionDataSource is the data source talonone_collection.
func NewCollectionDataSource() datasource.DataSource { return collections.DataSource() }

// NewCollectionsDataSource is the data source talonone_collections.
func NewCollectionsDataSource() datasource.DataSource { return collections.ListDataSource() }
