package emulator

import (
	"cmp"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// coupon is a code of a campaign.
type coupon struct {
	ID               int64          `json:"id"`
	Created          time.Time      `json:"created"`
	CampaignID       int64          `json:"campaignId"`
	Value            string         `json:"value"` // folded as the Application stores it
	UsageLimit       int64          `json:"usageLimit"`
	DiscountLimit    json.Number    `json:"discountLimit,omitempty"`
	ReservationLimit *int64         `json:"reservationLimit,omitempty"`
	StartDate        time.Time      `json:"startDate,omitzero"`
	ExpiryDate       time.Time      `json:"expiryDate,omitzero"`
	UsageCounter     int64          `json:"usageCounter,omitempty"`
	Attributes       map[string]any `json:"attributes,omitempty"`
	ReferralID       int64          `json:"referralId,omitempty"`
	ImportID         int64          `json:"importId,omitempty"`
	Recipient        string         `json:"recipient,omitempty"` // integration ID; makes the coupon personal
	BatchID          string         `json:"batchId,omitempty"`
	Mandatory        bool           `json:"isReservationMandatory,omitempty"`
	Visible          bool           `json:"implicitlyReserved,omitempty"` // in every customer's wallet
	// Reservations are by internal profile ID, in the order in which they were made.
	Reservations []reservation `json:"reservations,omitempty"`
	// Repeated counts reservations for profiles that had one, where the convention counts them.
	Repeated int64 `json:"repeatedReservations,omitempty"`
}

func (c *coupon) entityID() int64 { return c.ID }

// reservation binds a coupon to a profile.
type reservation struct {
	ProfileID int64     `json:"profileId"`
	Created   time.Time `json:"created"`
	// Redemptions by this profile; a redemption makes a reservation by itself.
	Redemptions int64 `json:"redemptions,omitempty"`
}

// couponState holds the coupons of all campaigns.
type couponState struct {
	All table[*coupon] `json:"all"`

	byValue    map[string][]*coupon // one value may exist in several Applications
	byFold     few[string, *coupon] // by the value without letter case
	byCampaign groups[int64, *coupon]
	wallets    few[int64, *coupon] // by profile: those that it has reserved
	visible    table[*coupon]      // those that everyone has
}

func (cs *couponState) reindex() {
	cs.byValue = make(map[string][]*coupon, cs.All.count())
	cs.byFold, cs.byCampaign = make(few[string, *coupon], cs.All.count()), make(groups[int64, *coupon])
	cs.wallets, cs.visible = make(few[int64, *coupon]), table[*coupon]{}
	for c := range cs.All.all() {
		cs.index(c)
	}
}

func (cs *couponState) index(c *coupon) {
	cs.byValue[c.Value] = append(cs.byValue[c.Value], c)
	cs.byFold.add(foldCase(c.Value), c)
	cs.byCampaign.add(c.CampaignID, c)
	for _, r := range c.Reservations {
		cs.wallets.add(r.ProfileID, c)
	}
	cs.show(c)
}

// show puts a coupon among those that everyone has, or takes it out.
func (cs *couponState) show(c *coupon) {
	if cs.visible.remove(c.ID); c.Visible {
		cs.visible.add(c)
	}
}

// foldCase is equal for texts that strings.EqualFold takes for equal.
func foldCase(text string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, text)
}

// holds says whether a profile has a coupon reserved.
func (cs *couponState) holds(c *coupon, profileID int64) bool {
	return slices.Contains(cs.wallets[profileID], c)
}

// hold adds the reservation of a profile that has none.
func (cs *couponState) hold(c *coupon, r reservation) {
	c.Reservations = append(c.Reservations, r)
	cs.wallets.add(r.ProfileID, c)
}

// wallet are the coupons that a profile has reserved, and those that everyone has.
func (cs *couponState) wallet(p *profile) []*coupon {
	coupons := slices.Concat(cs.wallets.list(p.ID), cs.visible.list())
	slices.SortFunc(coupons, func(a, b *coupon) int { return cmp.Compare(a.ID, b.ID) })
	return slices.Compact(coupons)
}

// reservationOf is the position of a profile's reservation, -1 where it has none.
func (c *coupon) reservationOf(profileID int64) int {
	return slices.IndexFunc(c.Reservations, func(r reservation) bool { return r.ProfileID == profileID })
}

// add makes a coupon known.
func (cs *couponState) add(c *coupon) {
	cs.All.add(c)
	cs.index(c)
}

// remove forgets a coupon with its reservations.
func (cs *couponState) remove(c *coupon) {
	cs.All.remove(c.ID)
	cs.byValue[c.Value] = slices.DeleteFunc(cs.byValue[c.Value], func(other *coupon) bool { return other == c })
	cs.byFold.remove(foldCase(c.Value), c)
	cs.byCampaign.remove(c.CampaignID, c)
	cs.visible.remove(c.ID)
	for _, r := range c.Reservations {
		cs.wallets.remove(r.ProfileID, c)
	}
}

// findCoupon looks a code up in one Application, folded as that Application compares codes.
func (s *Server) findCoupon(app *application, code string) (*coupon, bool) {
	for _, c := range s.state.Coupons.byValue[app.foldCode(code)] {
		if camp, ok := s.state.Definitions.campaign(c.CampaignID); ok && camp.ApplicationID == app.ID {
			return c, true
		}
	}
	return nil, false
}

// reserve makes reservations for profiles that have none; repeating one changes nothing. It returns the number of
// repeated ones.
func (cs *couponState) reserve(c *coupon, profiles []*profile, now time.Time) (repeated int64) {
	for _, p := range profiles {
		if cs.holds(c, p.ID) {
			repeated++
			continue
		}
		cs.hold(c, reservation{ProfileID: p.ID, Created: now})
	}
	return repeated
}

// within says whether now lies between the dates of a code; a zero date means no limit.
func within(start, expiry, now time.Time) (state string) {
	switch {
	case !expiry.IsZero() && !now.Before(expiry):
		return codeExpired
	case !start.IsZero() && now.Before(start):
		return codeFuture
	default:
		return codeNow
	}
}

// The values of the valid parameter of the lists of coupons and referrals.
const (
	codeExpired = "expired"
	codeNow     = "validNow"
	codeFuture  = "validFuture"
)

// routesCoupons registers the operations on coupons and their reservations.
func (s *Server) routesCoupons() {
	const (
		reservations = "/v1/coupon_reservations/{couponValue}"
		application  = "/v1/applications/{applicationId}"
		coupons      = application + "/campaigns/{campaignId}/coupons"
	)
	s.handle(http.MethodPost, reservations, integrationKey, "createCouponReservation", s.createReservation)
	s.handle(http.MethodDelete, reservations, integrationKey, "deleteCouponReservation", s.deleteReservation)
	s.handle(http.MethodGet, "/v1/coupon_reservations/customerprofiles/{couponValue}", integrationKey, "getReservedCustomers", s.getReservedCustomers)

	s.handle(http.MethodPost, application+"/coupons_search_advanced/no_total", managementKey,
		"searchCouponsAdvancedApplicationWideWithoutTotalCount", s.searchApplicationCoupons, readOnly)
	s.handle(http.MethodPost, application+"/campaigns/{campaignId}/coupons_search_advanced/no_total", managementKey,
		"searchCouponsAdvancedWithoutTotalCount", s.searchCampaignCoupons, readOnly)
	s.handle(http.MethodGet, coupons+"/no_total", managementKey, "getCouponsWithoutTotalCount", s.getCoupons)
	s.handle(http.MethodGet, application+"/export_coupons", managementKey, "exportCoupons", s.exportCoupons)
	s.handle(http.MethodPost, coupons, managementKey, "createCoupons", s.createCoupons)
	s.handle(http.MethodPost, application+"/campaigns/{campaignId}/import_coupons", managementKey, "importCoupons", s.importCoupons, streamed)
	s.handle(http.MethodPut, coupons+"/{couponId}", managementKey, "updateCoupon", s.updateCoupon)
	s.handle(http.MethodDelete, coupons+"/{couponId}", managementKey, "deleteCoupon", s.deleteCoupon)
}

// pathCoupon is the coupon of {couponValue} in the Application of the Integration key.
func (s *Server) pathCoupon(r *request) (*coupon, error) {
	c, ok := s.findCoupon(r.cred.application, r.params["couponValue"])
	if !ok {
		return nil, r.notFound("coupon", r.params["couponValue"])
	}
	return c, nil
}

type reservationBody struct {
	IntegrationIDs []string `json:"integrationIDs" rule:"required,max=1000,each:is=profile,each:min=1,each:max=1000"`
}

// createReservation ignores the coupon's reservation limit, as documented. It makes profiles that are unknown.
func (s *Server) createReservation(r *request) (reply, error) {
	c, err := s.pathCoupon(r)
	if err != nil {
		return reply{}, err
	}
	var body reservationBody
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	switch {
	case c.Recipient != "":
		return reply{}, refused("Coupon %s is personal and can't be reserved", c.Value)
	case within(c.StartDate, c.ExpiryDate, s.now()) == codeExpired:
		return reply{}, refused("Coupon %s has expired", c.Value)
	}
	if s.is(conventions.ReservationRepeat, conventions.Refused) && s.reservedAlready(r, c, body.IntegrationIDs) {
		return reply{}, refused("Coupon %s is reserved for one of the profiles already", c.Value)
	}
	profiles := make([]*profile, len(body.IntegrationIDs))
	for i, id := range body.IntegrationIDs {
		profiles[i] = s.memberProfile(r.cred.sandbox(), id)
	}
	repeated := s.state.Coupons.reserve(c, profiles, s.now())
	if s.is(conventions.ReservationRepeat, conventions.Counted) {
		c.Repeated += repeated
	}
	return createdReply(s.viewCoupon(c)), nil
}

// reservedAlready reports whether one of the profiles has the coupon, or occurs twice.
func (s *Server) reservedAlready(r *request, c *coupon, integrationIDs []string) bool {
	seen := make(map[string]bool, len(integrationIDs))
	for _, id := range integrationIDs {
		p, ok := s.state.Profiles.find(r.cred.sandbox(), id)
		if seen[id] || ok && s.state.Coupons.holds(c, p.ID) {
			return true
		}
		seen[id] = true
	}
	return false
}

func (s *Server) deleteReservation(r *request) (reply, error) {
	c, err := s.pathCoupon(r)
	if err != nil {
		return reply{}, err
	}
	var body reservationBody
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	leaving := make(map[int64]bool, len(body.IntegrationIDs))
	for _, id := range body.IntegrationIDs {
		if p, ok := s.state.Profiles.find(r.cred.sandbox(), id); ok && s.state.Coupons.holds(c, p.ID) {
			leaving[p.ID] = true
			s.state.Coupons.wallets.remove(p.ID, c)
		}
	}
	c.Reservations = slices.DeleteFunc(c.Reservations, func(held reservation) bool { return leaving[held.ProfileID] })
	return noContent(), nil
}

func (s *Server) getReservedCustomers(r *request) (reply, error) {
	c, err := s.pathCoupon(r)
	if err != nil {
		return reply{}, err
	}
	profiles := make([]any, 0, len(c.Reservations))
	for _, held := range c.Reservations {
		if p, ok := s.state.Profiles.All.get(held.ProfileID); ok {
			profiles = append(profiles, s.viewProfile(p))
		}
	}
	return okReply(map[string]any{"totalResultSize": len(profiles), "data": profiles}), nil
}

func (s *Server) searchApplicationCoupons(r *request) (reply, error) {
	app, err := s.pathApplication(r)
	if err != nil {
		return reply{}, err
	}
	state := r.query.Get("campaignState")
	return s.searchCoupons(r, nil, func(c *coupon) bool {
		camp, ok := s.state.Definitions.campaign(c.CampaignID)
		return ok && camp.ApplicationID == app.ID && (state == "" || state == camp.State || state == camp.frontendState(s.now()))
	})
}

func (s *Server) searchCampaignCoupons(r *request) (reply, error) {
	_, camp, err := s.pathCampaign(r)
	if err != nil {
		return reply{}, err
	}
	return s.searchCoupons(r, camp, nil)
}

// searchCoupons adds the attributes of the body to the filters of the query.
func (s *Server) searchCoupons(r *request, camp *campaign, inScope func(*coupon) bool) (reply, error) {
	body := struct {
		Attributes map[string]any `json:"attributes"`
	}{}
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	if len(body.Attributes) == 0 {
		return s.listCoupons(r, camp, inScope)
	}
	return s.listCoupons(r, camp, func(c *coupon) bool {
		if inScope != nil && !inScope(c) {
			return false
		}
		for name, value := range body.Attributes {
			if !reflect.DeepEqual(c.Attributes[name], value) {
				return false
			}
		}
		return true
	})
}

func (s *Server) getCoupons(r *request) (reply, error) {
	_, camp, err := s.pathCampaign(r)
	if err != nil {
		return reply{}, err
	}
	return s.listCoupons(r, camp, nil)
}

// listCoupons lists those of a campaign, or of all where it is nil, that are in scope; a nil scope has all of them.
func (s *Server) listCoupons(r *request, camp *campaign, inScope func(*coupon) bool) (reply, error) {
	p, err := r.page(maxPageSize, "id", "created", "value")
	if err != nil {
		return reply{}, err
	}
	rows, passes, err := s.filteredCoupons(r, camp, inScope)
	if err != nil {
		return reply{}, err
	}
	rows = sorted(p, narrowed(p, rows, passes), map[string]func(a, b *coupon) int{
		"created": func(a, b *coupon) int { return a.Created.Compare(b.Created) },
		"value":   func(a, b *coupon) int { return cmp.Compare(a.Value, b.Value) },
	})
	return listReply(p, rows, s.viewCoupon), nil
}

// filteredCoupons are the coupons in which those of a request are, and what tells them; nil where all of them are.
func (s *Server) filteredCoupons(r *request, camp *campaign, inScope func(*coupon) bool) (rows []*coupon, passes func(*coupon) bool, err error) {
	filter, err := s.codeFilter(r, "value")
	if err != nil {
		return nil, nil, err
	}
	referralID, err := r.intQuery("referralId", 0, 1, maxQueryNumber)
	if err != nil {
		return nil, nil, err
	}
	redeemed, err := r.enumQuery("redeemed", "true", "false")
	if err != nil {
		return nil, nil, err
	}
	recipient, batch := s.normal(kindOfProfileID, r.query.Get("recipientIntegrationId")), r.query.Get("batchId")
	rows = s.state.Coupons.All.list()
	if camp != nil {
		rows = s.state.Coupons.byCampaign.list(camp.ID)
	}
	if filter.code != "" && filter.exact {
		rows = s.state.Coupons.byFold.list(foldCase(filter.code))
	}
	if inScope != nil || !filter.matchesAll() || recipient != "" || batch != "" || referralID != 0 || redeemed != "" {
		passes = func(c *coupon) bool {
			return (camp == nil || camp.ID == c.CampaignID) && (inScope == nil || inScope(c)) && filter.matches(codeView{c.Value, c.Created, c.StartDate, c.ExpiryDate, c.UsageLimit, c.UsageCounter}) &&
				(recipient == "" || recipient == c.Recipient) && (batch == "" || batch == c.BatchID) &&
				(referralID == 0 || int64(referralID) == c.ReferralID) && (redeemed == "" || (redeemed == "true") == (c.UsageCounter > 0))
		}
	}
	return rows, passes, nil
}

// codeFilter is what the lists of coupons and of referrals can be narrowed by.
type codeFilter struct {
	now                      time.Time
	code                     string
	exact                    bool
	valid, usable            string
	created, starts, expires period
}

// codeView is the part of a coupon or referral that a codeFilter looks at.
type codeView struct {
	code                    string
	created, start, expiry  time.Time
	usageLimit, usageNumber int64
}

func (s *Server) codeFilter(r *request, codeParameter string) (codeFilter, error) {
	f := codeFilter{now: s.now(), code: r.query.Get(codeParameter)}
	var err error
	if f.exact, err = r.boolQuery("exactMatch", false); err != nil {
		return f, err
	}
	for prefix, bounds := range map[string]*period{"created": &f.created, "starts": &f.starts, "expires": &f.expires} {
		if *bounds, err = r.periodQuery(prefix); err != nil {
			return f, err
		}
	}
	if f.valid, err = r.enumQuery("valid", codeExpired, codeNow, codeFuture); err != nil {
		return f, err
	}
	f.usable, err = r.enumQuery("usable", "true", "false")
	return f, err
}

// matchesAll says whether the filter lets everything pass.
func (f codeFilter) matchesAll() bool {
	return f.code == "" && f.valid == "" && f.usable == "" && f.created.unlimited() && f.starts.unlimited() && f.expires.unlimited()
}

func (f codeFilter) matches(c codeView) bool {
	usable := "false"
	if c.usageLimit == 0 || c.usageNumber < c.usageLimit {
		usable = "true"
	}
	return f.matchesCode(c.code) &&
		f.created.holds(c.created) && f.starts.holds(c.start) && f.expires.holds(c.expiry) &&
		(f.valid == "" || f.valid == within(c.start, c.expiry, f.now)) &&
		(f.usable == "" || f.usable == usable)
}

// matchesCode ignores case; without exactMatch it also ignores what is neither letter nor digit.
func (f codeFilter) matchesCode(code string) bool {
	switch {
	case f.code == "":
		return true
	case f.exact:
		return strings.EqualFold(f.code, code)
	default:
		return bareCode(f.code) == bareCode(code)
	}
}

func bareCode(code string) string {
	return strings.Map(func(c rune) rune {
		if '0' <= c && c <= '9' || 'a' <= c && c <= 'z' {
			return c
		}
		return -1
	}, strings.ToLower(code))
}

// enumQuery reads a parameter with a fixed set of values; "" when it is absent.
func (r *request) enumQuery(name string, allowed ...string) (string, error) {
	raw := r.query.Get(name)
	if raw != "" && !slices.Contains(allowed, raw) {
		return "", badRequest(atParameter(name, titleEnum, `%s must be one of the following: "%s"`, name, strings.Join(allowed, `", "`)))
	}
	return raw, nil
}

// createCoupons makes codes from the campaign's pattern and characters, or from those of the body.
func (s *Server) createCoupons(r *request) (reply, error) {
	app, camp, err := s.pathCampaign(r)
	if err != nil {
		return reply{}, err
	}
	silent, err := r.silentQuery()
	if err != nil {
		return reply{}, err
	}
	var body struct {
		couponLimits
		NumberOfCoupons int      `json:"numberOfCoupons" rule:"required,min=1,max=20000"`
		CouponPattern   *string  `json:"couponPattern" rule:"min=3,max=100"`
		ValidCharacters []string `json:"validCharacters"`
	}
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	if !camp.hasFeature("coupons") {
		return reply{}, refused("Campaign %d does not have the feature coupons", camp.ID)
	}
	if problems := s.checkAttributes(attributeScope{entity: "Coupon"}, body.Attributes, "/attributes"); len(problems) > 0 {
		return reply{}, badRequest(problems...)
	}
	settings := codeSettingsFrom(camp.CouponSettings, body.CouponPattern, body.ValidCharacters)
	codes, err := settings.newCodes(app, body.NumberOfCoupons, s.intN, func(code string) bool {
		_, taken := s.findCoupon(app, code)
		return taken
	})
	if err != nil {
		return reply{}, err
	}
	created := make([]*coupon, len(codes))
	for i, code := range codes {
		created[i] = &coupon{ID: s.state.nextID(kindCoupon), Created: s.now(), CampaignID: camp.ID, Value: code}
		body.applyTo(created[i])
		s.state.Coupons.add(created[i])
	}
	if silent {
		return noContent(), nil
	}
	return okReply(map[string]any{"totalResultSize": len(created), "data": shown(created, s.viewCoupon)}), nil
}

// couponLimits is the part that createCoupons and updateCoupon have in common.
type couponLimits struct {
	UsageLimit       *int64         `json:"usageLimit" rule:"min=0,max=999999"`
	DiscountLimit    json.Number    `json:"discountLimit" rule:"min=0,max=1000000000000000"`
	ReservationLimit *int64         `json:"reservationLimit" rule:"min=0,max=999999"`
	StartDate        time.Time      `json:"startDate"`
	ExpiryDate       time.Time      `json:"expiryDate"`
	Recipient        string         `json:"recipientIntegrationId" rule:"is=profile,max=1000"`
	Mandatory        *bool          `json:"isReservationMandatory"`
	Visible          *bool          `json:"implicitlyReserved"`
	Attributes       map[string]any `json:"attributes"`
}

// applyTo sets what is there, and the three fields that are cleared when they are omitted.
func (l couponLimits) applyTo(c *coupon) {
	c.StartDate, c.ExpiryDate, c.Recipient = l.StartDate, l.ExpiryDate, l.Recipient
	if l.UsageLimit != nil {
		c.UsageLimit = *l.UsageLimit
	}
	if l.DiscountLimit != "" {
		c.DiscountLimit = l.DiscountLimit
	}
	if l.ReservationLimit != nil {
		c.ReservationLimit = l.ReservationLimit
	}
	if l.Mandatory != nil {
		c.Mandatory = *l.Mandatory
	}
	if l.Visible != nil {
		c.Visible = *l.Visible
	}
	if l.Attributes != nil {
		c.Attributes = mergeAttributes(nil, l.Attributes)
	}
}

// campaignCoupon is the coupon of {couponId} in the campaign of the path.
func (s *Server) campaignCoupon(r *request) (*coupon, error) {
	_, camp, err := s.pathCampaign(r)
	if err != nil {
		return nil, err
	}
	id, err := r.id("couponId", "coupon")
	if err != nil {
		return nil, err
	}
	c, ok := s.state.Coupons.All.get(id)
	if !ok || c.CampaignID != camp.ID {
		return nil, r.notFound("coupon", id)
	}
	return c, nil
}

func (s *Server) updateCoupon(r *request) (reply, error) {
	c, err := s.campaignCoupon(r)
	if err != nil {
		return reply{}, err
	}
	var body couponLimits
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	if problems := s.checkAttributes(attributeScope{entity: "Coupon"}, body.Attributes, "/attributes"); len(problems) > 0 {
		return reply{}, badRequest(problems...)
	}
	body.applyTo(c)
	s.state.Coupons.show(c)
	return okReply(s.viewCoupon(c)), nil
}

func (s *Server) deleteCoupon(r *request) (reply, error) {
	c, err := s.campaignCoupon(r)
	if err != nil {
		return reply{}, err
	}
	s.state.Coupons.remove(c)
	return noContent(), nil
}

func (s *Server) viewCoupon(c *coupon) any { return c.view() }

func (c *coupon) view() map[string]any {
	view := map[string]any{
		"id": c.ID, "created": c.Created, "campaignId": c.CampaignID, "value": c.Value, "usageLimit": c.UsageLimit,
		"usageCounter": c.UsageCounter, "reservationCounter": int64(len(c.Reservations)) + c.Repeated, "attributes": emptyObject(c.Attributes),
		"reservation": c.Recipient == "", "isReservationMandatory": c.Mandatory, "implicitlyReserved": c.Visible,
	}
	if c.DiscountLimit != "" {
		view["discountLimit"] = c.DiscountLimit
		view["discountCounter"], view["discountRemainder"] = 0, c.DiscountLimit
	}
	if c.ReservationLimit != nil {
		view["reservationLimit"] = *c.ReservationLimit
	}
	if c.ReferralID != 0 {
		view["referralId"] = c.ReferralID
	}
	if c.ImportID != 0 {
		view["importId"] = c.ImportID
	}
	addString(view, "recipientIntegrationId", c.Recipient)
	addString(view, "batchId", c.BatchID)
	addTime(view, "startDate", c.StartDate)
	addTime(view, "expiryDate", c.ExpiryDate)
	return view
}
