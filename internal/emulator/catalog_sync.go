package emulator

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cockroachdb/apd/v3"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/strictjson"
)

// syncAction is one action of a sync, checked but not yet applied.
type syncAction interface {
	// sku is what the action is about; "" for those that choose by filter.
	sku() string
	// check finds what is wrong with the action before anything is applied.
	check(s *Server, c *catalog, pointer string) []errorItem
	// apply carries the action out. Items that an earlier action of the request removed are passed over.
	apply(s *Server, c *catalog)
}

// syncActions makes an empty action for each type of the API.
var syncActions = map[string]func() syncAction{
	"ADD":                  func() syncAction { return &addAction{} },
	"PATCH":                func() syncAction { return &patchAction{} },
	"PATCH_MANY":           func() syncAction { return &patchManyAction{} },
	"REMOVE":               func() syncAction { return &removeAction{} },
	"REMOVE_MANY":          func() syncAction { return &removeManyAction{} },
	"ADD_PRICE_ADJUSTMENT": func() syncAction { return &priceAdjustmentAction{} },
}

// syncCatalog checks all actions against the catalog as it is, and applies all or none.
func (s *Server) syncCatalog(r *request) (reply, error) {
	c, err := s.catalog(r)
	if err != nil {
		return reply{}, err
	}
	var body struct {
		Actions []struct {
			Type    string         `json:"type" rule:"required"`
			Payload map[string]any `json:"payload" rule:"required"`
		} `json:"actions" rule:"required,min=1,max=1000"`
		Version *int64 `json:"version" rule:"min=1"`
	}
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	if body.Version != nil && *body.Version != c.Version {
		return reply{}, badRequest(atPointer("/version", titleInvalidValue, "The catalog has version %d", c.Version))
	}
	var problems []errorItem
	actions := make([]syncAction, 0, len(body.Actions))
	seen := make(map[string]bool, len(body.Actions))
	for i, raw := range body.Actions {
		pointer := "/actions/" + strconv.Itoa(i)
		newAction, known := syncActions[raw.Type]
		switch {
		case !known:
			problems = append(problems, atPointer(pointer+"/type", titleEnum, `type must be one of the following: "%s"`, strings.Join(sortedKeys(syncActions), `", "`)))
			continue
		case raw.Type != body.Actions[0].Type && !s.is(conventions.Legacy2022, conventions.Yes):
			problems = append(problems, atPointer(pointer+"/type", "Mixed types", "A sync holds actions of one type, here %s and %s", body.Actions[0].Type, raw.Type))
			continue
		}
		action := newAction()
		misfits := s.decoding.Bind(raw.Payload, action, pointer+"/payload")
		problems = append(problems, errorItems(misfits)...)
		if len(misfits) > 0 {
			continue
		}
		sku := action.sku()
		if sku != "" && seen[sku] {
			problems = append(problems, atPointer(pointer+"/payload/sku", "Duplicate SKU", "SKU %s occurs more than once", sku))
			continue
		}
		seen[sku] = true
		problems = append(problems, action.check(s, c, pointer+"/payload")...)
		actions = append(actions, action)
	}
	if len(problems) > 0 {
		return reply{}, badRequest(problems[:min(len(problems), strictjson.MaxProblems)]...)
	}
	c.Version++
	c.Modified = s.now()
	for _, action := range actions {
		action.apply(s, c)
	}
	return okReply(s.viewCatalog(c)), nil
}

// itemContent is what ADD and PATCH say of an item.
type itemContent struct {
	Price      *json.Number
	Attributes map[string]any
	Product    *productView
}

// put writes the content. A price that is omitted stays and a product that is omitted goes, unless conventions
// have it otherwise.
func (s *Server) put(c *catalog, item *catalogItem, content itemContent, attributes map[string]any) {
	if content.Price != nil {
		item.Price = plainDecimal(*content.Price)
	} else if s.is(conventions.OmittedPrice, conventions.Cleared) {
		item.Price = ""
	}
	if content.Product != nil {
		item.Product = &content.Product.Name
	} else if !s.is(conventions.OmittedProduct, conventions.Kept) {
		item.Product = nil
	}
	item.Attributes = s.storedAttributes(c, attributes)
	item.Version = c.Version
}

func (s *Server) newItem(c *catalog, sku string) *catalogItem {
	item := &catalogItem{ID: s.state.nextID(kindCatalogItem), Created: s.now(), SKU: sku}
	c.addItem(item)
	return item
}

func (s *Server) checkItemAttributes(c *catalog, attributes map[string]any, pointer string) []errorItem {
	return s.checkAttributes(attributeScope{entity: entityCartItem, catalogID: c.ID}, attributes, pointer+"/attributes")
}

// storedAttributes keeps values as the API gives them back: without those that are null, times in UTC.
func (s *Server) storedAttributes(c *catalog, attributes map[string]any) map[string]any {
	stored := mergeAttributes(nil, attributes)
	for name, value := range stored {
		if def := s.findAttribute(attributeScope{entity: entityCartItem, catalogID: c.ID}, name); def != nil && strings.Contains(def.Type, "time") {
			stored[name] = inUTC(value)
		}
	}
	return stored
}

func inUTC(value any) any {
	switch value := value.(type) {
	case string:
		if t, err := time.Parse(time.RFC3339, value); err == nil {
			return t.UTC().Format(time.RFC3339Nano)
		}
	case []any:
		list := make([]any, len(value))
		for i, entry := range value {
			list[i] = inUTC(entry)
		}
		return list
	}
	return value
}

// plainDecimal writes a number without exponent and trailing zeros, as a decimal column gives it back.
func plainDecimal(number json.Number) json.Number {
	d, _, err := apd.NewFromString(number.String())
	if err != nil || d.Exponent > 100 || d.Exponent < -100 {
		return number
	}
	d.Reduce(d)
	return json.Number(d.Text('f'))
}

func missingItem(sku, pointer string) []errorItem {
	return []errorItem{atPointer(pointer+"/sku", "Not found", "There is no item with SKU %s in the catalog", sku)}
}

type addAction struct {
	SKU             string         `json:"sku" rule:"required,is=sku,min=1"`
	Price           *json.Number   `json:"price"`
	Attributes      map[string]any `json:"attributes"`
	Product         *productView   `json:"product"`
	ReplaceIfExists bool           `json:"replaceIfExists"`
}

func (a *addAction) sku() string { return a.SKU }

func (a *addAction) check(s *Server, c *catalog, pointer string) []errorItem {
	item, exists := c.item(a.SKU)
	problems := s.checkItemAttributes(c, a.Attributes, pointer)
	problems = append(problems, s.missingAttributes(a.attributes(s, item), pointer)...)
	if exists && !a.ReplaceIfExists {
		problems = append(problems, atPointer(pointer+"/sku", "Exists", "SKU %s is in the catalog already, and replaceIfExists is not set", a.SKU))
	}
	return problems
}

func (a *addAction) apply(s *Server, c *catalog) {
	item, exists := c.item(a.SKU)
	attributes := a.attributes(s, item)
	if !exists {
		item = s.newItem(c, a.SKU)
	}
	s.put(c, item, itemContent{a.Price, a.Attributes, a.Product}, attributes)
}

// attributes are those of the item afterwards; before is nil for a new one.
func (a *addAction) attributes(s *Server, before *catalogItem) map[string]any {
	if before != nil && s.is(conventions.AddExistingItem, conventions.Merges) {
		return s.mergeAttributes(before.Attributes, a.Attributes)
	}
	return mergeAttributes(nil, a.Attributes)
}

// patched are the attributes of an item after a PATCH or PATCH_MANY.
func (s *Server) patched(before, changes map[string]any) map[string]any {
	if changes != nil && s.is(conventions.PatchItem, conventions.Replaces) {
		return mergeAttributes(nil, changes)
	}
	return s.mergeAttributes(before, changes)
}

// missingAttributes reports mandatory attributes that an item would not have.
func (s *Server) missingAttributes(attributes map[string]any, pointer string) []errorItem {
	var problems []errorItem
	for _, name := range s.values.List(conventions.MandatoryAttributes) {
		if attributes[name] == nil {
			problems = append(problems, atPointer(pointer+"/attributes/"+strictjson.EscapePointer(name), titleMissing, "The attribute %q is required", name))
		}
	}
	return problems
}

type patchAction struct {
	SKU               string         `json:"sku" rule:"required,is=sku,min=1"`
	Price             *json.Number   `json:"price"`
	Attributes        map[string]any `json:"attributes"`
	Product           *productView   `json:"product"`
	CreateIfNotExists bool           `json:"createIfNotExists"`
}

func (a *patchAction) sku() string { return a.SKU }

func (a *patchAction) check(s *Server, c *catalog, pointer string) []errorItem {
	problems := s.checkItemAttributes(c, a.Attributes, pointer)
	item, exists := c.item(a.SKU)
	if !exists && !a.CreateIfNotExists {
		return append(problems, missingItem(a.SKU, pointer)...)
	}
	var before map[string]any
	if exists {
		before = item.Attributes
	}
	return append(problems, s.missingAttributes(s.patched(before, a.Attributes), pointer)...)
}

func (a *patchAction) apply(s *Server, c *catalog) {
	item, exists := c.item(a.SKU)
	switch {
	case exists:
	case a.CreateIfNotExists:
		item = s.newItem(c, a.SKU)
	default:
		return
	}
	s.put(c, item, itemContent{a.Price, a.Attributes, a.Product}, s.patched(item.Attributes, a.Attributes))
}

type removeAction struct {
	SKU string `json:"sku" rule:"required,is=sku,min=1"`
}

func (a *removeAction) sku() string { return a.SKU }

func (a *removeAction) check(_ *Server, c *catalog, pointer string) []errorItem {
	if _, exists := c.item(a.SKU); !exists {
		return missingItem(a.SKU, pointer)
	}
	return nil
}

func (a *removeAction) apply(_ *Server, c *catalog) {
	if item, exists := c.item(a.SKU); exists {
		c.removeItem(item)
	}
}

type patchManyAction struct {
	Filters    []itemFilter   `json:"filters"`
	Price      *json.Number   `json:"price"`
	Attributes map[string]any `json:"attributes"`
}

func (a *patchManyAction) sku() string { return "" }

func (a *patchManyAction) check(s *Server, c *catalog, pointer string) []errorItem {
	problems := append(s.checkItemAttributes(c, a.Attributes, pointer), s.checkFilters(c, a.Filters, pointer)...)
	for _, item := range c.filtered(a.Filters) {
		if missing := s.missingAttributes(s.patched(item.Attributes, a.Attributes), pointer); len(missing) > 0 {
			return append(problems, missing...)
		}
	}
	return problems
}

// apply leaves the product alone, which the payload can't name.
func (a *patchManyAction) apply(s *Server, c *catalog) {
	for _, item := range c.filtered(a.Filters) {
		if a.Price != nil {
			item.Price = plainDecimal(*a.Price)
		}
		item.Attributes = s.storedAttributes(c, s.patched(item.Attributes, a.Attributes))
		item.Version = c.Version
	}
}

type removeManyAction struct {
	Filters []itemFilter `json:"filters"`
}

func (a *removeManyAction) sku() string { return "" }

func (a *removeManyAction) check(s *Server, c *catalog, pointer string) []errorItem {
	return s.checkFilters(c, a.Filters, pointer)
}

func (a *removeManyAction) apply(_ *Server, c *catalog) {
	for _, item := range c.filtered(a.Filters) {
		c.removeItem(item)
	}
}

// priceAdjustmentAction is checked and then forgotten: no read of the API shows adjustments.
type priceAdjustmentAction struct {
	SKU         string            `json:"sku" rule:"required,is=sku,min=1"`
	Adjustments []priceAdjustment `json:"adjustments" rule:"required,min=1,max=100"`
}

type priceAdjustment struct {
	PriceType      string       `json:"priceType" rule:"required,min=1"`
	Price          *json.Number `json:"price"`
	ReferenceID    string       `json:"referenceId" rule:"required,min=1"`
	CalculatedAt   *time.Time   `json:"calculatedAt"`
	EffectiveFrom  *time.Time   `json:"effectiveFrom"`
	EffectiveUntil *time.Time   `json:"effectiveUntil"`
	ContextID      string       `json:"contextId"`
}

func (a *priceAdjustmentAction) sku() string { return a.SKU }

func (a *priceAdjustmentAction) check(_ *Server, c *catalog, pointer string) []errorItem {
	if _, exists := c.item(a.SKU); !exists {
		return missingItem(a.SKU, pointer)
	}
	return nil
}

func (a *priceAdjustmentAction) apply(*Server, *catalog) {}

// itemFilter is one condition of PATCH_MANY and REMOVE_MANY; all of them must hold.
type itemFilter struct {
	Attr  string `json:"attr" rule:"required"`
	Op    string `json:"op" rule:"required,enum=EQ|LT|LE|GT|GE|IN"`
	Value any    `json:"value" rule:"required"`
}

func (s *Server) checkFilters(c *catalog, filters []itemFilter, pointer string) []errorItem {
	var problems []errorItem
	for i, filter := range filters {
		at := fmt.Sprintf("%s/filters/%d", pointer, i)
		def := s.findAttribute(attributeScope{entity: entityCartItem, catalogID: c.ID}, filter.Attr)
		if def == nil {
			problems = append(problems, atPointer(at+"/attr", titleUnknown, "The attribute %q is not defined on %s entities.", filter.Attr, entityCartItem))
			continue
		}
		_, isNumber := filter.Value.(json.Number)
		_, isText := filter.Value.(string)
		switch {
		case filter.Op == "IN" && !isText:
			problems = append(problems, atPointer(at+"/value", titleInvalidType, "IN takes a string of comma-separated values"))
		case filter.Op != "IN" && filter.Op != "EQ" && (!isNumber || def.Type != "number"):
			problems = append(problems, atPointer(at+"/op", titleInvalidValue, "%s compares numbers only", filter.Op))
		}
	}
	return problems
}

func (c *catalog) filtered(filters []itemFilter) []*catalogItem {
	var rows []*catalogItem
	for item := range c.Items.all() {
		if !slices.ContainsFunc(filters, func(f itemFilter) bool { return !f.matches(item.Attributes[f.Attr]) }) {
			rows = append(rows, item)
		}
	}
	return rows
}

// matches compares an item's value, nil when it has none. A list equals only an equal list.
func (f itemFilter) matches(value any) bool {
	switch f.Op {
	case "EQ":
		return sameValue(value, f.Value)
	case "IN":
		list, _ := f.Value.(string)
		return slices.ContainsFunc(strings.Split(list, ","), func(entry string) bool {
			switch value := value.(type) {
			case json.Number:
				return sameValue(value, json.Number(strings.TrimSpace(entry)))
			case bool:
				return strconv.FormatBool(value) == strings.TrimSpace(entry)
			default:
				return sameValue(value, entry)
			}
		})
	}
	number, isNumber := value.(json.Number)
	limit, _ := f.Value.(json.Number)
	order, numeric := compareNumbers(number, limit)
	if !isNumber || !numeric {
		return false
	}
	switch f.Op {
	case "LT":
		return order < 0
	case "LE":
		return order <= 0
	case "GT":
		return order > 0
	default:
		return order >= 0
	}
}

func sameValue(a, b any) bool {
	number, isNumber := a.(json.Number)
	other, alsoNumber := b.(json.Number)
	if isNumber && alsoNumber {
		order, numeric := compareNumbers(number, other)
		return numeric && order == 0
	}
	text, isText := a.(string)
	otherText, alsoText := b.(string)
	if isText && alsoText {
		return text == otherText || inUTC(text) == inUTC(otherText)
	}
	return reflect.DeepEqual(a, b)
}

func compareNumbers(a, b json.Number) (order int, numeric bool) {
	left, _, errLeft := apd.NewFromString(a.String())
	right, _, errRight := apd.NewFromString(b.String())
	if errLeft != nil || errRight != nil {
		return 0, false
	}
	return left.Cmp(right), true
}
