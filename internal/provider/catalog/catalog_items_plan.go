package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// maxLookups is how many requests a plan sends to find out which of the items to add exist already.
const maxLookups = 20

var itemsNoun = bulk.Noun{One: "item", Many: "items"}

// itemsPlan is what one apply does. Both planning calls and the apply derive it alike, from the state, the configuration
// and Read's private state.
type itemsPlan struct {
	bulk.Plan
	prior, desired Items
	// before and after are the texts of the prior and the desired items where both are known by digest, in a state and in a
	// file. Then prior and desired hold only what differs.
	before, after *managedText
	// held and listed are how many prior and desired items there are.
	held, listed int
	// file is the items file; it is empty without one.
	file itemsFile
	// present is how many items there are of which the removals are a part.
	present int
	// takesOver says that the resource becomes exclusive without having seen what else the catalog holds.
	takesOver bool
	// remote is the whole catalog where planning had to list it.
	remote Items
}

// subject is the resource in messages.
func (m *catalogItemsModel) subject() bulk.Subject {
	id := strconv.FormatInt(m.CatalogID.ValueInt64(), 10)
	return bulk.Subject{Noun: itemsNoun, Place: "catalog " + id, ResourceType: itemsResourceType, ImportID: id}
}

// claim is what the resource wants to own: the desired items of a plan, or nothing.
func (m *catalogItemsModel) claim(p *itemsPlan) bulk.Claim {
	claim := bulk.Claim{Subject: m.subject(), Target: itemsTarget(m.CatalogID), At: m.source(), Exclusive: m.exclusive()}
	switch {
	case p == nil:
	case p.after != nil:
		claim.Load, claim.Digest = p.after.listed, p.digest()
	default:
		claim.Rows = p.listedSKUs()
	}
	return claim
}

// itemsTarget is where the items of a catalog are, for all resources that manage some.
func itemsTarget(catalogID types.Int64) string { return "catalog " + catalogID.String() }

// targetKey is the catalog in the memory of this process.
func (m *catalogItemsModel) targetKey() string {
	return itemsResourceType + " " + strconv.FormatInt(m.CatalogID.ValueInt64(), 10)
}

// planItems compares the configuration with the prior state, which is nil for a create. It returns nil after an error.
func (r *catalogItemsResource) planItems(ctx context.Context, config, prior *catalogItemsModel, private bulk.PrivateReader, diags *diag.Diagnostics) *itemsPlan {
	var p itemsPlan
	if prior != nil && prior.fromFile() && config.fromFile() && prior.byDigest() && config.byDigest() {
		p.readDigests(config, prior, diags)
	} else {
		if prior != nil {
			p.prior = prior.content(diags)
		}
		p.desired, p.file = config.desired(diags)
		p.held, p.listed = len(p.prior), len(p.desired)
	}
	if config.exclusive() && !r.data.Client.HasManagementKey() {
		diags.AddAttributeError(path.Root("ownership"), "Exclusive ownership requires a Management API key",
			"The provider needs it to detect other items in the catalog. Use additive ownership, or configure the key.\n\n"+r.missingAccess())
	}
	if diags.HasError() {
		return nil
	}
	p.Plan, p.present = bulk.Compare(p.prior, p.desired, Item.Equal), p.held
	switch {
	case prior == nil:
	case bulk.Leaves(prior.Ownership, config.Ownership):
		p.Plan = p.Releasing()
	case bulk.Enters(prior.Ownership, config.Ownership):
		r.planEntering(ctx, config, &p, private, diags)
	}
	if p.after != nil && p.writes() && !diags.HasError() {
		p.fill(config, diags)
	}
	if diags.HasError() {
		return nil
	}
	return &p
}

// readDigests reads the prior and the desired items by digest.
func (p *itemsPlan) readDigests(config, prior *catalogItemsModel, diags *diag.Diagnostics) {
	before, err := prior.managed()
	if err != nil {
		diags.AddError("Unreadable state of catalog items", framework.Sentence(err.Error()))
		return
	}
	after, file := config.desiredDigests(before, diags)
	if diags.HasError() {
		return
	}
	if p.prior, p.desired, err = before.differences(after); err != nil {
		diags.AddError("Unreadable state of catalog items", framework.Sentence(err.Error()))
	}
	p.before, p.after, p.file = &before, &after, file
	p.held, p.listed = before.len(), after.len()
}

// fill reads the content of the items to write from the file, of which only the digests were read to compare them.
func (p *itemsPlan) fill(config *catalogItemsModel, diags *diag.Diagnostics) {
	var file itemsFile
	config.readFile(func(name string, options files.Options) (err error) {
		p.desired, file, err = readSomeItems(name, options, bulk.SetOf(slices.Concat(p.Added, p.Updated)))
		return err
	}, diags)
	if file.sha256 != p.file.sha256 && !diags.HasError() {
		reportChangedFile(config.filePath(), diags)
	}
}

// heldSKUs are those of all prior items, listedSKUs those of all desired ones.
func (p *itemsPlan) heldSKUs() []string {
	if p.before != nil {
		return p.before.listed()
	}
	return p.prior.SKUs()
}

func (p *itemsPlan) listedSKUs() []string {
	switch {
	case p.after != nil:
		return p.after.listed()
	case len(p.Added) == p.listed:
		return p.Added
	default:
		return p.desired.SKUs()
	}
}

// digest is a short digest of all desired items and their SKUs.
func (p *itemsPlan) digest() string {
	if p.after != nil {
		return input.Digest(p.after.text)
	}
	return p.desired.digest()
}

// target is what the prior state holds.
func (p *itemsPlan) target() bulk.Target {
	if p.before != nil {
		return bulk.TargetOf(p.before.digest())
	}
	return bulk.TargetOf(bulk.DigestOf(p.prior))
}

// planEntering finds what an update to exclusive ownership removes: nothing, unless Read has seen the whole catalog.
func (r *catalogItemsResource) planEntering(ctx context.Context, config *catalogItemsModel, p *itemsPlan, private bulk.PrivateReader, diags *diag.Diagnostics) {
	p.Removed = nil
	seen := bulk.SeenTarget(ctx, private, diags)
	if seen == nil {
		p.takesOver = true
		return
	}
	listed := r.list(ctx, config, diags)
	held, desired := p.heldSKUs(), p.listedSKUs()
	// Read knew the prior SKUs only.
	if !diags.HasError() && bulk.TargetOf(bulk.DigestOf(listed.spelled(held))) != *seen {
		config.subject().RefuseChanged(path.Root("ownership"), diags)
	}
	p.remote = listed.spelled(slices.Concat(held, bulk.NotIn(desired, bulk.SetOf(held))))
	p.Removed, p.present = bulk.NotIn(p.remote.SKUs(), bulk.SetOf(desired)), len(p.remote)
}

// checkExclusiveCreate refuses to create an exclusive resource for a catalog that holds other items, unless these are of
// an object of this run.
func (r *catalogItemsResource) checkExclusiveCreate(ctx context.Context, config *catalogItemsModel, p *itemsPlan, replaced *bulk.Target, diags *diag.Diagnostics) {
	if !config.exclusive() || r.data.Targets.WasDeleted(config.targetKey()) {
		return
	}
	p.remote = r.list(ctx, config, diags).spelled(p.listedSKUs())
	others, target := bulk.NotIn(p.remote.SKUs(), p.desired), bulk.TargetOf(bulk.DigestOf(p.remote))
	if len(others) > 0 && (replaced == nil || *replaced != target) && !r.data.Targets.WasRead(config.targetKey(), target) {
		config.subject().RefuseExclusiveCreate(others, diags)
	}
}

// list reads the whole catalog.
func (r *catalogItemsResource) list(ctx context.Context, config *catalogItemsModel, diags *diag.Diagnostics) Items {
	rows, err := r.data.Client.CatalogItems(ctx, config.CatalogID.ValueInt64())
	return fetched(rows, err, config, diags)
}

func fetched(rows []talonone.CatalogItem, err error, config *catalogItemsModel, diags *diag.Diagnostics) Items {
	var items Items
	if err == nil {
		items, err = fromAPI(rows)
	}
	if err != nil {
		framework.AddError(diags, itemsOperation("read the items of catalog", config.CatalogID), err)
	}
	return items
}

// mayExist are the items to add that can be in the catalog: the state of an exclusive resource has them all, and what a
// listing says of items that this process has removed is not believed.
func (r *catalogItemsResource) mayExist(config, prior *catalogItemsModel, p *itemsPlan) []string {
	if !r.data.Client.MayCall(listItems) || prior != nil && config.exclusive() && !bulk.Enters(prior.Ownership, config.Ownership) {
		return nil
	}
	return r.data.Owners.NotRemoved(itemsTarget(config.CatalogID), p.Added)
}

// warnExisting says which of the items to add exist already, and what they lose.
func (r *catalogItemsResource) warnExisting(ctx context.Context, config, prior *catalogItemsModel, p *itemsPlan, diags *diag.Diagnostics) {
	added := r.mayExist(config, prior, p)
	if len(added) == 0 {
		return
	}
	remote := p.remote
	if remote == nil {
		rows, looked, err := r.data.Client.CatalogItemsBySKUWithin(ctx, config.CatalogID.ValueInt64(), added, maxLookups)
		if r.data.Client.Forbids(err) {
			// An update has been told by Read.
			if prior == nil {
				diags.AddWarning("Existing items are not detected", r.missingAccess()+" The plan does not say which of the items exist already and are overwritten.")
			}
			return
		}
		if remote = fetched(rows, err, config, diags); !looked {
			return
		}
	}
	existing := bulk.In(added, remote)
	config.subject().WarnExisting(config.source(), existing, len(p.Added), p.lost(existing, remote), diags)
}

// warnReformed says which items really change where the plan shows all of them in another form: from a file instead of in
// HCL, or by digest instead of with their content.
func (p *itemsPlan) warnReformed(config, prior *catalogItemsModel, diags *diag.Diagnostics) {
	if prior == nil || p.held == 0 || config.fromFile() == prior.fromFile() && config.byDigest() == prior.byDigest() {
		return
	}
	var lines []string
	tell := func(what string, skus []string) {
		if len(skus) > 0 {
			lines = append(lines, fmt.Sprintf("  - %s: %s (%s)", what, bulk.Thousands(len(skus)), bulk.Names(skus)))
		}
	}
	tell("added", p.Added)
	tell("updated", p.Updated)
	tell("of these, losing their price", slices.DeleteFunc(slices.Clone(p.Updated), func(sku string) bool {
		return !p.prior[sku].hasPrice() || p.desired[sku].hasPrice()
	}))
	tell("removed", p.Removed)
	tell("released", p.Released)
	changed := len(p.Added) + len(p.Updated) + len(p.Removed) + len(p.Released)
	lines = append(lines, "  - unchanged: "+bulk.Thousands(p.listed-len(p.Added)-len(p.Updated)))
	diags.AddAttributeWarning(config.source(), config.subject().About(really(changed)),
		"The plan prints the items in another form than the state, so every item looks changed. In fact:\n\n"+strings.Join(lines, "\n"))
}

func really(changed int) string {
	switch changed {
	case 0:
		return "No item really changes"
	case 1:
		return "1 item really changes"
	}
	return itemsNoun.Count(changed) + " really change"
}

// warn says what happens to items that the configuration does not list.
func (p *itemsPlan) warn(config *catalogItemsModel, diags *diag.Diagnostics) {
	config.subject().WarnReleased(p.Released, diags)
	switch {
	case p.takesOver:
		config.subject().WarnTakenOver(diags)
	case p.remote != nil:
		config.subject().WarnUnlisted(p.Removed, diags)
	}
}

// endsWith says by warn, which is one of Subject, what the end of this object removes.
func (m *catalogItemsModel) endsWith(allowed bulk.AllowDelete, warn func(bulk.Subject, int, *diag.Diagnostics), maxPercent types.Float64, diags *diag.Diagnostics) {
	count := int(m.ItemCount.ValueInt64())
	warn(m.subject(), count, diags)
	m.subject().GuardEnd(allowed, maxPercent, count, count, diags)
}

// lost says what an apply overwrites in existing items: "price of 1 item", "attribute size of 3".
func (p *itemsPlan) lost(existing []string, remote Items) []string {
	const most = 5
	var prices, products int
	attributes := make(map[string]int)
	for _, sku := range existing {
		have, want := remote[sku], p.desired[sku]
		if have.Price != "" && have.Price != want.Price {
			prices++
		}
		if have.Product != "" && have.Product != want.Product {
			products++
		}
		if have.Attributes == want.Attributes {
			continue
		}
		before, _ := customattr.FromAPI([]byte(have.Attributes))
		after, _ := customattr.FromAPI([]byte(want.Attributes))
		for name, value := range before {
			if !input.EqualJSON(string(value), string(after[name])) {
				attributes[name]++
			}
		}
	}
	var entries []string
	add := func(part string, count int) {
		switch {
		case count == 0:
		case len(entries) == 0:
			entries = append(entries, part+" of "+itemsNoun.Count(count))
		default:
			entries = append(entries, part+" of "+bulk.Thousands(count))
		}
	}
	add("price", prices)
	add("product", products)
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		add("attribute "+name, attributes[name])
	}
	if more := len(entries) - most; more > 0 {
		entries = append(entries[:most], "and "+bulk.Thousands(more)+" more")
	}
	return entries
}

// lastSync is the planned last_sync.
func (p *itemsPlan) lastSync(prior *catalogItemsModel) types.Object {
	before := types.Object{}
	if prior != nil {
		if before = prior.LastSync; p.Empty() {
			return before
		}
	}
	return p.LastSync(before, p.listed, itemsNoun, p.desired.fingerprint)
}

// writes says whether the apply may send anything.
func (p *itemsPlan) writes() bool { return len(p.Added)+len(p.Updated)+len(p.Removed) > 0 }

// show writes into a plan what the apply does.
func (m *catalogItemsModel) show(ctx context.Context, p *itemsPlan, prior *catalogItemsModel) {
	m.ItemCount, m.CatalogVersion, m.LastSync = types.Int64Value(int64(p.listed)), types.Int64Null(), p.lastSync(prior)
	if prior != nil {
		m.CatalogVersion = prior.CatalogVersion
	}
	if p.writes() {
		m.CatalogVersion = types.Int64Unknown()
	}
	same := prior != nil && len(p.Added)+len(p.Updated) == 0 && p.held == p.listed
	switch {
	case m.fromFile() && (prior == nil || !prior.fromFile()):
		// A plan of the whole file would only hide what is new in it: everything, or what warnReformed says.
		m.ManagedItems = types.StringUnknown()
	case same && m.fromFile() && prior.fromFile():
		m.ItemsFile = keepingFile(ctx, m.ItemsFile, prior.ItemsFile)
		if m.ManagedItems = prior.ManagedItems; !m.PlanDetail.Equal(prior.PlanDetail) {
			m.setManaged(p.desired)
		}
	case same && !m.fromFile() && !prior.fromFile():
		m.Items, m.ManagedItems = prior.Items, types.StringNull()
	case p.after != nil:
		m.ManagedItems = types.StringValue(p.after.text)
	default:
		m.setManaged(p.desired.spelledAs(p.prior))
	}
}

// keepingFile is a configured items_file as the state has it, where both name the same items. Terraform allows that for
// what is set in both.
func keepingFile(ctx context.Context, config, prior types.Object) types.Object {
	parts := config.Attributes()
	for name, before := range prior.Attributes() {
		if !before.IsNull() && !parts[name].IsNull() {
			parts[name] = before
		}
	}
	return types.ObjectValueMust(config.AttributeTypes(ctx), parts)
}

// validate checks the attributes of all items to add or to update against the account's definitions.
func (r *catalogItemsResource) validate(ctx context.Context, config *catalogItemsModel, p *itemsPlan, diags *diag.Diagnostics) {
	if len(p.Added)+len(p.Updated) == 0 {
		return
	}
	definitions := customattr.DefinitionsOf(ctx, r.data, talonone.EntityCartItem, connectedTo(config.CatalogID.ValueInt64()), diags)
	if definitions == nil {
		return
	}
	if config.fromFile() {
		if err := p.file.check(definitions, p.desired, slices.Concat(p.Added, p.Updated)); err != nil {
			diags.AddAttributeError(config.source(), "Invalid attributes of catalog items", err.Error()+adviceValidate)
		}
		return
	}
	var problems input.Problems
	for _, sku := range slices.Concat(p.Added, p.Updated) {
		// What is canonical can be read.
		attributes, _ := customattr.FromAPI([]byte(p.desired[sku].Attributes))
		if found := definitions.Problems(talonone.EntityCartItem, attributes); len(found) > 0 {
			problems.Add(fmt.Errorf("SKU %q: %s", sku, strings.Join(found, " ")))
		}
	}
	if err := problems.Err(); err != nil {
		framework.AddMissing(diags, config.source(), "Invalid attributes of catalog items", err.Error()+adviceValidate)
	}
}

const adviceValidate = "\n\nThe provider compares attributes with the account's definitions. To leave that to the API, set validate_attributes = false in the provider block."

// connectedTo keeps the definitions that a catalog's items may use. Where a deployment doesn't say which those
// are, all count.
func connectedTo(catalogID int64) func(talonone.AttributeDefinition) bool {
	return func(definition talonone.AttributeDefinition) bool {
		return definition.SubscribedCatalogIDs == nil || slices.Contains(definition.SubscribedCatalogIDs, catalogID)
	}
}
