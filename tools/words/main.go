// Words looks for words that the glossary of CONTRIBUTING.md rules out. `make spell` calls it with every file that people read.
//
// In Go it reads comments and string literals, in every other file all of the text.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	glossary := flag.String("glossary", "CONTRIBUTING.md", "`file` with the glossary")
	flag.Parse()
	if err := run(*glossary, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(glossary string, files []string) error {
	text, err := os.ReadFile(glossary)
	if err != nil {
		return err
	}
	ruled, err := parse(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", glossary, err)
	}
	var found []error
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if filepath.Clean(file) == filepath.Clean(glossary) {
			content = blank(content)
		}
		if filepath.Ext(file) == ".go" {
			content = prose(content)
		}
		found = append(found, ruled.check(file, content)...)
	}
	return errors.Join(found...)
}

// words are what is not to be said, and what to say instead, both by the lower-case word.
type words struct {
	pattern *regexp.Regexp
	instead map[string]string
}

// The tables of the glossary name what to say in their first column, and what not to say in their last one, each word in quotes.
const (
	begin = "\n## Glossary\n"
	end   = "\n## "
)

var quoted = regexp.MustCompile(`"([^"]+)"`)

func parse(document string) (words, error) {
	_, section, found := strings.Cut(document, begin)
	section, _, closed := strings.Cut(section, end)
	if !found || !closed {
		return words{}, errors.New("there is no section Glossary with another one after it")
	}
	ruled := words{instead: make(map[string]string)}
	var patterns []string
	for line := range strings.Lines(section) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) < 2 {
			continue
		}
		for _, match := range quoted.FindAllStringSubmatch(cells[len(cells)-1], -1) {
			word := strings.ToLower(match[1])
			ruled.instead[word] = strings.TrimSpace(cells[0])
			// Lines are wrapped anywhere.
			patterns = append(patterns, strings.ReplaceAll(regexp.QuoteMeta(word), " ", `\s+(?://\s+|#\s+)?`))
		}
	}
	if len(patterns) == 0 {
		return words{}, errors.New("the glossary rules out no word")
	}
	ruled.pattern = regexp.MustCompile(`(?i)\b(?:` + strings.Join(patterns, "|") + `)\b`)
	return ruled, nil
}

var gaps = regexp.MustCompile(`\s+(?:(?://|#)\s+)?`)

func (w words) check(file string, content []byte) []error {
	var found []error
	for _, at := range w.pattern.FindAllIndex(content, -1) {
		word := gaps.ReplaceAllString(strings.ToLower(string(content[at[0]:at[1]])), " ")
		line := 1 + bytes.Count(content[:at[0]], []byte("\n"))
		found = append(found, fmt.Errorf("%s:%d: %q: say %s", file, line, word, w.instead[word]))
	}
	return found
}

// blank removes the glossary from a document and keeps its lines.
func blank(document []byte) []byte {
	start := bytes.Index(document, []byte(begin)) + 1
	stop := start + bytes.Index(document[start:], []byte(end))
	return append(append(document[:start:start], onlyLines(document[start:stop])...), document[stop:]...)
}

// prose is a Go file without anything but its comments and string literals, in their places.
func prose(source []byte) []byte {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(source))
	s.Init(file, source, func(token.Position, string) {}, scanner.ScanComments)
	kept := onlyLines(source)
	for {
		pos, tok, literal := s.Scan()
		switch tok {
		case token.EOF:
			return kept
		case token.COMMENT, token.STRING:
			copy(kept[file.Offset(pos):], literal)
		default:
		}
	}
}

func onlyLines(text []byte) []byte {
	kept := bytes.Repeat([]byte(" "), len(text))
	for i, c := range text {
		if c == '\n' {
			kept[i] = c
		}
	}
	return kept
}
