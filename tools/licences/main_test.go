package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestLicencesAreRecognised(t *testing.T) {
	t.Parallel()
	mpl, err := os.ReadFile(filepath.Join("..", "..", "LICENSE"))
	if err != nil {
		t.Fatal(err)
	}
	bsd, err := os.ReadFile(filepath.Join(runtime.GOROOT(), "LICENSE")) //nolint:staticcheck // the test runs where it is built
	if err != nil {
		t.Fatal(err)
	}
	const gpl = "This program is free software: you can redistribute it and/or modify it under the terms of the GNU General Public License " +
		"as published by the Free Software Foundation, either version 3 of the License, or (at your option) any later version.\n"
	for name, test := range map[string]struct {
		files map[string][]byte
		want  string
		fails string
	}{
		"one licence":                {files: map[string][]byte{"LICENSE": mpl}, want: "MPL-2.0"},
		"two, of which both apply":   {files: map[string][]byte{"LICENSE": mpl, "LICENSE.BSD": bsd}, want: "BSD-3-Clause, MPL-2.0"},
		"a notice beside it":         {files: map[string][]byte{"LICENSE": mpl, "NOTICE.txt": []byte("Made by us.")}, want: "MPL-2.0"},
		"none":                       {fails: "no licence file"},
		"a notice alone":             {files: map[string][]byte{"NOTICE": []byte("Made by us.")}, fails: "no licence file"},
		"words of its own":           {files: map[string][]byte{"LICENSE": []byte("Do what you like on Sundays.")}, fails: "is no known licence"},
		"one that may not be linked": {files: map[string][]byte{"COPYING": []byte(gpl)}, fails: "which is not among"},
		"one allowed and one not":    {files: map[string][]byte{"LICENSE": mpl, "LICENSE-more": []byte(gpl)}, fails: "LICENSE-more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			names, err := classify(test.files)
			if got := strings.Join(names, ", "); got != test.want {
				t.Errorf("it is taken for %q, want %q", got, test.want)
			}
			if (err != nil) != (test.fails != "") || err != nil && !strings.Contains(err.Error(), test.fails) {
				t.Errorf("the error is %v, want one with %q", err, test.fails)
			}
		})
	}
}

// Releases ship the texts of the licences: every one of a linked module must be among the notices.
func TestNoticesHoldTheTexts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	licence := "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided " +
		"that the above copyright notice and this permission notice appear in all copies.\n"
	for name, text := range map[string]string{"LICENSE.md": licence, "licence_test.go": "package x", "NOTICE": "Made by us."} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	texts, err := licenceFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(texts) != 2 || string(texts["LICENSE.md"]) != licence || texts["NOTICE"] == nil {
		t.Errorf("the files of the licence are %q", texts)
	}
}
