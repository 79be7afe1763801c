package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/go-version"
)

const (
	begin = "<!-- compatibility: written by make compatibility -->"
	end   = "<!-- /compatibility -->"

	yes, no = "yes", "no"
)

// row is a CLI and what it can do, in the order of the checks.
type row struct {
	product product
	cells   []string
}

func rowOf(p product, outcomes []outcome) row {
	r := row{product: p}
	for _, o := range outcomes {
		cell := yes
		if o.problem != nil {
			cell = no
		}
		r.cells = append(r.cells, cell)
	}
	return r
}

// table writes the rows, Terraform first and older versions above newer ones, and the lowest version that has each feature.
func table(rows []row) string {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b row) int {
		if a.product.name != b.product.name {
			return -strings.Compare(a.product.name, b.product.name)
		}
		return a.product.version.Compare(b.product.version)
	})
	var text strings.Builder
	line := func(first string, cells []string) {
		fmt.Fprintf(&text, "| %s | %s |\n", first, strings.Join(cells, " | "))
	}
	features := make([]string, len(checks))
	for i, c := range checks {
		features[i] = c.feature
	}
	line("tried", features)
	text.WriteString("|" + strings.Repeat(" --- |", 1+len(checks)) + "\n")
	for _, r := range rows {
		line(r.product.String(), r.cells)
	}
	for _, name := range names(rows) {
		line("lowest "+name+" that can", lowest(rows, name))
	}
	return text.String()
}

// names are those of the products, in the order of the rows.
func names(rows []row) []string {
	var found []string
	for _, r := range rows {
		if !slices.Contains(found, r.product.name) {
			found = append(found, r.product.name)
		}
	}
	return found
}

// lowest is the lowest version of a product that has each feature, among those that were tried.
func lowest(rows []row, name string) []string {
	versions := make([]string, len(checks))
	for i := range checks {
		versions[i] = "–"
		for _, r := range slices.Backward(rows) {
			if r.product.name == name && r.cells[i] == yes {
				versions[i] = r.product.version.String()
			}
		}
	}
	return versions
}

// cut finds the table between the markers of a document.
func cut(document string) (before, content, after string, err error) {
	before, rest, opened := strings.Cut(document, begin)
	content, after, closed := strings.Cut(rest, end)
	if !opened || !closed {
		return "", "", "", errors.New("the markers of the compatibility table are missing")
	}
	return before, strings.Trim(content, "\n") + "\n", after, nil
}

func replace(document, content string) (string, error) {
	before, _, after, err := cut(document)
	return before + begin + "\n\n" + content + "\n" + end + after, err
}

// parse reads the rows of a table back.
func parse(content string) ([]row, error) {
	var rows []row
	for number, line := range slices.Collect(strings.Lines(content)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i, cell := range cells {
			cells[i] = strings.TrimSpace(cell)
		}
		if len(cells) != 1+len(checks) {
			return nil, fmt.Errorf("line %d has %d cells, want %d: %s", number+1, len(cells), 1+len(checks), line)
		}
		name, written, _ := strings.Cut(cells[0], " ")
		number, err := version.NewVersion(written)
		if err != nil {
			continue // the head, or the lowest versions
		}
		rows = append(rows, row{product{name, number}, cells[1:]})
	}
	return rows, nil
}

// merge adds to new rows those of a table whose CLIs were not tried now.
func merge(content string, rows []row) ([]row, error) {
	old, err := parse(content)
	for _, r := range old {
		if !slices.ContainsFunc(rows, func(tried row) bool { return tried.product.String() == r.product.String() }) {
			rows = append(rows, r)
		}
	}
	return rows, err
}
