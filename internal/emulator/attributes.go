package emulator

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// maxItems is how many rows an allowed list and a collection may have.
const maxItems = 500_000

// attributeTitle is the documented pattern of the titles of attributes and additional costs.
var attributeTitle = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.!~*'() -]*$`)

// routesAttributes registers what changes definitions of attributes. There is no operation that deletes one.
func (s *Server) routesAttributes() {
	s.handle(http.MethodPost, "/v1/attributes", managementKey, "createAttribute", s.createAttribute)
	s.handle(http.MethodPut, "/v1/attributes/{attributeId}", managementKey, "updateAttribute", s.updateAttribute)
	s.handle(http.MethodPost, "/v1/attributes/{attributeId}/allowed_list/import", managementKey, "importAllowedList", s.importAllowedList, bare400, streamed)
}

// attributeBody is the body of both; title and description may be empty but not missing.
type attributeBody struct {
	Entity                  string   `json:"entity" rule:"required,enum=Application|Campaign|CustomerProfile|CustomerSession|CartItem|Coupon|Event|Giveaway|LoyaltyCard|Referral|Store"`
	EventType               string   `json:"eventType"`
	Name                    string   `json:"name" rule:"required,min=1"`
	Title                   string   `json:"title" rule:"required,min=1"`
	Type                    string   `json:"type" rule:"required,enum=string|number|boolean|time|location|(list string)|(list number)|(list time)|(list location)"`
	Description             *string  `json:"description" rule:"required"`
	Suggestions             []string `json:"suggestions" rule:"required,max=50,each:min=1"`
	HasAllowedList          *bool    `json:"hasAllowedList"`
	RestrictedBySuggestions *bool    `json:"restrictedBySuggestions"`
	Editable                *bool    `json:"editable" rule:"required"`
	ApplicationIDs          []int64  `json:"subscribedApplicationsIds" rule:"unique"`
	CatalogIDs              []int64  `json:"subscribedCatalogsIds" rule:"unique"`
	AllowedSubscriptions    []string `json:"allowedSubscriptions" rule:"unique,max=2,each:enum=application|catalog"`
}

func (s *Server) attributeBody(r *request) (attributeBody, error) {
	var body attributeBody
	if err := r.decode(&body); err != nil {
		return body, err
	}
	problems := s.checkApplications(body.ApplicationIDs)
	for i, id := range body.CatalogIDs {
		if _, ok := s.state.Catalogs.All.get(id); !ok {
			problems = append(problems, atPointer(fmt.Sprintf("/subscribedCatalogsIds/%d", i), titleInvalidValue, "No catalog with ID %d", id))
		}
	}
	wrong := func(is bool, pointer, format string, args ...any) {
		if is {
			problems = append(problems, atPointer(pointer, titleInvalidValue, format, args...))
		}
	}
	wrong(!attributeName.MatchString(body.Name), "/name", "%q does not match %s", body.Name, attributeName)
	wrong(!attributeTitle.MatchString(body.Title), "/title", "%q does not match %s", body.Title, attributeTitle)
	wrong((body.Entity == "Event") != (body.EventType != ""), "/eventType", "an attribute of Event needs an event type, and no other has one")
	wrong(body.Entity != "CartItem" && len(body.CatalogIDs) > 0, "/subscribedCatalogsIds", "only attributes of CartItem belong to catalogs")
	wrong(body.Entity != "CartItem" && len(body.AllowedSubscriptions) > 0, "/allowedSubscriptions", "only attributes of CartItem have allowed subscriptions")
	if len(problems) > 0 {
		return body, badRequest(problems...)
	}
	return body, nil
}

// attributeClash finds another attribute of the entity with this name or title.
func (s *Server) attributeClash(body attributeBody, besides int64) error {
	for _, def := range s.state.Definitions.Attributes {
		if def.ID == besides || def.Entity != body.Entity || def.EventType != body.EventType {
			continue
		}
		if def.Name == body.Name {
			return conflict("%s has an attribute with the name %s already", def.Entity, def.Name)
		}
		if def.Title == body.Title {
			return conflict("%s has an attribute with the title %s already", def.Entity, def.Title)
		}
	}
	return nil
}

// createAttribute also makes the event type of an attribute of Event, which is how event types come into being.
func (s *Server) createAttribute(r *request) (reply, error) {
	body, err := s.attributeBody(r)
	if err != nil {
		return reply{}, err
	}
	if err := s.attributeClash(body, 0); err != nil {
		return reply{}, err
	}
	def := &attribute{
		ID: s.state.nextID(kindAttribute), Created: s.now(), Entity: body.Entity, EventType: body.EventType, Name: body.Name, Type: body.Type,
		ApplicationIDs: body.ApplicationIDs, CatalogIDs: body.CatalogIDs, AllowedSubscriptions: body.AllowedSubscriptions, ReadOnly: !*body.Editable,
	}
	if _, known := s.state.Definitions.eventType(body.EventType); !known && body.EventType != "" {
		s.state.Definitions.EventTypes = append(s.state.Definitions.EventTypes, &eventType{
			ID: s.state.nextID(kindEventType), Created: s.now(), Name: body.EventType, Title: body.EventType,
		})
	}
	body.applyTo(def)
	s.state.Definitions.Attributes = append(s.state.Definitions.Attributes, def)
	return createdReply(s.viewAttribute(def)), nil
}

// applyTo sets what an update may change. What is omitted stays as it is.
func (b attributeBody) applyTo(def *attribute) {
	def.Title, def.Description, def.Suggestions = b.Title, *b.Description, b.Suggestions
	if b.RestrictedBySuggestions != nil {
		def.RestrictedBySuggestions = *b.RestrictedBySuggestions
	}
	if b.HasAllowedList != nil {
		def.HasAllowedList = *b.HasAllowedList
	}
	if b.ApplicationIDs != nil {
		def.ApplicationIDs = b.ApplicationIDs
	}
	if b.CatalogIDs != nil {
		def.CatalogIDs = b.CatalogIDs
	}
}

// pathAttribute is the attribute of {attributeId}.
func (s *Server) pathAttribute(r *request) (*attribute, error) {
	id, err := r.id("attributeId", "attribute")
	if err != nil {
		return nil, err
	}
	def, ok := byID(s.state.Definitions.Attributes, id, func(a *attribute) int64 { return a.ID })
	if !ok {
		return nil, r.notFound("attribute", id)
	}
	return def, nil
}

// updateAttribute refuses to change what identifies an attribute; the convention decides about all but the description.
func (s *Server) updateAttribute(r *request) (reply, error) {
	def, err := s.pathAttribute(r)
	if err != nil {
		return reply{}, err
	}
	body, err := s.attributeBody(r)
	if err != nil {
		return reply{}, err
	}
	var problems []errorItem
	fixed := func(differs bool, pointer string) {
		if differs {
			problems = append(problems, atPointer(pointer, titleInvalidValue, "it can't be changed"))
		}
	}
	fixed(body.Entity != def.Entity, "/entity")
	fixed(body.EventType != def.EventType, "/eventType")
	fixed(body.Name != def.Name, "/name")
	fixed(body.Type != def.Type, "/type")
	fixed(body.AllowedSubscriptions != nil && !slices.Equal(body.AllowedSubscriptions, def.AllowedSubscriptions), "/allowedSubscriptions")
	if s.is(conventions.AttributeChanges, conventions.Refused) {
		fixed(body.Title != def.Title, "/title")
		fixed(!slices.Equal(body.Suggestions, def.Suggestions), "/suggestions")
		fixed(body.ApplicationIDs != nil && !slices.Equal(body.ApplicationIDs, def.ApplicationIDs), "/subscribedApplicationsIds")
		fixed(body.CatalogIDs != nil && !slices.Equal(body.CatalogIDs, def.CatalogIDs), "/subscribedCatalogsIds")
	}
	if len(problems) > 0 {
		return reply{}, badRequest(problems...)
	}
	if err := s.attributeClash(body, def.ID); err != nil {
		return reply{}, err
	}
	if s.is(conventions.AttributeChanges, conventions.Ignored) {
		def.Description = *body.Description
	} else {
		body.applyTo(def)
	}
	return okReply(s.viewAttribute(def)), nil
}

// importAllowedList replaces the values that an attribute may have; nothing reads them back.
func (s *Server) importAllowedList(r *request) (reply, error) {
	if err := s.locked(func() error { _, err := s.pathAttribute(r); return err }); err != nil {
		return reply{}, err
	}
	items, err := readItems(r.http)
	if err != nil {
		return reply{}, err
	}
	return s.lockedWrite(func() (reply, error) {
		def, err := s.pathAttribute(r)
		if err != nil {
			return reply{}, err
		}
		def.AllowedList, def.HasAllowedList = items, true
		return okReply(s.imported(r, "AttributeAllowedList", len(items))), nil
	})
}

// lockedWrite is the last part of a streamed handler: what changes the state.
func (s *Server) lockedWrite(change func() (reply, error)) (out reply, err error) {
	err = s.locked(func() error {
		var err error
		out, err = s.write(change)
		return err
	})
	return out, err
}

// imported is the response to an import.
func (s *Server) imported(r *request, entity string, amount int) map[string]any {
	return map[string]any{
		"id": s.state.nextID(kindImport), "created": s.now(), "accountId": s.state.AccountID, "userId": r.cred.userID,
		"entity": entity, "amount": amount,
	}
}

// readItems reads the one column of an allowed list or a collection. Doubles count once.
func readItems(r *http.Request) ([]string, error) {
	items, err := readUpload(r, uploadColumn{name: "item", what: "an item", longest: 1000})
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool, len(items))
	items = slices.DeleteFunc(items, func(item string) bool {
		double := seen[item]
		seen[item] = true
		return double
	})
	if len(items) > maxItems {
		return nil, badRequest(atLine(maxItems+2, titleInvalidValue, "at most %d items are allowed", maxItems))
	}
	return items, nil
}

// allowed are the values of a restricted attribute.
func (def *attribute) allowed() []string {
	if def.HasAllowedList {
		return def.AllowedList
	}
	return def.Suggestions
}
