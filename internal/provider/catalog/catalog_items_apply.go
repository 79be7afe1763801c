package catalog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// itemsApply carries out an itemsPlan.
type itemsApply struct {
	client    *talonone.Client
	owners    *bulk.Owners
	catalogID int64
	plan      *itemsPlan
	steps     []syncStep
	applied   *bulk.Applied[Item]
	// requests have succeeded. version is the catalog's after the last of them, at first that of the state.
	requests int
	version  int64
	// failed is the step that ended the apply; unknown says that its outcome could not be found out.
	failed  syncStep
	unknown bool
}

// lock waits for the catalog: who looks before writing must not look while another writes.
func (r *catalogItemsResource) lock(ctx context.Context, m *catalogItemsModel, diags *diag.Diagnostics) (unlock func()) {
	if diags.HasError() {
		return func() {}
	}
	unlock, err := r.data.Rows.Lock(ctx, itemsTarget(m.CatalogID))
	if err != nil {
		framework.AddError(diags, itemsOperation("change the items of catalog", m.CatalogID), err)
		return func() {}
	}
	return unlock
}

// startApply looks up the items to add that may exist already: those that are right need no request, and a price that must
// go takes another one. It returns nil after an error, and where the apply would not do what planned says.
func (r *catalogItemsResource) startApply(ctx context.Context, config, planned, prior *catalogItemsModel, p *itemsPlan, private bulk.Private, diags *diag.Diagnostics) *itemsApply {
	if p == nil || diags.HasError() {
		return nil
	}
	if !planned.LastSync.IsUnknown() && !planned.LastSync.Equal(p.lastSync(prior)) {
		// Everything else was the same.
		reportChangedFile(config.filePath(), diags)
		return nil
	}
	a := &itemsApply{
		client: r.data.Client, owners: &r.data.Owners, catalogID: config.CatalogID.ValueInt64(), plan: p,
		applied: bulk.StartApply(p.prior, p.Released, Item.Equal),
	}
	if prior != nil {
		a.version = prior.CatalogVersion.ValueInt64()
	}
	current := p.prior
	if added := r.mayExist(config, prior, p); len(added) > 0 {
		current = make(Items, len(p.prior)+len(p.Added))
		maps.Copy(current, p.prior)
		rows, err := a.client.CatalogItemsBySKU(ctx, a.catalogID, added)
		if a.client.Forbids(err) {
			err = nil
		}
		for sku, item := range fetched(rows, err, config, diags) {
			current[sku] = item
			if want := p.desired[sku]; want.Equal(item) {
				a.applied.Put(sku, want)
			}
		}
	}
	if diags.HasError() {
		return nil
	}
	// Only now: what this run has removed before must not be believed to be there.
	if again := r.data.Owners.Write(ctx, planned.claim(p), private, diags); len(again) > 0 {
		current = maps.Clone(current)
		for _, sku := range again {
			delete(current, sku)
		}
		if p.after != nil {
			// The items that have not changed were compared by digest.
			unchanged := &itemsPlan{Plan: bulk.Plan{Added: again}, file: p.file}
			unchanged.fill(config, diags)
			maps.Copy(p.desired, unchanged.desired)
		}
	}
	send := bulk.Compare(current, p.desired, Item.Equal)
	var spared []string
	send.Removed, spared = r.data.Owners.Spare(ctx, planned.claim(nil), p.Removed, private, diags)
	a.applied.Remove(spared...)
	a.steps = planSync(send, func(sku string) bool { return p.desired[sku].Price == "" && current[sku].hasPrice() })
	return a
}

// run takes the steps in order, up to the first that fails.
func (a *itemsApply) run(ctx context.Context) error {
	for _, step := range a.steps {
		if err := a.step(ctx, step); err != nil {
			a.failed = step
			a.settle(ctx, err)
			return err
		}
	}
	return nil
}

func (a *itemsApply) step(ctx context.Context, step syncStep) error {
	var catalog *talonone.Catalog
	var err error
	if step.remove {
		catalog, err = a.client.RemoveCatalogItems(ctx, a.catalogID, step.skus)
	} else {
		actions := make([]talonone.CatalogAction, len(step.skus))
		for i, sku := range step.skus {
			actions[i] = a.plan.desired[sku].toAPI(sku)
		}
		catalog, err = a.client.SyncCatalog(ctx, a.catalogID, actions)
	}
	if err != nil {
		return err
	}
	a.requests++
	if catalog != nil {
		a.version = catalog.Version
	}
	if step.remove {
		a.owners.NoteRemoved(itemsTarget(types.Int64Value(a.catalogID)), step.skus)
		a.applied.Remove(step.skus...)
		return nil
	}
	for _, sku := range step.skus {
		a.applied.Put(sku, a.plan.desired[sku])
	}
	return nil
}

// settle looks what the failed step has done. Even a clear refusal says nothing of an attempt before it whose response was
// lost.
func (a *itemsApply) settle(ctx context.Context, err error) {
	if a.client.MayCall(listItems) && ctx.Err() == nil {
		if rows, err := a.client.CatalogItemsBySKU(ctx, a.catalogID, a.failed.skus); err == nil {
			if found, err := fromAPI(rows); err == nil {
				a.settleAs(found)
				return
			}
		}
	} else if talonone.RefusalStatus(err) != 0 {
		return
	}
	a.unknown = true
	if a.failed.remove {
		return
	}
	for _, sku := range a.failed.skus {
		if !a.applied.Has(sku) {
			a.applied.Put(sku, unlike(a.plan.desired[sku]))
		}
	}
}

// settleAs notes what the failed step's items are now.
func (a *itemsApply) settleAs(found Items) {
	for _, sku := range a.failed.skus {
		item, exists := found[sku]
		want, wanted := a.plan.desired[sku]
		switch {
		case !exists:
			a.applied.Remove(sku)
		case wanted && want.Equal(item):
			a.applied.Put(sku, want)
		case a.applied.Has(sku):
			a.applied.Put(sku, item)
		}
	}
}

// unlike is an item for a state that owns the SKU without knowing its content: the next plan sends the desired one.
func unlike(desired Item) Item {
	if desired == (Item{}) {
		return Item{Product: "unknown"}
	}
	return Item{}
}

// report explains the error that ended an apply. verb completes "Unable to … the items of catalog".
func (a *itemsApply) report(err error, config *catalogItemsModel, verb string, diags *diag.Diagnostics) {
	var own diag.Diagnostics
	framework.AddError(&own, itemsOperation(verb+" the items of catalog", config.CatalogID), a.withSKUs(err))
	progress := fmt.Sprintf("%d of %d requests were carried out.", a.requests, len(a.steps))
	if a.unknown {
		progress += " The outcome of the one that failed is unknown; the next refresh shows it."
	}
	if verb == "create" {
		progress += " What they wrote is in the catalog. Run terraform apply again: it finds that, and sends the rest."
	} else {
		progress += " The state holds what has been applied. Run terraform apply again to send the rest."
	}
	for _, d := range own {
		diags.AddAttributeError(config.source(), d.Summary(), d.Detail()+"\n\n"+progress)
	}
}

// withSKUs names the SKUs behind the numbers of actions to which the API's error points.
func (a *itemsApply) withSKUs(err error) error {
	apiErr, ok := errors.AsType[*talonone.Error](err)
	if !ok {
		return err
	}
	named := *apiErr
	named.Items = slices.Clone(apiErr.Items)
	for i, item := range named.Items {
		rest, isAction := strings.CutPrefix(item.Source.Pointer, "/actions/")
		number, _, _ := strings.Cut(rest, "/")
		if n, err := strconv.Atoi(number); isAction && err == nil && n >= 0 && n < len(a.failed.skus) {
			named.Items[i].Title = fmt.Sprintf("SKU %q: %s", a.failed.skus[n], item.Title)
		}
	}
	return &named
}

// warnArrived says in one small request whether an exclusive catalog holds more than the configuration lists. Where that
// can't be found out, the next refresh does.
func (a *itemsApply) warnArrived(ctx context.Context, config *catalogItemsModel, diags *diag.Diagnostics) {
	if !config.exclusive() || a.plan.takesOver || a.requests == 0 {
		return
	}
	if count, counted, err := a.client.CatalogItemCount(ctx, a.catalogID); err == nil && counted {
		config.subject().WarnArrived(count-a.plan.listed, diags)
	}
}

// finish fills in what an apply that succeeded leaves known.
func (m *catalogItemsModel) finish(a *itemsApply, prior *catalogItemsModel) {
	if m.CatalogVersion.IsUnknown() {
		m.CatalogVersion = optionalVersion(a.version)
	}
	if m.ManagedItems.IsUnknown() {
		m.setManaged(a.plan.desired)
	}
	m.ItemCount = types.Int64Value(int64(a.plan.listed))
	if m.LastSync.IsUnknown() {
		m.LastSync = a.plan.lastSync(prior)
	}
}

// stop fills in what an apply that failed leaves: exactly what has been applied.
func (m *catalogItemsModel) stop(a *itemsApply, prior *catalogItemsModel) {
	rows := Items(a.applied.Rows())
	applied := a.applied.Plan()
	if bulk.Leaves(prior.Ownership, m.Ownership) {
		applied = applied.Releasing()
	}
	if before := a.plan.before; before != nil {
		m.setText(before.with(func(_ int, sku string) bool { _, changes := a.plan.prior[sku]; return changes }, rows, detailKeys))
	} else {
		m.setContent(rows, m.Items.ValueString())
	}
	m.CatalogVersion = optionalVersion(a.version)
	if m.LastSync = prior.LastSync; !applied.Empty() {
		m.LastSync = applied.LastSync(prior.LastSync, int(m.ItemCount.ValueInt64()), itemsNoun, rows.fingerprint)
	}
}
