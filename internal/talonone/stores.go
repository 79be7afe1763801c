package talonone

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// Store is a shop of an Application, which sessions name by its integration ID.
type Store struct {
	ID            int64           `json:"id"`
	ApplicationID int64           `json:"applicationId"`
	Created       time.Time       `json:"created"`
	Updated       time.Time       `json:"updated"`
	Name          string          `json:"name"`
	Description   string          `json:"description"`
	IntegrationID string          `json:"integrationId"`
	Attributes    json.RawMessage `json:"attributes"`
	// LinkedCampaignIDs are the campaigns that are limited to this store and others.
	LinkedCampaignIDs []int64 `json:"linkedCampaignIds"`
}

func (s Store) lacks() string { return lacksUnless(s.ID != 0, "id") }

func (s Store) identity() (int64, string) { return s.ID, "" }

// NewStore is the body of createStore and updateStore, all of it required but the attributes.
type NewStore struct {
	Name          string `json:"name"`
	Description   string `json:"description"`
	IntegrationID string `json:"integrationId"`
	// Attributes are omitted when nil.
	Attributes json.RawMessage `json:"attributes,omitempty"`
}

// ListStores lists the stores of an Application:
// GET /v1/applications/{applicationId}/stores, Management key. One listing serves
// every reader until the next write.
func (c *Client) ListStores(ctx context.Context, applicationID int64) ([]Store, error) {
	return c.stores.of(applicationID).get(ctx, func(ctx context.Context) ([]Store, error) {
		return listAll[Store](ctx, c, func() *call {
			return &call{
				operation: "listStores", method: http.MethodGet, route: "/v1/applications/{applicationId}/stores",
				params: []string{strconv.FormatInt(applicationID, 10)}, access: managementAccess,
			}
		})
	})
}

// ForgetStores drops what ListStores has read of an Application.
func (c *Client) ForgetStores(applicationID int64) { c.stores.of(applicationID).drop() }

// CreateStore creates a store: POST /v1/applications/{applicationId}/stores,
// Management key. It may be repeated: 409 says that the Application has a store
// with this integration ID.
func (c *Client) CreateStore(ctx context.Context, applicationID int64, store NewStore) (*Store, error) {
	made, err := doJSON[*Store](ctx, c, &call{
		operation: "createStore", method: http.MethodPost, route: "/v1/applications/{applicationId}/stores",
		params: []string{strconv.FormatInt(applicationID, 10)}, access: managementAccess, body: store,
	})
	noteRow(c.stores.of(applicationID), made, err)
	return made, err
}

// UpdateStore changes everything but the integration ID:
// PUT /v1/applications/{applicationId}/stores/{storeId}, Management key. Whether
// attributes that are omitted are kept is not documented.
func (c *Client) UpdateStore(ctx context.Context, applicationID, id int64, store NewStore) (*Store, error) {
	changed, err := doJSON[*Store](ctx, c, c.storeCall("updateStore", http.MethodPut, applicationID, id, store))
	noteRow(c.stores.of(applicationID), changed, err)
	return changed, err
}

// DeleteStore deletes a store: DELETE /v1/applications/{applicationId}/stores/{storeId},
// Management key. 404 says that it is gone already.
func (c *Client) DeleteStore(ctx context.Context, applicationID, id int64) error {
	err := c.do(ctx, c.storeCall("deleteStore", http.MethodDelete, applicationID, id, nil))
	noteDeleted(c.stores.of(applicationID), id, err)
	return err
}

func (c *Client) storeCall(operation, method string, applicationID, id int64, body any) *call {
	return &call{
		operation: operation, method: method, route: "/v1/applications/{applicationId}/stores/{storeId}",
		params: []string{strconv.FormatInt(applicationID, 10), strconv.FormatInt(id, 10)}, access: managementAccess, body: body,
	}
}
