package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// maxFileBytes bounds an items file. Terraform's own messages hold at most 256 MiB.
const maxFileBytes = 200 << 20

// itemsFile is what is known of a file beside its items.
type itemsFile struct {
	// sha256 is that of the whole file in hexadecimal.
	sha256 string
	// columns are the names of the columns in the file, by the attributes that they hold.
	columns map[string]string
}

// readItemsFile reads the items of a file; see ItemsFrom.
func readItemsFile(path string, options files.Options) (items Items, file itemsFile, err error) {
	file.sha256, err = input.ReadFile(path, maxFileBytes, func(content io.Reader) (err error) {
		items, file.columns, err = ItemsFrom(content, options)
		return err
	})
	return items, file, err
}

// readSomeItems reads those items of a valid file that are wanted.
func readSomeItems(path string, options files.Options, wanted map[string]struct{}) (items Items, file itemsFile, err error) {
	items = make(Items)
	file.sha256, err = input.ReadFile(path, maxFileBytes, func(content io.Reader) (err error) {
		file.columns, err = eachItemFrom(content, options, func(sku string, item Item) {
			if _, wants := wanted[sku]; wants {
				items[strings.Clone(sku)] = item
			}
		})
		return err
	})
	return items, file, err
}

// readDigests reads the items of a file by digest; about size is how long their text is.
func readDigests(path string, options files.Options, size, count int) (text managedText, file itemsFile, err error) {
	w := managedWriter{detail: detailKeys, starts: make([]uint32, 0, count)}
	w.text.Grow(size)
	file.sha256, err = input.ReadFile(path, maxFileBytes, func(content io.Reader) (err error) {
		file.columns, err = eachItemFrom(content, options, w.add)
		return err
	})
	if err == nil {
		if text, unique := w.sorted(); unique {
			return text, file, nil
		}
	}
	// What is wrong is found by who knows where each SKU has been.
	items, file, err := readItemsFile(path, options)
	if err != nil {
		return managedText{}, file, err
	}
	return managedText{}.with(nil, items, detailKeys), file, nil
}

// check compares the attributes of items with the account's definitions: one error for each column, with the entry of columns to write.
func (f itemsFile) check(definitions customattr.Definitions, items Items, skus []string) error {
	type fault struct {
		attribute, example, text string
		count                    int
	}
	faults := make(map[string]*fault)
	var reader attributesReader
	for _, sku := range skus {
		reader.each(items[sku].Attributes, func(name string, value []byte) {
			known := faults[name]
			if known == nil {
				text := definitions.Problem(talonone.EntityCartItem, name, value)
				if text == "" {
					return
				}
				if _, defined := definitions[name]; defined {
					text, _, _ = strings.Cut(text, " Write ") // It is about JSON.
				}
				faults[name] = &fault{name, fmt.Sprintf("%s of SKU %s", input.Clip(string(value)), strconv.Quote(input.Clip(sku))), text, 1}
			} else if definitions.Problem(talonone.EntityCartItem, name, value) != "" {
				known.count++
			}
		})
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(faults)) {
		found, column := faults[name], cmp.Or(f.columns[name], name)
		times := ""
		if found.count > 1 {
			times = ", one of " + input.Thousands(found.count)
		}
		errs = append(errs, fmt.Errorf("column %q (for example %s%s): %s %s", column, found.example, times, found.text, adviceColumn(column, name, definitions)))
	}
	const most = 10
	if more := len(errs) - most; more > 0 {
		errs = append(errs[:most], fmt.Errorf("and %d more columns", more))
	}
	return errors.Join(errs...)
}

// attributesReader reads the attributes of many items. The zero value is ready to use.
type attributesReader struct {
	text strings.Reader
	dec  jsontext.Decoder
}

// each calls use for each attribute of a canonical object; the value is only valid until it returns.
func (r *attributesReader) each(attributes string, use func(name string, value []byte)) {
	if attributes == "" {
		return
	}
	r.text.Reset(attributes)
	r.dec.Reset(&r.text, jsontext.AllowDuplicateNames(true))
	// What is canonical can be read.
	_, _ = r.dec.ReadToken()
	for r.dec.PeekKind() == jsontext.KindString {
		name, _ := r.dec.ReadToken()
		text := name.String()
		value, _ := r.dec.ReadValue()
		use(text, value)
	}
}

// adviceColumn is the entry of columns that makes an attribute right.
func adviceColumn(column, name string, definitions customattr.Definitions) string {
	definition, defined := definitions[name]
	if !defined {
		return fmt.Sprintf("For the column write columns = { %q = { attribute = \"…\", type = \"…\" } }, or %q = \"ignore\"; other_columns = \"ignore\" skips all columns without an entry.", column, column)
	}
	kind := definition.Type
	if element, isList := strings.CutPrefix(kind, "(list "); isList {
		kind = "list(" + strings.TrimSuffix(element, ")") + ")"
	}
	if column == name {
		return fmt.Sprintf("For the column write columns = { %q = %q }.", column, kind)
	}
	return fmt.Sprintf("For the column write columns = { %q = { attribute = %q, type = %q } }.", column, name, kind)
}
