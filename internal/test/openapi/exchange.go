package openapi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// checkRequest lists the faults of a request that the deployment accepted.
func (c call) checkRequest(r *http.Request, body content) []fault {
	var faults []fault
	for i, declared := range c.path {
		where := fmt.Sprintf("path parameter %q", declared.name)
		faults = append(faults, declared.schema.check(where, declared.decode(c.values[i:i+1]), true)...)
	}
	faults = append(faults, c.checkQuery(r.URL.RawQuery)...)
	faults = append(faults, c.checkAuthorization(r.Header.Get("Authorization"))...)
	return append(faults, c.checkRequestBody(r.Header, body)...)
}

func (c call) checkQuery(raw string) []fault {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return []fault{{"query", "", "wrongly escaped"}}
	}
	var faults []fault
	for _, name := range slices.Sorted(maps.Keys(query)) {
		where := fmt.Sprintf("query parameter %q", name)
		declared, ok := c.query[name]
		switch {
		case !ok:
			faults = append(faults, fault{where, "", "not declared"})
		case len(query[name]) > 1 && (!declared.list || declared.split):
			faults = append(faults, fault{where, "", "given more than once"})
		default:
			faults = append(faults, declared.schema.check(where, declared.decode(query[name]), true)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.query)) {
		if c.query[name].required && !query.Has(name) {
			faults = append(faults, fault{fmt.Sprintf("query parameter %q", name), "", "missing"})
		}
	}
	return faults
}

// decode turns the text of a parameter into the JSON value that its schema is about.
func (p *parameter) decode(texts []string) any {
	if p.split {
		texts = strings.Split(texts[0], ",")
	}
	values := make([]any, len(texts))
	for i, text := range texts {
		values[i] = p.decodeOne(text)
	}
	if p.list {
		return values
	}
	return values[0]
}

func (p *parameter) decodeOne(text string) any {
	if p.literal {
		if value, err := jsonschema.UnmarshalJSON(strings.NewReader(text)); err == nil {
			return value
		}
	}
	return text
}

func (c call) checkAuthorization(header string) []fault {
	if len(c.schemes) == 0 {
		return nil
	}
	var wanted []string
	for _, scheme := range c.schemes {
		if credentials, ok := strings.CutPrefix(header, prefixes[scheme]+" "); ok && credentials != "" {
			return nil
		}
		wanted = append(wanted, prefixes[scheme])
	}
	return []fault{{"Authorization header", "", "doesn't start with " + strings.Join(wanted, " or ")}}
}

func (c call) checkRequestBody(header http.Header, body content) []fault {
	const where = "request body"
	switch {
	case len(c.body) == 0 && len(body.bytes) == 0:
		return nil
	case len(c.body) == 0:
		return []fault{{where, "", "none is declared"}}
	case len(body.bytes) == 0:
		return []fault{{where, "", "missing"}}
	}
	mediaType, parameters, declared, faults := choose(where, c.body, header.Get("Content-Type"))
	if faults != nil {
		return faults
	}
	switch {
	case mediaType == "multipart/form-data":
		return checkParts(where, declared, parameters["boundary"], body.bytes)
	case mediaType != "application/json" || body.cut:
		return nil
	}
	return checkJSON(where, declared, body.bytes, true)
}

// choose returns the schema declared for a Content-Type.
func choose(where string, declared map[string]*schema, contentType string) (mediaType string, parameters map[string]string, s *schema, faults []fault) {
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	s, ok := declared[mediaType]
	if err != nil || !ok {
		reason := fmt.Sprintf("Content-Type %q isn't declared, only %q", contentType, slices.Sorted(maps.Keys(declared)))
		return "", nil, nil, []fault{{where, "", reason}}
	}
	return mediaType, parameters, s, nil
}

func checkJSON(where string, declared *schema, text []byte, sent bool) []fault {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return []fault{{where, "", "not one JSON value"}}
	}
	return declared.check(where, value, sent)
}

// checkParts compares the names of a form's parts; their content is up to the field.
func checkParts(where string, declared *schema, boundary string, body []byte) []fault {
	if boundary == "" {
		return []fault{{where, "", "Content-Type has no boundary"}}
	}
	names := map[string]any{}
	form := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := form.NextRawPart()
		switch {
		case err == nil:
			names[part.FormName()] = ""
		case len(names) > 0 && errors.Is(err, io.EOF): // the end, also that of what was kept
			return declared.check(where, names, true)
		default:
			return []fault{{where, "", "not a form of several parts"}}
		}
	}
}

// checkResponse lists the faults of a response.
func (c call) checkResponse(response *recorder) []fault {
	status := response.status()
	declared, ok := c.responses[status]
	switch {
	case ok:
	case status >= 500:
		return nil
	case !slices.Contains(undeclaredStatuses, status):
		return []fault{{"response", "", fmt.Sprintf("the status %d isn't declared", status)}}
	case response.size == 0:
		return nil
	default:
		declared = map[string]*schema{"application/json": c.failure}
	}

	where := fmt.Sprintf("response body (%d)", status)
	switch {
	case response.size == 0 && (len(declared) == 0 || status == http.StatusNoContent):
		return nil
	case len(declared) == 0:
		return []fault{{where, "", "none is declared"}}
	case response.size == 0:
		return []fault{{where, "", "missing"}}
	}
	mediaType, _, chosen, faults := choose(where, declared, response.Header().Get("Content-Type"))
	if faults != nil || mediaType != "application/json" || response.body == nil {
		return faults
	}
	return checkJSON(where, chosen, response.body, false)
}
