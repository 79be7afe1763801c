package catalog

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// heldItems are the items of managed_items as they stand there, in the order of their SKUs, beside what a listing shows of
// them. Only what differs is decoded and kept, so that a refresh without drift takes little more memory than the state.
type heldItems struct {
	// skus and texts are parts of the text of the state.
	skus, texts []string
	brief       bool
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

var errManaged = errors.New("managed_items of the state is not what this version of the provider has written")

// held are the items of a state of managed_items.
func (m *catalogItemsModel) held() (*heldItems, error) {
	return heldFrom(m.ManagedItems.ValueString(), m.PlanDetail.ValueString(), int(m.ItemCount.ValueInt64()))
}

// heldFrom reads managed_items with about count items.
func heldFrom(managed, detail string, count int) (*heldItems, error) {
	h := &heldItems{brief: detail == detailKeys}
	if count = min(count, len(managed)); count > 0 {
		h.skus, h.texts = make([]string, 0, count), make([]string, 0, count)
	}
	dec := jsontext.NewDecoder(strings.NewReader(managed), jsontext.AllowDuplicateNames(true))
	if token, err := dec.ReadToken(); err != nil || token.Kind() != '{' {
		return nil, errManaged
	}
	part := func() string {
		value, err := dec.ReadValue()
		if err != nil {
			return ""
		}
		end := int(dec.InputOffset())
		return managed[end-len(value) : end]
	}
	for dec.PeekKind() == '"' {
		name, text := part(), part()
		if name == "" || text == "" {
			return nil, errManaged
		}
		sku := name[1 : len(name)-1]
		if strings.IndexByte(sku, '\\') >= 0 {
			// What has been read is valid.
			unquoted, _ := jsontext.AppendUnquote(nil, name)
			sku = string(unquoted)
		}
		h.skus, h.texts = append(h.skus, sku), append(h.texts, text)
	}
	if token, err := dec.ReadToken(); err != nil || token.Kind() != '}' || !slices.IsSorted(h.skus) {
		return nil, errManaged
	}
	h.capitals = slices.ContainsFunc(h.skus, func(sku string) bool { return strings.ToLower(sku) != sku })
	h.restart()
	return h, nil
}

// restart forgets what has been seen of a listing.
func (h *heldItems) restart() {
	h.present, h.next, h.folds = make([]bool, len(h.skus)), 0, h.capitals
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
	if at >= len(h.skus) || h.skus[at] != sku {
		var held bool
		if at, held = slices.BinarySearch(h.skus, sku); !held {
			h.beside.Add([]byte(sku))
			if h.all || h.folds {
				h.others[strings.Clone(sku)] = item
			}
			return
		}
	}
	h.next = at + 1
	h.present[at] = true
	if h.isHeld(at, item) {
		return
	}
	before, err := parseManaged("{\"\":" + h.texts[at] + "}")
	now := Items{"": item}.keeping(before)
	if err != nil || !now.Equal(before) {
		h.changed[h.skus[at]] = now[""]
	}
}

// isHeld says whether an item is as the state writes it.
func (h *heldItems) isHeld(at int, item Item) bool {
	if h.brief {
		item = item.digested()
	}
	h.scratch = item.AppendJSON(h.scratch[:0])
	return string(h.scratch) == h.texts[at]
}

// spell takes the items of a listing that is at its end for those of the state where the catalog has folded the case of their
// SKUs.
func (h *heldItems) spell() {
	if !h.folds || len(h.others) == 0 {
		return
	}
	spelling := talonone.SpellingOf(h.skus, func(yield func(string) bool) {
		for i, sku := range h.skus {
			if h.present[i] && !yield(sku) {
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
	for i, sku := range h.skus {
		if h.present[i] {
			digest.Add([]byte(sku))
		}
	}
	target := bulk.TargetOf(digest)
	return &target
}

// differs says whether the listing shows other items than the state.
func (h *heldItems) differs() bool {
	return len(h.changed) > 0 || slices.Contains(h.present, false) || h.all && len(h.others) > 0
}

// refreshed turns the items of the state into those of the listing.
func (h *heldItems) refreshed(items Items) Items {
	for i, sku := range h.skus {
		if !h.present[i] {
			delete(items, sku)
		}
	}
	maps.Copy(items, h.changed)
	if h.all {
		maps.Copy(items, h.others)
	}
	return items
}
