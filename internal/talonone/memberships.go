package talonone

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
)

// The actions of updateCustomerProfileAudiences.
const (
	AddToAudience      = "add"
	DeleteFromAudience = "delete"
)

// AudienceAction puts one profile into an audience, or takes it out.
type AudienceAction struct {
	// Action is AddToAudience or DeleteFromAudience.
	Action string `json:"action"`
	// ProfileIntegrationID has at most MaxIntegrationID characters. An unknown
	// profile is created by AddToAudience.
	ProfileIntegrationID string `json:"profileIntegrationId"`
	AudienceID           int64  `json:"audienceId"`
}

// MaxIntegrationID is the greatest length of a profile's integration ID, in characters.
const MaxIntegrationID = 1000

// AudienceMember is what a membership list shows of a profile.
type AudienceMember struct {
	// ID is the deployment's own number of the profile.
	ID            int64  `json:"id"`
	IntegrationID string `json:"integrationId"`
	// Attributes is a JSON object with the profile's custom attributes; empty
	// where the response has none.
	Attributes json.RawMessage `json:"attributes"`
}

func (m AudienceMember) lacks() string { return lacksUnless(m.IntegrationID != "", "integrationId") }

func (m AudienceMember) identity() (int64, string) { return m.ID, m.IntegrationID }

// MembershipImport is the API's response to an import.
type MembershipImport struct {
	ID int64 `json:"id"`
	// Amount is the number of members that the deployment has taken.
	Amount int64 `json:"amount"`
}

// IncompleteExportError says that an export ended before the list did.
type IncompleteExportError struct {
	Operation string
	// Exported is the number of rows that came.
	Exported int
}

func (e *IncompleteExportError) Error() string {
	return fmt.Sprintf("%s: the export ended after %d rows, and there are more", e.Operation, e.Exported)
}

// UpdateCustomerProfileAudiences adds profiles to audiences and removes them:
// POST /v2/customer_audiences, Integration key, 1000 actions a request, over any
// mix of audiences. Actions are sent in order. It returns how many were accepted
// before an error; those of the request that failed may or may not have been
// carried out. Adding a member, and removing someone who is not a member, changes nothing.
func (c *Client) UpdateCustomerProfileAudiences(ctx context.Context, actions []AudienceAction) (int, error) {
	return inBatches(actions, MaxAudienceActions, func(part []AudienceAction) error {
		err := c.do(ctx, &call{
			operation: "updateCustomerProfileAudiences", method: http.MethodPost, route: "/v2/customer_audiences",
			access: integrationAccess, body: map[string][]AudienceAction{"data": part},
		})
		for _, action := range part {
			c.memberLists.drop(action.AudienceID)
		}
		c.forgetAudiences()
		return err
	})
}

// DeleteAudienceMembershipsV2 empties an audience and keeps it:
// DELETE /v2/audiences/{audienceId}/memberships, Integration key (Management
// credential on deployments of before 2023). 404 (IsNotFound) means that there is
// no such audience.
func (c *Client) DeleteAudienceMembershipsV2(ctx context.Context, audienceID int64) error {
	defer c.forgetMembers(audienceID)
	return c.do(ctx, &call{
		about: audienceObject(audienceID), operation: "deleteAudienceMembershipsV2", method: http.MethodDelete, route: "/v2/audiences/{audienceId}/memberships",
		params: []string{strconv.FormatInt(audienceID, 10)}, access: movedAccess,
	})
}

// UpdateAudienceCustomersAttributes sets attributes, a JSON object, on every
// profile that is a member at that moment:
// PUT /v2/audience_customers/{audienceId}/attributes, Integration key. The API
// tells neither how many there were nor how to take the values back.
func (c *Client) UpdateAudienceCustomersAttributes(ctx context.Context, audienceID int64, attributes json.RawMessage) error {
	return c.do(ctx, &call{
		about: audienceObject(audienceID), operation: "updateAudienceCustomersAttributes", method: http.MethodPut, route: "/v2/audience_customers/{audienceId}/attributes",
		params: []string{strconv.FormatInt(audienceID, 10)}, access: integrationAccess, body: attributes, personal: true,
	})
}

// GetAudienceMemberships calls use for every page of an audience's members, with
// their attributes: GET /v1/audiences/{audienceId}/memberships, Management key,
// 1000 a request. Each member comes once.
func (c *Client) GetAudienceMemberships(ctx context.Context, audienceID int64, use func([]AudienceMember) error) error {
	return eachPage(ctx, c, func() *call { return membershipsCall(audienceID) }, use)
}

// GetAudienceMembershipsUpTo is GetAudienceMemberships for at most limit members, 0 for all. more says whether there are others.
func (c *Client) GetAudienceMembershipsUpTo(ctx context.Context, audienceID int64, limit int, use func([]AudienceMember) error) (more bool, err error) {
	list := pager[AudienceMember]{client: c, newCall: func() *call { return membershipsCall(audienceID) }, sorted: true, limit: limit, use: use}
	err = list.run(ctx)
	return list.more, err
}

// GetAudienceMembershipsPage is one request of GetAudienceMemberships: up to
// size members, 1 to 1000, behind the first skip ones in order of id, and
// whether there are more behind those.
func (c *Client) GetAudienceMembershipsPage(ctx context.Context, audienceID int64, skip, size int) (members []AudienceMember, more bool, err error) {
	response, _, _, err := getPage[AudienceMember](ctx, c, func() *call { return membershipsCall(audienceID) }, paging{skip: skip, size: size, sorted: true})
	return response.Data, response.HasMore == nil && len(response.Data) == size || response.HasMore != nil && *response.HasMore, err
}

func membershipsCall(audienceID int64) *call {
	return &call{
		about: audienceObject(audienceID), operation: "getAudienceMemberships", method: http.MethodGet, route: "/v1/audiences/{audienceId}/memberships",
		params: []string{strconv.FormatInt(audienceID, 10)}, access: managementAccess,
	}
}

// ExportAudiencesMemberships returns the integration IDs of all members:
// GET /v1/audiences/{audienceId}/memberships/export, Management key, one request
// for an audience of any size. One export serves every reader until the next
// write, as long as it is small enough to keep.
//
// An export that breaks off is repeated and never returned. Where the response does
// not tell its own end, and where a server breaks off without showing it, only
// ConfirmExport can tell; MemberIDs.SelfDelimited says which case it is.
func (c *Client) ExportAudiencesMemberships(ctx context.Context, audienceID int64) (*MemberIDs, error) {
	return c.memberLists.get(ctx, audienceID, func(ctx context.Context) (*MemberIDs, error) {
		return c.exportMembers(ctx, audienceID, keepAll)
	})
}

func keepAll(members *MemberIDs) func(id []byte) { return members.append }

// ExportedMembers is the export that a reader would get without a request; nil when there is none.
func (c *Client) ExportedMembers(audienceID int64) *MemberIDs { return c.memberLists.peek(audienceID) }

// exportMembers reads a list of members; begin is that of exportColumn.
func (c *Client) exportMembers(ctx context.Context, audienceID int64, begin func(*MemberIDs) func(id []byte)) (*MemberIDs, error) {
	return c.exportColumn(ctx, exportCall(audienceID), membershipColumn, begin)
}

func exportCall(audienceID int64) *call {
	return &call{
		about: audienceObject(audienceID), operation: "exportAudiencesMemberships", method: http.MethodGet, route: "/v1/audiences/{audienceId}/memberships/export",
		params: []string{strconv.FormatInt(audienceID, 10)}, access: managementAccess,
	}
}

// exportColumn reads the one-column CSV of an export. begin is called for each attempt, and returns what gets every value.
func (c *Client) exportColumn(ctx context.Context, op *call, column string, begin func(*MemberIDs) func(id []byte)) (*MemberIDs, error) {
	var members *MemberIDs
	op.stream = true
	op.read = func(resp *http.Response) error {
		if kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || kind != "application/csv" && kind != "text/csv" {
			return foreign(op.operation, resp)
		}
		// Each attempt starts afresh: a cut response must leave nothing behind.
		fresh := &MemberIDs{}
		err := readExport(resp.Body, column, begin(fresh))
		if errors.Is(err, errNoExport) {
			return &Error{Operation: op.operation, StatusCode: resp.StatusCode, Message: err.Error()}
		}
		if err != nil {
			return fmt.Errorf("the export is not complete: %w", err)
		}
		fresh.SelfDelimited = selfDelimited(resp)
		members = fresh
		return nil
	}
	err := c.do(ctx, op)
	return members, err
}

// selfDelimited says whether the protocol itself reports a response that was cut:
// by its length, by chunks with an end, by frames (HTTP/2) or by a checksum (gzip).
// Otherwise the end of the connection is the end of the response, whatever caused it.
func selfDelimited(resp *http.Response) bool {
	return resp.ContentLength >= 0 || resp.ProtoMajor >= 2 || resp.Uncompressed || slices.Contains(resp.TransferEncoding, "chunked")
}

// ConfirmExport checks that an export is the whole list, with one request of
// getAudienceMemberships for the member behind the last exported one. It returns
// an *IncompleteExportError, and forgets the export, when there is one. A
// confirmed export is not asked for again.
func (c *Client) ConfirmExport(ctx context.Context, audienceID int64, exported *MemberIDs) error {
	if exported.confirmed.Load() {
		return nil
	}
	behind, _, err := c.GetAudienceMembershipsPage(ctx, audienceID, exported.Len(), 1)
	if err != nil {
		return err
	}
	if len(behind) > 0 {
		c.memberLists.drop(audienceID)
		return &IncompleteExportError{Operation: "exportAudiencesMemberships", Exported: exported.Len()}
	}
	exported.confirmed.Store(true)
	return nil
}

// ImportAudiencesMemberships replaces all members of an audience by these:
// POST /v1/audiences/{audienceId}/memberships/import, Management key, one request
// for a list of any size (Talon.One advises at most 500 MB). The length of the
// upload is announced, so that a deployment never takes a part for the whole.
func (c *Client) ImportAudiencesMemberships(ctx context.Context, audienceID int64, members []string) (*MembershipImport, error) {
	defer c.forgetMembers(audienceID)
	form := newUploadForm(membershipColumn, members)
	return doJSON[*MembershipImport](ctx, c, &call{
		about: audienceObject(audienceID), operation: "importAudiencesMemberships", method: http.MethodPost, route: "/v1/audiences/{audienceId}/memberships/import",
		params: []string{strconv.FormatInt(audienceID, 10)}, access: managementAccess, stream: true,
		upload: func() (io.Reader, error) { return form.open(), nil }, contentType: form.contentType,
	})
}

// forgetMembers drops what was read of one audience's members.
func (c *Client) forgetMembers(audienceID int64) {
	c.memberLists.drop(audienceID)
	c.forgetAudiences()
}
