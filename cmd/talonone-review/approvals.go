package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"

	"github.com/talon-one/terraform-provider-talonone/internal/safefile"
)

// labelPrefix begins the label of a pull request that raises the limit for it: "max-removals: 5000".
const labelPrefix = "max-removals:"

// labelLimit is the highest limit among the labels, which are separated by commas or line breaks. A label that begins
// like one and holds no number is an error: its author believes that the limit is another one.
func labelLimit(labels string, limit int64) (int64, error) {
	for _, label := range strings.FieldsFunc(labels, func(r rune) bool { return r == ',' || r == '\n' }) {
		value, isLimit := strings.CutPrefix(strings.TrimSpace(label), labelPrefix)
		if !isLimit {
			continue
		}
		number, err := parseLimit(strings.TrimSpace(value))
		if err != nil {
			return limit, fmt.Errorf("label %q: %w", label, err)
		}
		limit = max(limit, number)
	}
	return limit, nil
}

var errLimit = errors.New("must be a whole number from 0")

func parseLimit(text string) (int64, error) {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number < 0 {
		return 0, errLimit
	}
	return number, nil
}

// approval permits one change, known by its code, to remove so many rows, and the named to remove what is not counted.
type approval struct {
	change string
	limit  int64
	names  []string
}

// maxApprovalBytes bounds the file of approvals, which a pull request can change.
const maxApprovalBytes = 1 << 20

// readApprovals reads a file with one approval a line: the change's code, the limit, and names. Empty lines and those
// that begin with # are comments. Without a file there are none.
func readApprovals(path string) ([]approval, error) {
	content, err := safefile.ReadDirect(path, maxApprovalBytes)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	approvals, err := parseApprovals(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return approvals, nil
}

func parseApprovals(in io.Reader) ([]approval, error) {
	var approvals []approval
	lines := bufio.NewScanner(in)
	for number := 1; lines.Scan(); number++ {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) < 2 {
			return nil, fmt.Errorf("line %d: write the code of the change and its limit, such as `3f1c9a02 5000`", number)
		}
		limit, err := parseLimit(fields[1])
		if err != nil {
			return nil, fmt.Errorf("line %d: the limit %w", number, err)
		}
		approvals = append(approvals, approval{change: fields[0], limit: limit, names: fields[2:]})
	}
	return approvals, lines.Err()
}

// raise applies the approvals of the change to the guard.
func (g guard) raise(approvals []approval, change string) guard {
	raised := guard{limit: g.limit, allowed: make(map[string]bool)}
	for name := range g.allowed {
		raised.allowed[name] = true
	}
	for _, a := range approvals {
		if a.change != change {
			continue
		}
		raised.limit = max(raised.limit, a.limit)
		for _, name := range a.names {
			raised.allowed[name] = true
		}
	}
	return raised
}
