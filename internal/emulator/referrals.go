package emulator

import (
	"cmp"
	"net/http"
	"strings"
	"time"
)

// referral is a code with which an advocate invites friends.
type referral struct {
	ID           int64          `json:"id"`
	Created      time.Time      `json:"created"`
	CampaignID   int64          `json:"campaignId"`
	Advocate     string         `json:"advocate"` // integration ID
	Friend       string         `json:"friend,omitempty"`
	Code         string         `json:"code"`
	StartDate    time.Time      `json:"startDate,omitzero"`
	ExpiryDate   time.Time      `json:"expiryDate,omitzero"`
	UsageLimit   int64          `json:"usageLimit"` // 0 is no limit
	UsageCounter int64          `json:"usageCounter,omitempty"`
	Attributes   map[string]any `json:"attributes,omitempty"`
	BatchID      string         `json:"batchId,omitempty"`
	// ReferredCustomers are the integration IDs of the friends who used the code.
	ReferredCustomers []string `json:"referredCustomers,omitempty"`
}

func (r *referral) entityID() int64 { return r.ID }

// referralState holds the referrals of all campaigns.
type referralState struct {
	All table[*referral] `json:"all"`

	byCode     map[string]*referral
	byCampaign groups[int64, *referral]
	byAdvocate few[string, *referral]
}

func (rs *referralState) reindex() {
	rs.byCode = make(map[string]*referral, rs.All.count())
	rs.byCampaign, rs.byAdvocate = make(groups[int64, *referral]), make(few[string, *referral])
	for r := range rs.All.all() {
		rs.index(r)
	}
}

func (rs *referralState) index(r *referral) {
	rs.byCode[r.Code] = r
	rs.byCampaign.add(r.CampaignID, r)
	rs.byAdvocate.add(r.Advocate, r)
}

// add makes a referral known.
func (rs *referralState) add(r *referral) {
	rs.All.add(r)
	rs.index(r)
}

// remove forgets a referral.
func (rs *referralState) remove(r *referral) {
	rs.All.remove(r.ID)
	delete(rs.byCode, r.Code)
	rs.byCampaign.remove(r.CampaignID, r)
	rs.byAdvocate.remove(r.Advocate, r)
}

// routesReferrals registers the operations on referrals.
func (s *Server) routesReferrals() {
	const referrals = "/v1/applications/{applicationId}/campaigns/{campaignId}/referrals"
	s.handle(http.MethodPost, "/v1/referrals", integrationKey, "createReferral", s.createReferral, bare400)
	s.handle(http.MethodPost, "/v1/referrals_for_multiple_advocates", integrationKey, "createReferralsForMultipleAdvocates", s.createReferrals)
	s.handle(http.MethodGet, referrals+"/no_total", managementKey, "getReferralsWithoutTotalCount", s.getReferrals)
	s.handle(http.MethodPut, referrals+"/{referralId}", managementKey, "updateReferral", s.updateReferral)
	s.handle(http.MethodDelete, referrals+"/{referralId}", managementKey, "deleteReferral", s.deleteReferral)
}

// referralSettings is the part that all writes of referrals have in common.
type referralSettings struct {
	StartDate  time.Time      `json:"startDate"`
	ExpiryDate time.Time      `json:"expiryDate"`
	Attributes map[string]any `json:"attributes"`
}

func (s *Server) checkReferral(settings referralSettings) []errorItem {
	problems := s.checkAttributes(attributeScope{entity: "Referral"}, settings.Attributes, "/attributes")
	if !settings.StartDate.IsZero() && !settings.ExpiryDate.IsZero() && !settings.StartDate.Before(settings.ExpiryDate) {
		problems = append(problems, atPointer("/expiryDate", titleInvalidValue, "expiryDate must be after startDate"))
	}
	return problems
}

// defaultUsageLimit stands for a usageLimit that createReferral was not given, as in the CSV import of referrals.
const defaultUsageLimit = 1

func (s *Server) createReferral(r *request) (reply, error) {
	var body struct {
		referralSettings
		CampaignID int64  `json:"campaignId" rule:"required"`
		Advocate   string `json:"advocateProfileIntegrationId" rule:"required,is=profile,min=1,max=1000"`
		Friend     string `json:"friendProfileIntegrationId" rule:"is=profile,max=1000"`
		UsageLimit *int64 `json:"usageLimit" rule:"min=0,max=999999"`
	}
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	camp, err := s.referralCampaign(r, body.CampaignID)
	if err != nil {
		return reply{}, err
	}
	if problems := s.checkReferral(body.referralSettings); len(problems) > 0 {
		return reply{}, badRequest(problems...)
	}
	codes, err := s.newReferralCodes(r.cred.application, codeSettingsFrom(camp.ReferralSettings, nil, nil), 1)
	if err != nil {
		return reply{}, err
	}
	limit := int64(defaultUsageLimit)
	if body.UsageLimit != nil {
		limit = *body.UsageLimit
	}
	created := s.addReferral(r, camp, body.referralSettings, body.Advocate, codes[0], limit)
	created.Friend = body.Friend
	return createdReply(created.view()), nil
}

func (s *Server) createReferrals(r *request) (reply, error) {
	silent, err := r.silentQuery()
	if err != nil {
		return reply{}, err
	}
	var body struct {
		referralSettings
		CampaignID      int64    `json:"campaignId" rule:"required"`
		Advocates       []string `json:"advocateProfileIntegrationIds" rule:"required,min=1,max=1000,each:is=profile,each:min=1,each:max=1000"`
		UsageLimit      *int64   `json:"usageLimit" rule:"required,min=0,max=999999"`
		ValidCharacters []string `json:"validCharacters" rule:"each:min=1,each:max=1"`
		ReferralPattern *string  `json:"referralPattern" rule:"min=3,max=100"`
	}
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	camp, err := s.referralCampaign(r, body.CampaignID)
	if err != nil {
		return reply{}, err
	}
	if problems := s.checkReferral(body.referralSettings); len(problems) > 0 {
		return reply{}, badRequest(problems...)
	}
	settings := codeSettingsFrom(camp.ReferralSettings, body.ReferralPattern, body.ValidCharacters)
	codes, err := s.newReferralCodes(r.cred.application, settings, len(body.Advocates))
	if err != nil {
		return reply{}, err
	}
	created := make([]*referral, len(codes))
	for i, advocate := range body.Advocates {
		created[i] = s.addReferral(r, camp, body.referralSettings, advocate, codes[i], *body.UsageLimit)
	}
	if silent {
		return noContent(), nil
	}
	return createdReply(map[string]any{"totalResultSize": len(created), "data": shown(created, s.viewReferral)}), nil
}

// referralCampaign is the campaign of a body. One that is unknown, of another Application or without referrals is a
// 400, since the operations declare no 404.
func (s *Server) referralCampaign(r *request, id int64) (*campaign, error) {
	camp, ok := s.state.Definitions.campaign(id)
	switch {
	case !ok || camp.ApplicationID != r.cred.application.ID:
		return nil, badRequest(atPointer("/campaignId", titleInvalidValue, "No campaign with ID %d", id))
	case !camp.hasFeature("referrals"):
		return nil, badRequest(atPointer("/campaignId", titleInvalidValue, "Campaign %d does not have the feature referrals", id))
	}
	return camp, nil
}

// addReferral makes a referral and, when it is unknown, the profile of its advocate.
func (s *Server) addReferral(r *request, camp *campaign, settings referralSettings, advocate, code string, usageLimit int64) *referral {
	s.memberProfile(r.cred.sandbox(), advocate)
	created := &referral{
		ID: s.state.nextID(kindReferral), Created: s.now(), CampaignID: camp.ID, Advocate: advocate, Code: code,
		StartDate: settings.StartDate, ExpiryDate: settings.ExpiryDate, UsageLimit: usageLimit,
		Attributes: mergeAttributes(nil, settings.Attributes),
	}
	s.state.Referrals.add(created)
	return created
}

func (s *Server) newReferralCodes(app *application, settings codeSettings, n int) ([]string, error) {
	return settings.newCodes(app, n, s.intN, func(code string) bool { return s.state.Referrals.byCode[code] != nil })
}

// codeSettingsFrom prefers the pattern and characters of a request to those of the campaign.
func codeSettingsFrom(campaign *codeSettings, pattern *string, characters []string) codeSettings {
	chosen := codeSettings{CouponPattern: "########"}
	if campaign != nil {
		chosen = *campaign
	}
	if pattern != nil {
		// A pattern of the request goes with its own characters, or with the documented default.
		chosen = codeSettings{CouponPattern: *pattern}
	}
	if len(characters) > 0 {
		chosen.ValidCharacters = characters
	}
	if len(chosen.ValidCharacters) == 0 {
		chosen.ValidCharacters = strings.Split("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "")
	}
	return chosen
}

// codeAttempts is how often a code is drawn again before its pattern counts as used up.
const codeAttempts = 1000

// newCodes draws different codes that are not taken, in the form in which the Application stores them.
func (c codeSettings) newCodes(app *application, n int, intN func(int) int, taken func(code string) bool) ([]string, error) {
	codes := make([]string, 0, n)
	drawn := make(map[string]bool, n)
	for attempt := 0; len(codes) < n; attempt++ {
		if attempt > codeAttempts {
			return nil, refused("The pattern %q with %d characters leaves no more codes", c.CouponPattern, len(c.ValidCharacters))
		}
		code := app.foldCode(c.draw(intN))
		if drawn[code] || taken(code) {
			continue
		}
		drawn[code] = true
		codes = append(codes, code)
		attempt = 0
	}
	return codes, nil
}

// draw replaces every # of the pattern by a random character.
func (c codeSettings) draw(intN func(int) int) string {
	var code strings.Builder
	for _, char := range c.CouponPattern {
		if char == '#' {
			code.WriteString(c.ValidCharacters[intN(len(c.ValidCharacters))])
			continue
		}
		code.WriteRune(char)
	}
	return code.String()
}

func (s *Server) getReferrals(r *request) (reply, error) {
	_, camp, err := s.pathCampaign(r)
	if err != nil {
		return reply{}, err
	}
	p, err := r.page(maxPageSize, "id", "created", "code")
	if err != nil {
		return reply{}, err
	}
	filter, err := s.codeFilter(r, "code")
	if err != nil {
		return reply{}, err
	}
	advocate := s.normal(kindOfProfileID, r.query.Get("advocate"))
	rows := s.state.Referrals.byCampaign.list(camp.ID)
	if advocate != "" {
		rows = s.state.Referrals.byAdvocate.list(advocate)
	}
	var passes func(*referral) bool
	if advocate != "" || !filter.matchesAll() {
		passes = func(ref *referral) bool {
			return ref.CampaignID == camp.ID &&
				filter.matches(codeView{ref.Code, ref.Created, ref.StartDate, ref.ExpiryDate, ref.UsageLimit, ref.UsageCounter})
		}
	}
	rows = sorted(p, narrowed(p, rows, passes), map[string]func(a, b *referral) int{
		"created": func(a, b *referral) int { return a.Created.Compare(b.Created) },
		"code":    func(a, b *referral) int { return cmp.Compare(a.Code, b.Code) },
	})
	return listReply(p, rows, s.viewReferral), nil
}

// pathReferral is the referral of {referralId} in the campaign of the path.
func (s *Server) pathReferral(r *request) (*referral, error) {
	_, camp, err := s.pathCampaign(r)
	if err != nil {
		return nil, err
	}
	id, err := r.id("referralId", "referral")
	if err != nil {
		return nil, err
	}
	ref, ok := s.state.Referrals.All.get(id)
	if !ok || ref.CampaignID != camp.ID {
		return nil, r.notFound("referral", id)
	}
	return ref, nil
}

// updateReferral clears the dates and the friend when they are omitted, as updateCoupon is documented to do, and
// keeps the usage limit and the attributes. Attributes that are given replace all others.
func (s *Server) updateReferral(r *request) (reply, error) {
	ref, err := s.pathReferral(r)
	if err != nil {
		return reply{}, err
	}
	var body struct {
		referralSettings
		Friend     string `json:"friendProfileIntegrationId" rule:"is=profile,max=1000"`
		UsageLimit *int64 `json:"usageLimit" rule:"min=0,max=999999"`
	}
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	if problems := s.checkReferral(body.referralSettings); len(problems) > 0 {
		return reply{}, badRequest(problems...)
	}
	ref.StartDate, ref.ExpiryDate, ref.Friend = body.StartDate, body.ExpiryDate, body.Friend
	if body.UsageLimit != nil {
		ref.UsageLimit = *body.UsageLimit
	}
	if body.Attributes != nil {
		ref.Attributes = mergeAttributes(nil, body.Attributes)
	}
	return okReply(ref.view()), nil
}

func (s *Server) deleteReferral(r *request) (reply, error) {
	ref, err := s.pathReferral(r)
	if err != nil {
		return reply{}, err
	}
	s.state.Referrals.remove(ref)
	return noContent(), nil
}

func (s *Server) viewReferral(ref *referral) any { return ref.view() }

func (r *referral) view() map[string]any {
	view := map[string]any{
		"id": r.ID, "created": r.Created, "campaignId": r.CampaignID, "advocateProfileIntegrationId": r.Advocate,
		"code": r.Code, "usageLimit": r.UsageLimit, "usageCounter": r.UsageCounter, "attributes": emptyObject(r.Attributes),
	}
	addString(view, "friendProfileIntegrationId", r.Friend)
	addString(view, "batchId", r.BatchID)
	addTime(view, "startDate", r.StartDate)
	addTime(view, "expiryDate", r.ExpiryDate)
	return view
}
