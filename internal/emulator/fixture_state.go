package emulator

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// loader turns a fixture into a state and collects what does not fit together.
type loader struct {
	*Server // for its helpers, which look at the state only
	fixture *Fixture
	created time.Time
	errors  []fixtureProblem
}

// state builds what a deployment remembers when it starts at the given time.
func (f *Fixture) state(now time.Time, values conventions.Values) (*state, error) {
	st := &state{Format: stateFormat, AccountID: f.Account.ID, NextIDs: firstIDs()}
	st.reindex()
	l := &loader{
		Server:  &Server{opts: Options{Now: func() time.Time { return now }}, state: st, values: values},
		fixture: f,
		created: now.UTC().Truncate(time.Microsecond),
	}
	l.decoding = l.decodingOptions()
	st.Definitions.Integrations = f.Account.Integrations
	l.applications()
	l.credentials()
	l.eventTypes()
	l.attributes()
	l.campaigns()
	l.profiles()
	l.audiences()
	l.audienceReferences()
	l.catalogs()
	l.coupons()
	l.referrals()
	l.loyalty()
	l.effects()
	if len(l.errors) > 0 {
		return nil, f.problems(l.errors)
	}
	return st, nil
}

func (l *loader) fail(pointer, format string, args ...any) {
	l.errors = append(l.errors, fixtureProblem{pointer: pointer, text: fmt.Sprintf(format, args...)})
}

// unique reports values that occur twice; what names them in the message.
func unique[K comparable](l *loader, seen map[K]bool, key K, pointer, what string) {
	if seen[key] {
		l.fail(pointer, "%s %v is there already", what, key)
	}
	seen[key] = true
}

func at(list string, index int, field string) string {
	return "/" + list + "/" + strconv.Itoa(index) + "/" + field
}

// checkRefs reports IDs that name nothing.
func (l *loader) checkRefs(pointer string, ids []int64, what string, known []int64) {
	for i, id := range ids {
		l.checkRef(pointer+"/"+strconv.Itoa(i), id, what, known)
	}
}

func (l *loader) checkRef(pointer string, id int64, what string, known []int64) {
	if slices.Contains(known, id) {
		return
	}
	names := make([]string, len(known))
	for i, id := range known {
		names[i] = strconv.FormatInt(id, 10)
	}
	if len(names) == 0 {
		names = []string{"none"}
	}
	l.fail(pointer, "there is no %s %d (known: %s)", what, id, strings.Join(names, ", "))
}

func (l *loader) applicationIDs() []int64 {
	ids := make([]int64, len(l.fixture.Applications))
	for i, app := range l.fixture.Applications {
		ids[i] = app.ID
	}
	return ids
}

func (l *loader) catalogIDs() []int64 {
	ids := make([]int64, len(l.fixture.Catalogs))
	for i, c := range l.fixture.Catalogs {
		ids[i] = c.ID
	}
	return ids
}

func (l *loader) campaignIDs() []int64 {
	ids := make([]int64, len(l.fixture.Campaigns))
	for i, c := range l.fixture.Campaigns {
		ids[i] = c.ID
	}
	return ids
}

func (l *loader) applications() {
	seen := make(map[int64]bool)
	for i, app := range l.fixture.Applications {
		unique(l, seen, app.ID, at("applications", i, "id"), "Application")
		l.state.Definitions.Applications = append(l.state.Definitions.Applications, &application{
			ID: app.ID, Created: l.created, Name: app.Name, Description: app.Description, Sandbox: app.Sandbox,
			Timezone: orDefault(app.Timezone, "UTC"), Currency: orDefault(app.Currency, "EUR"),
			CaseSensitivity: orDefault(app.CaseSensitivity, "sensitive"),
		})
	}
	slices.SortFunc(l.state.Definitions.Applications, func(a, b *application) int { return int(a.ID - b.ID) })
}

func (l *loader) credentials() {
	auth := &l.state.Auth
	users := make([]int64, len(l.fixture.Users))
	emails, keys := make(map[string]bool), make(map[string]bool)
	for i, u := range l.fixture.Users {
		unique(l, emails, u.Email, at("users", i, "email"), "user")
		users[i] = u.ID
		auth.Users = append(auth.Users, user(u))
	}
	for i, k := range l.fixture.IntegrationKeys {
		// The message must not repeat a key.
		if keys[k.Key] {
			l.fail(at("integrationKeys", i, "key"), "the key is there already")
		}
		keys[k.Key] = true
		l.checkRef(at("integrationKeys", i, "applicationId"), k.ApplicationID, "Application", l.applicationIDs())
		auth.IntegrationKeys = append(auth.IntegrationKeys, integrationKeyEntry(k))
	}
	for i, k := range l.fixture.ManagementKeys {
		if keys[k.Key] {
			l.fail(at("managementKeys", i, "key"), "the key is there already")
		}
		keys[k.Key] = true
		l.checkRef(at("managementKeys", i, "userId"), k.UserID, "user", users)
		auth.ManagementKeys = append(auth.ManagementKeys, managementKeyEntry(k))
	}
}

func (l *loader) eventTypes() {
	seen := make(map[string]bool)
	for i, e := range l.fixture.EventTypes {
		unique(l, seen, e.Name, at("eventTypes", i, "name"), "event type")
		l.state.Definitions.EventTypes = append(l.state.Definitions.EventTypes, &eventType{
			ID: l.state.claimID(kindEventType, e.ID), Created: l.created, Name: e.Name,
			Title: orDefault(e.Title, e.Name), Description: e.Description,
		})
	}
}

var attributeName = regexp.MustCompile(`^[A-Za-z]\w*$`)

func (l *loader) attributes() {
	type key struct{ entity, eventType, name string }
	seen := make(map[key]bool)
	for i, a := range l.fixture.Attributes {
		id := key{a.Entity, a.EventType, a.Name}
		if seen[id] {
			l.fail(at("attributes", i, "name"), "%s has an attribute %s already", a.Entity, a.Name)
		}
		seen[id] = true
		if !attributeName.MatchString(a.Name) {
			l.fail(at("attributes", i, "name"), "%q must be a letter followed by letters, digits and underscores", a.Name)
		}
		_, known := l.state.Definitions.eventType(a.EventType)
		switch isEvent := a.Entity == "Event"; {
		case isEvent && !known:
			l.fail(at("attributes", i, "eventType"), "there is no event type %q; an attribute of Event needs one", a.EventType)
		case !isEvent && a.EventType != "":
			l.fail(at("attributes", i, "eventType"), "only attributes of Event have an event type")
		}
		if a.Entity != "CartItem" && len(a.CatalogIDs) > 0 {
			l.fail(at("attributes", i, "catalogIds"), "only attributes of CartItem belong to catalogs")
		}
		l.checkRefs(at("attributes", i, "applicationIds"), a.ApplicationIDs, "Application", l.applicationIDs())
		l.checkRefs(at("attributes", i, "catalogIds"), a.CatalogIDs, "catalog", l.catalogIDs())
		l.state.Definitions.Attributes = append(l.state.Definitions.Attributes, &attribute{
			ID: l.state.claimID(kindAttribute, a.ID), Created: l.created, Entity: a.Entity, EventType: a.EventType,
			Name: a.Name, Title: orDefault(a.Title, a.Name), Type: a.Type, Description: a.Description,
			Suggestions: a.Suggestions, RestrictedBySuggestions: a.RestrictedBySuggestions,
			ApplicationIDs: a.ApplicationIDs, CatalogIDs: a.CatalogIDs,
		})
	}
	slices.SortFunc(l.state.Definitions.Attributes, func(a, b *attribute) int { return int(a.ID - b.ID) })
}

func (l *loader) campaigns() {
	seen := make(map[int64]bool)
	for i, c := range l.fixture.Campaigns {
		unique(l, seen, c.ID, at("campaigns", i, "id"), "campaign")
		l.checkRef(at("campaigns", i, "applicationId"), c.ApplicationID, "Application", l.applicationIDs())
		l.state.Definitions.Campaigns = append(l.state.Definitions.Campaigns, &campaign{
			ID: c.ID, Created: l.created, ApplicationID: c.ApplicationID, UserID: l.owner(), Name: c.Name,
			Description: c.Description, StartTime: c.StartTime, EndTime: c.EndTime, State: orDefault(c.State, "enabled"),
			Tags: c.Tags, Features: c.Features, CouponSettings: (*codeSettings)(c.CouponSettings),
			ReferralSettings: (*codeSettings)(c.ReferralSettings), AudienceIDs: c.AudienceIDs,
		})
	}
	slices.SortFunc(l.state.Definitions.Campaigns, func(a, b *campaign) int { return int(a.ID - b.ID) })
}

// owner is the user who made what the fixture holds.
func (l *loader) owner() int64 {
	if len(l.fixture.Users) == 0 {
		return 1
	}
	return l.fixture.Users[0].ID
}

func (l *loader) profiles() {
	for i, p := range l.fixture.Profiles {
		p.IntegrationID = l.normal(kindOfProfileID, p.IntegrationID)
		if _, ok := l.state.Profiles.find(p.Sandbox, p.IntegrationID); ok {
			l.fail(at("profiles", i, "integrationId"), "profile %s is there already", p.IntegrationID)
			continue
		}
		l.checkValues(at("profiles", i, "attributes"), attributeScope{entity: "CustomerProfile"}, p.Attributes)
		if _, taken := l.state.Profiles.All.get(p.ID); taken {
			l.fail(at("profiles", i, "id"), "profile ID %d is there already", p.ID)
			continue
		}
		created := &profile{
			ID: l.state.claimID(kindProfile, p.ID), IntegrationID: p.IntegrationID, Sandbox: p.Sandbox,
			Attributes: mergeAttributes(nil, p.Attributes), Created: l.created, LastActivity: l.created,
		}
		for _, g := range p.Giveaways {
			l.checkValues(at("profiles", i, "giveaways"), attributeScope{entity: "Giveaway"}, g.Attributes)
			created.Giveaways = append(created.Giveaways, giveaway{
				ID: g.ID, Created: l.created, Code: g.Code, PoolID: g.PoolID, StartDate: g.StartDate, EndDate: g.EndDate, Attributes: g.Attributes,
			})
		}
		for _, a := range p.Achievements {
			l.checkRef(at("profiles", i, "achievements"), a.CampaignID, "campaign", l.campaignIDs())
			a.Title = orDefault(a.Title, a.Name)
			created.Achievements = append(created.Achievements, achievement(a))
		}
		l.state.Profiles.All.add(created)
		l.state.Profiles.environment(p.Sandbox)[p.IntegrationID] = created
	}
}

// checkValues reports attribute values that the definitions do not allow.
func (l *loader) checkValues(pointer string, scope attributeScope, values map[string]any) {
	for _, item := range l.checkAttributes(scope, values, pointer) {
		l.fail(item.Source["pointer"], "%s", item.Details)
	}
}

func (l *loader) audiences() {
	for i, a := range l.fixture.Audiences {
		l.checkRefs(at("audiences", i, "subscribedApplicationsIds"), a.ApplicationIDs, "Application", l.applicationIDs())
		created := &audience{
			Created: l.created, Name: a.Name, Sandbox: a.Sandbox, Description: a.Description,
			ApplicationIDs: a.ApplicationIDs, Integration: a.Integration, IntegrationID: a.IntegrationID,
			CreatedIn3rdParty: a.CreatedIn3rdParty, LastUpdate: l.created,
		}
		for _, item := range l.checkIntegration(created) {
			l.fail("/audiences/"+strconv.Itoa(i)+item.Source["pointer"], "%s", item.Details)
		}
		if _, taken := l.state.Audiences.All.get(a.ID); taken {
			l.fail(at("audiences", i, "id"), "audience ID %d is there already", a.ID)
			continue
		}
		created.ID = l.state.claimID(kindAudience, a.ID)
		l.state.Audiences.All.add(created)
		for _, member := range a.Members {
			created.join(l.memberProfile(a.Sandbox, l.normal(kindOfProfileID, member)))
		}
	}
}

// audienceReferences checks what campaigns say about audiences, which have IDs only now.
func (l *loader) audienceReferences() {
	var known []int64
	for a := range l.state.Audiences.All.all() {
		known = append(known, a.ID)
	}
	for i, c := range l.fixture.Campaigns {
		l.checkRefs(at("campaigns", i, "audienceIds"), c.AudienceIDs, "audience", known)
	}
}

func (l *loader) catalogs() {
	seen := make(map[int64]bool)
	for i, c := range l.fixture.Catalogs {
		if seen[c.ID] {
			l.fail(at("catalogs", i, "id"), "catalog %d is there already", c.ID)
			continue
		}
		seen[c.ID] = true
		l.checkRefs(at("catalogs", i, "applicationIds"), c.ApplicationIDs, "Application", l.applicationIDs())
		created := &catalog{
			ID: c.ID, Created: l.created, Modified: l.created, Name: c.Name, Description: c.Description,
			ApplicationIDs: c.ApplicationIDs, Version: max(1, c.Version), CreatedBy: l.owner(),
			bySKU: make(map[string]*catalogItem, len(c.Items)),
		}
		for n, item := range c.Items {
			pointer := at("catalogs", i, "items") + "/" + strconv.Itoa(n)
			item.SKU = l.normal(kindOfSKU, item.SKU)
			if _, ok := created.item(item.SKU); ok {
				l.fail(pointer+"/sku", "SKU %s is there already", item.SKU)
				continue
			}
			l.checkValues(pointer+"/attributes", attributeScope{entity: "CartItem", catalogID: c.ID}, item.Attributes)
			created.addItem(&catalogItem{
				ID: l.state.nextID(kindCatalogItem), Created: l.created, SKU: item.SKU, Price: item.Price,
				Product: item.Product, Attributes: mergeAttributes(nil, item.Attributes), Version: created.Version,
			})
		}
		l.state.Catalogs.All.add(created)
	}
}

func (l *loader) coupons() {
	type key struct {
		applicationID int64
		value         string
	}
	seen := make(map[key]bool)
	for i, c := range l.fixture.Coupons {
		camp, ok := l.state.Definitions.campaign(c.CampaignID)
		l.checkRef(at("coupons", i, "campaignId"), c.CampaignID, "campaign", l.campaignIDs())
		if !ok {
			continue
		}
		app, ok := l.state.Definitions.application(camp.ApplicationID)
		if !ok {
			continue
		}
		value := app.foldCode(c.Value)
		if seen[key{app.ID, value}] {
			l.fail(at("coupons", i, "value"), "coupon %s is there already", c.Value)
		}
		seen[key{app.ID, value}] = true
		l.checkValues(at("coupons", i, "attributes"), attributeScope{entity: "Coupon"}, c.Attributes)
		if _, taken := l.state.Coupons.All.get(c.ID); taken {
			l.fail(at("coupons", i, "id"), "coupon ID %d is there already", c.ID)
			continue
		}
		created := &coupon{
			ID: l.state.claimID(kindCoupon, c.ID), Created: l.created, CampaignID: c.CampaignID, Value: value,
			UsageLimit: c.UsageLimit, DiscountLimit: c.DiscountLimit, ReservationLimit: c.ReservationLimit,
			StartDate: c.StartDate, ExpiryDate: c.ExpiryDate, Attributes: c.Attributes,
			Recipient: l.normal(kindOfProfileID, c.RecipientIntegrationID), Mandatory: c.IsReservationMandatory, Visible: c.ImplicitlyReserved,
		}
		for _, id := range c.ReservedBy {
			p, _ := l.upsertProfile(app.Sandbox, l.normal(kindOfProfileID, id))
			created.Reservations = append(created.Reservations, reservation{ProfileID: p.ID, Created: l.created})
		}
		l.state.Coupons.add(created)
	}
}

func (l *loader) referrals() {
	for i, r := range l.fixture.Referrals {
		camp, ok := l.state.Definitions.campaign(r.CampaignID)
		l.checkRef(at("referrals", i, "campaignId"), r.CampaignID, "campaign", l.campaignIDs())
		if !ok {
			continue
		}
		app, ok := l.state.Definitions.application(camp.ApplicationID)
		if !ok {
			continue
		}
		code := app.foldCode(r.Code)
		if _, taken := l.state.Referrals.byCode[code]; taken {
			l.fail(at("referrals", i, "code"), "referral code %s is there already", r.Code)
			continue
		}
		l.checkValues(at("referrals", i, "attributes"), attributeScope{entity: "Referral"}, r.Attributes)
		if _, taken := l.state.Referrals.All.get(r.ID); taken {
			l.fail(at("referrals", i, "id"), "referral ID %d is there already", r.ID)
			continue
		}
		r.Advocate, r.Friend = l.normal(kindOfProfileID, r.Advocate), l.normal(kindOfProfileID, r.Friend)
		l.upsertProfile(app.Sandbox, r.Advocate)
		l.state.Referrals.add(&referral{
			ID: l.state.claimID(kindReferral, r.ID), Created: l.created, CampaignID: r.CampaignID, Advocate: r.Advocate,
			Friend: r.Friend, Code: code, StartDate: r.StartDate, ExpiryDate: r.ExpiryDate, UsageLimit: r.UsageLimit,
			Attributes: r.Attributes,
		})
	}
}

func (l *loader) loyalty() {
	seen := make(map[int64]bool)
	for i, p := range l.fixture.LoyaltyPrograms {
		unique(l, seen, p.ID, at("loyaltyPrograms", i, "id"), "loyalty program")
		l.checkRefs(at("loyaltyPrograms", i, "applicationIds"), p.ApplicationIDs, "Application", l.applicationIDs())
		l.state.Loyalty.Programs = append(l.state.Loyalty.Programs, &loyaltyProgram{
			ID: p.ID, Created: l.created, Name: p.Name, Title: orDefault(p.Title, p.Name), Description: p.Description,
			ApplicationIDs: p.ApplicationIDs, Sandbox: p.Sandbox, CardBased: p.CardBased, Timezone: orDefault(p.Timezone, "UTC"),
		})
		ledger := slices.Clone(p.Transactions)
		for n, g := range p.Generated {
			interval, err := time.ParseDuration(g.Interval)
			if err != nil || interval <= 0 {
				l.fail(at("loyaltyPrograms", i, "generatedTransactions")+"/"+strconv.Itoa(n)+"/interval", "%q must be a duration such as 24h", g.Interval)
				continue
			}
			ledger = append(ledger, g.transactions(interval)...)
		}
		slices.SortStableFunc(ledger, func(a, b FixtureTransaction) int { return a.Created.Compare(b.Created) })
		for _, t := range ledger {
			l.book(p, t)
		}
	}
}

func (g FixtureGeneratedTransactions) transactions(interval time.Duration) []FixtureTransaction {
	list := make([]FixtureTransaction, g.Count)
	for i := range list {
		n := int64(i) + 1
		t := FixtureTransaction{
			IntegrationID: g.IntegrationID, Created: g.First.Add(time.Duration(i) * interval), Type: "addition",
			Name: "Points for order " + strconv.FormatInt(n, 10),
		}
		if g.SubtractEvery > 0 && n%g.SubtractEvery == 0 {
			t.Type, t.Name = "subtraction", "Points spent"
		}
		t.Amount = json.Number(strconv.FormatInt(n, 10))
		list[i] = t
	}
	return list
}

func (l *loader) book(p FixtureLoyaltyProgram, t FixtureTransaction) {
	owner, _ := l.upsertProfile(p.Sandbox, l.normal(kindOfProfileID, t.IntegrationID))
	id := l.state.nextID(kindTransaction)
	l.state.Loyalty.add(&loyaltyTransaction{
		ID: id, UUID: uuid.NewSHA1(uuid.NameSpaceOID, []byte(strconv.FormatInt(id, 10))).String(), Created: t.Created,
		ProgramID: p.ID, ProfileID: owner.ID, Type: t.Type, Origin: orDefault(t.Origin, "manual"), Name: t.Name,
		StartDate: orDefault(t.StartDate, "immediate"), ExpiryDate: orDefault(t.ExpiryDate, "unlimited"),
		SubledgerID: t.SubledgerID, Amount: t.Amount, SessionID: t.SessionID,
	})
}

func (l *loader) effects() {
	for i, e := range l.fixture.Effects {
		l.checkRef(at("effects", i, "campaignId"), e.CampaignID, "campaign", l.campaignIDs())
		pointer := "/effects/" + strconv.Itoa(i)
		ofCart := e.CouponCode != "" || e.ReferralCode != "" || e.SKU != "" || e.MinQuantity > 0 || e.Percent != ""
		switch {
		case e.EventType != "" && ofCart:
			l.fail(pointer, "an event has no cart: couponCode, referralCode, sku, minQuantity and percent do not go with eventType")
		case e.EventType == "" && !ofCart && len(e.ProfileAttributes) == 0 && e.AudienceID == 0 && e.From.IsZero() && e.Until.IsZero():
			l.fail(pointer, "an effect needs a condition: couponCode, referralCode, sku, minQuantity, eventType, profileAttributes, audienceId, from or until")
		}
		if _, ok := l.state.Audiences.All.get(e.AudienceID); !ok && e.AudienceID != 0 {
			l.fail(at("effects", i, "audienceId"), "there is no audience %d", e.AudienceID)
		}
		l.checkValues(at("effects", i, "profileAttributes"), attributeScope{entity: "CustomerProfile"}, e.ProfileAttributes)
		l.state.Sessions.Effects = append(l.state.Sessions.Effects, seededEffect(e))
	}
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}
