package protocol

import "github.com/hashicorp/terraform-plugin-go/tftypes"

// block is the one block of the provider's schemas. The lines of all others are those of attributes.
const block = "timeouts"

// inSource is the place of a diagnostic as far as Terraform finds it in a configuration: an argument, or one element of it. Terraform
// takes every further step for a nested block, and shows the first line of the resource where there is none. It finds a member of an
// object as it finds a key of a map.
func inSource(at *tftypes.AttributePath) *tftypes.AttributePath {
	if at == nil || len(at.Steps()) < 2 {
		return at
	}
	steps := at.Steps()
	if steps[0] == tftypes.AttributeName(block) {
		return at
	}
	argument := tftypes.NewAttributePathWithSteps(steps[:1])
	switch step := steps[1].(type) {
	case tftypes.AttributeName:
		return argument.WithElementKeyString(string(step))
	case tftypes.ElementKeyInt:
		return argument.WithElementKeyInt(int(step))
	case tftypes.ElementKeyString:
		return argument.WithElementKeyString(string(step))
	}
	return argument
}
