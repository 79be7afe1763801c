package fw

import (
	"encoding/json"

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
