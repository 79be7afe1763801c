package protocol_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"weak"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/talon-one/terraform-provider-talonone/internal/provider"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/protocol"
)

type key struct{}

// validate makes a call whose context holds something.
func validate(t *testing.T, server tfprotov6.ProviderServer) weak.Pointer[[1024]byte] {
	t.Helper()
	belongings := new([1024]byte)
	ctx := context.WithValue(t.Context(), key{}, belongings)
	if _, err := server.UpgradeResourceState(ctx, &tfprotov6.UpgradeResourceStateRequest{
		TypeName: "talonone_audience", RawState: &tfprotov6.RawState{JSON: []byte(`{"name":"VIP"}`)},
	}); err != nil {
		t.Fatal(err)
	}
	return weak.Make(belongings)
}

func TestNothingOfACallIsKept(t *testing.T) {
	t.Parallel()
	server := provider.NewServer(provider.Build{})()
	kept := validate(t, server)
	runtime.GC()
	if kept.Value() != nil {
		t.Error("what belongs to a call is still there after its end")
	}
	runtime.KeepAlive(server)
}

// waiting is a server whose reads last until they are interrupted.
type waiting struct {
	protocol.Server
	started chan any
}

func (w waiting) ReadResource(ctx context.Context, _ *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	w.started <- ctx.Value(key{})
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestAnInterruptReachesTheCall(t *testing.T) {
	t.Parallel()
	started := make(chan any, 1)
	ctx, interrupt := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
	go func() {
		if value := <-started; value != "value" {
			t.Errorf("the call sees %v, want the values of its context", value)
		}
		interrupt()
	}()
	if _, err := protocol.Wrap(waiting{started: started}).ReadResource(ctx, &tfprotov6.ReadResourceRequest{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want an interrupt", err)
	}
}
