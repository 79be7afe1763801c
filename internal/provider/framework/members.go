package framework

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
)

// MemberNoun is what messages call the rows of an audience.
var MemberNoun = bulk.Noun{One: "member", Many: "members"}

// MembersKind begins the targets of all resources that manage members.
const MembersKind = "audience"

// MembersTarget is where the members of an audience are, for all resources that manage some.
func MembersTarget(audienceID types.Int64) string { return MembersKind + " " + audienceID.String() }
