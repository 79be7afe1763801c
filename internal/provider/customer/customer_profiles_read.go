package customer

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/sync/errgroup"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// maxLookups bounds the requests that a plan spends on profiles that may exist already.
const maxLookups = 20

// read returns the profiles that exist, by ID: with a Management key 1000 a request, otherwise each
// by itself. The search has to be told the environment, which is known once a profile was read or
// written with the Integration key.
func (r *profilesResource) read(ctx context.Context, ids []string, sandbox types.Bool) (map[string]*talonone.CustomerProfile, error) {
	if r.data.Client.HasManagementKey() && !sandbox.IsNull() {
		remote, err := r.data.Client.GetCustomersByAttributes(ctx, ids, sandbox.ValueBool())
		// A Management key may lack the search.
		if !talonone.IsUnauthorized(err) || !r.data.Client.HasIntegrationKey() {
			return remote, err
		}
	}
	return r.readEach(ctx, ids)
}

// readEach reads profiles with an Integration key, several at a time.
func (r *profilesResource) readEach(ctx context.Context, ids []string) (map[string]*talonone.CustomerProfile, error) {
	remote := make(map[string]*talonone.CustomerProfile, len(ids))
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelRequests)
	for _, id := range ids {
		group.Go(func() error {
			profile, err := readProfile(ctx, r.data.Client, id)
			if talonone.IsNotFound(err) {
				return nil
			}
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			remote[id] = profile
			return nil
		})
	}
	return remote, group.Wait()
}

// existing returns those of the profiles that exist, or nil where maxLookups requests don't tell.
// In a create the environment of the Integration key is not known: a search of each is believed
// where that key finds one of its profiles.
func (r *profilesResource) existing(ctx context.Context, ids []string, sandbox types.Bool) (map[string]*talonone.CustomerProfile, error) {
	client := r.data.Client
	searches := bulk.Requests(len(ids), talonone.MaxProfiles)
	if len(ids) == 0 || !client.HasIntegrationKey() {
		return nil, nil
	}
	environments := []bool{false, true}
	if !sandbox.IsNull() && !sandbox.IsUnknown() {
		environments = []bool{sandbox.ValueBool()}
	}
	if client.HasManagementKey() && len(ids) > len(environments) && searches*len(environments)+len(environments) <= maxLookups {
		for _, environment := range environments {
			remote, err := client.GetCustomersByAttributes(ctx, ids, environment)
			if talonone.IsUnauthorized(err) {
				break
			}
			if err != nil || len(environments) == 1 {
				return remote, err
			}
			if matches, err := r.matches(ctx, remote, environment); err != nil || matches {
				return remote, err
			}
			if environment {
				return nil, nil
			}
		}
	}
	if len(ids) > maxLookups {
		return nil, nil
	}
	return r.readEach(ctx, ids)
}

// matches says whether the Integration key finds one of the profiles in the environment.
func (r *profilesResource) matches(ctx context.Context, remote map[string]*talonone.CustomerProfile, sandbox bool) (bool, error) {
	for id := range remote {
		profile, err := readProfile(ctx, r.data.Client, id)
		if talonone.IsNotFound(err) {
			return false, nil
		}
		return err == nil && profile.Sandbox != nil && *profile.Sandbox == sandbox, err
	}
	return false, nil
}

// environmentOf is the environment of any of the profiles that tells it.
func environmentOf(profiles map[string]*talonone.CustomerProfile) types.Bool {
	for _, profile := range profiles {
		if profile.Sandbox != nil {
			return types.BoolValue(*profile.Sandbox)
		}
	}
	return types.BoolNull()
}
