//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A scenario is one way to put rows of a CSV file into a catalog, or for comparison into Terraform alone.
type scenario struct {
	name string
	// config is the configuration beside items.csv.
	config string
	// syncs are the sync requests that a create takes for n items; nil for none.
	syncs func(n int) int
}

// benchCase is a scenario of a size.
type benchCase struct {
	name string
	scenario
	size int
}

const header = `
terraform {
  required_providers {
    talonone = { source = "talon-one/talonone" }
  }
}
`

// rows turns the CSV file into the map that terraform_data gets, and items too.
const rows = `
locals {
  items = {
    for row in csvdecode(file("${path.module}/items.csv")) : row.sku => {
      price      = tonumber(row.price)
      product    = row.product
      attributes = { color = row.color, size = tonumber(row.size) }
    }
  }
}
`

func fileConfig(detail string) string {
	return header + `
resource "talonone_catalog_items" "shoes" {
  catalog_id  = 6
  plan_detail = "` + detail + `"
  items_file = {
    path    = "${path.module}/items.csv"
    columns = { size = "number" }
  }
}
`
}

func thousands(n int) int { return (n + 999) / 1000 }

// pages are the list requests for n items: each page but the first begins with the last item of the one before, so that an
// item that moves is noticed.
func pages(n int) int { return 1 + max(0, n-1000+998)/999 }

var (
	floor  = scenario{"`terraform_data` (floor)", rows + "resource \"terraform_data\" \"floor\" {\n  input = local.items\n}\n", nil}
	inline = scenario{"`items`", header + rows + "resource \"talonone_catalog_items\" \"shoes\" {\n  catalog_id = 6\n  items      = jsonencode(local.items)\n}\n", thousands}
	fields = scenario{"`items_file`, fields", fileConfig("fields"), thousands}
	keys   = scenario{"`items_file`, keys", fileConfig("keys"), thousands}
)

func cases() []benchCase {
	var all []benchCase
	for _, c := range []benchCase{
		{"", floor, 1_000}, {"", floor, 10_000},
		{"", inline, 1_000}, {"", inline, 10_000}, {"", inline, 100_000},
		{"", fields, 1_000}, {"", fields, 10_000}, {"", fields, 100_000},
		{"", keys, 1_000}, {"", keys, 10_000}, {"", keys, 100_000}, {"", keys, 1_000_000},
	} {
		c.name = fmt.Sprintf("%s, %s", c.scenario.name, grouped(c.size))
		all = append(all, c)
	}
	return all
}

// result is a case with its measured steps.
type result struct {
	benchCase
	create, noop, plan1, apply1 step
	state                       int64 // bytes
}

func (r result) steps() []step { return []step{r.create, r.noop, r.plan1, r.apply1} }

// measure creates a resource, plans without a change, plans and applies one change, and cleans up.
func (l *lab) measure(ctx context.Context, c benchCase) (result, error) {
	r := result{benchCase: c}
	dir, err := os.MkdirTemp(l.work, "case-")
	if err != nil {
		return r, err
	}
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "main.tf"), []byte(c.config), 0o600), writeRows(dir, c.size, "1.5")); err != nil {
		return r, err
	}
	fmt.Printf("%s: create", c.name)
	if r.create, err = l.terraform(ctx, "create", dir, "apply", "-auto-approve"); err != nil {
		return r, err
	}
	fmt.Print(", plan without a change")
	if r.noop, err = l.terraform(ctx, "no-op plan", dir, "plan", "-detailed-exitcode"); err != nil {
		return r, err
	}
	if err := writeRows(dir, c.size, "2.5"); err != nil {
		return r, err
	}
	fmt.Print(", plan of 1 change")
	if r.plan1, err = l.terraform(ctx, "plan of 1 change", dir, "plan", "-out=one.tfplan"); err != nil {
		return r, err
	}
	fmt.Print(", apply of it")
	if r.apply1, err = l.terraform(ctx, "apply of 1 change", dir, "apply", "one.tfplan"); err != nil {
		return r, err
	}
	info, err := os.Stat(filepath.Join(dir, "terraform.tfstate"))
	if err != nil {
		return r, err
	}
	r.state = info.Size()
	fmt.Println(", destroy")
	// The next case finds an empty catalog. Without a refresh: that was measured.
	_, err = l.terraform(ctx, "destroy", dir, "destroy", "-auto-approve", "-refresh=false")
	return r, err
}

// writeRows writes n items; the price of one in the middle is as given.
func writeRows(dir string, n int, price string) error {
	var text strings.Builder
	text.WriteString("sku,price,product,color,size\n")
	for i := range n {
		own := fmt.Sprintf("%d.5", i%997)
		if i == n/2 {
			own = price
		}
		fmt.Fprintf(&text, "SKU%06d,%s,product-%d,color-%d,%d\n", i, own, i%1000, i%17, 36+i%12)
	}
	return os.WriteFile(filepath.Join(dir, "items.csv"), []byte(text.String()), fs.FileMode(0o600))
}

func grouped(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
