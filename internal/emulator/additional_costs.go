package emulator

import (
	"cmp"
	"net/http"
	"time"
)

// additionalCost is a kind of cost of sessions or items. There is no operation that deletes one.
type additionalCost struct {
	ID             int64     `json:"id"`
	Created        time.Time `json:"created"`
	Name           string    `json:"name"`
	Title          string    `json:"title"`
	Description    string    `json:"description,omitempty"`
	Type           string    `json:"type"`
	ApplicationIDs []int64   `json:"applicationIds,omitempty"`
}

func (s *Server) routesAdditionalCosts() {
	const costs = "/v1/additional_costs"
	s.handle(http.MethodGet, costs, managementKey, "getAdditionalCosts", s.getAdditionalCosts)
	s.handle(http.MethodPost, costs, managementKey, "createAdditionalCost", s.createAdditionalCost)
	s.handle(http.MethodGet, costs+"/{additionalCostId}", managementKey, "getAdditionalCost", s.getAdditionalCost)
	s.handle(http.MethodPut, costs+"/{additionalCostId}", managementKey, "updateAdditionalCost", s.updateAdditionalCost)
}

type additionalCostBody struct {
	Name           string  `json:"name" rule:"required,min=1"`
	Title          string  `json:"title" rule:"required,min=1"`
	Description    *string `json:"description" rule:"required"`
	Type           string  `json:"type" rule:"enum=session|item|both"`
	ApplicationIDs []int64 `json:"subscribedApplicationsIds" rule:"unique"`
}

// additionalCostBody checks a body; besides is the ID of the cost that it changes.
func (s *Server) additionalCostBody(r *request, besides int64) (additionalCostBody, error) {
	var body additionalCostBody
	if err := r.decode(&body); err != nil {
		return body, err
	}
	problems := s.checkApplications(body.ApplicationIDs)
	if !attributeName.MatchString(body.Name) {
		problems = append(problems, atPointer("/name", titleInvalidValue, "%q does not match %s", body.Name, attributeName))
	}
	if !attributeTitle.MatchString(body.Title) {
		problems = append(problems, atPointer("/title", titleInvalidValue, "%q does not match %s", body.Title, attributeTitle))
	}
	if len(problems) > 0 {
		return body, badRequest(problems...)
	}
	for _, other := range s.state.Definitions.AdditionalCosts {
		if other.ID != besides && (other.Name == body.Name || other.Title == body.Title) {
			return body, conflict("There is an additional cost with the name %s or the title %s already", body.Name, body.Title)
		}
	}
	return body, nil
}

func (b additionalCostBody) applyTo(cost *additionalCost) {
	cost.Title, cost.Description = b.Title, *b.Description
	cost.Type = orDefault(b.Type, orDefault(cost.Type, "session"))
	if b.ApplicationIDs != nil {
		cost.ApplicationIDs = b.ApplicationIDs
	}
}

func (s *Server) createAdditionalCost(r *request) (reply, error) {
	body, err := s.additionalCostBody(r, 0)
	if err != nil {
		return reply{}, err
	}
	cost := &additionalCost{ID: s.state.nextID(kindCost), Created: s.now(), Name: body.Name}
	body.applyTo(cost)
	s.state.Definitions.AdditionalCosts = append(s.state.Definitions.AdditionalCosts, cost)
	return createdReply(s.viewAdditionalCost(cost)), nil
}

func (s *Server) pathAdditionalCost(r *request) (*additionalCost, error) {
	id, err := r.id("additionalCostId", "additional cost")
	if err != nil {
		return nil, err
	}
	cost, ok := byID(s.state.Definitions.AdditionalCosts, id, func(one *additionalCost) int64 { return one.ID })
	if !ok {
		return nil, r.notFound("additional cost", id)
	}
	return cost, nil
}

func (s *Server) getAdditionalCost(r *request) (reply, error) {
	cost, err := s.pathAdditionalCost(r)
	if err != nil {
		return reply{}, err
	}
	return okReply(s.viewAdditionalCost(cost)), nil
}

func (s *Server) updateAdditionalCost(r *request) (reply, error) {
	cost, err := s.pathAdditionalCost(r)
	if err != nil {
		return reply{}, err
	}
	body, err := s.additionalCostBody(r, cost.ID)
	if err != nil {
		return reply{}, err
	}
	if body.Name != cost.Name {
		return reply{}, badRequest(atPointer("/name", titleInvalidValue, "it can't be changed"))
	}
	body.applyTo(cost)
	return okReply(s.viewAdditionalCost(cost)), nil
}

func (s *Server) getAdditionalCosts(r *request) (reply, error) {
	p, err := r.page(maxPageSize, "id", "created", "name")
	if err != nil {
		return reply{}, err
	}
	rows := sorted(p, s.state.Definitions.AdditionalCosts, map[string]func(a, b *additionalCost) int{
		"created": func(a, b *additionalCost) int { return a.Created.Compare(b.Created) },
		"name":    func(a, b *additionalCost) int { return cmp.Compare(a.Name, b.Name) },
	})
	return totalReply(p, rows, s.viewAdditionalCost), nil
}

func (s *Server) viewAdditionalCost(cost *additionalCost) any {
	return map[string]any{
		"id": cost.ID, "created": cost.Created, "accountId": s.state.AccountID, "name": cost.Name, "title": cost.Title,
		"description": cost.Description, "type": cost.Type, "subscribedApplicationsIds": emptyNotNil(cost.ApplicationIDs),
	}
}
