package bulk

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var lastSyncTypes = map[string]attr.Type{
	"added": types.Int64Type, "updated": types.Int64Type, "removed": types.Int64Type, "released": types.Int64Type,
	"summary": types.StringType,
}

// LastSyncSchema is the computed attribute that shows in the plan how much will happen. It changes only together with
// rows, and always when rows change: a reader of plans may rely on both.
func LastSyncSchema(noun Noun) schema.SingleNestedAttribute {
	count := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	return schema.SingleNestedAttribute{
		Computed: true,
		MarkdownDescription: "The last change of the " + noun.Many + ". It is known when planning, so that a plan and its JSON show how much an apply " +
			"does. It changes only when " + noun.Many + " change; a refresh never changes it.",
		Attributes: map[string]schema.Attribute{
			"added":    count("Number of " + noun.Many + " that are new to this resource, whether or not they exist already."),
			"updated":  count("Number of " + noun.Many + " with other content."),
			"removed":  count("Number of " + noun.Many + " that are removed."),
			"released": count("Number of " + noun.Many + " that stay as they are and are no longer managed by this resource."),
			"summary": schema.StringAttribute{Computed: true, MarkdownDescription: "The numbers in one line, such as `+100 −100, 500 " + noun.Many +
				" in all (3f1c9a02)`. The code in parentheses is different for every change, so that two changes with the same numbers look different."},
		},
	}
}

// NullLastSync is the value of last_sync before the first change of rows, as after an import.
func NullLastSync() types.Object { return types.ObjectNull(lastSyncTypes) }

// UnknownLastSync is the value of last_sync while the desired rows are unknown.
func UnknownLastSync() types.Object { return types.ObjectUnknown(lastSyncTypes) }

// LastSync is the value of last_sync for a plan. It depends on nothing but its arguments, so that Terraform's second plan
// finds the same: prior is last_sync of the state, null in a create; total is how many rows the resource manages
// afterwards; content, which may be nil, is what makes two rows of one key differ. An empty plan keeps prior.
func (p Plan) LastSync(prior types.Object, total int, noun Noun, content func(key string) string) types.Object {
	if p.Empty() && !prior.IsNull() && !prior.IsUnknown() {
		return prior
	}
	return types.ObjectValueMust(lastSyncTypes, map[string]attr.Value{
		"added":    types.Int64Value(int64(len(p.Added))),
		"updated":  types.Int64Value(int64(len(p.Updated))),
		"removed":  types.Int64Value(int64(len(p.Removed))),
		"released": types.Int64Value(int64(len(p.Released))),
		"summary":  types.StringValue(p.summary(total, noun) + " (" + p.fingerprint(prior, content) + ")"),
	})
}

// summary is the sentence for people: "+3 ~1 −2, 1 released, 500 items in all".
func (p Plan) summary(total int, noun Noun) string {
	text := ""
	for _, part := range []struct {
		sign string
		keys []string
	}{{"+", p.Added}, {"~", p.Updated}, {"−", p.Removed}} {
		if len(part.keys) > 0 {
			text += part.sign + Thousands(len(part.keys)) + " "
		}
	}
	if text != "" {
		text = text[:len(text)-1] + ", "
	}
	if len(p.Released) > 0 {
		text += Thousands(len(p.Released)) + " released, "
	}
	return text + noun.Count(total) + " in all"
}

// fingerprint tells changes apart that have the same numbers. It includes the one before, so that a change that is made
// once more, after someone has undone it, shows once more.
func (p Plan) fingerprint(prior types.Object, content func(key string) string) string {
	hash := sha256.New()
	var buffer []byte
	write := func(text string) {
		buffer = append(append(buffer[:0], text...), 0)
		_, _ = hash.Write(buffer) // A hash takes everything.
	}
	if summary, ok := prior.Attributes()["summary"].(types.String); ok {
		write(summary.ValueString())
	}
	for _, keys := range [][]string{p.Added, p.Updated, p.Removed, p.Released} {
		for _, key := range keys {
			write(key)
		}
		write("")
	}
	if content != nil {
		for _, keys := range [][]string{p.Added, p.Updated} {
			for _, key := range keys {
				write(content(key))
			}
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:4])
}
