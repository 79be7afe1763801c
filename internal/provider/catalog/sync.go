package catalog

import (
	"slices"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// A syncStep is one syncCatalog request to come: it removes items, or adds and replaces them.
type syncStep struct {
	remove bool
	skus   []string
}

// planSync cuts a plan into the fewest requests that carry them out, in the order to send them.
//
// An update restates the whole item as an ADD with replaceIfExists, in the same requests as the new items, since a
// request holds actions of one type only. That alone can't take away a price: the API keeps the price of an item when
// the new one has none (syncCatalog). The items in losePrice, which are among plan.Updated, are therefore removed
// first and then added again, which costs no request of its own as long as the two kinds have room.
//
// What only adds or replaces goes first, so that an item the API refuses stops the run before anything is removed. Then
// come the items that lose their price, each added again as soon as its removal is through, and last the other removals.
func planSync(plan bulk.Plan, losePrice []string) []syncStep {
	again := make(map[string]bool, len(losePrice))
	for _, sku := range losePrice {
		again[sku] = true
	}
	upserts := make([]string, 0, len(plan.Added)+len(plan.Updated))
	upserts = append(upserts, plan.Added...)
	for _, sku := range plan.Updated {
		if !again[sku] {
			upserts = append(upserts, sku)
		}
	}
	plain := len(upserts)
	upserts = append(upserts, losePrice...)
	removals := append(slices.Clone(losePrice), plan.Removed...)

	var steps []syncStep
	removed := 0
	remove := func() {
		next := min(removed+talonone.MaxCatalogActions, len(removals))
		steps = append(steps, syncStep{remove: true, skus: removals[removed:next]})
		removed = next
	}
	for start := 0; start < len(upserts); start += talonone.MaxCatalogActions {
		end := min(start+talonone.MaxCatalogActions, len(upserts))
		for removed < end-plain {
			remove()
		}
		steps = append(steps, syncStep{skus: upserts[start:end]})
	}
	for removed < len(removals) {
		remove()
	}
	return steps
}

// losingPrice returns those of the updated SKUs whose price disappears, in the same order.
func losingPrice(updated []string, hasPrice func(sku string) bool, desired Items) []string {
	var skus []string
	for _, sku := range updated {
		if desired[sku].Price == "" && hasPrice(sku) {
			skus = append(skus, sku)
		}
	}
	return skus
}
