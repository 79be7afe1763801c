package catalog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// namedInWarning is how many SKUs a warning names.
const namedInWarning = 5

// work is what one apply has to do. A plan and its apply find it out alike, from the same state and configuration, so
// that they agree.
type work struct {
	desired Items
	// digest is that of the items file; "" without one.
	digest string
	// own are the items that the resource holds by its state; released are those that it has only seen and lets go.
	own      Items
	released []string
	// current is own and what else of the catalog counts: all other items in exclusive mode, else those that the
	// configuration takes over.
	current Items
	changes bulk.Changes
	steps   []syncStep
	// takenOver are desired SKUs that are in the catalog but not in the state, foreign are items to remove that the state
	// doesn't hold either; sorted.
	takenOver, foreign []string
}

// nothing tells whether the catalog and the state are both as desired.
func (w *work) nothing() bool { return w.changes.Empty() && len(w.takenOver)+len(w.released) == 0 }

func (w *work) summary() bulk.Summary { return w.changes.Summary(len(w.steps)) }

// present is how many items there are of which the removals are a part.
func (w *work) present(exclusive bool) int {
	if exclusive {
		return len(w.current)
	}
	return len(w.own)
}

// planWork compares the configuration in plan with state, which is nil for a create, and with the catalog where the
// state can't tell what is there. notOwn are SKUs in the state that the resource has only seen.
func (r *catalogItemsResource) planWork(ctx context.Context, plan, state *catalogItemsModel, notOwn []string, diags *diag.Diagnostics) *work {
	w := &work{own: Items{}}
	w.desired, w.digest = plan.desired(ctx, diags)
	if diags.HasError() {
		return nil
	}
	if state != nil {
		content, err := state.content()
		if err != nil {
			diags.AddError("Unreadable state of catalog items", err.Error())
			return nil
		}
		w.own = content
	}
	if !plan.exclusive() {
		for _, sku := range notOwn {
			delete(w.own, sku)
		}
		w.released = notOwn
	}
	err := r.observe(ctx, plan, state, w)
	if missing, ok := errors.AsType[*talonone.MissingCredentialError](err); ok && plan.exclusive() {
		diags.AddAttributeError(path.Root("ownership"), "Exclusive ownership needs a Management API key",
			"Only with it the provider sees what else is in the catalog. Use additive ownership, or configure the key.\n\n"+framework.MissingKey(itemsResourceType, missing))
		return nil
	}
	if err != nil {
		framework.AddError(diags, itemsDoing("read the items of catalog", plan.CatalogID), err)
		return nil
	}
	w.changes = bulk.Diff(w.current, w.desired, Item.Equal)
	losePrice := losingPrice(w.changes.Updated, func(sku string) bool { return w.current[sku].hasPrice() }, w.desired)
	w.steps = planSync(w.changes, losePrice)
	for _, sku := range w.desired.SKUs() {
		_, own := w.own[sku]
		if _, exists := w.current[sku]; exists && !own {
			w.takenOver = append(w.takenOver, sku)
		}
	}
	for _, sku := range w.changes.Removed {
		if _, own := w.own[sku]; !own {
			w.foreign = append(w.foreign, sku)
		}
	}
	return w
}

// observe fills in current. It asks the catalog only where the state, which a refresh has just brought up to date, says
// nothing: on the first plan, for items that are new to the resource, and when it starts to own the whole catalog.
func (r *catalogItemsResource) observe(ctx context.Context, plan, state *catalogItemsModel, w *work) error {
	if plan.exclusive() {
		if state != nil && state.exclusive() {
			w.current = w.own
			return nil
		}
		all, err := r.data.Client.CatalogItems(ctx, plan.CatalogID.ValueInt64())
		if err != nil {
			return err
		}
		w.current, err = fromAPI(all)
		return err
	}
	w.current = maps.Clone(w.own)
	var added []string
	for _, sku := range w.desired.SKUs() {
		if _, exists := w.own[sku]; !exists {
			added = append(added, sku)
		}
	}
	if len(added) == 0 || !r.data.Client.HasManagementKey() {
		return nil
	}
	rows, err := r.data.Client.CatalogItemsBySKU(ctx, plan.CatalogID.ValueInt64(), added)
	if err != nil {
		return err
	}
	found, err := fromAPI(rows)
	maps.Copy(w.current, found)
	return err
}

// validate checks the attributes of all items that would be sent against the account's definitions.
func (r *catalogItemsResource) validate(ctx context.Context, plan *catalogItemsModel, w *work, diags *diag.Diagnostics) {
	if len(w.changes.Added)+len(w.changes.Updated) == 0 {
		return
	}
	definitions := customattr.DefinitionsOf(ctx, r.data, talonone.EntityCartItem, connectedTo(plan.CatalogID.ValueInt64()), diags)
	if definitions == nil {
		return
	}
	var problems input.Problems
	for _, sku := range slices.Concat(w.changes.Added, w.changes.Updated) {
		if err := checkAttributes(definitions, w.desired[sku]); err != nil {
			problems.Add(fmt.Errorf("SKU %q: %w", sku, err))
		}
	}
	if err := problems.Err(); err != nil {
		diags.AddAttributeError(plan.source(), "Invalid attributes of catalog items", err.Error()+
			"\n\nThe provider compares attributes with the account's definitions. validate_attributes = false in the provider block leaves that to the API.")
	}
}

// connectedTo keeps the definitions that a catalog's items may use. Where a deployment doesn't say which those
// are, all count.
func connectedTo(catalogID int64) func(talonone.AttributeDefinition) bool {
	return func(definition talonone.AttributeDefinition) bool {
		return definition.SubscribedCatalogIDs == nil || slices.Contains(definition.SubscribedCatalogIDs, catalogID)
	}
}

func checkAttributes(definitions customattr.Definitions, item Item) error {
	if item.Attributes == "" {
		return nil
	}
	attributes, err := customattr.Parse(item.Attributes)
	if err != nil {
		return err
	}
	if problems := definitions.Problems(talonone.EntityCartItem, attributes); len(problems) > 0 {
		return errors.New(strings.Join(problems, " "))
	}
	return nil
}

// warn tells what the differences between state and plan don't show.
func (w *work) warn(plan *catalogItemsModel, diags *diag.Diagnostics) {
	if n := len(w.takenOver); n > 0 {
		diags.AddAttributeWarning(plan.source(), "SKUs that exist already will be taken over", fmt.Sprintf(
			"%d of the configured SKUs are in catalog %d already, and not managed by this resource: %s. It takes them over: those that differ are overwritten and count as "+
				"updated, and from then on they are removed when they leave the configuration. An apply that failed before can have left them.",
			n, plan.CatalogID.ValueInt64(), enumerate(w.takenOver)))
	}
	if n := len(w.foreign); n > 0 {
		diags.AddAttributeWarning(path.Root("ownership"), "Items that the configuration doesn't name will be removed", fmt.Sprintf(
			"With exclusive ownership catalog %d will hold the configured items and no others: %d items that are not shown above will be "+
				"removed: %s.", plan.CatalogID.ValueInt64(), n, enumerate(w.foreign)))
	}
}

// enumerate names the first few SKUs.
func enumerate(skus []string) string {
	var names []string
	for _, sku := range skus[:min(len(skus), namedInWarning)] {
		names = append(names, fmt.Sprintf("%q", clip(sku)))
	}
	text := strings.Join(names, ", ")
	if more := len(skus) - namedInWarning; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// source is the attribute that the items come from.
func (m *catalogItemsModel) source() path.Path {
	if m.fromFile() {
		return path.Root("items_file")
	}
	return path.Root("items")
}

// The keys of the resource's private state.
const (
	// privateNotOwn lists SKUs of the state that others added to an exclusively owned catalog: when ownership becomes
	// additive they stay.
	privateNotOwn = "not_own"
	// privateFile is the file that a refresh saw after it was edited. The apply of that plan gets it again, and so
	// learns when the file has been edited once more.
	privateFile = "file"
)

// seenFile is the value of privateFile.
type seenFile struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}
