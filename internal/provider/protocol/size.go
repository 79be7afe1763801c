package protocol

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// The plugin library takes and sends messages of at most 256 MiB. What is longer fails in the words of gRPC, which name
// neither the resource nor what to do; and where that is the response of an apply, the state is lost. So whatever leads
// to such a message is refused before.
const maxMessage = 256<<20 - overhead

// overhead is left to what a message holds beside its values.
const overhead = 1 << 20

func sizeOf(values ...*tfprotov6.DynamicValue) int {
	size := 0
	for _, value := range values {
		if value != nil {
			size += len(value.MsgPack) + len(value.JSON)
		}
	}
	return size
}

func tooLarge(kind, what, advice string, size int) *tfprotov6.Diagnostic {
	return &tfprotov6.Diagnostic{
		Severity: tfprotov6.DiagnosticSeverityError, Summary: "Too much data for Terraform",
		Detail: fmt.Sprintf("%s of %s would be %d MiB long. Terraform and a provider exchange at most 256 MiB in one message. %s", what, kind, size>>20, advice),
	}
}

func boundData(req *tfprotov6.ReadDataSourceRequest, resp *tfprotov6.ReadDataSourceResponse) {
	if size := sizeOf(resp.State); size > maxMessage {
		resp.State = nil
		resp.Diagnostics = append(resp.Diagnostics, tooLarge("data "+req.TypeName, "The result", "Read less, with the filters or the limit of the data source.", size))
	}
}

const divide = "Split it into several resources, or read the rows from a file, of which the state holds less."

// boundRead refuses a state that can't be sent. One that can be sent, but of which no plan can be made, is a warning: it can
// still be destroyed.
func boundRead(kind string, resp *tfprotov6.ReadResourceResponse) {
	size := sizeOf(resp.NewState)
	switch {
	case size+len(resp.Private) > maxMessage:
		resp.NewState = nil
		resp.Diagnostics = append(resp.Diagnostics, tooLarge(kind, "The state", divide, size))
	case 2*size+len(resp.Private) > maxMessage:
		// A plan gets the state, and the state with the configuration in it.
		warning := tooLarge(kind, "The request for a plan", "It can still be destroyed, but not planned. "+divide, 2*size)
		warning.Severity = tfprotov6.DiagnosticSeverityWarning
		resp.Diagnostics = append(resp.Diagnostics, warning)
	}
}

// boundPlan refuses a plan whose apply can't be asked for; asked is the size of what the request for it repeats.
func boundPlan(kind string, asked int, resp *tfprotov6.PlanResourceChangeResponse) {
	size := asked + sizeOf(resp.PlannedState) + len(resp.PlannedPrivate)
	if size > maxMessage {
		resp.PlannedState = nil
		resp.Diagnostics = append(resp.Diagnostics, tooLarge(kind, "The request for an apply", divide, size))
	}
}

func boundImport(req *tfprotov6.ImportResourceStateRequest, resp *tfprotov6.ImportResourceStateResponse) {
	size := 0
	for _, imported := range resp.ImportedResources {
		size += sizeOf(imported.State) + len(imported.Private)
	}
	if size > maxMessage {
		resp.ImportedResources = nil
		resp.Diagnostics = append(resp.Diagnostics, tooLarge(req.TypeName, "The state", divide, size))
	}
}
