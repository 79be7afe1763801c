package loyalty_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const (
	ledger      = "data.talonone_loyalty_transactions.points"
	integration = `integration_api_key = "demo-integration-key"`
)

func transactions(settings string) string {
	return "data \"talonone_loyalty_transactions\" \"points\" {\n  loyalty_program_id = 5\n" + settings + "\n}\n"
}

func row(index int, attribute string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(ledger, tfjsonpath.New("transactions").AtSliceIndex(index).AtMapKey(attribute), want)
}

func size(want int) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(ledger, tfjsonpath.New("transactions"), knownvalue.ListSizeExact(want))
}

func TestTransactionsAreReadCompletely(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: d.ConfigWith(integration, transactions(`integration_id = "customer-1"`)),
				ConfigStateChecks: []statecheck.StateCheck{
					size(120),
					row(0, "amount", knownvalue.Int64Exact(120)),
					row(0, "type", knownvalue.StringExact("subtraction")),
					row(0, "created", knownvalue.StringExact("2026-04-30T09:00:00Z")),
					row(0, "program_id", knownvalue.Int64Exact(5)),
					row(0, "subledger_id", knownvalue.StringExact("")),
					row(0, "start_date", knownvalue.StringExact("immediate")),
					row(0, "expiry_date", knownvalue.StringExact("unlimited")),
					row(0, "customer_session_id", knownvalue.Null()),
					row(119, "amount", knownvalue.Int64Exact(1)),
				},
			},
			{
				Config:            d.ConfigWith(integration, transactions("integration_id = \"customer-1\"\nmax_results = 3")),
				ConfigStateChecks: []statecheck.StateCheck{size(3), row(2, "amount", knownvalue.Int64Exact(118))},
			},
			{
				Config:            d.ConfigWith(integration, transactions("integration_id = \"customer-1\"\nstart_date = \"2026-01-02T10:00:00+01:00\"\nend_date = \"2026-01-03T09:00:00Z\"")),
				ConfigStateChecks: []statecheck.StateCheck{size(2), row(0, "amount", knownvalue.Int64Exact(3))},
			},
			{
				Config:            d.ConfigWith(integration, transactions(`integration_id = "customer-2"`)),
				ConfigStateChecks: []statecheck.StateCheck{size(0)},
			},
		},
	})
}

func TestTransactionsAreFiltered(t *testing.T) {
	t.Parallel()
	fixture := emulator.DefaultFixture()
	at := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	fixture.LoyaltyPrograms[0].Generated = nil
	fixture.LoyaltyPrograms[0].Transactions = []emulator.FixtureTransaction{
		{IntegrationID: "customer-1", Created: at, Type: "addition", Amount: "0.10", Origin: "import", Name: "Import", StartDate: "on_action", ExpiryDate: "2030-01-01T00:00:00+01:00"},
		{IntegrationID: "customer-1", Created: at, Type: "addition", Amount: "12345678901234567.89", Origin: "session", SessionID: "s1", SubledgerID: "sub"},
	}
	d := acctest.Start(t, func(o *emulator.Options) { o.Fixture = fixture })
	config := func(settings string) string {
		return d.ConfigWith(integration, transactions("integration_id = \"customer-1\"\n"+settings))
	}
	second := []statecheck.StateCheck{
		size(1), row(0, "customer_session_id", knownvalue.StringExact("s1")), row(0, "subledger_id", knownvalue.StringExact("sub")),
		statecheck.ExpectKnownOutputValue("amount", knownvalue.StringExact("12345678901234567.89")),
	}
	const exact = "\noutput \"amount\" {\n  value = tostring(data.talonone_loyalty_transactions.points.transactions[0].amount)\n}\n"
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				// Words stay words, and times stay as the API writes them.
				Config: config(`loyalty_transaction_type = "import"`),
				ConfigStateChecks: []statecheck.StateCheck{
					size(1), row(0, "start_date", knownvalue.StringExact("on_action")), row(0, "expiry_date", knownvalue.StringExact("2030-01-01T00:00:00+01:00")),
					row(0, "name", knownvalue.StringExact("Import")), row(0, "amount", knownvalue.Float64Exact(0.1)),
				},
			},
			{Config: config(`subledger_id = "sub"`) + exact, ConfigStateChecks: second},
			{Config: config(`customer_session_ids = ["s0", "s1"]`) + exact, ConfigStateChecks: second},
			{Config: config(`transaction_uuids = ["ce59f12a-f53b-4014-a745-636d93f2bd3f"]`), ConfigStateChecks: []statecheck.StateCheck{size(0)}},
			{Config: config(`awaits_activation = true`), ConfigStateChecks: []statecheck.StateCheck{size(0)}},
		},
	})
}

func TestTransactionsOfRules(t *testing.T) {
	t.Parallel()
	deployment := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"hasMore": false, "data": [{"id": 1, "transactionUUID": "u", "created": "2026-01-01T00:00:00+02:00", "programId": 5, "type": "addition", "name": "n", "amount": 1,
			"subledgerId": "", "startDate": "immediate", "expiryDate": "unlimited", "rulesetId": 11, "ruleName": "Add 2 points", "storeIntegrationId": "STORE-001",
			"flags": {"createsNegativeBalance": true}, "validityDuration": "30D"}]}`))
	}))
	t.Cleanup(deployment.Close)
	d := &acctest.Deployment{URL: deployment.URL}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.ConfigWith(integration, transactions(`integration_id = "anna"`)),
			ConfigStateChecks: []statecheck.StateCheck{
				row(0, "created", knownvalue.StringExact("2025-12-31T22:00:00Z")), row(0, "ruleset_id", knownvalue.Int64Exact(11)),
				row(0, "rule_name", knownvalue.StringExact("Add 2 points")), row(0, "store_integration_id", knownvalue.StringExact("STORE-001")),
				row(0, "creates_negative_balance", knownvalue.Bool(true)), row(0, "validity_duration", knownvalue.StringExact("30D")),
			},
		}},
	})
}

func TestTransactionMistakesAreExplained(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for name, test := range map[string]struct{ keys, settings, want string }{
		"unknown customer":    {integration, `integration_id = "nobody"`, `(?s)"nobody" in program 5.*404`},
		"no filter for false": {integration, "integration_id = \"customer-1\"\nawaits_activation = false", `(?s)awaits_activation`},
		"unknown type":        {integration, "integration_id = \"customer-1\"\nloyalty_transaction_type = \"gift\"", `(?s)manual.*session.*import`},
		"no time":             {integration, "integration_id = \"customer-1\"\nstart_date = \"yesterday\"", `(?s)start_date.*RFC\s*3339`},
		"nothing wanted":      {integration, "integration_id = \"customer-1\"\nmax_results = 0", `(?s)max_results.*at least 1`},
		"missing key":         {`management_api_key = "demo-management-key"`, `integration_id = "customer-1"`, `(?s)talonone_loyalty_transactions.*TALONONE_INTEGRATION_API_KEY`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: d.ConfigWith(test.keys, transactions(test.settings)), ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}
