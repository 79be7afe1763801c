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
// the new one has none (syncCatalog). The updated items of which losesPrice is true are therefore removed
// first and then added again, which costs no request of its own as long as the two kinds have room.
//
// What only adds or replaces goes first, so that an item the API refuses stops the run before anything is removed. Then
// come the items that lose their price, each added again as soon as its removal is through, and last the other removals.
func planSync(plan bulk.Plan, losesPrice func(sku string) bool) []syncStep {
	var losePrice []string
	upserts := slices.Clone(plan.Added)
	for _, sku := range plan.Updated {
		if losesPrice(sku) {
			losePrice = append(losePrice, sku)
		} else {
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
