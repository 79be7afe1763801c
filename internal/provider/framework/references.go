package framework

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// A look-up of a plan asks the deployment for what the configuration refers to. What it doesn't find is an error in most
// plans and a warning in some, so its errors are marked.

// lookup is the error of a look-up.
type lookup struct{ diag.Diagnostic }

// lookupAt is lookup on an attribute.
type lookupAt struct{ diag.DiagnosticWithPath }

// Equal says whether another error of a look-up has the same content.
func (l lookup) Equal(other diag.Diagnostic) bool {
	o, ok := other.(lookup)
	return ok && l.Diagnostic.Equal(o.Diagnostic)
}

// Equal says whether another error of a look-up has the same content.
func (l lookupAt) Equal(other diag.Diagnostic) bool {
	o, ok := other.(lookupAt)
	return ok && l.DiagnosticWithPath.Equal(o.DiagnosticWithPath)
}

// AddMissing reports that the deployment does not have what an attribute refers to.
func AddMissing(diags *diag.Diagnostics, at path.Path, summary, detail string) {
	diags.Append(asLookup(diag.NewAttributeErrorDiagnostic(at, summary, detail)))
}

func asLookup(d diag.Diagnostic) diag.Diagnostic {
	if at, ok := d.(diag.DiagnosticWithPath); ok {
		return lookupAt{at}
	}
	return lookup{d}
}

func isLookup(d diag.Diagnostic) bool {
	switch d.(type) {
	case lookup, lookupAt:
		return true
	}
	return false
}

// planDiagnostics are the diagnostics of a plan as its reader gets them. terraform destroy plans the configuration first, and an
// error would stop it: so where the object has vanished, all that is wrong with the create that is to follow is a warning, which
// the apply of that create finds again as an error.
func planDiagnostics(planned diag.Diagnostics, creates, gone, validateReferences bool) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, d := range planned {
		switch {
		case d.Severity() != diag.SeverityError:
			diags.Append(d)
		case gone, isLookup(d) && !validateReferences:
			diags.Append(withText(d, diag.SeverityWarning, d.Detail()))
		case isLookup(d) && creates:
			diags.Append(withText(d, diag.SeverityError, d.Detail()+"\n\nTo destroy without this check, run terraform destroy -refresh=false."))
		default:
			diags.Append(d)
		}
	}
	return diags
}

func withText(d diag.Diagnostic, severity diag.Severity, detail string) diag.Diagnostic {
	at, hasPath := d.(diag.DiagnosticWithPath)
	switch {
	case severity == diag.SeverityWarning && hasPath:
		return diag.NewAttributeWarningDiagnostic(at.Path(), d.Summary(), detail)
	case severity == diag.SeverityWarning:
		return diag.NewWarningDiagnostic(d.Summary(), detail)
	case hasPath:
		return diag.NewAttributeErrorDiagnostic(at.Path(), d.Summary(), detail)
	default:
		return diag.NewErrorDiagnostic(d.Summary(), detail)
	}
}

// ReferenceID validates the ID of something that another resource or the Campaign Manager makes: at least 1. The plan checks it
// and not validate, which doesn't know yet whether the provider block allows mocks.
func ReferenceID() []validator.Int64 { return []validator.Int64{referenceID{}} }

// ReferenceIDs is ReferenceID for the elements of a list.
func ReferenceIDs() validator.List { return referenceIDs{} }

type (
	referenceID  struct{}
	referenceIDs struct{ referenceID }
)

func (referenceIDs) ValidateList(context.Context, validator.ListRequest, *validator.ListResponse) {}

func (referenceID) Description(context.Context) string { return "an ID, at least 1" }

func (v referenceID) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (referenceID) ValidateInt64(context.Context, validator.Int64Request, *validator.Int64Response) {}

// checkReferences does what ReferenceID promises.
func checkReferences(plan tfsdk.Plan, diags *diag.Diagnostics) {
	var values map[string]tftypes.Value
	if plan.Raw.As(&values) != nil {
		return
	}
	for name, attribute := range plan.Schema.GetAttributes() {
		if object, ok := attribute.(schema.SingleNestedAttribute); ok {
			var members map[string]tftypes.Value
			if values[name].IsKnown() && values[name].As(&members) == nil {
				checkReferencesIn(object.Attributes, members, path.Root(name).AtName, diags)
			}
		}
	}
	checkReferencesIn(plan.Schema.GetAttributes(), values, path.Root, diags)
}

// checkReferencesIn checks the attributes with these values, at is where each of them is.
func checkReferencesIn[A any](attributes map[string]A, values map[string]tftypes.Value, at func(string) path.Path, diags *diag.Diagnostics) {
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		switch attribute := any(attributes[name]).(type) {
		case schema.Int64Attribute:
			if slices.Contains(attribute.Validators, validator.Int64(referenceID{})) {
				checkReference(at(name), values[name], diags)
			}
		case schema.ListAttribute:
			var ids []tftypes.Value
			if !slices.Contains(attribute.Validators, validator.List(referenceIDs{})) || !values[name].IsKnown() || values[name].As(&ids) != nil {
				continue
			}
			for i, id := range ids {
				checkReference(at(name).AtListIndex(i), id, diags)
			}
		}
	}
}

func checkReference(at path.Path, value tftypes.Value, diags *diag.Diagnostics) {
	if id := int64Of(value); !id.IsNull() && !id.IsUnknown() && id.ValueInt64() < 1 {
		AddMissing(diags, at, "Invalid ID", fmt.Sprintf("%s is %d, and an ID is at least 1.", at, id.ValueInt64()))
	}
}
