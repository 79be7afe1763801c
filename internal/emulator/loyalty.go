package emulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/cockroachdb/apd/v3"
)

// defaultTransactions is the page of a ledger when none is asked for; it differs from the Management API's lists.
const defaultTransactions = 50

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
func (s *Server) routesLoyalty() {
	s.handle(http.MethodGet, "/v1/loyalty_programs", managementKey, "getLoyaltyPrograms", s.getLoyaltyPrograms)
	s.handle(http.MethodGet, "/v1/loyalty_programs/{loyaltyProgramId}", managementKey, "getLoyaltyProgram", s.getLoyaltyProgram)
	s.handle(http.MethodGet, "/v1/loyalty_programs/{loyaltyProgramId}/profile/{profileIntegrationId}/transactions", integrationKey, "getLoyaltyTransactions", s.getLoyaltyTransactions)
}

// getLoyaltyPrograms lists the programs of both environments, without pages.
func (s *Server) getLoyaltyPrograms(*request) (reply, error) {
	programs := s.state.Loyalty.Programs
	return okReply(map[string]any{"totalResultSize": len(programs), "data": shown(programs, s.viewLoyaltyProgram)}), nil
}

func (s *Server) getLoyaltyProgram(r *request) (reply, error) {
	id, err := r.id("loyaltyProgramId", "loyalty program")
	if err != nil {
		return reply{}, err
	}
	program, ok := s.state.Loyalty.program(id)
	if !ok {
		return reply{}, r.notFound("loyalty program", id)
	}
	return okReply(s.viewLoyaltyProgram(program)), nil
}

// getLoyaltyTransactions lists a profile's ledger in a profile-based program, the latest first.
func (s *Server) getLoyaltyTransactions(r *request) (reply, error) {
	p, err := s.pathProfile(r)
	if err != nil {
		return reply{}, err
	}
	id, err := r.id("loyaltyProgramId", "loyalty program")
	if err != nil {
		return reply{}, err
	}
	program, ok := s.state.Loyalty.program(id)
	if !ok || program.Sandbox != p.Sandbox {
		return reply{}, r.notFound("loyalty program", id)
	}
	if program.CardBased {
		return reply{}, refused("Loyalty program %d is card-based", id)
	}
	asked, err := r.page(defaultTransactions)
	if err != nil {
		return reply{}, err
	}
	wanted, err := r.transactionFilter()
	if err != nil {
		return reply{}, err
	}
	var rows []*loyaltyTransaction
	for _, t := range slices.Backward(s.state.Loyalty.byProfile[p.ID]) {
		if t.ProgramID == id && wanted(t) {
			rows = append(rows, t)
		}
	}
	return listReply(asked, rows, viewTransaction), nil
}

// transactionFilter reads the query parameters that narrow a ledger.
func (r *request) transactionFilter() (func(*loyaltyTransaction) bool, error) {
	from, err := r.timeQuery("startDate")
	if err != nil {
		return nil, err
	}
	to, err := r.timeQuery("endDate")
	if err != nil {
		return nil, err
	}
	origin := r.query.Get("loyaltyTransactionType")
	if origin != "" && !slices.Contains([]string{"manual", "session", "import"}, origin) {
		return nil, badRequest(atParameter("loyaltyTransactionType", titleEnum, `loyaltyTransactionType must be one of the following: "manual", "session", "import"`))
	}
	waiting, err := r.boolQuery("awaitsActivation", true)
	if err != nil {
		return nil, err
	}
	if !waiting {
		return nil, badRequest(atParameter("awaitsActivation", titleInvalidValue, "awaitsActivation can only be true"))
	}
	waiting = r.query.Has("awaitsActivation")
	sessions, uuids := r.query["customerSessionIDs"], r.query["transactionUUIDs"]
	return func(t *loyaltyTransaction) bool {
		switch {
		case !from.IsZero() && t.Created.Before(from), !to.IsZero() && t.Created.After(to):
			return false
		case r.query.Has("subledgerId") && t.SubledgerID != r.query.Get("subledgerId"):
			return false
		case origin != "" && t.Origin != origin, waiting && !t.AwaitsTrigger:
			return false
		case len(sessions) > 0 && !slices.Contains(sessions, t.SessionID), len(uuids) > 0 && !slices.Contains(uuids, t.UUID):
			return false
		}
		return true
	}, nil
}

func viewTransaction(t *loyaltyTransaction) any {
	view := map[string]any{
		"id": t.ID, "transactionUUID": t.UUID, "created": t.Created, "programId": t.ProgramID, "type": t.Type, "name": t.Name,
		"startDate": t.StartDate, "expiryDate": t.ExpiryDate, "subledgerId": t.SubledgerID, "amount": t.Amount,
	}
	addString(view, "customerSessionId", t.SessionID)
	addString(view, "ruleName", t.RuleName)
	return view
}

// viewLoyalty is the loyalty part of an inventory. A profile has joined a program when it has a transaction there.
func (s *Server) viewLoyalty(p *profile) any {
	programs := make(map[string]any)
	for _, program := range s.state.Loyalty.Programs {
		if program.CardBased || program.Sandbox != p.Sandbox {
			continue
		}
		ledgers := s.ledgers(program.ID, p.ID)
		if len(ledgers) == 0 {
			continue
		}
		subledgers := make(map[string]any)
		for id, balance := range ledgers {
			if id != "" {
				subledgers[id] = balance.view()
			}
		}
		programs[strconv.FormatInt(program.ID, 10)] = map[string]any{
			"id": program.ID, "title": program.Title, "name": program.Name, "joinDate": s.joined(program.ID, p.ID),
			"ledger": ledgers[""].view(), "subLedgers": subledgers,
		}
	}
	return map[string]any{"programs": programs, "cards": []any{}}
}

// balance is what a ledger adds up to.
type balance struct{ current, pending apd.Decimal }

func (b *balance) view() any {
	if b == nil {
		b = &balance{}
	}
	return map[string]any{
		"currentBalance": number(&b.current), "pendingBalance": number(&b.pending), "negativeBalance": 0,
		"expiredBalance": 0, "spentBalance": 0, "tentativeCurrentBalance": number(&b.current),
		"tentativePendingBalance": number(&b.pending), "tentativeNegativeBalance": 0,
	}
}

func number(d *apd.Decimal) json.Number { return json.Number(d.Text('f')) }

// ledgers sums up a profile's transactions in a program, by subledger; "" is the main ledger.
func (s *Server) ledgers(programID, profileID int64) map[string]*balance {
	sums := make(map[string]*balance)
	now := s.now()
	for _, t := range s.state.Loyalty.byProfile[profileID] {
		if t.ProgramID != programID {
			continue
		}
		sum, ok := sums[t.SubledgerID]
		if !ok {
			sum = &balance{}
			sums[t.SubledgerID] = sum
		}
		amount, _, err := apd.NewFromString(t.Amount.String())
		if err != nil || !isUnexpired(t.ExpiryDate, now) {
			continue
		}
		// BaseContext adds without rounding, so the only failures are overflows far beyond points.
		switch {
		case t.Type == "subtraction":
			_, _ = apd.BaseContext.Sub(&sum.current, &sum.current, amount)
		case hasStarted(t.StartDate, now):
			_, _ = apd.BaseContext.Add(&sum.current, &sum.current, amount)
		default:
			_, _ = apd.BaseContext.Add(&sum.pending, &sum.pending, amount)
		}
	}
	return sums
}

func hasStarted(date string, now time.Time) bool {
	at, err := time.Parse(time.RFC3339, date)
	return date == "immediate" || err == nil && !now.Before(at)
}

func isUnexpired(date string, now time.Time) bool {
	at, err := time.Parse(time.RFC3339, date)
	return err != nil || now.Before(at)
}

func (s *Server) joined(programID, profileID int64) time.Time {
	for _, t := range s.state.Loyalty.byProfile[profileID] {
		if t.ProgramID == programID {
			return t.Created
		}
	}
	return time.Time{}
}
