package e2e

import (
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// markdownLink finds the target of [text](target) and ![text](target), without its fragment.
var markdownLink = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)\s]*)?\)`)

// codeBlock matches a fenced block, in which brackets are not links.
var codeBlock = regexp.MustCompile("(?ms)^ *```.*?^ *```$")

// registryPage matches what the registries show of docs/.
var registryPage = regexp.MustCompile(`/docs/(index\.md|(actions|data-sources|functions|guides|list-resources|resources)/.*)$`)

// The registry shows docs/ without the extensions of its files, and its pages link to each other so.
func TestRelativeLinksOfThePagesResolve(t *testing.T) {
	t.Parallel()
	for _, page := range pages(t) {
		checkLinks(t, page)
	}
}

// pages are all of the repository that somebody reads as Markdown; templates are read as the pages that are made of them.
func pages(t *testing.T) []string {
	t.Helper()
	root := filepath.Join("..", "..", "..")
	var found []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "build" || entry.Name() == "dist" || entry.Name() == ".git"):
			return filepath.SkipDir
		case filepath.Ext(path) == ".md" && !strings.HasPrefix(path, filepath.Join(root, "templates")):
			found = append(found, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func checkLinks(t *testing.T, page string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range markdownLink.FindAllStringSubmatch(codeBlock.ReplaceAllString(string(text), ""), -1) {
		target := link[1]
		if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
			continue
		}
		if strings.HasSuffix(target, ".md") && registryPage.MatchString(filepath.ToSlash(page)) {
			t.Errorf("%s links to %s: in the registry pages have no extension", page, target)
		}
		file := filepath.Join(filepath.Dir(page), filepath.FromSlash(target))
		if _, err := os.Stat(file); err == nil {
			continue
		}
		if _, err := os.Stat(file + ".md"); err != nil {
			t.Errorf("%s links to %s, which does not exist", page, target)
		}
	}
}

// The registry files a page without a subcategory under no heading.
func TestEveryPageHasASubcategory(t *testing.T) {
	t.Parallel()
	subcategory := regexp.MustCompile(`(?m)^subcategory: "(Audiences|Catalogs|Coupons and referrals|Customers|Definitions|Sessions and events)"$`)
	for _, kind := range []string{"actions", "data-sources", "functions", "list-resources", "resources"} {
		pages, err := filepath.Glob(filepath.Join("..", "..", "..", "docs", kind, "*.md"))
		if err != nil || len(pages) == 0 {
			t.Fatalf("no pages of %s: %v", kind, err)
		}
		for _, page := range pages {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			if !subcategory.Match(text) {
				t.Errorf("%s has no subcategory", page)
			}
		}
	}
}

var online = flag.Bool("online", false, "ask for every page that is linked to")

// linkedSites are those that pages send their readers to. Another one is added here on purpose, so that a link to a
// mistyped or a passing host is noticed without a network; `make links` asks for the pages themselves.
var linkedSites = []string{
	"developer.hashicorp.com", "github.com", "go.dev", "keepachangelog.com", "opentofu.org", "raw.githubusercontent.com", "semver.org", "www.conftest.dev", "www.talon.one",
}

// madeUpHosts stand in examples: documentation's own names, this machine, and a deployment that nobody has.
var madeUpHosts = regexp.MustCompile(`^(127\.0\.0\.1(:\d+)?|localhost(:\d+)?|([\w-]+\.)*example(\.com)?|[\w<>.-]+\.talon\.one|<deployment)$`)

var externalLink = regexp.MustCompile(`https?:[^\s)>"'` + "`" + `\\|]+`)

func TestExternalLinksAreWellFormed(t *testing.T) {
	t.Parallel()
	for page, links := range externalLinks(t) {
		for _, link := range links {
			address, err := url.Parse(link)
			switch {
			case err != nil:
				t.Errorf("%s links to %s: %v", page, link, err)
			case slices.Contains(linkedSites, address.Host):
				if address.Scheme != "https" {
					t.Errorf("%s links to %s, which is not https", page, link)
				}
			case !madeUpHosts.MatchString(address.Host):
				t.Errorf("%s links to %s, whose site is not among those that pages link to", page, link)
			}
		}
	}
}

func TestExternalLinksAnswer(t *testing.T) {
	t.Parallel()
	if !*online {
		t.Skip("`make links` asks for the pages")
	}
	asked := make(map[string]bool)
	for page, links := range externalLinks(t) {
		for _, link := range links {
			address, err := url.Parse(link)
			if err != nil || asked[link] || !slices.Contains(linkedSites, address.Host) || strings.Contains(link, "${") {
				continue
			}
			asked[link] = true
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, nil)
			if err != nil {
				t.Fatal(err)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Errorf("%s links to %s: %v", page, link, err)
				continue
			}
			if err := response.Body.Close(); err != nil {
				t.Error(err)
			}
			if response.StatusCode >= http.StatusBadRequest {
				t.Errorf("%s links to %s, which answers %s", page, link, response.Status)
			}
		}
	}
}

// externalLinks are the absolute addresses in every page, by page.
func externalLinks(t *testing.T) map[string][]string {
	t.Helper()
	found := make(map[string][]string)
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range externalLink.FindAllString(string(text), -1) {
			found[page] = append(found[page], strings.TrimRight(link, ".,;:"))
		}
	}
	return found
}

// A reader who has the object already looks for the import first.
func TestEveryResourcesPageSaysHowToImport(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob(filepath.Join("..", "..", "..", "docs", "resources", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages of resources: %v", err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		_, section, found := strings.Cut(string(text), "\n## Import\n")
		if found && strings.Contains(section, "There is nothing to import") {
			continue
		}
		for _, way := range []string{"  identity = {", "  id = \"", "terraform import talonone_"} {
			found = found && strings.Contains(section, way)
		}
		if !found {
			t.Errorf("%s does not show all ways to import", page)
		}
	}
}

// Examples that guides and READMEs spell out, instead of taking them from a file that a test applies, are at least
// HCL, and as `terraform fmt` writes it.
func TestExamplesInPagesAreFormatted(t *testing.T) {
	t.Parallel()
	c := newCLI(t, "http://127.0.0.1:1", "")
	block := regexp.MustCompile("(?s)```(?:terraform|hcl)\n(.*?)```")
	names := make(map[string]string)
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range block.FindAllStringSubmatch(string(text), -1) {
			name := fmt.Sprintf("block_%03d.tf", len(names))
			names[name] = page
			c.Write(name, match[1])
		}
	}
	if len(names) < 50 {
		t.Errorf("the pages have %d examples: the test looks in the wrong places", len(names))
	}
	output, code := c.Run("fmt", "-check", "-diff", "-no-color", ".")
	if code == 0 {
		return
	}
	for name, page := range names {
		output = strings.ReplaceAll(output, name, page)
	}
	t.Errorf("examples that are not formatted, or no HCL:\n%s", output)
}
