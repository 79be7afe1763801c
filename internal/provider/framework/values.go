package framework

import (
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// JSONNumber is a number as JSON writes it, with all its digits; nil for a null
// or unknown one.
func JSONNumber(number types.Number) *json.Number {
	if number.IsNull() || number.IsUnknown() {
		return nil
	}
	written := json.Number(number.ValueBigFloat().Text('f', -1))
	return &written
}

// Instant is the time of a value that its type has validated; zero for none.
func Instant(value timetypes.RFC3339, diags *diag.Diagnostics) time.Time {
	if value.IsNull() || value.IsUnknown() {
		return time.Time{}
	}
	instant, problems := value.ValueRFC3339Time()
	diags.Append(problems...)
	return instant
}
