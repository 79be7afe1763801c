// Package trust tests, for every resource, what its users rely on however they run Terraform: that nothing is lost which
// the configuration still wants, and nothing touched which someone else owns. Rules and resources make a table;
// docs/trust.md is that table with the results.
package trust
