package talonone

import (
	"math"
	"sync"
)

// maxKnownPages bounds the catalogs of which all items are kept for those who look for single ones, in pages.
const maxKnownPages = 250

// knownItems is what this client has seen of the items of a catalog. A sync makes it forget what it may have changed, and
// nothing else. The zero value is ready to use.
type knownItems struct {
	mu sync.Mutex
	// items are by SKU, nil for one that the catalog does not have.
	items map[string]*CatalogItem
	// whole says that the catalog has no other items than these and the stale ones, which have been synced since.
	whole bool
	stale map[string]struct{}
	// spent is how many requests looked for single items; counted is the number of pages, 0 where that isn't known.
	spent, counted int
	looks          map[*itemsLook]struct{}
}

// itemsLook is a look under way: what is synced in the meantime, it doesn't know.
type itemsLook struct {
	known  *knownItems
	synced map[string]struct{}
	void   bool
}

// item is what is known about a SKU; nil for one that the catalog does not have.
func (k *knownItems) item(sku string) (item *CatalogItem, known bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.get(sku)
}

func (k *knownItems) get(sku string) (item *CatalogItem, known bool) {
	if item, known = k.items[sku]; known || !k.whole {
		return item, known
	}
	_, stale := k.stale[sku]
	return nil, !stale
}

// missing are the SKUs about which nothing is known.
func (k *knownItems) missing(skus []string) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var missing []string
	for _, sku := range skus {
		if _, known := k.get(sku); !known {
			missing = append(missing, sku)
		}
	}
	return missing
}

// all are the items of those SKUs that the catalog has, where all of them are known.
func (k *knownItems) all(skus []string) (items []CatalogItem, known bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.items) == 0 && !k.whole {
		return nil, false
	}
	for _, sku := range skus {
		item, known := k.get(sku)
		switch {
		case !known:
			return nil, false
		case item != nil:
			items = append(items, *item)
		}
	}
	return items, true
}

func (k *knownItems) requests() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.spent
}

// pages is how many pages the catalog has.
func (k *knownItems) pages() (pages int, counted bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.counted, k.counted > 0
}

// forget makes SKUs unknown.
func (k *knownItems) forget(skus []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for look := range k.looks {
		for _, sku := range skus {
			look.synced[sku] = struct{}{}
		}
	}
	if len(k.items) == 0 && !k.whole {
		return
	}
	for _, sku := range skus {
		delete(k.items, sku)
		if k.whole {
			k.stale[sku] = struct{}{}
		}
	}
	if len(k.stale) > maxKnownPages*PageSize {
		k.items, k.stale, k.whole = nil, nil, false
	}
}

// forgetAll makes everything unknown.
func (k *knownItems) forgetAll() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for look := range k.looks {
		look.void = true
	}
	k.items, k.stale, k.whole, k.spent, k.counted = nil, nil, false, 0, 0
}

// look begins a look, before its first request. It ends with what it saw, or with end.
func (k *knownItems) look() *itemsLook {
	k.mu.Lock()
	defer k.mu.Unlock()
	look := &itemsLook{known: k, synced: make(map[string]struct{})}
	if k.looks == nil {
		k.looks = make(map[*itemsLook]struct{})
	}
	k.looks[look] = struct{}{}
	return look
}

// end ends a look that saw nothing, or has ended already.
func (l *itemsLook) end() { l.ending(0, func(func(string, *CatalogItem)) {}) }

// saw ends a look for SKUs that took some requests.
func (l *itemsLook) saw(skus []string, found []CatalogItem, requests int) {
	l.ending(requests, func(note func(string, *CatalogItem)) {
		for _, sku := range skus {
			note(sku, nil)
		}
		for i := range found {
			note(found[i].SKU, &found[i])
		}
	})
}

// sawFirst ends a look at the first page.
func (l *itemsLook) sawFirst(first firstPage) {
	l.ending(1, func(note func(string, *CatalogItem)) {
		for i := range first.items {
			note(first.items[i].SKU, &first.items[i])
		}
		k := l.known
		switch {
		case first.more != nil && !*first.more, first.total != nil && *first.total <= len(first.items):
			k.whole, k.counted = true, 1
		case first.total != nil:
			k.counted = max(1, pagesOf(*first.total))
		default:
			k.counted = math.MaxInt
		}
	})
}

// sawAll ends a look at all items.
func (l *itemsLook) sawAll(all []CatalogItem) {
	l.ending(0, func(note func(string, *CatalogItem)) {
		for i := range all {
			note(all[i].SKU, &all[i])
		}
		l.known.whole = true
	})
}

// ending ends a look, and lets see note what it saw. A look that saw the whole catalog makes stale what has been synced
// in the meantime, and nothing else.
func (l *itemsLook) ending(requests int, see func(note func(sku string, item *CatalogItem))) {
	k := l.known
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, open := k.looks[l]; !open {
		return
	}
	delete(k.looks, l)
	if l.void {
		return
	}
	k.spent += requests
	if k.items == nil {
		k.items = make(map[string]*CatalogItem)
	}
	whole := k.whole
	see(func(sku string, item *CatalogItem) {
		if _, synced := l.synced[sku]; !synced {
			k.items[sku] = item
			delete(k.stale, sku)
		}
	})
	if !whole && k.whole {
		k.stale = l.synced
	}
}
