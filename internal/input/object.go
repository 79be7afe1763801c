package input

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxProblems is how many faults of one JSON text or file are told at once: enough to mend in one go, few enough to read.
const maxProblems = 10

// Problems collects the faults found in one input, up to a readable number, and counts the rest.
type Problems struct {
	found []error
	more  int
}

// Add notes one fault.
func (p *Problems) Add(err error) {
	if len(p.found) < maxProblems {
		p.found = append(p.found, err)
	} else {
		p.more++
	}
}

// Err returns all faults as one error, one a line, or nil when there was none.
func (p *Problems) Err() error {
	if p.more > 0 {
		return errors.Join(append(slices.Clip(p.found), fmt.Errorf("and %d more", p.more))...)
	}
	return errors.Join(p.found...)
}

// DecodeObject walks a JSON object without building it: each is called once a member with its name and must consume
// the member's value from the decoder, wholly or not at all. An error of each is a fault of that member: decoding goes
// on behind it and all faults are returned together. Malformed JSON and a name that occurs twice (which other decoders
// resolve silently) end the walk.
func DecodeObject(text string, each func(name string, dec *jsontext.Decoder) error, options ...jsontext.Options) error {
	dec := jsontext.NewDecoder(strings.NewReader(text), options...)
	if kind := dec.PeekKind(); kind != jsontext.KindBeginObject {
		if kind == jsontext.KindInvalid {
			_, err := dec.ReadToken()
			return JSONFault(text, err)
		}
		return fmt.Errorf("must be a JSON object, not %s", KindName(kind))
	}
	if _, err := dec.ReadToken(); err != nil {
		return JSONFault(text, err)
	}
	var problems Problems
	for dec.PeekKind() != jsontext.KindEndObject {
		token, err := dec.ReadToken()
		if err != nil {
			return errors.Join(problems.Err(), JSONFault(text, err))
		}
		name, depth := token.String(), dec.StackDepth()
		err = each(name, dec)
		if broken := new(jsontext.SyntacticError); errors.As(err, &broken) || errors.Is(err, io.ErrUnexpectedEOF) {
			return errors.Join(problems.Err(), JSONFault(text, err))
		}
		if err != nil {
			problems.Add(err)
		}
		if err := finishMember(dec, depth); err != nil {
			return errors.Join(problems.Err(), JSONFault(text, err))
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return JSONFault(text, err)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return errors.Join(problems.Err(), errors.New("there is more text behind the JSON object"))
	}
	return problems.Err()
}

// finishMember skips what a faulty member left unread, up to the next name of the object at the depth.
func finishMember(dec *jsontext.Decoder, depth int) error {
	for dec.StackDepth() > depth {
		if _, err := dec.ReadToken(); err != nil {
			return err
		}
	}
	// The count of an object's names and values is odd while a name waits for its value.
	if _, length := dec.StackIndex(depth); length%2 == 1 {
		return dec.SkipValue()
	}
	return nil
}

// JSONFault puts a decoder's complaint about a text into the words of someone who looks for the place. An error that is
// none of the decoder's own becomes a Fault of the whole text as it is.
func JSONFault(text string, err error) *Fault {
	broken := new(jsontext.SyntacticError)
	switch isSyntax := errors.As(err, &broken); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &Fault{Err: errors.New("the JSON text ends too early")}
	case !isSyntax:
		return &Fault{Err: err}
	case errors.Is(err, jsontext.ErrDuplicateName):
		return &Fault{Err: fmt.Errorf("%q occurs twice in one JSON object%s", broken.JSONPointer.LastToken(), within(broken.JSONPointer.Parent()))}
	}
	line, column := position(text, broken.ByteOffset)
	return &Fault{Line: line, Column: column, Err: fmt.Errorf("not valid JSON%s: %w", within(broken.JSONPointer), broken.Err)}
}

func within(pointer jsontext.Pointer) string {
	if pointer == "" {
		return ""
	}
	return " (in " + strings.Join(collect(pointer), " / ") + ")"
}

func collect(pointer jsontext.Pointer) []string {
	var names []string
	for name := range pointer.Tokens() {
		names = append(names, name)
	}
	return names
}

// position turns a byte offset into a line and a column in bytes, both from 1.
func position(text string, offset int64) (line, column int) {
	before := text[:min(int(offset), len(text))]
	return 1 + strings.Count(before, "\n"), len(before) - strings.LastIndexByte(before, '\n')
}

// KindName names a kind of JSON value for a sentence.
func KindName(kind jsontext.Kind) string {
	switch kind {
	case jsontext.KindNull:
		return "null"
	case jsontext.KindTrue, jsontext.KindFalse:
		return "a boolean"
	case jsontext.KindString:
		return "a string"
	case jsontext.KindNumber:
		return "a number"
	case jsontext.KindBeginObject:
		return "an object"
	case jsontext.KindBeginArray:
		return "an array"
	default:
		return "nothing"
	}
}
