package emulator

import (
	"cmp"
	"encoding/json"
	"math/big"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// The states of a session.
const (
	stateOpen              = "open"
	stateClosed            = "closed"
	statePartiallyReturned = "partially_returned"
	stateCancelled         = "cancelled"
)

// maxCartQuantity is the largest sum of the quantities of a cart.
const maxCartQuantity = 10000

// session is a customer session: a cart on its way to an order.
type session struct {
	ID            int64     `json:"id"`
	Created       time.Time `json:"created"`
	Updated       time.Time `json:"updated"`
	ApplicationID int64     `json:"applicationId"`
	IntegrationID string    `json:"integrationId"`
	State         string    `json:"state"`
	FirstSession  bool      `json:"firstSession,omitempty"`
	UpdateCount   int64     `json:"updateCount"` // 1 at creation
	sessionContent
	Returns []sessionReturn `json:"returns,omitempty"`
}

func (one *session) entityID() int64 { return one.ID }

// sessionContent is what updates can change, apart from the state.
type sessionContent struct {
	ProfileID            string              `json:"profileId,omitempty"` // integration ID; "" is anonymous
	StoreIntegrationID   string              `json:"storeIntegrationId,omitempty"`
	EvaluableCampaignIDs []int64             `json:"evaluableCampaignIds,omitempty"`
	CouponCodes          []string            `json:"couponCodes,omitempty"` // folded as the Application stores codes
	ReferralCode         string              `json:"referralCode,omitempty"`
	LoyaltyCards         []string            `json:"loyaltyCards,omitempty"`
	Identifiers          []string            `json:"identifiers,omitempty"`
	CartItems            []cartItem          `json:"cartItems,omitempty"`
	Experiments          []variantAllocation `json:"experimentVariantAllocations,omitempty"`
	AdditionalCosts      map[string]cost     `json:"additionalCosts,omitempty"`
	Attributes           map[string]any      `json:"attributes,omitempty"`
}

// cartItem is one line of a cart; Returned of its Quantity came back.
type cartItem struct {
	SKU             string          `json:"sku"`
	Quantity        int64           `json:"quantity"`
	Returned        int64           `json:"returned,omitempty"`
	Price           json.Number     `json:"price,omitempty"`
	Name            string          `json:"name,omitempty"`
	Category        string          `json:"category,omitempty"`
	Product         *string         `json:"product,omitempty"`
	Weight          json.Number     `json:"weight,omitempty"`
	Height          json.Number     `json:"height,omitempty"`
	Width           json.Number     `json:"width,omitempty"`
	Length          json.Number     `json:"length,omitempty"`
	Attributes      map[string]any  `json:"attributes,omitempty"`
	AdditionalCosts map[string]cost `json:"additionalCosts,omitempty"`
	CatalogItemID   int64           `json:"catalogItemId,omitempty"`
}

// cost is an additional cost, such as shipping.
type cost struct {
	Price json.Number `json:"price" rule:"required"`
}

// variantAllocation puts a session into a variant of an experiment.
type variantAllocation struct {
	ExperimentID int64 `json:"experimentID" rule:"required"`
	VariantID    int64 `json:"variantID" rule:"required"`
}

// sessionState holds the sessions of all Applications.
type sessionState struct {
	All table[*session] `json:"all"`
	// Effects are what the rule engine, which does not exist here, would answer.
	Effects []seededEffect `json:"effects,omitempty"`

	byIntegrationID map[sessionKey]*session
	byApplication   groups[int64, *session]
	byCustomer      few[string, *session] // by the profile's integration ID
	customers       map[sessionKey]bool   // by Application and the profile's integration ID: who has had a session
}

// sessionKey is how the API finds a session.
type sessionKey struct {
	applicationID int64
	integrationID string
}

func (ss *sessionState) reindex() {
	ss.byIntegrationID = make(map[sessionKey]*session, ss.All.count())
	ss.customers = make(map[sessionKey]bool)
	ss.byApplication, ss.byCustomer = make(groups[int64, *session]), make(few[string, *session])
	for one := range ss.All.all() {
		ss.insert(one)
	}
}

func (ss *sessionState) add(one *session) {
	ss.All.add(one)
	ss.insert(one)
}

func (ss *sessionState) insert(one *session) {
	ss.byApplication.add(one.ApplicationID, one)
	ss.byCustomer.add(one.ProfileID, one)
	ss.index(one)
}

// change gives a session the content of another one.
func (ss *sessionState) change(one, next *session) {
	if one.ProfileID != next.ProfileID {
		ss.byCustomer.remove(one.ProfileID, one)
		ss.byCustomer.add(next.ProfileID, one)
	}
	*one = *next
	ss.index(one)
}

func (ss *sessionState) index(one *session) {
	ss.byIntegrationID[sessionKey{one.ApplicationID, one.IntegrationID}] = one
	ss.customers[sessionKey{one.ApplicationID, one.ProfileID}] = true
}

// routesSessions registers the operations on customer sessions and returns.
func (s *Server) routesSessions() {
	const one = "/v2/customer_sessions/{customerSessionId}"
	s.handle(http.MethodGet, one, integrationKey, "getCustomerSession", s.getSession, bare400)
	s.handle(http.MethodPut, one, integrationKey, "updateCustomerSessionV2", s.updateSession, bare400, idempotent, queued(sessionQueues))
	s.handle(http.MethodPut, one+"/reopen", integrationKey, "reopenCustomerSession", s.reopenSession, bare400, idempotent)
	s.handle(http.MethodPost, one+"/returns", integrationKey, "returnCartItems", s.returnItems, bare400, idempotent)
	s.handle(http.MethodGet, "/v1/applications/{applicationId}/sessions", managementKey, "getApplicationSessions", s.listSessions)
	s.handle(http.MethodGet, "/v1/applications/{applicationId}/sessions/{sessionId}", managementKey, "getApplicationSession", s.getListedSession)
}

// sessionQueues are those of the session and of the profile that the body names, as far as it can be read.
func sessionQueues(r *request) []queueKey {
	keys := []queueKey{r.sessionQueue(r.params["customerSessionId"])}
	var body struct {
		Session struct {
			ProfileID string `json:"profileId"`
		} `json:"customerSession"`
	}
	if json.Unmarshal(r.body, &body) == nil && body.Session.ProfileID != "" {
		keys = append(keys, r.profileQueue(body.Session.ProfileID))
	}
	return keys
}

// sessionBody is what updateCustomerSessionV2 takes; what is nil was not mentioned and stays.
type sessionBody struct {
	Session *struct {
		_                    struct{}             `readonly:"id,created,integrationId,applicationId,firstSession,updateCount,total,cartItemTotal,additionalCostTotal,cartItemAdditionalCostTotal,updated"`
		ProfileID            *string              `json:"profileId" rule:"is=profile,max=1000"`
		StoreIntegrationID   *string              `json:"storeIntegrationId" rule:"min=1,max=1000"`
		EvaluableCampaignIDs *[]int64             `json:"evaluableCampaignIds"`
		CouponCodes          *[]string            `json:"couponCodes" rule:"each:max=100"`
		ReferralCode         *string              `json:"referralCode" rule:"max=100"`
		LoyaltyCards         *[]string            `json:"loyaltyCards" rule:"max=1"`
		State                *string              `json:"state" rule:"enum=open|closed|cancelled"`
		CartItems            *[]itemBody          `json:"cartItems" rule:"max=1000"`
		Experiments          *[]variantAllocation `json:"experimentVariantAllocations"`
		AdditionalCosts      *map[string]cost     `json:"additionalCosts"`
		Identifiers          *[]string            `json:"identifiers" rule:"max=5"`
		Attributes           map[string]any       `json:"attributes"`
	} `json:"customerSession" rule:"required"`
	ResponseContent []string `json:"responseContent" rule:"each:enum=customerSession|customerProfile|coupons|triggeredCampaigns|referral|loyalty|event|awardedGiveaways|ruleFailureReasons|previousReturns|campaignEligibility|achievements"`
}

type itemBody struct {
	_               struct{}        `readonly:"position,returnedQuantity,remainingQuantity,catalogItemID,selectedPriceType,adjustmentReferenceId,adjustmentEffectiveFrom,adjustmentEffectiveUntil,prices"`
	SKU             string          `json:"sku" rule:"required,is=sku,min=1"`
	Quantity        int64           `json:"quantity" rule:"required,min=1"`
	Price           json.Number     `json:"price"`
	Name            string          `json:"name"`
	Category        string          `json:"category"`
	Product         *productBody    `json:"product"`
	Weight          json.Number     `json:"weight"`
	Height          json.Number     `json:"height"`
	Width           json.Number     `json:"width"`
	Length          json.Number     `json:"length"`
	Attributes      map[string]any  `json:"attributes"`
	AdditionalCosts map[string]cost `json:"additionalCosts"`
}

type productBody struct {
	Name string `json:"name" rule:"required,is=name"`
}

// updateSession makes a session or builds on the one that is there. A dry run looks at its own body only.
func (s *Server) updateSession(r *request) (reply, error) {
	var body sessionBody
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	now := s.now()
	dry, later, err := r.dryRun(now)
	if err != nil {
		return reply{}, err
	}
	if !later.IsZero() {
		now = later
	}
	existing := s.state.Sessions.byIntegrationID[sessionKey{r.cred.application.ID, r.params["customerSessionId"]}]
	if dry {
		existing = nil
	}
	next := s.draftSession(r, existing)
	if problems := s.applySession(r.cred.application, next, body); len(problems) > 0 {
		return reply{}, badRequest(problems...)
	}
	if body.Session.State != nil {
		next.State = *body.Session.State
	}
	if existing != nil {
		if err := checkStep(existing, next); err != nil {
			if !s.is(conventions.SessionTransitions, conventions.Ignored) {
				return reply{}, err
			}
			effects, failures := s.evaluateSession(existing, now, nil)
			return okReply(s.addParts(newIntegrationState(effects), r, existing, nil, effects, failures, body.ResponseContent)), nil
		}
	}
	if existing == nil && !dry && next.State == stateCancelled {
		return reply{}, badRequest(atPointer("/customerSession/state", titleInvalidValue, "a new session is open or closed"))
	}
	var effects []effect
	var failures []ruleFailure
	if next.State != stateCancelled {
		var campaigns []int64
		if dry {
			campaigns = next.EvaluableCampaignIDs
		}
		effects, failures = s.evaluateSession(next, now, campaigns)
	}
	response := newIntegrationState(effects)
	if dry {
		return okReply(s.addParts(response, r, next, nil, effects, failures, body.ResponseContent)), nil
	}
	last := s.storeSession(r, existing, next, effects, response)
	return okReply(s.addParts(response, r, next, last, effects, failures, body.ResponseContent)), nil
}

// dryRun reads dry and now; now is a later time that a dry run takes for the current one, zero for none.
func (r *request) dryRun(current time.Time) (dry bool, now time.Time, err error) {
	dry, err = r.boolQuery("dry", false)
	raw := r.query.Get("now")
	if err != nil || raw == "" {
		return dry, now, err
	}
	now, err = time.Parse(time.RFC3339, raw)
	switch {
	case err != nil:
		err = badRequest(atParameter("now", titleInvalidType, "now is not an RFC 3339 time"))
	case !dry:
		err = badRequest(atParameter("now", titleInvalidValue, "now needs dry=true"))
	case !now.After(current):
		err = badRequest(atParameter("now", titleInvalidValue, "now must be in the future"))
	}
	return dry, now, err
}

// draftSession is a copy of the session to be changed, or a new one.
func (s *Server) draftSession(r *request, existing *session) *session {
	if existing != nil {
		draft := *existing
		draft.UpdateCount++
		draft.Updated = s.now()
		return &draft
	}
	now := s.now()
	return &session{
		Created: now, Updated: now, ApplicationID: r.cred.application.ID, IntegrationID: r.params["customerSessionId"],
		State: stateOpen, UpdateCount: 1,
	}
}

// applySession puts what the body mentions into the draft and returns what is wrong with it.
func (s *Server) applySession(app *application, draft *session, body sessionBody) []errorItem {
	from := body.Session
	dropUnknown := s.is(conventions.RejectedCodes, conventions.Dropped)
	assign(&draft.ProfileID, from.ProfileID)
	assign(&draft.StoreIntegrationID, from.StoreIntegrationID)
	assign(&draft.EvaluableCampaignIDs, from.EvaluableCampaignIDs)
	assign(&draft.LoyaltyCards, from.LoyaltyCards)
	assign(&draft.Experiments, from.Experiments)
	assign(&draft.AdditionalCosts, from.AdditionalCosts)
	assign(&draft.Identifiers, from.Identifiers)
	if from.ReferralCode != nil {
		draft.ReferralCode = app.foldCode(*from.ReferralCode)
		if dropUnknown && s.state.Referrals.byCode[draft.ReferralCode] == nil {
			draft.ReferralCode = ""
		}
	}
	if from.CouponCodes != nil {
		draft.CouponCodes = nil
		for _, code := range *from.CouponCodes {
			if _, known := s.findCoupon(app, code); dropUnknown && !known {
				continue
			}
			draft.CouponCodes = append(draft.CouponCodes, app.foldCode(code))
		}
	}
	const pointer = "/customerSession/attributes"
	problems := s.checkAttributes(attributeScope{entity: "CustomerSession"}, from.Attributes, pointer)
	draft.Attributes = s.updateAttributes(draft.Attributes, from.Attributes)
	if from.CartItems != nil {
		items, wrong := s.cart(app, *from.CartItems)
		draft.CartItems = items
		problems = append(problems, wrong...)
	}
	return problems
}

func assign[T any](into *T, value *T) {
	if value != nil {
		*into = *value
	}
}

// cart checks the items of a body and looks up what they leave to the Application's catalog.
func (s *Server) cart(app *application, bodies []itemBody) ([]cartItem, []errorItem) {
	items := make([]cartItem, len(bodies))
	var problems []errorItem
	var quantity int64
	for i, body := range bodies {
		pointer := "/customerSession/cartItems/" + strconv.Itoa(i)
		item := cartItem{
			SKU: body.SKU, Quantity: body.Quantity, Price: body.Price, Name: body.Name, Category: body.Category,
			Weight: body.Weight, Height: body.Height, Width: body.Width, Length: body.Length,
			Attributes: body.Attributes, AdditionalCosts: body.AdditionalCosts,
		}
		if body.Product != nil {
			item.Product = &body.Product.Name
		}
		problems = append(problems, s.checkAttributes(attributeScope{entity: "CartItem"}, body.Attributes, pointer+"/attributes")...)
		if !s.fillFromCatalog(app, &item) && item.Price == "" {
			problems = append(problems, atPointer(pointer+"/price", titleMissing, "price is required, since %q is in no catalog of the Application", item.SKU))
		}
		quantity += item.Quantity
		items[i] = item
	}
	if quantity > maxCartQuantity {
		problems = append(problems, atPointer("/customerSession/cartItems", "Too many", "the quantities sum up to %d, at most %d are allowed", quantity, maxCartQuantity))
	}
	return items, problems
}

// fillFromCatalog completes an item from the Application's catalog; false when the SKU has no price there.
func (s *Server) fillFromCatalog(app *application, item *cartItem) bool {
	for c := range s.state.Catalogs.All.all() {
		if !slices.Contains(c.ApplicationIDs, app.ID) {
			continue
		}
		found, ok := c.item(item.SKU)
		if !ok {
			continue
		}
		item.CatalogItemID = found.ID
		item.Price = cmp.Or(item.Price, found.Price)
		if item.Product == nil {
			item.Product = found.Product
		}
		return item.Price != ""
	}
	return false
}

// checkStep enforces the table of states and that nothing but the state of a session changes once it is closed.
func checkStep(before, after *session) error {
	allowed := map[string][]string{
		stateOpen:              {stateOpen, stateClosed, stateCancelled},
		stateClosed:            {stateCancelled},
		statePartiallyReturned: {stateCancelled},
	}
	if !slices.Contains(allowed[before.State], after.State) {
		return badRequest(atPointer("/customerSession/state", titleInvalidValue, "a session that is %s cannot become %s by an update", before.State, after.State))
	}
	if before.State != stateOpen && !reflect.DeepEqual(before.sessionContent, after.sessionContent) {
		return badRequest(atPointer("/customerSession", titleInvalidValue, "a session that is %s cannot be changed, only cancelled", before.State))
	}
	return nil
}

// storeSession makes the draft the session and does what comes with it: the profile, counters, events and what
// the effects create. It returns the last event.
func (s *Server) storeSession(r *request, existing, next *session, effects []effect, response map[string]any) *event {
	var owner *profile
	var steps []string
	before := ""
	if next.ProfileID != "" {
		var isNew bool
		if owner, isNew = s.upsertProfile(r.cred.sandbox(), next.ProfileID); isNew {
			steps = append(steps, "talon_profile_created")
		}
		owner.Hidden = false
		owner.LastActivity = next.Updated
	}
	if existing == nil {
		next.ID = s.state.nextID(kindSession)
		next.FirstSession = s.isFirstSession(next)
		steps = append(steps, "talon_session_created")
		s.state.Sessions.add(next)
	} else {
		before = existing.State
		s.state.Sessions.change(existing, next)
		next = existing
		if next.State == stateOpen {
			steps = append(steps, "talon_session_updated")
		}
	}
	switch next.State {
	case stateClosed:
		steps = append(steps, "talon_session_closed")
		s.settle(next, owner, 1)
		s.createFromEffects(next.ProfileID, effects, response)
	case stateCancelled:
		steps = append(steps, "talon_session_cancelled")
		if before != stateOpen {
			s.settle(next, owner, -1)
		}
	}
	var last *event
	for _, step := range steps {
		last = s.recordSession(step, next, owner, effects)
	}
	return last
}

// isFirstSession tells whether the customer is new to the Application; anonymous sessions always are first ones.
func (s *Server) isFirstSession(one *session) bool {
	return one.ProfileID == "" || !s.state.Sessions.customers[sessionKey{one.ApplicationID, one.ProfileID}]
}

// settle counts a session that closes (times 1), or takes the count back (times -1).
func (s *Server) settle(one *session, owner *profile, times int64) {
	app, _ := s.state.Definitions.application(one.ApplicationID)
	for _, code := range one.CouponCodes {
		if found, ok := s.findCoupon(app, code); ok {
			found.UsageCounter = max(0, found.UsageCounter+times)
			s.state.Coupons.redeem(found, owner, times, s.now())
		}
	}
	if owner == nil {
		return
	}
	owner.ClosedSessions += int(times)
	sales := new(big.Rat).Mul(one.total(), new(big.Rat).SetInt64(times))
	owner.TotalSales = decimal(sales.Add(sales, rational(owner.TotalSales)))
}

// redeem counts redemptions by a profile; the first makes a reservation, which stays when it is rolled back.
func (cs *couponState) redeem(c *coupon, owner *profile, times int64, now time.Time) {
	switch {
	case owner == nil:
	case cs.holds(c, owner.ID):
		at := c.reservationOf(owner.ID)
		c.Reservations[at].Redemptions = max(0, c.Reservations[at].Redemptions+times)
	case times > 0:
		cs.hold(c, reservation{ProfileID: owner.ID, Created: now, Redemptions: times})
	}
}

func (s *Server) findSession(r *request) (*session, error) {
	id := r.params["customerSessionId"]
	if found, ok := s.state.Sessions.byIntegrationID[sessionKey{r.cred.application.ID, id}]; ok {
		return found, nil
	}
	if s.is(conventions.UnknownSessionStatus, "400") {
		return nil, badRequest(atParameter("customerSessionId", titleUnknown, "%q is not known", id))
	}
	return nil, r.notFound("session", id)
}

func (s *Server) getSession(r *request) (reply, error) {
	found, err := s.findSession(r)
	if err != nil {
		return reply{}, err
	}
	effects := []effect{}
	if found.State != stateCancelled {
		effects, _ = s.evaluateSession(found, s.now(), nil)
	}
	return okReply(map[string]any{"customerSession": s.viewSession(found), "effects": effects}), nil
}

// reopenSession opens a closed session and takes back what closing it counted.
func (s *Server) reopenSession(r *request) (reply, error) {
	found, err := s.findSession(r)
	if err != nil {
		return reply{}, err
	}
	if found.State != stateClosed {
		return reply{}, refused("A session that is %s cannot be reopened, only a closed one", found.State)
	}
	owner := s.ownerOf(r, found)
	s.settle(found, owner, -1)
	found.State = stateOpen
	found.UpdateCount++
	found.Updated = s.now()
	s.recordSession("talon_session_reopened", found, owner, nil)
	return okReply(map[string]any{"effects": []effect{}}), nil
}

func (s *Server) ownerOf(r *request, one *session) *profile {
	owner, _ := s.state.Profiles.find(r.cred.sandbox(), one.ProfileID)
	return owner
}

// viewSession is CustomerSessionV2.
func (s *Server) viewSession(one *session) map[string]any {
	items := make([]map[string]any, len(one.CartItems))
	for i := range one.CartItems {
		items[i] = one.CartItems[i].view(i)
	}
	view := map[string]any{
		"id": one.ID, "created": one.Created, "integrationId": one.IntegrationID, "applicationId": one.ApplicationID,
		"profileId": one.ProfileID, "couponCodes": emptyNotNil(one.CouponCodes), "referralCode": one.ReferralCode,
		"loyaltyCards": emptyNotNil(one.LoyaltyCards), "state": one.State, "cartItems": items,
		"additionalCosts": one.AdditionalCosts, "identifiers": emptyNotNil(one.Identifiers),
		"attributes": emptyObject(one.Attributes), "firstSession": one.FirstSession, "updateCount": one.UpdateCount,
		"total": decimal(one.total()), "cartItemTotal": decimal(one.itemTotal()), "additionalCostTotal": decimal(costs(one.AdditionalCosts)),
		"cartItemAdditionalCostTotal": decimal(one.itemCostTotal()), "updated": one.Updated,
	}
	if one.AdditionalCosts == nil {
		view["additionalCosts"] = map[string]any{}
	}
	if one.StoreIntegrationID != "" {
		view["storeIntegrationId"] = one.StoreIntegrationID
	}
	if len(one.EvaluableCampaignIDs) > 0 {
		view["evaluableCampaignIds"] = one.EvaluableCampaignIDs
	}
	if len(one.Experiments) > 0 {
		view["experimentVariantAllocations"] = one.Experiments
	}
	return view
}

func (item *cartItem) view(position int) map[string]any {
	view := map[string]any{
		"sku": item.SKU, "quantity": item.Quantity, "position": position,
		"returnedQuantity": item.Returned, "remainingQuantity": item.Quantity - item.Returned,
		"attributes": emptyObject(item.Attributes), "name": item.Name,
	}
	for name, number := range map[string]json.Number{
		"price": item.Price, "weight": item.Weight, "height": item.Height, "width": item.Width, "length": item.Length,
	} {
		if number != "" {
			view[name] = number
		}
	}
	if item.Category != "" {
		view["category"] = item.Category
	}
	if item.Product != nil {
		view["product"] = map[string]any{"name": *item.Product}
	}
	if len(item.AdditionalCosts) > 0 {
		view["additionalCosts"] = item.AdditionalCosts
	}
	if item.CatalogItemID != 0 {
		view["catalogItemID"] = item.CatalogItemID
	}
	return view
}

// total and the sums below are before discounts; returns do not lower them.
func (one *session) total() *big.Rat {
	sum := new(big.Rat).Add(one.itemTotal(), costs(one.AdditionalCosts))
	return sum.Add(sum, one.itemCostTotal())
}

func (one *session) itemTotal() *big.Rat {
	sum := new(big.Rat)
	for _, item := range one.CartItems {
		line := new(big.Rat).SetInt64(item.Quantity)
		sum.Add(sum, line.Mul(line, rational(item.Price)))
	}
	return sum
}

func (one *session) itemCostTotal() *big.Rat {
	sum := new(big.Rat)
	for _, item := range one.CartItems {
		line := new(big.Rat).SetInt64(item.Quantity)
		sum.Add(sum, line.Mul(line, costs(item.AdditionalCosts)))
	}
	return sum
}

func costs(of map[string]cost) *big.Rat {
	sum := new(big.Rat)
	for _, one := range of {
		sum.Add(sum, rational(one.Price))
	}
	return sum
}

// rational is the exact value of a JSON number; "" is 0.
func rational(number json.Number) *big.Rat {
	value, ok := new(big.Rat).SetString(number.String())
	if !ok {
		return new(big.Rat)
	}
	return value
}

// decimal writes a sum of products of decimals, which always has finitely many digits.
func decimal(value *big.Rat) json.Number {
	digits, _ := value.FloatPrec()
	return json.Number(value.FloatString(digits))
}

// addParts adds what responseContent asks for to a response. last is the session's last event; a dry run has none.
func (s *Server) addParts(response map[string]any, r *request, one *session, last *event, effects []effect, failures []ruleFailure, parts []string) map[string]any {
	for _, part := range parts {
		switch part {
		case "customerSession":
			response[part] = s.viewSession(one)
		case "previousReturns":
			returns := []any{}
			for _, returned := range one.Returns {
				returns = append(returns, s.viewReturn(one, returned, s.ownerOf(r, one)))
			}
			response[part] = returns
		case "event":
			if last != nil {
				response[part] = s.viewEvent(last)
			}
		default:
			s.addCommonPart(response, r, one.ProfileID, part, effects, failures)
		}
	}
	return response
}

func (s *Server) listSessions(r *request) (reply, error) {
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
	partial, err := r.boolQuery("partialMatch", false)
	if err != nil {
		return reply{}, err
	}
	matches := func(parameter, value string) bool {
		wanted := s.normal(parameterKinds[parameter], r.query.Get(parameter))
		if partial && len(wanted) >= 3 {
			return strings.Contains(strings.ToLower(value), strings.ToLower(wanted))
		}
		return wanted == "" || wanted == value
	}
	var passes func(*session) bool
	if !created.unlimited() || slices.ContainsFunc([]string{"state", "integrationId", "profile", "referral", "storeIntegrationId", "coupon"}, r.query.Has) {
		passes = func(one *session) bool {
			return created.holds(one.Created) && (r.query.Get("state") == "" || r.query.Get("state") == one.State) &&
				matches("integrationId", one.IntegrationID) && matches("profile", one.ProfileID) &&
				matches("referral", one.ReferralCode) && matches("storeIntegrationId", one.StoreIntegrationID) &&
				(r.query.Get("coupon") == "" || slices.ContainsFunc(one.CouponCodes, func(code string) bool { return matches("coupon", code) }))
		}
	}
	rows := sorted(p, narrowed(p, s.state.Sessions.byApplication.list(app.ID), passes), map[string]func(a, b *session) int{
		"created": func(a, b *session) int { return a.Created.Compare(b.Created) },
	})
	return listReply(p, rows, func(one *session) any { return s.viewListedSession(app, one) }), nil
}

func (s *Server) getListedSession(r *request) (reply, error) {
	app, err := s.pathApplication(r)
	if err != nil {
		return reply{}, err
	}
	id, err := r.id("sessionId", "session")
	if err != nil {
		return reply{}, err
	}
	one, ok := s.state.Sessions.All.get(id)
	if !ok || one.ApplicationID != app.ID {
		return reply{}, r.notFound("session", id)
	}
	return okReply(s.viewListedSession(app, one)), nil
}

// viewListedSession is the Management API's ApplicationSession, which has a single coupon.
func (s *Server) viewListedSession(app *application, one *session) any {
	items := make([]map[string]any, len(one.CartItems))
	for i := range one.CartItems {
		items[i] = one.CartItems[i].view(i)
	}
	view := map[string]any{
		"id": one.ID, "created": one.Created, "integrationId": one.IntegrationID, "applicationId": one.ApplicationID,
		"coupon": "", "referral": one.ReferralCode, "state": one.State, "cartItems": items, "discounts": map[string]any{},
		"totalDiscounts": 0, "total": decimal(one.total()), "attributes": emptyObject(one.Attributes),
	}
	if len(one.CouponCodes) > 0 {
		view["coupon"] = one.CouponCodes[0]
	}
	if one.StoreIntegrationID != "" {
		view["storeIntegrationId"] = one.StoreIntegrationID
	}
	if owner, ok := s.state.Profiles.find(app.Sandbox, one.ProfileID); ok {
		view["profileId"], view["profileintegrationid"] = owner.ID, owner.IntegrationID
	}
	return view
}
