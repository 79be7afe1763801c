package emulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// reservedEventPrefix begins the types of built-in events.
const reservedEventPrefix = "talon_"

// event is something that happened: a custom event, or a built-in one such as talon_session_created.
type event struct {
	ID                 int64          `json:"id"`
	Created            time.Time      `json:"created"`
	ApplicationID      int64          `json:"applicationId"`
	Type               string         `json:"type"`
	ProfileID          int64          `json:"profileId,omitempty"`          // internal; 0 is none
	SessionID          int64          `json:"sessionId,omitempty"`          // internal; 0 is none
	IntegrationID      string         `json:"integrationId,omitempty"`      // v3 events only
	ConnectedSessionID string         `json:"connectedSessionId,omitempty"` // v3 events only
	StoreIntegrationID string         `json:"storeIntegrationId,omitempty"`
	Attributes         map[string]any `json:"attributes,omitempty"`
	Effects            []effect       `json:"effects,omitempty"`
}

func (e *event) entityID() int64 { return e.ID }

// eventState holds the events of all Applications, built-in ones included.
type eventState struct {
	All table[*event] `json:"all"`

	byIntegrationID map[eventKey]*event
	byApplication   groups[int64, *event]
	byProfile       few[int64, *event]
}

// eventKey is how the API finds a v3 event.
type eventKey struct {
	applicationID int64
	integrationID string
}

func (es *eventState) reindex() {
	es.byIntegrationID = make(map[eventKey]*event)
	es.byApplication, es.byProfile = make(groups[int64, *event]), make(few[int64, *event])
	for e := range es.All.all() {
		es.index(e)
	}
}

// add records an event.
func (es *eventState) add(e *event) {
	es.All.add(e)
	es.index(e)
}

func (es *eventState) index(e *event) {
	es.byApplication.add(e.ApplicationID, e)
	if e.ProfileID != 0 {
		es.byProfile.add(e.ProfileID, e)
	}
	if e.IntegrationID != "" {
		es.byIntegrationID[eventKey{e.ApplicationID, e.IntegrationID}] = e
	}
}

// routesEvents registers the operations on events.
func (s *Server) routesEvents() {
	s.handle(http.MethodPost, "/v1/events", integrationKey, "trackEvent", s.trackEvent, bare400, queued(legacyEventQueues))
	s.handle(http.MethodPost, "/v2/events", integrationKey, "trackEventV2", s.trackEventV2, idempotent, queued(eventQueues))
	s.handle(http.MethodPost, "/v3/events", integrationKey, "trackEventV3", s.trackEventV3, queued(eventQueues))
	s.handle(http.MethodGet, "/v3/events/{integrationId}", integrationKey, "getEventV3", s.getEventV3)
	s.handle(http.MethodGet, "/v1/applications/{applicationId}/events/no_total", managementKey, "getApplicationEventsWithoutTotalCount", s.listEvents)
}

// eventQueues is the queue of the profile that the body names, as far as it can be read.
func eventQueues(r *request) []queueKey {
	var body struct {
		ProfileID string `json:"profileId"`
	}
	if json.Unmarshal(r.body, &body) != nil || body.ProfileID == "" {
		return nil
	}
	return []queueKey{r.profileQueue(body.ProfileID)}
}

// legacyEventQueues adds the queue of the session that a v1 event belongs to.
func legacyEventQueues(r *request) []queueKey {
	var body struct {
		SessionID string `json:"sessionId"`
	}
	keys := eventQueues(r)
	if json.Unmarshal(r.body, &body) == nil && body.SessionID != "" {
		keys = append(keys, r.sessionQueue(body.SessionID))
	}
	return keys
}

// eventRequest is what a custom event of any version comes down to.
type eventRequest struct {
	profileID, sessionID, storeID, typ string
	integrationID, connectedSession    string
	attributes                         map[string]any
	campaigns                          []int64
}

// eventBodyV2 is what trackEventV2 takes.
type eventBodyV2 struct {
	ProfileID            string         `json:"profileId" rule:"required,is=profile,min=1,max=1000"`
	StoreIntegrationID   *string        `json:"storeIntegrationId" rule:"min=1,max=1000"`
	EvaluableCampaignIDs []int64        `json:"evaluableCampaignIds"`
	Type                 string         `json:"type" rule:"required,min=1"`
	Attributes           map[string]any `json:"attributes"`
	LoyaltyCards         []string       `json:"loyaltyCards" rule:"max=1"`
	ResponseContent      []string       `json:"responseContent" rule:"each:enum=customerProfile|triggeredCampaigns|loyalty|event|awardedGiveaways|ruleFailureReasons|campaignEligibility|achievements"`
}

func (s *Server) trackEventV2(r *request) (reply, error) {
	var body eventBodyV2
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	wanted := eventRequest{profileID: body.ProfileID, typ: body.Type, attributes: body.Attributes, campaigns: body.EvaluableCampaignIDs}
	assign(&wanted.storeID, body.StoreIntegrationID)
	return s.trackCustomerEvent(r, wanted, body.ResponseContent)
}

// eventBodyV3 is what trackEventV3 takes.
type eventBodyV3 struct {
	ProfileID            string         `json:"profileId" rule:"required,is=profile,min=1,max=1000"`
	StoreIntegrationID   *string        `json:"storeIntegrationId" rule:"min=1,max=1000"`
	EvaluableCampaignIDs []int64        `json:"evaluableCampaignIds"`
	Type                 string         `json:"type" rule:"required,min=1"`
	Attributes           map[string]any `json:"attributes"`
	IntegrationID        string         `json:"integrationId" rule:"required,is=id,min=1,max=1000"`
	ConnectedSessionID   *string        `json:"connectedSessionId" rule:"is=id,min=1"`
	LoyaltyCards         []string       `json:"loyaltyCards" rule:"max=1"`
	ResponseContent      []string       `json:"responseContent" rule:"each:enum=customerProfile|triggeredCampaigns|loyalty|advancedEvent|awardedGiveaways|ruleFailureReasons"`
}

func (s *Server) trackEventV3(r *request) (reply, error) {
	var body eventBodyV3
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	wanted := eventRequest{
		profileID: body.ProfileID, typ: body.Type, attributes: body.Attributes, campaigns: body.EvaluableCampaignIDs,
		integrationID: body.IntegrationID,
	}
	assign(&wanted.storeID, body.StoreIntegrationID)
	assign(&wanted.connectedSession, body.ConnectedSessionID)
	if wanted.connectedSession != "" {
		connected, ok := s.state.Sessions.byIntegrationID[sessionKey{r.cred.application.ID, wanted.connectedSession}]
		if !ok || connected.State != stateClosed {
			return reply{}, badRequest(atPointer("/connectedSessionId", titleInvalidValue, "there is no closed session with this ID"))
		}
	}
	return s.trackCustomerEvent(r, wanted, body.ResponseContent)
}

// trackCustomerEvent is trackEventV2 and trackEventV3.
func (s *Server) trackCustomerEvent(r *request, wanted eventRequest, parts []string) (reply, error) {
	silent, err := r.silentQuery()
	if err != nil {
		return reply{}, err
	}
	dry, err := r.boolQuery("dry", false)
	if err != nil {
		return reply{}, err
	}
	force, err := r.boolQuery("forceCompleteEvaluation", false)
	if err != nil {
		return reply{}, err
	}
	if force && !dry {
		return reply{}, badRequest(atParameter("forceCompleteEvaluation", titleInvalidValue, "forceCompleteEvaluation needs dry=true"))
	}
	if problems := s.checkEvent(wanted); len(problems) > 0 {
		return reply{}, badRequest(problems...)
	}
	if _, taken := s.state.Events.byIntegrationID[eventKey{r.cred.application.ID, wanted.integrationID}]; taken && wanted.integrationID != "" {
		return reply{}, conflict("An advanced event with the integration ID %s already exists", wanted.integrationID)
	}
	created, failures := s.makeEvent(r, wanted, nil, dry)
	response := newIntegrationState(created.Effects)
	if !dry {
		s.createFromEffects(wanted.profileID, created.Effects, response)
	}
	if silent {
		return noContent(), nil
	}
	for _, part := range parts {
		switch part {
		case "event":
			response[part] = s.viewEvent(created)
		case "advancedEvent":
			response[part] = s.viewAdvancedEvent(created)
		default:
			s.addCommonPart(response, r, wanted.profileID, part, created.Effects, failures)
		}
	}
	return okReply(response), nil
}

// checkEvent says what is wrong with a custom event: its type has to be set up, its attributes belong to the type.
func (s *Server) checkEvent(wanted eventRequest) []errorItem {
	if strings.HasPrefix(wanted.typ, reservedEventPrefix) {
		return []errorItem{atPointer("/type", titleInvalidValue, "%q is a built-in event, which cannot be tracked", wanted.typ)}
	}
	if _, ok := s.state.Definitions.eventType(wanted.typ); !ok {
		return []errorItem{atPointer("/type", titleUnknown, "There is no event %q", wanted.typ)}
	}
	return s.checkAttributes(attributeScope{entity: "Event", eventType: wanted.typ}, wanted.attributes, "/attributes")
}

// makeEvent evaluates an event and, unless the run is dry, records it and makes its profile, without the event of a
// created profile.
func (s *Server) makeEvent(r *request, wanted eventRequest, in *session, dry bool) (*event, []ruleFailure) {
	created := &event{
		Created: s.now(), ApplicationID: r.cred.application.ID, Type: wanted.typ, IntegrationID: wanted.integrationID,
		ConnectedSessionID: wanted.connectedSession, StoreIntegrationID: wanted.storeID,
		Attributes: mergeAttributes(nil, wanted.attributes),
	}
	if in != nil {
		created.SessionID = in.ID
	}
	owner, ok := s.state.Profiles.find(r.cred.sandbox(), wanted.profileID)
	if ok {
		created.ProfileID = owner.ID
	}
	var campaigns []int64
	if dry {
		campaigns = wanted.campaigns
	}
	effects, failures := s.evaluateEvent(r.cred.application, wanted.typ, owner, campaigns)
	created.Effects = effects
	if dry {
		return created, failures
	}
	if wanted.profileID != "" {
		owner, _ = s.upsertProfile(r.cred.sandbox(), wanted.profileID)
		owner.Hidden = false
		owner.LastActivity = created.Created
		created.ProfileID = owner.ID
	}
	created.ID = s.state.nextID(kindEvent)
	s.state.Events.add(created)
	return created, failures
}

// recordSession records a built-in event of a session.
func (s *Server) recordSession(typ string, in *session, owner *profile, effects []effect) *event {
	created := &event{
		ID: s.state.nextID(kindEvent), Created: s.now(), ApplicationID: in.ApplicationID, Type: typ, SessionID: in.ID,
		StoreIntegrationID: in.StoreIntegrationID, Effects: effects,
	}
	if owner != nil {
		created.ProfileID = owner.ID
	}
	s.state.Events.add(created)
	return created
}

func (s *Server) getEventV3(r *request) (reply, error) {
	id := r.params["integrationId"]
	found, ok := s.state.Events.byIntegrationID[eventKey{r.cred.application.ID, id}]
	if !ok {
		return reply{}, r.notFound("event", id)
	}
	return okReply(s.viewAdvancedEvent(found)), nil
}

// legacyEventBody is what the retired trackEvent takes.
type legacyEventBody struct {
	ProfileID  string         `json:"profileId" rule:"is=profile,max=1000"`
	Type       string         `json:"type" rule:"required,min=1"`
	Attributes map[string]any `json:"attributes" rule:"required"`
	SessionID  string         `json:"sessionId" rule:"required,is=id,min=1"`
}

// trackEvent is the retired first version: the event belongs to a session, which it makes. It is gone unless
// the convention legacy_events brings it back.
func (s *Server) trackEvent(r *request) (reply, error) {
	if !s.is(conventions.LegacyEvents, conventions.Yes) {
		return reply{}, &apiError{status: http.StatusNotFound, message: "Endpoint not found"}
	}
	var body legacyEventBody
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	dry, err := r.boolQuery("dry", false)
	if err != nil {
		return reply{}, err
	}
	wanted := eventRequest{profileID: body.ProfileID, sessionID: body.SessionID, typ: body.Type, attributes: body.Attributes}
	if problems := s.checkEvent(wanted); len(problems) > 0 {
		return reply{}, badRequest(problems...)
	}
	in, ok := s.state.Sessions.byIntegrationID[sessionKey{r.cred.application.ID, body.SessionID}]
	switch {
	case ok && body.ProfileID != "" && in.ProfileID != body.ProfileID:
		return reply{}, badRequest(atPointer("/profileId", titleInvalidValue, "the session belongs to another profile"))
	case ok:
		wanted.profileID = in.ProfileID
	default:
		in = s.makeEmptySession(r, body.SessionID, body.ProfileID, dry)
	}
	created, _ := s.makeEvent(r, wanted, in, dry)
	view := s.viewEvent(created)
	view["ledgerEntries"], view["sessionId"] = []any{}, in.IntegrationID
	response := map[string]any{"session": s.viewLegacySession(in), "event": view, "profile": map[string]any{}}
	if owner, ok := s.state.Profiles.find(r.cred.sandbox(), wanted.profileID); ok {
		response["profile"] = s.viewProfile(owner)
	}
	return createdReply(response), nil
}

func (s *Server) makeEmptySession(r *request, id, profileID string, dry bool) *session {
	now := s.now()
	created := &session{
		Created: now, Updated: now, ApplicationID: r.cred.application.ID, IntegrationID: id, State: stateOpen, UpdateCount: 1,
		sessionContent: sessionContent{ProfileID: profileID},
	}
	if dry {
		return created
	}
	created.ID = s.state.nextID(kindSession)
	created.FirstSession = s.isFirstSession(created)
	s.state.Sessions.add(created)
	owner := s.ownerOf(r, created)
	if profileID != "" {
		owner, _ = s.upsertProfile(r.cred.sandbox(), profileID)
	}
	s.recordSession("talon_session_created", created, owner, nil)
	return created
}

// viewLegacySession is the session of the first version of the API, with a single coupon.
func (s *Server) viewLegacySession(one *session) any {
	view := s.viewSession(one)
	legacy := map[string]any{"discounts": map[string]any{}, "coupon": "", "referral": one.ReferralCode}
	for _, name := range []string{
		"integrationId", "created", "applicationId", "profileId", "state", "cartItems", "identifiers", "total", "attributes",
		"firstSession", "updated",
	} {
		legacy[name] = view[name]
	}
	if len(one.CouponCodes) > 0 {
		legacy["coupon"] = one.CouponCodes[0]
	}
	return legacy
}

// viewEvent is the Integration API's Event, whose effects are positional arrays as in the first version of the API.
func (s *Server) viewEvent(e *event) map[string]any {
	view := map[string]any{
		"id": e.ID, "created": e.Created, "applicationId": e.ApplicationID, "type": e.Type,
		"attributes": emptyObject(e.Attributes), "effects": positionalEffects(e.Effects),
	}
	if owner, ok := s.state.Profiles.All.get(e.ProfileID); ok {
		view["profileId"] = owner.IntegrationID
	}
	if in, ok := s.state.Sessions.All.get(e.SessionID); ok {
		view["sessionId"] = in.IntegrationID
	}
	if e.IntegrationID != "" {
		view["integrationId"] = e.IntegrationID
	}
	if e.StoreIntegrationID != "" {
		view["storeIntegrationId"] = e.StoreIntegrationID
	}
	return view
}

func positionalEffects(effects []effect) []any {
	list := make([]any, len(effects))
	for i, one := range effects {
		list[i] = one.positional()
	}
	return list
}

// positional writes an effect as campaign ID, ruleset ID, rule index, and an array of the name and its arguments,
// which are the values of the properties by name.
func (e effect) positional() []any {
	call := []any{e.EffectType}
	if props, ok := e.Props.(map[string]any); ok {
		for _, name := range sortedKeys(props) {
			call = append(call, props[name])
		}
	}
	return []any{e.CampaignID, e.RulesetID, e.RuleIndex, call}
}

// viewAdvancedEvent is EventV3.
func (s *Server) viewAdvancedEvent(e *event) map[string]any {
	view := s.viewEvent(e)
	delete(view, "sessionId")
	if e.ConnectedSessionID != "" {
		view["connectedSessionId"] = e.ConnectedSessionID
	}
	return view
}

// listEvents is the Management API's list of all events of an Application.
func (s *Server) listEvents(r *request) (reply, error) {
	app, err := s.pathApplication(r)
	if err != nil {
		return reply{}, err
	}
	p, err := r.page(maxPageSize, "id", "created")
	if err != nil {
		return reply{}, err
	}
	created, err := r.periodQuery("created")
	if err != nil {
		return reply{}, err
	}
	var types []string
	if raw := r.query.Get("type"); raw != "" {
		types = strings.Split(raw, ",")
	}
	var passes func(*event) bool
	if types != nil || !created.unlimited() || slices.ContainsFunc([]string{"profile", "session", "effectType", "couponCode", "referralCode"}, r.query.Has) {
		passes = func(e *event) bool {
			return created.holds(e.Created) && (types == nil || slices.Contains(types, e.Type)) && s.eventMatches(r, e)
		}
	}
	rows := sorted(p, narrowed(p, s.state.Events.byApplication.list(app.ID), passes), map[string]func(a, b *event) int{
		"created": func(a, b *event) int { return a.Created.Compare(b.Created) },
	})
	return listReply(p, rows, s.viewListedEvent), nil
}

func (s *Server) eventMatches(r *request, e *event) bool {
	profileID, sessionID := "", ""
	in, inSession := s.state.Sessions.All.get(e.SessionID)
	if inSession {
		sessionID = in.IntegrationID
	}
	if owner, ok := s.state.Profiles.All.get(e.ProfileID); ok {
		profileID = owner.IntegrationID
	}
	is := func(parameter, value string) bool {
		wanted := s.normal(parameterKinds[parameter], r.query.Get(parameter))
		return wanted == "" || wanted == value
	}
	effectType, coupon := r.query.Get("effectType"), r.query.Get("couponCode")
	return is("profile", profileID) && is("session", sessionID) &&
		(effectType == "" || slices.ContainsFunc(e.Effects, func(one effect) bool { return one.EffectType == effectType })) &&
		(coupon == "" || inSession && slices.Contains(in.CouponCodes, coupon)) &&
		(r.query.Get("referralCode") == "" || inSession && is("referralCode", in.ReferralCode))
}

// viewListedEvent is the Management API's ApplicationEvent, whose effects are objects, and were positional in 2022.
func (s *Server) viewListedEvent(e *event) any {
	view := map[string]any{
		"id": e.ID, "created": e.Created, "applicationId": e.ApplicationID, "type": e.Type,
		"attributes": emptyObject(e.Attributes), "effects": emptyNotNil(e.Effects),
	}
	if s.is(conventions.Legacy2022, conventions.Yes) {
		view["effects"] = positionalEffects(e.Effects)
	}
	if e.ProfileID != 0 {
		view["profileId"] = e.ProfileID
	}
	if e.SessionID != 0 {
		view["sessionId"] = e.SessionID
	}
	if e.IntegrationID != "" {
		view["integrationId"] = e.IntegrationID
	}
	if e.StoreIntegrationID != "" {
		view["storeIntegrationId"] = e.StoreIntegrationID
	}
	return view
}
