package emulator

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/strictjson"
	"github.com/talon-one/terraform-provider-talonone/internal/safefile"
)

//go:embed default_fixture.json
var defaultFixture []byte

// FixtureSchema is the JSON Schema of fixture files.
//
//go:embed fixture.schema.json
var FixtureSchema []byte

// Fixture is what a deployment starts with: everything that the API cannot create, and whatever else should be
// there already. fixture.schema.json documents the fields as they stand in a file.
type Fixture struct {
	Schema          string                  `json:"$schema"`
	Account         FixtureAccount          `json:"account" rule:"required"`
	Users           []FixtureUser           `json:"users"`
	Applications    []FixtureApplication    `json:"applications" rule:"required,min=1"`
	IntegrationKeys []FixtureIntegrationKey `json:"integrationKeys"`
	ManagementKeys  []FixtureManagementKey  `json:"managementKeys"`
	Attributes      []FixtureAttribute      `json:"attributes"`
	EventTypes      []FixtureEventType      `json:"eventTypes"`
	Campaigns       []FixtureCampaign       `json:"campaigns"`
	Profiles        []FixtureProfile        `json:"profiles"`
	Audiences       []FixtureAudience       `json:"audiences"`
	Catalogs        []FixtureCatalog        `json:"catalogs"`
	Coupons         []FixtureCoupon         `json:"coupons"`
	Referrals       []FixtureReferral       `json:"referrals"`
	LoyaltyPrograms []FixtureLoyaltyProgram `json:"loyaltyPrograms"`
	Effects         []FixtureEffect         `json:"effects"`

	name   string // where it came from, for messages
	source []byte
}

// FixtureAccount is the account that owns everything.
type FixtureAccount struct {
	ID int64 `json:"id" rule:"required,min=1"`
	// Integrations are the partner names that audiences may carry.
	Integrations []string `json:"integrations" rule:"unique,each:min=1"`
}

// FixtureUser can log in with createSession.
type FixtureUser struct {
	ID       int64  `json:"id" rule:"required,min=1"`
	Email    string `json:"email" rule:"required,min=1"`
	Password string `json:"password" rule:"required,min=1"`
}

// FixtureApplication is an Application, live or sandbox.
type FixtureApplication struct {
	ID              int64  `json:"id" rule:"required,min=1"`
	Name            string `json:"name" rule:"required,min=1"`
	Description     string `json:"description"`
	Sandbox         bool   `json:"sandbox"`
	Timezone        string `json:"timezone"` // "" is UTC
	Currency        string `json:"currency"` // "" is EUR
	CaseSensitivity string `json:"caseSensitivity" rule:"enum=sensitive|insensitive-uppercase|insensitive-lowercase"`
}

// FixtureIntegrationKey is the key of an Application.
type FixtureIntegrationKey struct {
	Key           string    `json:"key" rule:"required,min=1"`
	ApplicationID int64     `json:"applicationId" rule:"required"`
	Expires       time.Time `json:"expires"` // zero is never
}

// FixtureManagementKey is a key for the Management API.
type FixtureManagementKey struct {
	Key    string `json:"key" rule:"required,min=1"`
	UserID int64  `json:"userId" rule:"required"`
	// Endpoints are the path prefixes, by whole segments, that the key may use; none means all.
	Endpoints []string  `json:"endpoints" rule:"each:min=1"`
	Expires   time.Time `json:"expires"` // zero is never
}

// FixtureAttribute is the definition of a custom attribute.
type FixtureAttribute struct {
	ID                      int64    `json:"id" rule:"min=0"`
	Entity                  string   `json:"entity" rule:"required,enum=Application|Campaign|CustomerProfile|CustomerSession|CartItem|Coupon|Event|Giveaway|LoyaltyCard|Referral|Store"`
	EventType               string   `json:"eventType"`
	Name                    string   `json:"name" rule:"required,min=1"`
	Title                   string   `json:"title"` // "" is the name
	Type                    string   `json:"type" rule:"required,enum=string|number|boolean|time|location|(list string)|(list number)|(list time)|(list location)"`
	Description             string   `json:"description"`
	Suggestions             []string `json:"suggestions" rule:"max=50"`
	RestrictedBySuggestions bool     `json:"restrictedBySuggestions"`
	ApplicationIDs          []int64  `json:"applicationIds" rule:"unique"`
	CatalogIDs              []int64  `json:"catalogIds" rule:"unique"`
}

// FixtureEventType is a custom event.
type FixtureEventType struct {
	ID          int64  `json:"id" rule:"min=0"`
	Name        string `json:"name" rule:"required,min=1"`
	Title       string `json:"title"` // "" is the name
	Description string `json:"description"`
}

// FixtureCampaign is a campaign of an Application.
type FixtureCampaign struct {
	ID               int64                `json:"id" rule:"required,min=1"`
	ApplicationID    int64                `json:"applicationId" rule:"required"`
	Name             string               `json:"name" rule:"required,min=1"`
	Description      string               `json:"description"`
	State            string               `json:"state" rule:"enum=enabled|disabled|archived"` // "" is enabled
	StartTime        time.Time            `json:"startTime"`
	EndTime          time.Time            `json:"endTime"`
	Tags             []string             `json:"tags" rule:"max=50"`
	Features         []string             `json:"features" rule:"unique,each:enum=coupons|referrals|loyalty|giveaways|strikethrough|achievements"`
	CouponSettings   *FixtureCodeSettings `json:"couponSettings"`
	ReferralSettings *FixtureCodeSettings `json:"referralSettings"`
	// AudienceIDs are the audiences that a rule of the campaign uses, which keeps them from being deleted.
	AudienceIDs []int64 `json:"audienceIds" rule:"unique"`
}

// FixtureCodeSettings says how codes are made: each # of the pattern becomes one of the characters.
type FixtureCodeSettings struct {
	ValidCharacters []string `json:"validCharacters" rule:"required,min=1"`
	CouponPattern   string   `json:"couponPattern" rule:"required,min=3,max=100"`
}

// FixtureProfile is a customer profile.
type FixtureProfile struct {
	ID            int64          `json:"id" rule:"min=0"`
	IntegrationID string         `json:"integrationId" rule:"required,min=1,max=1000"`
	Sandbox       bool           `json:"sandbox"`
	Attributes    map[string]any `json:"attributes"`
	// Giveaways and Achievements show in the profile's inventory.
	Giveaways    []FixtureGiveaway    `json:"giveaways"`
	Achievements []FixtureAchievement `json:"achievements"`
}

// FixtureGiveaway is a code that was awarded to a profile.
type FixtureGiveaway struct {
	ID         int64          `json:"id" rule:"required,min=1"`
	Code       string         `json:"code" rule:"required,min=1"`
	PoolID     int64          `json:"poolId" rule:"required,min=1"`
	StartDate  time.Time      `json:"startDate"`
	EndDate    time.Time      `json:"endDate"`
	Attributes map[string]any `json:"attributes"`
}

// FixtureAchievement is a profile's progress in an achievement of a campaign.
type FixtureAchievement struct {
	ID             int64       `json:"id" rule:"required,min=1"`
	CampaignID     int64       `json:"campaignId" rule:"required"`
	Name           string      `json:"name" rule:"required,min=1"`
	Title          string      `json:"title"` // "" is the name
	Description    string      `json:"description"`
	Status         string      `json:"status" rule:"required,enum=not_started|inprogress|completed|expired"`
	Progress       json.Number `json:"progress" rule:"required,min=0"`
	Target         json.Number `json:"target" rule:"required,min=0"`
	StartDate      time.Time   `json:"startDate"`
	CompletionDate time.Time   `json:"completionDate"`
}

// FixtureAudience is an audience with its members, which need no profile of their own in the fixture.
type FixtureAudience struct {
	ID                int64    `json:"id" rule:"min=0"`
	Name              string   `json:"name" rule:"required,min=1"`
	Sandbox           bool     `json:"sandbox"`
	Description       string   `json:"description"`
	ApplicationIDs    []int64  `json:"subscribedApplicationsIds" rule:"unique"`
	Integration       string   `json:"integration"`
	IntegrationID     string   `json:"integrationId" rule:"max=1000"`
	CreatedIn3rdParty bool     `json:"createdIn3rdParty"`
	Members           []string `json:"members" rule:"each:min=1,each:max=1000"`
}

// FixtureCatalog is a cart item catalog.
type FixtureCatalog struct {
	ID             int64                `json:"id" rule:"required,min=1"`
	Name           string               `json:"name" rule:"required,min=1"`
	Description    string               `json:"description"`
	ApplicationIDs []int64              `json:"applicationIds" rule:"unique"`
	Version        int64                `json:"version" rule:"min=0"` // 0 is 1
	Items          []FixtureCatalogItem `json:"items"`
}

// FixtureCatalogItem is an item of a catalog.
type FixtureCatalogItem struct {
	SKU        string         `json:"sku" rule:"required,min=1"`
	Price      json.Number    `json:"price"`
	Product    *string        `json:"product"`
	Attributes map[string]any `json:"attributes"`
}

// FixtureCoupon is a coupon code.
type FixtureCoupon struct {
	ID                     int64          `json:"id" rule:"min=0"`
	CampaignID             int64          `json:"campaignId" rule:"required"`
	Value                  string         `json:"value" rule:"required,min=4"`
	UsageLimit             int64          `json:"usageLimit" rule:"min=0,max=999999"`
	DiscountLimit          json.Number    `json:"discountLimit" rule:"min=0,max=1000000000000000"`
	ReservationLimit       *int64         `json:"reservationLimit" rule:"min=0,max=999999"`
	StartDate              time.Time      `json:"startDate"`
	ExpiryDate             time.Time      `json:"expiryDate"`
	RecipientIntegrationID string         `json:"recipientIntegrationId" rule:"max=1000"`
	IsReservationMandatory bool           `json:"isReservationMandatory"`
	ImplicitlyReserved     bool           `json:"implicitlyReserved"`
	Attributes             map[string]any `json:"attributes"`
	// ReservedBy are the integration IDs of profiles that have reserved the coupon.
	ReservedBy []string `json:"reservedBy" rule:"unique,each:min=1"`
}

// FixtureReferral is a referral code.
type FixtureReferral struct {
	ID         int64          `json:"id" rule:"min=0"`
	CampaignID int64          `json:"campaignId" rule:"required"`
	Advocate   string         `json:"advocateProfileIntegrationId" rule:"required,min=1,max=1000"`
	Friend     string         `json:"friendProfileIntegrationId" rule:"max=1000"`
	Code       string         `json:"code" rule:"required,min=4,max=100"`
	StartDate  time.Time      `json:"startDate"`
	ExpiryDate time.Time      `json:"expiryDate"`
	UsageLimit int64          `json:"usageLimit" rule:"min=0,max=999999"`
	Attributes map[string]any `json:"attributes"`
}

// FixtureLoyaltyProgram is a loyalty program with its ledger.
type FixtureLoyaltyProgram struct {
	ID             int64                `json:"id" rule:"required,min=1"`
	Name           string               `json:"name" rule:"required,min=1"`
	Title          string               `json:"title"` // "" is the name
	Description    string               `json:"description"`
	ApplicationIDs []int64              `json:"applicationIds" rule:"unique"`
	Sandbox        bool                 `json:"sandbox"`
	CardBased      bool                 `json:"cardBased"`
	Timezone       string               `json:"timezone"` // "" is UTC
	Transactions   []FixtureTransaction `json:"transactions"`
	// Generated writes regular ledgers without listing every entry.
	Generated []FixtureGeneratedTransactions `json:"generatedTransactions"`
}

// FixtureTransaction is one entry of a ledger.
type FixtureTransaction struct {
	IntegrationID string      `json:"integrationId" rule:"required,min=1"` // of the profile
	Created       time.Time   `json:"created" rule:"required"`
	Type          string      `json:"type" rule:"required,enum=addition|subtraction"`
	Origin        string      `json:"origin" rule:"enum=manual|session|import"` // "" is manual
	Name          string      `json:"name"`
	StartDate     string      `json:"startDate"`  // "" is immediate
	ExpiryDate    string      `json:"expiryDate"` // "" is unlimited
	SubledgerID   string      `json:"subledgerId"`
	Amount        json.Number `json:"amount" rule:"required,min=0"`
	SessionID     string      `json:"customerSessionId"`
}

// FixtureGeneratedTransactions books the amounts 1 to Count, Interval apart.
type FixtureGeneratedTransactions struct {
	IntegrationID string    `json:"integrationId" rule:"required,min=1"` // of the profile
	Count         int64     `json:"count" rule:"required,min=1,max=100000"`
	First         time.Time `json:"first" rule:"required"`
	Interval      string    `json:"interval" rule:"required"` // a Go duration, such as 24h
	// SubtractEvery makes every so manieth entry a subtraction; 0 makes none.
	SubtractEvery int64 `json:"subtractEvery" rule:"min=0"`
}

// FixtureEffect is an effect that sessions and events get when all conditions that it sets hold. It is data for
// tests, and no rule engine: no condition is derived from another, and no effect changes what another one sees.
type FixtureEffect struct {
	// CouponCode and ReferralCode are codes that were entered. The coupon has to be valid now, and for the customer.
	CouponCode   string `json:"couponCode"`
	ReferralCode string `json:"referralCode"`
	// SKU is in the cart, with at least MinQuantity units. MinQuantity alone is about the whole cart.
	SKU         string `json:"sku"`
	MinQuantity int64  `json:"minQuantity" rule:"min=0"`
	// EventType makes it an effect of events of the type, or of updates of profiles (talon_profile_updated), which have
	// no codes and no cart.
	EventType string `json:"eventType"`
	// ProfileAttributes are values that the customer has.
	ProfileAttributes map[string]any `json:"profileAttributes"`
	// AudienceID is an audience of the customer.
	AudienceID int64 `json:"audienceId"`
	// From and Until bound the time; those of the campaign count as well. A dry run can set a later time.
	From       time.Time `json:"from"`
	Until      time.Time `json:"until"`
	CampaignID int64     `json:"campaignId" rule:"required"`
	RuleName   string    `json:"ruleName"`
	EffectType string    `json:"effectType" rule:"required,min=1"`
	// Percent, between 0 and 100, fills in the value of the props: a share of the items' total for the cart, of the
	// price of one unit for setDiscountPerItem.
	Percent json.Number `json:"percent" rule:"min=0,max=100"`
	// Props are passed on as they are. Where they name no position, setDiscountPerItem is repeated for each unit of
	// the SKU.
	Props any `json:"props"`
}

// DefaultFixture is the fixture of the README. Every call returns a new copy, to be changed at will.
func DefaultFixture() *Fixture {
	f, err := ParseFixture("default_fixture.json", defaultFixture)
	if err != nil {
		panic("emulator: " + err.Error())
	}
	return f
}

// ReadFixture reads a fixture file; see ParseFixture.
func ReadFixture(path string) (*Fixture, error) {
	data, err := safefile.Read(path, maxBodyBytes)
	if err != nil {
		return nil, err
	}
	return ParseFixture(path, data)
}

// ParseFixture decodes and checks a fixture. Its error lists every problem with line, column and JSON pointer;
// name is how the error calls the source.
func ParseFixture(name string, data []byte) (*Fixture, error) {
	f := &Fixture{name: name, source: data}
	value, err := strictjson.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.position(err), err)
	}
	if misfits := strictjson.Bind(value, f, ""); len(misfits) > 0 {
		problems := make([]fixtureProblem, len(misfits))
		for i, m := range misfits {
			problems[i] = fixtureProblem{pointer: m.Pointer, text: m.Details}
		}
		return nil, f.problems(problems)
	}
	if _, err := f.state(time.Now(), nil); err != nil {
		return nil, err
	}
	return f, nil
}

type fixtureProblem struct{ pointer, text string }

// problems makes one error of many.
func (f *Fixture) problems(list []fixtureProblem) error {
	lines := make([]string, len(list))
	for i, p := range list {
		name := f.name
		if name == "" {
			name = "fixture"
		}
		if offset, ok := locate(f.source, p.pointer); ok {
			name += lineColumn(f.source, offset)
		}
		lines[i] = fmt.Sprintf("%s: %s: %s", name, p.pointer, p.text)
	}
	return errors.New(strings.Join(lines, "\n"))
}

// position is name:line:column of a JSON error, as far as it is known.
func (f *Fixture) position(err error) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return f.name + lineColumn(f.source, max(0, syntax.Offset-1))
	}
	return f.name
}

func lineColumn(data []byte, offset int64) string {
	before := data[:min(int(offset), len(data))]
	return fmt.Sprintf(":%d:%d", bytes.Count(before, []byte("\n"))+1, len(before)-bytes.LastIndexByte(before, '\n'))
}

// locate finds where the value of a JSON pointer begins, or the nearest value around it when there is none.
func locate(data []byte, pointer string) (int64, bool) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	var at int64
	steps := strings.Split(pointer, "/")[1:]
	for _, step := range steps {
		start, ok := enter(decoder, data, strings.NewReplacer("~1", "/", "~0", "~").Replace(step))
		if !ok {
			break
		}
		at = start
	}
	return at, len(data) > 0
}

// enter moves the decoder, which stands before an object or array, to the value of a key or index in it.
func enter(decoder *json.Decoder, data []byte, step string) (int64, bool) {
	opening, err := decoder.Token()
	if err != nil || opening != json.Delim('{') && opening != json.Delim('[') {
		return 0, false
	}
	for i := 0; decoder.More(); i++ {
		key := strconv.Itoa(i)
		start := skipSeparators(data, decoder.InputOffset())
		if opening == json.Delim('{') {
			token, err := decoder.Token()
			if err != nil {
				return 0, false
			}
			key, _ = token.(string)
		}
		if key == step {
			return start, true
		}
		var skipped json.RawMessage
		if err := decoder.Decode(&skipped); err != nil {
			return 0, false
		}
	}
	return 0, false
}

func skipSeparators(data []byte, offset int64) int64 {
	for offset < int64(len(data)) && strings.ContainsRune(" \t\r\n,:", rune(data[offset])) {
		offset++
	}
	return offset
}
