package emulator_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

const ledgerPath = "/v1/loyalty_programs/5/profile/customer-1/transactions"

func TestLedgerShowsTheLatestFirst(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	for query, want := range map[string]struct {
		rows        int
		first, last string
		hasMore     string
	}{
		"":                       {50, "120", "71", "true"},
		"?pageSize=1000":         {120, "120", "1", "false"},
		"?pageSize=100&skip=100": {20, "20", "1", "false"},
		"?pageSize=20&skip=100":  {20, "20", "1", "false"},
		"?pageSize=1&skip=0":     {1, "120", "120", "true"},
		"?startDate=2026-01-03":  {50, "120", "71", "true"},
		"?endDate=2026-01-03":    {2, "2", "1", "false"},
		"?endDate=2026-01-03T09:00:00Z&startDate=2026-01-02T09:00:00Z": {2, "3", "2", "false"},
	} {
		got := d.must("GET", ledgerPath+query, liveKey, "")
		amounts := got.column("amount")
		if len(amounts) != want.rows || amounts[0] != want.first || amounts[len(amounts)-1] != want.last || got.field("hasMore") != want.hasMore {
			t.Errorf("%s: %d rows from %s to %s, hasMore %s", query, len(amounts), amounts[0], amounts[len(amounts)-1], got.field("hasMore"))
		}
	}
	last := d.must("GET", ledgerPath+"?pageSize=3", liveKey, "")
	if types := last.column("type"); !slices.Equal(types, []string{"subtraction", "addition", "addition"}) {
		t.Errorf("types are %v", types)
	}
	if starts, ends := last.column("startDate"), last.column("expiryDate"); starts[0] != "immediate" || ends[0] != "unlimited" {
		t.Errorf("dates are %v and %v, want words", starts, ends)
	}
}

func TestLedgerFilters(t *testing.T) {
	t.Parallel()
	fixture := emulator.DefaultFixture()
	at := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	fixture.LoyaltyPrograms[0].Generated = nil
	fixture.LoyaltyPrograms[0].Transactions = []emulator.FixtureTransaction{
		{IntegrationID: "customer-1", Created: at, Type: "addition", Amount: "1", Origin: "import"},
		{IntegrationID: "customer-1", Created: at, Type: "addition", Amount: "2", Origin: "session", SessionID: "s,1"},
		{IntegrationID: "customer-1", Created: at, Type: "addition", Amount: "3", SubledgerID: "sub"},
		{IntegrationID: "customer-2", Created: at, Type: "addition", Amount: "4"},
	}
	d := start(t, emulator.Options{Fixture: fixture})
	uuid := d.must("GET", ledgerPath, liveKey, "").column("transactionUUID")[2]
	for query, want := range map[string]string{
		"":                               "3 2 1",
		"?loyaltyTransactionType=import": "1",
		"?loyaltyTransactionType=manual": "3",
		"?customerSessionIDs=x&customerSessionIDs=s%2C1": "2",
		"?transactionUUIDs=" + uuid:                      "1",
		"?subledgerId=sub":                               "3",
		"?subledgerId=none":                              "",
		"?awaitsActivation=true":                         "",
	} {
		if got := strings.Join(d.must("GET", ledgerPath+query, liveKey, "").column("amount"), " "); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	for query, want := range map[string]string{
		"?awaitsActivation=false":            "parameter awaitsActivation",
		"?loyaltyTransactionType=gift":       "parameter loyaltyTransactionType",
		"?startDate=yesterday":               "parameter startDate",
		"?endDate=2026-01-02T15:04:05Z07:00": "parameter endDate",
		"?pageSize=1001":                     "parameter pageSize",
	} {
		got := d.call("GET", ledgerPath+query, liveKey, "")
		expectStatus(t, query, got, 400)
		if sources := got.sources(); !slices.Equal(sources, []string{want}) {
			t.Errorf("%s: the error is at %v", query, sources)
		}
	}
}

func TestLedgerOfWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	fixture := emulator.DefaultFixture()
	fixture.LoyaltyPrograms = append(fixture.LoyaltyPrograms, emulator.FixtureLoyaltyProgram{ID: 6, Name: "Cards", CardBased: true})
	d := start(t, emulator.Options{Fixture: fixture})
	for path, want := range map[string]int{
		"/v1/loyalty_programs/5/profile/nobody/transactions":      404,
		"/v1/loyalty_programs/99/profile/customer-1/transactions": 404,
		"/v1/loyalty_programs/x/profile/customer-1/transactions":  404,
		"/v1/loyalty_programs/6/profile/customer-1/transactions":  400,
	} {
		expectStatus(t, path, d.call("GET", path, liveKey, ""), want)
	}
	expectStatus(t, "from the sandbox", d.call("GET", "/v1/loyalty_programs/5/profile/sandbox-1/transactions", sandboxKey, ""), 404)
}
