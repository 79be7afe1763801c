package emulator

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

// store is a shop of an Application. The integration ID is unique in its Application and never changes.
type store struct {
	ID            int64          `json:"id"`
	Created       time.Time      `json:"created"`
	Updated       time.Time      `json:"updated"`
	ApplicationID int64          `json:"applicationId"`
	Name          string         `json:"name"`
	Description   string         `json:"description,omitempty"`
	IntegrationID string         `json:"integrationId"`
	Attributes    map[string]any `json:"attributes,omitempty"`
}

func (s *Server) routesStores() {
	const stores = "/v1/applications/{applicationId}/stores"
	s.handle(http.MethodGet, stores, managementKey, "listStores", s.listStores)
	s.handle(http.MethodPost, stores, managementKey, "createStore", s.createStore)
	s.handle(http.MethodGet, stores+"/{storeId}", managementKey, "getStore", s.getStore)
	s.handle(http.MethodPut, stores+"/{storeId}", managementKey, "updateStore", s.updateStore)
	s.handle(http.MethodDelete, stores+"/{storeId}", managementKey, "deleteStore", s.deleteStore)
}

type storeBody struct {
	Name          string         `json:"name" rule:"required,min=1,max=200"`
	Description   *string        `json:"description" rule:"required"`
	IntegrationID string         `json:"integrationId" rule:"required,is=id,min=1,max=1000"`
	Attributes    map[string]any `json:"attributes"`
}

func (s *Server) storeBody(r *request) (storeBody, error) {
	var body storeBody
	if err := r.decode(&body); err != nil {
		return body, err
	}
	if problems := s.checkAttributes(attributeScope{entity: "Store"}, body.Attributes, "/attributes"); len(problems) > 0 {
		return body, badRequest(problems...)
	}
	return body, nil
}

func (s *Server) createStore(r *request) (reply, error) {
	app, err := s.pathApplication(r)
	if err != nil {
		return reply{}, err
	}
	body, err := s.storeBody(r)
	if err != nil {
		return reply{}, err
	}
	for _, other := range s.state.Definitions.Stores {
		if other.ApplicationID == app.ID && other.IntegrationID == body.IntegrationID {
			return reply{}, conflict("Store %s exists already", body.IntegrationID)
		}
	}
	created := &store{
		ID: s.state.nextID(kindStore), Created: s.now(), Updated: s.now(), ApplicationID: app.ID, Name: body.Name,
		Description: *body.Description, IntegrationID: body.IntegrationID, Attributes: mergeAttributes(nil, body.Attributes),
	}
	s.state.Definitions.Stores = append(s.state.Definitions.Stores, created)
	return createdReply(s.viewStore(created)), nil
}

// pathStore is the store of {storeId} in the Application of the path.
func (s *Server) pathStore(r *request) (*store, error) {
	app, err := s.pathApplication(r)
	if err != nil {
		return nil, err
	}
	id, err := r.id("storeId", "store")
	if err != nil {
		return nil, err
	}
	found, ok := byID(s.state.Definitions.Stores, id, func(one *store) int64 { return one.ID })
	if !ok || found.ApplicationID != app.ID {
		return nil, r.notFound("store", id)
	}
	return found, nil
}

func (s *Server) getStore(r *request) (reply, error) {
	found, err := s.pathStore(r)
	if err != nil {
		return reply{}, err
	}
	return okReply(s.viewStore(found)), nil
}

func (s *Server) updateStore(r *request) (reply, error) {
	found, err := s.pathStore(r)
	if err != nil {
		return reply{}, err
	}
	body, err := s.storeBody(r)
	if err != nil {
		return reply{}, err
	}
	if body.IntegrationID != found.IntegrationID {
		return reply{}, badRequest(atPointer("/integrationId", titleInvalidValue, "it can't be changed"))
	}
	found.Name, found.Description, found.Updated = body.Name, *body.Description, s.now()
	if body.Attributes != nil {
		found.Attributes = s.updateAttributes(found.Attributes, body.Attributes)
	}
	return okReply(s.viewStore(found)), nil
}

func (s *Server) deleteStore(r *request) (reply, error) {
	found, err := s.pathStore(r)
	if err != nil {
		return reply{}, err
	}
	s.state.Definitions.Stores = slices.DeleteFunc(s.state.Definitions.Stores, func(one *store) bool { return one == found })
	return noContent(), nil
}

func (s *Server) listStores(r *request) (reply, error) {
	app, err := s.pathApplication(r)
	if err != nil {
		return reply{}, err
	}
	p, err := r.page(maxPageSize, "id", "created", "name")
	if err != nil {
		return reply{}, err
	}
	contains := func(text, part string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(part)) }
	name, id, either := r.query.Get("name"), r.query.Get("integrationId"), r.query.Get("query")
	var rows []*store
	for _, one := range s.state.Definitions.Stores {
		if one.ApplicationID == app.ID && !r.query.Has("campaignId") && contains(one.Name, name) && contains(one.IntegrationID, id) &&
			(contains(one.Name, either) || contains(one.IntegrationID, either)) {
			rows = append(rows, one)
		}
	}
	rows = sorted(p, rows, map[string]func(a, b *store) int{
		"created": func(a, b *store) int { return a.Created.Compare(b.Created) },
		"name":    func(a, b *store) int { return cmp.Compare(a.Name, b.Name) },
	})
	return listReply(p, rows, s.viewStore), nil
}

func (s *Server) viewStore(one *store) any {
	return map[string]any{
		"id": one.ID, "created": one.Created, "updated": one.Updated, "applicationId": one.ApplicationID, "name": one.Name,
		"description": one.Description, "integrationId": one.IntegrationID, "attributes": emptyObject(one.Attributes),
		"linkedCampaignIds": []int64{},
	}
}
