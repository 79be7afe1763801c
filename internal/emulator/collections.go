package emulator

import (
	"cmp"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// collection is a list of texts, of the account or, with a campaign, of that campaign.
type collection struct {
	ID             int64     `json:"id"`
	Created        time.Time `json:"created"`
	Modified       time.Time `json:"modified"`
	CreatedBy      int64     `json:"createdBy"`
	ModifiedBy     int64     `json:"modifiedBy,omitempty"`
	Name           string    `json:"name"`
	Description    string    `json:"description,omitempty"`
	CampaignID     int64     `json:"campaignId,omitempty"`
	ApplicationID  int64     `json:"applicationId,omitempty"` // of the campaign
	ApplicationIDs []int64   `json:"applicationIds,omitempty"`
	Items          []string  `json:"items,omitempty"`
}

// collectionName is the documented pattern: neither control characters nor white space at the beginning.
var collectionName = regexp.MustCompile(`^[^[:cntrl:]\s][^[:cntrl:]]*$`)

func (s *Server) routesCollections() {
	const (
		account  = "/v1/collections"
		campaign = "/v1/applications/{applicationId}/campaigns/{campaignId}/collections"
		one      = "/{collectionId}"
	)
	s.handle(http.MethodGet, account, managementKey, "listAccountCollections", s.listCollections)
	s.handle(http.MethodPost, account, managementKey, "createAccountCollection", s.createCollection)
	s.handle(http.MethodGet, account+one, managementKey, "getAccountCollection", s.getCollection)
	s.handle(http.MethodPut, account+one, managementKey, "updateAccountCollection", s.updateCollection)
	s.handle(http.MethodDelete, account+one, managementKey, "deleteAccountCollection", s.deleteCollection)
	s.handle(http.MethodPost, account+one+"/import", managementKey, "importAccountCollection", s.importCollection, bare400, streamed)
	s.handle(http.MethodGet, account+one+"/export", managementKey, "exportAccountCollectionItems", s.exportCollection)
	s.handle(http.MethodGet, account+one+"/items", managementKey, "getCollectionItems", s.getCollectionItems)
	s.handle(http.MethodGet, "/v1/applications/{applicationId}/collections", managementKey, "listCollectionsInApplication", s.listCollections)
	s.handle(http.MethodGet, campaign, managementKey, "listCollections", s.listCollections)
	s.handle(http.MethodPost, campaign, managementKey, "createCollection", s.createCollection)
	s.handle(http.MethodGet, campaign+one, managementKey, "getCollection", s.getCollection)
	s.handle(http.MethodPut, campaign+one, managementKey, "updateCollection", s.updateCollection)
	s.handle(http.MethodDelete, campaign+one, managementKey, "deleteCollection", s.deleteCollection)
	s.handle(http.MethodPost, campaign+one+"/import", managementKey, "importCollection", s.importCollection, bare400, streamed)
	s.handle(http.MethodGet, campaign+one+"/export", managementKey, "exportCollectionItems", s.exportCollection)
}

// collectionScope is what the path says: the account (0, 0), an Application, or a campaign of it.
func (s *Server) collectionScope(r *request) (applicationID, campaignID int64, err error) {
	switch {
	case r.params["campaignId"] != "":
		app, camp, err := s.pathCampaign(r)
		if err != nil {
			return 0, 0, err
		}
		return app.ID, camp.ID, nil
	case r.params["applicationId"] != "":
		app, err := s.pathApplication(r)
		if err != nil {
			return 0, 0, err
		}
		return app.ID, 0, nil
	default:
		return 0, 0, nil
	}
}

func (s *Server) listCollections(r *request) (reply, error) {
	applicationID, campaignID, err := s.collectionScope(r)
	if err != nil {
		return reply{}, err
	}
	p, err := r.page(maxPageSize, "id", "created", "name")
	if err != nil {
		return reply{}, err
	}
	name := strings.ToLower(r.query.Get("name"))
	var rows []*collection
	for _, c := range s.state.Definitions.Collections {
		if c.ApplicationID == applicationID && (campaignID == 0 || c.CampaignID == campaignID) && strings.Contains(strings.ToLower(c.Name), name) {
			rows = append(rows, c)
		}
	}
	rows = sorted(p, rows, map[string]func(a, b *collection) int{
		"created": func(a, b *collection) int { return a.Created.Compare(b.Created) },
		"name":    func(a, b *collection) int { return cmp.Compare(a.Name, b.Name) },
	})
	return listReply(p, rows, func(c *collection) any { return s.viewCollection(c, false) }), nil
}

type collectionBody struct {
	Name           string  `json:"name" rule:"required,min=1"`
	Description    *string `json:"description"`
	ApplicationIDs []int64 `json:"subscribedApplicationsIds" rule:"unique"`
}

func (s *Server) createCollection(r *request) (reply, error) {
	applicationID, campaignID, err := s.collectionScope(r)
	if err != nil {
		return reply{}, err
	}
	var body collectionBody
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	problems := s.checkApplications(body.ApplicationIDs)
	if !collectionName.MatchString(body.Name) {
		problems = append(problems, atPointer("/name", titleInvalidValue, "%q does not match %s", body.Name, collectionName))
	}
	if campaignID != 0 && body.ApplicationIDs != nil {
		problems = append(problems, atPointer("/subscribedApplicationsIds", titleUnknown, "a campaign's collection belongs to its Application"))
	}
	if len(problems) > 0 {
		return reply{}, badRequest(problems...)
	}
	for _, other := range s.state.Definitions.Collections {
		if other.CampaignID == campaignID && other.Name == body.Name {
			return reply{}, conflict("There is a collection with the name %s already", body.Name)
		}
	}
	c := &collection{
		ID: s.state.nextID(kindCollection), Created: s.now(), Modified: s.now(), CreatedBy: r.cred.userID, Name: body.Name,
		ApplicationID: applicationID, CampaignID: campaignID, ApplicationIDs: body.ApplicationIDs,
	}
	if body.Description != nil {
		c.Description = *body.Description
	}
	s.state.Definitions.Collections = append(s.state.Definitions.Collections, c)
	return createdReply(s.viewCollection(c, true)), nil
}

// pathCollection is the collection of {collectionId} in the account or campaign of the path.
func (s *Server) pathCollection(r *request) (*collection, error) {
	_, campaignID, err := s.collectionScope(r)
	if err != nil {
		return nil, err
	}
	id, err := r.id("collectionId", "collection")
	if err != nil {
		return nil, err
	}
	c, ok := byID(s.state.Definitions.Collections, id, func(c *collection) int64 { return c.ID })
	if !ok || c.CampaignID != campaignID {
		return nil, r.notFound("collection", id)
	}
	return c, nil
}

func (s *Server) getCollection(r *request) (reply, error) {
	c, err := s.pathCollection(r)
	if err != nil {
		return reply{}, err
	}
	return okReply(s.viewCollection(c, true)), nil
}

// updateCollection changes the description and the connected Applications; there is no way to rename.
func (s *Server) updateCollection(r *request) (reply, error) {
	c, err := s.pathCollection(r)
	if err != nil {
		return reply{}, err
	}
	var body struct {
		Description    *string `json:"description"`
		ApplicationIDs []int64 `json:"subscribedApplicationsIds" rule:"unique"`
	}
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	if problems := s.checkApplications(body.ApplicationIDs); len(problems) > 0 {
		return reply{}, badRequest(problems...)
	}
	if body.Description != nil {
		c.Description = *body.Description
	}
	if body.ApplicationIDs != nil && c.CampaignID == 0 {
		c.ApplicationIDs = body.ApplicationIDs
	}
	c.Modified, c.ModifiedBy = s.now(), r.cred.userID
	return okReply(s.viewCollection(c, true)), nil
}

func (s *Server) deleteCollection(r *request) (reply, error) {
	c, err := s.pathCollection(r)
	if err != nil {
		return reply{}, err
	}
	s.state.Definitions.Collections = slices.DeleteFunc(s.state.Definitions.Collections, func(other *collection) bool { return other == c })
	return noContent(), nil
}

// importCollection replaces all items. The file is read to its end before anything changes.
func (s *Server) importCollection(r *request) (reply, error) {
	if err := s.locked(func() error { _, err := s.pathCollection(r); return err }); err != nil {
		return reply{}, err
	}
	items, err := readItems(r.http)
	if err != nil {
		return reply{}, err
	}
	return s.lockedWrite(func() (reply, error) {
		c, err := s.pathCollection(r)
		if err != nil {
			return reply{}, err
		}
		if s.is(conventions.EqualImport, conventions.Refused) && len(items) == len(c.Items) && slices.Equal(slices.Sorted(slices.Values(items)), slices.Sorted(slices.Values(c.Items))) {
			return reply{}, refused("Collection %d has these items already", c.ID)
		}
		c.Items, c.Modified, c.ModifiedBy = items, s.now(), r.cred.userID
		return okReply(s.imported(r, "Collection", len(items))), nil
	})
}

func (s *Server) exportCollection(r *request) (reply, error) {
	c, err := s.pathCollection(r)
	if err != nil {
		return reply{}, err
	}
	items := c.Items
	return okReply(&stream{contentType: "application/csv", write: func(w io.Writer) error { return writeColumn(w, "item", items) }}), nil
}

// getCollectionItems works for both levels, by ID alone.
func (s *Server) getCollectionItems(r *request) (reply, error) {
	id, err := r.id("collectionId", "collection")
	if err != nil {
		return reply{}, err
	}
	c, ok := byID(s.state.Definitions.Collections, id, func(c *collection) int64 { return c.ID })
	if !ok {
		return reply{}, r.notFound("collection", id)
	}
	p, err := r.page(maxPageSize)
	if err != nil {
		return reply{}, err
	}
	return listReply(p, c.Items, func(item string) any { return map[string]any{"item": item} }), nil
}

func (s *Server) viewCollection(c *collection, withPayload bool) any {
	view := map[string]any{
		"id": c.ID, "created": c.Created, "accountId": s.state.AccountID, "modified": c.Modified, "name": c.Name, "description": c.Description,
		"createdBy": c.CreatedBy,
	}
	if c.ModifiedBy != 0 {
		view["modifiedBy"] = c.ModifiedBy
	}
	if c.CampaignID != 0 {
		view["applicationId"], view["campaignId"] = c.ApplicationID, c.CampaignID
	} else {
		view["subscribedApplicationsIds"] = emptyNotNil(c.ApplicationIDs)
	}
	if withPayload {
		view["payload"] = emptyNotNil(c.Items[:min(50, len(c.Items))])
	}
	return view
}
