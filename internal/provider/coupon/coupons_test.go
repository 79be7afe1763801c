package coupon_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// batch is a campaign whose coupons a configuration lists.
type batch struct {
	*testing.T
	*acctest.Deployment

	w *acctest.Workspace
}

func newBatch(t *testing.T, change ...func(*emulator.Fixture)) *batch {
	t.Helper()
	b := &batch{T: t, Deployment: acctest.Start(t, func(o *emulator.Options) {
		withSource(o)
		o.Fixture.Campaigns = append(o.Fixture.Campaigns, emulator.FixtureCampaign{ID: 22, ApplicationID: 1, Name: "Another", Features: []string{"coupons"}})
		for _, edit := range change {
			edit(o.Fixture)
		}
	})}
	b.w = b.NewWorkspace(t)
	return b
}

func listing(coupons any) acctest.Attributes {
	text, isText := coupons.(string)
	if !isText {
		encoded, err := json.Marshal(coupons)
		if err != nil {
			panic(err)
		}
		text = string(encoded)
	}
	return acctest.Attributes{"application_id": 1, "campaign_id": 12, "coupons": text}
}

func batchConfig(written acctest.Attributes) acctest.Config {
	return acctest.Config{"it": {Type: "talonone_coupons", Attributes: written}}
}

// apply plans and applies, checks that nothing is left to do, and returns the plan's warnings.
func (b *batch) apply(written acctest.Attributes) string {
	b.Helper()
	plan, problem := b.w.Plan(b, batchConfig(written), acctest.PlanOptions{})
	if problem == "" {
		b.Forget()
		problem = b.w.ApplyPlan(b, plan)
	}
	if problem != "" {
		b.Fatal(problem)
	}
	sent := make(map[string]int)
	for _, operation := range []string{"importCoupons", "updateCoupon", "deleteCoupon"} {
		sent[operation] = b.Count(operation)
	}
	if again, problem := b.w.Plan(b, batchConfig(written), acctest.PlanOptions{}); problem != "" || !again.Empty() {
		b.Errorf("the next plan is not empty: %s", problem)
	}
	return plan.Warning + fmt.Sprint("\nsent ", sent)
}

func (b *batch) expect(text string, words ...string) {
	b.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			b.Errorf("%q is not in %q", word, text)
		}
	}
}

func (b *batch) refused(written acctest.Attributes, words ...string) {
	b.Helper()
	_, problem := b.w.Plan(b, batchConfig(written), acctest.PlanOptions{})
	b.expect(problem, words...)
}

func sending(imports, updates, deletions int) string {
	return fmt.Sprintf("sent map[deleteCoupon:%d importCoupons:%d updateCoupon:%d]", deletions, imports, updates)
}

func TestNewCodesAreOneImport(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	all := make(map[string]any)
	for i := range 30 {
		all[fmt.Sprintf("CODE-%02d", i)] = map[string]any{"usage_limit": i, "expiry_date": "2099-01-01T01:00:00+01:00", "attributes": map[string]any{"source": "mail", "cost": 1.5}}
	}
	b.expect(b.apply(listing(all)), sending(1, 0, 0))
	if got := deployedCode(t, b.Deployment, "CODE-07"); got["usageLimit"] != 7.0 || got["expiryDate"] != "2099-01-01T00:00:00Z" {
		t.Errorf("the coupon is %v", got)
	}
	// Others of the campaign stay, and only what changes is sent.
	delete(all, "CODE-01")
	all["CODE-02"] = map[string]any{"usage_limit": 99}
	all["CODE-NEW"] = map[string]any{"reservation_limit": 5, "is_reservation_mandatory": true}
	b.expect(b.apply(listing(all)), sending(1, 2, 1), "1 coupon will be deleted")
	deployedCode(t, b.Deployment, "SUMMER10")
	if got := deployedCode(t, b.Deployment, "CODE-NEW"); got["reservationLimit"] != 5.0 || got["isReservationMandatory"] != true {
		t.Errorf("the coupon is %v", got)
	}
	if got := deployedCode(t, b.Deployment, "CODE-02"); got["usageLimit"] != 99.0 || got["expiryDate"] != nil {
		t.Errorf("the coupon is %v", got)
	}
}

func TestCodesArriveAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	odd := []string{"10$-OFF", "A&B+C", "time:9=now", "mail@shop.example", "50%OFF", "a/b/c", "say \"hi\"", "one, two", "Über-10", "#1-FAN", "=SUM(A1)", "it's", "q?x=1"}
	b.expect(b.apply(listing(odd)), sending(1, 0, 0))
	changed := make(map[string]any)
	for _, code := range odd {
		changed[code] = map[string]any{"usage_limit": 5}
	}
	b.expect(b.apply(listing(changed)), sending(0, len(odd), 0))
	b.expect(b.apply(listing(odd[:1])), sending(0, 1, len(odd)-1))
}

// A coupon that exists is taken over, and how often it was redeemed and reserved stays.
func TestExistingCouponsAreTakenOverWithTheirCounters(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	b.Call(t, http.MethodPut, "/v2/customer_sessions/order", map[string]any{"customerSession": map[string]any{
		"profileId": "customer-1", "state": "closed", "couponCodes": []string{"SUMMER10"}, "cartItems": []any{map[string]any{"sku": "SOCKS", "quantity": 1, "price": 4.5}},
	}}, nil)
	before := deployedCode(t, b.Deployment, "SUMMER10")
	b.expect(b.apply(listing(map[string]any{"SUMMER10": map[string]any{"usage_limit": 777}, "OTHER-1": map[string]any{}})),
		"1 of 2 coupons to add exists already", "usage_limit of 1 coupon", "with one request for each", sending(1, 1, 0))
	after := deployedCode(t, b.Deployment, "SUMMER10")
	for _, counter := range []string{"id", "usageCounter", "reservationCounter"} {
		if before[counter] != after[counter] {
			t.Errorf("%s was %v and is %v", counter, before[counter], after[counter])
		}
	}
	if after["usageLimit"] != 777.0 {
		t.Errorf("the coupon is %v", after)
	}
}

func TestACodeOfAnotherCampaignIsRefused(t *testing.T) {
	t.Parallel()
	b := newBatch(t, func(f *emulator.Fixture) {
		f.Coupons = append(f.Coupons, emulator.FixtureCoupon{CampaignID: 22, Value: "ELSEWHERE", UsageLimit: 1})
	})
	b.refused(listing([]string{"ELSEWHERE"}), "Code is taken", "campaign 22")
	// A listing of the campaign doesn't tell; the import does.
	many := []string{"ELSEWHERE"}
	for i := range 25 {
		many = append(many, fmt.Sprintf("CODE-%02d", i))
	}
	problem := b.w.Apply(t, batchConfig(listing(many)), acctest.PlanOptions{})
	b.expect(problem, "Codes are taken", "ELSEWHERE")
	// What has been imported is taken over by the next apply.
	b.expect(b.apply(listing(many[1:])), "25 of 25 coupons to add exist already", sending(0, 0, 0))
}

func TestDriftOfCouponsIsRepaired(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	written := listing(map[string]any{"CODE-1": map[string]any{"usage_limit": 5}, "CODE-2": map[string]any{}, "CODE-3": map[string]any{}})
	b.apply(written)
	id := func(code string) any { return deployedCode(t, b.Deployment, code)["id"] }
	b.Call(t, http.MethodPut, fmt.Sprintf("/v1/applications/1/campaigns/12/coupons/%v", id("CODE-1")), map[string]any{"usageLimit": 6}, nil)
	b.Call(t, http.MethodDelete, fmt.Sprintf("/v1/applications/1/campaigns/12/coupons/%v", id("CODE-2")), nil, nil)
	b.expect(b.apply(written), sending(1, 1, 0))
	if got := deployedCode(t, b.Deployment, "CODE-1"); got["usageLimit"] != 5.0 {
		t.Errorf("the coupon is %v", got)
	}
}

func TestALostResponseToAnImportDoublesNothing(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	if err := b.Server.AddFault(emulator.Fault{Method: http.MethodPost, PathPrefix: "/v1/applications/1/campaigns/12/import_coupons", AfterApply: true, Reset: true, Times: 1}); err != nil {
		t.Fatal(err)
	}
	b.w.Settings = acctest.Attributes{"max_retries": 0}
	b.apply(listing([]string{"CODE-1", "CODE-2"}))
	deployedCode(t, b.Deployment, "CODE-1")
}

func TestImportOfCoupons(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	written := listing(map[string]any{"SUMMER10": map[string]any{"usage_limit": 0}})
	plan, problem := b.w.Plan(t, batchConfig(written), acctest.PlanOptions{Import: map[string]string{"it": "1/12"}})
	if problem != "" {
		t.Fatal(problem)
	}
	b.expect(plan.Warning, "will be released")
	if problem := b.w.ApplyPlan(t, plan); problem != "" {
		t.Fatal(problem)
	}
	deployedCode(t, b.Deployment, "VIP-ONLY")
	for _, id := range []string{"", "12", "1/x", "1/12/SUMMER10", "0/12"} {
		if _, problem := newBatch(t).w.Plan(t, batchConfig(written), acctest.PlanOptions{Import: map[string]string{"it": id}}); problem == "" {
			t.Errorf("%q was imported", id)
		}
	}
}

func TestWrongCouponsAreRefusedInThePlan(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	for name, test := range map[string]struct{ coupons, want string }{
		"no JSON":             {`{"A`, "not valid JSON"},
		"a text":              {`"ANNA-10"`, "JSON object from code to settings"},
		"numbers":             {`[1234]`, "n array must hold codes only"},
		"objects in an array": {`[{"value":"ANNA-10"}]`, "n array must hold codes only"},
		"a short code":        {`["ABC"]`, "4 to 100 characters"},
		"blanks":              {`[" ANNA-10"]`, "blanks at its ends"},
		"control characters":  {`["ANNA\n10"]`, "control characters"},
		"twice":               {`["ANNA-10","ANNA-10"]`, "listed twice"},
		"twice as an object":  {`{"ANNA-10":{},"ANNA-10":{}}`, "ANNA-10"},
		"no settings":         {`{"ANNA-10":5}`, "must be an object"},
		"an unknown setting":  {`{"ANNA-10":{"limit":5}}`, "there is no setting \"limit\""},
		"a text as a limit":   {`{"ANNA-10":{"usage_limit":"5"}}`, "usage_limit must be a whole number, not a string"},
		"a fraction":          {`{"ANNA-10":{"usage_limit":1.5}}`, "usage_limit must be a whole number, not 1.5"},
		"a number as a code":  {`{"ANNA-10":{"recipient_integration_id":5}}`, "recipient_integration_id must be a string, not a number"},
		"a text as a switch":  {`{"ANNA-10":{"implicitly_reserved":"yes"}}`, "implicitly_reserved must be true or false, not a string"},
		"too many uses":       {`{"ANNA-10":{"usage_limit":1000000}}`, "from 0 to 999,999"},
		"a negative limit":    {`{"ANNA-10":{"discount_limit":-1}}`, "discount_limit"},
		"a date alone":        {`{"ANNA-10":{"expiry_date":"2030-01-01"}}`, "RFC 3339"},
		"an end before":       {`{"ANNA-10":{"start_date":"2031-01-01T00:00:00Z","expiry_date":"2030-01-01T00:00:00Z"}}`, "before start_date"},
		"an empty recipient":  {`{"ANNA-10":{"recipient_integration_id":""}}`, "recipient_integration_id"},
		"attributes as text":  {`{"ANNA-10":{"attributes":"x"}}`, "attributes"},
		"unknown attribute":   {`{"ANNA-10":{"attributes":{"colour":"red"}}}`, "colour"},
	} {
		if _, problem := b.w.Plan(t, batchConfig(listing(test.coupons)), acctest.PlanOptions{}); !strings.Contains(problem, test.want) {
			t.Errorf("%s: %q is not in %q", name, test.want, problem)
		}
	}
	elsewhere := listing([]string{"ANNA-10"})
	elsewhere["campaign_id"] = 11
	b.expect(b.w.Apply(t, batchConfig(elsewhere), acctest.PlanOptions{}), "feature coupons")
}

func TestACouponHasOneOwnerOfEitherKind(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	single := acctest.Block{Type: "talonone_coupon", Attributes: codeConfig(nil)}
	many := acctest.Block{Type: "talonone_coupons", Attributes: listing([]string{"BEACH-DAY"})}
	for _, reverse := range []bool{false, true} {
		_, problem := b.w.Plan(t, acctest.Config{"one": single, "many": many}, acctest.PlanOptions{Reverse: reverse})
		b.expect(problem, "Managed by two resources", "BEACH-DAY")
	}
}

func TestCouponsMayBeUnknown(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	b.apply(listing([]string{"CODE-1"}))
	unknown := listing("[]")
	unknown["coupons"] = tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	plan, problem := b.w.Plan(t, batchConfig(unknown), acctest.PlanOptions{})
	if problem != "" {
		t.Fatal(problem)
	}
	b.expect(plan.Warning, "Removals are not known yet")
}

// Coupons are written with the Management key, whichever Application the Integration key opens.
func TestCouponsOfAnotherApplicationThanThatOfTheIntegrationKey(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	written := listing([]string{"TRIAL-1", "TRIAL-2"})
	written["application_id"], written["campaign_id"] = 2, 13
	b.apply(written)
	written["coupons"] = `["TRIAL-1"]`
	b.expect(b.apply(written), sending(0, 0, 1))
}
