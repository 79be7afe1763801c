package collection

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// maxItemsFile is the largest file that is read, in bytes.
const maxItemsFile = 500 << 20

// itemSet is a set of items in the order they came.
type itemSet struct {
	bulk.KeySet
	digest bulk.Digest
}

func (s *itemSet) target() bulk.Target { return bulk.TargetOf(s.digest) }

// add is called by input.ReadKeys, which has checked the item.
func (s *itemSet) add(line int, item []byte) (*input.Cause, string) {
	first, added := s.Add(item, line)
	if !added {
		return &input.Cause{One: "repeats an item", Many: "rows repeat an item", Advice: "list each item once, such as with distinct()"}, fmt.Sprintf("already on line %d", first)
	}
	s.digest.Add(item)
	return nil, ""
}

// desired reads the items that a configuration asks for; nil when they are not known yet, or wrong.
func (m *collectionModel) desired(ctx context.Context, diags *diag.Diagnostics) *itemSet {
	if file, err := m.ItemsFile.ToTerraformValue(ctx); m.Items.IsUnknown() || err != nil || !file.IsFullyKnown() {
		return nil
	}
	var items itemSet
	if m.ItemsFile.IsNull() {
		if err := items.addJSON(m.Items.ValueString()); err != nil {
			diags.AddAttributeError(path.Root("items"), "Invalid items", "The value must be one JSON array of strings, as jsonencode([\"a\", \"b\"]) writes it.\n\n"+framework.Sentence(err.Error()))
		}
	} else {
		at := path.Root("items_file")
		name, options := files.Object(m.ItemsFile, files.ForMembers(), at, diags)
		if diags.HasError() {
			return nil
		}
		_, err := input.ReadFile(name, maxItemsFile, func(content io.Reader) error { return readItems(content, options, items.add) })
		if err != nil {
			files.ReportContent(err, at, "Unusable items file", "To remove all items on purpose, set items = jsonencode([]) instead.", diags)
		}
	}
	if n := len(items.Keys()); n > talonone.MaxCollectionItems {
		diags.AddAttributeError(m.source(), "Too many items", fmt.Sprintf("There are %s, and a collection has at most %s.", itemNoun.Count(n), bulk.Thousands(talonone.MaxCollectionItems)))
	}
	if diags.HasError() {
		return nil
	}
	return &items
}

// addJSON adds the items of an array, which may be empty.
func (s *itemSet) addJSON(text string) error {
	check := input.KeyCheck{Place: "element"}
	return input.EachText(text, func(place int, item string) error {
		if item == "" {
			return errors.New("is empty")
		}
		if cause, note := check.Check(item, place); cause != nil {
			return fmt.Errorf("%s (%s)", cause.One, cmp.Or(note, strconv.Quote(input.Clip(item))))
		}
		first, added := s.Add([]byte(item), place)
		if !added {
			return fmt.Errorf("repeats element %d", first)
		}
		s.digest.Add([]byte(item))
		return nil
	})
}

// readItems calls use for every item of a text, repeated ones too.
func readItems(content io.Reader, options files.Options, use func(line int, item []byte) (*input.Cause, string)) error {
	return input.ReadKeys(content, input.KeyOptions{
		Options: options.Options, Noun: "item", Record: "item", Column: options.Column, Pattern: options.IDPattern,
		SkipEmpty: options.SkipEmpty, SkipOption: files.SkipRowsWithoutID,
	}, use)
}

// readDigest is the digest of the items of a file; false where it can't be read, which is for a plan to say.
func (m *collectionModel) readDigest() (digest string, ok bool) {
	var ignored diag.Diagnostics
	var items itemSet
	name, options := files.Object(m.ItemsFile, files.ForMembers(), path.Root("items_file"), &ignored)
	_, err := input.ReadFile(name, maxItemsFile, func(content io.Reader) error { return readItems(content, options, items.add) })
	return items.target().Digest, err == nil && !ignored.HasError()
}
