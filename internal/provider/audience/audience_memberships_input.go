package audience

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

const (
	// maxListed bounds the attribute members: Terraform compares lists element
	// against element, which takes 900 MB at 10,000.
	maxListed = 5000
	// maxMembersFile is the largest import that the vendor advises, in bytes.
	maxMembersFile = 500 << 20
)

// membersFile mirrors the attribute members_file.
type membersFile struct {
	Path      types.String `tfsdk:"path"`
	Format    types.String `tfsdk:"format"`
	Column    types.String `tfsdk:"column"`
	Delimiter types.String `tfsdk:"delimiter"`
}

var membersFileTypes = map[string]attr.Type{
	"path": types.StringType, "format": types.StringType, "column": types.StringType, "delimiter": types.StringType,
}

// idSet is a set of integration IDs in the order they came, such as the members that a configuration lists.
type idSet struct {
	bulk.KeySet
	digest bulk.Digest
}

// errListedTwice says where a member was listed before.
type errListedTwice struct{ first int }

func (e errListedTwice) Error() string { return fmt.Sprintf("repeats number %d", e.first) }

// add checks an ID and adds it; place is where it stands in its source.
func (s *idSet) add(id []byte, place int) error {
	if problem := problemOfID(id); problem != nil {
		return problem
	}
	if first, added := s.Add(id, place); !added {
		return errListedTwice{first}
	}
	s.digest.Add(id)
	return nil
}

func problemOfID(id []byte) error {
	switch {
	case len(id) == 0:
		return errors.New("an integration ID must not be empty")
	case len(id) > talonone.MaxIntegrationID && utf8.RuneCount(id) > talonone.MaxIntegrationID:
		return fmt.Errorf("an integration ID has at most %d characters, this one has %d", talonone.MaxIntegrationID, utf8.RuneCount(id))
	}
	return nil
}

// desired reads the members that a configuration asks for, from whichever of the
// three attributes has them; nil when they are not known yet, or wrong.
func (m *membershipsModel) desired(ctx context.Context, diags *diag.Diagnostics) *idSet {
	var members idSet
	switch {
	case m.hasUnknownMembers(ctx):
		return nil
	case !m.Members.IsNull():
		addListed(&members, m.Members, diags)
	case !m.MembersJSON.IsNull():
		if err := addJSON(&members, m.MembersJSON.ValueString()); err != nil {
			diags.AddAttributeError(path.Root("members_json"), "Invalid members", err.Error()+
				"\n\nWrite jsonencode([...]) with integration IDs, or provider::talonone::members([...]).")
		}
	case !m.MembersFile.IsNull():
		file := m.file(ctx, diags)
		if diags.HasError() {
			return nil
		}
		if at, err := file.read(&members); err != nil {
			diags.AddAttributeError(at, "Unusable members file", framework.Sentence(err.Error())+
				" If another resource of this configuration writes the file, take the path from an attribute of that resource.")
		}
	}
	if diags.HasError() {
		return nil
	}
	return &members
}

func (m *membershipsModel) file(ctx context.Context, diags *diag.Diagnostics) membersFile {
	var file membersFile
	diags.Append(m.MembersFile.As(ctx, &file, basetypes.ObjectAsOptions{})...)
	return file
}

func (m *membershipsModel) hasUnknownMembers(ctx context.Context) bool {
	if m.Members.IsUnknown() || m.MembersJSON.IsUnknown() || m.MembersFile.IsUnknown() ||
		slices.ContainsFunc(m.Members.Elements(), attr.Value.IsUnknown) {
		return true
	}
	if m.MembersFile.IsNull() {
		return false
	}
	var diags diag.Diagnostics
	file := m.file(ctx, &diags)
	return file.Path.IsUnknown() || file.Format.IsUnknown() || file.Column.IsUnknown() || file.Delimiter.IsUnknown()
}

func addListed(members *idSet, list types.List, diags *diag.Diagnostics) {
	at := path.Root("members")
	if n := len(list.Elements()); n > maxListed {
		diags.AddAttributeError(at, "Too many members for a list written by hand",
			fmt.Sprintf("members has %d elements, and lists of more than %d are slow in Terraform. "+
				"Use members_json = provider::talonone::members([...]), or members_file for a file.", n, maxListed))
		return
	}
	for i, element := range list.Elements() {
		id, ok := element.(types.String)
		if !ok || id.IsNull() {
			diags.AddAttributeError(at.AtListIndex(i), "Invalid member", "An integration ID must not be null.")
			continue
		}
		err := members.add([]byte(id.ValueString()), i)
		var twice errListedTwice
		switch {
		case errors.As(err, &twice):
			diags.AddAttributeError(at.AtListIndex(i), "Member listed twice",
				fmt.Sprintf("Element %d of members repeats element %d. Each member stands in the list once.", i, twice.first))
		case err != nil:
			diags.AddAttributeError(at.AtListIndex(i), "Invalid member", framework.Sentence(err.Error()))
		}
	}
}

// addJSON reads an array of IDs, or an object whose names are the IDs.
func addJSON(members *idSet, text string) error {
	if jsontext.Value(text).Kind() != jsontext.KindBeginArray {
		place := 0
		return input.DecodeObject(text, func(id string, dec *jsontext.Decoder) error {
			place++
			if kind := dec.PeekKind(); kind != jsontext.KindTrue {
				return fmt.Errorf("member %d of the object must be true: every ID in it is a member", place)
			}
			if err := dec.SkipValue(); err != nil {
				return err
			}
			if err := members.add([]byte(id), place); err != nil {
				return fmt.Errorf("member %d of the object: %w", place, err)
			}
			return nil
		})
	}
	return addArray(members, text)
}

func addArray(members *idSet, text string) error {
	dec := jsontext.NewDecoder(strings.NewReader(text))
	broken := func(err error) error { return fmt.Errorf("the JSON array is not valid: %w", err) }
	if _, err := dec.ReadToken(); err != nil {
		return broken(err)
	}
	var problems input.Problems
	for place := 1; dec.PeekKind() != jsontext.KindEndArray; place++ {
		kind := dec.PeekKind()
		if kind != jsontext.KindString {
			if err := dec.SkipValue(); err != nil {
				return broken(err)
			}
			problems.Add(fmt.Errorf("element %d is %s, not a string with an integration ID", place, input.KindName(kind)))
			continue
		}
		token, err := dec.ReadToken()
		if err != nil {
			return broken(err)
		}
		err = members.add([]byte(token.String()), place)
		var twice errListedTwice
		switch {
		case errors.As(err, &twice):
			problems.Add(fmt.Errorf("element %d repeats element %d", place, twice.first))
		case err != nil:
			problems.Add(fmt.Errorf("element %d: %w", place, err))
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return broken(err)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		problems.Add(errors.New("there is more text behind the JSON array"))
	}
	return problems.Err()
}

// format is how the file is read: as configured, or as its name says.
func (f membersFile) format() string {
	if !f.Format.IsNull() {
		return f.Format.ValueString()
	}
	return input.FormatOf(f.Path.ValueString())
}

// read adds the members of the file. An error comes with the attribute that it is about.
func (f membersFile) read(members *idSet) (path.Path, error) {
	return f.each(func(line int, id []byte) error {
		var twice errListedTwice
		switch err := members.add(id, line); {
		case errors.As(err, &twice):
			return input.Faultf(line, 0, "repeats the member of line %d", twice.first)
		case err != nil:
			return input.Faultf(line, 0, "%w", err)
		}
		return nil
	})
}

// each calls use for every ID of the file, unchecked.
func (f membersFile) each(use func(line int, id []byte) error) (path.Path, error) {
	at := path.Root("members_file")
	format := f.format()
	if format != input.CSV && format != input.Text {
		return at.AtName("format"), fmt.Errorf("the name %s does not tell the format: set format to %q (one ID a line) or %q", f.Path.ValueString(), input.Text, input.CSV)
	}
	if format == input.Text && (!f.Column.IsNull() || !f.Delimiter.IsNull()) {
		return at.AtName("column"), errors.New("column and delimiter are for CSV files, and this one is read as text with one ID a line")
	}
	_, err := input.ReadFile(f.Path.ValueString(), maxMembersFile, func(content io.Reader) error {
		if format == input.Text {
			return input.ReadLines(content, use)
		}
		column := 0
		return input.ReadCSV(content, f.comma(), func(columns []string) (err error) {
			column, err = f.findColumn(columns)
			return err
		}, func(record input.Record) error {
			return use(record.Line(), []byte(record.Fields[column]))
		})
	})
	if _, wrongColumn := errors.AsType[errColumn](err); wrongColumn {
		return at.AtName("column"), err
	}
	return at.AtName("path"), err
}

func (f membersFile) comma() rune {
	if f.Delimiter.IsNull() {
		return ','
	}
	r, _ := utf8.DecodeRuneInString(f.Delimiter.ValueString())
	return r
}

// errColumn says which columns there are.
type errColumn struct{ text string }

func (e errColumn) Error() string { return e.text }

func (f membersFile) findColumn(columns []string) (int, error) {
	if f.Column.IsNull() {
		if len(columns) == 1 {
			return 0, nil
		}
		return 0, errColumn{fmt.Sprintf("the file has the columns %s: set column to the one with the integration IDs", strings.Join(columns, ", "))}
	}
	at := slices.Index(columns, f.Column.ValueString())
	if at < 0 {
		return 0, errColumn{fmt.Sprintf("the file has no column %q, only %s", f.Column.ValueString(), strings.Join(columns, ", "))}
	}
	return at, nil
}
