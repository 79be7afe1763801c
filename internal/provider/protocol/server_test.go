package protocol_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/protocol"
)

// fake is a framework that answers with what a deployment could bring it to.
type fake struct {
	protocol.Server
	size int
	text string
}

func (f fake) value() *tfprotov6.DynamicValue {
	return &tfprotov6.DynamicValue{MsgPack: make([]byte, f.size)}
}

func (f fake) ReadDataSource(context.Context, *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return &tfprotov6.ReadDataSourceResponse{State: f.value()}, nil
}

func (f fake) ReadResource(context.Context, *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{NewState: f.value()}, nil
}

func (f fake) PlanResourceChange(context.Context, *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: f.value()}, nil
}

func (f fake) ImportResourceState(context.Context, *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return &tfprotov6.ImportResourceStateResponse{ImportedResources: []*tfprotov6.ImportedResource{{State: f.value()}}}, nil
}

func (f fake) ListResource(context.Context, *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	return &tfprotov6.ListResourceServerStream{Results: slices.Values([]tfprotov6.ListResourceResult{{DisplayName: f.text}})}, nil
}

func (f fake) InvokeAction(context.Context, *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	return &tfprotov6.InvokeActionServerStream{Events: slices.Values([]tfprotov6.InvokeActionEvent{
		{Type: tfprotov6.ProgressInvokeActionEventType{Message: f.text}},
		{Type: tfprotov6.CompletedInvokeActionEventType{Diagnostics: []*tfprotov6.Diagnostic{{Summary: f.text, Detail: f.text}}}},
	})}, nil
}

// Terraform and a provider exchange at most 256 MiB in one message.
func TestWhatTerraformCannotTakeIsRefusedInOurWords(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	ctx := t.Context()
	calls := map[string]func(protocol.Server, int) []*tfprotov6.Diagnostic{
		"data": func(s protocol.Server, _ int) []*tfprotov6.Diagnostic {
			resp, _ := s.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: "talonone_x"})
			if len(resp.Diagnostics) > 0 && resp.State != nil {
				t.Error("the result is sent all the same")
			}
			return resp.Diagnostics
		},
		"read": func(s protocol.Server, _ int) []*tfprotov6.Diagnostic {
			resp, _ := s.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: "talonone_x"})
			return resp.Diagnostics
		},
		"plan": func(s protocol.Server, configured int) []*tfprotov6.Diagnostic {
			resp, _ := s.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{TypeName: "talonone_x", Config: &tfprotov6.DynamicValue{MsgPack: make([]byte, configured)}})
			return resp.Diagnostics
		},
		"import": func(s protocol.Server, _ int) []*tfprotov6.Diagnostic {
			resp, _ := s.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: "talonone_x"})
			return resp.Diagnostics
		},
	}
	for _, test := range []struct {
		call             string
		size, configured int
		want             string
	}{
		{"data", 254 * mib, 0, ""}, {"data", 256 * mib, 0, "The result of data talonone_x would be 256 MiB"},
		{"read", 127 * mib, 0, ""}, {"read", 130 * mib, 0, "It can still be destroyed"}, {"read", 256 * mib, 0, "The state of talonone_x would be 256 MiB"},
		{"plan", 120 * mib, 120 * mib, ""}, {"plan", 150 * mib, 120 * mib, "The request for an apply of talonone_x would be 270 MiB"},
		{"import", 254 * mib, 0, ""}, {"import", 256 * mib, 0, "The state of talonone_x"},
	} {
		wrapped, ok := protocol.Wrap(fake{size: test.size}).(protocol.Server)
		if !ok {
			t.Fatal("the wrapper lacks a part")
		}
		var text string
		for _, d := range calls[test.call](wrapped, test.configured) {
			text += d.Summary + ": " + d.Detail
		}
		if (text == "") != (test.want == "") || !strings.Contains(text, test.want) {
			t.Errorf("%s of %d MiB: got %q, want %q", test.call, test.size/mib, text, test.want)
		}
	}
}

// holding is a framework that notes whether someone else still has the values of a request that it works on.
type holding struct {
	protocol.Server
	during func(values ...*tfprotov6.DynamicValue)
}

func (h holding) ReadResource(_ context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	h.during(req.CurrentState)
	return &tfprotov6.ReadResourceResponse{}, nil
}

func (h holding) PlanResourceChange(_ context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	h.during(req.PriorState, req.ProposedNewState, req.Config)
	return &tfprotov6.PlanResourceChangeResponse{}, nil
}

// A state can be a hundred megabytes, and the plugin library keeps each request until its response is sent.
func TestNoOneHoldsTheStateOfARequestTwice(t *testing.T) {
	t.Parallel()
	value := func() *tfprotov6.DynamicValue { return &tfprotov6.DynamicValue{MsgPack: []byte{1}} }
	read := &tfprotov6.ReadResourceRequest{CurrentState: value()}
	plan := &tfprotov6.PlanResourceChangeRequest{PriorState: value(), ProposedNewState: value(), Config: value()}
	calls := 0
	wrapped := protocol.Wrap(holding{during: func(values ...*tfprotov6.DynamicValue) {
		calls++
		if slices.Contains(values, nil) {
			t.Error("the framework lacks a value")
		}
	}})
	if _, err := wrapped.ReadResource(t.Context(), read); err != nil || read.CurrentState != nil {
		t.Errorf("%v, the state is held", err)
	}
	if _, err := wrapped.PlanResourceChange(t.Context(), plan); err != nil || plan.PriorState != nil || plan.ProposedNewState != nil || plan.Config != nil {
		t.Errorf("%v, a value is held", err)
	}
	if calls != 2 {
		t.Errorf("%d calls", calls)
	}
}

// A deployment names audiences, items and customers, and what it names reaches terminals and the logs of CI systems.
func TestTextsOfADeploymentAreShownAndNotObeyed(t *testing.T) {
	t.Parallel()
	const hostile = "\x1b]0;title\x07a\r\n::add-mask::b ::stop-commands::c \u00a0::h \u3000::i\u2003::j ##[group]d ##vso[task.setvariable]e ##teamcity[f\u202eg"
	wrapped, ok := protocol.Wrap(fake{text: hostile}).(protocol.Server)
	if !ok {
		t.Fatal("the wrapper lacks a part")
	}
	var texts []string
	results, err := wrapped.ListResource(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for result := range results.Results {
		texts = append(texts, result.DisplayName)
	}
	events, err := wrapped.InvokeAction(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for event := range events.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			texts = append(texts, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			for _, d := range event.Diagnostics {
				texts = append(texts, d.Summary, strings.ReplaceAll(d.Detail, "\n", " "))
			}
		}
	}
	if len(texts) != 4 {
		t.Fatalf("got %q", texts)
	}
	for _, text := range texts {
		for _, obeyed := range []string{"\x1b", "\x07", "\r", "\u202e", " ::", "\u00a0::", "\u3000::", "\u2003::", "##[", "##vso[", "##teamcity["} {
			if strings.Contains(text, obeyed) {
				t.Errorf("%q holds %q", text, obeyed)
			}
		}
		if !strings.Contains(text, `\u003a:stop-commands::c`) || !strings.Contains(text, `\u0023#vso[`) {
			t.Errorf("%q is not spelled out", text)
		}
	}
}
