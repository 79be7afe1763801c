package customer_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const deletion = "talonone_customer_data_deletion.anna"

func dataDeletion(settings string) string {
	return "resource \"talonone_customer_data_deletion\" \"anna\" {\n" + settings + "\n}\n"
}

func found(want bool) []statecheck.StateCheck {
	return []statecheck.StateCheck{statecheck.ExpectKnownValue(deletion, tfjsonpath.New("found"), knownvalue.Bool(want))}
}

func TestDeletionErasesOnceAndWhenTriggersChange(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	fill := func() { setAttributes(t, d, "anna", map[string]any{"age": 42}); d.Forget() }
	erased := d.ExpectWrites(map[string]int{"deleteCustomerData": 1})
	replaces := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(deletion, plancheck.ResourceActionDestroyBeforeCreate)}}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{PreConfig: fill, Config: d.Config(dataDeletion(`integration_id = "anna"`)), ConfigStateChecks: found(true), Check: erased},
			{PreConfig: fill, Config: d.Config(dataDeletion(`integration_id = "anna"`)), ConfigPlanChecks: noChange, Check: expectAttributes(t, d, "anna", map[string]any{"age": 42.0})},
			{
				PreConfig: fill, Config: d.Config(dataDeletion("integration_id = \"anna\"\ntriggers = { request = \"4711\" }")),
				ConfigPlanChecks: replaces, Check: erased,
			},
			{
				PreConfig: fill, Config: d.Config(dataDeletion("integration_id = \"anna\"\ntriggers = { request = \"4712\" }")),
				ConfigPlanChecks: replaces, Check: erased,
			},
			{
				PreConfig: fill, Config: d.Config(dataDeletion(`integration_id = "anna"`)),
				ConfigPlanChecks: replaces, Check: erased,
			},
			{
				// An unknown customer leaves nothing to do, and a warning.
				PreConfig: fill, Config: d.Config(dataDeletion(`integration_id = "nobody"`)),
				ConfigPlanChecks: replaces, ConfigStateChecks: found(false), Check: erased,
			},
			{
				// No triggers and empty ones are the same.
				PreConfig: fill, Config: d.Config(dataDeletion("integration_id = \"nobody\"\ntriggers = {}")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(deletion, plancheck.ResourceActionUpdate)}},
				Check:            d.ExpectWrites(map[string]int{}),
			},
			{PreConfig: fill, Config: d.Config(""), Check: d.ExpectWrites(map[string]int{})},
		},
	})
}

func TestDeletionOfACustomerThatBecomesKnownDuringApply(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	setAttributes(t, d, "anna", map[string]any{"age": 42})
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.Config("resource \"terraform_data\" \"id\" {\n  input = \"anna\"\n}\n" +
				dataDeletion("integration_id = terraform_data.id.output\ntriggers = { at = terraform_data.id.output }")),
			Check: expectAttributes(t, d, "anna", map[string]any{}),
		}},
	})
}

func TestFailedDeletionIsRepeated(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	setAttributes(t, d, "anna", map[string]any{"age": 42})
	fault := emulator.Fault{Method: http.MethodDelete, Status: http.StatusInternalServerError, Times: 1}
	impatient := func(settings string) string { return d.ConfigWith(keys+"\nmax_retries = 0", dataDeletion(settings)) }
	again := "integration_id = \"anna\"\ntriggers = { request = \"4711\" }"
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{PreConfig: addFault(t, d, fault), Config: impatient(`integration_id = "anna"`), ExpectError: regexp.MustCompile(`(?s)Unable to erase customer data of profile "anna".*500`)},
			{Config: impatient(`integration_id = "anna"`), ConfigStateChecks: found(true)},
			{PreConfig: addFault(t, d, fault), Config: impatient(again), ExpectError: regexp.MustCompile(`500`)},
			{Config: impatient(again), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(deletion, plancheck.ResourceActionCreate)}}},
		},
	})
}

func TestDeletionMistakesAreExplained(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for name, test := range map[string]struct{ keys, settings, want string }{
		"empty ID":    {keys, `integration_id = ""`, `(?s)integration_id.*between 1 and 1000`},
		"missing key": {`management_api_key = "demo-management-key"`, `integration_id = "a"`, `(?s)talonone_customer_data_deletion.*TALONONE_INTEGRATION_API_KEY`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: d.ConfigWith(test.keys, dataDeletion(test.settings)), ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}

// eraser is the action talonone_delete_customer_data, spoken to over the protocol,
// since actions need a newer CLI than the oldest that is supported.
type eraser struct {
	t      *testing.T
	server tfprotov6.ProviderServerWithActions //nolint:staticcheck // The framework serves actions through it until they are part of every server.
}

func newEraser(t *testing.T, d *acctest.Deployment) eraser {
	t.Helper()
	made, err := acctest.Factories()["talonone"]()
	if err != nil {
		t.Fatal(err)
	}
	server, ok := made.(tfprotov6.ProviderServerWithActions) //nolint:staticcheck // As above.
	if !ok {
		t.Fatal("the provider has no actions")
	}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	kind, ok := schemas.Provider.ValueType().(tftypes.Object)
	if !ok {
		t.Fatal("the provider's configuration is no object")
	}
	settings := make(map[string]tftypes.Value, len(kind.AttributeTypes))
	for name, attribute := range kind.AttributeTypes {
		settings[name] = tftypes.NewValue(attribute, nil)
	}
	settings["base_url"] = tftypes.NewValue(tftypes.String, d.URL)
	settings["integration_api_key"] = tftypes.NewValue(tftypes.String, acctest.IntegrationKey)
	config, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, settings))
	if err != nil {
		t.Fatal(err)
	}
	configured, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.14.0", Config: &config})
	if err != nil || len(configured.Diagnostics) > 0 {
		t.Fatal(err, configured.Diagnostics)
	}
	return eraser{t, server}
}

// run validates, plans and invokes the action, and returns the diagnostics as
// "severity attribute: summary", and what was told meanwhile.
func (e eraser) run(id, confirm any) (diagnostics, progress []string) {
	e.t.Helper()
	kind := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"integration_id": tftypes.String, "confirm": tftypes.String}}
	config, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, map[string]tftypes.Value{
		"integration_id": tftypes.NewValue(tftypes.String, id), "confirm": tftypes.NewValue(tftypes.String, confirm),
	}))
	if err != nil {
		e.t.Fatal(err)
	}
	add := func(found []*tfprotov6.Diagnostic) bool {
		for _, d := range found {
			text := d.Severity.String() + " "
			if d.Attribute != nil {
				text += d.Attribute.String() + ": "
			}
			diagnostics = append(diagnostics, text+d.Summary)
		}
		return slices.ContainsFunc(found, func(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityError })
	}
	const name = "talonone_delete_customer_data"
	valid, err := e.server.ValidateActionConfig(e.t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: name, Config: &config})
	if err != nil {
		e.t.Fatal(err)
	}
	if add(valid.Diagnostics) {
		return diagnostics, nil
	}
	planned, err := e.server.PlanAction(e.t.Context(), &tfprotov6.PlanActionRequest{ActionType: name, Config: &config})
	if err != nil {
		e.t.Fatal(err)
	}
	if add(planned.Diagnostics) || id == tftypes.UnknownValue || confirm == tftypes.UnknownValue {
		return diagnostics, nil
	}
	stream, err := e.server.InvokeAction(e.t.Context(), &tfprotov6.InvokeActionRequest{ActionType: name, Config: &config})
	if err != nil {
		e.t.Fatal(err)
	}
	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			add(event.Diagnostics)
		}
	}
	return diagnostics, progress
}

func TestDeletionActionErasesWhatIsConfirmed(t *testing.T) {
	t.Parallel()
	const planned = `WARNING The action erases data of profile "anna"`
	for name, test := range map[string]struct {
		id, confirm any
		want        string
		progress    int
		requests    int
	}{
		"confirmed":        {"anna", "anna", planned, 1, 1},
		"not confirmed":    {"anna", "Anna", `ERROR AttributeName("confirm"): Erasure is not confirmed`, 0, 0},
		"nothing":          {"", "", `ERROR AttributeName("integration_id"): Invalid Attribute Value Length`, 0, 0},
		"unknown customer": {"nobody", "nobody", `WARNING The action erases data of profile "nobody"` + "\n" + `WARNING AttributeName("integration_id"): There was no customer data to erase`, 0, 1},
		"unknown ID":       {tftypes.UnknownValue, "anna", "WARNING The action erases data of a profile whose ID is not known yet", 0, 0},
		"unknown consent":  {"anna", tftypes.UnknownValue, planned, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			setAttributes(t, d, "anna", map[string]any{"age": 42})
			diagnostics, progress := newEraser(t, d).run(test.id, test.confirm)
			if got := strings.Join(diagnostics, "\n"); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			if len(progress) != test.progress || d.Count("deleteCustomerData") != test.requests {
				t.Errorf("%d messages and %d erasures, want %d and %d", len(progress), d.Count("deleteCustomerData"), test.progress, test.requests)
			}
			if left := attributesOf(t, d, "anna"); (len(left) == 0) != (name == "confirmed") {
				t.Errorf("anna has %v", left)
			}
		})
	}
}

func TestDeletionActionReportsAFailure(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	addFault(t, d, emulator.Fault{Method: http.MethodDelete, Status: http.StatusForbidden})()
	diagnostics, _ := newEraser(t, d).run("anna", "anna")
	if got := diagnostics[len(diagnostics)-1]; got != `ERROR Unable to erase customer data of profile "anna"` {
		t.Errorf("got %s", got)
	}
}

// The warnings of the second call of a replacement are dropped, so the first one gives them.
func TestRepeatedDeletionIsAnnounced(t *testing.T) {
	t.Parallel()
	s := newShell(t, acctest.Start(t))
	s.configure(dataDeletion(`integration_id = "anna"`))
	s.apply(`Applying erases data of profile "anna"`)
	s.configure(dataDeletion("integration_id = \"anna\"\ntriggers = { request = \"2\" }"))
	s.run(0, []string{`Applying erases data of profile "anna"`, "can't be undone"}, "plan")
}
