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

// UpdateCustomerProfileV2 updates or creates one profile:
// PUT /v2/customer_profiles/{integrationId}, Integration key, with an
// Idempotency-Key that is the same on every attempt. runRuleEngine lets the
// campaigns' rules see the update. The deployment may leave the profile out of
// its response; then the result is nil.
func (c *Client) UpdateCustomerProfileV2(ctx context.Context, update ProfileUpdate, runRuleEngine bool) (*CustomerProfile, error) {
	response, err := doJSON[struct {
		CustomerProfile *CustomerProfile `json:"customerProfile"`
	}](ctx, c, &call{
		operation: "updateCustomerProfileV2", method: http.MethodPut, route: "/v2/customer_profiles/{integrationId}",
		params: []string{update.IntegrationID}, query: url.Values{"runRuleEngine": {strconv.FormatBool(runRuleEngine)}},
		access: integrationAccess, idempotencyKey: uuid.NewString(), parallelConflict: true, locks: profileLock(update.IntegrationID),
		body: struct {
			Attributes      json.RawMessage `json:"attributes,omitempty"`
			ResponseContent []string        `json:"responseContent"`
		}{update.Attributes, []string{"customerProfile"}},
	})
	if err == nil {
		c.young.note(profileObject(update.IntegrationID), time.Now().Add(c.config.ReadConsistency))
	}
	return response.CustomerProfile, err
}

func profileObject(integrationID string) string { return "profile " + integrationID }

// ProfileEvaluation is an update of a profile to evaluate, without making it.
type ProfileEvaluation struct {
	ProfileUpdate

	// Joins and Leaves are IDs of audiences.
	Joins, Leaves []int64
	// EvaluableCampaignIDs are the only campaigns to evaluate; none for all that are running.
	EvaluableCampaignIDs []int64
	// ResponseContent names the parts wanted in the response.
	ResponseContent []string
}

// EvaluateCustomerProfile lets the rules see an update of a profile that is not made, a dry run of updateCustomerProfileV2:
// PUT /v2/customer_profiles/{integrationId}, Integration key.
func (c *Client) EvaluateCustomerProfile(ctx context.Context, evaluation ProfileEvaluation) (*State, error) {
	// The API wants both lists or none.
	type changes struct {
		Adds    []int64 `json:"adds"`
		Deletes []int64 `json:"deletes"`
	}
	var moves *changes
	if len(evaluation.Joins)+len(evaluation.Leaves) > 0 {
		moves = &changes{append([]int64{}, evaluation.Joins...), append([]int64{}, evaluation.Leaves...)}
	}
	return doJSON[*State](ctx, c, &call{
		operation: "updateCustomerProfileV2", method: http.MethodPut, route: "/v2/customer_profiles/{integrationId}",
		params: []string{evaluation.IntegrationID}, query: url.Values{"runRuleEngine": {"true"}, "dry": {"true"}},
		access: integrationAccess, parallelConflict: true, locks: profileLock(evaluation.IntegrationID),
		body: struct {
			Attributes           json.RawMessage `json:"attributes,omitempty"`
			AudiencesChanges     *changes        `json:"audiencesChanges,omitempty"`
			EvaluableCampaignIDs []int64         `json:"evaluableCampaignIds,omitempty"`
			ResponseContent      []string        `json:"responseContent,omitempty"`
		}{evaluation.Attributes, moves, evaluation.EvaluableCampaignIDs, evaluation.ResponseContent},
	})
}

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
