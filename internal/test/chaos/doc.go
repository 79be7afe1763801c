// Package chaos holds tests that let every write of every construct fail in every way, and check that the next apply
// puts everything right. `go test` runs a sample; `make chaos` runs all and writes docs/fault-matrix.md.
package chaos
