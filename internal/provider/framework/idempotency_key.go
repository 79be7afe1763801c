package framework

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// maxIdempotencyKey is the longest idempotency key, in characters.
const maxIdempotencyKey = 255

// IdempotencyKey accepts an idempotency key, which is sent as a header: 1 to 255 printable characters.
func IdempotencyKey() []validator.String { return []validator.String{keyValidator{}} }

type keyValidator struct{}

func (keyValidator) Description(context.Context) string {
	return fmt.Sprintf("1 to %d printable characters, without a space at either end", maxIdempotencyKey)
}

func (v keyValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v keyValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	key := req.ConfigValue.ValueString()
	length := utf8.RuneCountInString(key)
	unprintable := strings.IndexFunc(key, func(r rune) bool { return !unicode.IsPrint(r) })
	if length == 0 || length > maxIdempotencyKey || unprintable >= 0 || strings.TrimSpace(key) != key {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid idempotency key",
			fmt.Sprintf("%q has %d characters. An idempotency key has %s.", key, length, v.Description(ctx)))
	}
}
