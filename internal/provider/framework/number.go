package framework

import (
	"encoding/json"
	"math/big"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// numberPrecision is that of Terraform's own numbers, in bits.
const numberPrecision = 512

// Number is the value of a JSON number, with as many digits as Terraform keeps;
// a missing one is null.
func Number(number json.Number) types.Number {
	value, _, err := big.ParseFloat(number.String(), 10, numberPrecision, big.ToNearestEven)
	if err != nil {
		return types.NumberNull()
	}
	return types.NumberValue(value)
}

// OptionalTime is Time, or null for a missing one.
func OptionalTime(t *time.Time) timetypes.RFC3339 {
	if t == nil {
		return timetypes.NewRFC3339Null()
	}
	return Time(*t)
}
