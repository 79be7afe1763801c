package framework

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// DefaultReadConsistency is how long reads may lag behind writes unless it is configured.
const DefaultReadConsistency = 15 * time.Second

// Once carries a create out that the API would repeat, with the deployment's clock and delays.
func (d *Data) Once(ctx context.Context, create journal.Create) error {
	create.ServerTime, create.Consistency, create.RequestTimeout = d.Client.ServerTime, d.ReadConsistency, d.Client.RequestTimeout()
	return d.Journal.Once(ctx, create)
}

// AddOnceError reports a create that Once could not finish. object is what is created, with its article.
func AddOnceError(diags *diag.Diagnostics, resourceType, object string, operation Operation, err error) {
	unanswered, earlier := errors.AsType[*journal.UnansweredError](err)
	ambiguous, several := errors.AsType[*journal.AmbiguousError](err)
	const forget = "If none of this request exists, delete the note and apply again: %s"
	switch {
	case several:
		detail := sentence(err) + "\n\nNothing was created or adopted. Import the object that belongs to this resource:\n\n" + importBlocks(resourceType, ambiguous.Candidates)
		if earlier {
			detail += "\n\n" + fmt.Sprintf(forget, unanswered.File)
		}
		diags.AddError("Several objects could be the created one", detail)
	case earlier && unanswered.Err == nil:
		diags.AddError("Outcome of an earlier create is unknown", sentence(err)+
			"\n\nWithout a Management API key the provider can't look for "+object+". Look in the Campaign Manager. If it exists, import it. "+fmt.Sprintf(forget, unanswered.File))
	case earlier:
		AddError(diags, operation, err)
	case talonone.IsOutcomeUnknown(err):
		diags.AddError("Outcome of the create is unknown", "Unable to tell whether the request to "+strings.TrimSpace(operation.Action+" "+operation.Object)+" was carried out: "+err.Error()+
			".\n\nRun terraform apply again in this folder: it looks for "+object+", and adopts what was created. "+
			"If the folder is lost, or without a Management API key, look in the Campaign Manager before you apply again, and import what exists.")
	default:
		AddError(diags, operation, err)
	}
}

// WarnInterrupted says in a plan that the apply first looks for what earlier runs may have created.
func WarnInterrupted(diags *diag.Diagnostics, object string, sent []time.Time, canLook bool) {
	if len(sent) == 0 {
		return
	}
	what := "Applying looks for " + object + " with exactly these settings that was created at that time and that no resource manages. If there is exactly one, it is adopted. " +
		"If there is none, it is created. If there are several, the apply stops and names them."
	if !canLook {
		what = "Without a Management API key the provider can't look for it, so the apply stops before it creates anything, and says what to do."
	}
	diags.AddWarning("An earlier apply was interrupted while it created this",
		fmt.Sprintf("A request to create %s was sent at %s, and the response never came. %s", object, sent[0].Format(time.RFC3339), what))
}

// ImportBlock is the block that imports an object.
func ImportBlock(resourceType, id string) string {
	return fmt.Sprintf("  import {\n    to = %s.NAME\n    id = %q\n  }", resourceType, id)
}

func importBlocks(resourceType string, candidates []journal.Candidate) string {
	var blocks []string
	for _, one := range candidates {
		blocks = append(blocks, ImportBlock(resourceType, one.ImportID))
	}
	return strings.Join(blocks, "\n\n")
}

// Age is how long ago something was, in words.
func Age(since time.Duration) string {
	switch {
	case since < time.Minute:
		return "less than a minute ago"
	case since < 2*time.Hour:
		return fmt.Sprintf("%d minutes ago", int(since.Minutes()))
	case since < 48*time.Hour:
		return fmt.Sprintf("%d hours ago", int(since.Hours()))
	default:
		return fmt.Sprintf("%d days ago", int(since.Hours()/24))
	}
}

// sentence is an error as a sentence.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
