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

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// syncRun carries out the steps of a work and keeps account of what has landed.
type syncRun struct {
	client *talonone.Client
	plan   *catalogItemsModel
	work   *work
	// before and landed are what the resource holds at first and by now.
	before, landed Items
	// requests have been carried out, and left the catalog at version.
	requests int
	version  int64
	// failed is the step that ended the run. unsure tells that nobody knows how much of it was done.
	failed syncStep
	unsure bool
}

func (r *catalogItemsResource) newRun(plan *catalogItemsModel, w *work) *syncRun {
	before := w.own
	if plan.exclusive() {
		before = w.current
	}
	return &syncRun{client: r.data.Client, plan: plan, work: w, before: before, landed: maps.Clone(before)}
}

// all takes the steps in order, up to the first that fails.
func (run *syncRun) all(ctx context.Context) error {
	for _, step := range run.work.steps {
		if err := run.step(ctx, step); err != nil {
			run.failed = step
			run.settle(ctx, step)
			return err
		}
	}
	return nil
}

// step sends one step.
func (run *syncRun) step(ctx context.Context, step syncStep) error {
	var catalog *talonone.Catalog
	var err error
	if step.remove {
		catalog, err = run.client.RemoveCatalogItems(ctx, run.catalogID(), step.skus)
	} else {
		actions := make([]talonone.CatalogAction, len(step.skus))
		for i, sku := range step.skus {
			actions[i] = run.work.desired[sku].toAPI(sku)
		}
		catalog, err = run.client.SyncCatalog(ctx, run.catalogID(), actions)
	}
	if err != nil {
		return err
	}
	run.requests++
	if catalog != nil {
		run.version = catalog.Version
	}
	for _, sku := range step.skus {
		if step.remove {
			delete(run.landed, sku)
		} else {
			run.landed[sku] = run.work.desired[sku]
		}
	}
	return nil
}

// settle looks what a failed step has done. Even a clear refusal says nothing of an attempt before it whose answer was
// lost. When nobody can be asked, everything counts as it was before, and the next refresh tells.
func (run *syncRun) settle(ctx context.Context, step syncStep) {
	if !run.client.HasManagementKey() || ctx.Err() != nil {
		run.unsure = true
		return
	}
	found, err := run.find(ctx, step.skus)
	if err != nil {
		run.unsure = true
		return
	}
	for _, sku := range step.skus {
		item, exists := found[sku]
		want, wanted := run.work.desired[sku]
		have, had := run.landed[sku]
		switch {
		case !exists:
			delete(run.landed, sku)
		case wanted && want.Equal(item):
			run.landed[sku] = want
		case had && have.Equal(item):
		case had || run.plan.exclusive():
			run.landed[sku] = item
		}
	}
}

func (run *syncRun) find(ctx context.Context, skus []string) (Items, error) {
	rows, err := run.client.CatalogItemsBySKU(ctx, run.catalogID(), skus)
	if err != nil {
		return nil, err
	}
	return fromAPI(rows)
}

func (run *syncRun) catalogID() int64 { return run.plan.CatalogID.ValueInt64() }

// done is the size of what has landed.
func (run *syncRun) done() bulk.Summary {
	return bulk.Diff(run.before, run.landed, Item.Equal).Summary(run.requests)
}

// notOwn are the SKUs that the resource holds without wanting or having wanted them; known is what was known of before.
func (run *syncRun) notOwn(known []string) []string {
	ours := maps.Clone(run.work.own)
	maps.Copy(ours, run.work.desired)
	known = slices.DeleteFunc(slices.Clone(known), func(sku string) bool { _, wanted := run.work.desired[sku]; return wanted })
	return notOwn(run.landed, ours, known)
}

// report explains the error that ended a run. verb completes "Unable to … the items of catalog".
func (run *syncRun) report(err error, verb string, diags *diag.Diagnostics) {
	var own diag.Diagnostics
	framework.AddError(&own, itemsDoing(verb+" the items of catalog", run.plan.CatalogID), run.withSKUs(err))
	progress := fmt.Sprintf("%d of %d requests were carried out.", run.requests, len(run.work.steps))
	if run.unsure {
		progress += " Whether the one that failed has been carried out is unknown; the next refresh will tell."
	}
	if verb == "create" {
		progress += " What they wrote is in the catalog. Run terraform apply again: it finds that, and sends the rest."
	} else {
		progress += " The state holds what has landed. Run terraform apply again to send the rest."
	}
	for _, d := range own {
		diags.AddAttributeError(run.plan.source(), d.Summary(), d.Detail()+"\n\n"+progress)
	}
}

// withSKUs names the SKUs behind the numbers of actions to which the API's error points.
func (run *syncRun) withSKUs(err error) error {
	apiErr, ok := errors.AsType[*talonone.Error](err)
	if !ok {
		return err
	}
	named := *apiErr
	named.Items = slices.Clone(apiErr.Items)
	for i, item := range named.Items {
		rest, isAction := strings.CutPrefix(item.Source.Pointer, "/actions/")
		number, _, _ := strings.Cut(rest, "/")
		if n, err := strconv.Atoi(number); isAction && err == nil && n >= 0 && n < len(run.failed.skus) {
			named.Items[i].Title = fmt.Sprintf("SKU %q: %s", run.failed.skus[n], item.Title)
		}
	}
	return &named
}

// finish fills in what an apply that succeeded leaves known.
func (m *catalogItemsModel) finish(run *syncRun) {
	w := run.work
	if m.CatalogVersion.IsUnknown() {
		m.CatalogVersion = optionalVersion(run.version)
	}
	if m.ManagedItems.IsUnknown() {
		m.setManaged(w.desired)
	}
	if m.ItemCount.IsUnknown() {
		m.ItemCount = countOf(w.desired)
	}
	if m.FileSHA256.IsUnknown() {
		m.FileSHA256 = optionalDigest(w.digest)
	}
	if m.LastSync.IsUnknown() {
		m.LastSync = w.summary().Object()
	}
}

// stop fills in what an apply that failed leaves: exactly what has landed.
func (m *catalogItemsModel) stop(run *syncRun, prior *catalogItemsModel) {
	version, digest := prior.CatalogVersion, prior.FileSHA256
	if run.requests > 0 {
		version = optionalVersion(run.version)
	}
	m.setContent(run.landed, m.Items.ValueString())
	m.CatalogVersion, m.FileSHA256, m.LastSync = version, digest, run.done().Object()
}
