package emulator

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/strictjson"
)

const (
	maxAudienceActions   = 1000
	maxAnalyticsIDs      = 1000
	maxIntegrationID     = 1000
	membershipColumn     = "profileintegrationid"
	membershipUploadPart = "upFile"
)

// audience is a list of profiles of one environment.
type audience struct {
	ID                int64     `json:"id"`
	Created           time.Time `json:"created"`
	Name              string    `json:"name"`
	Sandbox           bool      `json:"sandbox,omitempty"`
	Description       string    `json:"description,omitempty"`
	ApplicationIDs    []int64   `json:"applicationIds,omitempty"`
	Integration       string    `json:"integration,omitempty"`
	IntegrationID     string    `json:"integrationId,omitempty"`
	CreatedIn3rdParty bool      `json:"createdIn3rdParty,omitempty"`
	LastUpdate        time.Time `json:"lastUpdate"` // when the memberships changed last
	Members           memberSet `json:"members,omitzero"`
}

func (a *audience) entityID() int64 { return a.ID }

// memberSet holds internal profile IDs. It is saved as an ascending array.
type memberSet struct {
	set    map[int64]struct{}
	sorted []int64 // ascending; nil when it has to be made again
}

func (m *memberSet) count() int { return len(m.set) }

func (m *memberSet) has(id int64) bool {
	_, ok := m.set[id]
	return ok
}

// IsZero leaves an empty set out of the data file.
func (m memberSet) IsZero() bool { return len(m.set) == 0 }

func (m *memberSet) add(id int64) bool {
	if _, ok := m.set[id]; ok {
		return false
	}
	if m.set == nil {
		m.set = make(map[int64]struct{})
	}
	// New profiles have the highest IDs, so the order mostly survives.
	if n := len(m.sorted); n == len(m.set) && (n == 0 || m.sorted[n-1] < id) {
		m.sorted = append(m.sorted, id)
	} else {
		m.sorted = nil
	}
	m.set[id] = struct{}{}
	return true
}

func (m *memberSet) remove(id int64) bool {
	if _, ok := m.set[id]; !ok {
		return false
	}
	delete(m.set, id)
	m.sorted = nil
	return true
}

// list returns the members by ascending ID; the caller must not change the slice.
func (m *memberSet) list() []int64 {
	if len(m.sorted) != len(m.set) {
		m.sorted = make([]int64, 0, len(m.set))
		for id := range m.set {
			m.sorted = append(m.sorted, id)
		}
		slices.Sort(m.sorted)
	}
	return m.sorted
}

// MarshalJSON writes the IDs in order.
func (m memberSet) MarshalJSON() ([]byte, error) { return json.Marshal(m.list()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *memberSet) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &m.sorted); err != nil {
		return err
	}
	m.set = make(map[int64]struct{}, len(m.sorted))
	for _, id := range m.sorted {
		m.set[id] = struct{}{}
	}
	return nil
}

// audienceState holds the audiences of the account, of both environments.
type audienceState struct {
	All table[*audience] `json:"all"`
}

func (as *audienceState) reindex(profiles *profileState) {
	for a := range as.All.all() {
		for _, id := range a.Members.list() {
			if p, ok := profiles.All.get(id); ok {
				p.audiences = append(p.audiences, a.ID)
			}
		}
	}
}

// join makes a profile a member; false when it is one already.
func (a *audience) join(p *profile) bool {
	if !a.Members.add(p.ID) {
		return false
	}
	at, _ := slices.BinarySearch(p.audiences, a.ID)
	p.audiences = slices.Insert(p.audiences, at, a.ID)
	return true
}

// leave ends a membership; false when there is none.
func (a *audience) leave(p *profile) bool {
	if !a.Members.remove(p.ID) {
		return false
	}
	at, _ := slices.BinarySearch(p.audiences, a.ID)
	p.audiences = slices.Delete(p.audiences, at, at+1)
	return true
}

// clearAudience ends all memberships at once.
func (s *Server) clearAudience(a *audience) {
	for id := range a.Members.set {
		if p, ok := s.state.Profiles.All.get(id); ok {
			at, _ := slices.BinarySearch(p.audiences, a.ID)
			p.audiences = slices.Delete(p.audiences, at, at+1)
		}
	}
	a.Members = memberSet{}
}

// audienceView is an Audience as both APIs show it.
type audienceView struct {
	ID                int64     `json:"id"`
	AccountID         int64     `json:"accountId"`
	Created           time.Time `json:"created"`
	Name              string    `json:"name"`
	Sandbox           bool      `json:"sandbox"`
	Description       string    `json:"description"`
	ApplicationIDs    []int64   `json:"subscribedApplicationsIds"`
	Integration       string    `json:"integration,omitempty"`
	IntegrationID     string    `json:"integrationId,omitempty"`
	CreatedIn3rdParty bool      `json:"createdIn3rdParty"`
	LastUpdate        time.Time `json:"lastUpdate"`
}

func (s *Server) viewAudience(a *audience) any {
	v := audienceView{
		ID: a.ID, AccountID: s.state.AccountID, Created: a.Created, Name: a.Name, Sandbox: a.Sandbox,
		Description: a.Description, ApplicationIDs: a.ApplicationIDs, Integration: a.Integration,
		IntegrationID: a.IntegrationID, CreatedIn3rdParty: a.CreatedIn3rdParty, LastUpdate: a.LastUpdate,
	}
	if v.ApplicationIDs == nil {
		v.ApplicationIDs = []int64{}
	}
	return v
}

// routesAudiences registers the operations on audiences and their memberships.
func (s *Server) routesAudiences() {
	s.handle(http.MethodPost, "/v2/audiences", integrationKey, "createAudienceV2", s.createAudience)
	s.handle(http.MethodPut, "/v2/audiences/{audienceId}", integrationKey, "updateAudienceV2", s.updateAudience)
	s.handle(http.MethodDelete, "/v2/audiences/{audienceId}", movedKey, "deleteAudienceV2", s.deleteAudience)
	s.handle(http.MethodDelete, "/v2/audiences/{audienceId}/memberships", movedKey, "deleteAudienceMembershipsV2", s.deleteMemberships)
	s.handle(http.MethodPost, "/v2/customer_audiences", integrationKey, "updateCustomerProfileAudiences", s.updateMemberships)
	s.handle(http.MethodPut, "/v2/audience_customers/{audienceId}/attributes", integrationKey, "updateAudienceCustomersAttributes", s.updateMembersAttributes)
	s.handle(http.MethodGet, "/v1/audiences", managementKey, "getAudiences", s.getAudiences)
	s.handle(http.MethodGet, "/v1/audiences/analytics", managementKey, "getAudiencesAnalytics", s.getAudiencesAnalytics)
	s.handle(http.MethodGet, "/v1/audiences/{audienceId}/memberships", managementKey, "getAudienceMemberships", s.getMemberships)
	s.handle(http.MethodGet, "/v1/audiences/{audienceId}/memberships/export", managementKey, "exportAudiencesMemberships", s.exportMemberships, bare400)
	s.handle(http.MethodPost, "/v1/audiences/{audienceId}/memberships/import", managementKey, "importAudiencesMemberships", s.importMemberships, bare400, streamed)
}

// audience finds the audience of the path. An Integration key sees only its own environment.
func (s *Server) audience(r *request) (*audience, error) {
	id, err := r.id("audienceId", "audience")
	if err != nil {
		return nil, err
	}
	a, ok := s.state.Audiences.All.get(id)
	if !ok || !a.visibleTo(r.cred) {
		return nil, r.notFound("audience", id)
	}
	return a, nil
}

func (a *audience) visibleTo(cred credential) bool {
	return cred.kind != CredentialIntegration || a.Sandbox == cred.sandbox()
}

func (s *Server) createAudience(r *request) (reply, error) {
	var body struct {
		Name              string     `json:"name" rule:"required,is=name,min=1"`
		Sandbox           *bool      `json:"sandbox"`
		Description       string     `json:"description"`
		ApplicationIDs    []int64    `json:"subscribedApplicationsIds" rule:"unique"`
		Integration       string     `json:"integration"`
		IntegrationID     *string    `json:"integrationId" rule:"is=id,min=1,max=1000"`
		CreatedIn3rdParty bool       `json:"createdIn3rdParty"`
		LastUpdate        *time.Time `json:"lastUpdate"`
	}
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	now := s.now()
	a := &audience{
		Created: now, Name: body.Name, Sandbox: r.cred.sandbox(), Description: body.Description,
		ApplicationIDs: body.ApplicationIDs, Integration: body.Integration, CreatedIn3rdParty: body.CreatedIn3rdParty,
		LastUpdate: now,
	}
	if body.LastUpdate != nil {
		a.LastUpdate = *body.LastUpdate
	}
	if body.IntegrationID != nil {
		a.IntegrationID = *body.IntegrationID
	}
	problems := s.checkApplications(a.ApplicationIDs)
	if body.Sandbox != nil && *body.Sandbox != a.Sandbox {
		problems = append(problems, atPointer("/sandbox", titleInvalidValue, "the key belongs to the other environment"))
	}
	problems = append(problems, s.checkIntegration(a)...)
	if len(problems) > 0 {
		return reply{}, badRequest(problems...)
	}
	if a.Integration != "" {
		for other := range s.state.Audiences.All.all() {
			if other.Sandbox == a.Sandbox && other.Integration == a.Integration && other.IntegrationID == a.IntegrationID {
				return reply{}, conflict("Audience integration ID %s is taken for integration %s", a.IntegrationID, a.Integration)
			}
		}
	}
	a.ID = s.state.nextID(kindAudience)
	s.state.Audiences.All.add(a)
	return createdReply(s.viewAudience(a)), nil
}

func (s *Server) checkIntegration(a *audience) []errorItem {
	if a.Integration == "" {
		return nil
	}
	var problems []errorItem
	known := s.state.Definitions.Integrations
	if !slices.Contains(known, a.Integration) {
		problems = append(problems, atPointer("/integration", titleEnum, `integration must be one of the following: "%s"`, strings.Join(known, `", "`)))
	}
	if a.IntegrationID == "" {
		problems = append(problems, atPointer("/integrationId", titleMissing, "integrationId is required when integration is set"))
	}
	return problems
}

func (s *Server) updateAudience(r *request) (reply, error) {
	a, err := s.audience(r)
	if err != nil {
		return reply{}, err
	}
	var body struct {
		Name           string   `json:"name" rule:"required,is=name,min=1"`
		ApplicationIDs *[]int64 `json:"subscribedApplicationsIds" rule:"unique"`
	}
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	if body.ApplicationIDs != nil {
		if problems := s.checkApplications(*body.ApplicationIDs); len(problems) > 0 {
			return reply{}, badRequest(problems...)
		}
	}
	if err := s.checkThirdParty(a); err != nil {
		return reply{}, err
	}
	a.Name = body.Name
	switch {
	case body.ApplicationIDs != nil:
		a.ApplicationIDs = *body.ApplicationIDs
	case s.is(conventions.OmittedApplications, conventions.Cleared):
		a.ApplicationIDs = nil
	}
	return okReply(s.viewAudience(a)), nil
}

// checkThirdParty is the restriction that the 2022 text knew and that today's documents no longer mention.
func (s *Server) checkThirdParty(a *audience) error {
	if s.is(conventions.ThirdPartyOnly, conventions.Yes) && !a.CreatedIn3rdParty && a.IntegrationID == "" {
		return refused("Audience %d was not created by a third party", a.ID)
	}
	return nil
}

func (s *Server) deleteAudience(r *request) (reply, error) {
	a, err := s.audience(r)
	if err != nil {
		return reply{}, err
	}
	if err := s.checkThirdParty(a); err != nil {
		return reply{}, err
	}
	for _, c := range s.state.Definitions.Campaigns {
		if slices.Contains(c.AudienceIDs, a.ID) {
			return reply{}, refused("Audience %d is used by a rule of campaign %d (%s)", a.ID, c.ID, c.Name)
		}
	}
	s.clearAudience(a)
	s.state.Audiences.All.remove(a.ID)
	return noContent(), nil
}

func (s *Server) deleteMemberships(r *request) (reply, error) {
	a, err := s.audience(r)
	if err != nil {
		return reply{}, err
	}
	if a.Members.count() > 0 {
		s.clearAudience(a)
		a.LastUpdate = s.now()
	}
	return noContent(), nil
}

// membershipAction is one action of updateCustomerProfileAudiences.
type membershipAction struct {
	Action     string `json:"action" rule:"required,enum=add|delete"`
	ProfileID  string `json:"profileIntegrationId" rule:"required,is=profile,min=1,max=1000"`
	AudienceID *int64 `json:"audienceId" rule:"required"`
}

func (s *Server) updateMemberships(r *request) (reply, error) {
	var body struct {
		Data []membershipAction `json:"data" rule:"max=1000"`
	}
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	audiences := make(map[int64]*audience)
	var unknown error
	for _, action := range body.Data {
		a, ok := s.state.Audiences.All.get(*action.AudienceID)
		if !ok || !a.visibleTo(r.cred) {
			unknown = r.notFound("audience", *action.AudienceID)
			if s.is(conventions.MembershipActions, conventions.Partly) {
				continue
			}
			return reply{}, unknown
		}
		audiences[a.ID] = a
	}
	if s.is(conventions.RepeatedMembership, conventions.Refused) {
		if problems := s.repeatedActions(body.Data, audiences); len(problems) > 0 {
			return reply{}, badRequest(problems...)
		}
	}
	changed := make(map[*audience]bool)
	for _, action := range body.Data {
		a, ok := audiences[*action.AudienceID]
		if !ok {
			continue
		}
		if action.Action == "add" {
			if a.join(s.memberProfile(a.Sandbox, action.ProfileID)) {
				changed[a] = true
			}
			continue
		}
		if p, ok := s.state.Profiles.find(a.Sandbox, action.ProfileID); ok && a.leave(p) {
			changed[a] = true
		}
	}
	for a := range changed {
		a.LastUpdate = s.now()
	}
	if unknown != nil {
		// No error, which would mean that nothing has changed.
		out := s.errorResponse(&route{}, unknown)
		return reply{out.status, json.RawMessage(out.body)}, nil
	}
	return noContent(), nil
}

// repeatedActions finds additions of members and deletions of others, each action seen after those before it.
func (s *Server) repeatedActions(actions []membershipAction, audiences map[int64]*audience) []errorItem {
	type membership struct {
		audience int64
		profile  string
	}
	now := make(map[membership]bool)
	var problems []errorItem
	for i, action := range actions {
		a, ok := audiences[*action.AudienceID]
		if !ok {
			continue
		}
		key := membership{a.ID, action.ProfileID}
		isMember, seen := now[key]
		if !seen {
			if p, ok := s.state.Profiles.find(a.Sandbox, action.ProfileID); ok {
				isMember = a.Members.has(p.ID)
			}
		}
		wanted := action.Action == "add"
		if isMember == wanted && len(problems) < strictjson.MaxProblems {
			problems = append(problems, atPointer("/data/"+strconv.Itoa(i), titleInvalidValue, "the action changes nothing"))
		}
		now[key] = wanted
	}
	return problems
}

// memberProfile is the profile for a membership; a new one stays hidden until something else touches it.
func (s *Server) memberProfile(sandbox bool, integrationID string) *profile {
	p, isNew := s.upsertProfile(sandbox, integrationID)
	if isNew {
		p.Hidden = true
	}
	return p
}

func (s *Server) updateMembersAttributes(r *request) (reply, error) {
	a, err := s.audience(r)
	if err != nil {
		return reply{}, err
	}
	changes, err := r.decodeObject()
	if err != nil {
		return reply{}, err
	}
	if problems := s.checkAttributes(attributeScope{entity: "CustomerProfile"}, changes, ""); len(problems) > 0 {
		return reply{}, badRequest(problems...)
	}
	// Members that share one map before share one afterwards, or a million members would each get their own.
	merged := make(map[uintptr]map[string]any)
	for _, id := range a.Members.list() {
		p, ok := s.state.Profiles.All.get(id)
		if !ok {
			continue
		}
		before := reflect.ValueOf(p.Attributes).Pointer()
		after, ok := merged[before]
		if !ok {
			after = s.mergeAttributes(p.Attributes, changes)
			merged[before] = after
		}
		p.Attributes = after
	}
	return noContent(), nil
}

func (s *Server) getAudiences(r *request) (reply, error) {
	p, err := r.page(maxPageSize, "id", "created", "name")
	if err != nil {
		return reply{}, err
	}
	rows := sorted(p, s.state.Audiences.All.list(), map[string]func(a, b *audience) int{
		"created": func(a, b *audience) int { return a.Created.Compare(b.Created) },
		"name":    func(a, b *audience) int { return cmp.Compare(a.Name, b.Name) },
	})
	return listReply(p, rows, s.viewAudience), nil
}

func (s *Server) getAudiencesAnalytics(r *request) (reply, error) {
	ids, err := r.idsQuery("audienceIds")
	if err != nil {
		return reply{}, err
	}
	if len(ids) == 0 || len(ids) > maxAnalyticsIDs {
		return reply{}, badRequest(atParameter("audienceIds", titleMissing, "audienceIds must list 1 to %d audiences", maxAnalyticsIDs))
	}
	p, err := r.page(maxPageSize, "audienceId", "membersCount")
	if err != nil {
		return reply{}, err
	}
	slices.Sort(ids)
	var rows []*audience
	for _, id := range slices.Compact(ids) {
		if a, ok := s.state.Audiences.All.get(id); ok {
			rows = append(rows, a)
		}
	}
	rows = sorted(p, rows, map[string]func(a, b *audience) int{
		"membersCount": func(a, b *audience) int { return cmp.Compare(a.Members.count(), b.Members.count()) },
	})
	return listReply(p, rows, func(a *audience) any {
		return map[string]any{"audienceId": a.ID, "membersCount": a.Members.count()}
	}), nil
}

func (s *Server) getMemberships(r *request) (reply, error) {
	a, err := s.audience(r)
	if err != nil {
		return reply{}, err
	}
	p, err := r.page(maxPageSize, "id", "created", "integrationId")
	if err != nil {
		return reply{}, err
	}
	rows := a.Members.list()
	if query := strings.ToLower(r.query.Get("profileQuery")); query != "" {
		rows = slices.DeleteFunc(slices.Clone(rows), func(id int64) bool {
			return !strings.Contains(strings.ToLower(s.member(id).IntegrationID), query)
		})
	}
	rows = sorted(p, rows, map[string]func(a, b int64) int{
		"created":       func(a, b int64) int { return s.member(a).Created.Compare(s.member(b).Created) },
		"integrationId": func(a, b int64) int { return cmp.Compare(s.member(a).IntegrationID, s.member(b).IntegrationID) },
	})
	return listReply(p, rows, func(id int64) any { return s.viewProfile(s.member(id)) }), nil
}

// member is the profile of a membership, which always exists, as profiles are never deleted.
func (s *Server) member(id int64) *profile {
	p, _ := s.state.Profiles.All.get(id)
	return p
}

func (s *Server) exportMemberships(r *request) (reply, error) {
	a, err := s.audience(r)
	if err != nil {
		return reply{}, err
	}
	members := make([]string, 0, a.Members.count())
	for _, id := range a.Members.list() {
		members = append(members, s.member(id).IntegrationID)
	}
	return okReply(&stream{contentType: "application/csv", write: func(w io.Writer) error {
		return writeColumn(w, membershipColumn, members)
	}}), nil
}

// writeColumn writes a CSV file of one column.
func writeColumn(w io.Writer, name string, values []string) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{name}); err != nil {
		return err
	}
	record := make([]string, 1)
	for _, value := range values {
		record[0] = value
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// importMemberships replaces the members by those of a CSV file. The file is read to its end before anything
// changes, so that an upload that breaks off leaves the audience as it was.
func (s *Server) importMemberships(r *request) (reply, error) {
	if err := s.locked(func() error { _, err := s.audience(r); return err }); err != nil {
		return reply{}, err
	}
	ids, err := readUpload(r.http, uploadColumn{name: membershipColumn, what: "an integration ID", longest: maxIntegrationID})
	if err != nil {
		return reply{}, err
	}
	for i, id := range ids {
		ids[i] = s.normal(kindOfProfileID, id)
	}
	return s.lockedWrite(func() (reply, error) {
		a, err := s.audience(r)
		if err != nil {
			return reply{}, err
		}
		imported, err := s.replaceMembers(a, ids, r)
		return okReply(imported), err
	})
}

func (s *Server) replaceMembers(a *audience, ids []string, r *request) (any, error) {
	if s.is(conventions.ImportUnknownProfiles, conventions.Refused) {
		if problems := s.unknownMembers(a, ids); len(problems) > 0 {
			return nil, badRequest(problems...)
		}
	}
	before := a.Members
	s.clearAudience(a)
	a.Members.set = make(map[int64]struct{}, len(ids))
	for _, id := range ids {
		a.join(s.memberProfile(a.Sandbox, id))
	}
	a.LastUpdate = s.now()
	return s.imported(r, "AudienceMembership", s.importAmount(before, a.Members)), nil
}

// unknownMembers finds lines of an import whose profile does not exist. The header is line 1.
func (s *Server) unknownMembers(a *audience, ids []string) []errorItem {
	var problems []errorItem
	for i, id := range ids {
		if _, ok := s.state.Profiles.find(a.Sandbox, id); !ok && len(problems) < strictjson.MaxProblems {
			problems = append(problems, atLine(i+2, titleUnknown, "There is no profile with this integration ID"))
		}
	}
	return problems
}

// importAmount is what an import counts.
func (s *Server) importAmount(before, after memberSet) int {
	switch {
	case s.is(conventions.ImportAmount, conventions.Zero):
		return 0
	case s.is(conventions.ImportAmount, conventions.Changed):
		joined := 0
		for id := range after.set {
			if !before.has(id) {
				joined++
			}
		}
		return joined
	default:
		return after.count()
	}
}

// uploadColumn is the one column of an uploaded CSV file.
type uploadColumn struct {
	name, what string
	longest    int // in characters
}

func readUpload(r *http.Request, column uploadColumn) (ids []string, err error) {
	err = readUploaded(r, func(file io.Reader) error {
		ids, err = column.read(file)
		return err
	})
	return ids, err
}

// readUploaded calls read with the one file of an upload.
func readUploaded(r *http.Request, read func(io.Reader) error) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return badRequest(atPointer("", "Not multipart", "the body must be multipart/form-data with a file %s", membershipUploadPart))
	}
	part, err := parts.NextPart()
	switch {
	case errors.Is(err, io.EOF):
		return badRequest(atPointer("/"+membershipUploadPart, titleMissing, "%s is required", membershipUploadPart))
	case err != nil:
		return bodyError(err)
	case part.FormName() != membershipUploadPart:
		return badRequest(atPointer("/"+strictjson.EscapePointer(part.FormName()), titleUnknown, "only %s is known here", membershipUploadPart))
	}
	if err := read(part); err != nil {
		return err
	}
	if _, err := parts.NextPart(); !errors.Is(err, io.EOF) {
		if err != nil {
			return bodyError(err)
		}
		return badRequest(atPointer("", titleUnknown, "only one file is allowed"))
	}
	return nil
}

// read reads the header and one value per record.
func (c uploadColumn) read(r io.Reader) ([]string, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = -1
	in.ReuseRecord = true
	var ids []string
	for first := true; ; first = false {
		record, err := in.Read()
		if errors.Is(err, io.EOF) && !first {
			return ids, nil
		}
		var syntax *csv.ParseError
		switch {
		case errors.As(err, &syntax):
			return nil, badRequest(atLine(syntax.Line, "Invalid CSV", "%s", syntax.Err))
		case errors.Is(err, io.EOF):
			return nil, badRequest(atLine(0, "Invalid CSV", "the file is empty, it must begin with the line %s", c.name))
		case err != nil:
			return nil, bodyError(err)
		}
		line, _ := in.FieldPos(0)
		if problem, wrong := c.check(record, line, first); wrong {
			return nil, badRequest(problem)
		}
		if !first {
			ids = append(ids, strings.Clone(record[0]))
		}
	}
}

func (c uploadColumn) check(record []string, line int, header bool) (errorItem, bool) {
	value := record[0]
	switch {
	case len(record) != 1:
		return atLine(line, "Invalid CSV", "the line has %d columns, there is only %s", len(record), c.name), true
	case header && value != c.name:
		return atLine(line, "Invalid CSV", "the header must be %s", c.name), true
	case value == "" || !utf8.ValidString(value):
		return atLine(line, titleInvalidValue, "%s must be UTF-8 and not empty", c.what), true
	case utf8.RuneCountInString(value) > c.longest:
		return atLine(line, titleInvalidValue, "%s may have at most %d characters", c.what, c.longest), true
	}
	return errorItem{}, false
}
