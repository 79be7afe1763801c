package definition

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// attributeModel mirrors the resource talonone_attribute.
type attributeModel struct {
	framework.Deployed
	framework.Timed

	ID                       types.Int64       `tfsdk:"id"`
	AccountID                types.Int64       `tfsdk:"account_id"`
	Created                  timetypes.RFC3339 `tfsdk:"created"`
	Entity                   types.String      `tfsdk:"entity"`
	EventType                types.String      `tfsdk:"event_type"`
	EventTypeID              types.Int64       `tfsdk:"event_type_id"`
	Name                     types.String      `tfsdk:"name"`
	Title                    types.String      `tfsdk:"title"`
	Type                     types.String      `tfsdk:"type"`
	Description              types.String      `tfsdk:"description"`
	Suggestions              types.List        `tfsdk:"suggestions"`
	RestrictedBySuggestions  types.Bool        `tfsdk:"restricted_by_suggestions"`
	HasAllowedList           types.Bool        `tfsdk:"has_allowed_list"`
	Editable                 types.Bool        `tfsdk:"editable"`
	SubscribedApplicationIDs types.List        `tfsdk:"subscribed_application_ids"`
	SubscribedCatalogIDs     types.List        `tfsdk:"subscribed_catalog_ids"`
	AllowedSubscriptions     types.List        `tfsdk:"allowed_subscriptions"`
}

// idIdentity mirrors the identity of what has an ID of its own in the account.
type idIdentity struct {
	ID types.Int64 `tfsdk:"id"`
}

func (m attributeModel) key() framework.AttributeKey {
	return framework.AttributeKey{Entity: talonone.Entity(m.Entity.ValueString()), EventType: m.EventType.ValueString(), Name: m.Name.ValueString()}
}

// hasKey says whether what identifies the attribute is known.
func (m attributeModel) hasKey() bool {
	return !m.Entity.IsUnknown() && !m.EventType.IsUnknown() && !m.Name.IsUnknown()
}

// over is existing with what is configured put over it; null and unknown values stay as they are there.
func (m attributeModel) over(existing talonone.AttributeDefinition) talonone.NewAttribute {
	n := talonone.NewAttribute{
		Entity: existing.Entity, EventType: existing.EventType, Name: existing.Name, Title: existing.Title, Type: existing.Type, Description: existing.Description,
		Suggestions: existing.Suggestions, HasAllowedList: existing.HasAllowedList, RestrictedBySuggestions: existing.RestrictedBySuggestions,
		Editable: existing.Editable, SubscribedApplicationIDs: existing.SubscribedApplicationIDs, SubscribedCatalogIDs: existing.SubscribedCatalogIDs,
		AllowedSubscriptions: existing.AllowedSubscriptions,
	}
	setText(&n.Title, m.Title)
	setText(&n.Description, m.Description)
	if texts, known := framework.Strings(m.Suggestions); known {
		n.Suggestions = texts
	}
	if n.Suggestions == nil {
		n.Suggestions = []string{}
	}
	if flag := framework.BoolPointer(m.RestrictedBySuggestions); flag != nil {
		n.RestrictedBySuggestions = flag
	}
	if flag := framework.BoolPointer(m.Editable); flag != nil {
		n.Editable = *flag
	}
	if ids, known := framework.Int64s(m.SubscribedApplicationIDs); known {
		n.SubscribedApplicationIDs = ids
	}
	if ids, known := framework.Int64s(m.SubscribedCatalogIDs); known {
		n.SubscribedCatalogIDs = ids
	}
	if texts, known := framework.Strings(m.AllowedSubscriptions); known {
		n.AllowedSubscriptions = texts
	}
	return n
}

func setText(into *string, value types.String) {
	if text := framework.StringPointer(value); text != nil {
		*into = *text
	}
}

// toAPI is the body of a create. Where nothing is configured, the title is the name.
func (m attributeModel) toAPI() talonone.NewAttribute {
	return m.over(talonone.AttributeDefinition{
		Entity: talonone.Entity(m.Entity.ValueString()), EventType: framework.StringPointer(m.EventType), Name: m.Name.ValueString(),
		Title: m.Name.ValueString(), Type: m.Type.ValueString(), Editable: true,
	})
}

// planned is the definition as it will be, for the checks of resources that use the attribute.
func (m attributeModel) planned() talonone.AttributeDefinition {
	catalogs, _ := framework.Int64s(m.SubscribedCatalogIDs)
	return talonone.AttributeDefinition{
		Entity: talonone.Entity(m.Entity.ValueString()), EventType: framework.StringPointer(m.EventType), Name: m.Name.ValueString(),
		Type: m.Type.ValueString(), SubscribedCatalogIDs: catalogs,
	}
}

// attributeFromAPI is the server's response. prior decides about the order of lists that mean the same.
func attributeFromAPI(api *talonone.AttributeDefinition, prior attributeModel) attributeModel {
	m := attributeModel{
		Deployed: prior.Deployed,
		ID:       types.Int64Value(api.ID), AccountID: types.Int64Value(api.AccountID), Created: framework.Time(api.Created),
		Entity: types.StringValue(string(api.Entity)), EventType: framework.OptionalString(api.EventType, types.StringNull()),
		EventTypeID: types.Int64PointerValue(api.EventTypeID), Name: types.StringValue(api.Name), Title: types.StringValue(api.Title),
		Type: types.StringValue(api.Type), Description: types.StringValue(api.Description),
		Suggestions:             framework.IDListValue(api.Suggestions),
		RestrictedBySuggestions: types.BoolValue(framework.ValueOf(api.RestrictedBySuggestions)),
		HasAllowedList:          types.BoolValue(framework.ValueOf(api.HasAllowedList)), Editable: types.BoolValue(api.Editable),
		SubscribedApplicationIDs: framework.Int64List(api.SubscribedApplicationIDs, orEmpty(prior.SubscribedApplicationIDs, types.Int64Type)),
		SubscribedCatalogIDs:     framework.Int64List(api.SubscribedCatalogIDs, orEmpty(prior.SubscribedCatalogIDs, types.Int64Type)),
		AllowedSubscriptions:     framework.StringList(api.AllowedSubscriptions, prior.AllowedSubscriptions, framework.Exactly),
	}
	m.LocatedIn(api.AccountID, 0)
	return m
}

// claim is what the resource wants to own.
func (m attributeModel) claim() bulk.Claim {
	return accountClaim(attributeType, attributes.Noun, m.label())
}

// accountClaim is the claim on one object that the account has under a name. Ending the management of it removes nothing.
func accountClaim(resourceType string, noun bulk.Noun, name string) bulk.Claim {
	return bulk.Claim{
		Subject: bulk.Subject{Noun: noun, Place: "the account", ResourceType: resourceType, ImportID: name},
		Target:  noun.Many, At: path.Root("name"), Rows: []string{name},
	}
}

// orEmpty is an empty list for a null one: the API always has one.
func orEmpty(list types.List, element attr.Type) types.List {
	if list.IsNull() || list.IsUnknown() {
		return types.ListValueMust(element, nil)
	}
	return list
}

// setting is one attribute of a resource with the planned value and that of a response.
type setting struct {
	name       string
	want, have attr.Value
}

// notTaken are the settings that a response does not have as they were planned.
func notTaken(settings []setting) []setting {
	var wrong []setting
	for _, s := range settings {
		if !s.want.IsUnknown() && !s.want.IsNull() && !s.want.Equal(s.have) {
			wrong = append(wrong, s)
		}
	}
	return wrong
}

func (m attributeModel) settings(have attributeModel) []setting {
	return []setting{
		{"title", m.Title, have.Title},
		{"description", m.Description, have.Description},
		{"suggestions", m.Suggestions, have.Suggestions},
		{"restricted_by_suggestions", m.RestrictedBySuggestions, have.RestrictedBySuggestions},
		{"editable", m.Editable, have.Editable},
		{"subscribed_application_ids", m.SubscribedApplicationIDs, have.SubscribedApplicationIDs},
		{"subscribed_catalog_ids", m.SubscribedCatalogIDs, have.SubscribedCatalogIDs},
		{"allowed_subscriptions", m.AllowedSubscriptions, have.AllowedSubscriptions},
	}
}

// names joins the names of settings: "title, description".
func settingNames(settings []setting) string {
	names := make([]string, len(settings))
	for i, s := range settings {
		names[i] = s.name
	}
	return strings.Join(names, ", ")
}

// label names an attribute as its import ID does: CartItem/color.
func (m attributeModel) label() string {
	if m.EventType.ValueString() != "" {
		return fmt.Sprintf("%s/%s/%s", m.Entity.ValueString(), m.EventType.ValueString(), m.Name.ValueString())
	}
	return m.Entity.ValueString() + "/" + m.Name.ValueString()
}

func attributeOperation(action string, m attributeModel) framework.Operation {
	return framework.Operation{
		Construct: attributeType, Action: action, Object: m.label(),
		Pointers: map[string]path.Path{
			"/entity": path.Root("entity"), "/eventType": path.Root("event_type"), "/name": path.Root("name"), "/title": path.Root("title"),
			"/type": path.Root("type"), "/description": path.Root("description"), "/suggestions": path.Root("suggestions"),
			"/restrictedBySuggestions": path.Root("restricted_by_suggestions"), "/editable": path.Root("editable"),
			"/subscribedApplicationsIds": path.Root("subscribed_application_ids"), "/subscribedCatalogsIds": path.Root("subscribed_catalog_ids"),
			"/allowedSubscriptions": path.Root("allowed_subscriptions"),
		},
	}
}
