//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
)

// A membersCase is one way to put members.csv into an audience, or for comparison into Terraform alone.
type membersCase struct {
	name string
	size int
	// exchanged is how many members the second file has exchanged for others; 0 adds one.
	exchanged int
	// config is the configuration beside members.csv, given the audience's number.
	config func(audience string) string
}

// listOfMembers is a list; a for expression would make a tuple, which takes Terraform itself several times longer to pass
// to a function.
const listOfMembers = `csvdecode(file("${path.module}/members.csv"))[*].id`

func membershipsConfig(members string) func(string) string {
	return func(audience string) string {
		return header + "resource \"talonone_audience_memberships\" \"all\" {\n  audience_id = " + audience + "\n" + members + "\n}\n"
	}
}

func floorConfig(input string) func(string) string {
	return func(string) string { return "resource \"terraform_data\" \"floor\" {\n  input = " + input + "\n}\n" }
}

var (
	exclusive = membershipsConfig("ownership = \"exclusive\"\nmembers_file = { path = \"${path.module}/members.csv\", column = \"id\" }")
	million   = membersCase{"1,000,000 members by `members_file`, exclusive", 1_000_000, 500, exclusive}
	millions  = membersCase{"5,000,000 members by `members_file`, exclusive", 5_000_000, 500, exclusive}
	byJSON    = membersCase{"10,000 members by `members_json`, additive", 10_000, 0, membershipsConfig("members_json = provider::talonone::members(" + listOfMembers + ")")}
	floorMap  = membersCase{"10,000 members in `terraform_data` (floor)", 10_000, 0, floorConfig("{ for id in " + listOfMembers + " : id => true }")}
	byHand    = membersCase{"5,000 members by `members`, additive", 4_999, 0, membershipsConfig("members = " + listOfMembers)}
	floorList = membersCase{"5,000 members in `terraform_data` (floor)", 4_999, 0, floorConfig(listOfMembers)}
)

// membersResult is a case with its measured steps: create, plan without a change, plan of a change, apply of it.
type membersResult struct {
	steps []step
	sort  usage // of sorting the file
	state int64 // bytes
}

func (r membersResult) each(show func(step) string) string {
	parts := make([]string, len(r.steps))
	for i, s := range r.steps {
		parts[i] = show(s)
	}
	return strings.Join(parts, " / ")
}

// writes are the requests that changed members.
func (s step) writes() int {
	return s.requests["updateCustomerProfileAudiences"] + s.requests["importAudiencesMemberships"] + s.requests["deleteAudienceMembershipsV2"]
}

// benchMembers measures the cases about audiences' members whose name contains only, and returns their table.
func (l *lab) benchMembers(ctx context.Context, only string) (string, error) {
	results := make(map[string]membersResult)
	var out strings.Builder
	out.WriteString("| case | write requests | exports | CPU of CLI and provider, s | provider's CPU, s | provider's peak MB | state, MB |\n")
	out.WriteString("| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, c := range []membersCase{floorMap, byJSON, floorList, byHand, million, millions} {
		if !strings.Contains(c.name, only) {
			continue
		}
		r, err := l.measureMembers(ctx, c)
		if err != nil {
			return "", fmt.Errorf("%s: %w", c.name, err)
		}
		results[c.name] = r
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s | %s | %.1f |\n", c.name,
			r.each(func(s step) string { return fmt.Sprint(s.writes()) }),
			r.each(func(s step) string { return fmt.Sprint(s.requests["exportAudiencesMemberships"]) }),
			r.each(func(s step) string { return seconds(s.total.CPU) }),
			r.each(func(s step) string { return seconds(s.provider.CPU) }),
			r.each(func(s step) string { return megabytes(s.provider.Peak) }),
			float64(r.state)/1e6)
	}
	var missed []error
	for _, check := range membersChecks(results) {
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

func membersChecks(results map[string]membersResult) []check {
	var all []check
	requests := func(c membersCase, want string) {
		if r, ok := results[c.name]; ok {
			got := r.each(func(s step) string { return fmt.Sprint(s.writes()) })
			all = append(all, check{c.name + ": write requests " + want, got, got == want})
		}
	}
	requests(million, "1 / 0 / 0 / 1")
	requests(byJSON, "10 / 0 / 0 / 1")
	requests(byHand, "5 / 0 / 0 / 1")
	if r, ok := results[million.name]; ok {
		noop := r.steps[1]
		all = append(all,
			check{million.name + ", no-op plan: 1 export request", fmt.Sprint(noop.requests["exportAudiencesMemberships"]), noop.requests["exportAudiencesMemberships"] == 1},
			check{
				million.name + ", no-op plan: CPU under 3 times sorting the file",
				fmt.Sprintf("%.2f times %s s", noop.total.CPU.Seconds()/r.sort.CPU.Seconds(), seconds(r.sort.CPU)), noop.total.CPU < 3*r.sort.CPU,
			})
	}
	for _, c := range []struct {
		membersCase
		step int
		name string
		most int64
	}{{million, 1, "no-op plan", 60e6}, {millions, 0, "create", 500e6}, {millions, 1, "no-op plan", 100e6}, {millions, 2, "plan of a change", 500e6}, {millions, 3, "apply of it", 550e6}} {
		if r, ok := results[c.membersCase.name]; ok {
			peak := r.steps[c.step].provider.Peak
			all = append(all, check{fmt.Sprintf("%s, %s: provider's peak memory under %s MB", c.membersCase.name, c.name, megabytes(c.most)), megabytes(peak) + " MB", peak < c.most})
		}
	}
	compare := func(c, floor membersCase, most float64, what string) {
		r, ok := results[c.name]
		f, also := results[floor.name]
		if !ok || !also {
			return
		}
		var total, floorTotal float64
		for i, s := range r.steps {
			total += s.total.CPU.Seconds()
			floorTotal += f.steps[i].total.CPU.Seconds()
		}
		all = append(all, check{c.name + ": " + what, fmt.Sprintf("%.2f of it over all steps", total/floorTotal), total/floorTotal < most})
	}
	compare(byJSON, floorMap, 1, "CPU below the floor")
	compare(byHand, floorList, 3, "CPU at most 3 times the floor")
	return all
}

func (l *lab) measureMembers(ctx context.Context, c membersCase) (membersResult, error) {
	var r membersResult
	dir, err := os.MkdirTemp(l.work, "members-")
	if err != nil {
		return r, err
	}
	audience, err := l.newAudience(ctx)
	if err != nil {
		return r, err
	}
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "main.tf"), []byte(c.config(audience)), 0o600), writeMembers(dir, 0, c.size)); err != nil {
		return r, err
	}
	sorting := exec.CommandContext(ctx, "sort", "-o", os.DevNull, filepath.Join(dir, "members.csv"))
	if err := sorting.Run(); err != nil {
		return r, err
	}
	r.sort = used(sorting.ProcessState)
	from, to := c.exchanged, c.size+c.exchanged
	if c.exchanged == 0 {
		to++
	}
	for _, do := range []struct {
		name   string
		change bool
		args   []string
	}{
		{"create", false, []string{"apply", "-auto-approve"}},
		{"no-op plan", false, []string{"plan", "-detailed-exitcode"}},
		{"plan of a change", true, []string{"plan", "-out=one.tfplan"}},
		{"apply of it", false, []string{"apply", "one.tfplan"}},
	} {
		if do.change {
			if err := writeMembers(dir, from, to); err != nil {
				return r, err
			}
		}
		fmt.Printf("%s: %s\n", c.name, do.name)
		measured, err := l.terraform(ctx, do.name, dir, do.args...)
		if err != nil {
			return r, err
		}
		r.steps = append(r.steps, measured)
	}
	info, err := os.Stat(filepath.Join(dir, "terraform.tfstate"))
	if err != nil {
		return r, err
	}
	r.state = info.Size()
	return r, nil
}

// newAudience makes an empty audience of its own for a case.
func (l *lab) newAudience(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url+"/v2/audiences", bytes.NewReader([]byte(`{"name":"Benchmark"}`)))
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "ApiKey-v1 "+terraformcli.IntegrationKey)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	var audience struct{ ID json.Number }
	err = json.NewDecoder(resp.Body).Decode(&audience)
	return audience.ID.String(), err
}

// writeMembers writes the members with these numbers, in no order, as a warehouse does.
func writeMembers(dir string, from, to int) error {
	var text strings.Builder
	text.WriteString("id\n")
	for i := from; i < to; i++ {
		fmt.Fprintf(&text, "%08x-%06d\n", uint32(i)*2654435761, i) //nolint:gosec // it only mixes the order
	}
	return os.WriteFile(filepath.Join(dir, "members.csv"), []byte(text.String()), 0o600)
}
