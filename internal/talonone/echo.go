package talonone

import (
	"regexp"
	"strings"
)

// A gateway can repeat the request in its response, key and path included. Neither messages nor the log repeat it further.

// minSecret is the length of a key from which on it is looked for in texts, in bytes. Shorter ones would be found in any.
const minSecret = 8

func withoutSecrets(text string, secrets []string) string {
	for _, secret := range secrets {
		if len(secret) >= minSecret {
			text = strings.ReplaceAll(text, secret, masked)
		}
	}
	return text
}

// mask removes keys from the texts of a response.
func (e *Error) mask(secrets []string) {
	e.Message = withoutSecrets(e.Message, secrets)
	for i := range e.Items {
		item := &e.Items[i]
		for _, text := range []*string{
			&item.Title, &item.Details, &item.Source.Pointer, &item.Source.Parameter, &item.Source.Line, &item.Source.Resource,
		} {
			*text = withoutSecrets(*text, secrets)
		}
	}
}

// quoted is what errors of net/http repeat of a response that is not HTTP.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// withoutQuotes is an error without what it repeats of a response. Those about certificates quote names of authorities, which help.
func withoutQuotes(err error, secrets []string) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if !strings.Contains(text, "x509: ") {
		text = quoted.ReplaceAllString(text, `"…"`)
	}
	if text = withoutSecrets(text, secrets); text == err.Error() {
		return err
	}
	return &reworded{err, text}
}

// reworded is an error in other words.
type reworded struct {
	error
	text string
}

func (e *reworded) Error() string { return e.text }

func (e *reworded) Unwrap() error { return e.error }

// withoutArguments is a text of a response without the path parameters of the request, which can be IDs of persons. The shortest
// are left: they would be found in any text.
func (c *call) withoutArguments(text string) string {
	const shortest = 4
	for _, argument := range c.params {
		if len(argument) >= shortest {
			text = strings.ReplaceAll(strings.ReplaceAll(text, argument, masked), escapeSegment(argument), masked)
		}
	}
	return text
}
