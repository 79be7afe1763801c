package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// lab is what the experiments share: the client, what has been found, and how to remove what was made.
type lab struct {
	*client
	progress io.Writer
	prefix   string // of the name of everything that is made
	made     int

	found  conventions.Values
	notes  map[string]string // by convention: why there is no value
	access []endpointResult
	app    application
	// keyValid says that the Integration key is.
	keyValid bool
	catalog  int64 // 0: none to experiment with

	undo []undoing // in the order in which things were made
	// uncertain says that an audience may have been made whose ID is not known.
	uncertain bool
	left      []string // what could not be removed

	sortRefused bool
	pageSize    int
	lag         time.Duration
	attributes  []definition // of the account; nil until they are read
	mandatory   map[string]any
}

// application is the Application of the Integration key.
type application struct {
	id      int64
	name    string
	sandbox bool
	known   bool // whether it is a sandbox is known
}

// undoing removes one thing.
type undoing struct {
	what string
	do   func(context.Context) error
}

// errUnknown ends an experiment that could not tell; its text says why.
type errUnknown string

func (e errUnknown) Error() string { return string(e) }

func unknown(format string, args ...any) error { return errUnknown(fmt.Sprintf(format, args...)) }

// conclude records a value that was found.
func (l *lab) conclude(convention, value string) error {
	c, ok := conventions.Find(convention)
	if !ok {
		return fmt.Errorf("there is no convention %s", convention)
	}
	if err := c.Check(value); err != nil {
		return err
	}
	l.found[convention] = value
	return nil
}

// choose records one of two values.
func (l *lab) choose(convention string, is bool, yes, no string) error {
	if is {
		return l.conclude(convention, yes)
	}
	return l.conclude(convention, no)
}

// name is a new name or ID for something that is made here.
func (l *lab) name() string {
	l.made++
	return l.prefix + strconv.Itoa(l.made)
}

// later registers how to remove something. It is called before the thing is made, where its name is known.
func (l *lab) later(what string, do func(context.Context) error) {
	l.undo = append(l.undo, undoing{what, do})
}

// cleanUp removes what was made, the last thing first. Whatever fails is reported and does not stop the rest.
func (l *lab) cleanUp(ctx context.Context) {
	for _, undo := range slices.Backward(l.undo) {
		if err := undo.do(ctx); err != nil {
			l.left = append(l.left, fmt.Sprintf("%s (%s)", undo.what, err))
		}
	}
	l.undo = nil
	if l.uncertain {
		if err := l.sweepAudiences(ctx); err != nil {
			l.left = append(l.left, fmt.Sprintf("perhaps an audience whose name begins with %s (%s)", l.prefix, err))
		}
	}
}

// sweepPages bounds a list that does not end.
const sweepPages = 10_000

// sweepAudiences removes audiences that were made while the response was lost.
func (l *lab) sweepAudiences(ctx context.Context) error {
	if err := l.settle(ctx); err != nil {
		return err
	}
	size := max(1, l.pageSize)
	var ids []string
	for skip, pages := 0, 0; pages < sweepPages; pages++ {
		got, err := l.send(ctx, request{
			key: management, method: http.MethodGet, path: "/v1/audiences",
			query: url.Values{"pageSize": {strconv.Itoa(size)}, "skip": {strconv.Itoa(skip)}},
		})
		if err != nil {
			return err
		}
		if !got.ok() {
			return got.unexpected()
		}
		for _, row := range got.rows() {
			if strings.HasPrefix(text(dig(row, "name")), l.prefix) {
				ids = append(ids, text(dig(row, "id")))
			}
		}
		skip += len(got.rows())
		if more, _ := got.at("hasMore").(bool); !more || len(got.rows()) == 0 {
			break
		}
	}
	var wrong []error
	for _, id := range ids {
		wrong = append(wrong, l.deleteAudience(ctx, id))
	}
	return errors.Join(wrong...)
}

// moved sends a request with the Integration key, and with the Management key where the deployment is as in 2022.
func (l *lab) moved(ctx context.Context, r request) (response, error) {
	r.key = integration
	got, err := l.send(ctx, r)
	if err != nil || !got.unauthorized() {
		return got, err
	}
	r.key = management
	again, err := l.send(ctx, r)
	if errors.Is(err, errNoKey) {
		return got, nil
	}
	return again, err
}

func (l *lab) deleteAudience(ctx context.Context, id string) error {
	got, err := l.moved(ctx, request{method: http.MethodDelete, path: "/v2/audiences/" + id})
	if err != nil {
		return err
	}
	if !got.ok() && got.status != http.StatusNotFound {
		return got.unexpected()
	}
	return nil
}

// tryAudience sends a create; the audience is removed in the end. The name comes first in settings, where they
// have none of their own.
func (l *lab) tryAudience(ctx context.Context, settings map[string]any) (response, error) {
	name := l.name()
	body := map[string]any{"name": name, "integrationId": name}
	for property, value := range settings {
		body[property] = value
		if value == nil {
			delete(body, property)
		}
	}
	got, err := l.send(ctx, request{key: integration, method: http.MethodPost, path: "/v2/audiences", body: body})
	if err != nil {
		// A request that was not sent made nothing, and the sweep finds nothing then.
		l.uncertain = l.uncertain || !errors.Is(err, errNoKey)
		return got, err
	}
	l.uncertain = l.uncertain || got.status >= http.StatusInternalServerError
	if id := text(got.at("id")); got.ok() {
		l.later("audience "+id+" "+name, func(ctx context.Context) error { return l.deleteAudience(ctx, id) })
	}
	return got, nil
}

// audience creates an audience and returns its ID.
func (l *lab) audience(ctx context.Context) (string, error) {
	got, err := l.tryAudience(ctx, nil)
	if err != nil {
		return "", err
	}
	if !got.ok() {
		return "", got.unexpected()
	}
	return text(got.at("id")), nil
}

// must sends a request that has to succeed.
func (l *lab) must(ctx context.Context, r request) (response, error) {
	got, err := l.send(ctx, r)
	if err == nil && !got.ok() {
		err = got.unexpected()
	}
	return got, err
}

// settle waits until reads show what has been written.
func (l *lab) settle(ctx context.Context) error {
	if l.lag == 0 {
		return nil
	}
	return l.clock.sleep(ctx, l.lag+lagStep)
}

// dry evaluates a session without storing it.
func (l *lab) dry(ctx context.Context, id string, session map[string]any, header map[string]string) (response, error) {
	return l.must(ctx, request{
		key: integration, method: http.MethodPut, path: "/v2/customer_sessions/" + escaped(id), query: url.Values{"dry": {"true"}},
		body:   map[string]any{"customerSession": session, "responseContent": []string{"customerSession"}},
		header: header,
	})
}

// definition is an attribute of the account.
type definition struct {
	name, entity, kind string
	catalogs           map[string]bool
}

// sample is a value of the attribute's type.
func (d definition) sample(n int) any {
	switch d.kind {
	case "string":
		return "probe " + strconv.Itoa(n)
	case "number":
		return n
	case "boolean":
		return n%2 == 0
	case "time":
		return fmt.Sprintf("2026-01-%02dT00:00:00Z", n%28+1)
	case "(list string)":
		return []string{"probe " + strconv.Itoa(n)}
	case "(list number)":
		return []int{n}
	default:
		return nil
	}
}

// definitions reads the attributes of an entity that samples exist for; those with a fixed set of values are omitted.
func (l *lab) definitions(ctx context.Context, entity string) ([]definition, error) {
	if l.attributes == nil {
		got, err := l.must(ctx, request{
			key: management, method: http.MethodGet, path: "/v1/attributes", query: url.Values{"pageSize": {strconv.Itoa(max(1, l.pageSize))}},
		})
		if err != nil {
			return nil, err
		}
		l.attributes = []definition{}
		for _, row := range got.rows() {
			restricted, _ := dig(row, "restrictedBySuggestions").(bool)
			allowed, _ := dig(row, "hasAllowedList").(bool)
			d := definition{name: text(dig(row, "name")), entity: text(dig(row, "entity")), kind: text(dig(row, "type")), catalogs: make(map[string]bool)}
			ids, _ := dig(row, "subscribedCatalogsIds").([]any)
			for _, id := range ids {
				d.catalogs[text(id)] = true
			}
			if d.sample(0) != nil && !restricted && !allowed && text(dig(row, "eventType")) == "" {
				l.attributes = append(l.attributes, d)
			}
		}
	}
	var found []definition
	for _, d := range l.attributes {
		if d.entity == entity && (entity != "CartItem" || d.catalogs[strconv.FormatInt(l.catalog, 10)]) {
			found = append(found, d)
		}
	}
	return found, nil
}
