//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
)

const (
	beginLoad = "<!-- load: written by make load -->"
	endLoad   = "<!-- /load -->"

	parallelism = "-parallelism=50"
	// maxLoadPeak bounds the provider's memory, and maxRefused is one in how many requests may be refused with 429.
	maxLoadPeak = 300_000_000
	maxRefused  = 100
)

// loadStep is a measured run of many resources.
type loadStep struct {
	step
	sent, refused int
}

// load applies, plans and destroys so many resources of all kinds and returns a table of what it took. It fails when a
// limit is missed, a plan isn't empty or something is left behind.
func (l *lab) load(ctx context.Context, config string, resources int) (string, error) {
	dir, err := os.MkdirTemp(l.work, "load-")
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(config)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), text, 0o600); err != nil {
		return "", err
	}
	l.cli.Env = append(l.cli.Env, "TF_VAR_resources="+strconv.Itoa(resources))
	var steps []loadStep
	managed := 0
	for _, do := range []struct {
		name string
		args []string
	}{
		{"create", []string{"apply", "-auto-approve", parallelism}},
		{"plan without a change", []string{"plan", "-detailed-exitcode", parallelism}},
		{"destroy", []string{"destroy", "-auto-approve", parallelism}},
	} {
		fmt.Printf("%d resources: %s\n", resources, do.name)
		measured, err := l.terraform(ctx, do.name, dir, do.args...)
		if err != nil {
			return "", err
		}
		log, err := l.requests(ctx)
		if err != nil {
			return "", err
		}
		one := loadStep{step: measured, sent: len(log)}
		for _, request := range log {
			if request.Status == http.StatusTooManyRequests {
				one.refused++
			}
		}
		steps = append(steps, one)
		fmt.Printf("  %s, %d requests, %d refused, %s MB, %v\n", one.wall.Round(1e9), one.sent, one.refused, megabytes(one.provider.Peak), one.requests)
		if managed == 0 {
			if managed, err = managedIn(filepath.Join(dir, "terraform.tfstate")); err != nil {
				return "", err
			}
		}
	}
	table, missed := renderLoad(steps, managed)
	left := l.nothingLeft(ctx)
	for range 20 {
		if left == nil {
			break
		}
		// Reads may lag behind the destroy.
		time.Sleep(500 * time.Millisecond)
		left = l.nothingLeft(ctx)
	}
	return table, errors.Join(missed, left)
}

func renderLoad(steps []loadStep, managed int) (string, error) {
	var out strings.Builder
	fmt.Fprintf(&out, "| %d resources of all kinds, `%s` | requests | of a resource | refused with 429 | time, s | CPU of CLI and provider, s | provider's CPU, s | provider's peak MB |\n", managed, parallelism)
	out.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	var missed []error
	var peak int64
	sent, refused := 0, 0
	for _, s := range steps {
		fmt.Fprintf(&out, "| %s | %d | %.2f | %d | %.0f | %s | %s | %s |\n", s.name, s.sent, float64(s.sent)/float64(managed), s.refused,
			s.wall.Seconds(), seconds(s.total.CPU), seconds(s.provider.CPU), megabytes(s.provider.Peak))
		peak, sent, refused = max(peak, s.provider.Peak), sent+s.sent, refused+s.refused
	}
	for _, check := range []check{
		{"at most 1 in 100 requests refused with 429", fmt.Sprintf("%d of %d", refused, sent), refused*maxRefused <= sent},
		{"provider's peak memory under 300 MB", megabytes(peak) + " MB", peak < maxLoadPeak},
	} {
		mark := "reached"
		if !check.ok {
			mark = "missed"
			missed = append(missed, fmt.Errorf("missed: %s: %s", check.what, check.measured))
		}
		fmt.Fprintf(&out, "\n- %s: %s (%s)", check.what, check.measured, mark)
	}
	out.WriteString("\n")
	return out.String(), errors.Join(missed...)
}

// managedIn counts the resources in a state file.
func managedIn(file string) (int, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	var state struct {
		Resources []struct {
			Instances []json.RawMessage `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal(text, &state); err != nil {
		return 0, err
	}
	n := 0
	for _, r := range state.Resources {
		n += len(r.Instances)
	}
	return n, nil
}

// nothingLeft checks that a destroy has left nothing behind that can be destroyed.
func (l *lab) nothingLeft(ctx context.Context) error {
	var errs []error
	for _, path := range []string{"/v1/audiences", "/v1/catalogs/6/items", "/v1/applications/1/campaigns/11/referrals/no_total"} {
		body, err := l.get(ctx, path)
		if err != nil {
			return err
		}
		var listing struct {
			Data []json.RawMessage `json:"data"`
		}
		if err := json.Unmarshal(body, &listing); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if len(listing.Data) > 0 {
			errs = append(errs, fmt.Errorf("left behind after the destroy: %d of %s", len(listing.Data), path))
		}
	}
	return errors.Join(errs...)
}

func (l *lab) get(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.url+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "ManagementKey-v1 "+terraformcli.ManagementKey)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	return io.ReadAll(resp.Body)
}
