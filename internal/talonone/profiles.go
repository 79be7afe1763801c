package talonone

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// ProfileUpdate is what updateCustomerProfileV2 and updateCustomerProfilesV2 set.
type ProfileUpdate struct {
	// IntegrationID is the customer's ID, 1 to 1000 characters; it can't be renamed.
	IntegrationID string
	// Attributes is a JSON object. Names that it lacks are left alone, null
	// clears a name. Empty leaves all attributes alone.
	Attributes json.RawMessage
}

// ProfileRequest is what updateCustomerProfileV2 takes.
type ProfileRequest struct {
	ProfileUpdate

	// Joins and Leaves are IDs of audiences. Only this operation lets rules see a customer join or leave one.
	Joins, Leaves []int64
	// RunRuleEngine lets the campaigns' rules see the update; without, there are no effects.
	RunRuleEngine bool
	// Dry lets the rules see an update that is not made. It requires RunRuleEngine.
	Dry bool
	// EvaluableCampaignIDs are the only campaigns that a dry run evaluates; none for all that are running.
	EvaluableCampaignIDs []int64
	// ResponseContent names the parts wanted in the response.
	ResponseContent []string
}

// UpdateCustomerProfileV2 updates or creates one profile: PUT /v2/customer_profiles/{integrationId}, Integration key, with
// an Idempotency-Key that is the same on every attempt unless it is a dry run. The deployment may leave the profile out
// of its response even if customerProfile is asked for.
func (c *Client) UpdateCustomerProfileV2(ctx context.Context, request ProfileRequest) (*State, error) {
	// The API wants both lists or none.
	type changes struct {
		Adds    []int64 `json:"adds"`
		Deletes []int64 `json:"deletes"`
	}
	var moves *changes
	if len(request.Joins)+len(request.Leaves) > 0 {
		moves = &changes{append([]int64{}, request.Joins...), append([]int64{}, request.Leaves...)}
	}
	query, key := url.Values{"runRuleEngine": {strconv.FormatBool(request.RunRuleEngine)}}, uuid.NewString()
	if request.Dry {
		query.Set("dry", "true")
		key = ""
	}
	state, err := doJSON[*State](ctx, c, &call{
		operation: "updateCustomerProfileV2", method: http.MethodPut, route: "/v2/customer_profiles/{integrationId}",
		params: []string{request.IntegrationID}, query: query, access: integrationAccess, idempotencyKey: key,
		parallelConflict: true, locks: profileLock(request.IntegrationID),
		body: struct {
			Attributes           json.RawMessage `json:"attributes,omitempty"`
			AudiencesChanges     *changes        `json:"audiencesChanges,omitempty"`
			EvaluableCampaignIDs []int64         `json:"evaluableCampaignIds,omitempty"`
			ResponseContent      []string        `json:"responseContent,omitempty"`
		}{request.Attributes, moves, request.EvaluableCampaignIDs, request.ResponseContent},
	})
	if err == nil && !request.Dry {
		c.young.note(profileObject(request.IntegrationID), time.Now().Add(c.config.ReadConsistency))
	}
	return state, err
}

func profileObject(integrationID string) string { return "profile " + integrationID }

// UpdateCustomerProfilesV2 updates or creates many profiles:
// PUT /v2/customer_profiles, Integration key, MaxProfiles a request, each
// request with an Idempotency-Key that is the same on every attempt. It runs no
// rules. landed is called after each request with what was sent and with the
// profiles as they are now; its error, like the API's, ends the run.
func (c *Client) UpdateCustomerProfilesV2(ctx context.Context, updates []ProfileUpdate, landed func(sent []ProfileUpdate, now []CustomerProfile) error) error {
	type profile struct {
		IntegrationID string          `json:"integrationId"`
		Attributes    json.RawMessage `json:"attributes,omitempty"`
	}
	_, err := inBatches(updates, MaxProfiles, func(part []ProfileUpdate) error {
		profiles := make([]profile, len(part))
		for i, update := range part {
			profiles[i] = profile(update)
		}
		response, err := doJSON[struct {
			IntegrationStates []struct {
				CustomerProfile CustomerProfile `json:"customerProfile"`
			} `json:"integrationStates"`
		}](ctx, c, &call{
			operation: "updateCustomerProfilesV2", method: http.MethodPut, route: "/v2/customer_profiles",
			query: url.Values{"silent": {"no"}}, access: integrationAccess, idempotencyKey: uuid.NewString(),
			body: map[string]any{"customerProfiles": profiles},
		})
		if err != nil {
			return err
		}
		now := make([]CustomerProfile, len(response.IntegrationStates))
		for i, state := range response.IntegrationStates {
			now[i] = state.CustomerProfile
		}
		return landed(part, now)
	})
	return err
}

// DeleteCustomerData erases all attributes of a profile and of its sessions and
// events, in every Application of the key's environment:
// DELETE /v1/customer_data/{integrationId}, Integration key. It can't be undone.
// A 404 (IsNotFound) means that the environment has no such profile.
func (c *Client) DeleteCustomerData(ctx context.Context, integrationID string) error {
	return c.do(ctx, &call{
		operation: "deleteCustomerData", method: http.MethodDelete, route: "/v1/customer_data/{integrationId}",
		params: []string{integrationID}, access: integrationAccess,
	})
}

// GetCustomersByAttributes reads the profiles with these integration IDs:
// POST /v1/customer_search/no_total, Management key, MaxProfiles a request.
// sandbox chooses the environment, which the Management key leaves open.
// Profiles that do not exist are missing in the result.
func (c *Client) GetCustomersByAttributes(ctx context.Context, integrationIDs []string, sandbox bool) (map[string]*CustomerProfile, error) {
	found := make(map[string]*CustomerProfile, len(integrationIDs))
	_, err := inBatches(integrationIDs, MaxProfiles, func(part []string) error {
		newCall := func() *call {
			return &call{
				operation: "getCustomersByAttributes", method: http.MethodPost, route: "/v1/customer_search/no_total",
				query: url.Values{"sandbox": {strconv.FormatBool(sandbox)}}, access: managementAccess,
				body: map[string]any{"integrationIDs": part},
			}
		}
		return eachPageUnsorted(ctx, c, newCall, func(profiles []*CustomerProfile) error {
			for _, profile := range profiles {
				found[profile.IntegrationID] = profile
			}
			return nil
		}, func() {})
	})
	for listed, written := range SpellingOf(integrationIDs, maps.Keys(found)) {
		found[written] = found[listed]
		delete(found, listed)
	}
	return found, err
}
