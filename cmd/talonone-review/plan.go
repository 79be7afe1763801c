package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	tfjson "github.com/hashicorp/terraform-json"
)

// plan is what is kept of a plan's JSON.
type plan struct {
	changes, drift []change
	actions        []action
	audiences      audiences
	config         *tfjson.ConfigModule
	errored        bool // the plan ended with errors
	incomplete     bool // -target or a deferral left something out
}

// action is one invocation of an action.
type action struct {
	address, kind string
	config        object
}

var errNoPlan = errors.New("the input is no plan in JSON; pipe the output of `terraform show -json plan.tfplan` in")

// readPlan reads a plan member by member, and each resource by itself: planned_values, which repeats every resource, is
// skipped, and of the others only what change keeps stays in memory.
func readPlan(r io.Reader) (*plan, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	if start, _ := in.Peek(2); string(start) == "PK" {
		return nil, errors.New("this is a saved plan, which only Terraform can read; pipe the output of `terraform show -json FILE` in")
	}
	// Checking for names that occur twice would keep all of them in memory; Terraform writes none.
	dec := jsontext.NewDecoder(in, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if dec.PeekKind() != '{' {
		return nil, errNoPlan
	}
	p := plan{audiences: newAudiences()}
	var header tfjson.Plan
	isState := false
	err := eachMember(dec, func(name string) (err error) {
		switch name {
		case "format_version":
			return decodeNext(dec, &header.FormatVersion)
		case "resource_changes":
			p.changes, err = readChanges(dec)
			return err
		case "resource_drift":
			p.drift, err = readChanges(dec)
			return err
		case "action_invocations":
			return p.readActions(dec)
		case "prior_state":
			return eachMember(dec, p.priorState(dec))
		case "configuration":
			return p.readConfig(dec)
		case "errored":
			return decodeNext(dec, &p.errored)
		case "complete":
			complete := true
			err := decodeNext(dec, &complete)
			p.incomplete = !complete
			return err
		case "values":
			isState = true
		}
		return dec.SkipValue()
	})
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, errors.New("the plan ends in the middle; was the command that wrote it interrupted?")
	case err != nil:
		return nil, fmt.Errorf("unreadable plan: %w", err)
	case isState:
		return nil, errors.New("this is a state, not a plan; save a plan with `terraform plan -out=plan.tfplan` and pipe the output of `terraform show -json plan.tfplan` in")
	case header.FormatVersion == "":
		return nil, errNoPlan
	}
	if err := header.Validate(); err != nil {
		return nil, err
	}
	for i := range p.changes {
		p.audiences.addChange(&p.changes[i])
	}
	return &p, nil
}

func readChanges(dec *jsontext.Decoder) ([]change, error) {
	var changes []change
	err := eachElement(dec, func(value []byte) error {
		var rc tfjson.ResourceChange
		if err := decode(value, &rc); err != nil {
			return err
		}
		if rc.Mode == tfjson.ManagedResourceMode && rc.Change != nil {
			changes = append(changes, newChange(&rc))
		}
		return nil
	})
	return changes, err
}

func (p *plan) readActions(dec *jsontext.Decoder) error {
	return eachElement(dec, func(value []byte) error {
		var invocation tfjson.ActionInvocation
		if err := decode(value, &invocation); err != nil {
			return err
		}
		p.actions = append(p.actions, action{
			address: invocation.Address, kind: invocation.Type,
			config: newObject(invocation.ConfigValues, invocation.ConfigSensitive, invocation.ConfigUnknown),
		})
		return nil
	})
}

// priorState looks for audiences that data sources have read.
func (p *plan) priorState(dec *jsontext.Decoder) func(name string) error {
	var module func(name string) error
	module = func(name string) error {
		switch name {
		case "values", "root_module":
			return eachMember(dec, module)
		case "child_modules":
			return eachNext(dec, func() error { return eachMember(dec, module) })
		case "resources":
			return eachElement(dec, func(value []byte) error {
				// Bulk resources are large; only what is an audience is worth decoding.
				if !bytes.Contains(value, []byte(`"data"`)) || !bytes.Contains(value, []byte(`"`+audienceType)) {
					return nil
				}
				var resource tfjson.StateResource
				if err := decode(value, &resource); err != nil {
					return err
				}
				if resource.Mode == tfjson.DataResourceMode {
					p.audiences.addData(&resource)
				}
				return nil
			})
		default:
			return dec.SkipValue()
		}
	}
	return module
}

func (p *plan) readConfig(dec *jsontext.Decoder) error {
	return eachMember(dec, func(name string) error {
		if name != "root_module" {
			return dec.SkipValue()
		}
		return decodeNext(dec, &p.config)
	})
}

// eachMember calls each with every name of the object that comes next; each consumes the value.
func eachMember(dec *jsontext.Decoder, each func(name string) error) error {
	if dec.PeekKind() != '{' {
		return dec.SkipValue()
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		if err := each(name.String()); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

// eachNext calls each before every element of the array that comes next; each consumes it.
func eachNext(dec *jsontext.Decoder, each func() error) error {
	if dec.PeekKind() != '[' {
		return dec.SkipValue()
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != ']' {
		if err := each(); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

// eachElement calls each with the text of every element of the array that comes next.
func eachElement(dec *jsontext.Decoder, each func(value []byte) error) error {
	return eachNext(dec, func() error {
		value, err := dec.ReadValue()
		if err != nil {
			return err
		}
		return each(value)
	})
}

func decodeNext(dec *jsontext.Decoder, into any) error {
	value, err := dec.ReadValue()
	if err != nil {
		return err
	}
	return decode(value, into)
}

// decode is for the types of terraform-json, which are made for encoding/json. Numbers stay as written: IDs may be
// larger than what a float64 holds exactly.
func decode(value []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(value))
	dec.UseNumber()
	return dec.Decode(into)
}

// isOurs tells whether a type of a resource or action is this provider's, whatever the registry it came from.
func isOurs(kind string) bool { return strings.HasPrefix(kind, "talonone_") }
