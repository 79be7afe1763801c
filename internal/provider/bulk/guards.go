package bulk

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// EnvAllowDelete names objects whose guards don't count, for those that have no configuration left in which to lift them.
const EnvAllowDelete = "TALONONE_ALLOW_DELETE"

// AllowDelete are the objects that EnvAllowDelete names. The zero value has none.
type AllowDelete struct{ objects map[string]bool }

// ParseAllowDelete reads a list such as "talonone_audience:701,talonone_catalog_items:6". In an ID a comma is written %2C
// and a percent sign %25. isResource says which types there are.
func ParseAllowDelete(text string, isResource func(string) bool) (AllowDelete, error) {
	allowed := AllowDelete{objects: make(map[string]bool)}
	if strings.TrimSpace(text) == "" {
		return allowed, nil
	}
	for entry := range strings.SplitSeq(text, ",") {
		resourceType, escaped, found := strings.Cut(strings.TrimSpace(entry), ":")
		id, err := url.PathUnescape(escaped)
		switch {
		case !found || id == "" || err != nil:
			return allowed, fmt.Errorf("%q is not a resource type, a colon and an ID, such as talonone_audience:701; several are separated by commas, "+
				"and in an ID a comma is written %%2C and a percent sign %%25", entry)
		case !isResource(resourceType):
			return allowed, fmt.Errorf("%q in %q is not a resource type of this provider; write an entry such as talonone_audience:701", resourceType, entry)
		}
		allowed.objects[resourceType+":"+id] = true
	}
	return allowed, nil
}

// Has says whether an object is named.
func (a AllowDelete) Has(resourceType, id string) bool { return a.objects[resourceType+":"+id] }

// AdviseAllowDelete is the sentence that says how to name an object.
func AdviseAllowDelete(resourceType, id string) string {
	return fmt.Sprintf("For an object without configuration, such as a deposed or orphaned one, set the environment variable %s=%s instead.",
		EnvAllowDelete, allowDeleteValue(resourceType, id))
}

func allowDeleteValue(resourceType, id string) string {
	return resourceType + ":" + strings.NewReplacer("%", "%25", ",", "%2C").Replace(id)
}

// Guards are the arguments that protect an object from its end. The configured ones count for a replacement that destroys
// first, so that a guard lifted in the same change lets it pass; otherwise those of the state.
type Guards struct {
	MaxRemovalPercent  types.Float64
	DeletionProtection types.Bool
	// Erases says that the end can't be undone: it erases data or cancels a session. It must be true in both.
	Erases types.Bool
}

// notedGuards is Guards in private state. What is not known is the state's.
type notedGuards struct {
	MaxRemovalPercent        *float64 `json:"max_removal_percent"`
	UnknownMaxRemovalPercent bool     `json:"unknown_max_removal_percent,omitempty"`
	DeletionProtection       *bool    `json:"deletion_protection,omitempty"`
	Erases                   *bool    `json:"erases,omitempty"`
}

// NoteGuards keeps the guards of a planned create or destroy, the configured ones or the state's. Terraform hands them to
// the Delete that follows, for both halves of a replacement and for tainted objects.
func NoteGuards(ctx context.Context, private PrivateWriter, guards Guards, diags *diag.Diagnostics) {
	WritePrivate(ctx, private, privateGuard, notedGuards{
		MaxRemovalPercent:        guards.MaxRemovalPercent.ValueFloat64Pointer(),
		UnknownMaxRemovalPercent: guards.MaxRemovalPercent.IsUnknown(),
		DeletionProtection:       knownBool(guards.DeletionProtection),
		Erases:                   knownBool(guards.Erases),
	}, diags)
}

// GuardsOf are the guards that a Delete obeys: what NoteGuards left, else the state's.
func GuardsOf(ctx context.Context, private PrivateReader, state Guards, diags *diag.Diagnostics) Guards {
	noted := ReadPrivate[*notedGuards](ctx, private, privateGuard, diags)
	if noted == nil {
		return state
	}
	if !noted.UnknownMaxRemovalPercent {
		state.MaxRemovalPercent = types.Float64PointerValue(noted.MaxRemovalPercent)
	}
	if noted.DeletionProtection != nil {
		state.DeletionProtection = types.BoolValue(*noted.DeletionProtection)
	}
	if noted.Erases != nil && !*noted.Erases {
		state.Erases = types.BoolValue(false)
	}
	return state
}

// Protect refuses the end of an object with deletion_protection. object is its name in a sentence, because why it would
// end, which may be empty.
func Protect(allowed AllowDelete, resourceType, id, object string, protection types.Bool, because string, diags *diag.Diagnostics) {
	if !protection.ValueBool() || allowed.Has(resourceType, id) {
		return
	}
	diags.AddAttributeError(path.Root("deletion_protection"), capitalized(resourceNoun(resourceType))+" is protected from deletion", fmt.Sprintf(
		"%s has deletion_protection = true, and this plan would delete it.%s Nothing has been deleted.\n\n"+
			"To replace it, set deletion_protection = false in the same change; with create_before_destroy, and to destroy it, set that and apply it first. %s",
		capitalized(object), because, AdviseAllowDelete(resourceType, id)))
}

// resourceNoun is what a resource type is about: "audience".
func resourceNoun(resourceType string) string {
	return strings.ReplaceAll(strings.TrimPrefix(resourceType, "talonone_"), "_", " ")
}

func knownBool(value types.Bool) *bool {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	return value.ValueBoolPointer()
}
