// Package definition holds the constructs about what an account defines for all its Applications: custom attributes, event
// types and additional costs.
package definition

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/lookup"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

type attributeDefinition = talonone.AttributeDefinition

var attributes = lookup.Object[attributeDefinition]{
	Name: "talonone_attribute", Plural: "talonone_attributes", Noun: bulk.Noun{One: "attribute", Many: "attributes"},
	Description: "A custom attribute of profiles, sessions, cart items, events and other entities.",
	Endpoint:    "/v1/attributes",
	Columns: []lookup.Column[attributeDefinition]{
		lookup.ID("attribute", func(a attributeDefinition) int64 { return a.ID }),
		lookup.Name("Name of the attribute, as in the JSON objects of custom attributes. Names are unique for each entity, and for events possibly for each event type.",
			func(a attributeDefinition) string { return a.Name }).With("entity"),
		lookup.Text("entity", lookup.Narrows, "Entity that has the attribute: "+framework.ListedNames(entityNames())+". Required with `name`.",
			func(a attributeDefinition) string { return string(a.Entity) }),
		lookup.OptionalText("event_type", lookup.Narrows, "Event type that the attribute belongs to, for the entity `Event`; null for others.", func(a attributeDefinition) *string { return a.EventType }),
		lookup.OptionalNumber("event_type_id", lookup.Shown, "ID of the event type; null for other entities.", func(a attributeDefinition) *int64 { return a.EventTypeID }),
		lookup.Text("title", lookup.Shown, "Title that the Campaign Manager shows.", func(a attributeDefinition) string { return a.Title }),
		lookup.Text("type", lookup.Filters, "Type of the values: `string`, `number`, `boolean`, `time`, `location`, or a list of these such as `(list string)`.", func(a attributeDefinition) string { return a.Type }),
		lookup.Text("description", lookup.Shown, "Description of the attribute.", func(a attributeDefinition) string { return a.Description }),
		lookup.Texts("suggestions", lookup.Shown, "Values that the Campaign Manager suggests.", func(a attributeDefinition) []string { return a.Suggestions }),
		lookup.Flag("restricted_by_suggestions", lookup.Shown, "Whether values must be one of the suggestions, or of the imported list if `has_allowed_list` is true.",
			func(a attributeDefinition) *bool { return a.RestrictedBySuggestions }),
		lookup.Flag("has_allowed_list", lookup.Shown, "Whether a list of allowed values was imported. The API can't read that list.", func(a attributeDefinition) *bool { return a.HasAllowedList }),
		lookup.Flag("editable", lookup.Shown, "Whether the attribute can be edited in the Campaign Manager.", func(a attributeDefinition) *bool { return &a.Editable }),
		lookup.Numbers("subscribed_application_ids", lookup.Filters, "IDs of the Applications that the attribute is connected to.", func(a attributeDefinition) []int64 { return a.SubscribedApplicationIDs }),
		lookup.Numbers("subscribed_catalog_ids", lookup.Filters, "IDs of the catalogs that the attribute is connected to, for the entity `CartItem`.", func(a attributeDefinition) []int64 { return a.SubscribedCatalogIDs }),
		lookup.Texts("allowed_subscriptions", lookup.Shown, "What a `CartItem` attribute can be connected to: `application`, `catalog`.", func(a attributeDefinition) []string { return a.AllowedSubscriptions }),
		lookup.Number("account_id", lookup.Shown, "ID of the account.", func(a attributeDefinition) int64 { return a.AccountID }),
		lookup.Instant("created", "When the attribute was created, RFC 3339 in UTC.", func(a attributeDefinition) *time.Time { return &a.Created }),
	},
	List: func(ctx context.Context, client *talonone.Client, _ lookup.Scope) ([]attributeDefinition, error) {
		return client.GetAttributes(ctx)
	},
}

func entityNames() []string {
	names := make([]string, len(talonone.Entities))
	for i, entity := range talonone.Entities {
		names[i] = string(entity)
	}
	return names
}

// NewAttributeDataSource is the data source talonone_attribute.
func NewAttributeDataSource() datasource.DataSource { return attributes.DataSource() }

// NewAttributesDataSource is the data source talonone_attributes.
func NewAttributesDataSource() datasource.DataSource { return attributes.ListDataSource() }

var eventTypes = lookup.Object[talonone.EventType]{
	Plural: "talonone_event_types", Noun: bulk.Noun{One: "event type", Many: "event types"},
	Description: "An event type is a kind of custom event. It is created with its first attribute.",
	Endpoint:    "/v1/event_types",
	Columns: []lookup.Column[talonone.EventType]{
		lookup.ID("event type", func(e talonone.EventType) int64 { return e.ID }),
		lookup.Name("Name of the event type, as events have it in `type`.", func(e talonone.EventType) string { return e.Name }),
		lookup.Text("title", lookup.Shown, "Title that the Campaign Manager shows.", func(e talonone.EventType) string { return e.Title }),
		lookup.OptionalText("description", lookup.Shown, "Description of the event type.", func(e talonone.EventType) *string { return e.Description }),
		lookup.Instant("created", "When the event type was created, RFC 3339 in UTC.", func(e talonone.EventType) *time.Time { return &e.Created }),
	},
	List: func(ctx context.Context, client *talonone.Client, _ lookup.Scope) ([]talonone.EventType, error) {
		return client.GetEventTypes(ctx)
	},
}

// NewEventTypesDataSource is the data source talonone_event_types.
func NewEventTypesDataSource() datasource.DataSource { return eventTypes.ListDataSource() }
