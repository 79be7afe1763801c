package emulator_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

var updatePicture = flag.Bool("update-picture", false, "write page.png, the picture of the README")

// demoDeployment is a deployment with something in every table of the page.
func demoDeployment(t *testing.T) *deployment {
	t.Helper()
	at := newClock()
	fixture := emulator.DefaultFixture()
	for i, audience := range []string{"Newsletter", "Abandoned cart", "Birthday this month", "Winter shoppers", "VIP customers"} {
		members := make([]string, 40+i*311)
		for m := range members {
			members[m] = fmt.Sprintf("customer-%d", 4+m*(i+1))
		}
		one := emulator.FixtureAudience{Name: audience, ApplicationIDs: []int64{1}, Members: members}
		if i%2 == 0 {
			one.Integration, one.IntegrationID = "braze", fmt.Sprintf("segment-%d", 71+i)
		}
		fixture.Audiences = append(fixture.Audiences, one)
	}
	for c := range fixture.Catalogs {
		for i := range 120 * (c + 1) {
			fixture.Catalogs[c].Items = append(fixture.Catalogs[c].Items, emulator.FixtureCatalogItem{SKU: fmt.Sprintf("sku-%d", i)})
		}
	}
	fixture.Coupons[0].ReservedBy = []string{"customer-1", "customer-2", "customer-3"}
	fixture.Coupons[4].ReservedBy = []string{"customer-2"}
	fixture.Referrals = []emulator.FixtureReferral{
		{CampaignID: 11, Advocate: "customer-1", Code: "FRIEND-ANNA", UsageLimit: 5},
		{CampaignID: 11, Advocate: "customer-2", Friend: "customer-9", Code: "FRIEND-BORIS", UsageLimit: 1},
		{CampaignID: 11, Advocate: "customer-3", Code: "FRIEND-CHLOE", UsageLimit: 1},
	}
	d := start(t, emulator.Options{
		Fixture: fixture, ManagementRPS: 3,
		Now:    func() time.Time { at.advance(7 * time.Millisecond); return at.now() },
		Faults: []emulator.Fault{{Method: "POST", PathPrefix: "/v2/customer_audiences", Status: 503, Times: 1}},
	})
	d.server.AddSession("order-1001", "customer-1", "closed", "SUMMER10")
	d.server.AddSession("order-1002", "customer-2", "open")
	return d
}

// use sends the requests that a plan and an apply would.
func (d *deployment) use() {
	d.t.Helper()
	for range 4 { // the last one is above the limit
		d.call("GET", "/v1/audiences?pageSize=1000&sort=id", managementK, "")
	}
	id := d.newAudience("Back in stock: boots")
	_, _ = d.send("POST", "/v2/customer_audiences", liveKey, "application/json", `{"data":[]}`)
	d.join(id, "customer-1", "customer-2")
	d.must("PUT", "/v2/audiences/"+id, liveKey, `{"name":"Back in stock: winter boots"}`)
	d.call("PUT", "/v1/catalogs/6/sync", liveKey, `{"version":1,"actions":[{"type":"ADD","payload":{"sku":"boot-41","price":89.95}}]}`)
	d.call("GET", "/v1/catalogs/6/items?sku=boot-41", managementK, "")
	d.call("PUT", "/v2/audiences/"+id, "ApiKey-v1 mistyped", `{"name":"x"}`)
	d.call("DELETE", "/v2/audiences/404", liveKey, "")
}

func TestPageInABrowser(t *testing.T) {
	t.Parallel()
	b := startBrowser(t)
	d := demoDeployment(t)
	b.screen(1440, 1000, "light")
	b.open(d.url)
	b.await(`document.getElementById("live").className === "on"`)
	received := len(d.server.Requests())
	if received != 0 {
		t.Errorf("the page made %d requests to the API", received)
	}

	// What comes later appears without reloading.
	b.evaluate(`window.sameDocument = true`, new(bool))
	d.use()
	b.await(`document.getElementById("rows-requests").innerText.includes("/v2/audiences/404")`)
	var same bool
	if b.evaluate(`window.sameDocument === true`, &same); !same {
		t.Error("the page was reloaded")
	}
	for selector, texts := range map[string][]string{
		"#rows-audiences":    {"Back in stock: winter boots", "VIP customers", "1,284"},
		"#rows-catalogs":     {"shoes", "121", "groceries", "240"},
		"#rows-coupons":      {"SUMMER10", "customer-1, customer-2, customer-3", "only with a reservation"},
		"#rows-referrals":    {"FRIEND-ANNA", "0 of 5", "customer-9"},
		"#rows-sessions":     {"order-1001", "closed", "SUMMER10"},
		"#rows-requests":     {"createAudienceV2", "429", "503", "/v1/audiences?pageSize=1000&sort=id"},
		"#tile-requests":     {"12"},
		"#facts":             {"3 a second, per key and endpoint"},
		"#rows-keys":         {"demo-int…", "Application 1"},
		"#title-audiences":   {"6"},
		"#rows-applications": {"Web shop", "Refer a friend, Summer"},
	} {
		got := b.text(selector)
		for _, want := range texts {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q is missing from:\n%s", selector, want, got)
			}
		}
	}
	if *updatePicture {
		if err := os.WriteFile("page.png", b.screenshot(), 0o644); err != nil { //nolint:gosec // a picture in the repository
			t.Fatal(err)
		}
	}
	for _, width := range []int{320, 390, 1280, 1440, 2200} {
		for _, scheme := range []string{"light", "dark"} {
			b.screen(width, 900, scheme)
			var outside, faint []string
			b.evaluate(widerThanTheWindow, &outside)
			b.evaluate(tooFaint, &faint)
			if len(outside)+len(faint) > 0 {
				t.Errorf("%s, %d pixels wide: these do not fit: %q; these are hard to read: %q", scheme, width, outside, faint)
			}
		}
	}
	if complaints := b.complaints(); len(complaints) > 0 {
		t.Errorf("the browser complains:\n%s", strings.Join(complaints, "\n"))
	}
	if err := d.server.Close(); err != nil {
		t.Fatal(err)
	}
	b.await(`document.getElementById("live").className === "off"`)
}

// widerThanTheWindow lists the parts of the page that would make it scroll sideways; tables scroll by themselves.
const widerThanTheWindow = `[...document.querySelectorAll("header *, main, section, h2")]
	.filter(e => e.getBoundingClientRect().right > innerWidth)
	.map(e => e.outerHTML.slice(0, 80))`

// tooFaint lists texts with less contrast than the 4.5:1 of WCAG 2.2, success criterion 1.4.3.
const tooFaint = `(() => {
	const rgb = colour => colour.match(/[\d.]+/g).map(Number);
	const luminance = colour => {
		const [r, g, b] = rgb(colour).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const backOf = e => {
		const back = getComputedStyle(e).backgroundColor;
		return rgb(back)[3] === 0 ? backOf(e.parentElement) : back;
	};
	const faint = new Set();
	for (const e of document.body.querySelectorAll("*")) {
		if (![...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim())) continue;
		if (e.closest("script, noscript")) continue;
		const [dark, light] = [getComputedStyle(e).color, backOf(e)].map(luminance).sort((a, b) => a - b);
		if ((light + 0.05) / (dark + 0.05) < 4.5) faint.add(e.outerHTML.slice(0, 80));
	}
	return [...faint];
})()`

func TestPageInABrowserWithoutScripts(t *testing.T) {
	t.Parallel()
	b := startBrowser(t)
	d := demoDeployment(t)
	d.use()
	b.command("Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)
	b.open(d.url)
	for selector, want := range map[string]string{
		"#live":          "Reloads every 5 seconds",
		"#rows-requests": "createAudienceV2",
	} {
		if got := b.text(selector); !strings.Contains(got, want) {
			t.Errorf("%s: %q is missing from:\n%s", selector, want, got)
		}
	}
}
