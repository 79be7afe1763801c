package talonone

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// AdditionalCostDefinition is a kind of cost beside prices, such as shipping, that sessions and items name.
type AdditionalCostDefinition struct {
	ID                       int64     `json:"id"`
	AccountID                int64     `json:"accountId"`
	Created                  time.Time `json:"created"`
	Name                     string    `json:"name"`
	Title                    string    `json:"title"`
	Description              string    `json:"description"`
	SubscribedApplicationIDs []int64   `json:"subscribedApplicationsIds"`
	// Type is session, item or both; session where the response has none.
	Type *string `json:"type"`
}

func (a AdditionalCostDefinition) lacks() string { return lacksUnless(a.ID != 0, "id") }

func (a AdditionalCostDefinition) identity() (int64, string) { return a.ID, "" }

// NewAdditionalCost is the body of createAdditionalCost and updateAdditionalCost.
type NewAdditionalCost struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	// SubscribedApplicationIDs are omitted when nil, and sent when empty.
	SubscribedApplicationIDs []int64 `json:"subscribedApplicationsIds,omitzero"`
	Type                     *string `json:"type,omitempty"`
}

// GetAdditionalCosts lists the account's additional costs: GET /v1/additional_costs,
// Management key. One listing serves every reader until the next write.
func (c *Client) GetAdditionalCosts(ctx context.Context) ([]AdditionalCostDefinition, error) {
	return c.additionalCosts.get(ctx, func(ctx context.Context) ([]AdditionalCostDefinition, error) {
		return listAll[AdditionalCostDefinition](ctx, c, func() *call {
			return &call{operation: "getAdditionalCosts", method: http.MethodGet, route: "/v1/additional_costs", access: managementAccess}
		})
	})
}

// GetAdditionalCostsAnew is GetAdditionalCosts without what was read before.
func (c *Client) GetAdditionalCostsAnew(ctx context.Context) ([]AdditionalCostDefinition, error) {
	c.additionalCosts.drop()
	return c.GetAdditionalCosts(ctx)
}

// CreateAdditionalCost creates an additional cost: POST /v1/additional_costs,
// Management key. There is no operation that deletes it. Name and title are unique,
// so that a retry fails instead of creating a second one.
func (c *Client) CreateAdditionalCost(ctx context.Context, cost NewAdditionalCost) (*AdditionalCostDefinition, error) {
	made, err := doJSON[*AdditionalCostDefinition](ctx, c, &call{
		operation: "createAdditionalCost", method: http.MethodPost, route: "/v1/additional_costs", access: managementAccess, body: cost,
	})
	noteRow(&c.additionalCosts, made, err)
	return made, err
}

// UpdateAdditionalCost changes everything but the name:
// PUT /v1/additional_costs/{additionalCostId}, Management key.
func (c *Client) UpdateAdditionalCost(ctx context.Context, id int64, cost NewAdditionalCost) (*AdditionalCostDefinition, error) {
	changed, err := doJSON[*AdditionalCostDefinition](ctx, c, &call{
		operation: "updateAdditionalCost", method: http.MethodPut, route: "/v1/additional_costs/{additionalCostId}",
		params: []string{strconv.FormatInt(id, 10)}, access: managementAccess, body: cost,
	})
	noteRow(&c.additionalCosts, changed, err)
	return changed, err
}
