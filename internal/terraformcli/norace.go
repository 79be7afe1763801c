//go:build !race

package terraformcli

// raceDetector says whether the tests run under the race detector.
const raceDetector = false
