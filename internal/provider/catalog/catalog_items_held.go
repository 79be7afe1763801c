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
	present     []bool
	// next is where the next item of a listing in order of SKU would be.
	next int
	// changed have other content than the state says, others are not in the state.
	changed, others Items
	// listed is the digest of all SKUs of the listing.
	listed  bulk.Digest
	brief   bool
	scratch []byte
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
	h.restart()
	return h, nil
}

// restart forgets what has been seen of a listing.
func (h *heldItems) restart() {
	h.present, h.next = make([]bool, len(h.skus)), 0
	h.changed, h.others, h.listed = make(Items), make(Items), bulk.Digest{}
}

// see takes a part of a listing.
func (h *heldItems) see(rows []talonone.CatalogItem) error {
	var reader apiReader
	for i := range rows {
		item, err := reader.item(&rows[i])
		if err != nil {
			return err
		}
		if h.brief {
			item = item.digested()
		}
		h.seeItem(rows[i].SKU, item)
	}
	return nil
}

func (h *heldItems) seeItem(sku string, item Item) {
	h.listed.Add([]byte(sku))
	at := h.next
	if at >= len(h.skus) || h.skus[at] != sku {
		var held bool
		if at, held = slices.BinarySearch(h.skus, sku); !held {
			h.others[strings.Clone(sku)] = item
			return
		}
	}
	h.next = at + 1
	h.present[at] = true
	if h.scratch = item.AppendJSON(h.scratch[:0]); string(h.scratch) == h.texts[at] {
		return
	}
	before, err := parseManaged("{\"\":" + h.texts[at] + "}")
	if err != nil || !before[""].Equal(item) {
		h.changed[strings.Clone(sku)] = item
	}
}

// differs says whether the listing shows other items than the state. Others count in all.
func (h *heldItems) differs(all bool) bool {
	return len(h.changed) > 0 || slices.Contains(h.present, false) || all && len(h.others) > 0
}

// refreshed turns the items of the state into those of the listing.
func (h *heldItems) refreshed(items Items, all bool) Items {
	for i, sku := range h.skus {
		if !h.present[i] {
			delete(items, sku)
		}
	}
	maps.Copy(items, h.changed)
	if all {
		maps.Copy(items, h.others)
	}
	return items
}
