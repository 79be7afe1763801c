package collection

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var itemNoun = bulk.Noun{One: "item", Many: "items"}

// collectionModel mirrors the resource talonone_collection.
type collectionModel struct {
	framework.Deployed

	ID                       types.Int64       `tfsdk:"id"`
	AccountID                types.Int64       `tfsdk:"account_id"`
	Created                  timetypes.RFC3339 `tfsdk:"created"`
	ApplicationID            types.Int64       `tfsdk:"application_id"`
	CampaignID               types.Int64       `tfsdk:"campaign_id"`
	Name                     types.String      `tfsdk:"name"`
	Description              types.String      `tfsdk:"description"`
	SubscribedApplicationIDs types.List        `tfsdk:"subscribed_application_ids"`
	Items                    types.String      `tfsdk:"items"`
	ItemsFile                types.Object      `tfsdk:"items_file"`
	DeletionProtection       types.Bool        `tfsdk:"deletion_protection"`
	MaxRemovalPercent        types.Float64     `tfsdk:"max_removal_percent"`
	ItemCount                types.Int64       `tfsdk:"item_count"`
	ItemsDigest              types.String      `tfsdk:"items_digest"`
	LastSync                 types.Object      `tfsdk:"last_sync"`
	Timeouts                 timeouts.Value    `tfsdk:"timeouts"`
}

// collectionIdentity mirrors the resource's identity.
type collectionIdentity struct {
	ID            types.Int64 `tfsdk:"id"`
	ApplicationID types.Int64 `tfsdk:"application_id"`
	CampaignID    types.Int64 `tfsdk:"campaign_id"`
}

func (m *collectionModel) identity() collectionIdentity {
	return collectionIdentity{ID: m.ID, ApplicationID: m.ApplicationID, CampaignID: m.CampaignID}
}

func (m *collectionModel) guards() bulk.Guards {
	return bulk.Guards{DeletionProtection: m.DeletionProtection, MaxRemovalPercent: m.MaxRemovalPercent}
}

// place is where the collection is: in the account without a campaign.
func (m *collectionModel) place() talonone.CollectionPlace {
	return talonone.CollectionPlace{ApplicationID: m.ApplicationID.ValueInt64(), CampaignID: m.CampaignID.ValueInt64()}
}

// isPlaced says whether name and place are known.
func (m *collectionModel) isPlaced() bool {
	return !m.Name.IsUnknown() && !m.ApplicationID.IsUnknown() && !m.CampaignID.IsUnknown()
}

// replaces is an attribute whose change replaces the collection; "" where none has changed.
func (m *collectionModel) replaces(state *collectionModel) string {
	switch {
	case !m.Name.Equal(state.Name):
		return "name"
	case !m.ApplicationID.Equal(state.ApplicationID):
		return "application_id"
	case !m.CampaignID.Equal(state.CampaignID):
		return "campaign_id"
	default:
		return ""
	}
}

// importID is what the import block takes; for a collection that is not there yet, its name.
func (m *collectionModel) importID() string {
	switch id := strconv.FormatInt(m.ID.ValueInt64(), 10); {
	case m.ID.IsNull() || m.ID.IsUnknown():
		return m.Name.ValueString()
	case m.place() != talonone.CollectionPlace{}:
		return fmt.Sprintf("%d/%d/%s", m.ApplicationID.ValueInt64(), m.CampaignID.ValueInt64(), id)
	default:
		return id
	}
}

// parseID reads what importID writes.
func parseID(text string) (collectionIdentity, error) {
	parts := strings.Split(text, "/")
	ids := make([]types.Int64, len(parts))
	for i, part := range parts {
		id, err := strconv.ParseInt(part, 10, 64)
		if err != nil || id < 1 {
			parts = nil
			break
		}
		ids[i] = types.Int64Value(id)
	}
	switch len(parts) {
	case 1:
		return collectionIdentity{ID: ids[0], ApplicationID: types.Int64Null(), CampaignID: types.Int64Null()}, nil
	case 3:
		return collectionIdentity{ApplicationID: ids[0], CampaignID: ids[1], ID: ids[2]}, nil
	default:
		return collectionIdentity{}, fmt.Errorf("%q is neither the number of a collection of the account, such as 301, nor APPLICATION/CAMPAIGN/COLLECTION, such as 1/12/302", text)
	}
}

// label names a collection to a reader.
func (m *collectionModel) label() string {
	text := talonone.Presentable(m.Name.ValueString(), 100, "")
	if !m.ID.IsNull() && !m.ID.IsUnknown() {
		text += " (" + strconv.FormatInt(m.ID.ValueInt64(), 10) + ")"
	}
	return text
}

// subject are the items, for messages.
func (m *collectionModel) subject() bulk.Subject {
	return bulk.Subject{Noun: itemNoun, Place: "collection " + talonone.Presentable(m.Name.ValueString(), 100, ""), ResourceType: resourceType, ImportID: m.importID()}
}

// claim is what the resource owns: the collection as a whole, known by its name.
func (m *collectionModel) claim() bulk.Claim {
	place := "the account"
	if m.place() != (talonone.CollectionPlace{}) {
		place = fmt.Sprintf("campaign %d", m.CampaignID.ValueInt64())
	}
	return bulk.Claim{
		Subject: bulk.Subject{Noun: bulk.Noun{One: "collection", Many: "collections"}, Place: place, ResourceType: resourceType, ImportID: m.importID()},
		Target:  "collections of " + place, At: path.Root("name"), Rows: []string{m.Name.ValueString()}, Lost: "rules that use the collection lose it",
	}
}

// targetKey names the collection in the memory of the process.
func targetKey(id int64) string { return resourceType + " " + strconv.FormatInt(id, 10) }

// source is the attribute that gives the items.
func (m *collectionModel) source() path.Path {
	if m.ItemsFile.IsNull() {
		return path.Root("items")
	}
	return path.Root("items_file")
}

// held is what the state says of the items.
func (m *collectionModel) held() bulk.Target {
	return bulk.Target{Count: int(m.ItemCount.ValueInt64()), Digest: m.ItemsDigest.ValueString()}
}

func (m *collectionModel) setHeld(target bulk.Target) {
	m.ItemCount, m.ItemsDigest = types.Int64Value(int64(target.Count)), types.StringValue(target.Digest)
}

// toAPI are all settings that an update can change, and the name for a create. Those that are not known are omitted.
func (m *collectionModel) toAPI() talonone.CollectionSettings {
	settings := talonone.CollectionSettings{Description: framework.StringPointer(m.Description)}
	if m.place() == (talonone.CollectionPlace{}) {
		settings.SubscribedApplicationIDs, _ = framework.Int64s(m.SubscribedApplicationIDs)
	}
	return settings
}

// sameSettings says whether a collection has the settings already. Those that are not known are as they are.
func (m *collectionModel) sameSettings(api *talonone.Collection) bool {
	want := m.toAPI()
	return (want.Description == nil || *want.Description == framework.ValueOf(api.Description)) &&
		(want.SubscribedApplicationIDs == nil || framework.SameNumbers(want.SubscribedApplicationIDs, api.SubscribedApplicationIDs))
}

// fromAPI puts the server's response into the model, which keeps what the API has no notion of.
func (m *collectionModel) fromAPI(api *talonone.Collection) {
	m.ID, m.AccountID, m.Created = types.Int64Value(api.ID), types.Int64Value(api.AccountID), framework.Time(api.Created)
	m.ApplicationID, m.CampaignID = types.Int64PointerValue(api.ApplicationID), types.Int64PointerValue(api.CampaignID)
	m.Name, m.Description = types.StringValue(api.Name), types.StringValue(framework.ValueOf(api.Description))
	m.SubscribedApplicationIDs = framework.Int64List(api.SubscribedApplicationIDs, m.SubscribedApplicationIDs)
	if m.place() != (talonone.CollectionPlace{}) {
		m.SubscribedApplicationIDs = types.ListNull(types.Int64Type)
	}
	m.DeletionProtection = types.BoolValue(m.DeletionProtection.ValueBool())
	m.LocatedIn(api.AccountID, 0)
}

// setItems writes an export into the state: a list that says the same stays as it is spelled.
func (m *collectionModel) setItems(items *talonone.MemberIDs, target bulk.Target) {
	if m.held() != target && m.ItemsFile.IsNull() {
		m.Items = types.StringValue(itemsJSON(items))
	}
	m.setHeld(target)
}

func itemsJSON(items *talonone.MemberIDs) string {
	text := []byte{'['}
	for item := range items.All() {
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = input.AppendString(text, string(item))
	}
	return string(append(text, ']'))
}

// targetOf is the digest of an export.
func targetOf(items *talonone.MemberIDs) bulk.Target {
	var digest bulk.Digest
	for item := range items.All() {
		digest.Add(item)
	}
	return bulk.TargetOf(digest)
}
