package framework

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// Progress has requests of an action that wait for long say so in Terraform's output.
func Progress(ctx context.Context, resp *action.InvokeResponse) context.Context {
	return talonone.WithNotice(ctx, func(text string) { resp.SendProgress(action.InvokeProgressEvent{Message: text}) })
}
