package customer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/sync/errgroup"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.Resource                = (*profilesResource)(nil)
	_ resource.ResourceWithConfigure   = (*profilesResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*profilesResource)(nil)
	_ resource.ResourceWithImportState = (*profilesResource)(nil)
	_ resource.ResourceWithIdentity    = (*profilesResource)(nil)
)

const (
	profilesType = "talonone_customer_profiles"

	// profilesTimeout is the default of every timeout.
	profilesTimeout = 20 * time.Minute
	// parallelRequests bounds the requests about single profiles that run at a time.
	parallelRequests = 8
)

type profilesResource struct{ data *framework.Data }

// NewCustomerProfilesResource is the resource talonone_customer_profiles.
func NewCustomerProfilesResource() resource.Resource { return &profilesResource{} }

func (r *profilesResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = profilesType
}

func (r *profilesResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Many customer profiles with the custom attributes that Terraform manages, in one resource: 1000 profiles a request, and only those that changed. " +
			"Attributes set elsewhere are left alone; profiles that exist already are taken over. No campaign rules run. For one profile use `talonone_customer_profile`.\n\n" +
			"Needs an Integration API key, whose Application decides between the sandbox and the live environment. With a Management API key that allows the customer search endpoint " +
			"1000 profiles are read at a time, otherwise each by itself.\n\n" +
			"The API can't delete a profile. A profile that is removed from `profiles`, or whose resource is destroyed, is forgotten, or loses its data where `erase_on_destroy` says so; the plan says which.",
		Attributes: map[string]schema.Attribute{
			"profiles": schema.StringAttribute{
				Required: true, CustomType: jsontypes.NormalizedType{},
				MarkdownDescription: "One JSON object from integration ID (1 to 1000 characters, case-sensitive) to an object of attributes, written with `jsonencode`. " +
					"The plan shows the profiles and attributes that change, and no others. Only the names in it are managed; `null` keeps an attribute cleared, and a name that disappears is cleared too, unless it came with an import. " +
					"Times are RFC 3339 and compared as instants, numbers by value. The account must define the attributes for CustomerProfile. Changes in place.",
				Validators: []validator.String{profilesValidator{}},
			},
			"erase_on_destroy": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether a profile that is removed, or whose resource is destroyed, loses all attributes of its own, of its sessions and of its events, managed here or not, " +
					"in every Application of the environment. This can't be undone, and takes one request a profile. A destroy obeys the value of the last apply. Default `false`. Changes in place.",
			},
			"max_removal_percent": bulk.MaxRemovalAttribute("profiles"),
			"sandbox":             schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the profiles are in the sandbox environment rather than the live one; null when the deployment does not tell."},
			"last_sync":           bulk.LastSyncAttribute("profiles"),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.Block(ctx, timeouts.Opts{
			Create: true, Read: true, Update: true, Delete: true,
			CreateDescription: "Longest time for the creation, such as `30m`. Default `20m`.",
			ReadDescription:   "Longest time for a refresh, such as `30m`. Default `20m`.",
			UpdateDescription: "Longest time for an update, such as `30m`. Default `20m`.",
			DeleteDescription: "Longest time for the erasures of a destroy, such as `2h`. Default `20m`.",
		})},
	}
}

func (r *profilesResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"integration_ids": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "JSON array of the integration IDs that were managed when the resource was created or imported, sorted.",
		},
	}}
}

func (r *profilesResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *profilesResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan profilesModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	before, err := state.set()
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("profiles"), "Unusable state", err.Error())
		return
	}
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(bulk.CheckRemovals(path.Root("max_removal_percent"), state.MaxRemovalPercent, len(before), len(before), "profiles")...)
		warnOfRemoval(len(before), state.EraseOnDestroy.ValueBool(), &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !req.State.Raw.IsNull() {
		plan.Sandbox = state.Sandbox
	}
	if plan.Profiles.IsUnknown() {
		plan.LastSync = bulk.UnknownSummary()
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
		return
	}
	desired, err := plan.set()
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("profiles"), "Invalid profiles", err.Error())
		return
	}
	r.checkAttributes(ctx, desired, &resp.Diagnostics)
	if bulk.Diff(before, desired, input.EqualJSON).Empty() && !req.State.Raw.IsNull() {
		plan.Profiles, plan.LastSync = state.Profiles, state.LastSync
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
		return
	}
	if wasImported(ctx, req.Private, r.data.Journal, identityOf(before).IntegrationIDs, &resp.Diagnostics) {
		warnOfRelease(before, desired, &resp.Diagnostics)
		before = before.known(desired)
	}
	sync := planSync(before, desired, plan.EraseOnDestroy.ValueBool())
	resp.Diagnostics.Append(bulk.CheckRemovals(path.Root("max_removal_percent"), plan.MaxRemovalPercent, len(sync.changes.Removed), len(before), "profiles")...)
	warnOfRemoval(len(sync.changes.Removed), plan.EraseOnDestroy.ValueBool(), &resp.Diagnostics)
	plan.LastSync = sync.summary().Object()
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *profilesResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan profilesModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, profilesTimeout)
	resp.Diagnostics.Append(diags...)
	desired, err := plan.set()
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("profiles"), "Invalid profiles", err.Error())
	}
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	run := r.run(ctx, planSync(profileSet{}, desired, false), profileSet{}, desired, plan.Sandbox)
	// A failure leaves no state, since a tainted resource would be destroyed:
	// creating again sends the same values.
	if run.report(&resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	plan.Sandbox, plan.LastSync = run.sandbox, run.summary.Object()
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(keepIdentity(ctx, resp.Identity, desired)...)
}

func (r *profilesResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state profilesModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Read(ctx, profilesTimeout)
	resp.Diagnostics.Append(diags...)
	prior, err := state.set()
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("profiles"), "Unusable state", err.Error())
	}
	// Older CLIs keep no identity, and the framework asks for one even where the
	// profiles turn out to be gone.
	resp.Diagnostics.Append(keepIdentity(ctx, resp.Identity, prior)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	deployed, err := r.read(ctx, prior.ids(), state.Sandbox)
	var now profileSet
	if err == nil {
		if imported := state.LastSync.IsNull(); imported {
			now, err = takenOver(deployed)
			state.LastSync = bulk.Summary{}.Object()
		} else {
			now, err = managedOf(deployed, prior)
		}
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, profilesDoing("read customer profiles"), err)
		return
	}
	if len(now) == 0 && len(prior) > 0 {
		resp.State.RemoveResource(ctx)
		return
	}
	state.Profiles = now.value(prior, state.Profiles)
	if state.Sandbox.IsNull() {
		state.Sandbox = environmentOf(deployed)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *profilesResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state profilesModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := plan.Timeouts.Update(ctx, profilesTimeout)
	resp.Diagnostics.Append(diags...)
	desired, errPlan := plan.set()
	before, errState := state.set()
	if err := errors.Join(errPlan, errState); err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("profiles"), "Invalid profiles", err.Error())
	}
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	managed, ids := before, identityOf(before).IntegrationIDs
	if wasImported(ctx, req.Private, r.data.Journal, ids, &resp.Diagnostics) {
		managed = before.known(desired)
		defer noteImported(r.data.Journal, ids).Forget()
	}
	sync := planSync(managed, desired, plan.EraseOnDestroy.ValueBool())
	run := r.run(ctx, sync, managed, desired, state.Sandbox)
	run.report(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		// What has landed is kept, and the next plan shows only the rest.
		state.Profiles, state.LastSync = run.now.value(before, state.Profiles), run.summary.Object()
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		return
	}
	if !plan.LastSync.Equal(state.LastSync) {
		plan.LastSync = run.summary.Object()
	}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateImported, nil)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(keepIdentity(ctx, resp.Identity, desired)...)
}

func (r *profilesResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state profilesModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, profilesTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() || !state.EraseOnDestroy.ValueBool() {
		return
	}
	before, err := state.set()
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("profiles"), "Unusable state", err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	run := r.run(ctx, planSync(before, profileSet{}, true), before, profileSet{}, state.Sandbox)
	if run.report(&resp.Diagnostics); resp.Diagnostics.HasError() {
		state.Profiles = run.now.value(before, state.Profiles)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

func (r *profilesResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	text := req.ID
	if text == "" {
		var identity profilesIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		text = identity.IntegrationIDs.ValueString()
	}
	ids, err := parseImportID(text)
	if err != nil {
		resp.Diagnostics.AddError("Invalid import ID",
			`Name the profiles as a JSON array, such as ["customer-1","customer-2"], or with commas between, such as customer-1,customer-2. `+framework.Sentence(err.Error()))
		return
	}
	wanted := profileSet{}
	for _, id := range ids {
		wanted[id] = customattr.Attributes{}.String()
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("profiles"), wanted.value(nil, jsontypes.NewNormalizedNull()))...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("erase_on_destroy"), false)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityOf(wanted))...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateImported, []byte("true"))...)
}

// read returns the profiles that exist, by ID: with a Management key 1000 a
// request, otherwise each by itself. The search has to be told the environment,
// which is known once a profile was read or written with the Integration key.
func (r *profilesResource) read(ctx context.Context, ids []string, sandbox types.Bool) (map[string]*talonone.CustomerProfile, error) {
	found := make(map[string]*talonone.CustomerProfile, len(ids))
	if !r.data.Client.HasManagementKey() || sandbox.IsNull() {
		return found, r.readEach(ctx, ids, found)
	}
	searched, err := r.data.Client.GetCustomersByAttributes(ctx, ids, sandbox.ValueBool())
	if talonone.IsUnauthorized(err) && r.data.Client.HasIntegrationKey() {
		// The Management key does not allow the search.
		return found, r.readEach(ctx, ids, found)
	}
	return searched, err
}

// readEach reads profiles with an Integration key, several at a time.
func (r *profilesResource) readEach(ctx context.Context, ids []string, found map[string]*talonone.CustomerProfile) error {
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelRequests)
	for _, id := range ids {
		group.Go(func() error {
			profile, err := readProfile(ctx, r.data.Client, id)
			if talonone.IsNotFound(err) {
				return nil
			}
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			found[id] = profile
			return nil
		})
	}
	return group.Wait()
}

// syncRun is what came of a profilesSync.
type syncRun struct {
	// now is what is managed after it, also after a failure.
	now     profileSet
	sandbox types.Bool
	summary bulk.Summary
	// ignored says, by profile, which attributes the deployment did not take.
	ignored map[string][]string
	doing   framework.Doing
	err     error
}

// run carries out a sync: updates first, so that one that is refused ends the run
// before anything is erased.
func (r *profilesResource) run(ctx context.Context, sync profilesSync, before, desired profileSet, sandbox types.Bool) *syncRun {
	run := &syncRun{now: maps.Clone(before), sandbox: sandbox, ignored: map[string][]string{}, doing: profilesDoing("update customer profiles")}
	sent := 0
	run.err = r.data.Client.UpdateCustomerProfilesV2(ctx, sync.updates, func(part []talonone.ProfileUpdate, answer []talonone.CustomerProfile) error {
		sent += len(part)
		return run.land(part, answer, before, desired)
	})
	if run.err != nil {
		run.doing.Advice = adviseOnRefusal(run.err, sync.updates[sent:])
		return run
	}
	if run.err = r.erase(ctx, sync.erased, run); run.err != nil {
		run.doing = profilesDoing("erase customer data of profiles")
		return run
	}
	for _, id := range sync.changes.Removed {
		delete(run.now, id)
	}
	run.summary = sync.summary()
	return run
}

// land notes the updates of one request.
func (s *syncRun) land(part []talonone.ProfileUpdate, answer []talonone.CustomerProfile, before, desired profileSet) error {
	s.summary.Requests++
	for _, update := range part {
		if _, existed := before[update.IntegrationID]; existed {
			s.summary.Updated++
		} else {
			s.summary.Added++
		}
		s.now[update.IntegrationID] = desired[update.IntegrationID]
	}
	for _, profile := range answer {
		if err := s.checkEnvironment(profile); err != nil {
			return err
		}
		deployed, err := customattr.FromAPI(profile.Attributes)
		if err != nil {
			return err
		}
		id := profile.IntegrationID
		if names := desired.attributes(id).Clearing(before.attributes(id)).Ignored(deployed); len(names) > 0 {
			s.ignored[id] = names
		}
	}
	return nil
}

// checkEnvironment notices a key of the other environment: the profiles it wrote
// are not those of the state.
func (s *syncRun) checkEnvironment(profile talonone.CustomerProfile) error {
	written := types.BoolPointerValue(profile.Sandbox)
	switch {
	case written.IsNull(), written.Equal(s.sandbox):
		return nil
	case s.sandbox.IsNull(), s.sandbox.IsUnknown():
		s.sandbox = written
		return nil
	default:
		return fmt.Errorf("the profiles in state have sandbox = %t, and the Integration API key writes to the environment with sandbox = %t: "+
			"use a key of the environment in state, or replace the resource with terraform apply -replace", s.sandbox.ValueBool(), written.ValueBool())
	}
}

// erase deletes the data of removed profiles, several at a time. A profile that
// the deployment does not know has none.
func (r *profilesResource) erase(ctx context.Context, ids []string, run *syncRun) error {
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelRequests)
	for _, id := range ids {
		group.Go(func() error {
			if err := r.data.Client.DeleteCustomerData(ctx, id); err != nil && !talonone.IsNotFound(err) {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			delete(run.now, id)
			run.summary.Removed++
			run.summary.Requests++
			return nil
		})
	}
	return group.Wait()
}

// report adds the diagnostics of a run.
func (s *syncRun) report(diags *diag.Diagnostics) {
	if s.sandbox.IsUnknown() {
		s.sandbox = types.BoolNull()
	}
	if s.err != nil {
		framework.AddError(diags, s.doing, s.err)
	}
	if len(s.ignored) == 0 {
		return
	}
	var lines []string
	for _, id := range slices.Sorted(maps.Keys(s.ignored)) {
		lines = append(lines, fmt.Sprintf("  - %s: %s", label(id), strings.Join(s.ignored[id], ", ")))
	}
	diags.AddAttributeWarning(path.Root("profiles"), "The deployment did not take all attributes",
		fmt.Sprintf("After the update these attributes of %d profiles do not have the values that were sent:\n%s\n\n"+
			"An attribute may be missing in the account, set by a rule, or one that the API does not clear; the next plan shows those that are still managed.", len(s.ignored), firstLines(lines)))
}

// checkAttributes compares the attributes with the account's definitions.
func (r *profilesResource) checkAttributes(ctx context.Context, desired profileSet, diags *diag.Diagnostics) {
	definitions := customattr.DefinitionsOf(ctx, r.data, talonone.EntityCustomerProfile, nil, diags)
	if definitions == nil {
		return
	}
	var problems input.Problems
	for _, id := range desired.ids() {
		for _, problem := range definitions.Problems(talonone.EntityCustomerProfile, desired.attributes(id)) {
			problems.Add(fmt.Errorf("profile %s: %s", label(id), problem))
		}
	}
	if err := problems.Err(); err != nil {
		diags.AddAttributeError(path.Root("profiles"), "Invalid attributes", err.Error())
	}
}

// keepIdentity names the profiles where the CLI has no name for them yet.
func keepIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, managed profileSet) diag.Diagnostics {
	if identity == nil || !identity.Raw.IsFullyNull() {
		return nil
	}
	return identity.Set(ctx, identityOf(managed))
}

// environmentOf is the environment of any of the profiles that tells it.
func environmentOf(profiles map[string]*talonone.CustomerProfile) types.Bool {
	for _, profile := range profiles {
		if profile.Sandbox != nil {
			return types.BoolValue(*profile.Sandbox)
		}
	}
	return types.BoolNull()
}

func warnOfRemoval(count int, erase bool, diags *diag.Diagnostics) {
	switch {
	case count == 0:
	case erase:
		diags.AddWarning(fmt.Sprintf("Customer data of %d profiles will be erased", count),
			"erase_on_destroy is true: all attributes of the profiles that are removed, of their sessions and of their events are erased in every Application of the environment. This can't be undone.")
	default:
		diags.AddWarning(fmt.Sprintf("%d profiles will only be forgotten", count),
			"The API can't delete a profile, and erase_on_destroy is false: the profiles that are removed stay on the deployment as they are, and Terraform no longer manages them.")
	}
}

// warnOfRelease says what an import brought and the configuration lacks.
func warnOfRelease(imported, desired profileSet, diags *diag.Diagnostics) {
	var lines []string
	for _, id := range imported.ids() {
		if _, kept := desired[id]; !kept {
			lines = append(lines, fmt.Sprintf("  - %s", label(id)))
			continue
		}
		var names []string
		wanted := desired.attributes(id)
		for name := range imported.attributes(id) {
			if _, kept := wanted[name]; !kept {
				names = append(names, name)
			}
		}
		if len(names) > 0 {
			slices.Sort(names)
			lines = append(lines, fmt.Sprintf("  - attributes of %s: %s", label(id), strings.Join(names, ", ")))
		}
	}
	if len(lines) > 0 {
		diags.AddAttributeWarning(path.Root("profiles"), "Imported profiles or attributes are left alone",
			"The import brought what the configuration lacks. It stays as it is on the deployment and is no longer managed; to clear an attribute, set it to null.\n"+firstLines(lines))
	}
}

// firstLines keeps a list readable.
func firstLines(lines []string) string {
	const shown = 10
	if len(lines) > shown {
		lines = append(lines[:shown:shown], fmt.Sprintf("  - and %d more", len(lines)-shown))
	}
	return strings.Join(lines, "\n")
}

// adviseOnRefusal names the profiles that a 400 points to by their place in the
// request, whose first entry is the first of rest.
func adviseOnRefusal(err error, rest []talonone.ProfileUpdate) map[int]string {
	apiErr, ok := errors.AsType[*talonone.Error](err)
	if !ok {
		return nil
	}
	var lines []string
	for _, item := range apiErr.Items {
		place, found := strings.CutPrefix(item.Source.Pointer, "/customerProfiles/")
		place, _, _ = strings.Cut(place, "/")
		if i, err := strconv.Atoi(place); found && err == nil && i < len(rest) {
			lines = append(lines, fmt.Sprintf("  - entry %d is profile %s", i, label(rest[i].IntegrationID)))
		}
	}
	advice := "Correct the attributes, or define them for CustomerProfile in the Campaign Manager under Account > Tools > Attributes."
	if len(lines) > 0 {
		advice += "\n" + firstLines(slices.Compact(lines))
	}
	return map[int]string{http.StatusBadRequest: advice}
}

func profilesDoing(action string) framework.Doing {
	return framework.Doing{
		Construct: profilesType, Action: action,
		Pointers: map[string]path.Path{"/customerProfiles": path.Root("profiles")},
	}
}

// profilesValidator accepts a JSON object from integration ID to attributes.
type profilesValidator struct{}

func (profilesValidator) Description(context.Context) string {
	return "a JSON object from integration ID to an object of attributes"
}

func (v profilesValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v profilesValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := parseProfiles(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid profiles",
			"The profiles must be one JSON object from integration ID to attributes, as jsonencode({ customer-1 = { Language = \"de\" } }) writes it.\n\n"+err.Error())
	}
}
