package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// Keys that occur nowhere else, so that finding one proves a leak.
const (
	secretIntegrationKey = "secret-integration-0d9c1f"
	secretSandboxKey     = "secret-sandbox-7b20aa"
	secretManagementKey  = "secret-management-e41b73"
	secretToken          = "secret-token-95f2c8"
)

// What describes or names a person, and occurs nowhere else.
const (
	privateValue   = "private-value-3e7d"
	existingValue  = "private-existing-51c0"
	privatePerson  = "anna.private@example.com"
	otherPerson    = "berta.private@example.com"
	nextPerson     = "carla.private@example.com"
	privateSession = "private-cart-77a1"
)

// holders are the constructs whose state holds personal data, because this is what they manage or read. SECURITY.md
// lists them; everything else must hold none.
var holders = []string{
	"resource talonone_audience_customer_attributes", "resource talonone_audience_membership", "resource talonone_audience_memberships",
	"resource talonone_cart_item_return", "resource talonone_collection", "resource talonone_coupon", "resource talonone_coupon_reservation", "resource talonone_coupons", "resource talonone_customer_audiences",
	"resource talonone_customer_data_deletion",
	"resource talonone_customer_profile", "resource talonone_customer_profiles", "resource talonone_customer_session", "resource talonone_event",
	"resource talonone_referral", "resource talonone_referrals",
	"data talonone_audience_members", "data talonone_customer_inventory", "data talonone_customer_session", "data talonone_customer_sessions",
	"data talonone_events", "data talonone_loyalty_transactions", "data talonone_profile_evaluation", "data talonone_reserved_customers", "data talonone_session_evaluation",
}

// personal is a configuration in which everything that can hold data of a person does.
const personal = `
	resource "talonone_audience" "all" {
	  name = "All"
	}
	resource "talonone_audience" "one" {
	  name = "One"
	}
	resource "talonone_coupon" "personal" {
	  application_id           = 1
	  campaign_id              = 12
	  value                    = "PERSONAL-2"
	  recipient_integration_id = "` + privatePerson + `"
	}
	resource "talonone_coupons" "personal" {
	  application_id = 1
	  campaign_id    = 12
	  coupons        = jsonencode({ "PERSONAL-3" = { recipient_integration_id = "` + privatePerson + `" } })
	}
	resource "talonone_coupons" "personal_file" {
	  application_id = 1
	  campaign_id    = 12
	  coupons_file   = { path = "codes.csv" }
	}
	resource "talonone_audience_memberships" "all" {
	  audience_id = talonone_audience.all.id
	  members     = ["` + privatePerson + `", "` + otherPerson + `"]
	}
	resource "talonone_audience_membership" "one" {
	  audience_id            = talonone_audience.one.id
	  profile_integration_id = "` + privatePerson + `"
	}
	resource "talonone_customer_audiences" "other" {
	  profile_integration_id = "` + otherPerson + `"
	  audience_ids           = [talonone_audience.one.id]
	}
	resource "talonone_audience_customer_attributes" "all" {
	  audience_id = talonone_audience_memberships.all.audience_id
	  attributes  = jsonencode({ ShippingCountry = "` + privateValue + `" })
	}
	resource "talonone_customer_profile" "anna" {
	  integration_id = "` + privatePerson + `"
	  attributes     = jsonencode({ Language = "` + privateValue + `", interests = ["` + privateValue + `"] })
	}
	resource "talonone_customer_profiles" "others" {
	  profiles = jsonencode({ "` + otherPerson + `" = { Language = "` + privateValue + `" } })
	}
	resource "talonone_catalog_item" "sneaker" {
	  catalog_id = 6
	  sku        = "SNEAKER"
	  price      = 59.95
	}
	resource "talonone_collection" "guests" {
	  name  = "Guests"
	  items = jsonencode(["` + privatePerson + `"])
	}
	resource "talonone_coupon_reservation" "summer" {
	  coupon_value = "SUMMER10"
	  customers    = [talonone_customer_profile.anna.integration_id]
	}
	resource "talonone_customer_session" "order" {
	  integration_id = "` + privateSession + `"
	  profile_id     = talonone_customer_profile.anna.integration_id
	  state          = "closed"
	  cart_items     = [{ sku = "SOCKS", quantity = 2, price = 4.5 }]
	  attributes     = jsonencode({ Channel = "` + privateValue + `" })
	}
	resource "talonone_cart_item_return" "order" {
	  session_integration_id = talonone_customer_session.order.integration_id
	  returned_cart_items    = [{ sku = "SOCKS", quantity = 1 }]
	}
	resource "talonone_event" "shared" {
	  type       = "product_shared"
	  profile_id = talonone_customer_profile.anna.integration_id
	  attributes = jsonencode({ url = "` + privateValue + `" })
	}
	resource "talonone_referral" "anna" {
	  campaign_id                     = 11
	  advocate_profile_integration_id = talonone_customer_profile.anna.integration_id
	  attributes                      = jsonencode({ source = "` + privateValue + `" })
	}
	resource "talonone_referrals" "others" {
	  campaign_id = 11
	  advocates   = ["` + otherPerson + `"]
	  usage_limit = 1
	}
	resource "talonone_customer_data_deletion" "other" {
	  integration_id = "customer-2"
	}
	data "talonone_customer_inventory" "anna" {
	  integration_id = talonone_customer_profile.anna.integration_id
	}
	data "talonone_customer_inventory" "existing" {
	  integration_id = "customer-1"
	}
	data "talonone_audience_members" "all" {
	  audience_id = talonone_audience_memberships.all.audience_id
	}
	data "talonone_reserved_customers" "summer" {
	  coupon_value = talonone_coupon_reservation.summer.coupon_value
	}
	data "talonone_customer_session" "order" {
	  integration_id = talonone_customer_session.order.integration_id
	}
	data "talonone_customer_sessions" "all" {
	  application_id = 1
	  depends_on     = [talonone_cart_item_return.order]
	}
	data "talonone_events" "all" {
	  application_id = 1
	  depends_on     = [talonone_event.shared]
	}
	data "talonone_session_evaluation" "anna" {
	  profile_id   = talonone_customer_profile.anna.integration_id
	  coupon_codes = ["SUMMER10"]
	  cart_items   = [{ sku = "SOCKS", quantity = 1, price = 4.5 }]
	}
	data "talonone_profile_evaluation" "anna" {
	  integration_id   = talonone_customer_profile.anna.integration_id
	  response_content = ["customerProfile"]
	}
	data "talonone_audiences" "all" {
	  with_member_count = true
	  depends_on        = [talonone_audience_membership.one]
	}
`

// newPersonalCLI is newCLI with the file that personal reads.
func newPersonalCLI(t *testing.T, url, config string) *cli {
	t.Helper()
	c := newCLI(t, url, config)
	c.Write("codes.csv", "value,recipient_integration_id\nPERSONAL-4,"+privatePerson+"\n")
	return c
}

// secretive is a deployment with keys and values of profiles that occur nowhere else, and the log that it writes.
func secretive(t *testing.T, options ...func(*emulator.Options)) (*acctest.Deployment, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	options = append(options, func(o *emulator.Options) {
		o.Fixture, o.RequestLog, o.LegacyEvents = withSecretKeys(privateFixture()), &log, true
	})
	return acctest.StartUnchecked(t, options...), &log
}

// privateFixture is the default one with something personal in it.
func privateFixture() *emulator.Fixture {
	fixture := emulator.DefaultFixture()
	for i := range fixture.Profiles {
		fixture.Profiles[i].Attributes = map[string]any{"Language": existingValue}
	}
	return fixture
}

// withSecretKeys adds keys that occur nowhere else.
func withSecretKeys(fixture *emulator.Fixture) *emulator.Fixture {
	for _, key := range fixture.IntegrationKeys {
		if secret := map[string]string{acctest.IntegrationKey: secretIntegrationKey, acctest.SandboxIntegrationKey: secretSandboxKey}[key.Key]; secret != "" {
			key.Key = secret
			fixture.IntegrationKeys = append(fixture.IntegrationKeys, key)
		}
	}
	for _, key := range fixture.ManagementKeys {
		if key.Key == acctest.ManagementKey {
			key.Key = secretManagementKey
			fixture.ManagementKeys = append(fixture.ManagementKeys, key)
		}
	}
	return fixture
}

func (c *cli) withSecrets(log string) {
	c.Env = append(c.Env, "TALONONE_INTEGRATION_API_KEY="+secretIntegrationKey, "TALONONE_MANAGEMENT_API_KEY="+secretManagementKey,
		"TF_VAR_outlet_integration_api_key="+secretSandboxKey, "TF_LOG=TRACE", "TF_LOG_PROVIDER=TRACE", "TF_LOG_PATH="+log)
}

var (
	secrets = []string{secretIntegrationKey, secretSandboxKey, secretManagementKey, secretToken}
	private = []string{privateValue, existingValue, privatePerson, otherPerson, nextPerson, privateSession}
)

// withoutWarnings is a log without the lines that repeat a diagnostic, whose one ID is there to act on.
func withoutWarnings(log string) string {
	var kept strings.Builder
	for line := range strings.Lines(log) {
		if !strings.Contains(line, "diagnostic_summary=") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// expectNone fails with the lines that hold one of the texts.
func expectNone(t *testing.T, where, content string, texts []string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(content, text) {
			continue
		}
		for line := range strings.Lines(content) {
			if at := strings.Index(line, text); at >= 0 {
				t.Errorf("%s is in %s: %s", text, where, line[max(0, at-200):min(len(line), at+100)])
				break
			}
		}
	}
}

// TestNothingSecretIsWrittenDown takes a configuration that is all about persons through plan and apply at TRACE.
// TestEveryExampleIsApplied does the same with the examples.
func TestNothingSecretIsWrittenDown(t *testing.T) {
	t.Parallel()
	d, emulatorLog := secretive(t)
	c := newPersonalCLI(t, d.URL, personal)
	c.withSecrets(filepath.Join(c.Dir, "trace.log"))
	// The names of persons are keys of maps as well, and an update logs what it changes.
	c.must(0, "apply", "-no-color", "-auto-approve")
	c.configure(strings.ReplaceAll(personal, otherPerson, nextPerson))
	c.applySecretly(d, emulatorLog)
	if !strings.Contains(c.Read("terraform.tfstate"), privateValue) {
		t.Error("the state holds nothing personal, so this test proves nothing")
	}
}

// applySecretly plans and applies. Keys are in nothing that comes of it; what describes a person is in no log, and in the
// state and the plan of nothing but its holders. It returns the plan as JSON.
func (c *cli) applySecretly(d *acctest.Deployment, emulatorLog *bytes.Buffer) string {
	c.t.Helper()
	quiet := *c.CLI
	quiet.Env = append(slices.Clone(c.Env), "TF_LOG=", "TF_LOG_PROVIDER=")
	outputs := map[string]string{
		"the text of the plan":  c.must(0, "plan", "-no-color", "-out=plan.tfplan"),
		"the text of the apply": c.must(0, "apply", "-no-color", "plan.tfplan"),
		"the plan":              quiet.Output("show", "-json", "plan.tfplan"),
		"the plan file":         c.Read("plan.tfplan"),
		"the state":             c.Read("terraform.tfstate"),
		"the log":               c.Read("trace.log"),
		"the emulator's log":    emulatorLog.String(),
	}
	for where, content := range outputs {
		expectNone(c.t, where, content, secrets)
	}
	expectNone(c.t, "the log", withoutWarnings(outputs["the log"]), private)
	expectHolders(c.t, outputs["the state"])
	expectHolders(c.t, outputs["the plan"])
	if asked := len(d.Server.Requests()) > 0; asked && (!strings.Contains(outputs["the log"], "@module=talonone") || !strings.Contains(outputs["the log"], "Answer body")) {
		c.t.Error("the log shows no request of the provider, so this test proves nothing")
	}
	return outputs["the plan"]
}

// expectHolders checks the resources and data sources of a state or a plan, however deep they stand.
func expectHolders(t *testing.T, content string) {
	t.Helper()
	var document any
	if err := json.Unmarshal([]byte(content), &document); err != nil {
		t.Fatal(err)
	}
	var walk func(value any)
	walk = func(value any) {
		switch value := value.(type) {
		case map[string]any:
			kind, _ := value["type"].(string)
			mode, isResource := value["mode"].(string)
			if isResource && strings.HasPrefix(kind, "talonone_") {
				name := map[string]string{"managed": "resource ", "data": "data "}[mode] + kind
				text, err := json.Marshal(value)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Contains(holders, name) {
					expectNone(t, name, string(text), private)
				}
				return
			}
			for _, member := range value {
				walk(member)
			}
		case []any:
			for _, element := range value {
				walk(element)
			}
		}
	}
	walk(document)
}

// TestHoldersAreDocumented keeps the list of SECURITY.md complete.
func TestHoldersAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, holder := range holders {
		kind, name, _ := strings.Cut(holder, " ")
		section := map[string]string{"resource": "Resources", "data": "Data sources"}[kind]
		if !regexp.MustCompile(`(?m)^\| ` + section + ` .*` + "`" + name + "`").Match(text) {
			t.Errorf("SECURITY.md does not name %s among the %s whose state holds personal data", name, section)
		}
	}
}

// TestFailuresTellNoSecrets lets applies fail in every way. No message holds a key or what describes a person, and those
// about one person name no other.
func TestFailuresTellNoSecrets(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]emulator.Fault{
		"refused":      {Status: 400, Body: `{"message":"The submitted data was invalid","errors":[{"title":"No","source":{"pointer":"/attributes/Language"}}]}`},
		"unknown key":  {Status: 401},
		"forbidden":    {Status: 403},
		"missing":      {Status: 404},
		"conflict":     {Status: 409},
		"too many":     {Status: 429, RetryAfter: "7200"},
		"failure":      {Status: 500},
		"page":         {Status: 502, Body: "<html>", Header: map[string]string{"Content-Type": "text/html"}},
		"reset":        {Reset: true},
		"lost answer":  {Reset: true, AfterApply: true},
		"cut answer":   {Truncate: true},
		"redirect":     {Status: 307, Header: map[string]string{"Location": "http://127.0.0.1:1/elsewhere"}},
		"other answer": {Status: 200, Body: `{"id":"x","data":[null]}`, Header: map[string]string{"Content-Type": "application/json"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, _ := secretive(t)
			c := newPersonalCLI(t, d.URL, personal+"\nprovider \"talonone\" {\n  max_retries = 0\n  request_timeout = \"20s\"\n}\n")
			c.withSecrets(filepath.Join(c.Dir, "trace.log"))
			for _, method := range []string{http.MethodPut, http.MethodPost} {
				fault.Method = method
				if err := d.Server.AddFault(fault); err != nil {
					t.Fatal(err)
				}
			}
			output, code := c.Run("apply", "-auto-approve", "-no-color")
			if code == 0 {
				t.Fatal("nothing failed")
			}
			_, diagnostics, _ := strings.Cut(output, "Error: ")
			expectNone(t, "the output", output, secrets)
			expectNone(t, "the diagnostics", withoutSnippets(diagnostics), []string{privateValue, existingValue})
			expectNone(t, "the log", c.Read("trace.log"), slices.Concat(secrets, []string{privateValue, existingValue}))
			for diagnostic := range strings.SplitSeq(withoutSnippets(diagnostics), "Error: ") {
				if strings.Contains(diagnostic, privatePerson) && strings.Contains(diagnostic, otherPerson) {
					t.Errorf("two persons are named: %s", diagnostic)
				}
			}
		})
	}
}

// withoutSnippets leaves out the lines of the configuration that Terraform quotes.
func withoutSnippets(diagnostics string) string {
	return regexp.MustCompile(`(?m)^[^\n\w]*\d+: .*$`).ReplaceAllString(diagnostics, "")
}

// TestCrashTellsNoSecrets kills the provider in a way that makes it write all it was doing.
func TestCrashTellsNoSecrets(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("finding the provider's processes needs /proc")
	}
	for _, victim := range []string{"updateCustomerProfileV2", "updateCustomerProfileAudiences", "updateCustomerSessionV2", "getCustomerInventory"} {
		t.Run(victim, func(t *testing.T) {
			t.Parallel()
			var running atomic.Pointer[cli]
			var killed atomic.Int64
			d, _ := secretive(t, func(o *emulator.Options) {
				o.OnRequest = func(_ context.Context, operation string) {
					if operation == victim && killed.Load() == 0 {
						killed.Add(int64(running.Load().SignalProvider(syscall.SIGABRT)))
					}
				}
			})
			c := newPersonalCLI(t, d.URL, personal)
			running.Store(c)
			c.withSecrets(filepath.Join(c.Dir, "trace.log"))
			c.Env = append(c.Env, "GOTRACEBACK=all", "TALONONE_MANAGEMENT_TOKEN="+secretToken)
			output, code := c.Run("apply", "-auto-approve", "-no-color")
			if code == 0 || killed.Load() == 0 {
				t.Fatalf("nothing crashed:\n%s", output)
			}
			log := c.Read("trace.log")
			if !strings.Contains(output+log, "SIGABRT") || !strings.Contains(output+log, "goroutine ") {
				t.Fatalf("there is no stack trace, so this test proves nothing:\n%s", output)
			}
			_, crash, _ := strings.Cut(output, "SIGABRT")
			expectNone(t, "the output", output, secrets)
			expectNone(t, "the stack trace", withoutSnippets(crash), private)
			expectNone(t, "the log", log, secrets)
			expectNone(t, "the log", withoutWarnings(log), private)
		})
	}
}

// secretLooking are the forms of keys and of persons that documents must not hold.
var secretLooking = map[string]*regexp.Regexp{
	"a private key":      regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY`),
	"a token":            regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`),
	"a key":              regexp.MustCompile(`(?i)\b(apikey-v1|managementkey-v1|bearer) [A-Za-z0-9_-]*\d[A-Za-z0-9_-]{15,}`),
	"a long hexadecimal": regexp.MustCompile(`(?m)(?:^|[^:\w])[0-9a-f]{64}\b`), // digests of images follow a colon
	"a mail address":     regexp.MustCompile(`[\w.+-]+@[\w-]+\.[\w.]+`),
}

// TestDocumentsHoldNoSecrets looks through what people read and copy.
func TestDocumentsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	root := os.DirFS(filepath.Join("..", "..", ".."))
	read := 0
	for _, place := range []string{"docs", "examples", "templates", "README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "internal/emulator/README.md"} {
		err := fs.WalkDir(root, place, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := fs.ReadFile(root, path)
			if err != nil {
				return err
			}
			read++
			for kind, form := range secretLooking {
				for _, found := range form.FindAllString(string(content), -1) {
					if !strings.HasSuffix(found, "@example.com") && !isPin(found) {
						t.Errorf("%s holds %s: %s", path, kind, found)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 50 {
		t.Errorf("only %d files were read", read)
	}
}

// isPin says whether something that looks like an address is a version or the name of a file, or something that looks like a
// key is the place of a checksum.
func isPin(found string) bool {
	return regexp.MustCompile(`@v?\d|@comment\.md$|^\W?0{64}$`).MatchString(found)
}

// TestKeysInTheConfigurationStayOutOfTheState writes the keys into the provider block, through variables and literally.
func TestKeysInTheConfigurationStayOutOfTheState(t *testing.T) {
	t.Parallel()
	d, _ := secretive(t)
	c := newCLI(t, d.URL, fmt.Sprintf(`
		provider "talonone" {
		  integration_api_key = %q
		  management_api_key  = %q
		}
		resource "talonone_audience" "vip" {
		  name = "VIP"
		}
		data "talonone_audiences" "all" {}`, secretIntegrationKey, secretManagementKey))
	c.withSecrets(filepath.Join(c.Dir, "trace.log"))
	output := c.must(0, "apply", "-auto-approve", "-no-color")
	expectNone(t, "the output", output, secrets)
	expectNone(t, "the state", c.Read("terraform.tfstate")+c.Output("show", "-json"), secrets)
	expectNone(t, "the log", c.Read("trace.log"), secrets)
}
