package framework

import (
	"context"
	"fmt"
	"math/big"
	"net/url"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// Deployed is what the models of all resources have in common: which deployment their object belongs to. Managed fills it.
type Deployed struct {
	Deployment *Deployment `tfsdk:"deployment"`
}

// Deployment says where an object of a state is.
type Deployment struct {
	// Origin is scheme, host and port.
	Origin types.String `tfsdk:"origin"`
	// AccountID and ApplicationID are null where no response to the create reported them.
	AccountID     types.Int64 `tfsdk:"account_id"`
	ApplicationID types.Int64 `tfsdk:"application_id"`
}

// LocatedIn notes what a response says about the object's place; 0 is nothing.
func (d *Deployed) LocatedIn(accountID, applicationID int64) {
	var reported Deployment
	if d.Deployment != nil {
		reported = *d.Deployment
	}
	if accountID != 0 {
		reported.AccountID = types.Int64Value(accountID)
	}
	if applicationID != 0 {
		reported.ApplicationID = types.Int64Value(applicationID)
	}
	d.Deployment = &reported
}

// InAccount is part of a resource whose responses report the account of the object, with LocatedIn.
type InAccount struct{}

func (InAccount) reportsAccount() {}

// InApplication is part of a resource whose responses report the Application of the object, with LocatedIn.
type InApplication struct{}

func (InApplication) reportsApplication() {}

// Here is the configured deployment, for an object that a list resource has found there.
func (d *Data) Here() Deployed {
	return Deployed{Deployment: &Deployment{Origin: types.StringValue(d.Client.Origin())}}
}

// IsAnother says whether an object with the ID of a state's is another one, made at another time.
func IsAnother(inState timetypes.RFC3339, created time.Time) bool {
	return !inState.IsNull() && !inState.IsUnknown() && !created.IsZero() && !inState.Equal(Time(created))
}

// AddAnother reports that what has the ID of a state's object is another one. object names it, such as "audience 701".
func AddAnother(diags *diag.Diagnostics, object string, inState timetypes.RFC3339, created time.Time) {
	diags.AddError("Another object has the same ID", another(object, inState, created)+
		" It was not changed. Run terraform plan again: it shows the old one as deleted.")
}

// AddGone reports that an object to change has vanished since the plan.
func AddGone(diags *diag.Diagnostics, object string) {
	diags.AddError("Object is gone", "The deployment no longer has "+object+", so it was not changed. Run terraform plan again: it shows what is to be created.")
}

// WarnAnother says that a Read or a Delete leaves what has the ID of a state's object alone.
func WarnAnother(diags *diag.Diagnostics, object string, inState timetypes.RFC3339, created time.Time) {
	diags.AddWarning("Another object has the same ID", another(object, inState, created)+" The old one counts as deleted, and the new one is not touched.")
}

func another(object string, inState timetypes.RFC3339, created time.Time) string {
	return fmt.Sprintf("The state's %s was created at %s, the deployment's at %s: it is a different object, for example after a reset of the deployment.",
		object, inState.ValueString(), Time(created).ValueString())
}

const deploymentName = "deployment"

var deploymentAttribute = schema.SingleNestedAttribute{
	Computed: true,
	MarkdownDescription: "The deployment that the object belongs to. The provider refuses to plan, change or destroy it on another one; " +
		"`moved_from` in the provider block accepts a deployment that has moved.",
	Attributes: map[string]schema.Attribute{
		"origin":         schema.StringAttribute{Computed: true, MarkdownDescription: "Scheme, host and port of `base_url`."},
		"account_id":     schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the account; null if the API does not report it."},
		"application_id": schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the Application; null if the API does not report it."},
	},
}

var deploymentType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
	"origin": tftypes.String, "account_id": tftypes.Number, "application_id": tftypes.Number,
}}

// deploymentOf is the deployment in a state or plan; nil where it has none. It reads the raw value, since a path into a large
// state takes long.
func deploymentOf(object tftypes.Value) *Deployment {
	var attributes, parts map[string]tftypes.Value
	var origin string
	if object.As(&attributes) != nil || attributes[deploymentName].IsNull() || !attributes[deploymentName].IsKnown() ||
		attributes[deploymentName].As(&parts) != nil || !parts["origin"].IsKnown() || parts["origin"].As(&origin) != nil {
		return nil
	}
	return &Deployment{Origin: types.StringValue(origin), AccountID: int64Of(parts["account_id"]), ApplicationID: int64Of(parts["application_id"])}
}

func int64Of(value tftypes.Value) types.Int64 {
	number := new(big.Float)
	switch {
	case !value.IsKnown():
		return types.Int64Unknown()
	case value.IsNull() || value.As(&number) != nil:
		return types.Int64Null()
	}
	id, _ := number.Int64()
	return types.Int64Value(id)
}

// withDeployment is a state or plan with another deployment in it.
func withDeployment(ctx context.Context, object tftypes.Value, deployment Deployment, diags *diag.Diagnostics) tftypes.Value {
	var attributes map[string]tftypes.Value
	err := object.As(&attributes)
	parts := make(map[string]tftypes.Value, len(deploymentType.AttributeTypes))
	for name, value := range map[string]interface {
		ToTerraformValue(ctx context.Context) (tftypes.Value, error)
	}{"origin": deployment.Origin, "account_id": deployment.AccountID, "application_id": deployment.ApplicationID} {
		if err == nil {
			parts[name], err = value.ToTerraformValue(ctx)
		}
	}
	if err != nil {
		diags.AddError("Unreadable state", err.Error())
		return object
	}
	attributes[deploymentName] = tftypes.NewValue(deploymentType, parts)
	return tftypes.NewValue(object.Type(), attributes)
}

// created is the deployment of an object after its create: what no response has reported is null.
func (d Deployment) created() Deployment {
	if d.AccountID.IsUnknown() {
		d.AccountID = types.Int64Null()
	}
	if d.ApplicationID.IsUnknown() {
		d.ApplicationID = types.Int64Null()
	}
	return d
}

func (d Deployment) String() string {
	text := d.Origin.ValueString()
	if id := d.AccountID; !id.IsNull() && !id.IsUnknown() {
		text += fmt.Sprintf(", account %d", id.ValueInt64())
	}
	if id := d.ApplicationID; !id.IsNull() && !id.IsUnknown() {
		text += fmt.Sprintf(", Application %d", id.ValueInt64())
	}
	return text
}

var accountAndApplication = regexp.MustCompile(`^([0-9]*)/([0-9]*)$`)

// IsMovedFrom says whether a text is an address, or the IDs of an account and an Application as a state has them, one of
// which may be omitted: 31/3, 31/ and /3.
func IsMovedFrom(text string) bool {
	if accountAndApplication.MatchString(text) {
		return text != "/"
	}
	_, err := talonone.ParseBaseURL(text)
	return err == nil
}

// moved says whether moved_from accepts that an object of a state is at the configured deployment now.
func (d *Data) moved(from Deployment) bool {
	if ids := accountAndApplication.FindStringSubmatch(d.MovedFrom); ids != nil {
		return d.isHere(from) && isID(from.AccountID, ids[1]) && isID(from.ApplicationID, ids[2])
	}
	old, err := url.Parse(d.MovedFrom)
	return d.MovedFrom != "" && err == nil && !d.isHere(from) && from.Origin.ValueString() == talonone.OriginOf(old)
}

func isID(id types.Int64, text string) bool { return text == "" || id.IsNull() || idText(id) == text }

func (d *Data) isHere(inState Deployment) bool {
	return inState.Origin.ValueString() == d.Client.Origin()
}

// refuseElsewhere reports an object that belongs to another deployment than the configured one.
func (d *Data) refuseElsewhere(inState *Deployment, diags *diag.Diagnostics) {
	if inState == nil || d.isHere(*inState) || d.moved(*inState) {
		return
	}
	addElsewhere(diags, inState.Origin.ValueString(), d.Client.Origin(), "base_url (or TALONONE_BASE_URL)", inState.Origin.ValueString())
}

// refuse reports an object that belongs elsewhere, before a write.
func (d *Data) refuse(ctx context.Context, inState *Deployment, diags *diag.Diagnostics) {
	d.refuseElsewhere(inState, diags)
	if !diags.HasError() {
		d.RefuseOtherApplication(ctx, inState, diags)
	}
}

// RefuseOtherApplication reports an object that belongs to another Application than the Integration key, as far as the
// deployment tells.
func (d *Data) RefuseOtherApplication(ctx context.Context, inState *Deployment, diags *diag.Diagnostics) {
	if inState == nil || inState.ApplicationID.IsNull() || !d.Client.HasIntegrationKey() || d.moved(*inState) {
		return
	}
	own, err := d.Client.IntegrationApplicationID(ctx)
	if err != nil {
		AddError(diags, Operation{Action: "find the Application of the Integration API key"}, err)
		return
	}
	if own != 0 && own != inState.ApplicationID.ValueInt64() {
		d.addOtherIDs(diags, *inState, Deployment{Origin: inState.Origin, AccountID: inState.AccountID, ApplicationID: types.Int64Value(own)})
	}
}

func (d *Data) addOtherIDs(diags *diag.Diagnostics, inState, reported Deployment) {
	addElsewhere(diags, inState.String(), reported.String(), "integration_api_key and management_api_key (or their TALONONE_ variables)",
		idText(inState.AccountID)+"/"+idText(inState.ApplicationID))
}

func idText(id types.Int64) string {
	if id.IsNull() || id.IsUnknown() {
		return ""
	}
	return fmt.Sprint(id.ValueInt64())
}

func addElsewhere(diags *diag.Diagnostics, inState, here, settings, movedFrom string) {
	diags.AddError("Object belongs to another deployment", fmt.Sprintf(
		"The state's object belongs to %s, and the provider is configured for %s. Nothing was read or changed there for it. Either\n"+
			"  - set %s to the deployment of the state, or choose the state of this deployment (workspace, backend);\n"+
			"  - if the deployment has moved with everything in it, set moved_from = %q in the provider block (or TALONONE_MOVED_FROM);\n"+
			"  - to stop managing the object, use a removed block with destroy = false, or terraform state rm.",
		inState, here, settings, movedFrom))
}

// refreshed is the deployment of an object after a Read that reported something.
func (d *Data) refreshed(inState, reported *Deployment, diags *diag.Diagnostics) Deployment {
	next := Deployment{Origin: types.StringValue(d.Client.Origin()), AccountID: types.Int64Null(), ApplicationID: types.Int64Null()}
	if reported == nil {
		reported = &next
	}
	if inState == nil || d.moved(*inState) {
		next.AccountID, next.ApplicationID = reported.AccountID, reported.ApplicationID
		return next
	}
	differs := func(before, now types.Int64) bool { return !before.IsNull() && !now.IsNull() && !before.Equal(now) }
	if differs(inState.AccountID, reported.AccountID) || differs(inState.ApplicationID, reported.ApplicationID) {
		d.addOtherIDs(diags, *inState, Deployment{Origin: next.Origin, AccountID: reported.AccountID, ApplicationID: reported.ApplicationID})
	}
	return *inState
}

// RefuseOtherEnvironment reports an object of a live environment where the Integration key belongs to a sandbox, and the reverse.
// found is the environment of the object that the key sees; nil looks for that of the key's Application, as far as keys allow.
func (d *Data) RefuseOtherEnvironment(ctx context.Context, object string, inState types.Bool, found *bool, diags *diag.Diagnostics) {
	if inState.IsNull() || inState.IsUnknown() {
		return
	}
	if found == nil {
		found = d.keysEnvironment(ctx)
	}
	if found == nil || *found == inState.ValueBool() {
		return
	}
	diags.AddError("Object belongs to another environment", fmt.Sprintf(
		"The state's %s belongs to %s environment, and the Integration API key to %s one. Nothing was changed. Use the key of an Application of that environment, "+
			"or the state that belongs to this key (workspace, backend, provider alias).", object, environment(inState.ValueBool()), environment(*found)))
}

func environment(sandbox bool) string {
	if sandbox {
		return "a sandbox"
	}
	return "a live"
}

// keysEnvironment says whether the Integration key belongs to a sandbox; nil where the keys don't tell.
func (d *Data) keysEnvironment(ctx context.Context) *bool {
	if !d.Client.HasIntegrationKey() || !d.Client.HasManagementKey() {
		return nil
	}
	own, err := d.Client.IntegrationApplicationID(ctx)
	if err != nil || own == 0 {
		return nil
	}
	applications, err := d.Client.GetApplications(ctx)
	if err != nil {
		return nil
	}
	for _, application := range applications {
		if application.ID == own {
			return application.Sandbox
		}
	}
	return nil
}
