// Package talonone is an HTTP client for the parts of Talon.One's Integration
// and Management APIs that the Terraform provider needs: one method per API
// operation, named after the operation. It knows nothing of Terraform's plugin
// framework.
package talonone

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-cleanhttp"
	"github.com/hashicorp/go-retryablehttp"

	"github.com/talon-one/terraform-provider-talonone/internal/keylock"
)

// Defaults of Config's optional fields.
const (
	// DefaultMaxRetries is how often a request is repeated after a failure that
	// may pass.
	DefaultMaxRetries = 5
	// DefaultRequestTimeout ends one attempt of one request. Exports and imports
	// of whole audiences are streams and end with their context only.
	DefaultRequestTimeout = 60 * time.Second
	// DefaultManagementRPS is the vendor's limit for every Management API
	// endpoint, in requests per second.
	DefaultManagementRPS = 3
)

// Config says where a deployment is and how to talk to it.
type Config struct {
	// BaseURL is the deployment, for example https://example.europe-west1.talon.one.
	// Only loopback hosts may use http.
	BaseURL string

	// IntegrationAPIKey belongs to one Application and opens the Integration API.
	IntegrationAPIKey string
	// ManagementAPIKey opens the Management API endpoints chosen when it was made.
	ManagementAPIKey string
	// ManagementToken is a Bearer token of createSession; it is used where
	// ManagementAPIKey is empty.
	ManagementToken string
	// LegacyManagerAuth sends the Management credential to the three operations
	// that took it until the spring of 2023: deleteAudienceV2,
	// deleteAudienceMembershipsV2 and syncCatalog.
	LegacyManagerAuth bool

	// MaxRetries limits the retries of one request; negative means the default.
	MaxRetries int
	// RequestTimeout ends one attempt; zero means the default.
	RequestTimeout time.Duration
	// ManagementRPS limits each Management endpoint; zero means the default,
	// negative no limit.
	ManagementRPS float64

	// TLS replaces Go's settings of TLS connections: other certificate authorities, a client certificate.
	TLS *tls.Config

	// ReadConsistency is how long reads may lag behind writes; zero is not at all.
	ReadConsistency time.Duration

	// UserAgent is sent with every request.
	UserAgent string
	// Transport replaces the pooled transport that New makes.
	Transport http.RoundTripper
}

// Client talks to one deployment. It is safe for concurrent use, and shares
// what it has read (audiences, definitions) between all its users until one of
// them writes.
type Client struct {
	base   *url.URL
	config Config
	sender *retryablehttp.Client
	locks  keylock.Locks

	audiences        cached[*AudienceListing]
	audiencesAtStart cached[*AudienceListing]
	memberCounts     cached[map[int64]int64]
	memberLists      memberCache
	memberships      *singleMemberships
	definitions      cached[[]AttributeDefinition]
	applications     cached[[]Application]
	campaigns        cachedBy[int64, []Campaign]
	eventTypes       cached[[]EventType]
	loyaltyPrograms  cached[[]LoyaltyProgramDefinition]
	stores           cachedBy[int64, []Store]
	collections      cachedBy[int64, []Collection]
	itemLists        memberCache
	additionalCosts  cached[[]AdditionalCostDefinition]
	catalogs         catalogUses
	coupons          cachedBy[couponSearch, []*Coupon]
	ownApplication   cached[int64]
	running          cachedBy[int64, *Campaign]
	referrals        referralReads

	// forgotten is when ForgetReads was called last.
	forgotten struct {
		sync.Mutex
		at time.Time
	}

	// forbidden are the endpoints that the Management key lacks, by operation. known says that the deployment has accepted
	// the key elsewhere.
	forbidden sync.Map
	known     atomic.Bool

	// down is set while the deployment is out of reach.
	down atomic.Bool
	// failed are the failures that every request meets, by name: see noteFailure.
	failed sync.Map

	young young
	// listHabits are what the deployment does not accept of lists, by operation.
	listHabits sync.Map
	maxRows    int
	// maxListBytes is the constant, but in tests.
	maxListBytes int64

	// clockAhead is how far the deployment's clock is ahead of ours, as the
	// latest response gave, in nanoseconds.
	clockAhead atomic.Int64
}

// New checks config and returns a client. It sends nothing.
func New(config Config) (*Client, error) {
	base, err := ParseBaseURL(config.BaseURL)
	if err != nil {
		return nil, err
	}
	if config.MaxRetries < 0 {
		config.MaxRetries = DefaultMaxRetries
	}
	if config.RequestTimeout == 0 {
		config.RequestTimeout = DefaultRequestTimeout
	}
	if config.ManagementRPS == 0 {
		config.ManagementRPS = DefaultManagementRPS
	}
	if config.Transport == nil {
		transport := cleanhttp.DefaultPooledTransport()
		// Terraform runs ten operations at a time, often more; two idle
		// connections, Go's default, would reconnect all the time.
		transport.MaxIdleConnsPerHost = 64
		transport.TLSClientConfig = config.TLS
		transport.OnProxyConnectResponse = refusedByProxy
		config.Transport = transport
	}
	client := &Client{base: base, config: config, sender: newSender(config), maxRows: maxRows, maxListBytes: maxListBytes}
	client.catalogs.coalesce(client)
	client.referrals.coalesce(client)
	client.memberships = newSingleMemberships(client)
	return client, nil
}

// Address is the deployment's, with the host in lower case and without a slash at the end.
func (c *Client) Address() string {
	return strings.ToLower(c.base.Scheme+"://"+c.base.Host) + c.base.Path
}

// Origin is scheme, host and port of the deployment's address.
func (c *Client) Origin() string { return OriginOf(c.base) }

// OriginOf is scheme, host and port of an address in one spelling: in lower case, without the port that goes without saying.
func OriginOf(base *url.URL) string {
	scheme, host := strings.ToLower(base.Scheme), strings.TrimSuffix(strings.ToLower(base.Hostname()), ".")
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := base.Port(); port != "" && port != map[string]string{"http": "80", "https": "443"}[scheme] {
		host += ":" + port
	}
	return scheme + "://" + host
}

// Credentials are the keys in use, for a digest.
func (c *Client) Credentials() []string {
	return []string{c.config.IntegrationAPIKey, c.config.ManagementAPIKey, c.config.ManagementToken}
}

// RequestTimeout is how long one attempt of a request may take.
func (c *Client) RequestTimeout() time.Duration { return c.config.RequestTimeout }

// HasIntegrationKey says whether Integration API operations are possible.
func (c *Client) HasIntegrationKey() bool { return c.config.IntegrationAPIKey != "" }

// HasManagementKey says whether Management API operations are possible.
func (c *Client) HasManagementKey() bool {
	return c.config.ManagementAPIKey != "" || c.config.ManagementToken != ""
}

// ForgetReads drops what was read of audiences, their members, items of catalogs, collections and referrals before a time of the
// deployment's clock, so that it is read again. All who wait for that time together read it once.
func (c *Client) ForgetReads(before time.Time) {
	c.forgotten.Lock()
	defer c.forgotten.Unlock()
	if !c.forgotten.at.Before(before) {
		return
	}
	c.forgotten.at = c.ServerTime(time.Now())
	c.forgetAudiences()
	c.memberLists.dropAll()
	c.catalogs.forget()
	c.definitions.drop()
	c.eventTypes.drop()
	c.stores.dropAll()
	c.additionalCosts.drop()
	c.coupons.dropAll()
	c.collections.dropAll()
	c.itemLists.dropAll()
	c.referrals.forget()
}

// MayCall says whether a Management API operation is possible, as far as the client knows: with a key that has not been
// refused for it.
func (c *Client) MayCall(operation string) bool {
	return c.HasManagementKey() && c.ForbiddenEndpoint(operation) == ""
}

// ForbiddenEndpoint is the method and path of an operation for which the Management key was refused; "" where it was not.
func (c *Client) ForbiddenEndpoint(operation string) string {
	endpoint, _ := c.forbidden.Load(operation)
	text, _ := endpoint.(string)
	return text
}

// Forbids says whether err is the response to a Management key that lacks the endpoint. A deployment may say it with 401,
// as for a key that it doesn't know; that counts only once it has accepted the key for another endpoint.
func (c *Client) Forbids(err error) bool {
	apiErr, answered := errors.AsType[*Error](err)
	return answered && c.ForbiddenEndpoint(apiErr.Operation) != "" && IsUnauthorized(err)
}

// noteAccess remembers what the deployment makes of the Management key.
func (c *Client) noteAccess(op *call, status int) {
	switch {
	case op.access != managementAccess:
	case status < http.StatusBadRequest:
		c.known.Store(true)
	case status == http.StatusForbidden, status == http.StatusUnauthorized && c.known.Load():
		c.forbidden.Store(op.operation, op.method+" "+op.route)
	}
}

// ServerTime turns a time of this machine's clock into the deployment's, as far
// as the Date header of the latest response gave it. Clocks that differ by less
// than twice its resolution count as equal.
func (c *Client) ServerTime(local time.Time) time.Time {
	return local.Add(time.Duration(c.clockAhead.Load()))
}

// noteServerTime reads the Date header of a response, which was written between sending the request and now, however long
// that took.
func (c *Client) noteServerTime(resp *http.Response, sent time.Time) {
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return
	}
	var ahead time.Duration
	if early, late := date.Sub(sent), time.Until(date); early < -2*dateResolution {
		ahead = early
	} else if late > 2*dateResolution {
		ahead = late
	}
	c.clockAhead.Store(int64(ahead))
}
