package e2e

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// updateTexts writes the golden files of TestPlansAreRead.
var updateTexts = flag.Bool("update-plan-texts", false, "write testdata/plans")

// situation is what a plan tells a reader in one of the commonest situations. Its resources are all named after it; they share
// nothing with those of other situations, so that one run of the CLI has all of them.
type situation struct {
	// before has been applied, after is planned.
	before, after string
	// meanwhile happens in between.
	meanwhile func(*testing.T, *acctest.Deployment)
	// replace is an address for -replace.
	replace string
}

// items is a talonone_catalog_items resource. Each situation has a catalog of its own.
func items(name string, catalog int, body string) string {
	return fmt.Sprintf("resource \"talonone_catalog_items\" %q {\n catalog_id = %d\n %s\n}\n", name, catalog, body)
}

func resourceBlock(kind, name, body string) string {
	return fmt.Sprintf("resource \"talonone_%s\" %q {\n%s\n}\n", kind, name, body)
}

const (
	shoes = `items = jsonencode({
		RUN-40 = { price = 79.9, product = "Runner", attributes = { color = "red", released = "2026-03-01T00:00:00Z" } }
		RUN-41 = { price = 79.9, product = "Runner", attributes = { color = "red", size = 41 } }
		SLIP-38 = { price = 19.5 }
	})`
	fourCoupons = `coupons = jsonencode(["TRIAL-1", "TRIAL-2", "TRIAL-3", "TRIAL-4"])`
	shoesFile   = "items_file = { path = \"${path.module}/%s\" }"
)

func put(catalog int, payload map[string]any) func(*testing.T, *acctest.Deployment) {
	return func(t *testing.T, d *acctest.Deployment) {
		payload["replaceIfExists"] = true
		d.Call(t, http.MethodPut, fmt.Sprintf("/v1/catalogs/%d/sync", catalog), map[string]any{"actions": []map[string]any{{"type": "ADD", "payload": payload}}}, nil)
	}
}

// situations are planned together.
var situations = map[string]situation{
	// Rows.
	"items-create":      {after: items("items-create", 20, shoes)},
	"items-create-file": {after: items("items-create-file", 21, fmt.Sprintf(shoesFile, "shoes.csv"))},
	"items-rows": {before: items("items-rows", 22, shoes), after: items("items-rows", 22, `items = jsonencode({
		RUN-40 = { price = 59.9, product = "Runner", attributes = { color = "red", released = "2026-03-01T02:00:00+02:00" } }
		RUN-41 = { price = 79.90, product = "Runner", attributes = { size = 41.0, color = "blue" } }
		BOOT-40 = { price = 99 }
	})`)},
	"items-settings": {
		before: items("items-settings", 23, shoes),
		after:  items("items-settings", 23, shoes+"\nmax_removal_percent = 10\ntimeouts {\n update = \"2h\"\n}"),
	},
	"items-drift": {
		before: items("items-drift", 24, shoes), after: items("items-drift", 24, shoes),
		meanwhile: put(24, map[string]any{"sku": "RUN-40", "price": 1, "product": map[string]any{"name": "Runner"}, "attributes": map[string]any{"color": "red", "released": "2026-03-01T02:00:00+02:00"}}),
	},
	"items-import": {
		after:     "import {\n to = talonone_catalog_items.items-import\n id = \"25\"\n}\n" + items("items-import", 25, strings.Replace(shoes, "SLIP", "LOAFER", 1)),
		meanwhile: put(25, map[string]any{"sku": "SLIP-38", "price": 19.5}),
	},
	"items-import-file": {
		after:     "import {\n to = talonone_catalog_items.items-import-file\n id = \"26\"\n}\n" + items("items-import-file", 26, fmt.Sprintf(shoesFile, "shoes.csv")),
		meanwhile: put(26, map[string]any{"sku": "SLIP-38", "price": 18.5}),
	},
	"items-destroy":     {before: items("items-destroy", 27, shoes)},
	"items-replacement": {before: items("items-replacement", 28, shoes), after: items("items-replacement", 29, shoes)},
	"items-forced":      {before: items("items-forced", 30, shoes), after: items("items-forced", 30, shoes), replace: "talonone_catalog_items.items-forced"},
	"items-file-rows": {
		before: items("items-file-rows", 31, fmt.Sprintf(shoesFile, "shoes.csv")),
		after:  items("items-file-rows", 31, fmt.Sprintf(shoesFile, "sale.csv")),
	},
	"items-detail": {
		before: items("items-detail", 32, fmt.Sprintf(shoesFile, "shoes.csv")),
		after:  items("items-detail", 32, fmt.Sprintf(shoesFile, "sale.csv")+"\nplan_detail = \"keys\""),
	},
	"items-file-to-inline": {
		before: items("items-file-to-inline", 33, fmt.Sprintf(shoesFile, "shoes.csv")),
		after:  items("items-file-to-inline", 33, strings.Replace(shoes, "79.9", "69.9", 1)),
	},
	"items-inline-to-file": {
		before: items("items-inline-to-file", 34, shoes),
		after:  items("items-inline-to-file", 34, fmt.Sprintf(shoesFile, "sale.csv")+"\nplan_detail = \"keys\""),
	},
	"items-to-exclusive": {
		before:    items("items-to-exclusive", 35, shoes),
		meanwhile: put(35, map[string]any{"sku": "OTHER-1", "price": 1}),
		after:     items("items-to-exclusive", 35, "ownership = \"exclusive\"\n"+shoes),
	},
	"items-to-additive": {
		before: items("items-to-additive", 36, "ownership = \"exclusive\"\n"+shoes),
		after:  items("items-to-additive", 36, strings.Replace(shoes, "SLIP-38", "LOAFER-38", 1)),
	},
	"item-create": {after: resourceBlock("catalog_item", "item-create", "catalog_id = 37\n sku = \"A\"\n price = 10\n attributes = jsonencode({ color = \"red\" })")},
	"item-price": {
		before: resourceBlock("catalog_item", "item-price", "catalog_id = 37\n sku = \"B\"\n price = 10\n attributes = jsonencode({ color = \"red\", size = 3 })"),
		after:  resourceBlock("catalog_item", "item-price", "catalog_id = 37\n sku = \"B\"\n price = 12.5\n attributes = jsonencode({ size = 3.0, color = \"red\" })"),
	},
	"item-no-price": {
		before: resourceBlock("catalog_item", "item-no-price", "catalog_id = 37\n sku = \"C\"\n price = 10"),
		after:  resourceBlock("catalog_item", "item-no-price", "catalog_id = 37\n sku = \"C\""),
	},
	"item-destroy": {before: resourceBlock("catalog_item", "item-destroy", "catalog_id = 37\n sku = \"D\"\n price = 10")},

	// Members.
	"audience-create": {after: resourceBlock("audience", "audience-create", `name = "Created"`) +
		resourceBlock("audience_memberships", "audience-create", "audience_id = talonone_audience.audience-create.id\n members = [\"customer-1\", \"customer-2\"]")},
	"audience-rename": {
		before: resourceBlock("audience", "audience-rename", `name = "Regluars"`),
		after:  resourceBlock("audience", "audience-rename", `name = "Regulars"`),
	},
	"audience-description": {
		before: resourceBlock("audience", "audience-description", `name = "Described"`) +
			resourceBlock("audience_memberships", "audience-description", "audience_id = talonone_audience.audience-description.id\n members = [\"customer-1\", \"customer-2\"]"),
		after: resourceBlock("audience", "audience-description", "name = \"Described\"\ndescription = \"At least two orders.\"") +
			resourceBlock("audience_memberships", "audience-description", "audience_id = talonone_audience.audience-description.id\n members = [\"customer-1\", \"customer-2\"]"),
	},
	"audience-destroy": {
		before: resourceBlock("audience", "audience-destroy", `name = "Destroyed"`) +
			resourceBlock("audience_memberships", "audience-destroy", "audience_id = talonone_audience.audience-destroy.id\n members = [\"customer-1\", \"customer-2\"]"),
	},
	"members-rows": {
		before: resourceBlock("audience", "members-rows", `name = "Rows"`) +
			resourceBlock("audience_memberships", "members-rows", "audience_id = talonone_audience.members-rows.id\n ownership = \"exclusive\"\n members = [\"customer-1\", \"customer-2\"]"),
		after: resourceBlock("audience", "members-rows", `name = "Rows"`) +
			resourceBlock("audience_memberships", "members-rows", "audience_id = talonone_audience.members-rows.id\n ownership = \"exclusive\"\n members = [\"customer-2\", \"customer-3\"]"),
	},
	"members-file": {
		before: resourceBlock("audience", "members-file", `name = "File"`) +
			resourceBlock("audience_memberships", "members-file", "audience_id = talonone_audience.members-file.id\n members_file = { path = \"${path.module}/members.csv\", column = \"id\" }\n show_samples = true"),
		after: resourceBlock("audience", "members-file", `name = "File"`) +
			resourceBlock("audience_memberships", "members-file", "audience_id = talonone_audience.members-file.id\n members_file = { path = \"${path.module}/members2.csv\", column = \"id\" }\n show_samples = true"),
	},
	"members-unknown": {
		before: resourceBlock("audience", "members-unknown", `name = "Unknown"`) +
			resourceBlock("audience_memberships", "members-unknown", "audience_id = talonone_audience.members-unknown.id\n ownership = \"exclusive\"\n members = [\"customer-1\", \"customer-2\"]"),
		after: resourceBlock("audience", "members-unknown", `name = "Unknown"`) + "resource \"terraform_data\" \"later\" {\n input = \"customer-2\"\n}\n" +
			resourceBlock("audience_memberships", "members-unknown", "audience_id = talonone_audience.members-unknown.id\n ownership = \"exclusive\"\n members = [terraform_data.later.output]"),
	},
	"members-sensitive": {
		before: "variable \"secret_members\" {\n type = list(string)\n sensitive = true\n default = [\"customer-1\", \"customer-2\"]\n}\n" + resourceBlock("audience", "members-sensitive", `name = "Sensitive"`) +
			resourceBlock("audience_memberships", "members-sensitive", "audience_id = talonone_audience.members-sensitive.id\n members = var.secret_members"),
		after: "variable \"secret_members\" {\n type = list(string)\n sensitive = true\n default = [\"customer-1\", \"customer-3\"]\n}\n" + resourceBlock("audience", "members-sensitive", `name = "Sensitive"`) +
			resourceBlock("audience_memberships", "members-sensitive", "audience_id = talonone_audience.members-sensitive.id\n members = var.secret_members"),
	},

	// Reservations.
	"reservation-rows": {
		before: resourceBlock("coupon_reservation", "reservation-rows", "coupon_value = \"SUMMER10\"\n customers = [\"customer-1\", \"customer-2\"]"),
		after:  resourceBlock("coupon_reservation", "reservation-rows", "coupon_value = \"SUMMER10\"\n customers = [\"customer-1\", \"customer-3\"]"),
	},
	"reservation-replacement": {
		before: resourceBlock("coupon_reservation", "reservation-replacement", "coupon_value = \"XMAS-20-2021\"\n customers = [\"customer-1\", \"customer-2\"]"),
		after:  resourceBlock("coupon_reservation", "reservation-replacement", "coupon_value = \"VIP-ONLY\"\n customers = [\"customer-1\", \"customer-2\"]"),
	},
	"reservation-destroy": {before: resourceBlock("coupon_reservation", "reservation-destroy", "coupon_value = \"SUMMER25%OFF\"\n customers = [\"customer-1\", \"customer-2\"]")},

	// Referrals.
	"referral-create": {after: resourceBlock("referral", "referral-create", "campaign_id = 11\n advocate_profile_integration_id = \"advocate-1\"")},
	"referral-settings": {
		before: resourceBlock("referral", "referral-settings", "campaign_id = 11\n advocate_profile_integration_id = \"customer-2\"\n usage_limit = 2\n attributes = jsonencode({ source = \"mail\" })"),
		after:  resourceBlock("referral", "referral-settings", "campaign_id = 11\n advocate_profile_integration_id = \"customer-2\"\n usage_limit = 3\n attributes = jsonencode({ source = \"mail\" })"),
	},
	"referrals-create": {after: resourceBlock("referrals", "referrals-create", "campaign_id = 11\n advocates = [\"advocate-2\", \"advocate-3\"]\n usage_limit = 7")},
	"referrals-rows": {
		before: resourceBlock("referrals", "referrals-rows", "campaign_id = 11\n advocates = [\"customer-1\", \"customer-2\"]\n usage_limit = 8"),
		after:  resourceBlock("referrals", "referrals-rows", "campaign_id = 11\n advocates = [\"customer-1\", \"customer-3\"]\n usage_limit = 8"),
	},
	"referrals-settings": {
		before: resourceBlock("referrals", "referrals-settings", "campaign_id = 11\n advocates = [\"customer-1\", \"customer-2\"]\n usage_limit = 9\n valid_characters = [\"A\", \"B\", \"C\", \"D\", \"E\", \"F\", \"G\"]\n referral_pattern = \"X-########\""),
		after:  resourceBlock("referrals", "referrals-settings", "campaign_id = 11\n advocates = [\"customer-1\", \"customer-2\"]\n usage_limit = 10\n valid_characters = [\"A\", \"B\", \"C\", \"D\", \"E\", \"F\", \"G\"]\n referral_pattern = \"X-########\""),
	},

	// Customers.
	"profile-create": {after: resourceBlock("customer_profile", "profile-create", "integration_id = \"new-1\"\n attributes = jsonencode({ Language = \"de\" })")},
	"profile-attribute": {
		before: resourceBlock("customer_profile", "profile-attribute", "integration_id = \"new-2\"\n attributes = jsonencode({ Language = \"de\", birthday = \"1990-05-01T00:00:00Z\" })"),
		after:  resourceBlock("customer_profile", "profile-attribute", "integration_id = \"new-2\"\n attributes = jsonencode({ Language = \"fr\", birthday = \"1990-05-01T02:00:00+02:00\" })"),
	},
	"profile-erase": {before: resourceBlock("customer_profile", "profile-erase", "integration_id = \"new-3\"\n erase_on_destroy = true\n attributes = jsonencode({ Language = \"de\" })")},
	"profiles-rows": {
		before: resourceBlock("customer_profiles", "profiles-rows", "erase_on_destroy = true\n profiles = jsonencode({ p-1 = { vip = true }, p-2 = { vip = true } })"),
		after:  resourceBlock("customer_profiles", "profiles-rows", "erase_on_destroy = true\n profiles = jsonencode({ p-1 = { vip = false }, p-9 = { vip = true } })"),
	},
	"profiles-destroy": {before: resourceBlock("customer_profiles", "profiles-destroy", "erase_on_destroy = true\n profiles = jsonencode({ q-1 = { vip = true }, q-2 = { vip = true } })")},
	"deletion-again": {
		before: resourceBlock("customer_data_deletion", "deletion-again", "integration_id = \"customer-3\"\n triggers = { request = \"1\" }"),
		after:  resourceBlock("customer_data_deletion", "deletion-again", "integration_id = \"customer-3\"\n triggers = { request = \"2\" }"),
	},

	// Sessions.
	"session-create": {after: resourceBlock("customer_session", "session-create", "integration_id = \"cart-1\"\n profile_id = \"customer-1\"\n cart_items = [{ sku = \"SOCKS\", quantity = 1, price = 4.5 }]")},
	"session-cart": {
		before: resourceBlock("customer_session", "session-cart", "integration_id = \"cart-2\"\n profile_id = \"customer-1\"\n cart_items = [{ sku = \"SOCKS\", quantity = 1, price = 4.5 }]"),
		after:  resourceBlock("customer_session", "session-cart", "integration_id = \"cart-2\"\n profile_id = \"customer-1\"\n cart_items = [{ sku = \"SOCKS\", quantity = 2, price = 4.5 }]"),
	},
	"session-close": {
		before: resourceBlock("customer_session", "session-close", "integration_id = \"cart-3\"\n profile_id = \"customer-1\"\n cart_items = [{ sku = \"SOCKS\", quantity = 1, price = 4.5 }]"),
		after:  resourceBlock("customer_session", "session-close", "integration_id = \"cart-3\"\n profile_id = \"customer-1\"\n cart_items = [{ sku = \"SOCKS\", quantity = 1, price = 4.5 }]\n state = \"closed\""),
	},
	"session-destroy": {before: resourceBlock("customer_session", "session-destroy", "integration_id = \"cart-4\"\n profile_id = \"customer-1\"\n cart_items = [{ sku = \"SOCKS\", quantity = 1, price = 4.5 }]")},
	"return-again": {
		before: resourceBlock("customer_session", "return-again", "integration_id = \"order-1\"\n profile_id = \"customer-2\"\n state = \"closed\"\n cart_items = [{ sku = \"SOCKS\", quantity = 9, price = 4.5 }]") +
			resourceBlock("cart_item_return", "return-again", "session_integration_id = talonone_customer_session.return-again.integration_id\n returned_cart_items = [{ sku = \"SOCKS\", quantity = 1 }]"),
		after: resourceBlock("customer_session", "return-again", "integration_id = \"order-1\"\n profile_id = \"customer-2\"\n state = \"closed\"\n cart_items = [{ sku = \"SOCKS\", quantity = 9, price = 4.5 }]") +
			resourceBlock("cart_item_return", "return-again", "session_integration_id = talonone_customer_session.return-again.integration_id\n returned_cart_items = [{ sku = \"SOCKS\", quantity = 2 }]"),
	},
	"event-create": {after: resourceBlock("event", "event-create", "type = \"product_shared\"\n profile_id = \"customer-1\"\n attributes = jsonencode({ url = \"https://shop.example.com/a\" })")},
	"event-again": {
		before: resourceBlock("event", "event-again", "type = \"product_shared\"\n profile_id = \"customer-1\"\n attributes = jsonencode({ url = \"https://shop.example.com/a\" })\n triggers = { release = \"1\" }"),
		after:  resourceBlock("event", "event-again", "type = \"product_shared\"\n profile_id = \"customer-1\"\n attributes = jsonencode({ url = \"https://shop.example.com/a\" })\n triggers = { release = \"2\" }"),
	},
	"membership-create": {
		before: resourceBlock("audience", "membership-create", `name = "Single"`),
		after: resourceBlock("audience", "membership-create", `name = "Single"`) +
			resourceBlock("audience_membership", "membership-create", "audience_id = talonone_audience.membership-create.id\n profile_integration_id = \"customer-1\""),
	},
	"referrals-destroy": {before: resourceBlock("referrals", "referrals-destroy", "campaign_id = 11\n advocates = [\"customer-1\", \"customer-2\"]\n usage_limit = 6")},

	// Definitions.
	"collection-create": {after: resourceBlock("collection", "collection-create", "name = \"Luxury\"\n items = jsonencode([\"boot\", \"sock\"])")},
	"collection-rows": {
		before: resourceBlock("collection", "collection-rows", "name = \"Rows\"\n items = jsonencode([\"boot\", \"sock\"])"),
		after:  resourceBlock("collection", "collection-rows", "name = \"Rows\"\n items = jsonencode([\"sock\", \"hat\"])"),
	},
	"collection-destroy": {before: resourceBlock("collection", "collection-destroy", "name = \"Gone\"\n items = jsonencode([\"boot\", \"sock\"])")},
	"coupon-create":      {after: resourceBlock("coupon", "coupon-create", "application_id = 1\n campaign_id = 12\n value = \"BEACH-DAY\"\n usage_limit = 100")},
	"coupon-limit": {
		before: resourceBlock("coupon", "coupon-limit", "application_id = 1\n campaign_id = 12\n value = \"LIMITED\"\n usage_limit = 100"),
		after:  resourceBlock("coupon", "coupon-limit", "application_id = 1\n campaign_id = 12\n value = \"LIMITED\"\n usage_limit = 200"),
	},
	"coupons-create": {after: resourceBlock("coupons", "coupons-create", "application_id = 1\n campaign_id = 12\n coupons = jsonencode({ ROWS-1 = { usage_limit = 5 }, ROWS-2 = {} })")},
	"coupons-rows": {
		before: resourceBlock("coupons", "coupons-rows", "application_id = 1\n campaign_id = 12\n coupons = jsonencode({ SPRING-1 = { usage_limit = 5 }, SPRING-2 = {} })"),
		after:  resourceBlock("coupons", "coupons-rows", "application_id = 1\n campaign_id = 12\n coupons = jsonencode({ SPRING-1 = { usage_limit = 7 }, SPRING-3 = {} })"),
	},
	"coupons-to-exclusive": {
		before: resourceBlock("coupons", "coupons-to-exclusive", "application_id = 2\n campaign_id = 13\n"+fourCoupons),
		meanwhile: func(t *testing.T, d *acctest.Deployment) {
			d.Call(t, http.MethodPost, "/v1/applications/2/campaigns/13/coupons", map[string]any{"usageLimit": 1, "numberOfCoupons": 1, "couponPattern": "FROM-A-BATCH"}, nil)
		},
		after: resourceBlock("coupons", "coupons-to-exclusive", "application_id = 2\n campaign_id = 13\n ownership = \"exclusive\"\n"+fourCoupons),
	},
	"coupons-destroy": {before: resourceBlock("coupons", "coupons-destroy", "application_id = 1\n campaign_id = 12\n coupons = jsonencode([\"GONE-1\", \"GONE-2\"])")},
	"coupon-destroy":  {before: resourceBlock("coupon", "coupon-destroy", "application_id = 1\n campaign_id = 12\n value = \"GONE\"\n usage_limit = 100")},
	"store-create":    {after: resourceBlock("store", "store-create", "application_id = 1\n integration_id = \"s-1\"\n name = \"Harbour\"")},
	"store-name": {
		before: resourceBlock("store", "store-name", "application_id = 1\n integration_id = \"s-2\"\n name = \"Harbor\""),
		after:  resourceBlock("store", "store-name", "application_id = 1\n integration_id = \"s-2\"\n name = \"Harbour\""),
	},
	"attribute-create":  {after: resourceBlock("attribute", "attribute-create", "entity = \"CartItem\"\n name = \"Fit\"\n title = \"Fit\"\n type = \"string\"\n description = \"How it fits\"")},
	"attribute-destroy": {before: resourceBlock("attribute", "attribute-destroy", "entity = \"CartItem\"\n name = \"Cut\"\n title = \"Cut\"\n type = \"string\"\n description = \"How it is cut\"")},
	"cost-create":       {after: resourceBlock("additional_cost", "cost-create", "name = \"Wrap\"\n title = \"Wrap\"\n description = \"Gift wrap\"")},

	"attributes-of-members": {
		before: resourceBlock("audience", "attributes-of-members", `name = "Attributes"`) + resourceBlock("audience_memberships", "attributes-of-members", "audience_id = talonone_audience.attributes-of-members.id\n members = [\"customer-1\", \"customer-2\"]") +
			resourceBlock("audience_customer_attributes", "attributes-of-members", "audience_id = talonone_audience_memberships.attributes-of-members.audience_id\n attributes = jsonencode({ vip = true })"),
		after: resourceBlock("audience", "attributes-of-members", `name = "Attributes"`) + resourceBlock("audience_memberships", "attributes-of-members", "audience_id = talonone_audience.attributes-of-members.id\n members = [\"customer-1\", \"customer-2\"]") +
			resourceBlock("audience_customer_attributes", "attributes-of-members", "audience_id = talonone_audience_memberships.attributes-of-members.audience_id\n attributes = jsonencode({ vip = false })"),
	},
}

// recordedWith is the CLI whose rendering testdata/plans has.
const recordedWith = "Terraform v1.11."

// TestPlansAreRead renders the plans of all situations in one run, as the CLI prints them. Each file under testdata/plans has been
// read line by line: everything in it is true, and its reader needs it.
func TestPlansAreRead(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, func(o *emulator.Options) { o.Fixture = withCatalogs(t, 20, 37) })
	var before, after strings.Builder
	args := []string{"plan", "-json", "-out=plan.tfplan"}
	for _, name := range slices.Sorted(maps.Keys(situations)) {
		s := situations[name]
		before.WriteString(s.before)
		after.WriteString(s.after)
		if s.replace != "" {
			args = append(args, "-replace="+s.replace)
		}
	}
	c := newCLI(t, d.URL, before.String())
	c.Env = append(c.Env, "TALONONE_MANAGEMENT_REQUESTS_PER_SECOND=10000")
	c.Write("shoes.csv", "sku,price,product,color\nRUN-40,79.9,Runner,red\nRUN-41,79.9,Runner,red\nSLIP-38,19.5,,\n")
	c.Write("sale.csv", "sku,price,product,color\nRUN-40,59.9,Runner,red\nRUN-41,,Runner,blue\nBOOT-40,99,,\n")
	c.Write("members.csv", "id\ncustomer-1\ncustomer-2\n")
	c.Write("members2.csv", "id\ncustomer-2\ncustomer-3\n")
	if version := c.Output("version"); !strings.HasPrefix(version, recordedWith) {
		t.Skipf("the plans were recorded with %s, and this is %s", recordedWith, version)
	}
	c.must(0, "apply", "-auto-approve", "-no-color")
	for _, s := range situations {
		if s.meanwhile != nil {
			s.meanwhile(t, d)
		}
	}
	c.configure(after.String())
	texts := c.plansByName(d.URL, args)
	for name, got := range texts {
		golden := filepath.Join("testdata", "plans", name+".txt")
		if *updateTexts {
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for name := range situations {
		if texts[name] == "" {
			t.Errorf("the plan has nothing of %s", name)
		}
	}
}

// withCatalogs is the default fixture with further catalogs.
func withCatalogs(t *testing.T, first, last int64) *emulator.Fixture {
	t.Helper()
	fixture := readFixture(t, filepath.Join("..", "..", "emulator", "default_fixture.json"))
	var ids []int64
	for id := first; id <= last; id++ {
		fixture.Catalogs = append(fixture.Catalogs, emulator.FixtureCatalog{ID: id, Name: "catalog " + strconv.FormatInt(id, 10), Version: 1})
		ids = append(ids, id)
	}
	for i := range fixture.Attributes {
		if fixture.Attributes[i].Entity == "CartItem" {
			fixture.Attributes[i].CatalogIDs = append(fixture.Attributes[i].CatalogIDs, ids...)
		}
	}
	return fixture
}

var (
	blockStart = regexp.MustCompile(`(?m)^  # talonone_\w+\.([\w-]+)(?:\[.*\])?(?: \(.*\))? (?:will|must|is|has)\b`)
	// What differs from run to run.
	varying = map[*regexp.Regexp]string{
		regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z`):                                              "TIME",
		regexp.MustCompile(`(first_session +)= (?:true|false)`):                                                  "$1= BOOL", // which session was closed first is no matter
		regexp.MustCompile(`[\w ]+ ago \(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ\)`):                                    " a while ago (TIME)",
		regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`):                       "UUID",
		regexp.MustCompile(`\b(?:11\d|20[1-9]|30\d\d|50[1-9]|70\d|40\d\d|500\d\d|6000\d\d|80\d\d|200000\d\d)\b`): "ID",
		regexp.MustCompile(`"(FRIEND|X)-[A-Z0-9]{8}"`):                                                           `"$1-CODE"`,
	}
)

// plansByName saves a plan, and returns what the CLI prints of it and the warnings with it, by the name of the resource. Terraform
// gives no address with the warnings of a resource that the configuration no longer has.
func (c *cli) plansByName(url string, args []string) map[string]string {
	c.t.Helper()
	texts, warnings := make(map[string]string), make(map[string][]string)
	for line := range strings.Lines(c.must(0, args...)) {
		var message struct {
			Diagnostic struct {
				Severity, Summary, Detail, Address string
			}
		}
		if err := json.Unmarshal([]byte(line), &message); err != nil || message.Diagnostic.Severity == "" || strings.HasPrefix(message.Diagnostic.Summary, "Provider development") {
			continue
		}
		one := message.Diagnostic
		name, with := "without-address", ""
		if one.Address != "" {
			_, name, _ = strings.Cut(one.Address, ".")
			with = "\n  with " + one.Address + "\n"
		}
		warnings[name] = append(warnings[name], fmt.Sprintf("Warning: %s\n%s\n%s\n", one.Summary, with, one.Detail))
	}
	plan, _, _ := strings.Cut(c.must(0, "show", "-no-color", "plan.tfplan"), "\nPlan: ")
	starts := blockStart.FindAllStringSubmatchIndex(plan, -1)
	for i, start := range starts {
		end := len(plan)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		text, _, _ := strings.Cut(plan[start[0]:end], "\n  # terraform_data")
		texts[plan[start[2]:start[3]]] += strings.TrimRight(text, "\n") + "\n\n"
	}
	for name, list := range warnings {
		slices.Sort(list)
		texts[name] += strings.Join(list, "\n")
	}
	for name, text := range texts {
		text = strings.ReplaceAll(text, url, deployment)
		for pattern, instead := range varying {
			text = pattern.ReplaceAllString(text, instead)
		}
		texts[name] = strings.TrimRight(text, "\n") + "\n"
	}
	return texts
}
