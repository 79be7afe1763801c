package talonone

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Collection is a list of texts that rules test, of the whole account or of one campaign. The preview of its items that
// some responses have is omitted: it must not be taken for the content.
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

// MaxCollectionItems is how many items a collection has at most.
const MaxCollectionItems = 500_000

// itemColumn is the header, and the only column, of an import of items and of their export.
const itemColumn = "item"

// CollectionPlace says where a collection is: in a campaign of an Application, or in the account where both IDs are 0.
type CollectionPlace struct{ ApplicationID, CampaignID int64 }

// Place is where a collection is.
func (c Collection) Place() CollectionPlace {
	if c.ApplicationID == nil || c.CampaignID == nil {
		return CollectionPlace{}
	}
	return CollectionPlace{ApplicationID: *c.ApplicationID, CampaignID: *c.CampaignID}
}

// CollectionSettings is the body of a create or an update. An update can't rename.
type CollectionSettings struct {
	Name string `json:"name,omitempty"`
	// Description is omitted when nil.
	Description *string `json:"description,omitempty"`
	// SubscribedApplicationIDs, of the account's collections only, are omitted when nil, and sent when empty.
	SubscribedApplicationIDs []int64 `json:"subscribedApplicationsIds,omitzero"`
}

// CreateCollection creates an empty collection: POST /v1/collections or
// /v1/applications/{applicationId}/campaigns/{campaignId}/collections, Management key. It is sent once: 409, which says that
// the name is taken, is documented for the account only.
func (c *Client) CreateCollection(ctx context.Context, place CollectionPlace, settings CollectionSettings) (*Collection, error) {
	defer c.forgetCollections(place)
	op := place.call("create*Collection", http.MethodPost, 0, "")
	op.body, op.retryRule = settings, once
	created, err := doJSON[*Collection](ctx, c, op)
	if err == nil {
		c.young.note(collectionObject(created.ID), time.Now().Add(c.config.ReadConsistency))
	}
	return created, err
}

// UpdateCollection changes the description and the connected Applications: PUT of the paths of DeleteCollection, Management
// key. Whether what is omitted is kept is not documented.
func (c *Client) UpdateCollection(ctx context.Context, place CollectionPlace, id int64, settings CollectionSettings) (*Collection, error) {
	defer c.forgetCollections(place)
	op := place.call("update*Collection", http.MethodPut, id, "")
	op.body = settings
	return doJSON[*Collection](ctx, c, op)
}

// DeleteCollection deletes a collection with its items: DELETE /v1/collections/{collectionId} or
// /v1/applications/{applicationId}/campaigns/{campaignId}/collections/{collectionId}, Management key. 404 says that it is
// gone already.
func (c *Client) DeleteCollection(ctx context.Context, place CollectionPlace, id int64) error {
	defer c.forgetCollections(place)
	defer c.itemLists.drop(id)
	c.young.forget(collectionObject(id))
	op := place.call("delete*Collection", http.MethodDelete, id, "")
	op.about = ""
	return c.do(ctx, op)
}

// ImportCollectionItems replaces all items of a collection: POST of its path with /import, Management key, one request for
// a list of any size. The vendor asks for data that differs from what is there.
func (c *Client) ImportCollectionItems(ctx context.Context, place CollectionPlace, id int64, items []string) error {
	defer c.forgetCollections(place)
	defer c.itemLists.drop(id)
	form := newUploadForm(itemColumn, items)
	op := place.call("import*Collection", http.MethodPost, id, "/import")
	op.stream, op.contentType, op.upload = true, form.contentType, func() (io.Reader, error) { return form.open(), nil }
	_, err := doJSON[*MembershipImport](ctx, c, op)
	return err
}

// ExportCollectionItems returns all items of a collection: GET of its path with /export, Management key, one request for a
// list of any size. An export that does not tell its own end is compared with a page of getCollectionItems behind it. One
// export serves every reader until the next write, as long as it is small enough to keep.
func (c *Client) ExportCollectionItems(ctx context.Context, place CollectionPlace, id int64) (*MemberIDs, error) {
	return c.itemLists.get(ctx, id, func(ctx context.Context) (*MemberIDs, error) {
		return wholeExport("export of the items of a collection", func() (*MemberIDs, int, bool, error) {
			items, err := c.exportColumn(ctx, place.call("export*CollectionItems", http.MethodGet, id, "/export"), itemColumn, keepAll)
			if err != nil {
				return nil, 0, false, err
			}
			return items, items.Len(), items.SelfDelimited, nil
		}, func(exported int) (int, error) {
			behind, _, _, err := getPage[struct {
				Item string `json:"item"`
			}](ctx, c, func() *call {
				return &call{
					about: collectionObject(id), operation: "getCollectionItems", method: http.MethodGet, route: "/v1/collections/{collectionId}/items",
					params: []string{strconv.FormatInt(id, 10)}, access: managementAccess,
				}
			}, paging{skip: exported, size: 1})
			if err != nil {
				return 0, err
			}
			return len(behind.Data), nil
		})
	})
}

// ForgetCollection drops what was read of the collections of a place and of the items of one of them.
func (c *Client) ForgetCollection(place CollectionPlace, id int64) {
	c.forgetCollections(place)
	c.itemLists.drop(id)
}

func (c *Client) forgetCollections(place CollectionPlace) {
	c.collections.of(place.ApplicationID).drop()
}

func collectionObject(id int64) string { return "collection " + strconv.FormatInt(id, 10) }

// call is a call about one collection, or, with the ID 0, about all of a place. The asterisk in the name of an operation is
// "Account" for those of the account.
func (p CollectionPlace) call(operation, method string, id int64, suffix string) *call {
	op := &call{operation: strings.Replace(operation, "*", "Account", 1), method: method, route: "/v1/collections", access: managementAccess}
	if p != (CollectionPlace{}) {
		op.operation = strings.Replace(operation, "*", "", 1)
		op.route = "/v1/applications/{applicationId}/campaigns/{campaignId}/collections"
		op.params = []string{strconv.FormatInt(p.ApplicationID, 10), strconv.FormatInt(p.CampaignID, 10)}
	}
	if id != 0 {
		op.about = collectionObject(id)
		op.route += "/{collectionId}"
		op.params = append(op.params, strconv.FormatInt(id, 10))
	}
	op.route += suffix
	return op
}
