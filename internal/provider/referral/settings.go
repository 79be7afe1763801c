// Package referral holds the constructs about referrals.
package referral

import (
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// settings is what a referral can be told: at creation, and later by updateReferral.
type settings struct {
	Friend string `json:"friend,omitempty"`
	// UsageLimit is nil where the deployment chose it.
	UsageLimit *int64     `json:"usageLimit,omitempty"`
	Start      *time.Time `json:"start,omitempty"`
	Expiry     *time.Time `json:"expiry,omitempty"`
	// Attributes is a JSON object, empty for none.
	Attributes string `json:"attributes,omitempty"`
}

// fit says whether a referral has these settings.
func (s settings) fit(api *talonone.Referral) bool {
	return s.Friend == framework.ValueOf(api.FriendProfileIntegrationID) && s.fitShared(api)
}

// fitShared is fit without the friend, which is each referral's own.
func (s settings) fitShared(api *talonone.Referral) bool {
	return (s.UsageLimit == nil || *s.UsageLimit == api.UsageLimit) &&
		sameTime(s.Start, api.StartDate) && sameTime(s.Expiry, api.ExpiryDate) &&
		sameAttributes(s.Attributes, string(api.Attributes))
}

// equal says whether two settings mean the same.
func (s settings) equal(other settings) bool {
	return s.Friend == other.Friend && (s.UsageLimit == nil) == (other.UsageLimit == nil) && framework.ValueOf(s.UsageLimit) == framework.ValueOf(other.UsageLimit) &&
		sameTime(s.Start, other.Start) && sameTime(s.Expiry, other.Expiry) && sameAttributes(s.Attributes, other.Attributes)
}

// content is what makes two changes of settings differ.
func (s settings) content(string) string {
	// Texts, numbers and times always become JSON.
	text, _ := json.Marshal(s)
	return string(text)
}

// update is the body that brings a referral to these settings. An empty object clears attributes.
func (s settings) update() talonone.ReferralUpdate {
	update := talonone.ReferralUpdate{UsageLimit: s.UsageLimit, StartDate: s.Start, ExpiryDate: s.Expiry, Attributes: json.RawMessage("{}")}
	if s.Friend != "" {
		update.FriendProfileIntegrationID = &s.Friend
	}
	if s.Attributes != "" {
		update.Attributes = json.RawMessage(s.Attributes)
	}
	return update
}

// reportKept reports what a referral still has although the update omitted it. Whether that clears a setting is not
// documented.
func (s settings) reportKept(api *talonone.Referral, diags *diag.Diagnostics) {
	kept := func(attribute string) {
		diags.AddAttributeError(path.Root(attribute), "Unable to remove "+attribute,
			"The deployment kept the value of referral "+api.Code+", although the update omitted it. Set "+attribute+
				" to a value with the same effect, or replace the resource, which creates a new code: terraform apply -replace=ADDRESS.")
	}
	if s.Friend == "" && framework.ValueOf(api.FriendProfileIntegrationID) != "" {
		kept("friend_profile_integration_id")
	}
	if s.Start == nil && api.StartDate != nil {
		kept("start_date")
	}
	if s.Expiry == nil && api.ExpiryDate != nil {
		kept("expiry_date")
	}
	if s.Attributes == "" && !sameAttributes("", string(api.Attributes)) {
		kept("attributes")
	}
}

// sameTime compares instants to the microsecond, which is what the API keeps.
func sameTime(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Truncate(time.Microsecond).Equal(b.Truncate(time.Microsecond))
}

// sameAttributes compares JSON objects: null is like a missing member. An empty text is an empty object.
func sameAttributes(a, b string) bool {
	if a == b {
		return true
	}
	left, errLeft := customattr.FromAPI(json.RawMessage(a))
	right, errRight := customattr.FromAPI(json.RawMessage(b))
	return errLeft == nil && errRight == nil && left.Equal(right)
}

// timeOf is nil for a null or unknown date.
func timeOf(date timetypes.RFC3339) *time.Time {
	if date.IsNull() || date.IsUnknown() {
		return nil
	}
	at, diags := date.ValueRFC3339Time()
	if diags.HasError() {
		return nil
	}
	return &at
}

// dateFrom is the server's date in the spelling of prior where that is the same instant.
func dateFrom(api *time.Time, prior timetypes.RFC3339) timetypes.RFC3339 {
	if api != nil && sameTime(api, timeOf(prior)) {
		return prior
	}
	return framework.OptionalTime(api)
}

// attributesFrom is the server's attributes in the spelling of prior where they are the same; none is null unless prior
// is an empty object.
func attributesFrom(api json.RawMessage, prior jsontypes.Normalized) jsontypes.Normalized {
	switch {
	case !prior.IsNull() && !prior.IsUnknown() && sameAttributes(prior.ValueString(), string(api)):
		return prior
	case sameAttributes(string(api), ""):
		return jsontypes.NewNormalizedNull()
	default:
		if now, err := customattr.FromAPI(api); err == nil {
			return now.SpelledAs(customattr.FromConfig(prior)).Value()
		}
		return jsontypes.NewNormalizedValue(string(api))
	}
}

// keepDate prefers the state's spelling of a planned date that is the same instant.
func keepDate(plan, state timetypes.RFC3339) timetypes.RFC3339 {
	if at := timeOf(plan); at != nil && sameTime(at, timeOf(state)) {
		return state
	}
	return plan
}

// keepAttributes prefers the state's spelling of planned attributes that are the same.
func keepAttributes(plan, state jsontypes.Normalized) jsontypes.Normalized {
	if !plan.IsNull() && !plan.IsUnknown() && !state.IsNull() && sameAttributes(plan.ValueString(), state.ValueString()) {
		return state
	}
	return plan
}

// checkDates reports a code that expires before it becomes valid.
func checkDates(start, expiry timetypes.RFC3339, diags *diag.Diagnostics) {
	from, until := timeOf(start), timeOf(expiry)
	if from != nil && until != nil && !from.Before(*until) {
		diags.AddAttributeError(path.Root("expiry_date"), "Referral is never valid",
			"expiry_date "+expiry.ValueString()+" is not after start_date "+start.ValueString()+".")
	}
}

func int64Pointer(number types.Int64) *int64 {
	if number.IsNull() || number.IsUnknown() {
		return nil
	}
	return number.ValueInt64Pointer()
}

// validNow says whether the dates allow the use of a code.
func validNow(start, expiry timetypes.RFC3339) bool {
	now, from, until := time.Now(), timeOf(start), timeOf(expiry)
	return (from == nil || !now.Before(*from)) && (until == nil || now.Before(*until))
}
