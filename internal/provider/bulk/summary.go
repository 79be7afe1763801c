package bulk

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Summary is the size of one synchronisation, planned or done.
type Summary struct {
	Added, Updated, Removed, Requests int
}

// Summary counts the changes; requests is how many requests they take.
func (c Changes) Summary(requests int) Summary {
	return Summary{Added: len(c.Added), Updated: len(c.Updated), Removed: len(c.Removed), Requests: requests}
}

var (
	summaryTypes = map[string]attr.Type{
		"added":    types.Int64Type,
		"updated":  types.Int64Type,
		"removed":  types.Int64Type,
		"requests": types.Int64Type,
	}
	membershipSummaryTypes = map[string]attr.Type{
		"added":    types.Int64Type,
		"removed":  types.Int64Type,
		"requests": types.Int64Type,
	}
)

// LastSyncAttribute is the computed attribute that shows in the plan how much will happen. noun is what is
// synchronised, in the plural.
func LastSyncAttribute(noun string) schema.SingleNestedAttribute {
	attribute := MembershipLastSyncAttribute(noun)
	attribute.Attributes["updated"] = count("How many " + noun + " are changed.")
	return attribute
}

// MembershipLastSyncAttribute is LastSyncAttribute for objects without content, which can only come and go.
func MembershipLastSyncAttribute(noun string) schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		Computed: true,
		MarkdownDescription: "The size of the last synchronisation. It is known at plan time, so that a plan and its JSON form show how " +
			"much an apply will do before it does it.",
		Attributes: map[string]schema.Attribute{
			"added":    count("How many " + noun + " are added."),
			"removed":  count("How many " + noun + " are removed."),
			"requests": count("How many write requests it takes."),
		},
	}
}

func count(description string) schema.Int64Attribute {
	return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
}

// Object is the value of a LastSyncAttribute.
func (s Summary) Object() types.Object {
	return types.ObjectValueMust(summaryTypes, map[string]attr.Value{
		"added":    types.Int64Value(int64(s.Added)),
		"updated":  types.Int64Value(int64(s.Updated)),
		"removed":  types.Int64Value(int64(s.Removed)),
		"requests": types.Int64Value(int64(s.Requests)),
	})
}

// MembershipObject is the value of a MembershipLastSyncAttribute.
func (s Summary) MembershipObject() types.Object {
	return types.ObjectValueMust(membershipSummaryTypes, map[string]attr.Value{
		"added":    types.Int64Value(int64(s.Added)),
		"removed":  types.Int64Value(int64(s.Removed)),
		"requests": types.Int64Value(int64(s.Requests)),
	})
}

// UnknownSummary is the value of a LastSyncAttribute while the desired objects are unknown.
func UnknownSummary() types.Object {
	return types.ObjectUnknown(summaryTypes)
}

// UnknownMembershipSummary is the value of a MembershipLastSyncAttribute while the desired members are unknown.
func UnknownMembershipSummary() types.Object {
	return types.ObjectUnknown(membershipSummaryTypes)
}
