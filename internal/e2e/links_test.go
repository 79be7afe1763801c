package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// markdownLink finds the target of [text](target) and ![text](target), without its fragment.
var markdownLink = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)\s]*)?\)`)

// The registry shows docs/ without the extensions of its files, and its pages link to each other so.
func TestRelativeLinksOfThePagesResolve(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "build" || entry.Name() == "dist" || entry.Name() == ".git"):
			return filepath.SkipDir
		case filepath.Ext(path) == ".md" && !strings.HasPrefix(path, filepath.Join(root, "templates")):
			checkLinks(t, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkLinks(t *testing.T, page string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range markdownLink.FindAllStringSubmatch(string(text), -1) {
		target := link[1]
		if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
			continue
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
	subcategory := regexp.MustCompile(`(?m)^subcategory: "(Audiences|Catalogs|Coupons and referrals|Customers|Sessions and events)"$`)
	for _, kind := range []string{"actions", "data-sources", "functions", "list-resources", "resources"} {
		pages, err := filepath.Glob(filepath.Join("..", "..", "docs", kind, "*.md"))
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
