// Package model holds a test that compares the provider with a model of it: random sequences of configuration changes,
// applies and edits made behind Terraform's back. Rows move from one resource to another, keys are renamed, objects are
// replaced and imported, applies die half-way, and a second state works at the same deployment. The model is written from
// the documentation of the resources, in as few words as they take, and knows nothing of how the provider works. `go test`
// runs a few sequences with a fixed seed; `make model` runs many.
package model
