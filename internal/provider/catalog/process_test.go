package catalog_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

var binaries terraformcli.Binaries

func TestMain(m *testing.M) { os.Exit(binaries.Run(m)) }

// run is the real Terraform with one resource for the catalog of shoes.
type run struct {
	*terraformcli.CLI
	t testing.TB
	d *acctest.Deployment
}

func newRun(t testing.TB, options ...func(*emulator.Options)) *run {
	t.Helper()
	d := acctest.Start(t, options...)
	return &run{CLI: terraformcli.New(t, &binaries, d.URL), t: t, d: d}
}

const providerBlock = "terraform {\n  required_providers {\n    talonone = { source = \"talon-one/talonone\" }\n  }\n}\n"

func (r *run) configure(settings string) { r.Write("main.tf", providerBlock+itemsResource(settings)) }

// does runs a command that must succeed with an exit code.
func (r *run) does(code int, args ...string) string {
	r.t.Helper()
	output, got := r.Run(append(args, "-no-color")...)
	if got != code {
		r.t.Fatalf("terraform %v ended with %d, want %d:\n%s", args, got, code, output)
	}
	return output
}

func (r *run) apply(args ...string) string {
	r.t.Helper()
	return r.does(0, append([]string{"apply", "-auto-approve"}, args...)...)
}

// isDone checks that nothing is left to do, and that a refresh changes nothing.
func (r *run) isDone() {
	r.t.Helper()
	r.does(0, "plan", "-detailed-exitcode")
	if output := r.does(0, "plan", "-refresh-only"); !strings.Contains(output, "No changes.") {
		r.t.Errorf("a refresh changes something:\n%s", output)
	}
}

// saves makes a plan file and returns what the plan says.
func (r *run) saves(args ...string) string {
	r.t.Helper()
	return r.does(2, append([]string{"plan", "-detailed-exitcode", "-out=saved"}, args...)...)
}

// flat is a text without the frame and the line breaks of Terraform's messages.
func flat(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \n│╷╵", r) }), " ")
}

func TestCatalogItemsAreReplacedInOneApply(t *testing.T) {
	t.Parallel()
	for _, ownership := range []string{"additive", "exclusive"} {
		for name, replace := range map[string]func(r *run) string{
			"-replace": func(r *run) string { return r.apply("-replace=" + address) },
			"a taint": func(r *run) string {
				r.does(0, "taint", address)
				return r.apply()
			},
			"another catalog": func(r *run) string {
				r.Write("main.tf", strings.Replace(r.Read("main.tf"), "= 6", "= 7", 1))
				return r.apply()
			},
		} {
			t.Run(ownership+" "+name, func(t *testing.T) {
				t.Parallel()
				r := newRun(t)
				r.configure("ownership = \"" + ownership + "\"\n" + jsonItems("{ A = { price = 1 }, B = {} }"))
				r.apply()
				if ownership == "additive" {
					add(t, r.d, shoes, map[string]any{"sku": "FOREIGN"})
				} else {
					// The replacement removes what the refreshed state holds. Of the new object it is no obstacle.
					add(t, r.d, shoes, map[string]any{"sku": "A", "price": 2}, map[string]any{"sku": "FOREIGN"})
				}
				output := replace(r)
				r.isDone()
				want, catalog := map[string]string{"A": `{"$price":1}`, "B": `{}`}, shoes
				if name == "another catalog" {
					expectContains(t, flat(output), "Replacing removes")
					catalog = 7
				} else if ownership == "additive" {
					want["FOREIGN"] = `{}`
				}
				if got := contents(t, r.d, catalog); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("the catalog holds %v, want %v", got, want)
				}
			})
		}
	}
}

func TestCatalogItemsReplacementIsGuarded(t *testing.T) {
	t.Parallel()
	r := newRun(t)
	config := func(percent string) { r.configure(percent + "\n" + jsonItems("{ A = {}, B = {} }")) }
	config("max_removal_percent = 0.5")
	r.apply()
	expectContains(t, flat(r.does(1, "plan", "-replace="+address)), "This plan would remove 2 of 2 items", "max_removal_percent allows 0.5 %")
	expectContains(t, flat(r.does(1, "plan", "-destroy")), "This plan would remove 2 of 2 items")

	// The delete of a tainted object is not planned before: it is refused itself.
	r.does(0, "taint", address)
	expectContains(t, flat(r.does(1, "apply", "-auto-approve")), "This plan would remove 2 of 2 items")
	expectContents(t, r.d, map[string]string{"A": `{}`, "B": `{}`})

	// A guard that is lifted in the same change lets it pass.
	config("max_removal_percent = 100")
	r.apply()
	r.isDone()
	expectContains(t, flat(r.does(0, "plan", "-destroy")), "Destroying removes 2 items", "removed { from = talonone_catalog_items.NAME")
}

func TestCatalogItemsFilesAreComparedByContent(t *testing.T) {
	t.Parallel()
	for _, detail := range []string{"fields", "keys"} {
		t.Run(detail, func(t *testing.T) {
			t.Parallel()
			r := newRun(t)
			config := func(file, settings string) {
				r.configure(fmt.Sprintf("items_file = { %s }\nplan_detail = %q\n%s", file, detail, settings))
			}
			r.Write("a.csv", "sku,price,size\nA,1,1\nB,2,2\n")
			config(`path = "a.csv", columns = { size = "number" }`, "")
			r.apply()
			r.isDone()

			// Another path, a byte order mark, other line ends, another order.
			if err := os.Remove(filepath.Join(r.Dir, "a.csv")); err != nil {
				t.Fatal(err)
			}
			r.Write("b.csv", "\ufeffprice,sku,size\r\n2.0,B,2\r\n1,A,1.00\r\n")
			config(`path = "${path.cwd}/b.csv", columns = { size = "number", sku = "sku" }`, "")
			r.d.Forget()
			r.isDone()
			// A change of another setting reads the file where it is now.
			config(`path = "${path.cwd}/b.csv", columns = { size = "number", sku = "sku" }`, "max_removal_percent = 50")
			r.apply()
			r.isDone()
			if n := r.d.Count("syncCatalog"); n > 0 {
				t.Errorf("%d requests were written for the same items", n)
			}
			r.Write("b.csv", "sku,price,size\nA,1,1\nB,3,2\n")
			r.apply()
			r.isDone()
			expectContents(t, r.d, map[string]string{"A": `{"$price":1,"size":1}`, "B": `{"$price":3,"size":2}`})
		})
	}
}

func TestCatalogItemsFileThatChangesBehindASavedPlan(t *testing.T) {
	t.Parallel()
	r := newRun(t)
	r.Write("a.csv", "sku,price\nA,1\nB,2\n")
	r.configure(`items_file = { path = "a.csv" }`)
	r.apply()

	// The same items in another form are the planned ones.
	r.Write("a.csv", "sku,price\nA,1\nB,3\n")
	r.saves()
	r.Write("a.csv", "price,sku\r\n3.0,B\r\n1,A\r\n")
	r.does(0, "apply", "saved")
	r.isDone()

	r.Write("a.csv", "sku,price\nA,1\nB,4\n")
	r.saves()
	r.Write("a.csv", "sku,price\nA,1\nB,5\n")
	r.d.Forget()
	output := flat(r.does(1, "apply", "saved"))
	expectContains(t, output, "The items file has changed since the plan", "a.csv no longer holds the items that were planned. Nothing has been changed.")
	if strings.Contains(output, "bug") || r.d.Count("syncCatalog") > 0 {
		t.Errorf("%d requests: %s", r.d.Count("syncCatalog"), output)
	}
	r.apply()
	r.isDone()
	expectContents(t, r.d, map[string]string{"A": `{"$price":1}`, "B": `{"$price":5}`})
}

// killedAt is a run whose provider is killed as soon as the given sync request, counted from arming, has been carried out.
func killedAt(t testing.TB) (r *run, arm func()) {
	t.Helper()
	var armed atomic.Bool
	var running atomic.Pointer[terraformcli.CLI]
	r = newRun(t, func(o *emulator.Options) {
		o.OnRequest = func(_ context.Context, operation string) {
			if operation == "syncCatalog" && armed.CompareAndSwap(true, false) {
				running.Load().KillProvider()
			}
		}
	})
	running.Store(r.CLI)
	return r, func() { armed.Store(true) }
}

func TestCatalogItemsKilledInAnUpdateKeepWhatIsOfOthers(t *testing.T) {
	t.Parallel()
	r, arm := killedAt(t)
	r.configure("ownership = \"exclusive\"\n" + jsonItems("{ A1 = {}, A2 = {} }"))
	r.apply()
	add(t, r.d, shoes, map[string]any{"sku": "OTHER-1"}, map[string]any{"sku": "OTHER-2"})
	r.configure("ownership = \"additive\"\n" + jsonItems("{ A1 = { price = 1 }, A2 = {} }"))
	arm()
	r.does(1, "apply", "-auto-approve")

	output := r.saves()
	expectContains(t, flat(output), "2 items will be released", `"OTHER-1", "OTHER-2"`)
	r.does(0, "apply", "saved")
	r.isDone()
	expectContents(t, r.d, map[string]string{"A1": `{"$price":1}`, "A2": `{}`, "OTHER-1": `{}`, "OTHER-2": `{}`})
}

func TestCatalogItemsKilledInAnUpdateAreManagedAllTheSame(t *testing.T) {
	t.Parallel()
	r, arm := killedAt(t)
	r.configure(jsonItems("{ A = {} }"))
	r.apply()
	r.configure(jsonItems("{ A = {}, B = {}, C = {} }"))
	arm()
	r.does(1, "apply", "-auto-approve")
	r.apply()
	r.isDone()
	r.configure(jsonItems("{ A = {}, C = {} }"))
	r.apply()
	r.isDone()
	expectContents(t, r.d, map[string]string{"A": `{}`, "C": `{}`})
	r.does(0, "destroy", "-auto-approve")
	expectContents(t, r.d, map[string]string{})
}

func TestCatalogItemsSavedPlanMeetsTheSameItem(t *testing.T) {
	t.Parallel()
	r := newRun(t)
	r.configure(jsonItems("{ A = {} }"))
	r.saves()
	add(t, r.d, shoes, map[string]any{"sku": "A", "price": 9})
	r.does(0, "apply", "saved")
	r.isDone()
	r.configure(jsonItems("{ A = {}, B = { price = 1 }, C = {} }"))
	r.saves()
	add(t, r.d, shoes, map[string]any{"sku": "B", "price": 1}, map[string]any{"sku": "C", "price": 9})
	r.does(0, "apply", "saved")
	r.isDone()
	expectContents(t, r.d, map[string]string{"A": `{}`, "B": `{"$price":1}`, "C": `{}`})
}

// The refresh lists the catalog where that takes fewer requests. A change to exclusive can be planned then, and is
// refused when the plan would not be true any more.
func TestCatalogItemsSavedChangeToExclusiveMeetsAnotherCatalog(t *testing.T) {
	t.Parallel()
	r := newRun(t)
	items := strings.ReplaceAll("items = <<-EOT\n"+long(100).json(t)+"\nEOT\n", `,`, ",\n")
	r.configure(items)
	r.apply()
	add(t, r.d, shoes, map[string]any{"sku": "OTHER-1"})
	r.configure("ownership = \"exclusive\"\n" + items)
	expectContains(t, flat(r.saves()), "1 item not listed will be removed", `"OTHER-1"`)
	add(t, r.d, shoes, map[string]any{"sku": "OTHER-2"})
	edit(t, r.d, shoes, "REMOVE", map[string]any{"sku": "OTHER-1"})
	output := flat(r.does(1, "apply", "saved"))
	expectContains(t, output, "Plan is out of date", "Nothing has been changed.")
	if strings.Contains(output, "bug") || r.d.Count("syncCatalog") > 0 {
		t.Errorf("%d requests: %s", r.d.Count("syncCatalog"), output)
	}
	r.apply()
	r.isDone()
	if got := contents(t, r.d, shoes); len(got) != 100 {
		t.Errorf("the catalog holds %d items, want 100", len(got))
	}
}

func TestCatalogItemsImportLeavesTheOwnershipToTheConfiguration(t *testing.T) {
	t.Parallel()
	for ownership, want := range map[string]map[string]string{
		"":                            {"A1": `{"$price":1}`, "OTHER-1": `{}`, "OTHER-2": `{}`},
		"ownership = \"exclusive\"\n": {"A1": `{"$price":1}`},
	} {
		for _, way := range []string{"block", "command"} {
			t.Run(ownership+way, func(t *testing.T) {
				t.Parallel()
				r := newRun(t)
				add(t, r.d, shoes, map[string]any{"sku": "A1", "price": 1}, map[string]any{"sku": "OTHER-1"}, map[string]any{"sku": "OTHER-2"})
				r.configure(ownership + jsonItems("{ A1 = { price = 1 } }"))
				if way == "block" {
					r.Write("import.tf", "import {\n  to = "+address+"\n  id = \"6\"\n}\n")
				} else {
					r.does(0, "import", address, "6")
				}
				output := flat(r.saves())
				if ownership == "" {
					expectContains(t, output, "2 items will be released", `"OTHER-1", "OTHER-2"`)
				} else {
					expectContains(t, output, "2 items not listed will be removed", `"OTHER-1", "OTHER-2"`)
				}
				r.does(0, "apply", "saved")
				r.isDone()
				expectContents(t, r.d, want)
			})
		}
	}
}

// Terraform plans the whole configuration before it destroys anything, the create of what is gone included.
func TestCatalogThatIsGoneBlocksNoDestroy(t *testing.T) {
	t.Parallel()
	for _, ownership := range []string{"", "  ownership = \"exclusive\"\n"} {
		t.Run(ownership, func(t *testing.T) {
			t.Parallel()
			r := newRun(t)
			r.configure(jsonItems("{ A = { price = 1 } }") + ownership)
			r.apply()
			if err := r.d.Server.AddFault(emulator.Fault{PathPrefix: fmt.Sprintf("/v1/catalogs/%d/", shoes), Status: 404}); err != nil {
				t.Fatal(err)
			}
			r.does(0, "destroy", "-auto-approve")
		})
	}
}
