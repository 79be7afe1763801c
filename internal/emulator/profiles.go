package emulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/strictjson"
)

// profile is a customer profile. Its attributes map is never changed in place, so that many profiles can share one.
type profile struct {
	ID            int64  `json:"id"`
	IntegrationID string `json:"integrationId"`
	Sandbox       bool   `json:"sandbox,omitempty"`
	// Hidden profiles were made by an audience membership: they stay out of Application-scoped lists until a
	// session or a profile update arrives for them.
	Hidden         bool           `json:"hidden,omitempty"`
	Attributes     map[string]any `json:"attributes,omitempty"`
	Created        time.Time      `json:"created"`
	LastActivity   time.Time      `json:"lastActivity"`
	ClosedSessions int            `json:"closedSessions,omitempty"`
	TotalSales     json.Number    `json:"totalSales,omitempty"` // "" is 0
	Giveaways      []giveaway     `json:"giveaways,omitempty"`
	Achievements   []achievement  `json:"achievements,omitempty"`

	// audiences are the IDs of the audiences that hold the profile, ascending; rebuilt from audienceState.
	audiences []int64
}

func (p *profile) entityID() int64 { return p.ID }

// giveaway is a code that was awarded to a profile. Only the fixture makes any, since awarding takes a rule.
type giveaway struct {
	ID         int64          `json:"id"`
	Created    time.Time      `json:"created"`
	Code       string         `json:"code"`
	PoolID     int64          `json:"poolId"`
	StartDate  time.Time      `json:"startDate,omitzero"`
	EndDate    time.Time      `json:"endDate,omitzero"`
	Attributes map[string]any `json:"attributes,omitempty"`
}

// achievement is a profile's progress in an achievement. Only the fixture makes any.
type achievement struct {
	ID             int64       `json:"id"` // of the definition
	CampaignID     int64       `json:"campaignId"`
	Name           string      `json:"name"`
	Title          string      `json:"title"`
	Description    string      `json:"description,omitempty"`
	Status         string      `json:"status"`
	Progress       json.Number `json:"progress"`
	Target         json.Number `json:"target"`
	StartDate      time.Time   `json:"startDate,omitzero"`
	CompletionDate time.Time   `json:"completionDate,omitzero"`
}

// profileState holds the profiles of both environments; they are never deleted.
type profileState struct {
	All table[*profile] `json:"all"`

	live, sandbox map[string]*profile // by integration ID
}

func (ps *profileState) reindex() {
	ps.live = make(map[string]*profile, ps.All.count())
	ps.sandbox = make(map[string]*profile)
	for p := range ps.All.all() {
		ps.environment(p.Sandbox)[p.IntegrationID] = p
	}
}

func (ps *profileState) environment(sandbox bool) map[string]*profile {
	if sandbox {
		return ps.sandbox
	}
	return ps.live
}

// find looks a profile up in one environment. IDs are normal already.
func (ps *profileState) find(sandbox bool, integrationID string) (*profile, bool) {
	p, ok := ps.environment(sandbox)[integrationID]
	return p, ok
}

// upsertProfile returns the profile of an environment, and makes one when there is none yet. A new profile is
// visible; a membership hides the ones that it makes.
func (s *Server) upsertProfile(sandbox bool, integrationID string) (p *profile, isNew bool) {
	profiles := &s.state.Profiles
	if p, ok := profiles.find(sandbox, integrationID); ok {
		return p, false
	}
	now := s.now()
	p = &profile{ID: s.state.nextID(kindProfile), IntegrationID: integrationID, Sandbox: sandbox, Created: now, LastActivity: now}
	profiles.All.add(p)
	profiles.environment(sandbox)[integrationID] = p
	return p, true
}

// profileView is a CustomerProfile as both APIs show it. loyaltyMemberships is documented to be null always.
type profileView struct {
	ID                  int64            `json:"id"`
	Created             time.Time        `json:"created"`
	IntegrationID       string           `json:"integrationId"`
	Attributes          map[string]any   `json:"attributes"`
	AccountID           int64            `json:"accountId"`
	ClosedSessions      int              `json:"closedSessions"`
	TotalSales          json.Number      `json:"totalSales"`
	LoyaltyMemberships  any              `json:"loyaltyMemberships"`
	AudienceMemberships []membershipView `json:"audienceMemberships"`
	LastActivity        time.Time        `json:"lastActivity"`
	Sandbox             bool             `json:"sandbox"`
}

type membershipView struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

func (s *Server) viewProfile(p *profile) profileView {
	v := profileView{
		ID: p.ID, Created: p.Created, IntegrationID: p.IntegrationID, Attributes: p.Attributes,
		AccountID: s.state.AccountID, ClosedSessions: p.ClosedSessions, TotalSales: p.TotalSales,
		AudienceMemberships: make([]membershipView, 0, len(p.audiences)),
		LastActivity:        p.LastActivity, Sandbox: p.Sandbox,
	}
	if v.Attributes == nil {
		v.Attributes = map[string]any{}
	}
	if v.TotalSales == "" {
		v.TotalSales = "0"
	}
	for _, id := range p.audiences {
		if a, ok := s.state.Audiences.All.get(id); ok {
			v.AudienceMemberships = append(v.AudienceMemberships, membershipView{ID: a.ID, Name: a.Name})
		}
	}
	return v
}

// routesProfiles registers the operations on customer profiles.
func (s *Server) routesProfiles() {
	queue := func(r *request) []queueKey { return []queueKey{r.profileQueue(r.params["profileIntegrationId"])} }
	s.handle(http.MethodPut, "/v2/customer_profiles/{profileIntegrationId}", integrationKey, "updateCustomerProfileV2", s.updateProfile, idempotent, queued(queue))
	s.handle(http.MethodPut, "/v2/customer_profiles", integrationKey, "updateCustomerProfilesV2", s.updateProfiles, idempotent)
	s.handle(http.MethodDelete, "/v1/customer_data/{profileIntegrationId}", integrationKey, "deleteCustomerData", s.deleteCustomerData)
	s.handle(http.MethodGet, "/v1/customer_profiles/{profileIntegrationId}/inventory", integrationKey, "getCustomerInventory", s.getInventory)
	s.handle(http.MethodPost, "/v1/customer_search/no_total", managementKey, "getCustomersByAttributes", s.searchProfiles, readOnly)
}

// pathProfile finds the profile of the path in the key's environment.
func (s *Server) pathProfile(r *request) (*profile, error) {
	p, ok := s.state.Profiles.find(r.cred.sandbox(), r.params["profileIntegrationId"])
	if !ok || p.Hidden && s.is(conventions.MembershipProfiles, conventions.Hidden) {
		return nil, r.notFound("profile", r.params["profileIntegrationId"])
	}
	return p, nil
}

func (s *Server) updateProfile(r *request) (reply, error) {
	var body struct {
		Attributes       map[string]any `json:"attributes"`
		AudiencesChanges *struct {
			Adds    []int64 `json:"adds" rule:"required"`
			Deletes []int64 `json:"deletes" rule:"required"`
		} `json:"audiencesChanges"`
		CampaignIDs     []int64  `json:"evaluableCampaignIds"`
		ResponseContent []string `json:"responseContent" rule:"each:enum=customerProfile|triggeredCampaigns|loyalty|event|awardedGiveaways|ruleFailureReasons|campaignEligibility|achievements"`
	}
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	runRules, err := r.boolQuery("runRuleEngine", false)
	if err != nil {
		return reply{}, err
	}
	dry, err := r.boolQuery("dry", false)
	if err != nil {
		return reply{}, err
	}
	if dry && !runRules {
		return reply{}, badRequest(atParameter("dry", titleInvalidValue, "dry needs runRuleEngine=true"))
	}
	integrationID := r.params["profileIntegrationId"]
	if utf8.RuneCountInString(integrationID) > maxIntegrationID {
		return reply{}, badRequest(atParameter("integrationId", titleInvalidValue, "an integration ID may have at most %d characters", maxIntegrationID))
	}
	problems := s.checkAttributes(attributeScope{entity: "CustomerProfile"}, body.Attributes, "/attributes")
	var joins, leaves []*audience
	if changes := body.AudiencesChanges; changes != nil {
		joins = s.changedAudiences(r, changes.Adds, "/audiencesChanges/adds", &problems)
		leaves = s.changedAudiences(r, changes.Deletes, "/audiencesChanges/deletes", &problems)
	}
	if len(problems) > 0 {
		return reply{}, badRequest(problems...)
	}
	if dry {
		p := s.imagined(r.cred.sandbox(), integrationID)
		p.Attributes = s.updateAttributes(p.Attributes, body.Attributes)
		effects, failures := s.evaluateProfile(r.cred.application, p, joins, leaves, body.CampaignIDs)
		return okReply(s.profileState(p, body.ResponseContent, effects, failures)), nil
	}
	p := s.applyProfile(r, integrationID, body.Attributes)
	for _, a := range joins {
		if a.join(p) {
			a.LastUpdate = s.now()
		}
	}
	for _, a := range leaves {
		if a.leave(p) {
			a.LastUpdate = s.now()
		}
	}
	if !runRules {
		return okReply(s.profileState(p, body.ResponseContent, nil, nil)), nil
	}
	p.LastActivity = s.now()
	effects, failures := s.evaluateProfile(r.cred.application, p, nil, nil, nil)
	response := s.profileState(p, body.ResponseContent, effects, failures)
	s.createFromEffects(p.IntegrationID, effects, response)
	return okReply(response), nil
}

// changedAudiences finds the audiences of a profile update. 404 is not declared for it, so an unknown one is a 400.
func (s *Server) changedAudiences(r *request, ids []int64, pointer string, problems *[]errorItem) []*audience {
	var found []*audience
	for i, id := range ids {
		a, ok := s.state.Audiences.All.get(id)
		if !ok || !a.visibleTo(r.cred) {
			*problems = append(*problems, atPointer(fmt.Sprintf("%s/%d", pointer, i), titleInvalidValue, "No audience with ID %d", id))
			continue
		}
		found = append(found, a)
	}
	return found
}

// imagined is a profile as a dry run sees it: a copy, or a new one that takes no ID.
func (s *Server) imagined(sandbox bool, integrationID string) *profile {
	if p, ok := s.state.Profiles.find(sandbox, integrationID); ok {
		copied := *p
		return &copied
	}
	now := s.now()
	return &profile{ID: s.state.NextIDs[kindProfile], IntegrationID: integrationID, Sandbox: sandbox, Created: now, LastActivity: now}
}

// applyProfile updates or creates a profile and records the built-in event.
func (s *Server) applyProfile(r *request, integrationID string, attributes map[string]any) *profile {
	p, isNew := s.upsertProfile(r.cred.sandbox(), integrationID)
	p.Hidden = false
	p.Attributes = s.updateAttributes(p.Attributes, attributes)
	kind := "talon_profile_updated"
	if isNew {
		kind = "talon_profile_created"
	}
	s.state.Events.add(&event{
		ID: s.state.nextID(kindEvent), Created: s.now(), ApplicationID: r.cred.application.ID, Type: kind, ProfileID: p.ID,
	})
	return p
}

// profileState is the response to updateCustomerProfileV2.
func (s *Server) profileState(p *profile, wanted []string, effects []effect, failures []ruleFailure) map[string]any {
	body := newIntegrationState(effects)
	for _, part := range wanted {
		switch part {
		case "customerProfile":
			body[part] = s.viewProfile(p)
		case "loyalty":
			body[part] = s.viewLoyalty(p)
		case "triggeredCampaigns":
			body[part] = s.triggered(effects)
		case "ruleFailureReasons":
			body[part] = emptyNotNil(failures)
		case "awardedGiveaways", "campaignEligibility":
			body[part] = []any{}
		}
	}
	return body
}

func (s *Server) updateProfiles(r *request) (reply, error) {
	var body struct {
		Profiles []struct {
			IntegrationID string         `json:"integrationId" rule:"required,is=profile,min=1,max=1000"`
			Attributes    map[string]any `json:"attributes"`
		} `json:"customerProfiles" rule:"max=1000"`
	}
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	silent, err := r.silentQuery()
	if err != nil {
		return reply{}, err
	}
	var problems []errorItem
	for i, p := range body.Profiles {
		pointer := fmt.Sprintf("/customerProfiles/%d/attributes", i)
		problems = append(problems, s.checkAttributes(attributeScope{entity: "CustomerProfile"}, p.Attributes, pointer)...)
	}
	if len(problems) > 0 {
		return reply{}, badRequest(problems[:min(len(problems), strictjson.MaxProblems)]...)
	}
	states := make([]any, len(body.Profiles))
	for i, p := range body.Profiles {
		states[i] = map[string]any{"customerProfile": s.viewProfile(s.applyProfile(r, p.IntegrationID, p.Attributes))}
	}
	if silent {
		return noContent(), nil
	}
	return okReply(map[string]any{"integrationStates": states}), nil
}

// deleteCustomerData empties what says something about the customer: the attributes of the profile, its sessions
// and its events. The profile itself, its memberships and reservations stay.
func (s *Server) deleteCustomerData(r *request) (reply, error) {
	p, err := s.pathProfile(r)
	if err != nil {
		return reply{}, err
	}
	p.Attributes = nil
	for _, one := range s.state.Sessions.byCustomer.list(p.IntegrationID) {
		if app, ok := s.state.Definitions.application(one.ApplicationID); ok && app.Sandbox == p.Sandbox {
			one.Attributes = nil
			for i := range one.CartItems {
				one.CartItems[i].Attributes = nil
			}
		}
	}
	for _, e := range s.state.Events.byProfile.list(p.ID) {
		e.Attributes = nil
	}
	return noContent(), nil
}

func (s *Server) getInventory(r *request) (reply, error) {
	p, err := s.pathProfile(r)
	if err != nil {
		return reply{}, err
	}
	body := make(map[string]any)
	for part, view := range map[string]func() any{
		"profile":      func() any { return s.viewProfile(p) },
		"referrals":    func() any { return s.inventoryReferrals(p) },
		"coupons":      func() any { return s.inventoryCoupons(p) },
		"loyalty":      func() any { return s.viewLoyalty(p) },
		"giveaways":    func() any { return s.inventoryGiveaways(p) },
		"achievements": func() any { return s.inventoryAchievements(p) },
	} {
		wanted, err := r.boolQuery(part, false)
		if err != nil {
			return reply{}, err
		}
		if wanted {
			body[part] = view()
		}
	}
	return okReply(body), nil
}

// campaignOf finds a campaign that a profile can see, which is one of an Application in its environment.
func (s *Server) campaignOf(p *profile, id int64) (*campaign, bool) {
	c, ok := s.state.Definitions.campaign(id)
	if !ok {
		return nil, false
	}
	app, ok := s.state.Definitions.application(c.ApplicationID)
	return c, ok && app.Sandbox == p.Sandbox
}

func (s *Server) inventoryReferrals(p *profile) []any {
	rows := []any{}
	for _, one := range s.state.Referrals.byAdvocate.list(p.IntegrationID) {
		if _, ok := s.campaignOf(p, one.CampaignID); !ok {
			continue
		}
		row := one.view()
		row["referredCustomers"] = emptyNotNil(one.ReferredCustomers)
		rows = append(rows, row)
	}
	return rows
}

// inventoryCoupons are the coupons that the profile reserved or redeemed, and those that everyone has.
func (s *Server) inventoryCoupons(p *profile) []any {
	rows := []any{}
	for _, c := range s.state.Coupons.wallet(p) {
		camp, ok := s.campaignOf(p, c.CampaignID)
		at := -1
		if s.state.Coupons.holds(c, p.ID) {
			at = c.reservationOf(p.ID)
		}
		if !ok || at < 0 && !c.Visible {
			continue
		}
		var redemptions int64
		if at >= 0 {
			redemptions = c.Reservations[at].Redemptions
		}
		row := c.view()
		row["state"], row["profileRedemptionCount"] = c.stateFor(redemptions, camp, s.now()), redemptions
		rows = append(rows, row)
	}
	return rows
}

// stateFor is the state of a coupon in the wallet of a customer who redeemed it so often.
func (c *coupon) stateFor(redemptions int64, camp *campaign, now time.Time) string {
	switch {
	case camp.State != "enabled":
		return "disabled"
	case now.Before(c.StartDate):
		return "pending"
	case redemptions > 0 || c.UsageLimit > 0 && c.UsageCounter >= c.UsageLimit:
		return "used"
	case !c.ExpiryDate.IsZero() && !now.Before(c.ExpiryDate):
		return "expired"
	default:
		return "active"
	}
}

func (s *Server) inventoryGiveaways(p *profile) []any {
	rows := []any{}
	for _, g := range p.Giveaways {
		row := map[string]any{
			"id": g.ID, "created": g.Created, "code": g.Code, "poolId": g.PoolID, "used": true, "attributes": emptyObject(g.Attributes),
			"profileIntegrationId": p.IntegrationID, "profileId": p.ID,
		}
		addTime(row, "startDate", g.StartDate)
		addTime(row, "endDate", g.EndDate)
		rows = append(rows, row)
	}
	return rows
}

func (s *Server) inventoryAchievements(p *profile) []any {
	rows := []any{}
	for _, a := range p.Achievements {
		row := map[string]any{
			"achievementId": a.ID, "campaignId": a.CampaignID, "name": a.Name, "title": a.Title, "description": a.Description,
			"status": a.Status, "progress": a.Progress, "target": a.Target, "achievementRecurrencePolicy": "no_recurrence",
			"achievementActivationPolicy": "user_action", "achievementAllowRollbackAfterCompletion": false,
		}
		addTime(row, "startDate", a.StartDate)
		addTime(row, "completionDate", a.CompletionDate)
		rows = append(rows, row)
	}
	return rows
}

func addString(row map[string]any, name, value string) {
	if value != "" {
		row[name] = value
	}
}

func addTime(row map[string]any, name string, value time.Time) {
	if !value.IsZero() {
		row[name] = value
	}
}

// searchProfiles lists the profiles of one environment that meet every criterion of the body.
func (s *Server) searchProfiles(r *request) (reply, error) {
	var body struct {
		Attributes     map[string]any `json:"attributes"`
		IntegrationIDs *[]string      `json:"integrationIDs" rule:"each:is=profile"`
		ProfileIDs     *[]int64       `json:"profileIDs"`
	}
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	p, err := r.page(maxPageSize)
	if err != nil {
		return reply{}, err
	}
	sandbox, err := r.boolQuery("sandbox", false)
	if err != nil {
		return reply{}, err
	}
	var rows []*profile
	for _, one := range s.searched(sandbox, body.IntegrationIDs) {
		if one.Sandbox == sandbox && (body.ProfileIDs == nil || slices.Contains(*body.ProfileIDs, one.ID)) && one.hasAttributes(body.Attributes) {
			rows = append(rows, one)
		}
	}
	return listReply(p, rows, func(one *profile) any { return s.viewProfile(one) }), nil
}

// searched are the profiles with these integration IDs, or all of both environments for nil, by ascending ID.
func (s *Server) searched(sandbox bool, integrationIDs *[]string) []*profile {
	if integrationIDs == nil {
		return s.state.Profiles.All.list()
	}
	found := make([]*profile, 0, len(*integrationIDs))
	for _, id := range *integrationIDs {
		if one, ok := s.state.Profiles.find(sandbox, id); ok {
			found = append(found, one)
		}
	}
	slices.SortFunc(found, func(a, b *profile) int { return cmp.Compare(a.ID, b.ID) })
	return slices.Compact(found)
}

func (p *profile) hasAttributes(wanted map[string]any) bool {
	for name, value := range wanted {
		if has, ok := p.Attributes[name]; !ok || !reflect.DeepEqual(has, value) {
			return false
		}
	}
	return true
}
