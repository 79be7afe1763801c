package emulator_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// sdkVariable lists folders with the vendor's package talon_one of npm, of one or more versions, as `npm install` leaves them in
// node_modules. Nothing is downloaded here.
const sdkVariable = "TALONONE_JS_SDK"

// otherNames are operations that the SDK calls differently.
var otherNames = map[string]string{"getLoyaltyTransactions": "getLoyaltyProgramProfileTransactions"}

// operationsOf2022 are those of the Integration API's reference of that year.
var operationsOf2022 = []string{
	"createAudienceV2", "createCouponReservation", "createReferral", "createReferralsForMultipleAdvocates",
	"deleteAudienceMembershipsV2", "deleteAudienceV2", "deleteCouponReservation", "deleteCustomerData",
	"getCustomerInventory", "getCustomerSession", "getLoyaltyTransactions", "getReservedCustomers",
	"returnCartItems", "syncCatalog", "trackEvent", "trackEventV2", "updateAudienceCustomersAttributes",
	"updateAudienceV2", "updateCustomerProfileAudiences", "updateCustomerProfileV2", "updateCustomerProfilesV2",
	"updateCustomerSessionV2",
}

// TestVendorsSDKDrivesTheEmulator calls every operation that the SDK and the emulator share, with IDs and codes that need escaping.
//
//nolint:paralleltest // the versions together use all operations of 2022
func TestVendorsSDKDrivesTheEmulator(t *testing.T) {
	t.Parallel()
	folders := filepath.SplitList(os.Getenv(sdkVariable))
	node, err := exec.LookPath("node")
	if err != nil || len(folders) == 0 {
		t.Skipf("needs node, and in %s the folders of the npm package talon_one; CONTRIBUTING.md says how", sdkVariable)
	}
	script, err := filepath.Abs(filepath.Join("testdata", "sdk", "drive.js"))
	if err != nil {
		t.Fatal(err)
	}
	used := make(map[string]bool)
	for _, folder := range folders {
		t.Run(versionOf(t, folder), func(t *testing.T) {
			values := conventions.Defaults()
			values[conventions.LegacyEvents] = conventions.Yes
			d := start(t, emulator.Options{Conventions: values})
			cmd := exec.CommandContext(t.Context(), node, script, folder, d.url) //nolint:gosec // the folder comes from whoever runs the tests
			cmd.Stderr = t.Output()
			printed, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, printed)
			}
			var results map[string]string
			if err := json.Unmarshal(printed, &results); err != nil {
				t.Fatalf("%v\n%s", err, printed)
			}
			for name, problem := range results {
				if problem != "" {
					t.Errorf("%s: %s", name, problem)
				}
			}
			answered := make(map[string]bool)
			for _, r := range d.server.Requests() {
				if r.Status >= 200 && r.Status < 300 {
					answered[r.Operation] = true
					used[r.Operation] = true
				}
			}
			source := sourceOf(t, folder)
			for _, operation := range d.server.Operations() {
				name := operation
				if other := otherNames[operation]; other != "" {
					name = other
				}
				if strings.Contains(source, "function "+name+"(") && !answered[operation] {
					t.Errorf("the SDK has %s, and it was not carried out", name)
				}
			}
		})
	}
	if len(folders) < 2 {
		return // one version lacks the operations of the other
	}
	for _, operation := range operationsOf2022 {
		if !used[operation] {
			t.Errorf("%s was not used", operation)
		}
	}
}

func versionOf(t *testing.T, folder string) string {
	t.Helper()
	var about struct{ Version string }
	content, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &about); err != nil {
		t.Fatal(err)
	}
	return about.Version
}

// sourceOf is the text of the SDK's operations.
func sourceOf(t *testing.T, folder string) string {
	t.Helper()
	var all []string
	files, err := filepath.Glob(filepath.Join(folder, "dist", "api", "*.js"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s is no package talon_one: %v", folder, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(content))
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}
