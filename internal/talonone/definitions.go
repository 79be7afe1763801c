package talonone

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// Entity names a kind of object that carries custom attributes.
type Entity string

// The entities that have custom attributes (createAttribute).
const (
	EntityApplication     Entity = "Application"
	EntityCampaign        Entity = "Campaign"
	EntityCustomerProfile Entity = "CustomerProfile"
	EntityCustomerSession Entity = "CustomerSession"
	EntityCartItem        Entity = "CartItem"
	EntityCoupon          Entity = "Coupon"
	EntityEvent           Entity = "Event"
	EntityGiveaway        Entity = "Giveaway"
	EntityLoyaltyCard     Entity = "LoyaltyCard"
	EntityReferral        Entity = "Referral"
	EntityStore           Entity = "Store"
)

// Entities are all of them, in the API's order.
var Entities = []Entity{
	EntityApplication, EntityCampaign, EntityCustomerProfile, EntityCustomerSession, EntityCartItem, EntityCoupon,
	EntityEvent, EntityGiveaway, EntityLoyaltyCard, EntityReferral, EntityStore,
}

// AttributeDefinition describes a custom attribute of the account.
type AttributeDefinition struct {
	ID        int64     `json:"id"`
	AccountID int64     `json:"accountId"`
	Created   time.Time `json:"created"`
	Entity    Entity    `json:"entity"`
	Name      string    `json:"name"`
	Title     string    `json:"title"`
	// EventType is set for attributes of Event: the event they belong to.
	EventType   *string `json:"eventType"`
	EventTypeID *int64  `json:"eventTypeId"`
	// Type is string, number, boolean, time, location, or a list of one of
	// them but boolean, written "(list string)".
	Type        string   `json:"type"`
	Description string   `json:"description"`
	Suggestions []string `json:"suggestions"`
	// HasAllowedList says that RestrictedBySuggestions refers to a list that was imported and can't be read.
	HasAllowedList           *bool   `json:"hasAllowedList"`
	RestrictedBySuggestions  *bool   `json:"restrictedBySuggestions"`
	Editable                 bool    `json:"editable"`
	SubscribedApplicationIDs []int64 `json:"subscribedApplicationsIds"`
	// SubscribedCatalogIDs are the catalogs that a CartItem attribute is connected to.
	SubscribedCatalogIDs []int64  `json:"subscribedCatalogsIds"`
	AllowedSubscriptions []string `json:"allowedSubscriptions"`
}

func (d AttributeDefinition) lacks() string { return lacksUnless(d.Name != "", "name") }

func (d AttributeDefinition) identity() (int64, string) { return d.ID, string(d.Entity) + " " + d.Name }

// Application is the API's object of the same name without settings of its rules.
type Application struct {
	ID          int64     `json:"id"`
	Created     time.Time `json:"created"`
	Modified    time.Time `json:"modified"`
	Name        string    `json:"name"`
	Description *string   `json:"description"`
	Timezone    string    `json:"timezone"`
	Currency    string    `json:"currency"`
	Sandbox     *bool     `json:"sandbox"`
	// CaseSensitivity decides how codes are stored and compared: sensitive,
	// insensitive-uppercase or insensitive-lowercase.
	CaseSensitivity *string `json:"caseSensitivity"`
	// EnableCampaignStateManagement says that campaigns are staged and revised.
	EnableCampaignStateManagement *bool `json:"enableCampaignStateManagement"`
	LoyaltyPrograms               []struct {
		ID int64 `json:"id"`
	} `json:"loyaltyPrograms"`
}

func (a Application) lacks() string { return lacksUnless(a.ID != 0, "id") }

func (a Application) identity() (int64, string) { return a.ID, "" }

// Campaign is the API's object of the same name without counters and budgets, which change by themselves.
type Campaign struct {
	ID            int64           `json:"id"`
	ApplicationID int64           `json:"applicationId"`
	Created       time.Time       `json:"created"`
	Name          string          `json:"name"`
	Description   string          `json:"description"`
	StartTime     *time.Time      `json:"startTime"`
	EndTime       *time.Time      `json:"endTime"`
	Attributes    json.RawMessage `json:"attributes"`
	// State is enabled, disabled or archived; FrontendState is what the Campaign Manager shows.
	State           string   `json:"state"`
	FrontendState   string   `json:"frontendState"`
	ActiveRulesetID *int64   `json:"activeRulesetId"`
	Tags            []string `json:"tags"`
	Features        []string `json:"features"`
	Type            string   `json:"type"`
	LinkedStoreIDs  []int64  `json:"linkedStoreIds"`
}

func (c Campaign) lacks() string { return lacksUnless(c.ID != 0, "id") }

func (c Campaign) identity() (int64, string) { return c.ID, "" }

// EventType is a kind of custom event. It comes into being with its first attribute.
type EventType struct {
	ID          int64     `json:"id"`
	Created     time.Time `json:"created"`
	Name        string    `json:"name"`
	Title       string    `json:"title"`
	Description *string   `json:"description"`
}

func (e EventType) lacks() string { return lacksUnless(e.Name != "", "name") }

func (e EventType) identity() (int64, string) { return e.ID, e.Name }

// GetAttributes lists the account's attribute definitions: GET /v1/attributes,
// Management key, 1000 a request. One listing serves the whole run.
func (c *Client) GetAttributes(ctx context.Context) ([]AttributeDefinition, error) {
	return c.definitions.get(ctx, func(ctx context.Context) ([]AttributeDefinition, error) {
		return listAll[AttributeDefinition](ctx, c, func() *call {
			return &call{operation: "getAttributes", method: http.MethodGet, route: "/v1/attributes", access: managementAccess}
		})
	})
}

// GetApplications lists the account's Applications: GET /v1/applications,
// Management key. One listing serves the whole run.
func (c *Client) GetApplications(ctx context.Context) ([]Application, error) {
	return c.applications.get(ctx, func(ctx context.Context) ([]Application, error) {
		return listAll[Application](ctx, c, func() *call {
			return &call{operation: "getApplications", method: http.MethodGet, route: "/v1/applications", access: managementAccess}
		})
	})
}

// GetCampaigns lists the campaigns of all Applications, since the API lists
// them by Application only: at least one request per Application.
func (c *Client) GetCampaigns(ctx context.Context) ([]Campaign, error) {
	applications, err := c.GetApplications(ctx)
	if err != nil {
		return nil, err
	}
	var all []Campaign
	for _, application := range applications {
		campaigns, err := c.GetCampaignsOf(ctx, application.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, campaigns...)
	}
	return all, nil
}

// GetCampaignsOf lists the campaigns of one Application:
// GET /v1/applications/{applicationId}/campaigns, Management key. One listing
// serves the whole run.
func (c *Client) GetCampaignsOf(ctx context.Context, applicationID int64) ([]Campaign, error) {
	return c.campaigns.of(applicationID).get(ctx, func(ctx context.Context) ([]Campaign, error) {
		return listAll[Campaign](ctx, c, func() *call {
			return &call{
				operation: "getCampaigns", method: http.MethodGet, route: "/v1/applications/{applicationId}/campaigns",
				params: []string{strconv.FormatInt(applicationID, 10)}, access: managementAccess,
			}
		})
	})
}

// GetEventTypes lists the newest version of each event type of the account:
// GET /v1/event_types, Management key. One listing serves the whole run.
func (c *Client) GetEventTypes(ctx context.Context) ([]EventType, error) {
	return c.eventTypes.get(ctx, func(ctx context.Context) ([]EventType, error) {
		return listAll[EventType](ctx, c, func() *call {
			return &call{operation: "getEventTypes", method: http.MethodGet, route: "/v1/event_types", access: managementAccess}
		})
	})
}

// listAll reads every page of a list into one slice.
func listAll[T listRow](ctx context.Context, c *Client, newCall func() *call) ([]T, error) {
	var all []T
	err := eachPage(ctx, c, newCall, func(rows []T) error {
		all = append(all, rows...)
		return nil
	})
	return all, err
}
