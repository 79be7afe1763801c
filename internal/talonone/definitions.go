package talonone

import (
	"context"
	"net/http"
	"strconv"
)

// Entity names a kind of object that carries custom attributes.
type Entity string

// The entities whose attributes the provider sends.
const (
	EntityCustomerProfile Entity = "CustomerProfile"
	EntityCustomerSession Entity = "CustomerSession"
	EntityCartItem        Entity = "CartItem"
	EntityEvent           Entity = "Event"
	EntityReferral        Entity = "Referral"
)

// AttributeDefinition describes a custom attribute of the account.
type AttributeDefinition struct {
	ID     int64  `json:"id"`
	Entity Entity `json:"entity"`
	Name   string `json:"name"`
	// EventType is set for attributes of Event: the event they belong to.
	EventType *string `json:"eventType"`
	// Type is string, number, boolean, time, location, or a list of one of
	// them but boolean, written "(list string)".
	Type string `json:"type"`
	// SubscribedCatalogIDs are the catalogs that a CartItem attribute is connected to.
	SubscribedCatalogIDs []int64 `json:"subscribedCatalogsIds"`
}

func (d AttributeDefinition) lacks() string { return lacksUnless(d.Name != "", "name") }

// Application is the part of the API's object that the provider needs.
type Application struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Sandbox *bool  `json:"sandbox"`
	// CaseSensitivity decides how codes are stored and compared: sensitive,
	// insensitive-uppercase or insensitive-lowercase.
	CaseSensitivity *string `json:"caseSensitivity"`
	// LoyaltyPrograms are those that the Application is connected to.
	LoyaltyPrograms []ProgramName `json:"loyaltyPrograms"`
}

// ProgramName is a loyalty program by ID and name.
type ProgramName struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

func (a Application) lacks() string { return lacksUnless(a.ID != 0, "id") }

// Campaign is the part of the API's object that the provider needs.
type Campaign struct {
	ID            int64    `json:"id"`
	ApplicationID int64    `json:"applicationId"`
	Name          string   `json:"name"`
	State         string   `json:"state"`
	Features      []string `json:"features"`
}

func (c Campaign) lacks() string { return lacksUnless(c.ID != 0, "id") }

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
// them by Application only: GET /v1/applications/{applicationId}/campaigns,
// Management key, at least one request per Application. One listing serves the
// whole run.
func (c *Client) GetCampaigns(ctx context.Context) ([]Campaign, error) {
	return c.campaigns.get(ctx, func(ctx context.Context) ([]Campaign, error) {
		applications, err := c.GetApplications(ctx)
		if err != nil {
			return nil, err
		}
		var all []Campaign
		for _, application := range applications {
			campaigns, err := listAll[Campaign](ctx, c, func() *call {
				return &call{
					operation: "getCampaigns", method: http.MethodGet, route: "/v1/applications/{applicationId}/campaigns",
					params: []string{strconv.FormatInt(application.ID, 10)}, access: managementAccess,
				}
			})
			if err != nil {
				return nil, err
			}
			all = append(all, campaigns...)
		}
		return all, nil
	})
}

// listAll reads every page of a list into one slice.
func listAll[T any](ctx context.Context, c *Client, newCall func() *call) ([]T, error) {
	var all []T
	err := eachPage(ctx, c, newCall, func(rows []T) (err error) {
		all, err = appendRows(newCall().operation, all, rows)
		return err
	})
	return all, err
}
