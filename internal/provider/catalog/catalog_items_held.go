package catalog

import (
	"maps"
	"slices"
	"strings"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// heldItems are the items of managed_items as they stand there, beside what a listing shows of them. Only what differs is
// decoded and kept, so that a refresh without drift takes little more memory than the state.
type heldItems struct {
	managedText
	detail string
	// all says that items which are not in the state count, too.
	all bool
	// capitals says that SKUs of the state have some, folds that the catalog may have them in lower case: none of its SKUs has any.
	capitals, folds bool

	present []bool
	// next is where the next item of a listing in order of SKU would be.
	next int
	// changed have other content than the state says, others are not in the state. beside is the digest of the SKUs of all
	// that are not in the state.
	changed, others Items
	beside          bulk.Digest
	scratch         []byte
}

// managed is the text of managed_items.
func (m *catalogItemsModel) managed() (managedText, error) {
	return readManaged(m.ManagedItems.ValueString(), int(m.ItemCount.ValueInt64()))
}

// held are the items of a state of managed_items.
func (m *catalogItemsModel) held() (*heldItems, error) {
	text, err := m.managed()
	if err != nil {
		return nil, err
	}
	return heldFrom(text, m.PlanDetail.ValueString()), nil
}

func heldFrom(text managedText, detail string) *heldItems {
	h := &heldItems{managedText: text, detail: detail}
	for sku := range h.skus() {
		h.capitals = h.capitals || strings.ToLower(sku) != sku
	}
	h.restart()
	return h
}

// restart forgets what has been seen of a listing.
func (h *heldItems) restart() {
	h.present, h.next, h.folds = make([]bool, h.len()), 0, h.capitals
	h.changed, h.others, h.beside = make(Items), make(Items), bulk.Digest{}
}

// see takes a part of a listing.
func (h *heldItems) see(rows []talonone.CatalogItem) error {
	var reader apiReader
	for i := range rows {
		item, err := reader.item(&rows[i])
		if err != nil {
			return err
		}
		h.seeItem(rows[i].SKU, item)
	}
	return nil
}

func (h *heldItems) seeItem(sku string, item Item) {
	if h.folds && strings.ToLower(sku) != sku {
		if h.folds = false; !h.all {
			clear(h.others)
		}
	}
	at := h.next
	if at >= h.len() || h.sku(at) != sku {
		var held bool
		if at, held = h.find(sku); !held {
			h.beside.Add([]byte(sku))
			if h.all || h.folds {
				h.others[strings.Clone(sku)] = item
			}
			return
		}
	}
	h.next = at + 1
	h.present[at] = true
	own, text := h.member(at)
	if h.isHeld(text, item) {
		return
	}
	before, err := parseManaged(`{"":` + text + `}`)
	now := Items{"": item}.keeping(before)
	if err != nil || !now.Equal(before) {
		h.changed[own] = now[""]
	}
}

// isHeld says whether an item is as the state writes it.
func (h *heldItems) isHeld(text string, item Item) bool {
	if h.detail == detailKeys {
		item = item.digested()
	}
	h.scratch = item.AppendJSON(h.scratch[:0])
	return string(h.scratch) == text
}

// spell takes the items of a listing that is at its end for those of the state where the catalog has folded the case of their
// SKUs.
func (h *heldItems) spell() {
	if !h.folds || len(h.others) == 0 {
		return
	}
	spelling := talonone.SpellingOf(h.listed(), func(yield func(string) bool) {
		for i := range h.starts {
			if h.present[i] && !yield(h.sku(i)) {
				return
			}
		}
		for sku := range h.others {
			if !yield(sku) {
				return
			}
		}
	})
	h.folds = false
	for listed, written := range spelling {
		h.seeItem(written, h.others[listed])
		delete(h.others, listed)
	}
	h.beside = bulk.DigestOf(h.others)
}

// target is the catalog where all of it has been seen.
func (h *heldItems) target() *bulk.Target {
	digest := h.beside
	for i := range h.starts {
		if h.present[i] {
			digest.Add([]byte(h.sku(i)))
		}
	}
	target := bulk.TargetOf(digest)
	return &target
}

// differs says whether the listing shows other items than the state.
func (h *heldItems) differs() bool {
	return len(h.changed) > 0 || slices.Contains(h.present, false) || h.all && len(h.others) > 0
}

// refreshed is the text of the items of the listing.
func (h *heldItems) refreshed() managedText {
	put := h.changed
	if h.all {
		put = maps.Clone(h.changed)
		maps.Copy(put, h.others)
	}
	return h.with(func(i int, sku string) bool {
		_, changed := h.changed[sku]
		return changed || !h.present[i]
	}, put, h.detail)
}
