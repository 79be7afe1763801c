package emulator

import (
	"encoding/json"
	"time"
)

// catalog is a cart item catalog. Catalogs are made in the Campaign Manager only.
type catalog struct {
	ID             int64               `json:"id"`
	Created        time.Time           `json:"created"`
	Modified       time.Time           `json:"modified"` // moves with every accepted sync, as Version does
	Name           string              `json:"name"`
	Description    string              `json:"description,omitempty"`
	ApplicationIDs []int64             `json:"applicationIds,omitempty"`
	Version        int64               `json:"version"`
	CreatedBy      int64               `json:"createdBy"`
	Items          table[*catalogItem] `json:"items"`

	bySKU map[string]*catalogItem
}

func (c *catalog) entityID() int64 { return c.ID }

// catalogItem is one SKU. Its attributes map is never changed in place.
type catalogItem struct {
	ID         int64          `json:"id"`
	Created    time.Time      `json:"created"`
	SKU        string         `json:"sku"`
	Price      json.Number    `json:"price,omitempty"`   // "" is none
	Product    *string        `json:"product,omitempty"` // nil is none
	Attributes map[string]any `json:"attributes,omitempty"`
	Version    int64          `json:"version"` // of the catalog when the item changed last
}

func (i *catalogItem) entityID() int64 { return i.ID }

// catalogState holds the catalogs of the account.
type catalogState struct {
	All table[*catalog] `json:"all"`
}

func (cs *catalogState) reindex() {
	for c := range cs.All.all() {
		c.bySKU = make(map[string]*catalogItem, c.Items.len())
		for item := range c.Items.all() {
			c.bySKU[item.SKU] = item
		}
	}
}

// item finds an item by its SKU.
func (c *catalog) item(sku string) (*catalogItem, bool) {
	item, ok := c.bySKU[sku]
	return item, ok
}

func (c *catalog) addItem(item *catalogItem) {
	c.Items.add(item)
	c.bySKU[item.SKU] = item
}

func (c *catalog) removeItem(item *catalogItem) {
	c.Items.delete(item.ID)
	delete(c.bySKU, item.SKU)
}

// routesCatalogs registers the operations on catalogs.
func (s *Server) routesCatalogs() {}
