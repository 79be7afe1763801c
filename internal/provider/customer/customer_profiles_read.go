package customer

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/sync/errgroup"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// read returns the profiles that exist, by ID: with a Management key 1000 a
// request, otherwise each by itself. The search has to be told the environment,
// which is known once a profile was read or written with the Integration key.
func (r *profilesResource) read(ctx context.Context, ids []string, sandbox types.Bool) (map[string]*talonone.CustomerProfile, error) {
	found := make(map[string]*talonone.CustomerProfile, len(ids))
	if !r.data.Client.HasManagementKey() || sandbox.IsNull() {
		return found, r.readEach(ctx, ids, found)
	}
	searched, err := r.data.Client.GetCustomersByAttributes(ctx, ids, sandbox.ValueBool())
	if talonone.IsUnauthorized(err) && r.data.Client.HasIntegrationKey() {
		// The Management key does not allow the search.
		return found, r.readEach(ctx, ids, found)
	}
	return searched, err
}

// readEach reads profiles with an Integration key, several at a time.
func (r *profilesResource) readEach(ctx context.Context, ids []string, found map[string]*talonone.CustomerProfile) error {
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
			found[id] = profile
			return nil
		})
	}
	return group.Wait()
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
