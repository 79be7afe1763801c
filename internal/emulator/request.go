package emulator

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/strictjson"
)

// request is what a handler gets to see.
type request struct {
	params map[string]string // path parameters, decoded
	query  url.Values
	body   []byte // empty for streamed routes, which read http.Body
	cred   credential
	http   *http.Request
	server *Server
}

// id reads a path parameter that is an internal ID. Anything but an integer names no entity, and gets a 404.
func (r *request) id(param, kind string) (int64, error) {
	id, err := strconv.ParseInt(r.params[param], 10, 64)
	if err != nil {
		return 0, r.notFound(kind, r.params[param])
	}
	return id, nil
}

// decode reads the JSON body into a struct by the rules of strictjson.Bind. What does not fit is a 400.
func (r *request) decode(into any) error {
	value, err := strictjson.Parse(r.body)
	if err != nil {
		return badRequest(atPointer("", "Invalid JSON", "%s", err))
	}
	if problems := r.server.decoding.Bind(value, into, ""); len(problems) > 0 {
		return badRequest(errorItems(problems)...)
	}
	return nil
}

// decodeObject reads a body that is one free object.
func (r *request) decodeObject() (map[string]any, error) {
	value, err := strictjson.Parse(r.body)
	if err != nil {
		return nil, badRequest(atPointer("", "Invalid JSON", "%s", err))
	}
	object, ok := r.server.decoding.Free(value).(map[string]any)
	if !ok {
		return nil, badRequest(atPointer("", titleInvalidType, "the body is not an object"))
	}
	return object, nil
}

// errorItems are the problems of a body as the API reports them.
func errorItems(problems []strictjson.Problem) []errorItem {
	items := make([]errorItem, len(problems))
	for i, p := range problems {
		items[i] = errorItem{Title: p.Title, Details: p.Details, Source: map[string]string{"pointer": p.Pointer}}
	}
	return items
}
