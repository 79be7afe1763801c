package catalog

import (
	"context"
	"maps"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// readItems gets the items that the resource holds: with all those of the whole catalog, otherwise held. target is the
// whole catalog where it was listed.
func (r *catalogItemsResource) readItems(ctx context.Context, catalogID int64, held Items, all bool) (found Items, target *bulk.Target, err error) {
	var rows []talonone.CatalogItem
	if !all && len(held) > 0 {
		rows, err = r.data.Client.CatalogItemsBySKU(ctx, catalogID, held.SKUs())
	}
	whole := all || r.data.Client.HasListedCatalog(catalogID)
	if err == nil && whole {
		rows, err = r.data.Client.CatalogItems(ctx, catalogID)
	}
	if err != nil {
		return nil, nil, err
	}
	if found, err = fromAPI(talonone.SpelledItems(held.SKUs(), rows)); err != nil || !whole {
		return found, nil, err
	}
	listed := bulk.TargetOf(bulk.DigestOf(found))
	return found, &listed, nil
}

// spelled are the items with SKUs as the resource writes them, where the catalog has folded their case.
func (items Items) spelled(own []string) Items {
	spelling := talonone.SpellingOf(own, maps.Keys(items))
	if spelling == nil {
		return items
	}
	spelled := make(Items, len(items))
	for sku, item := range items {
		spelled[spelling.Of(sku)] = item
	}
	return spelled
}

// readHeld is readItems for a state of managed_items, beside which it writes what it sees.
func (r *catalogItemsResource) readHeld(ctx context.Context, catalogID int64, held *heldItems, all bool) (target *bulk.Target, err error) {
	whole := all || r.data.Client.HasListedCatalog(catalogID)
	if !whole && held.len() > 0 {
		if whole, err = r.data.Client.ListsCatalog(ctx, catalogID, held.listed()); err != nil {
			return nil, err
		}
	}
	switch {
	case whole:
		if err := r.data.Client.ScanCatalogItems(ctx, catalogID, held.see, held.restart); err != nil {
			return nil, err
		}
		held.spell()
		return held.target(), nil
	case held.len() > 0:
		rows, err := r.data.Client.CatalogItemsBySKU(ctx, catalogID, held.listed())
		if err != nil {
			return nil, err
		}
		return nil, held.see(rows)
	default:
		return nil, nil
	}
}

// holding are the items of a listing that the resource holds.
func (items Items) holding(held Items) Items {
	maps.DeleteFunc(items, func(sku string, _ Item) bool { _, has := held[sku]; return !has })
	return items
}
