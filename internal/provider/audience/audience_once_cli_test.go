package audience_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// once is the real CLI in a folder with audiences of one name.
type once struct {
	*terraformcli.CLI
	t *testing.T
	d *acctest.Deployment
}

func newOnce(t *testing.T, options ...func(*emulator.Options)) *once {
	t.Helper()
	d := acctest.Start(t, options...)
	o := &once{terraformcli.New(t, &binaries, d.URL), t, d}
	o.configure(vips("vip"))
	return o
}

// vips are audiences with equal settings.
func vips(names ...string) string {
	var blocks []string
	for _, name := range names {
		blocks = append(blocks, fmt.Sprintf("resource \"talonone_audience\" %q {\n  name = \"VIP\"\n}\n", name))
	}
	return strings.Join(blocks, "\n")
}

func (o *once) configure(body string) {
	o.t.Helper()
	o.Write("main.tf", "terraform {\n  required_providers {\n    talonone = { source = \"talon-one/talonone\" }\n  }\n}\n"+o.d.Config(body))
}

// must runs a command that ends with an exit code, and returns what it says on one line.
func (o *once) must(code int, args ...string) string {
	o.t.Helper()
	output, got := o.Run(append(args, "-no-color")...)
	output = strings.Join(strings.Fields(strings.ReplaceAll(output, "│", " ")), " ")
	if got != code {
		o.t.Fatalf("%v ended with %d, want %d:\n%s", args, got, code, output)
	}
	return output
}

func (o *once) says(output, words string) {
	o.t.Helper()
	if !regexp.MustCompile(words).MatchString(output) {
		o.t.Errorf("there is no word of %q in\n%s", words, output)
	}
}

// deployed are the IDs of the deployment's audiences, managed those in the state.
func (o *once) deployed() []int64 {
	o.t.Helper()
	var response struct {
		Data []struct {
			ID int64 `json:"id"`
		} `json:"data"`
	}
	o.d.Call(o.t, http.MethodGet, "/v1/audiences?sort=id", nil, &response)
	var ids []int64
	for _, audience := range response.Data {
		ids = append(ids, audience.ID)
	}
	return ids
}

func (o *once) managed() []int64 {
	o.t.Helper()
	output, code := o.Run("show", "-json")
	var shown struct {
		Values struct {
			RootModule struct {
				Resources []struct {
					Values struct {
						ID int64 `json:"id"`
					} `json:"values"`
				} `json:"resources"`
			} `json:"root_module"`
		} `json:"values"`
	}
	at := strings.IndexByte(output, '{')
	if code != 0 || at < 0 || json.NewDecoder(strings.NewReader(output[at:])).Decode(&shown) != nil {
		o.t.Fatalf("show: %s", output)
	}
	var ids []int64
	for _, one := range shown.Values.RootModule.Resources {
		ids = append(ids, one.Values.ID)
	}
	slices.Sort(ids)
	return ids
}

// converged expects that each audience of the deployment but some is managed once, and that there is nothing left to do.
func (o *once) converged(count int, others ...int64) {
	o.t.Helper()
	own := slices.DeleteFunc(o.deployed(), func(id int64) bool { return slices.Contains(others, id) })
	if managed := o.managed(); len(own) != count || !slices.Equal(managed, own) {
		o.t.Errorf("the state has %v, the deployment %v beside %v; want %d", managed, own, others, count)
	}
	o.must(0, "plan", "-detailed-exitcode")
}

func TestTerraformTestNeverTouchesTheLiveAudience(t *testing.T) {
	t.Parallel()
	o := newOnce(t)
	o.Write("vip.tftest.hcl", "run \"made\" {\n  assert {\n    condition     = talonone_audience.vip.name == \"VIP\"\n    error_message = \"no\"\n  }\n}\n")
	o.must(0, "apply", "-auto-approve")
	live := o.deployed()
	o.says(o.must(0, "test"), "1 passed, 0 failed")
	if got := o.deployed(); !slices.Equal(got, live) {
		t.Errorf("the deployment has %v, want %v", got, live)
	}
	o.converged(1)
}

func TestWorkspacesHaveAudiencesOfTheirOwn(t *testing.T) {
	t.Parallel()
	o := newOnce(t)
	o.must(0, "apply", "-auto-approve")
	live := o.deployed()
	o.must(0, "workspace", "new", "prod")
	o.says(o.must(0, "apply", "-auto-approve"), `Audience `+fmt.Sprint(live[0])+` has the same settings`)
	o.converged(1, live...)
	o.must(0, "destroy", "-auto-approve")
	o.must(0, "workspace", "select", "default")
	o.converged(1)
}

func TestEqualAudiencesAddedLaterHaveTheirOwnIDs(t *testing.T) {
	t.Parallel()
	o := newOnce(t)
	o.must(0, "apply", "-auto-approve")
	o.configure(vips("vip", "second"))
	o.must(0, "apply", "-auto-approve")
	o.converged(2)
	o.configure(vips("vip", "second", "third", "fourth"))
	o.must(0, "apply", "-auto-approve", "-refresh=false")
	o.converged(4)
}

// killing kills the provider at the first create, before or after it is carried out.
func killing(t *testing.T, carriedOut bool) *once {
	t.Helper()
	if _, err := os.Stat("/proc/self/exe"); err != nil {
		t.Skip("finding the provider's processes needs /proc")
	}
	var armed atomic.Bool
	var o *once
	o = newOnce(t, func(options *emulator.Options) {
		options.OnRequest = func(_ context.Context, operation string) {
			if operation == "createAudienceV2" && armed.CompareAndSwap(true, false) {
				o.KillProvider()
				if !carriedOut {
					panic(http.ErrAbortHandler)
				}
			}
		}
	})
	armed.Store(true)
	o.must(1, "apply", "-auto-approve")
	return o
}

func TestKilledCreateConverges(t *testing.T) {
	t.Parallel()
	for name, carriedOut := range map[string]bool{"after it was carried out": true, "before it was carried out": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := killing(t, carriedOut)
			before := o.deployed()
			if len(before) != map[bool]int{true: 1}[carriedOut] {
				t.Fatalf("the deployment has %v", before)
			}
			o.says(o.must(0, "plan"), "An earlier apply was interrupted while it created this")
			// A workspace, and a test, see nothing of it.
			o.must(0, "workspace", "new", "prod")
			if output := o.must(0, "plan"); strings.Contains(output, "interrupted") {
				t.Errorf("another workspace sees it:\n%s", output)
			}
			o.must(0, "workspace", "select", "default")
			start := time.Now()
			o.must(0, "apply", "-auto-approve")
			t.Logf("the apply took %s", time.Since(start).Round(time.Second))
			o.converged(1)
			if carriedOut && !slices.Equal(o.deployed(), before) {
				t.Errorf("%v became %v", before, o.deployed())
			}
			if left, _ := filepath.Glob(filepath.Join(o.Dir, ".terraform", "talonone", "requests", "*")); len(left) != 0 {
				t.Errorf("there are still notes: %v", left)
			}
		})
	}
}

// What was imported is not what the killed create has left for the next audience.
func TestImportedAudienceIsNotTakenOver(t *testing.T) {
	t.Parallel()
	o := killing(t, true)
	o.must(0, "import", vip, fmt.Sprint(o.deployed()[0]))
	o.converged(1)
	o.configure(vips("vip", "second"))
	o.must(0, "apply", "-auto-approve")
	o.converged(2)
}

// backdate lets the notes of killed requests be older.
func (o *once) backdate(by time.Duration) {
	o.t.Helper()
	files, err := filepath.Glob(filepath.Join(o.Dir, ".terraform", "talonone", "requests", "*.json"))
	if err != nil || len(files) == 0 {
		o.t.Fatalf("no notes: %v", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			o.t.Fatal(err)
		}
		var note map[string]any
		if err := json.Unmarshal(content, &note); err != nil {
			o.t.Fatal(err)
		}
		sent, err := time.Parse(time.RFC3339Nano, fmt.Sprint(note["sent"]))
		if err != nil {
			o.t.Fatal(err)
		}
		note["sent"] = sent.Add(-by)
		if content, err = json.Marshal(note); err != nil {
			o.t.Fatal(err)
		}
		if err := os.WriteFile(file, content, 0o600); err != nil {
			o.t.Fatal(err)
		}
		lived := time.Now().Add(-by)
		if err := os.Chtimes(file, lived, lived); err != nil {
			o.t.Fatal(err)
		}
	}
}

func TestAudienceOfOthersMadeLaterIsNotTakenOver(t *testing.T) {
	t.Parallel()
	o := killing(t, false)
	keys := fmt.Sprintf("integration_api_key = %q\nmanagement_api_key = %q\nrequest_timeout = \"3s\"", acctest.IntegrationKey, acctest.ManagementKey)
	config := o.Read("main.tf")
	o.Write("main.tf", config[:strings.Index(config, "provider \"talonone\"")]+o.d.ConfigWith(keys, vips("vip")))
	o.backdate(time.Minute) // more than the beat of a note, the timeout and the tolerance
	o.d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "VIP"}, nil)
	theirs := o.deployed()
	o.must(0, "apply", "-auto-approve")
	o.converged(1, theirs...)
}

// Whoever commits a file can make nobody take over, or delete, an audience.
func TestCommittedNotesAreNeitherBelievedNorDeleted(t *testing.T) {
	t.Parallel()
	o := newOnce(t)
	o.d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "VIP"}, nil)
	theirs := o.deployed()
	outside := t.TempDir()
	folder := filepath.Join(o.Dir, ".terraform", "talonone")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(folder, "requests")); err != nil {
		t.Fatal(err)
	}
	committed := []string{filepath.Join(outside, "package.json"), filepath.Join(outside, "request-00000000-0000-0000-0000-000000000000.json")}
	for _, path := range committed {
		text := fmt.Sprintf(`{"version":1,"scope":"","kind":"talonone_audience","sent":%q,"id":%d}`, time.Now().Format(time.RFC3339), theirs[0])
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept := func() {
		t.Helper()
		o.must(0, "apply", "-auto-approve")
		o.converged(1, theirs...)
		o.must(0, "destroy", "-auto-approve")
		if got := o.deployed(); !slices.Equal(got, theirs) {
			t.Errorf("the deployment has %v, want %v", got, theirs)
		}
		entries, err := os.ReadDir(filepath.Join(folder, "requests"))
		if err != nil || len(entries) != len(committed) {
			t.Errorf("the folder has %v, %v", entries, err)
		}
	}
	kept()
	// The same without a link.
	if err := os.Remove(filepath.Join(folder, "requests")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(outside, filepath.Join(folder, "requests")); err != nil {
		t.Fatal(err)
	}
	kept()
}
