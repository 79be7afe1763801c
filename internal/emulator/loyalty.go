package emulator

import (
	"encoding/json"
	"time"
)

// loyaltyProgram is a profile-based or card-based program.
type loyaltyProgram struct {
	ID             int64     `json:"id"`
	Created        time.Time `json:"created"`
	Name           string    `json:"name"`
	Title          string    `json:"title"`
	Description    string    `json:"description,omitempty"`
	ApplicationIDs []int64   `json:"applicationIds,omitempty"`
	Sandbox        bool      `json:"sandbox,omitempty"`
	CardBased      bool      `json:"cardBased,omitempty"`
	Timezone       string    `json:"timezone"`
}

// loyaltyTransaction is one entry of a program's ledger.
type loyaltyTransaction struct {
	ID            int64       `json:"id"`
	UUID          string      `json:"uuid"`
	Created       time.Time   `json:"created"`
	ProgramID     int64       `json:"programId"`
	ProfileID     int64       `json:"profileId"` // internal
	Type          string      `json:"type"`      // addition or subtraction
	Origin        string      `json:"origin"`    // manual, session or import
	Name          string      `json:"name"`
	StartDate     string      `json:"startDate"`  // immediate, on_action or a time
	ExpiryDate    string      `json:"expiryDate"` // unlimited or a time
	SubledgerID   string      `json:"subledgerId,omitempty"`
	Amount        json.Number `json:"amount"`
	SessionID     string      `json:"sessionId,omitempty"` // integration ID
	RuleName      string      `json:"ruleName,omitempty"`
	AwaitsTrigger bool        `json:"awaitsActivation,omitempty"`
}

func (t *loyaltyTransaction) entityID() int64 { return t.ID }

// loyaltyState holds the programs of the account and their ledgers.
type loyaltyState struct {
	Programs     []*loyaltyProgram          `json:"programs,omitempty"`
	Transactions table[*loyaltyTransaction] `json:"transactions"`

	byProfile map[int64][]*loyaltyTransaction // by internal profile ID, oldest first
}

func (ls *loyaltyState) reindex() {
	ls.byProfile = make(map[int64][]*loyaltyTransaction)
	for t := range ls.Transactions.all() {
		ls.byProfile[t.ProfileID] = append(ls.byProfile[t.ProfileID], t)
	}
}

// add books a transaction.
func (ls *loyaltyState) add(t *loyaltyTransaction) {
	ls.Transactions.add(t)
	ls.byProfile[t.ProfileID] = append(ls.byProfile[t.ProfileID], t)
}

func (ls *loyaltyState) program(id int64) (*loyaltyProgram, bool) {
	return byID(ls.Programs, id, func(p *loyaltyProgram) int64 { return p.ID })
}

func (s *Server) viewLoyaltyProgram(p *loyaltyProgram) any {
	return map[string]any{
		"id": p.ID, "created": p.Created, "title": p.Title, "description": p.Description,
		"subscribedApplications": emptyNotNil(p.ApplicationIDs), "defaultValidity": "unlimited", "defaultPending": "immediate",
		"allowSubledger": true, "sandbox": p.Sandbox, "accountID": s.state.AccountID, "name": p.Name, "timezone": p.Timezone,
		"cardBased": p.CardBased,
	}
}

// routesLoyalty registers the operations on loyalty programs.
func (s *Server) routesLoyalty() {}
