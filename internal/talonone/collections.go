package talonone

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// Collection is a list of texts that rules test, of the whole account or of one campaign. The preview of its items that
// some responses have is left out: it must not be taken for the content.
type Collection struct {
	ID                       int64     `json:"id"`
	AccountID                int64     `json:"accountId"`
	Created                  time.Time `json:"created"`
	Modified                 time.Time `json:"modified"`
	Name                     string    `json:"name"`
	Description              *string   `json:"description"`
	SubscribedApplicationIDs []int64   `json:"subscribedApplicationsIds"`
	CreatedBy                int64     `json:"createdBy"`
	ModifiedBy               *int64    `json:"modifiedBy"`
	// ApplicationID and CampaignID are those of a campaign's collection.
	ApplicationID *int64 `json:"applicationId"`
	CampaignID    *int64 `json:"campaignId"`
}

func (c Collection) lacks() string { return lacksUnless(c.ID != 0, "id") }

func (c Collection) identity() (int64, string) { return c.ID, "" }

// ListCollections lists the account's collections (GET /v1/collections), or those of all campaigns of an Application
// (GET /v1/applications/{applicationId}/collections) where its ID is not 0. Management key. One listing serves every
// reader until the next write.
func (c *Client) ListCollections(ctx context.Context, applicationID int64) ([]Collection, error) {
	return c.collections.of(applicationID).get(ctx, func(ctx context.Context) ([]Collection, error) {
		return listAll[Collection](ctx, c, func() *call {
			if applicationID == 0 {
				return &call{operation: "listAccountCollections", method: http.MethodGet, route: "/v1/collections", access: managementAccess}
			}
			return &call{
				operation: "listCollectionsInApplication", method: http.MethodGet, route: "/v1/applications/{applicationId}/collections",
				params: []string{strconv.FormatInt(applicationID, 10)}, access: managementAccess,
			}
		})
	})
}
