package talonone

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"
)

// NewAttribute is the body of createAttribute and updateAttribute.
type NewAttribute struct {
	Entity      Entity  `json:"entity"`
	EventType   *string `json:"eventType,omitempty"`
	Name        string  `json:"name"`
	Title       string  `json:"title"`
	Type        string  `json:"type"`
	Description string  `json:"description"`
	// Suggestions have at most 50 values, and must not be nil.
	Suggestions             []string `json:"suggestions"`
	HasAllowedList          *bool    `json:"hasAllowedList,omitempty"`
	RestrictedBySuggestions *bool    `json:"restrictedBySuggestions,omitempty"`
	Editable                bool     `json:"editable"`
	// The IDs are omitted when nil, and sent when empty.
	SubscribedApplicationIDs []int64  `json:"subscribedApplicationsIds,omitzero"`
	SubscribedCatalogIDs     []int64  `json:"subscribedCatalogsIds,omitzero"`
	AllowedSubscriptions     []string `json:"allowedSubscriptions,omitzero"`
}

// MaxAllowedValues bounds importAllowedList and the items of a collection.
const MaxAllowedValues = 500_000

// GetAttributesAnew is GetAttributes without what was read before.
func (c *Client) GetAttributesAnew(ctx context.Context) ([]AttributeDefinition, error) {
	c.definitions.drop()
	return c.GetAttributes(ctx)
}

// CreateAttribute defines an attribute: POST /v1/attributes, Management key. There
// is no operation that deletes it. Name and title are unique for their entity, so
// that a retry fails with 409 instead of making a second one.
func (c *Client) CreateAttribute(ctx context.Context, attribute NewAttribute) (*AttributeDefinition, error) {
	made, err := doJSON[*AttributeDefinition](ctx, c, &call{
		operation: "createAttribute", method: http.MethodPost, route: "/v1/attributes", access: managementAccess, body: attribute,
	})
	noteRow(&c.definitions, made, err)
	if err == nil {
		c.young.note("attribute "+strconv.FormatInt(made.ID, 10), time.Now().Add(c.config.ReadConsistency))
	}
	if attribute.EventType != nil {
		c.eventTypes.drop()
	}
	return made, err
}

// UpdateAttribute changes an attribute: PUT /v1/attributes/{attributeId},
// Management key. Documented is a change of the description alone; compare the
// response with what was sent.
func (c *Client) UpdateAttribute(ctx context.Context, id int64, attribute NewAttribute) (*AttributeDefinition, error) {
	changed, err := doJSON[*AttributeDefinition](ctx, c, &call{
		operation: "updateAttribute", method: http.MethodPut, route: "/v1/attributes/{attributeId}",
		params: []string{strconv.FormatInt(id, 10)}, access: managementAccess, body: attribute,
	})
	noteRow(&c.definitions, changed, err)
	return changed, err
}

// ImportAllowedList replaces the values that an attribute may have:
// POST /v1/attributes/{attributeId}/allowed_list/import, Management key, at most
// MaxAllowedValues. No operation reads them back. It returns how many were taken.
func (c *Client) ImportAllowedList(ctx context.Context, id int64, values []string) (int64, error) {
	defer c.definitions.drop()
	form := newUploadForm("item", values)
	imported, err := doJSON[*MembershipImport](ctx, c, &call{
		operation: "importAllowedList", method: http.MethodPost, route: "/v1/attributes/{attributeId}/allowed_list/import",
		params: []string{strconv.FormatInt(id, 10)}, access: managementAccess, stream: true,
		upload: func() (io.Reader, error) { return form.open(), nil }, contentType: form.contentType,
	})
	if err != nil {
		return 0, err
	}
	return imported.Amount, nil
}
