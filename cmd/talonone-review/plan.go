package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	tfjson "github.com/hashicorp/terraform-json"
)

// plan is what is kept of a plan's JSON.
type plan struct {
	changes, drift []change
	actions        []action
	deferred       int64     // changes that wait for others
	inState        audiences // what the state before the plan says of them
	audiences      audiences
	config         *tfjson.ConfigModule
	providers      map[string]*tfjson.ProviderConfig
	errored        bool // the plan ended with errors
	partial        bool // -target or a deferral left something out
}

// action is one invocation of an action.
type action struct {
	address, kind string
	trigger       string // the address of the resource whose change runs it
	config        object
}

var errNoPlan = errors.New("the input is not a plan in JSON; pipe the output of `terraform show -json plan.tfplan` in")

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
	p := plan{inState: newAudiences()}
	var header tfjson.Plan
	isState, isPlan := false, false
	err := eachMember(dec, func(name string) (err error) {
		switch name {
		case "format_version":
			return decodeNext(dec, &header.FormatVersion)
		case "planned_values":
			isPlan = true
		case "resource_changes":
			isPlan = true
			p.changes, err = p.readChanges(dec)
			return err
		case "resource_drift":
			p.drift, err = p.readChanges(dec)
			return err
		case "deferred_changes", "deferred_action_invocations":
			return eachElement(dec, func([]byte) error {
				p.deferred++
				p.partial = true
				return nil
			})
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
			p.partial = p.partial || !complete
			return err
		case "values":
			isState = true
		}
		return dec.SkipValue()
	})
	if err == nil {
		// Two plans in one input, or a plan and something else, are not a whole plan.
		if _, more := dec.ReadToken(); !errors.Is(more, io.EOF) && isPlan {
			err = errors.New("something follows the plan")
		}
	}
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
	if !isPlan {
		return nil, errNoPlan
	}
	p.audiences = audiences{names: maps.Clone(p.inState.names), members: maps.Clone(p.inState.members), resources: make(map[string]*change)}
	for i := range p.changes {
		p.audiences.addChange(&p.changes[i])
	}
	return &p, nil
}

func (p *plan) readChanges(dec *jsontext.Decoder) ([]change, error) {
	var changes []change
	err := eachElement(dec, func(value []byte) error {
		var rc tfjson.ResourceChange
		if err := decode(value, &rc); err != nil {
			return err
		}
		switch {
		case rc.Mode == tfjson.DataResourceMode:
		case rc.Change == nil:
			return fmt.Errorf("the resource %q has no change", rc.Address)
		default:
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
		a := action{
			address: invocation.Address, kind: invocation.Type,
			config: newObject(invocation.ConfigValues, invocation.ConfigSensitive, invocation.ConfigUnknown),
		}
		if invocation.LifecycleActionTrigger != nil {
			a.trigger = invocation.LifecycleActionTrigger.TriggeringResourceAddress
		}
		p.actions = append(p.actions, a)
		return nil
	})
}

// priorState looks for audiences and the number of their members, which -invoke shows nowhere else.
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
				if !bytes.Contains(value, []byte(`"`+audienceType)) {
					return nil
				}
				var resource tfjson.StateResource
				if err := decode(value, &resource); err != nil {
					return err
				}
				p.inState.addState(&resource)
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
		switch name {
		case "root_module":
			return decodeNext(dec, &p.config)
		case "provider_config":
			return decodeNext(dec, &p.providers)
		default:
			return dec.SkipValue()
		}
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
	switch dec.PeekKind() {
	case '[':
	case 'n':
		return dec.SkipValue()
	default:
		return errors.New("a list is missing")
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
