package audience

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

const (
	// maxListed bounds the attribute members: Terraform compares lists element
	// against element, which takes 900 MB at 10,000.
	maxListed = 5000
	// maxMembersFile is the largest import that Talon.One advises, in bytes.
	maxMembersFile = 500 << 20
)

// idSet is a set of integration IDs in the order they came, such as the members that a configuration lists.
type idSet struct {
	bulk.KeySet
	digest bulk.Digest
}

// errListedTwice says where a member was listed before.
type errListedTwice struct{ first int }

func (e errListedTwice) Error() string { return fmt.Sprintf("repeats member %d", e.first) }

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
		at := path.Root("members_file")
		name, options := files.Object(m.MembersFile, files.ForMembers(), at, diags)
		if diags.HasError() {
			return nil
		}
		if err := addFile(&members, name, options); err != nil {
			files.ReportContent(err, at, "Unusable members file", "To remove all members on purpose, set members = [] instead.", diags)
		}
	}
	if diags.HasError() {
		return nil
	}
	members.Done()
	return &members
}

// desiredAfter is desired for a plan whose state, if prior is not nil, tells of prior members. A file with the digest of the state lists the same members, each once: there is
// no need to build a set of them to see that nothing changes.
func (m *membershipsModel) desiredAfter(ctx context.Context, state *membershipsModel, prior *priorMembers, diags *diag.Diagnostics) *idSet {
	if prior != nil && !state.MembersFile.IsNull() && m.Ownership.Equal(state.Ownership) && !m.hasUnknownMembers(ctx) {
		if file := m.fileDigest(); file != nil && bulk.TargetOf(*file) == prior.target {
			return &idSet{digest: *file}
		}
	}
	return m.desired(ctx, diags)
}

// fileDigest is the digest of everything that the file lists, which is a set only if no ID is repeated; nil where it can't
// be read or there is none.
func (m *membershipsModel) fileDigest() *bulk.Digest {
	if m.MembersFile.IsNull() {
		return nil
	}
	name, _ := m.MembersFile.Attributes()["path"].(types.String)
	if sum, err := input.FileDigest(name.ValueString(), maxMembersFile); err == nil {
		if digest, known := knownFiles.get(sum + m.MembersFile.String()); known {
			return &digest
		}
	}
	var digest bulk.Digest
	sum, err := m.eachInFile(digest.Add)
	if err != nil {
		return nil
	}
	knownFiles.put(sum+m.MembersFile.String(), digest)
	return &digest
}

// eachInFile calls use for every ID of the file, repeated ones too, and returns the SHA-256 of the file.
func (m *membershipsModel) eachInFile(use func(id []byte)) (sum string, err error) {
	var diags diag.Diagnostics
	name, options := files.Object(m.MembersFile, files.ForMembers(), path.Root("members_file"), &diags)
	if diags.HasError() {
		return "", errors.New("the options of the file are invalid")
	}
	return input.ReadFile(name, maxMembersFile, func(content io.Reader) error {
		return eachID(content, options, func(_ int, id []byte) (*input.Cause, string) {
			use(id)
			return nil, ""
		})
	})
}

// knownFiles are the digests of the files that this process has read last, by content and options: a refresh and the plan
// that follows read the same file.
var knownFiles digestMemory

type digestMemory struct {
	mu    sync.Mutex
	known map[string]bulk.Digest
}

func (d *digestMemory) get(file string) (bulk.Digest, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	digest, known := d.known[file]
	return digest, known
}

func (d *digestMemory) put(file string, digest bulk.Digest) {
	const most = 100
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.known)%most == 0 {
		d.known = make(map[string]bulk.Digest)
	}
	d.known[file] = digest
}

func (m *membershipsModel) hasUnknownMembers(ctx context.Context) bool {
	if m.Members.IsUnknown() || m.MembersJSON.IsUnknown() || m.MembersFile.IsUnknown() ||
		slices.ContainsFunc(m.Members.Elements(), attr.Value.IsUnknown) {
		return true
	}
	value, err := m.MembersFile.ToTerraformValue(ctx)
	return err != nil || !value.IsFullyKnown()
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
		err := members.add([]byte(id.ValueString()), i+1)
		var twice errListedTwice
		switch {
		case errors.As(err, &twice):
			diags.AddAttributeError(at.AtListIndex(i), "Member listed twice",
				fmt.Sprintf("Element %d of members repeats element %d. List each member once.", i+1, twice.first))
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
	return input.EachText(text, func(place int, id string) error { return ofElement(members.add([]byte(id), place)) })
}

// ofElement is what is wrong with an element of a list, as the end of a sentence about it.
func ofElement(err error) error {
	var twice errListedTwice
	switch {
	case errors.As(err, &twice):
		return fmt.Errorf("repeats element %d", twice.first)
	case err != nil:
		return fmt.Errorf("is invalid: %w", err)
	}
	return nil
}

// addFile adds the members of a file.
func addFile(members *idSet, name string, options files.Options) error {
	_, err := input.ReadFile(name, maxMembersFile, func(content io.Reader) error { return addText(members, content, options) })
	return err
}

// addText adds the members of a text. Its errors name no more than one ID.
func addText(members *idSet, content io.Reader, options files.Options) error {
	return eachID(content, options, func(line int, id []byte) (*input.Cause, string) {
		var twice errListedTwice
		switch err := members.add(id, line); {
		case errors.As(err, &twice):
			return &input.Cause{One: "repeats an ID", Many: "rows repeat an ID", Advice: "list each ID once, such as with SELECT DISTINCT"}, fmt.Sprintf("already on line %d", twice.first)
		case err != nil:
			return &input.Cause{One: "has an ID that is too long", Many: "rows have an ID that is too long", Advice: fmt.Sprintf("an integration ID has at most %d characters", talonone.MaxIntegrationID)}, ""
		}
		return nil, ""
	})
}

// eachID calls use for every ID of a text, repeated ones too.
func eachID(content io.Reader, options files.Options, use func(line int, id []byte) (*input.Cause, string)) error {
	return input.ReadKeys(content, input.KeyOptions{
		Options: options.Options, Noun: "ID", Record: "member", Column: options.Column, Pattern: options.IDPattern,
		SkipEmpty: options.SkipEmpty, SkipOption: files.SkipRowsWithoutID,
	}, use)
}
