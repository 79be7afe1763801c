package emulator

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// routesAccount registers reads of the account, which reporting tools use. They show what there is to show: no one
// is invited.
func (s *Server) routesAccount() {
	s.handle(http.MethodGet, "/v1/users", managementKey, "getUsers", s.getUsers)
	s.handle(http.MethodGet, "/v1/users/{userId}", managementKey, "getUser", s.getUser)
	s.handle(http.MethodGet, "/v1/accounts/{accountId}", managementKey, "getAccount", s.getAccount)
	s.handle(http.MethodGet, "/v1/accounts/{accountId}/analytics", managementKey, "getAccountAnalytics", s.getAccountAnalytics)
	s.handle(http.MethodGet, "/v1/changes", managementKey, "getChanges", s.getChanges)
}

// opened is when the account began: with its oldest Application.
func (s *Server) opened() time.Time {
	opened := s.now()
	for _, app := range s.state.Definitions.Applications {
		if app.Created.Before(opened) {
			opened = app.Created
		}
	}
	return opened
}

func (s *Server) getUsers(r *request) (reply, error) {
	p, err := r.page(maxPageSize, "id", "created")
	if err != nil {
		return reply{}, err
	}
	return totalReply(p, s.state.Auth.Users, s.viewUser), nil
}

func (s *Server) getUser(r *request) (reply, error) {
	id, err := r.id("userId", "user")
	if err != nil {
		return reply{}, err
	}
	for _, u := range s.state.Auth.Users {
		if u.ID == id {
			return okReply(s.viewUser(u)), nil
		}
	}
	return reply{}, r.notFound("user", id)
}

func (s *Server) viewUser(u user) any {
	return map[string]any{
		"id": u.ID, "created": s.opened(), "modified": s.opened(), "email": u.Email, "accountId": s.state.AccountID,
		"inviteToken": "", "state": "active", "name": u.Email, "policy": map[string]any{}, "isAdmin": true, "roles": []any{},
	}
}

// pathAccount fails unless the path names the account of the deployment.
func (s *Server) pathAccount(r *request) error {
	id, err := r.id("accountId", "account")
	if err == nil && id != s.state.AccountID {
		err = r.notFound("account", id)
	}
	return err
}

// campaignCounts are the campaigns that run and those that do not.
func (s *Server) campaignCounts() (active, inactive int) {
	for _, c := range s.state.Definitions.Campaigns {
		if c.frontendState(s.now()) == "running" {
			active++
		} else {
			inactive++
		}
	}
	return active, inactive
}

func (s *Server) getAccount(r *request) (reply, error) {
	if err := s.pathAccount(r); err != nil {
		return reply{}, err
	}
	active, inactive := s.campaignCounts()
	return okReply(map[string]any{
		"id": s.state.AccountID, "created": s.opened(), "modified": s.opened(), "companyName": "Example",
		"domainName": "example.com", "state": "active", "billingEmail": "billing@example.com",
		"applicationCount": len(s.state.Definitions.Applications), "userCount": len(s.state.Auth.Users),
		"campaignsActiveCount": active, "campaignsInactiveCount": inactive,
	}), nil
}

func (s *Server) getAccountAnalytics(r *request) (reply, error) {
	if err := s.pathAccount(r); err != nil {
		return reply{}, err
	}
	st := s.state
	view := map[string]any{"activeRules": 0, "roles": 0, "webhooks": 0, "lastUpdatedAt": s.now()}
	count := func(name string, matches bool) {
		n, _ := view[name].(int)
		if matches {
			n++
		}
		view[name] = n
	}
	sandboxes := make(map[int64]bool)
	for _, app := range st.Definitions.Applications {
		sandboxes[app.ID] = app.Sandbox
		count("liveApplications", !app.Sandbox)
		count("sandboxApplications", app.Sandbox)
	}
	for _, c := range st.Definitions.Campaigns {
		running := c.frontendState(s.now()) == "running"
		count("activeCampaigns", running)
		count("liveActiveCampaigns", running && !sandboxes[c.ApplicationID])
	}
	for c := range st.Coupons.All.all() {
		state := within(c.StartDate, c.ExpiryDate, s.now())
		count("activeCoupons", state == codeNow)
		count("expiredCoupons", state == codeExpired)
	}
	for c := range st.Referrals.All.all() {
		state := within(c.StartDate, c.ExpiryDate, s.now())
		count("activeReferralCodes", state == codeNow)
		count("expiredReferralCodes", state == codeExpired)
	}
	for _, p := range st.Loyalty.Programs {
		count("liveLoyaltyPrograms", !p.Sandbox)
	}
	for name, n := range map[string]int{
		"applications": len(st.Definitions.Applications), "campaigns": len(st.Definitions.Campaigns), "coupons": st.Coupons.All.count(),
		"referralCodes": st.Referrals.All.count(), "users": len(st.Auth.Users), "customAttributes": len(st.Definitions.Attributes),
		"loyaltyPrograms": len(st.Loyalty.Programs),
	} {
		view[name] = n
	}
	for _, name := range []string{
		"liveApplications", "sandboxApplications", "activeCampaigns", "liveActiveCampaigns", "activeCoupons", "expiredCoupons",
		"activeReferralCodes", "expiredReferralCodes", "liveLoyaltyPrograms",
	} {
		count(name, false) // 0 where there is none
	}
	return okReply(view), nil
}

// maxChanges is how many changes are remembered; beyond it the oldest half is forgotten.
const maxChanges = 10_000

// auditEntry is an entry of the list of changes: a request with a Management credential that was carried out. The list is not part of
// the state, so that a deployment that was put back to what it was equals itself.
type auditEntry struct {
	id, userID, application int64
	at                      time.Time
	path                    string
}

// logChange notes a change; the state must be locked.
func (s *Server) logChange(rt *route, r *request) {
	if rt.access != managementKey || rt.operation == "destroySession" {
		return
	}
	if len(s.changes) >= maxChanges {
		s.changes = slices.Clone(s.changes[len(s.changes)/2:])
	}
	s.lastChange++
	application, _ := strconv.ParseInt(r.params["applicationId"], 10, 64)
	s.changes = append(s.changes, auditEntry{id: s.lastChange, userID: r.cred.userID, application: application, at: s.now(), path: r.http.URL.EscapedPath()})
}

func (s *Server) getChanges(r *request) (reply, error) {
	p, err := r.page(maxPageSize, "id", "created")
	if err != nil {
		return reply{}, err
	}
	application, err := r.intQuery("applicationId", 0, 0, math.MaxInt)
	if err != nil {
		return reply{}, err
	}
	user, err := r.intQuery("userId", 0, 0, math.MaxInt)
	if err != nil {
		return reply{}, err
	}
	when, err := r.periodQuery("created")
	if err != nil {
		return reply{}, err
	}
	part := strings.ToLower(r.query.Get("entityPath"))
	var rows []auditEntry
	for _, c := range s.changes {
		if (application == 0 || c.application == int64(application)) && (user == 0 || c.userID == int64(user)) &&
			when.holds(c.at) && strings.Contains(strings.ToLower(c.path), part) {
			rows = append(rows, c)
		}
	}
	rows = sorted(p, rows, map[string]func(a, b auditEntry) int{"created": func(a, b auditEntry) int { return a.at.Compare(b.at) }})
	return listReply(p, rows, func(c auditEntry) any {
		view := map[string]any{"id": c.id, "created": c.at, "userId": c.userID, "entity": c.path}
		if c.application != 0 {
			view["applicationId"] = c.application
		}
		return view
	}), nil
}
