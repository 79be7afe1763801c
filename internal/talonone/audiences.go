package talonone

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Audience is the API's object of the same name. Pointers are properties that
// a response may lack.
type Audience struct {
	ID                       int64      `json:"id"`
	AccountID                int64      `json:"accountId"`
	Created                  time.Time  `json:"created"`
	Name                     string     `json:"name"`
	Sandbox                  *bool      `json:"sandbox"`
	Description              *string    `json:"description"`
	SubscribedApplicationIDs []int64    `json:"subscribedApplicationsIds"`
	Integration              *string    `json:"integration"`
	IntegrationID            *string    `json:"integrationId"`
	CreatedIn3rdParty        *bool      `json:"createdIn3rdParty"`
	LastUpdate               *time.Time `json:"lastUpdate"`
}

func (a *Audience) lacks() string { return lacksUnless(a.ID != 0, "id") }

func (a *Audience) identity() (int64, string) { return a.ID, "" }

// NewAudience is the body of createAudienceV2. Nil properties are omitted, and
// the deployment chooses.
type NewAudience struct {
	Name        string  `json:"name"`
	Sandbox     *bool   `json:"sandbox,omitempty"`
	Description *string `json:"description,omitempty"`
	// SubscribedApplicationIDs are omitted when nil, and sent when empty.
	SubscribedApplicationIDs []int64 `json:"subscribedApplicationsIds,omitzero"`
	Integration              *string `json:"integration,omitempty"`
	IntegrationID            *string `json:"integrationId,omitempty"`
	CreatedIn3rdParty        *bool   `json:"createdIn3rdParty,omitempty"`
}

// AudienceUpdate is the body of updateAudienceV2: all that it can change.
type AudienceUpdate struct {
	Name string `json:"name"`
	// SubscribedApplicationIDs are omitted when nil, and sent when empty.
	SubscribedApplicationIDs []int64 `json:"subscribedApplicationsIds,omitzero"`
}

// AudienceListing is all audiences of the account, by ID.
type AudienceListing struct {
	// All is in ascending order of ID.
	All  []*Audience
	byID map[int64]*Audience
}

// dateResolution is that of the Date header; clocks that differ by less than
// twice as much count as equal.
const dateResolution = time.Second

// ByID returns nil where the account has no such audience.
func (l *AudienceListing) ByID(id int64) *Audience { return l.byID[id] }

// CreateAudienceV2 creates an audience: POST /v2/audiences, Integration key.
// It is sent once: a lost response is an *OutcomeUnknownError, since a retry
// would create a second audience. 409 means that the pair of integration and
// integration ID is taken.
func (c *Client) CreateAudienceV2(ctx context.Context, audience NewAudience) (*Audience, error) {
	created, err := doJSON[*Audience](ctx, c, &call{
		operation: "createAudienceV2", method: http.MethodPost, route: "/v2/audiences",
		access: integrationAccess, body: audience, retryRule: once,
	})
	if err == nil {
		c.young.note(audienceObject(created.ID), time.Now().Add(c.config.ReadConsistency))
	}
	c.forgetAudiences()
	return created, err
}

// UpdateAudienceV2 changes the name and the connected Applications:
// PUT /v2/audiences/{audienceId}, Integration key.
func (c *Client) UpdateAudienceV2(ctx context.Context, id int64, update AudienceUpdate) (*Audience, error) {
	updated, err := doJSON[*Audience](ctx, c, &call{
		about: audienceObject(id), operation: "updateAudienceV2", method: http.MethodPut, route: "/v2/audiences/{audienceId}",
		params: []string{strconv.FormatInt(id, 10)}, access: integrationAccess, body: update,
	})
	c.forgetAudiences()
	return updated, err
}

// DeleteAudienceV2 deletes an audience with all its memberships:
// DELETE /v2/audiences/{audienceId}, Integration key (Management credential on
// deployments of before 2023). 400 means that a campaign uses it; 404 that it is
// gone already, or belongs to the environment of another Application's key.
func (c *Client) DeleteAudienceV2(ctx context.Context, id int64) error {
	c.young.forget(audienceObject(id))
	err := c.do(ctx, &call{
		operation: "deleteAudienceV2", method: http.MethodDelete, route: "/v2/audiences/{audienceId}",
		params: []string{strconv.FormatInt(id, 10)}, access: movedAccess,
	})
	c.forgetMembers(id)
	return err
}

// GetAudiences lists all audiences of the account: GET /v1/audiences,
// Management key, 1000 a request. The API has no read of a single audience, so
// one listing serves every reader until the next write.
func (c *Client) GetAudiences(ctx context.Context) (*AudienceListing, error) {
	return c.audiences.get(ctx, c.listYoung)
}

// GetAudiencesAnew is GetAudiences without what was read before.
func (c *Client) GetAudiencesAnew(ctx context.Context) (*AudienceListing, error) {
	c.forgetAudiences()
	return c.GetAudiences(ctx)
}

// GetAudiencesAtStart is the listing that this client read first. Writes do not
// drop it: it tells what was there before this run created anything.
func (c *Client) GetAudiencesAtStart(ctx context.Context) (*AudienceListing, error) {
	return c.audiencesAtStart.get(ctx, c.GetAudiences)
}

func (c *Client) listAudiences(ctx context.Context) (*AudienceListing, error) {
	listing := &AudienceListing{byID: make(map[int64]*Audience)}
	newCall := func() *call {
		return &call{
			operation: "getAudiences", method: http.MethodGet, route: "/v1/audiences",
			access: managementAccess,
		}
	}
	err := eachPage(ctx, c, newCall, func(audiences []*Audience) error {
		for _, audience := range audiences {
			if listing.byID[audience.ID] == nil {
				listing.All = append(listing.All, audience)
			}
			listing.byID[audience.ID] = audience
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(listing.All, func(a, b *Audience) int { return cmp.Compare(a.ID, b.ID) })
	return listing, nil
}

// GetAudiencesAnalytics returns the number of members of every audience of the
// account, by audience ID: GET /v1/audiences/analytics, Management key, 1000
// audiences a request. One response serves every reader until the next write.
func (c *Client) GetAudiencesAnalytics(ctx context.Context) (map[int64]int64, error) {
	return c.memberCounts.get(ctx, func(ctx context.Context) (map[int64]int64, error) {
		listing, err := c.GetAudiences(ctx)
		if err != nil {
			return nil, err
		}
		return c.countMembers(ctx, listing)
	})
}

func (c *Client) countMembers(ctx context.Context, listing *AudienceListing) (map[int64]int64, error) {
	counts := make(map[int64]int64, len(listing.All))
	_, err := inBatches(listing.All, MaxAnalyticsIDs, func(part []*Audience) error {
		ids := make([]string, len(part))
		for i, audience := range part {
			ids[i] = strconv.FormatInt(audience.ID, 10)
		}
		response, err := doJSON[page[struct {
			AudienceID   int64 `json:"audienceId"`
			MembersCount int64 `json:"membersCount"`
		}]](ctx, c, &call{
			operation: "getAudiencesAnalytics", method: http.MethodGet, route: "/v1/audiences/analytics",
			query: url.Values{"audienceIds": {strings.Join(ids, ",")}}, access: managementAccess,
		})
		for _, row := range response.Data {
			counts[row.AudienceID] = row.MembersCount
		}
		return err
	})
	return counts, err
}

// forgetAudiences drops what was read of audiences and their members.
func (c *Client) forgetAudiences() {
	c.audiences.drop()
	c.memberCounts.drop()
}
