package main

// check is one feature: a configuration, and commands that must do what they do where the CLI has the feature. What a
// CLI can do is tried, never read off its version.
type check struct {
	feature  string
	files    map[string]string
	example  string // folder under examples/ whose files are added
	commands []command
}

type command struct {
	args []string
	// shows is a part of the output.
	shows string
}

const (
	required = `terraform {
  required_providers {
    talonone = { source = "talon-one/talonone" }
  }
}
`
	// The deployment has this audience, with the ID 701.
	audience = `resource "talonone_audience" "vip" {
  name        = "VIP"
  description = "Was there before."
}
`
	clearing = `action "talonone_clear_audience" "vip" {
  config {
    audience_id = 701
  }
}
`
)

var (
	plan   = command{args: []string{"plan", "-no-color"}}
	apply  = command{args: []string{"apply", "-auto-approve", "-no-color"}}
	settle = command{args: []string{"plan", "-detailed-exitcode", "-no-color"}} // ends with 2 where something is left to do
)

// imported is an apply that imports one object, and changes nothing.
var imported = command{apply.args, "1 imported, 0 added, 0 changed, 0 destroyed"}

// triggered is a resource that runs the action at an event.
func triggered(event string) string {
	return `resource "terraform_data" "release" {
  lifecycle {
    action_trigger {
      events  = [` + event + `]
      actions = [action.talonone_clear_audience.vip]
    }
  }
}
`
}

// checks are the columns of the table.
var checks = []check{
	{
		feature: "plan, apply, destroy", example: "quickstart",
		commands: []command{plan, apply, settle, {[]string{"destroy", "-auto-approve", "-no-color"}, "Destroy complete!"}},
	},
	{
		feature:  "`import` command",
		files:    map[string]string{"main.tf": required + audience},
		commands: []command{{[]string{"import", "-no-color", "talonone_audience.vip", "701"}, "Import successful!"}, settle},
	},
	{
		feature:  "`import` block",
		files:    map[string]string{"main.tf": required + audience + "import {\n  to = talonone_audience.vip\n  id = \"701\"\n}\n"},
		commands: []command{imported, settle},
	},
	{
		// Catalog items have computed attributes within an attribute, which some CLIs fail over.
		feature: "generated configuration",
		files: map[string]string{"main.tf": required + "import {\n  to = talonone_audience.vip\n  id = \"701\"\n}\n" +
			"import {\n  to = talonone_catalog_items.shoes\n  id = \"6\"\n}\n"},
		commands: []command{
			{args: []string{"plan", "-no-color", "-generate-config-out=generated.tf"}},
			// The import records no ownership, so the first apply does, without a request.
			{apply.args, "2 imported, 0 added, 1 changed, 0 destroyed"}, settle,
		},
	},
	{
		feature:  "functions",
		files:    map[string]string{"main.tf": required + "output \"members\" {\n  value = provider::talonone::members([\"b\", \"a\"])\n}\n"},
		commands: []command{apply, {[]string{"output", "-raw", "members"}, `{"a":true,"b":true}`}},
	},
	{
		feature: "`terraform test`",
		files: map[string]string{
			"main.tf":             required + "resource \"talonone_audience\" \"new\" {\n  name = \"New\"\n}\n",
			"tests/it.tftest.hcl": "run \"named\" {\n  assert {\n    condition     = talonone_audience.new.id > 701\n    error_message = \"The ID is no new one.\"\n  }\n}\n",
		},
		commands: []command{{[]string{"test", "-no-color"}, "1 passed, 0 failed"}},
	},
	{
		feature: "`mock_provider`",
		files: map[string]string{
			"main.tf":             required + "resource \"talonone_audience\" \"new\" {\n  name = \"New\"\n}\n",
			"tests/it.tftest.hcl": "mock_provider \"talonone\" {}\nrun \"mocked\" {\n  assert {\n    condition     = talonone_audience.new.name == \"New\"\n    error_message = \"The name is lost.\"\n  }\n}\n",
		},
		commands: []command{{[]string{"test", "-no-color"}, "1 passed, 0 failed"}},
	},
	{
		feature:  "import by identity",
		files:    map[string]string{"main.tf": required + audience + "import {\n  to = talonone_audience.vip\n  identity = {\n    id = 701\n  }\n}\n"},
		commands: []command{imported, settle},
	},
	{
		feature: "`terraform query`",
		files: map[string]string{
			"main.tf":           required,
			"all.tfquery.hcl":   "list \"talonone_audience\" \"all\" {\n  provider = talonone\n}\n",
			"provider_query.tf": "provider \"talonone\" {}\n",
		},
		commands: []command{
			{[]string{"query", "-no-color"}, `"VIP" (701)`},
			{[]string{"query", "-no-color", "-generate-config-out=generated.tf"}, `"VIP" (701)`},
			imported, settle,
		},
	},
	{
		feature:  "action by `-invoke`",
		files:    map[string]string{"main.tf": required + clearing},
		commands: []command{{append(apply.args, "-invoke=action.talonone_clear_audience.vip"), "Audience 701 is empty."}},
	},
	{
		feature:  "action by trigger",
		files:    map[string]string{"main.tf": required + clearing + triggered("after_create")},
		commands: []command{{apply.args, "Audience 701 is empty."}, settle},
	},
	{
		feature:  "action before destroy",
		files:    map[string]string{"main.tf": required + clearing + triggered("before_destroy")},
		commands: []command{apply, settle, {[]string{"destroy", "-auto-approve", "-no-color"}, "Audience 701 is empty."}},
	},
}
