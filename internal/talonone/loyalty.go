package talonone

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// LoyaltyProgramDefinition is the API's object of the same name without tiers and policies.
type LoyaltyProgramDefinition struct {
	ID          int64     `json:"id"`
	AccountID   int64     `json:"accountID"`
	Created     time.Time `json:"created"`
	Name        string    `json:"name"`
	Title       string    `json:"title"`
	Description string    `json:"description"`
	// SubscribedApplications are the IDs of the Applications that the program is connected to.
	SubscribedApplications []int64 `json:"subscribedApplications"`
	DefaultValidity        string  `json:"defaultValidity"`
	DefaultPending         string  `json:"defaultPending"`
	AllowSubledger         bool    `json:"allowSubledger"`
	Sandbox                bool    `json:"sandbox"`
	CardBased              bool    `json:"cardBased"`
	UsersPerCardLimit      *int64  `json:"usersPerCardLimit"`
	Timezone               string  `json:"timezone"`
}

func (p LoyaltyProgramDefinition) lacks() string { return lacksUnless(p.ID != 0, "id") }

// GetLoyaltyPrograms lists the account's loyalty programs of both environments: GET /v1/loyalty_programs, Management key.
// The operation has no pages. One listing serves the whole run.
func (c *Client) GetLoyaltyPrograms(ctx context.Context) ([]LoyaltyProgramDefinition, error) {
	return c.loyaltyPrograms.get(ctx, func(ctx context.Context) ([]LoyaltyProgramDefinition, error) {
		response, err := doJSON[page[LoyaltyProgramDefinition]](ctx, c, &call{
			operation: "getLoyaltyPrograms", method: http.MethodGet, route: "/v1/loyalty_programs", access: managementAccess,
		})
		return response.Data, err
	})
}

// LoyaltyTransaction is one entry of a customer's ledger in a profile-based program.
type LoyaltyTransaction struct {
	ID              int64  `json:"id"`
	TransactionUUID string `json:"transactionUUID"`
	// Created is in the program's time zone.
	Created   time.Time `json:"created"`
	ProgramID int64     `json:"programId"`
	// Type is addition or subtraction.
	Type string `json:"type"`
	Name string `json:"name"`
	// Amount is in points, positive for both types.
	Amount json.Number `json:"amount"`
	// SubledgerID is empty for the main ledger.
	SubledgerID string `json:"subledgerId"`
	// StartDate is a time, or the word immediate or on_action.
	StartDate string `json:"startDate"`
	// ExpiryDate is a time, or the word unlimited.
	ExpiryDate         string  `json:"expiryDate"`
	CustomerSessionID  *string `json:"customerSessionId"`
	StoreIntegrationID *string `json:"storeIntegrationId"`
	RulesetID          *int64  `json:"rulesetId"`
	RuleName           *string `json:"ruleName"`
	Flags              *struct {
		CreatesNegativeBalance *bool `json:"createsNegativeBalance"`
	} `json:"flags"`
	// ValidityDuration such as 30D is set for points that await activation.
	ValidityDuration *string `json:"validityDuration"`
}

func (t LoyaltyTransaction) lacks() string { return lacksUnless(t.ID != 0, "id") }

func (t LoyaltyTransaction) identity() (int64, string) { return t.ID, "" }

// LoyaltyFilter narrows getLoyaltyTransactions; zero fields don't.
type LoyaltyFilter struct {
	// StartDate and EndDate bound the creation.
	StartDate, EndDate *time.Time
	SubledgerID        string
	// TransactionType is manual, session or import.
	TransactionType    string
	CustomerSessionIDs []string
	TransactionUUIDs   []string
	// AwaitsActivation keeps only points that wait for a customer's action.
	AwaitsActivation bool
}

// GetLoyaltyTransactions reads a customer's transactions in a profile-based
// program: GET /v1/loyalty_programs/{loyaltyProgramId}/profile/{integrationId}/transactions,
// Integration key, 1000 a request. It is getLoyaltyTransactions of the 2022
// reference, today getLoyaltyProgramProfileTransactions. limit ends the reading
// after so many; 0 reads all. The order is the API's.
func (c *Client) GetLoyaltyTransactions(ctx context.Context, programID int64, integrationID string, filter LoyaltyFilter, limit int) ([]LoyaltyTransaction, error) {
	var all []LoyaltyTransaction
	list := pager[LoyaltyTransaction]{client: c, limit: limit}
	list.newCall = func() *call {
		return &call{
			operation: "getLoyaltyTransactions", method: http.MethodGet,
			route:  "/v1/loyalty_programs/{loyaltyProgramId}/profile/{integrationId}/transactions",
			params: []string{strconv.FormatInt(programID, 10), integrationID}, query: filter.query(), access: integrationAccess,
		}
	}
	list.use = func(transactions []LoyaltyTransaction) error {
		all = append(all, transactions...)
		return nil
	}
	list.again = func() { all = nil }
	err := list.run(ctx)
	return all, err
}

func (f LoyaltyFilter) query() url.Values {
	query := url.Values{}
	for name, at := range map[string]*time.Time{"startDate": f.StartDate, "endDate": f.EndDate} {
		if at != nil {
			query.Set(name, at.Format(time.RFC3339Nano))
		}
	}
	if f.SubledgerID != "" {
		query.Set("subledgerId", f.SubledgerID)
	}
	if f.TransactionType != "" {
		query.Set("loyaltyTransactionType", f.TransactionType)
	}
	if len(f.CustomerSessionIDs) > 0 {
		query["customerSessionIDs"] = f.CustomerSessionIDs
	}
	if len(f.TransactionUUIDs) > 0 {
		query["transactionUUIDs"] = f.TransactionUUIDs
	}
	if f.AwaitsActivation {
		// The API refuses false (getLoyaltyProgramProfileTransactions).
		query.Set("awaitsActivation", "true")
	}
	return query
}
