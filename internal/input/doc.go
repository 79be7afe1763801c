// Package input reads what people hand to bulk resources: JSON texts, CSV and JSON Lines files, in one canonical
// spelling and with faults that name line and column. It knows neither Terraform nor the API.
package input
