package talonone

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
)

// maxSKUQuery bounds the sku parameters of one listCatalogItems request, in bytes:
// the API states no limit, and web servers usually take 8 KB of request line.
const maxSKUQuery = 6000

// CatalogItem is one SKU of a cart item catalog.
type CatalogItem struct {
	SKU string
	// Price is "" where the item has none.
	Price json.Number
	// Product is the name of the product that the SKU belongs to; "" where it has none.
	Product string
	// Attributes is a JSON object from attribute name to value; nil where the item has none.
	Attributes json.RawMessage
}

func (i CatalogItem) lacks() string { return lacksUnless(i.SKU != "", "sku") }

func (i CatalogItem) identity() (int64, string) { return 0, i.SKU }

// Product groups SKUs.
type Product struct {
	Name string `json:"name"`
}

// Catalog is the API's object of the same name, as far as the provider needs it.
type Catalog struct {
	ID int64 `json:"id"`
	// Version counts the accepted syncs.
	Version int64 `json:"version"`
}

func (c *Catalog) lacks() string { return lacksUnless(c.ID != 0, "id") }

// CatalogAction is one action of syncCatalog.
type CatalogAction interface {
	actionType() string
}

// AddItem creates an item, or with ReplaceIfExists replaces its attributes and
// product. An empty Price keeps the price of an existing item; a nil Product
// takes its product away.
type AddItem struct {
	SKU             string          `json:"sku"`
	Price           json.Number     `json:"price,omitempty"`
	Attributes      json.RawMessage `json:"attributes,omitempty"`
	Product         *Product        `json:"product,omitempty"`
	ReplaceIfExists bool            `json:"replaceIfExists"`
}

// RemoveItem removes an item. The API does not say what happens where there is none.
type RemoveItem struct {
	SKU string `json:"sku"`
}

// PatchManyItems changes price and attributes of all items that pass the filters.
// Without filters these are all items of the catalog.
type PatchManyItems struct {
	Filters    []ItemFilter    `json:"filters,omitempty"`
	Price      json.Number     `json:"price,omitempty"`
	Attributes json.RawMessage `json:"attributes,omitempty"`
}

// RemoveManyItems removes all items that pass the filters. Without filters these
// are all items of the catalog.
type RemoveManyItems struct {
	Filters []ItemFilter `json:"filters,omitempty"`
}

// ItemFilter is one condition on an attribute of an item.
type ItemFilter struct {
	Attr string `json:"attr"`
	// Op is EQ, LT, LE, GT, GE or IN; all but EQ and IN compare numbers only, and
	// IN takes a string of comma-separated values.
	Op    string          `json:"op"`
	Value json.RawMessage `json:"value"`
}

func (AddItem) actionType() string         { return "ADD" }
func (RemoveItem) actionType() string      { return "REMOVE" }
func (PatchManyItems) actionType() string  { return "PATCH_MANY" }
func (RemoveManyItems) actionType() string { return "REMOVE_MANY" }

// catalogUse is what the users of one catalog share.
type catalogUse struct {
	// turn is held while a sync runs.
	turn chan struct{}
	// first is the first page of the items, all is all of them.
	first cached[firstPage]
	all   cached[[]CatalogItem]
	// known is what has been seen of single items, and outlives a sync of others.
	known knownItems
}

func (u *catalogUse) forget() {
	u.first.drop()
	u.all.drop()
	u.known.forgetAll()
}

// forgetItems forgets what a sync may have changed: those items that it names, and every listing.
func (u *catalogUse) forgetItems(actions []CatalogAction) {
	u.first.drop()
	u.all.drop()
	skus := make([]string, 0, len(actions))
	for _, action := range actions {
		switch action := action.(type) {
		case AddItem:
			skus = append(skus, action.SKU)
		case RemoveItem:
			skus = append(skus, action.SKU)
		default:
			u.known.forgetAll()
			return
		}
	}
	u.known.forget(skus)
}

// firstPage is the first page of items, whether there are more, and how many there are in
// all; nil when the response doesn't say.
type firstPage struct {
	items []CatalogItem
	more  *bool
	total *int
}

// catalogUses are the catalogs in use, by ID, and the requests that single items share.
type catalogUses struct {
	mu   sync.Mutex
	byID map[int64]*catalogUse

	puts     coalescer[int64, AddItem, struct{}]
	removals coalescer[int64, string, struct{}]
	finds    coalescer[int64, string, *CatalogItem]
}

// coalesce prepares the requests that single items share.
func (c *catalogUses) coalesce(client *Client) {
	blame := func(err error) map[int]error { return blamePointers(err, "/actions/") }
	c.puts.size, c.puts.send, c.puts.blame = MaxCatalogActions, client.sendPuts, blame
	c.puts.identify = func(item AddItem) string { return item.SKU }
	c.removals.size, c.removals.send, c.removals.blame = MaxCatalogActions, client.sendRemovals, blame
	c.removals.identify = func(sku string) string { return sku }
	c.finds.size, c.finds.send, c.finds.blame = PageSize, client.sendFinds, blame
	c.finds.identify = c.removals.identify
}

// forget drops what was read of the items of all catalogs.
func (c *catalogUses) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, use := range c.byID {
		use.forget()
	}
}

func (c *catalogUses) get(id int64) *catalogUse {
	c.mu.Lock()
	defer c.mu.Unlock()
	use := c.byID[id]
	if use == nil {
		use = &catalogUse{turn: make(chan struct{}, 1)}
		if c.byID == nil {
			c.byID = make(map[int64]*catalogUse)
		}
		c.byID[id] = use
	}
	return use
}

// SyncCatalog carries out actions of one type, 1 to MaxCatalogActions of them and
// no SKU twice: PUT /v1/catalogs/{catalogId}/sync, Integration key (Management
// credential on deployments of before 2023). Requests to one catalog wait for each
// other, since Talon.One advises against parallel syncs. A retry after a lost
// response leads to the same items, but can be refused where the first attempt has
// removed what it removes.
func (c *Client) SyncCatalog(ctx context.Context, catalogID int64, actions []CatalogAction) (*Catalog, error) {
	return c.SyncCatalogVersion(ctx, catalogID, 0, actions)
}

// SyncCatalogVersion is SyncCatalog for a catalog that must have this version; 0 stands for any.
func (c *Client) SyncCatalogVersion(ctx context.Context, catalogID, version int64, actions []CatalogAction) (*Catalog, error) {
	use := c.catalogs.get(catalogID)
	select {
	case use.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() {
		use.forgetItems(actions)
		<-use.turn
	}()
	type typedAction struct {
		Type    string        `json:"type"`
		Payload CatalogAction `json:"payload"`
	}
	typed := make([]typedAction, len(actions))
	for i, action := range actions {
		typed[i] = typedAction{action.actionType(), action}
	}
	return doJSON[*Catalog](ctx, c, &call{
		operation: "syncCatalog", method: http.MethodPut, route: "/v1/catalogs/{catalogId}/sync",
		params: []string{strconv.FormatInt(catalogID, 10)}, access: movedAccess,
		body: struct {
			Actions []typedAction `json:"actions"`
			Version int64         `json:"version,omitempty"`
		}{typed, version},
	})
}

// RemoveCatalogItems removes items, at most MaxCatalogActions of them: syncCatalog.
// Items that are gone already, by others or by an attempt whose response was lost, are
// no error: what is left is looked up, or, where no Management key allows that, found
// out by leaving away what the deployment refuses. It returns nil when all were gone.
func (c *Client) RemoveCatalogItems(ctx context.Context, catalogID int64, skus []string) (*Catalog, error) {
	catalog, err := c.SyncCatalog(ctx, catalogID, removals(skus))
	if !IsBadRequest(err) {
		return catalog, err
	}
	if c.MayCall("listCatalogItems") {
		items, lookErr := c.CatalogItemsBySKU(ctx, catalogID, skus)
		switch {
		case lookErr == nil && len(items) == len(skus) && !saysMissing(err):
			return nil, err
		case lookErr == nil && len(items) == len(skus):
			// The listing lags behind the removal of some.
			return c.removeUnseen(ctx, catalogID, skus, err)
		case lookErr == nil && len(items) == 0:
			return nil, nil
		case lookErr == nil:
			return c.removeLeft(ctx, catalogID, skus, items)
		case !c.Forbids(lookErr):
			return nil, err
		}
	}
	return c.removeUnseen(ctx, catalogID, skus, err)
}

// removeLeft removes those of the SKUs that the catalog has.
func (c *Client) removeLeft(ctx context.Context, catalogID int64, skus []string, items []CatalogItem) (*Catalog, error) {
	left, places := make([]string, len(items)), make([]int, len(items))
	for i, item := range items {
		left[i], places[i] = item.SKU, slices.Index(skus, item.SKU)
	}
	catalog, err := c.SyncCatalog(ctx, catalogID, removals(left))
	if IsBadRequest(err) && saysMissing(err) {
		catalog, err = c.removeUnseen(ctx, catalogID, left, err)
	}
	return catalog, pointingTo(err, places)
}

// removeUnseen removes what a refused request was to remove, without those that the refusal is about: all that a REMOVE
// says is the SKU, so that they are gone already. Where the refusal doesn't say which, halves are tried.
func (c *Client) removeUnseen(ctx context.Context, catalogID int64, skus []string, refusal error) (*Catalog, error) {
	guilty := blamePointers(refusal, "/actions/")
	if len(skus) == 1 {
		if len(guilty) == 0 && !saysMissing(refusal) {
			return nil, refusal
		}
		return nil, nil
	}
	gone := blamed(guilty, len(skus))
	parts := [][]string{skus[:len(skus)/2], skus[len(skus)/2:]}
	if len(gone) > 0 {
		var others []string
		for i, sku := range skus {
			if gone[i] == nil {
				others = append(others, sku)
			}
		}
		parts = [][]string{others}
	}
	var last *Catalog
	for _, part := range parts {
		if len(part) == 0 {
			continue
		}
		catalog, err := c.SyncCatalog(ctx, catalogID, removals(part))
		if IsBadRequest(err) {
			catalog, err = c.removeUnseen(ctx, catalogID, part, err)
		}
		if err != nil {
			return nil, err
		}
		if catalog != nil {
			last = catalog
		}
	}
	return last, nil
}

func removals(skus []string) []CatalogAction {
	actions := make([]CatalogAction, len(skus))
	for i, sku := range skus {
		actions[i] = RemoveItem{SKU: sku}
	}
	return actions
}

// PutCatalogItem is a SyncCatalog of one action that shares its request with others
// of the same catalog and time. Its error is about this item alone.
func (c *Client) PutCatalogItem(ctx context.Context, catalogID int64, item AddItem) error {
	_, err := c.catalogs.puts.do(ctx, catalogID, item)
	return err
}

// RemoveCatalogItem is RemoveCatalogItems of one item that shares its request with
// others of the same catalog and time.
func (c *Client) RemoveCatalogItem(ctx context.Context, catalogID int64, sku string) error {
	_, err := c.catalogs.removals.do(ctx, catalogID, sku)
	return err
}

// FindCatalogItem looks one item up, in a request that it shares with others of the same catalog and time. It returns nil where
// the catalog has no such item. What one reader has seen serves all until a sync of that item.
func (c *Client) FindCatalogItem(ctx context.Context, catalogID int64, sku string) (*CatalogItem, error) {
	if item, known := c.catalogs.get(catalogID).known.item(sku); known {
		return item, nil
	}
	return c.catalogs.finds.do(ctx, catalogID, sku)
}

func (c *Client) sendPuts(ctx context.Context, catalogID int64, items []AddItem) ([]struct{}, error) {
	actions := make([]CatalogAction, len(items))
	for i, item := range items {
		actions[i] = item
	}
	_, err := c.SyncCatalog(ctx, catalogID, actions)
	return make([]struct{}, len(items)), err
}

func (c *Client) sendRemovals(ctx context.Context, catalogID int64, skus []string) ([]struct{}, error) {
	_, err := c.RemoveCatalogItems(ctx, catalogID, skus)
	return make([]struct{}, len(skus)), err
}

// sendFinds looks for items. A catalog that is asked for the first time is asked for these items alone. Who asks again is
// likely to go on, as with hundreds of single items in a configuration: so from the second time on, the first page is read, which
// tells how many there are, and all others as soon as they take no more requests than have been spent.
func (c *Client) sendFinds(ctx context.Context, catalogID int64, skus []string) ([]*CatalogItem, error) {
	known := &c.catalogs.get(catalogID).known
	if err := c.prefetch(ctx, catalogID, known.missing(skus)); err != nil {
		return nil, err
	}
	bySKU := make(map[string]*CatalogItem, len(skus))
	if missing := known.missing(skus); len(missing) > 0 {
		look := known.look()
		items, err := c.CatalogItemsBySKU(ctx, catalogID, missing)
		if err != nil {
			look.end()
			return nil, err
		}
		look.saw(missing, items, len(skuQueries(missing)))
		for i := range items {
			bySKU[items[i].SKU] = &items[i]
		}
	}
	found := make([]*CatalogItem, len(skus))
	for i, sku := range skus {
		if found[i] = bySKU[sku]; found[i] == nil {
			found[i], _ = known.item(sku)
		}
	}
	return found, nil
}

// prefetch reads pages of a catalog where that is likely to save requests for its single items.
func (c *Client) prefetch(ctx context.Context, catalogID int64, missing []string) error {
	use := c.catalogs.get(catalogID)
	if len(missing) == 0 || use.known.requests() == 0 {
		return nil
	}
	pages, counted := use.known.pages()
	if !counted {
		look := use.known.look()
		first, err := c.firstItems(ctx, catalogID)
		if err != nil {
			look.end()
			return err
		}
		look.sawFirst(first)
		if pages, counted = use.known.pages(); !counted || len(use.known.missing(missing)) == 0 {
			return nil
		}
	}
	if pages-1 > use.known.requests() || pages > maxKnownPages {
		return nil
	}
	look := use.known.look()
	defer look.end()
	all, err := c.CatalogItems(ctx, catalogID)
	if err == nil {
		look.sawAll(all)
	}
	return err
}

// maxKeptItems is up to how many items a listing is kept for further readers. A longer one is read again by each of them.
const maxKeptItems = 50_000

// CatalogItems lists all items of a catalog: GET /v1/catalogs/{catalogId}/items,
// Management key, 1000 a request. One listing of up to maxKeptItems serves every reader
// until the next sync of the catalog.
func (c *Client) CatalogItems(ctx context.Context, catalogID int64) ([]CatalogItem, error) {
	use := c.catalogs.get(catalogID)
	items, err := use.all.get(ctx, func(ctx context.Context) (items []CatalogItem, err error) {
		err = c.listItems(ctx, catalogID, func(more []CatalogItem) error {
			items = append(items, more...)
			return nil
		}, func() { items = nil })
		return items, err
	})
	if len(items) > maxKeptItems {
		use.all.drop()
	}
	return items, err
}

// ScanCatalogItems is CatalogItems page by page, without a list of a large catalog. again says that the catalog is read once
// more, since it changed in the meantime.
func (c *Client) ScanCatalogItems(ctx context.Context, catalogID int64, use func([]CatalogItem) error, again func()) error {
	if !c.HasListedCatalog(catalogID) {
		first, err := c.firstItems(ctx, catalogID)
		if err != nil {
			return err
		}
		if first.total != nil && *first.total > maxKeptItems {
			return c.listItems(ctx, catalogID, use, again)
		}
	}
	items, err := c.CatalogItems(ctx, catalogID)
	if err != nil {
		return err
	}
	return use(items)
}

// CatalogItemsBySKU returns those of the SKUs that the catalog has, in the fewest
// requests: from what is known, by the filter of listCatalogItems, or, where the catalog has fewer
// pages, from the list of all items.
func (c *Client) CatalogItemsBySKU(ctx context.Context, catalogID int64, skus []string) ([]CatalogItem, error) {
	if items, known := c.catalogs.get(catalogID).known.all(skus); known {
		return items, nil
	}
	queries := skuQueries(skus)
	whole, err := c.listIsCheaper(ctx, catalogID, len(skus), len(queries))
	if err != nil {
		return nil, err
	}
	if !whole {
		found, err := c.filteredItems(ctx, catalogID, queries)
		return SpelledItems(skus, found), err
	}
	all, err := c.CatalogItems(ctx, catalogID)
	if err != nil {
		return nil, err
	}
	all = SpelledItems(skus, all)
	wanted := make(map[string]bool, len(skus))
	for _, sku := range skus {
		wanted[sku] = true
	}
	var found []CatalogItem
	for _, item := range all {
		if wanted[item.SKU] {
			found = append(found, item)
		}
	}
	return found, nil
}

// SpelledItems are items with the caller's SKUs as the caller writes them, where the deployment has folded their case.
func SpelledItems(skus []string, items []CatalogItem) []CatalogItem {
	spelling := SpellingOf(skus, func(yield func(string) bool) {
		for i := range items {
			if !yield(items[i].SKU) {
				return
			}
		}
	})
	if spelling == nil {
		return items
	}
	items = slices.Clone(items)
	for i := range items {
		items[i].SKU = spelling.Of(items[i].SKU)
	}
	return items
}

// CatalogItemsBySKUWithin is CatalogItemsBySKU where that takes at most the given number
// of requests; otherwise looked is false.
func (c *Client) CatalogItemsBySKUWithin(ctx context.Context, catalogID int64, skus []string, requests int) (found []CatalogItem, looked bool, err error) {
	known := &c.catalogs.get(catalogID).known
	if items, all := known.all(skus); all {
		return items, true, nil
	}
	needed := len(skuQueries(skus))
	whole, err := c.listIsCheaper(ctx, catalogID, len(skus), needed)
	if err != nil {
		return nil, false, err
	}
	if whole && !c.HasListedCatalog(catalogID) {
		first, err := c.firstItems(ctx, catalogID)
		if err != nil {
			return nil, false, err
		}
		needed = pagesOf(*first.total)
	}
	if needed > requests && !c.HasListedCatalog(catalogID) {
		return nil, false, nil
	}
	look := known.look()
	found, err = c.CatalogItemsBySKU(ctx, catalogID, skus)
	if err == nil && len(skus) <= PageSize {
		// The apply asks the same, right after the plan that it makes for itself.
		look.saw(skus, found, needed)
	}
	look.end()
	return found, err == nil, err
}

// HasListedCatalog says whether CatalogItems takes no request now, since all items were
// listed after the last sync.
func (c *Client) HasListedCatalog(catalogID int64) bool {
	return c.catalogs.get(catalogID).all.has()
}

// CatalogItemCount counts the items of a catalog in one small request: listCatalogItems.
// counted is false where the deployment does not say how many there are.
func (c *Client) CatalogItemCount(ctx context.Context, catalogID int64) (count int, counted bool, err error) {
	response, err := doJSON[page[CatalogItem]](ctx, c, itemsCall(catalogID, url.Values{
		"pageSize": {"1"}, "withTotalResultSize": {"true"},
	}))
	if err != nil || response.TotalResultSize == nil {
		return 0, false, err
	}
	return *response.TotalResultSize, true, nil
}

// CatalogItemsOfProducts lists the items of the products, and of the SKUs alone
// where there are any.
func (c *Client) CatalogItemsOfProducts(ctx context.Context, catalogID int64, products, skus []string) ([]CatalogItem, error) {
	queries := skuQueries(skus)
	if len(skus) == 0 {
		queries = []url.Values{{}}
	}
	for _, query := range queries {
		query["productNames"] = products
	}
	return c.filteredItems(ctx, catalogID, queries)
}

// ListsCatalog says whether CatalogItemsBySKU lists all items.
func (c *Client) ListsCatalog(ctx context.Context, catalogID int64, skus []string) (bool, error) {
	if _, known := c.catalogs.get(catalogID).known.all(skus); known {
		return false, nil
	}
	return c.listIsCheaper(ctx, catalogID, len(skus), len(skuQueries(skus)))
}

// listIsCheaper says whether to list all items instead of sending queries for SKUs.
// It reads the first page when only the catalog's size decides.
func (c *Client) listIsCheaper(ctx context.Context, catalogID int64, skus, queries int) (bool, error) {
	if c.catalogs.get(catalogID).all.has() {
		return true, nil
	}
	if queries <= max(1, pagesOf(skus)) {
		return false, nil
	}
	first, err := c.firstItems(ctx, catalogID)
	if err != nil || first.total == nil {
		return false, err
	}
	return pagesOf(*first.total)-1 <= queries, nil
}

// listItems reads all pages. The first one may be there already.
func (c *Client) listItems(ctx context.Context, catalogID int64, use func([]CatalogItem) error, again func()) error {
	list := pager[CatalogItem]{client: c, newCall: func() *call { return itemsCall(catalogID, nil) }, withTotal: true, use: use, again: again}
	list.first = func(ctx context.Context) (page[CatalogItem], error) {
		first, err := c.firstItems(ctx, catalogID)
		return page[CatalogItem]{Data: first.items, HasMore: first.more, TotalResultSize: first.total}, err
	}
	return list.run(ctx)
}

// LookAtCatalog reads a catalog's first items: IsNotFound means that the deployment has
// no such catalog. The API has no read of a catalog itself.
func (c *Client) LookAtCatalog(ctx context.Context, catalogID int64) error {
	_, err := c.firstItems(ctx, catalogID)
	return err
}

// firstItems reads the first page and the number of all items. One read serves
// every reader until the next sync of the catalog.
func (c *Client) firstItems(ctx context.Context, catalogID int64) (firstPage, error) {
	return c.catalogs.get(catalogID).first.get(ctx, func(ctx context.Context) (firstPage, error) {
		response, _, _, err := getPage[CatalogItem](ctx, c, func() *call { return itemsCall(catalogID, nil) }, paging{size: PageSize, withTotal: true})
		return firstPage{response.Data, response.HasMore, response.TotalResultSize}, err
	})
}

func (c *Client) filteredItems(ctx context.Context, catalogID int64, queries []url.Values) ([]CatalogItem, error) {
	var found []CatalogItem
	for _, query := range queries {
		before := len(found)
		newCall := func() *call { return itemsCall(catalogID, maps.Clone(query)) }
		err := eachPageUnsorted(ctx, c, newCall, func(items []CatalogItem) error {
			found = append(found, items...)
			return nil
		}, func() { found = found[:before] })
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

func itemsCall(catalogID int64, query url.Values) *call {
	return &call{
		operation: "listCatalogItems", method: http.MethodGet, route: "/v1/catalogs/{catalogId}/items",
		params: []string{strconv.FormatInt(catalogID, 10)}, query: query, access: managementAccess,
	}
}

// skuQueries divides SKUs among the fewest queries whose responses fit on one page
// and which are no longer than maxSKUQuery.
func skuQueries(skus []string) []url.Values {
	var queries []url.Values
	start, length := 0, 0
	for i, sku := range skus {
		own := len("&sku=") + len(url.QueryEscape(sku))
		if length+own > maxSKUQuery || i-start == PageSize {
			queries = append(queries, url.Values{"sku": skus[start:i:i]})
			start, length = i, 0
		}
		length += own
	}
	if start < len(skus) {
		queries = append(queries, url.Values{"sku": slices.Clip(skus[start:])})
	}
	return queries
}

func pagesOf(items int) int {
	return (items + PageSize - 1) / PageSize
}
