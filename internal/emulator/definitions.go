package emulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/strictjson"
)

// definitionState is what an account is set up with: in the Campaign Manager or, as far as there are operations, over the API.
type definitionState struct {
	Applications    []*application    `json:"applications"`
	Campaigns       []*campaign       `json:"campaigns"`
	Attributes      []*attribute      `json:"attributes"`
	EventTypes      []*eventType      `json:"eventTypes"`
	Stores          []*store          `json:"stores,omitempty"`
	AdditionalCosts []*additionalCost `json:"additionalCosts,omitempty"`
	Collections     []*collection     `json:"collections,omitempty"`
	// Integrations are the partner names that createAudienceV2 knows.
	Integrations []string `json:"integrations"`
}

// application is an Application; its keys are in authState.
type application struct {
	ID              int64     `json:"id"`
	Created         time.Time `json:"created"`
	Name            string    `json:"name"`
	Description     string    `json:"description,omitempty"`
	Sandbox         bool      `json:"sandbox,omitempty"`
	Timezone        string    `json:"timezone"`
	Currency        string    `json:"currency"`
	CaseSensitivity string    `json:"caseSensitivity"`
}

// foldCode brings a coupon or referral code into the form in which the Application stores and compares it.
func (a *application) foldCode(code string) string {
	switch a.CaseSensitivity {
	case "insensitive-uppercase":
		return strings.ToUpper(code)
	case "insensitive-lowercase":
		return strings.ToLower(code)
	default:
		return code
	}
}

// campaign belongs to one Application. Its rules are not modelled but for the audiences they name.
type campaign struct {
	ID               int64          `json:"id"`
	Created          time.Time      `json:"created"`
	ApplicationID    int64          `json:"applicationId"`
	UserID           int64          `json:"userId"`
	Name             string         `json:"name"`
	Description      string         `json:"description,omitempty"`
	StartTime        time.Time      `json:"startTime,omitzero"`
	EndTime          time.Time      `json:"endTime,omitzero"`
	State            string         `json:"state"`
	Tags             []string       `json:"tags,omitempty"`
	Features         []string       `json:"features,omitempty"`
	CouponSettings   *codeSettings  `json:"couponSettings,omitempty"`
	ReferralSettings *codeSettings  `json:"referralSettings,omitempty"`
	AudienceIDs      []int64        `json:"audienceIds,omitempty"`
	Attributes       map[string]any `json:"attributes,omitempty"`
}

// codeSettings is how codes of a campaign are made: every # of the pattern becomes one of the characters.
type codeSettings struct {
	ValidCharacters []string `json:"validCharacters"`
	CouponPattern   string   `json:"couponPattern"`
}

func (c *campaign) hasFeature(name string) bool { return slices.Contains(c.Features, name) }

// frontendState is the state as the Campaign Manager shows it.
func (c *campaign) frontendState(now time.Time) string {
	switch {
	case c.State != "enabled":
		return c.State
	case !c.StartTime.IsZero() && now.Before(c.StartTime):
		return "scheduled"
	case !c.EndTime.IsZero() && !now.Before(c.EndTime):
		return "expired"
	default:
		return "running"
	}
}

// attribute is the definition of a custom attribute.
type attribute struct {
	ID                      int64     `json:"id"`
	Created                 time.Time `json:"created"`
	Entity                  string    `json:"entity"`
	EventType               string    `json:"eventType,omitempty"` // entity Event only
	Name                    string    `json:"name"`
	Title                   string    `json:"title"`
	Type                    string    `json:"type"`
	Description             string    `json:"description,omitempty"`
	Suggestions             []string  `json:"suggestions,omitempty"`
	RestrictedBySuggestions bool      `json:"restrictedBySuggestions,omitempty"`
	HasAllowedList          bool      `json:"hasAllowedList,omitempty"`
	AllowedList             []string  `json:"allowedList,omitempty"`
	ReadOnly                bool      `json:"readOnly,omitempty"`       // not editable
	ApplicationIDs          []int64   `json:"applicationIds,omitempty"` // empty: all
	CatalogIDs              []int64   `json:"catalogIds,omitempty"`     // entity CartItem only
	AllowedSubscriptions    []string  `json:"allowedSubscriptions,omitempty"`
}

// eventType is a custom event; it exists as soon as the account knows its name.
type eventType struct {
	ID          int64     `json:"id"`
	Created     time.Time `json:"created"`
	Name        string    `json:"name"`
	Title       string    `json:"title"`
	Description string    `json:"description,omitempty"`
}

func (d *definitionState) application(id int64) (*application, bool) {
	return byID(d.Applications, id, func(a *application) int64 { return a.ID })
}

func (d *definitionState) campaign(id int64) (*campaign, bool) {
	return byID(d.Campaigns, id, func(c *campaign) int64 { return c.ID })
}

func (d *definitionState) eventType(name string) (*eventType, bool) {
	at := slices.IndexFunc(d.EventTypes, func(e *eventType) bool { return e.Name == name })
	if at < 0 {
		return nil, false
	}
	return d.EventTypes[at], true
}

func byID[T any](rows []*T, id int64, of func(*T) int64) (*T, bool) {
	at := slices.IndexFunc(rows, func(row *T) bool { return of(row) == id })
	if at < 0 {
		return nil, false
	}
	return rows[at], true
}

// checkApplications reports IDs of subscribedApplicationsIds that the account does not have.
func (s *Server) checkApplications(ids []int64) []errorItem {
	var problems []errorItem
	for i, id := range ids {
		if _, ok := s.state.Definitions.application(id); !ok {
			problems = append(problems, atPointer(fmt.Sprintf("/subscribedApplicationsIds/%d", i), titleInvalidValue, "No Application with ID %d", id))
		}
	}
	return problems
}

// attributeScope says which definitions apply to a set of values.
type attributeScope struct {
	entity    string // CustomerProfile, CustomerSession, CartItem, Event, Referral…
	eventType string // with entity Event
	catalogID int64  // with entity CartItem in a catalog: only attributes connected to it; 0 is any
}

// checkAttributes compares attribute values with the account's definitions, with the documented texts. Pointers
// are pointerPrefix plus the attribute's name. null clears an attribute and fits every type.
func (s *Server) checkAttributes(scope attributeScope, values map[string]any, pointerPrefix string) []errorItem {
	var problems []errorItem
	for _, name := range sortedKeys(values) {
		pointer := pointerPrefix + "/" + strictjson.EscapePointer(name)
		def := s.findAttribute(scope, name)
		switch value := values[name]; {
		case def == nil:
			problems = append(problems, atPointer(pointer, titleUnknown, "The attribute %q is not defined on %s entities.", name, scope.entity))
		case value == nil && s.is(conventions.AttributeNull, conventions.Refused):
			problems = append(problems, atPointer(pointer, titleInvalidType, "Value of %q attribute (null) is not %s", name, typePhrases[def.Type]))
		case value == nil:
		case !fitsType(value, def.Type):
			problems = append(problems, atPointer(pointer, titleInvalidType, "Value of %q attribute (%s) is not %s", name, strictjson.Show(value), typePhrases[def.Type]))
		case !def.allows(value):
			problems = append(problems, atPointer(pointer, titleEnum, `%s must be one of the following: "%s"`, name, strings.Join(def.allowed()[:min(50, len(def.allowed()))], `", "`)))
		}
	}
	return problems
}

func (s *Server) findAttribute(scope attributeScope, name string) *attribute {
	for _, def := range s.state.Definitions.Attributes {
		if def.Name == name && def.Entity == scope.entity && def.EventType == scope.eventType &&
			(scope.catalogID == 0 || slices.Contains(def.CatalogIDs, scope.catalogID)) {
			return def
		}
	}
	return nil
}

var typePhrases = map[string]string{
	"string": "a string", "number": "a number", "boolean": "a boolean", "time": "a time", "location": "a location",
	"(list string)": "a list of strings", "(list number)": "a list of numbers", "(list time)": "a list of times",
	"(list location)": "a list of locations",
}

func fitsType(value any, typ string) bool {
	if element, isList := strings.CutPrefix(typ, "(list "); isList {
		list, ok := value.([]any)
		return ok && !slices.ContainsFunc(list, func(entry any) bool {
			return !fitsType(entry, strings.TrimSuffix(element, ")"))
		})
	}
	var ok bool
	switch typ {
	case "string":
		_, ok = value.(string)
	case "number":
		_, ok = value.(json.Number)
	case "boolean":
		_, ok = value.(bool)
	case "time":
		var text string
		if text, ok = value.(string); ok {
			_, err := time.Parse(time.RFC3339, text)
			ok = err == nil
		}
	case "location":
		// The JSON form of a location is not documented: any object will do.
		_, ok = value.(map[string]any)
	}
	return ok
}

func (def *attribute) allows(value any) bool {
	if !def.RestrictedBySuggestions {
		return true
	}
	values, isList := value.([]any)
	if !isList {
		values = []any{value}
	}
	return !slices.ContainsFunc(values, func(v any) bool { return !slices.Contains(def.allowed(), fmt.Sprint(v)) })
}

// mergeAttributes returns old with the changes: names that are not mentioned stay, null clears. It never changes
// old, which other entities may share.
func mergeAttributes(old, changes map[string]any) map[string]any {
	merged := make(map[string]any, len(old)+len(changes))
	maps.Copy(merged, old)
	for name, value := range changes {
		if value == nil {
			delete(merged, name)
			continue
		}
		merged[name] = value
	}
	return merged
}

// mergeAttributes is the function mergeAttributes, with null as the convention wants it.
func (s *Server) mergeAttributes(old, changes map[string]any) map[string]any {
	if s.is(conventions.AttributeNull, conventions.Ignored) {
		changes = maps.Clone(changes)
		maps.DeleteFunc(changes, func(_ string, value any) bool { return value == nil })
	}
	return mergeAttributes(old, changes)
}

// updateAttributes is what an update of a profile or session makes of its attributes.
func (s *Server) updateAttributes(old, changes map[string]any) map[string]any {
	switch {
	case changes == nil:
		return old
	case s.is(conventions.AttributeUpdate, conventions.Replaces):
		return mergeAttributes(nil, changes)
	default:
		return s.mergeAttributes(old, changes)
	}
}

// routesDefinitions registers the reads of what an account has set up.
func (s *Server) routesDefinitions() {
	s.handle(http.MethodGet, "/v1/attributes", managementKey, "getAttributes", s.getAttributes)
	s.handle(http.MethodGet, "/v1/attributes/{attributeId}", managementKey, "getAttribute", s.getAttribute)
	s.handle(http.MethodGet, "/v1/applications", managementKey, "getApplications", s.getApplications)
	s.handle(http.MethodGet, "/v1/applications/{applicationId}", managementKey, "getApplication", s.getApplication)
	s.handle(http.MethodGet, "/v1/applications/{applicationId}/campaigns", managementKey, "getCampaigns", s.getCampaigns)
	s.handle(http.MethodGet, "/v1/applications/{applicationId}/campaigns/{campaignId}", managementKey, "getCampaign", s.getCampaign)
	s.handle(http.MethodGet, "/v1/event_types", managementKey, "getEventTypes", s.getEventTypes)
	s.handle(http.MethodGet, "/v1/integration/campaigns", integrationKey, "integrationGetAllCampaigns", s.getRunningCampaigns)
}

func (s *Server) getAttributes(r *request) (reply, error) {
	p, err := r.page(maxPageSize, "id", "created", "name")
	if err != nil {
		return reply{}, err
	}
	apps, err := r.idsQuery("applicationIds")
	if err != nil {
		return reply{}, err
	}
	entity, typ, kind := r.query.Get("entity"), r.query.Get("type"), r.query.Get("kind")
	if kind != "" && kind != "builtin" && kind != "custom" {
		return reply{}, badRequest(atParameter("kind", titleEnum, `kind must be one of the following: "builtin", "custom"`))
	}
	search := strings.ToLower(r.query.Get("search"))
	var rows []*attribute
	for _, def := range s.state.Definitions.Attributes {
		if kind == "builtin" || entity != "" && def.Entity != entity || typ != "" && def.Type != typ ||
			!def.availableIn(apps) || !strings.Contains(strings.ToLower(def.Name+"\n"+def.Title), search) {
			continue
		}
		rows = append(rows, def)
	}
	rows = sorted(p, rows, map[string]func(a, b *attribute) int{
		"created": func(a, b *attribute) int { return a.Created.Compare(b.Created) },
		"name":    func(a, b *attribute) int { return cmp.Compare(a.Name, b.Name) },
	})
	return totalReply(p, rows, s.viewAttribute), nil
}

func (def *attribute) availableIn(applicationIDs []int64) bool {
	return len(applicationIDs) == 0 || len(def.ApplicationIDs) == 0 ||
		slices.ContainsFunc(applicationIDs, func(id int64) bool { return slices.Contains(def.ApplicationIDs, id) })
}

func (s *Server) getAttribute(r *request) (reply, error) {
	def, err := s.pathAttribute(r)
	if err != nil {
		return reply{}, err
	}
	return okReply(s.viewAttribute(def)), nil
}

func (s *Server) viewAttribute(def *attribute) any {
	view := map[string]any{
		"id": def.ID, "created": def.Created, "accountId": s.state.AccountID, "entity": def.Entity, "name": def.Name,
		"title": def.Title, "type": def.Type, "description": def.Description, "suggestions": emptyNotNil(def.Suggestions),
		"hasAllowedList": def.HasAllowedList, "restrictedBySuggestions": def.RestrictedBySuggestions, "editable": !def.ReadOnly,
		"subscribedApplicationsIds": emptyNotNil(def.ApplicationIDs), "subscribedCatalogsIds": emptyNotNil(def.CatalogIDs),
	}
	if len(def.AllowedSubscriptions) > 0 {
		view["allowedSubscriptions"] = def.AllowedSubscriptions
	}
	if def.EventType != "" {
		view["eventType"] = def.EventType
		if et, ok := s.state.Definitions.eventType(def.EventType); ok {
			view["eventTypeId"] = et.ID
		}
	}
	return view
}

func (s *Server) getApplications(r *request) (reply, error) {
	p, err := r.page(maxPageSize, "id", "created", "name")
	if err != nil {
		return reply{}, err
	}
	rows := sorted(p, s.state.Definitions.Applications, map[string]func(a, b *application) int{
		"created": func(a, b *application) int { return a.Created.Compare(b.Created) },
		"name":    func(a, b *application) int { return cmp.Compare(a.Name, b.Name) },
	})
	return totalReply(p, rows, s.viewApplication), nil
}

func (s *Server) getApplication(r *request) (reply, error) {
	app, err := s.pathApplication(r)
	if err != nil {
		return reply{}, err
	}
	return okReply(s.viewApplication(app)), nil
}

// pathApplication is the Application of {applicationId}.
func (s *Server) pathApplication(r *request) (*application, error) {
	id, err := r.id("applicationId", "application")
	if err != nil {
		return nil, err
	}
	app, ok := s.state.Definitions.application(id)
	if !ok {
		return nil, r.notFound("application", id)
	}
	return app, nil
}

// pathCampaign is the campaign of {campaignId} in the Application of {applicationId}.
func (s *Server) pathCampaign(r *request) (*application, *campaign, error) {
	app, err := s.pathApplication(r)
	if err != nil {
		return nil, nil, err
	}
	id, err := r.id("campaignId", "campaign")
	if err != nil {
		return nil, nil, err
	}
	c, ok := s.state.Definitions.campaign(id)
	if !ok || c.ApplicationID != app.ID {
		return nil, nil, r.notFound("campaign", id)
	}
	return app, c, nil
}

func (s *Server) viewApplication(app *application) any {
	programs := []any{}
	for _, program := range s.state.Loyalty.Programs {
		if slices.Contains(program.ApplicationIDs, app.ID) {
			programs = append(programs, s.viewLoyaltyProgram(program))
		}
	}
	return map[string]any{
		"id": app.ID, "created": app.Created, "modified": app.Created, "accountId": s.state.AccountID, "name": app.Name,
		"description": app.Description, "timezone": app.Timezone, "currency": app.Currency,
		"caseSensitivity": app.CaseSensitivity, "sandbox": app.Sandbox, "loyaltyPrograms": programs,
	}
}

func (s *Server) getCampaigns(r *request) (reply, error) {
	app, err := s.pathApplication(r)
	if err != nil {
		return reply{}, err
	}
	p, err := r.page(maxPageSize, "id", "created", "name")
	if err != nil {
		return reply{}, err
	}
	matches, err := s.campaignFilter(r)
	if err != nil {
		return reply{}, err
	}
	var rows []*campaign
	for _, c := range s.state.Definitions.Campaigns {
		if c.ApplicationID == app.ID && matches(c) {
			rows = append(rows, c)
		}
	}
	rows = sorted(p, rows, map[string]func(a, b *campaign) int{
		"created": func(a, b *campaign) int { return a.Created.Compare(b.Created) },
		"name":    func(a, b *campaign) int { return cmp.Compare(a.Name, b.Name) },
	})
	return totalReply(p, rows, s.viewCampaign), nil
}

// campaignFilter reads the filters of getCampaigns. Those on things that are not modelled (campaign groups,
// templates, stores) match no campaign.
func (s *Server) campaignFilter(r *request) (func(*campaign) bool, error) {
	name, state, tags := strings.ToLower(r.query.Get("name")), r.query.Get("campaignState"), r.query["tags"]
	if state != "" && !slices.Contains(campaignStates, state) {
		return nil, badRequest(atParameter("campaignState", titleEnum, `campaignState must be one of the following: "%s"`, strings.Join(campaignStates, `", "`)))
	}
	foreign := r.query.Has("campaignGroupId") || r.query.Has("templateId") || r.query.Has("storeId")
	created, err := r.periodQuery("created")
	if err != nil {
		return nil, err
	}
	running, err := r.runningQuery()
	if err != nil {
		return nil, err
	}
	now := s.now()
	return func(c *campaign) bool {
		return !foreign && strings.Contains(strings.ToLower(c.Name), name) && (state == "" || state == c.State || state == c.frontendState(now)) &&
			c.hasTags(tags) && created.holds(c.Created) && running(c)
	}, nil
}

var campaignStates = []string{"enabled", "disabled", "archived", "scheduled", "running", "expired", "staged"}

func (c *campaign) hasTags(tags []string) bool {
	for _, tag := range tags {
		if !slices.ContainsFunc(c.Tags, func(has string) bool { return strings.EqualFold(has, tag) }) {
			return false
		}
	}
	return true
}

// runningQuery reads startAfter, startBefore, endAfter and endBefore.
func (r *request) runningQuery() (func(*campaign) bool, error) {
	starts, err := r.periodQuery("start")
	if err != nil {
		return nil, err
	}
	ends, err := r.periodQuery("end")
	return func(c *campaign) bool { return starts.holds(c.StartTime) && ends.holds(c.EndTime) }, err
}

func (s *Server) getCampaign(r *request) (reply, error) {
	_, c, err := s.pathCampaign(r)
	if err != nil {
		return reply{}, err
	}
	return okReply(s.viewCampaign(c)), nil
}

func (s *Server) viewCampaign(c *campaign) any {
	view := map[string]any{
		"id": c.ID, "created": c.Created, "applicationId": c.ApplicationID, "userId": c.UserID, "name": c.Name,
		"description": c.Description, "attributes": emptyObject(c.Attributes), "state": c.State, "tags": emptyNotNil(c.Tags),
		"features": emptyNotNil(c.Features), "limits": []any{}, "type": "advanced", "reevaluateOnReturn": false,
		"frontendState": c.frontendState(s.now()), "storesImported": false,
	}
	if c.CouponSettings != nil {
		view["couponSettings"] = c.CouponSettings
	}
	if c.ReferralSettings != nil {
		view["referralSettings"] = c.ReferralSettings
	}
	c.addTimes(view)
	return view
}

func (c *campaign) addTimes(view map[string]any) {
	if !c.StartTime.IsZero() {
		view["startTime"] = c.StartTime
	}
	if !c.EndTime.IsZero() {
		view["endTime"] = c.EndTime
	}
}

// getRunningCampaigns lists the running campaigns of the key's Application.
func (s *Server) getRunningCampaigns(r *request) (reply, error) {
	p, err := r.page(50)
	if err != nil {
		return reply{}, err
	}
	ids, err := r.idsQuery("campaignIds")
	if err != nil {
		return reply{}, err
	}
	audiences, err := r.idsQuery("audienceId")
	if err != nil {
		return reply{}, err
	}
	running, err := r.runningQuery()
	if err != nil {
		return reply{}, err
	}
	foreign := r.query.Has("storeId")
	var rows []*campaign
	for _, c := range s.state.Definitions.Campaigns {
		if !foreign && c.ApplicationID == r.cred.application.ID && c.frontendState(s.now()) == "running" && running(c) &&
			(ids == nil || slices.Contains(ids, c.ID)) && (audiences == nil || slices.Contains(c.AudienceIDs, audiences[0])) {
			rows = append(rows, c)
		}
	}
	return listReply(p, rows, func(c *campaign) any {
		view := map[string]any{
			"applicationId": c.ApplicationID, "id": c.ID, "name": c.Name, "description": c.Description,
			"attributes": emptyObject(c.Attributes), "state": "enabled", "tags": emptyNotNil(c.Tags),
			"features": emptyNotNil(c.Features), "rules": []any{}, "linkedAudienceIds": emptyNotNil(c.AudienceIDs),
		}
		c.addTimes(view)
		return view
	}), nil
}

// getEventTypes lists the newest versions; there are no others.
func (s *Server) getEventTypes(r *request) (reply, error) {
	p, err := r.page(maxPageSize, "id", "created", "name")
	if err != nil {
		return reply{}, err
	}
	if _, err := r.boolQuery("includeOldVersions", false); err != nil {
		return reply{}, err
	}
	name := r.query.Get("name")
	var rows []*eventType
	for _, e := range s.state.Definitions.EventTypes {
		if name == "" || e.Name == name {
			rows = append(rows, e)
		}
	}
	rows = sorted(p, rows, map[string]func(a, b *eventType) int{
		"created": func(a, b *eventType) int { return a.Created.Compare(b.Created) },
		"name":    func(a, b *eventType) int { return cmp.Compare(a.Name, b.Name) },
	})
	return totalReply(p, rows, func(e *eventType) any {
		return map[string]any{"id": e.ID, "created": e.Created, "name": e.Name, "title": e.Title, "description": e.Description}
	}), nil
}

// emptyNotNil makes a missing list an empty array in JSON.
func emptyNotNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// emptyObject makes missing attributes an empty object in JSON.
func emptyObject(attributes map[string]any) map[string]any {
	if attributes == nil {
		return map[string]any{}
	}
	return attributes
}
