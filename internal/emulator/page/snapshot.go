package page

import "time"

// What a snapshot holds at most: a large deployment must cost neither the browser nor those who wait for
// the state.
const (
	MaxRows     = 100 // of an Excerpt
	MaxRequests = 200 // of Snapshot.Requests
	MaxItems    = 5   // of a list within a row
)

// Snapshot is what the page shows of a deployment. It must share nothing with the deployment's state,
// since the page is rendered while the state changes.
type Snapshot struct {
	Account int64
	// Now is the deployment's clock.
	Now time.Time

	LiveProfiles, SandboxProfiles int
	Campaigns, Attributes         int
	Events, LoyaltyTransactions   int

	// ManagementRPS is the limit of the Management operations, in requests per second; 0 means no limit.
	ManagementRPS float64
	// OnDisk says that a data file keeps the state.
	OnDisk bool

	Audiences    Excerpt[Audience]
	Catalogs     Excerpt[Catalog]
	Coupons      Excerpt[Coupon]
	Referrals    Excerpt[Referral]
	Sessions     Excerpt[Session]
	Applications Excerpt[Application]
	Keys         Excerpt[Key]
	// Requests are the latest ones, oldest first.
	Requests Excerpt[Request]
}

// Excerpt is the rows of a list that the page shows, in this order, and how many the list has in all.
type Excerpt[T any] struct {
	Rows  []T
	Total int
}

// Audience is a row of the audiences.
type Audience struct {
	Name                       string
	ID                         int64
	Integration, IntegrationID string
	Members                    int
	Sandbox                    bool
	Applications               Excerpt[string]
	MembersChanged             time.Time
}

// Catalog is a row of the catalogs.
type Catalog struct {
	Name         string
	ID           int64
	Items        int
	Version      int64
	Applications Excerpt[string]
	Changed      time.Time
}

// Coupon is a row of the coupons. A limit of 0 means none.
type Coupon struct {
	Code, Campaign       string
	Used, UsageLimit     int64
	ReservationLimit     int64
	ReservedBy           Excerpt[string]
	ReservationMandatory bool
	Visible              bool
	Recipient            string
}

// Referral is a row of the referrals. A limit of 0 means none, and so does a zero time.
type Referral struct {
	Code, Campaign   string
	Advocate, Friend string
	Used, UsageLimit int64
	Start, Expiry    time.Time
	Created          time.Time
}

// Session is a row of the customer sessions.
type Session struct {
	IntegrationID, Application string
	Profile, State             string
	CartItems                  int64
	Coupons                    Excerpt[string]
	Updated                    time.Time
}

// Application is a row of the Applications.
type Application struct {
	Name                                string
	ID                                  int64
	Sandbox                             bool
	CaseSensitivity, Currency, Timezone string
	Campaigns                           Excerpt[string]
}

// Key is a row of the API keys. The page shows no more of Key than its first characters.
type Key struct{ Key, Scheme, Use string }

// Request is a row of the received requests.
type Request struct {
	Time   time.Time
	Method string
	// Path is escaped, and Query raw.
	Path, Query, Operation string
	// Status is 0 when the connection ended without a response.
	Status int
	// Replayed says that an earlier response was sent again.
	Replayed bool
	Duration time.Duration
	// Fault names the injected fault; "" for none.
	Fault string
}
