package emulator

import (
	"encoding/json"
	"slices"
	"time"
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

	// audiences are the IDs of the audiences that hold the profile, ascending; rebuilt from audienceState.
	audiences []int64
}

func (p *profile) entityID() int64 { return p.ID }

// profileState holds the profiles of both environments; they are never deleted.
type profileState struct {
	All table[*profile] `json:"all"`

	live, sandbox map[string]*profile // by integration ID
}

func (ps *profileState) reindex() {
	ps.live = make(map[string]*profile, ps.All.len())
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

// find looks a profile up in one environment. IDs are case-sensitive.
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

// setAttributes merges changes into the profile's attributes: names that are not mentioned stay, null clears.
func (p *profile) setAttributes(changes map[string]any) {
	p.Attributes = mergeAttributes(p.Attributes, changes)
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

func (p *profile) isMember(audienceID int64) bool {
	_, found := slices.BinarySearch(p.audiences, audienceID)
	return found
}

// routesProfiles registers the operations on customer profiles.
func (s *Server) routesProfiles() {}
