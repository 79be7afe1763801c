package framework

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestIdempotencyKeyIsPrintable(t *testing.T) {
	t.Parallel()
	for key, valid := range map[string]bool{
		"a": true, "a b": true, "Ω": true, strings.Repeat("Ω", 255): true,
		"": false, "a\nb": false, "a\r": false, "a\x00b": false, "a\u200bb": false, " a": false, "a ": false, strings.Repeat("a", 256): false,
	} {
		var resp validator.StringResponse
		IdempotencyKey()[0].ValidateString(t.Context(), validator.StringRequest{Path: path.Root("idempotency_key"), ConfigValue: types.StringValue(key)}, &resp)
		if resp.Diagnostics.HasError() == valid {
			t.Errorf("%q: %v", key, resp.Diagnostics)
		}
	}
}
