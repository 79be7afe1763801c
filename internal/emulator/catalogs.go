package emulator

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

const entityCartItem = "CartItem"

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
		c.bySKU = make(map[string]*catalogItem, c.Items.count())
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
	c.Items.remove(item.ID)
	delete(c.bySKU, item.SKU)
}

// routesCatalogs registers the operations on catalogs.
func (s *Server) routesCatalogs() {
	s.handle(http.MethodPut, "/v1/catalogs/{catalogId}/sync", movedKey, "syncCatalog", s.syncCatalog, bare400)
	s.handle(http.MethodGet, "/v1/catalogs/{catalogId}/items", managementKey, "listCatalogItems", s.listCatalogItems)
}

// catalog finds the catalog of the path.
func (s *Server) catalog(r *request) (*catalog, error) {
	id, err := r.id("catalogId", "catalog")
	if err != nil {
		return nil, err
	}
	c, ok := s.state.Catalogs.All.get(id)
	if !ok {
		return nil, r.notFound("catalog", id)
	}
	return c, nil
}

func (s *Server) viewCatalog(c *catalog) any {
	return map[string]any{
		"id": c.ID, "accountId": s.state.AccountID, "created": c.Created, "modified": c.Modified, "name": c.Name,
		"description": c.Description, "subscribedApplicationsIds": emptyNotNil(c.ApplicationIDs), "version": c.Version,
		"createdBy": c.CreatedBy,
	}
}

// catalogItemView is a CatalogItem as the list shows it.
type catalogItemView struct {
	ID         int64               `json:"id"`
	Created    time.Time           `json:"created"`
	SKU        string              `json:"sku"`
	Price      json.RawMessage     `json:"price,omitempty"`
	CatalogID  int64               `json:"catalogid"`
	Version    int64               `json:"version"`
	Attributes []itemAttributeView `json:"attributes"`
	Product    *productView        `json:"product,omitempty"`
}

// viewPrice is nil for a price that is not shown.
func (s *Server) viewPrice(price json.Number) json.RawMessage {
	switch {
	case price != "":
		return json.RawMessage(price)
	case s.is(conventions.UnpricedItems, conventions.Null):
		return json.RawMessage("null")
	case s.is(conventions.UnpricedItems, conventions.Zero):
		return json.RawMessage("0")
	default:
		return nil
	}
}

type itemAttributeView struct {
	ID    int64  `json:"attributeid"`
	Name  string `json:"name"`
	Value any    `json:"value"`
}

type productView struct {
	Name string `json:"name" rule:"required,is=name"`
}

// listCatalogItems filters by index where SKUs are given, since a page of a large catalog must not cost all of it.
func (s *Server) listCatalogItems(r *request) (reply, error) {
	c, err := s.catalog(r)
	if err != nil {
		return reply{}, err
	}
	p, err := r.page(maxPageSize)
	if err != nil {
		return reply{}, err
	}
	rows := c.Items.list()
	if skus := r.query["sku"]; len(skus) > 0 {
		rows = c.withSKUs(s.normals(kindOfSKU, skus))
	}
	if names := r.query["productNames"]; len(names) > 0 {
		rows = slices.DeleteFunc(slices.Clone(rows), func(item *catalogItem) bool {
			return item.Product == nil || !slices.Contains(names, *item.Product)
		})
	}
	ids := s.attributeIDs(c.ID)
	return listReply(p, rows, func(item *catalogItem) any { return s.viewItem(c, item, ids) }), nil
}

func (c *catalog) withSKUs(skus []string) []*catalogItem {
	var rows []*catalogItem
	for _, sku := range skus {
		if item, ok := c.item(sku); ok {
			rows = append(rows, item)
		}
	}
	slices.SortFunc(rows, func(a, b *catalogItem) int { return cmp.Compare(a.ID, b.ID) })
	return slices.Compact(rows)
}

func (s *Server) attributeIDs(catalogID int64) map[string]int64 {
	ids := make(map[string]int64)
	for _, def := range s.state.Definitions.Attributes {
		if def.Entity == entityCartItem && slices.Contains(def.CatalogIDs, catalogID) {
			ids[def.Name] = def.ID
		}
	}
	return ids
}

func (s *Server) viewItem(c *catalog, item *catalogItem, attributeIDs map[string]int64) any {
	v := catalogItemView{
		ID: item.ID, Created: item.Created, SKU: item.SKU, Price: s.viewPrice(item.Price), CatalogID: c.ID, Version: item.Version,
		Attributes: make([]itemAttributeView, 0, len(item.Attributes)),
	}
	for _, name := range sortedKeys(item.Attributes) {
		v.Attributes = append(v.Attributes, itemAttributeView{ID: attributeIDs[name], Name: name, Value: item.Attributes[name]})
	}
	if item.Product != nil {
		v.Product = &productView{Name: *item.Product}
	}
	return v
}
