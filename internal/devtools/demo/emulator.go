package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
)

type emulator struct {
	url  string
	cmd  *exec.Cmd
	done <-chan error
}

// startEmulator runs program on a free loopback port and returns when it answers there.
func startEmulator(ctx context.Context, program, dir string) (*emulator, error) {
	urlFile := filepath.Join(dir, "emulator-url")
	// Without ctx: a Terraform that is interrupted still wants an answer to the request that it has sent.
	cmd := exec.Command(program, "-listen", "127.0.0.1:0", "-url-file", urlFile) //nolint:noctx // built by make demo; stopped by stop
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = terraformcli.OwnProcessGroup()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the emulator: %w", err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	e := &emulator{cmd: cmd, done: done}

	for {
		url, err := os.ReadFile(urlFile)
		if err == nil && bytes.HasSuffix(url, []byte("\n")) {
			e.url = strings.TrimSpace(string(url))
			return e, nil
		}
		select {
		case err := <-done:
			return nil, fmt.Errorf("the emulator ended before it listened: %w", err)
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), e.stop())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// stop ends the emulator.
func (e *emulator) stop() error {
	if err := e.cmd.Process.Signal(os.Interrupt); err != nil {
		return fmt.Errorf("stopping the emulator: %w", err)
	}
	select {
	case err := <-e.done:
		if err != nil {
			return fmt.Errorf("stopping the emulator: %w", err)
		}
		return nil
	case <-time.After(10 * time.Second):
		return errors.Join(errors.New("the emulator did not stop when asked to, and was killed"), e.cmd.Process.Kill())
	}
}

// deployment is the other end of the API, as someone without Terraform uses it.
type deployment struct {
	url string
}

// renameAudience is updateAudienceV2.
func (d deployment) renameAudience(ctx context.Context, id json.Number, name string) error {
	body, err := json.Marshal(map[string]string{"name": name})
	if err != nil {
		return err
	}
	fmt.Printf("PUT /v2/audiences/%s %s\n", id, body)
	_, err = d.send(ctx, http.MethodPut, "/v2/audiences/"+id.String(), "ApiKey-v1 "+terraformcli.IntegrationKey, body)
	return err
}

// audiences returns the names that getAudiences lists.
func (d deployment) audiences(ctx context.Context) ([]string, error) {
	answer, err := d.send(ctx, http.MethodGet, "/v1/audiences", "ManagementKey-v1 "+terraformcli.ManagementKey, nil)
	if err != nil {
		return nil, err
	}
	var list struct {
		Data []struct {
			Name string `json:"name"`
		} `json:"data"`
	}
	if err := json.Unmarshal(answer, &list); err != nil {
		return nil, fmt.Errorf("listing the audiences: %w", err)
	}
	var names []string
	for _, audience := range list.Data {
		names = append(names, audience.Name)
	}
	return names, nil
}

func (d deployment) send(ctx context.Context, method, path, authorization string, body []byte) ([]byte, error) {
	request, err := retryablehttp.NewRequestWithContext(ctx, method, d.url+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", authorization)
	request.Header.Set("Content-Type", "application/json")
	client := retryablehttp.NewClient() // waits when Terraform has just used up the requests of this second
	client.Logger = nil
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("%s %s: %s: %s", method, path, response.Status, answer)
	}
	return answer, nil
}
