package framework

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
)

// Resource is what every resource of the provider implements.
type Resource interface {
	resource.ResourceWithConfigure
	resource.ResourceWithIdentity
}

// Managed gives a resource what holds for every one: the attribute deployment, whose object is left alone on any other
// deployment; timeouts, where it has none; and plans that what has vanished, or does not exist yet, does not block. The resource's model embeds Deployed.
func Managed(ctx context.Context, construct func() resource.Resource) func() resource.Resource {
	timed := sync.OnceValue(func() bool {
		var described resource.SchemaResponse
		construct().Schema(ctx, resource.SchemaRequest{}, &described)
		return described.Schema.Blocks[timeoutsName] == nil
	})
	return func() resource.Resource {
		inner, ok := construct().(Resource)
		if !ok {
			panic("a resource has neither an identity nor the provider's data")
		}
		if imports, ok := inner.(resource.ResourceWithImportState); ok {
			return &importable{managed{inner: inner, timed: timed}, imports}
		}
		return &managed{inner: inner, timed: timed}
	}
}

type managed struct {
	inner Resource
	data  *Data
	// timed says that the resource is a single row and gets its timeouts here. The others have their own.
	timed func() bool
}

type importable struct {
	managed
	imports resource.ResourceWithImportState
}

var (
	_ Resource                              = (*managed)(nil)
	_ resource.ResourceWithConfigValidators = (*managed)(nil)
	_ resource.ResourceWithValidateConfig   = (*managed)(nil)
	_ resource.ResourceWithModifyPlan       = (*managed)(nil)
	_ resource.ResourceWithUpgradeState     = (*managed)(nil)
	_ resource.ResourceWithMoveState        = (*managed)(nil)
	_ resource.ResourceWithImportState      = (*importable)(nil)
)

// Metadata is the resource's.
func (m *managed) Metadata(ctx context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	m.inner.Metadata(ctx, req, resp)
}

// Schema adds the attribute deployment, and the timeouts of a single row.
func (m *managed) Schema(ctx context.Context, req resource.SchemaRequest, resp *resource.SchemaResponse) {
	m.inner.Schema(ctx, req, resp)
	resp.Schema.Attributes[deploymentName] = deploymentAttribute
	if m.timed() {
		if resp.Schema.Blocks == nil {
			resp.Schema.Blocks = make(map[string]schema.Block, 1)
		}
		resp.Schema.Blocks[timeoutsName] = rowTimeouts(ctx)
	}
}

// keepTimeouts is what a single row returns, with the timeouts that it was given.
func (m *managed) keepTimeouts(object, given tftypes.Value) tftypes.Value {
	if !m.timed() {
		return object
	}
	return withTimeouts(object, given)
}

// within bounds what a single row takes. Other resources bound it themselves.
func (m *managed) within(ctx context.Context, object tftypes.Value, entry string) (context.Context, context.CancelFunc) {
	if !m.timed() {
		return ctx, func() {}
	}
	return within(ctx, object, entry, rowTimeout)
}

// IdentitySchema is the resource's.
func (m *managed) IdentitySchema(ctx context.Context, req resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	m.inner.IdentitySchema(ctx, req, resp)
}

// Configure keeps the provider's data.
func (m *managed) Configure(ctx context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	m.data = DataFrom(req.ProviderData, &resp.Diagnostics)
	m.inner.Configure(ctx, req, resp)
}

// ConfigValidators are the resource's.
func (m *managed) ConfigValidators(ctx context.Context) []resource.ConfigValidator {
	if inner, ok := m.inner.(resource.ResourceWithConfigValidators); ok {
		return inner.ConfigValidators(ctx)
	}
	return nil
}

// ValidateConfig is the resource's. It refuses timeouts that leave no time.
func (m *managed) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	checkTimeouts(req.Config.Raw, &resp.Diagnostics)
	if inner, ok := m.inner.(resource.ResourceWithValidateConfig); ok {
		inner.ValidateConfig(ctx, req, resp)
	}
}

// UpgradeState is the resource's.
func (m *managed) UpgradeState(ctx context.Context) map[int64]resource.StateUpgrader {
	if inner, ok := m.inner.(resource.ResourceWithUpgradeState); ok {
		return inner.UpgradeState(ctx)
	}
	return nil
}

// MoveState is the resource's.
func (m *managed) MoveState(ctx context.Context) []resource.StateMover {
	if inner, ok := m.inner.(resource.ResourceWithMoveState); ok {
		return inner.MoveState(ctx)
	}
	return nil
}

// ImportState is the resource's.
func (m *importable) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	m.imports.ImportState(ctx, req, resp)
}

// ModifyPlan plans the deployment, and makes warnings of errors that must not stop the plan.
func (m *managed) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if m.data == nil {
		return
	}
	creates := req.State.Raw.IsNull()
	inState := deploymentOf(req.State.Raw)
	m.data.refuseElsewhere(inState, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	asked := req.State.Raw
	if !req.Plan.Raw.IsNull() {
		asked = req.Plan.Raw
		if m.timed() && onlyTimeouts(req.Config.Raw, req.Plan.Raw, req.State.Raw) {
			req.Plan.Raw = withTimeouts(req.State.Raw, req.Plan.Raw)
		}
		req.Plan.Raw = m.withPlanned(ctx, req.Plan.Raw, inState, creates, &resp.Diagnostics)
		resp.Plan.Raw = req.Plan.Raw
		checkReferences(req.Plan, &resp.Diagnostics)
	}
	fallback := time.Duration(0)
	if m.timed() {
		fallback = rowTimeout
	}
	ctx, cancel := within(ctx, asked, "read", fallback)
	defer cancel()
	if inner, ok := m.inner.(resource.ResourceWithModifyPlan); ok && (!m.data.ValidateReferences || !resp.Diagnostics.HasError()) {
		inner.ModifyPlan(ctx, req, resp)
	}
	if !resp.Plan.Raw.IsNull() {
		// Some plan the state as it was.
		resp.Plan.Raw = m.keepTimeouts(resp.Plan.Raw, req.Plan.Raw)
		resp.Plan.Raw = m.withPlanned(ctx, resp.Plan.Raw, inState, creates, &resp.Diagnostics)
	}
	var ignored diag.Diagnostics
	resp.Diagnostics = planDiagnostics(resp.Diagnostics, creates, creates && bulk.Gone(ctx, req.Private, &ignored), m.data.ValidateReferences)
}

func (m *managed) withPlanned(ctx context.Context, plan tftypes.Value, inState *Deployment, creates bool, diags *diag.Diagnostics) tftypes.Value {
	planned := Deployment{Origin: types.StringValue(m.data.Client.Origin()), AccountID: types.Int64Null(), ApplicationID: types.Int64Null()}
	if _, reports := m.inner.(interface{ reportsAccount() }); reports {
		planned.AccountID = types.Int64Unknown()
	}
	if _, reports := m.inner.(interface{ reportsApplication() }); reports {
		planned.ApplicationID = types.Int64Unknown()
	}
	switch {
	case creates:
	case inState != nil:
		planned.AccountID, planned.ApplicationID = inState.AccountID, inState.ApplicationID
	case isUnknown(plan):
		planned = planned.created()
	default:
		// A state of before that the plan leaves as it is.
		return plan
	}
	return withDeployment(ctx, plan, planned, diags)
}

func isUnknown(plan tftypes.Value) bool {
	var attributes map[string]tftypes.Value
	return plan.As(&attributes) == nil && !attributes[deploymentName].IsKnown()
}

// Create fills in what the responses reported about the deployment.
func (m *managed) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	within, cancel := m.within(ctx, req.Plan.Raw, "create")
	defer cancel()
	m.inner.Create(within, req, resp)
	if resp.State.Raw.IsNull() {
		return
	}
	resp.State.Raw = m.keepTimeouts(resp.State.Raw, req.Plan.Raw)
	created := deploymentOf(resp.State.Raw)
	if created == nil {
		created = &Deployment{}
	}
	created.Origin = types.StringValue(m.data.Client.Origin())
	m.data.noteMade(ctx, resp.Private, &resp.Diagnostics)
	resp.State.Raw = withDeployment(ctx, resp.State.Raw, created.created(), &resp.Diagnostics)
}

// Read refuses an object of another deployment, and notes one that is gone.
func (m *managed) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	inState := deploymentOf(req.State.Raw)
	m.data.refuseElsewhere(inState, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	within, cancel := m.within(ctx, req.State.Raw, "read")
	defer cancel()
	m.readConfirmed(within, req, resp)
	if resp.Diagnostics.HasError() {
		return
	}
	if resp.State.Raw.IsNull() {
		m.data.RefuseOtherApplication(ctx, inState, &resp.Diagnostics)
		if resp.Diagnostics.HasError() {
			resp.State.Raw = req.State.Raw
			return
		}
		bulk.NoteGone(ctx, resp.Private, &resp.Diagnostics)
		return
	}
	bulk.ForgetGone(ctx, resp.Private, &resp.Diagnostics)
	resp.State.Raw = m.keepTimeouts(resp.State.Raw, req.State.Raw)
	deployment := m.data.refreshed(inState, deploymentOf(resp.State.Raw), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		resp.State.Raw = req.State.Raw
		return
	}
	resp.State.Raw = withDeployment(ctx, resp.State.Raw, deployment, &resp.Diagnostics)
}

// Update keeps the planned deployment.
func (m *managed) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	inState := deploymentOf(req.State.Raw)
	m.data.refuse(ctx, inState, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if m.timed() && onlyTimeouts(req.Config.Raw, req.Plan.Raw, req.State.Raw) {
		resp.State.Raw = req.Plan.Raw
		return
	}
	within, cancel := m.within(ctx, req.Plan.Raw, "update")
	defer cancel()
	m.inner.Update(within, req, resp)
	// The last write counts: an update can take longer than reads lag.
	m.data.noteMade(ctx, resp.Private, &resp.Diagnostics)
	if !resp.State.Raw.IsNull() && !resp.Diagnostics.HasError() {
		resp.State.Raw = m.keepTimeouts(resp.State.Raw, req.Plan.Raw)
	}
	if planned := deploymentOf(req.Plan.Raw); planned != nil && !resp.State.Raw.IsNull() {
		resp.State.Raw = withDeployment(ctx, resp.State.Raw, *planned, &resp.Diagnostics)
	}
}

// Delete refuses an object of another deployment.
func (m *managed) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	inState := deploymentOf(req.State.Raw)
	m.data.refuse(ctx, inState, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		within, cancel := m.within(ctx, req.State.Raw, "delete")
		defer cancel()
		m.inner.Delete(within, req, resp)
	}
}
