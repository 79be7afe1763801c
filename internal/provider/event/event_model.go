// Package event holds the constructs that track custom events.
package event

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// The versions of the API that track events.
const (
	v1 = "v1"
	v2 = "v2"
	v3 = "v3"
)

// eventInput mirrors what an event is made of, in the resource and in the action.
type eventInput struct {
	APIVersion         types.String         `tfsdk:"api_version"`
	Type               types.String         `tfsdk:"type"`
	ProfileID          types.String         `tfsdk:"profile_id"`
	SessionID          types.String         `tfsdk:"session_id"`
	IntegrationID      types.String         `tfsdk:"integration_id"`
	ConnectedSessionID types.String         `tfsdk:"connected_session_id"`
	StoreIntegrationID types.String         `tfsdk:"store_integration_id"`
	LoyaltyCards       types.List           `tfsdk:"loyalty_cards"`
	Attributes         jsontypes.Normalized `tfsdk:"attributes"`
	IdempotencyKey     types.String         `tfsdk:"idempotency_key"`
}

// Descriptions that the resource and the action share.
var eventText = map[string]string{
	"api_version": "Version of the API that tracks the event: `v2` (the default), `v3` for an advanced event with its own `integration_id`, " +
		"or `v1`, an event inside a session, which Talon.One retired in 2023: the plan warns about it, and only old deployments serve it.",
	"type":                 "Type of the event, as defined in the Campaign Manager. Built-in events, which begin with `talon_`, can't be tracked.",
	"profile_id":           "Integration ID of the customer, at most 1,000 characters. An unknown customer gets an empty profile. Required unless `api_version` is `v1`.",
	"session_id":           "ID of the session that the event belongs to. It is created if it does not exist, and must belong to the same customer otherwise. Required for `v1`, and only valid there.",
	"integration_id":       "ID of the event, chosen by you and unique in the Application. Required for `v3`, and only valid there. An existing ID is an error, unless an earlier apply sent this event and got no response.",
	"connected_session_id": "ID of a closed session that rules can use. For `v3` only.",
	"store_integration_id": "Integration ID of the store where it happened, 1 to 1,000 characters. For `v2` and `v3`.",
	"loyalty_cards":        "Identifier of the customer's loyalty card; at most one. For `v2` and `v3`.",
	"attributes":           "Custom attributes of the event as a JSON object (`jsonencode({...})`); they must be defined in the Campaign Manager for this type of event.",
	"idempotency_key":      "Idempotency key, 1 to 255 printable characters. For 24 hours, the deployment tracks the event only once under one key and repeats its response. For `v2` only. Default: a random key for every run, kept for retries, and for 23 hours in Terraform's data folder if the response was lost.",
}

const eventAbout = "Tracks a custom event of a customer, which runs the campaigns' rules: they can give coupons, points and more. Events can't be changed or deleted.\n\n"

// partsOf are what responseContent can ask for, by version.
var partsOf = map[string][]string{
	v2: {"customerProfile", "triggeredCampaigns", "loyalty", "event", "awardedGiveaways", "ruleFailureReasons", "campaignEligibility", "achievements"},
	v3: {"customerProfile", "triggeredCampaigns", "loyalty", "advancedEvent", "awardedGiveaways", "ruleFailureReasons"},
	v1: {"session", "profile", "event", "loyalty", "coupon"},
}

// tracked is what came of an event.
type tracked struct {
	event     *talonone.Event
	effects   []talonone.Effect
	coupons   []talonone.Coupon
	referrals []talonone.Referral
	parts     map[string]json.RawMessage
}

func (m *eventInput) version() string {
	if m.APIVersion.IsNull() {
		return v2
	}
	return m.APIVersion.ValueString()
}

// validate reports what does not belong to the version of the API. Unknown values
// are left to the apply.
func (m *eventInput) validate(diags *diag.Diagnostics) {
	if strings.HasPrefix(m.Type.ValueString(), talonone.ReservedEventPrefix) {
		diags.AddAttributeError(path.Root("type"), "Built-in events can't be tracked",
			fmt.Sprintf("%q is a built-in event, which Talon.One tracks itself. Name a custom event that is defined in the Campaign Manager.", m.Type.ValueString()))
	}
	if m.APIVersion.IsUnknown() {
		return
	}
	version := m.version()
	if !slices.Contains([]string{v1, v2, v3}, version) {
		return
	}
	for _, rule := range []struct {
		name     string
		isNull   bool
		required []string
		allowed  []string
	}{
		{"profile_id", m.ProfileID.IsNull(), []string{v2, v3}, []string{v1, v2, v3}},
		{"session_id", m.SessionID.IsNull(), []string{v1}, []string{v1}},
		{"integration_id", m.IntegrationID.IsNull(), []string{v3}, []string{v3}},
		{"connected_session_id", m.ConnectedSessionID.IsNull(), nil, []string{v3}},
		{"store_integration_id", m.StoreIntegrationID.IsNull(), nil, []string{v2, v3}},
		{"loyalty_cards", m.LoyaltyCards.IsNull(), nil, []string{v2, v3}},
		{"idempotency_key", m.IdempotencyKey.IsNull(), nil, []string{v2}},
	} {
		switch {
		case rule.isNull && slices.Contains(rule.required, version):
			diags.AddAttributeError(path.Root(rule.name), "Missing "+rule.name, fmt.Sprintf("%s is required with api_version = %q. %s", rule.name, version, eventText[rule.name]))
		case !rule.isNull && !slices.Contains(rule.allowed, version):
			diags.AddAttributeError(path.Root(rule.name), "Attribute does not belong here",
				fmt.Sprintf("%s does not exist in version %s of events. Remove it, or choose another api_version (%s).", rule.name, version, strings.Join(rule.allowed, ", ")))
		}
	}
}

// check reports what of the event does not exist on the deployment, where a key can tell.
func (m *eventInput) check(ctx context.Context, data *framework.Data, diags *diag.Diagnostics) {
	if m.APIVersion.ValueString() == v1 {
		// Terraform validates twice before it plans, and would show it twice.
		diags.AddAttributeWarning(path.Root("api_version"), "Version 1 of events is retired",
			"Talon.One announced the end of trackEvent (POST /v1/events) for 31 March 2023. Use api_version = \"v2\", which tracks an event of a customer without a session, unless your deployment still serves version 1.")
	}
	data.ExpectSession(ctx, path.Root("connected_session_id"), m.ConnectedSessionID, diags)
	data.WarnUnknownStore(ctx, m.StoreIntegrationID, types.StringNull(), diags)
	if m.Type.IsUnknown() || !m.isDefined(ctx, data, diags) {
		return
	}
	customattr.Check(ctx, data, talonone.EntityEvent, m.isOfType, m.Attributes, path.Root("attributes"), diags)
}

func (m *eventInput) isOfType(definition talonone.AttributeDefinition) bool {
	return definition.EventType != nil && *definition.EventType == m.Type.ValueString()
}

// isDefined reports a type that the account does not have. A type comes into being with its first attribute.
func (m *eventInput) isDefined(ctx context.Context, data *framework.Data, diags *diag.Diagnostics) bool {
	if slices.ContainsFunc(data.Attributes.Over(nil), m.isOfType) {
		return true
	}
	if !m.Attributes.IsNull() && data.ValidateAttributes && data.Client.MayCall("getAttributes") {
		// What the check of the attributes reads anyway.
		if definitions, err := data.Client.GetAttributes(ctx); err == nil && slices.ContainsFunc(definitions, m.isOfType) {
			return true
		}
	}
	if !data.Client.MayCall("getEventTypes") {
		return true
	}
	all, err := data.Client.GetEventTypes(ctx)
	switch {
	case talonone.IsUnauthorized(err):
		return true
	case err != nil:
		framework.AddError(diags, framework.Operation{Construct: resourceType, Action: "read the event types"}, err)
		return true
	}
	names := make([]string, len(all))
	for i, one := range all {
		if names[i] = one.Name; one.Name == m.Type.ValueString() {
			return true
		}
	}
	framework.AddMissing(diags, path.Root("type"), "Event type does not exist", fmt.Sprintf(
		"The account has no event type %s. It has: %s. Correct type, or create the event type with its first attribute: resource talonone_attribute with event_type. "+
			"If this configuration creates it already, let this event depend on that attribute, for example with depends_on.", m.Type, bulk.Names(names)))
	return false
}

// inputs are the arguments that make an event another one.
func (m *eventInput) inputs(prior eventInput) []journal.Input {
	return []journal.Input{
		{Name: "api_version", Planned: m.APIVersion, Prior: prior.APIVersion},
		{Name: "type", Planned: m.Type, Prior: prior.Type},
		{Name: "profile_id", Planned: m.ProfileID, Prior: prior.ProfileID},
		{Name: "session_id", Planned: m.SessionID, Prior: prior.SessionID},
		{Name: "integration_id", Planned: m.IntegrationID, Prior: prior.IntegrationID},
		{Name: "connected_session_id", Planned: m.ConnectedSessionID, Prior: prior.ConnectedSessionID},
		{Name: "store_integration_id", Planned: m.StoreIntegrationID, Prior: prior.StoreIntegrationID},
		{Name: "loyalty_cards", Planned: m.LoyaltyCards, Prior: prior.LoyaltyCards},
		{Name: "attributes", Planned: m.Attributes, Prior: prior.Attributes},
	}
}

// begin notes that the event is about to be tracked.
func (m *eventInput) begin(data *framework.Data, kind string, inputs []journal.Input) *journal.Run {
	now := data.Client.ServerTime(time.Now())
	if m.version() == v2 {
		return data.Journal.BeginRun(kind, inputs, m.IdempotencyKey, now)
	}
	return data.Journal.NoteRun(kind, inputs, "", now)
}

// reportBegun says what becomes of an event that an earlier apply has sent, and
// whose response no state holds.
func (m *eventInput) reportBegun(diags *diag.Diagnostics) {
	const summary = "An earlier apply began to track this event"
	switch m.version() {
	case v1:
		diags.AddAttributeError(path.Root("api_version"), summary,
			"It is not known whether it was tracked: the response was lost, and version 1 of events has no idempotency key. Look in the Campaign Manager under the Application's Events, filtered by session "+
				strconv.Quote(m.SessionID.ValueString())+". If the event is there, remove this resource; if not, change triggers to track it now.")
	case v3:
		diags.AddAttributeWarning(path.Root("integration_id"), summary,
			"Its response is not in the state. If the event exists, it is adopted without effects, which can no longer be read; otherwise it is tracked.")
	default:
		diags.AddWarning(summary,
			"Its response is not in the state. Applying sends it again with the same idempotency key: if it was tracked, the deployment repeats its response, and no second event is created.")
	}
}

// runOptions say how to track an event: which parts of the response are wanted, and whether it is a dry run, which v3 lacks.
type runOptions struct {
	parts []string
	dry   bool
}

// run tracks the event and reports what went wrong.
func (m *eventInput) run(ctx context.Context, data *framework.Data, construct string, run *journal.Run, how runOptions, diags *diag.Diagnostics) *tracked {
	attempt := framework.Operation{
		Construct: construct, Action: "track event", Object: strconv.Quote(m.Type.ValueString()),
		Pointers: map[string]path.Path{
			"/type": path.Root("type"), "/attributes": path.Root("attributes"), "/profileId": path.Root("profile_id"),
			"/sessionId": path.Root("session_id"), "/integrationId": path.Root("integration_id"),
			"/connectedSessionId": path.Root("connected_session_id"), "/storeIntegrationId": path.Root("store_integration_id"),
			"/loyaltyCards": path.Root("loyalty_cards"),
		},
		Advice: map[int]string{http.StatusConflict: "Other requests kept updating the same customer. Run it again."},
	}
	switch m.version() {
	case v1:
		return m.runV1(ctx, data, attempt, run, how, diags)
	case v3:
		return m.runV3(ctx, data, attempt, run, how.parts, diags)
	default:
		return m.runV2(ctx, data, attempt, run, how, diags)
	}
}

func (m *eventInput) runV2(ctx context.Context, data *framework.Data, attempt framework.Operation, run *journal.Run, how runOptions, diags *diag.Diagnostics) *tracked {
	cards, _ := framework.Strings(m.LoyaltyCards)
	response, err := data.Client.TrackEventV2(ctx, talonone.EventRequest{
		ProfileID: m.ProfileID.ValueString(), StoreIntegrationID: m.StoreIntegrationID.ValueString(), Type: m.Type.ValueString(),
		Attributes: customattr.FromConfig(m.Attributes), LoyaltyCards: cards,
	}, talonone.EventOptions{Dry: how.dry, ResponseContent: framework.WithPart(how.parts, "event"), IdempotencyKey: run.Key})
	if err != nil {
		framework.AddRunError(diags, attempt, err, run)
		return nil
	}
	run.Done()
	return &tracked{response.Event, response.Effects, response.CreatedCoupons, response.CreatedReferrals, response.Parts}
}

func (m *eventInput) runV3(ctx context.Context, data *framework.Data, attempt framework.Operation, run *journal.Run, parts []string, diags *diag.Diagnostics) *tracked {
	cards, _ := framework.Strings(m.LoyaltyCards)
	response, recovered, err := data.Client.TrackEventV3(ctx, talonone.AdvancedEvent{
		IntegrationID: m.IntegrationID.ValueString(), ProfileID: m.ProfileID.ValueString(),
		ConnectedSessionID: m.ConnectedSessionID.ValueString(), StoreIntegrationID: m.StoreIntegrationID.ValueString(),
		Type: m.Type.ValueString(), Attributes: customattr.FromConfig(m.Attributes), LoyaltyCards: cards,
	}, framework.WithPart(parts, "advancedEvent"), run.Begun)
	switch {
	case talonone.IsOutcomeUnknown(err):
		run.Failed(err)
		framework.AddError(diags, attempt, err)
		diags.AddAttributeWarning(path.Root("integration_id"), "It is not known whether the event was tracked",
			"Apply again: the event is adopted if it exists, and tracked otherwise. Terraform's data folder has a note that it was sent.")
		return nil
	case talonone.IsConflict(err):
		run.Done()
		attempt.Advice[http.StatusConflict] = "An integration ID belongs to one event permanently, and events can't be changed. If an apply on another machine was stopped after it had tracked this event, there is nothing more to do: remove the resource. Otherwise choose another integration_id."
		framework.AddAttributeError(diags, path.Root("integration_id"), attempt, err)
		return nil
	case err != nil:
		run.Failed(err)
		framework.AddError(diags, attempt, err)
		return nil
	case recovered:
		diags.AddAttributeWarning(path.Root("integration_id"), "The response with the effects was lost",
			fmt.Sprintf("The response to event %q never arrived. The event exists, but its effects can no longer be read, so effects is empty.", m.IntegrationID.ValueString()))
	}
	run.Done()
	return &tracked{response.AdvancedEvent, response.Effects, response.CreatedCoupons, response.CreatedReferrals, response.Parts}
}

func (m *eventInput) runV1(ctx context.Context, data *framework.Data, attempt framework.Operation, run *journal.Run, how runOptions, diags *diag.Diagnostics) *tracked {
	response, err := data.Client.TrackEvent(ctx, talonone.LegacyEvent{
		ProfileID: m.ProfileID.ValueString(), Type: m.Type.ValueString(), SessionID: m.SessionID.ValueString(),
		Attributes: customattr.FromConfig(m.Attributes),
	}, how.dry)
	switch {
	case talonone.IsOutcomeUnknown(err):
		run.Failed(err)
		diags.AddError("Unable to tell whether event "+strconv.Quote(m.Type.ValueString())+" was tracked",
			err.Error()+".\n\nVersion 1 of events has no idempotency key, so it was not sent again. Look for the event in the Campaign Manager under the Application's Events, filtered by session "+
				strconv.Quote(m.SessionID.ValueString())+", before it is sent once more: that would track a second one.")
		return nil
	case err == nil:
		run.Done()
		return &tracked{event: &response.Event, effects: decodePositional(response.Event.Effects), parts: response.Parts}
	}
	run.Done()
	switch {
	case talonone.IsRetired(err):
		const advice = "This deployment does not serve version 1 of events, which Talon.One retired in 2023. Set api_version = \"v2\" and profile_id, and remove session_id."
		attempt.Advice = map[int]string{http.StatusNotFound: advice, http.StatusGone: advice, http.StatusMethodNotAllowed: advice}
		framework.AddAttributeError(diags, path.Root("api_version"), attempt, err)
	default:
		framework.AddError(diags, attempt, err)
	}
	return nil
}

// decodePositional gives the effects of version 1, which are arrays, the form of
// today's. What had no name then has none: props holds the arguments in order,
// and an effect of another form as a whole.
func decodePositional(effects []talonone.PositionalEffect) []talonone.Effect {
	decoded := make([]talonone.Effect, len(effects))
	for i, effect := range effects {
		key, content := "arguments", effect.Arguments
		if effect.EffectType == "" {
			key, content = "effect", effect.Raw
		}
		props, err := json.Marshal(map[string]json.RawMessage{key: content})
		if err != nil {
			// The parts came out of a decoder.
			props = nil
		}
		decoded[i] = talonone.Effect{
			CampaignID: effect.CampaignID, RulesetID: effect.RulesetID, RuleIndex: effect.RuleIndex, EffectType: effect.EffectType, Props: props,
		}
	}
	return decoded
}
