package acctest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// StateType is the form of a resource's states: the schema's version and type, and those of its identity. What a
// release wrote must stay readable for all later ones.
type StateType struct {
	Version         int64           `json:"version"`
	Type            json.RawMessage `json:"type"`
	IdentityVersion int64           `json:"identity_version"`
	Identity        json.RawMessage `json:"identity,omitempty"`
}

// StateTypes are those of all resources of a provider, by resource type name.
type StateTypes map[string]StateType

// StateTypesOf asks a provider for its schemas.
func StateTypesOf(ctx context.Context, server tfprotov6.ProviderServer) (StateTypes, error) {
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return nil, err
	}
	types := make(StateTypes, len(schemas.ResourceSchemas))
	for name, schema := range schemas.ResourceSchemas {
		one := StateType{Version: schema.Version}
		if one.Type, err = json.Marshal(schema.ValueType()); err != nil {
			return nil, err
		}
		if identity := identities.IdentitySchemas[name]; identity != nil {
			one.IdentityVersion = identity.Version
			if one.Identity, err = json.Marshal(identity.ValueType()); err != nil {
				return nil, err
			}
		}
		types[name] = one
	}
	return types, nil
}

// JSON is the content of the file schemas.json of a release.
func (s StateTypes) JSON(t testing.TB) []byte {
	t.Helper()
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

// Breaks says where these types would misread states that a provider wrote with earlier ones: without a new schema version,
// and so without an upgrade, nothing may disappear or change its type. New attributes are null in old states.
func (s StateTypes) Breaks(earlier StateTypes) []string {
	var broken []string
	for _, name := range slices.Sorted(maps.Keys(earlier)) {
		before := earlier[name]
		now, exists := s[name]
		switch {
		case !exists:
			broken = append(broken, name+" is gone: keep it, with a deprecation message")
			continue
		case now.Version < before.Version:
			broken = append(broken, fmt.Sprintf("%s has version %d, and had %d", name, now.Version, before.Version))
		case now.Version == before.Version:
			broken = append(broken, breaks(name, before.Type, now.Type)...)
		}
		// An identity is what others know an object by, import blocks among them: it stays as it is.
		if now.IdentityVersion == before.IdentityVersion && !sameType(before.Identity, now.Identity) {
			broken = append(broken, name+" has another identity, of the same version")
		}
	}
	return broken
}

func breaks(path string, before, now json.RawMessage) []string {
	was, err := tftypes.ParseJSONType(before) //nolint:staticcheck // It is deprecated for use outside of tests only.
	if err != nil {
		return []string{fmt.Sprintf("%s: %v", path, err)}
	}
	is, err := tftypes.ParseJSONType(now) //nolint:staticcheck // It is deprecated for use outside of tests only.
	if err != nil {
		return []string{fmt.Sprintf("%s: %v", path, err)}
	}
	return breaksType(path, was, is)
}

func breaksType(path string, was, is tftypes.Type) []string {
	switch was := was.(type) {
	case tftypes.Object:
		now, ok := is.(tftypes.Object)
		if !ok {
			break
		}
		var broken []string
		for _, name := range slices.Sorted(maps.Keys(was.AttributeTypes)) {
			member, exists := now.AttributeTypes[name]
			if !exists {
				broken = append(broken, path+"."+name+" is gone, and the version is the same")
				continue
			}
			broken = append(broken, breaksType(path+"."+name, was.AttributeTypes[name], member)...)
		}
		return broken
	case tftypes.List:
		if now, ok := is.(tftypes.List); ok {
			return breaksType(path+"[]", was.ElementType, now.ElementType)
		}
	case tftypes.Map:
		if now, ok := is.(tftypes.Map); ok {
			return breaksType(path+"[]", was.ElementType, now.ElementType)
		}
	}
	if was.Equal(is) {
		return nil
	}
	return []string{fmt.Sprintf("%s was a %s and is a %s, and the version is the same", path, was, is)}
}

func sameType(a, b json.RawMessage) bool {
	var left, right bytes.Buffer
	if len(a) == 0 || len(b) == 0 {
		return len(a) == len(b)
	}
	return json.Compact(&left, a) == nil && json.Compact(&right, b) == nil && bytes.Equal(left.Bytes(), right.Bytes())
}
