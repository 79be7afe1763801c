package framework

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
)

// privateMade is when an object was created or updated last, by the deployment's clock. Where it is lost, created stands in.
const privateMade = "made"

// noteMade keeps in private state when the object was written.
func (d *Data) noteMade(ctx context.Context, private bulk.PrivateWriter, diags *diag.Diagnostics) {
	bulk.WritePrivate(ctx, private, privateMade, d.Client.ServerTime(time.Now()).UTC(), diags)
}

// readConfirmed is a resource's Read. What the state has and a read lacks may only not be visible yet: an object that was written
// within the time of read_consistency is read once more when that is over.
func (m *managed) readConfirmed(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	written := bulk.ReadPrivate[time.Time](ctx, req.Private, privateMade, &resp.Diagnostics)
	if written.IsZero() {
		written = createdOf(req.State.Raw)
	}
	before := *resp
	visible := written.Add(m.data.ReadConsistency)
	// A read that takes long shows what was visible when it began.
	young := m.data.Client.ServerTime(time.Now()).Before(visible)
	m.inner.Read(ctx, req, resp)
	if resp.Diagnostics.HasError() || !young || !lost(req.State.Raw, resp.State.Raw) {
		return
	}
	wait := min(visible.Sub(m.data.Client.ServerTime(time.Now())), m.data.ReadConsistency)
	*resp = before
	select {
	case <-ctx.Done():
		AddError(&resp.Diagnostics, Operation{Action: "read again what is not visible yet"}, ctx.Err())
		return
	case <-time.After(wait):
	}
	m.data.Client.ForgetReads(visible)
	m.inner.Read(ctx, req, resp)
}

// lost says whether a read lacks the object, or has other rows than the state.
func lost(before, after tftypes.Value) bool {
	var attributes map[string]tftypes.Value
	if after.IsNull() || after.As(&attributes) != nil {
		return after.IsNull()
	}
	_, manyRows := attributes["last_sync"]
	return manyRows && !after.Equal(before)
}

// createdOf is the time of the attribute created; zero where there is none.
func createdOf(state tftypes.Value) time.Time {
	var attributes map[string]tftypes.Value
	var text string
	if state.As(&attributes) != nil {
		return time.Time{}
	}
	if created, ok := attributes["created"]; !ok || created.IsNull() || !created.IsKnown() || created.As(&text) != nil {
		return time.Time{}
	}
	// The attribute's type has validated it.
	created, _ := time.Parse(time.RFC3339, text)
	return created
}

// IsYoung says whether reads may not show yet what was created then.
func (d *Data) IsYoung(created timetypes.RFC3339) bool {
	at, problems := created.ValueRFC3339Time()
	return !problems.HasError() && d.Client.ServerTime(time.Now()).Sub(at) < d.ReadConsistency
}
