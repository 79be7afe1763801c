package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"
)

// exporter asks the provider for objects, and collects what to write about them.
type exporter struct {
	document

	server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
	count   int
}

// importIDs are, by type of what is listed, the attributes that make up its import ID, joined by slashes.
var importIDs = map[string][]string{
	"talonone_attribute": {"id"}, "talonone_additional_cost": {"id"}, "talonone_audience": {"id"},
	"talonone_store": {"application_id", "integration_id"}, "talonone_coupon": {"application_id", "campaign_id", "value"},
}

func newExporter(ctx context.Context, server tfprotov6.ProviderServer) (*exporter, error) {
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	e := &exporter{document: newDocument(), server: server, schemas: schemas}
	config, err := encode(schemas.Provider, nil)
	if err != nil {
		return nil, err
	}
	configured, err := server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{Config: config})
	if err != nil {
		return nil, err
	}
	return e, problem(configured.Diagnostics)
}

func (e *exporter) export(ctx context.Context, chosen selection) error {
	for _, kind := range []string{"talonone_attribute", "talonone_additional_cost", "talonone_audience"} {
		if err := e.list(ctx, kind, nil); err != nil {
			return err
		}
	}
	if err := e.collections(ctx, nil); err != nil {
		return err
	}
	applications, err := e.read(ctx, "talonone_applications", "applications", nil)
	if err != nil {
		return err
	}
	for _, application := range applications {
		of := map[string]cty.Value{"application_id": application.GetAttr("id")}
		if err := e.list(ctx, "talonone_store", of); err != nil {
			return err
		}
		if err := e.collections(ctx, of); err != nil {
			return err
		}
	}
	if err := e.coupons(ctx, chosen); err != nil {
		return err
	}
	if len(chosen.profiles) > 0 {
		chosen.profiles = ids{chosen.profiles.String()} // one resource has all of them
	}
	for _, one := range []struct {
		kind, name string
		ids        ids
	}{
		{"talonone_catalog_items", "catalog", chosen.catalogs}, {"talonone_audience_memberships", "audience", chosen.members},
		{"talonone_coupon_reservation", "coupon", chosen.reservations}, {"talonone_referrals", "campaign", chosen.referrals},
		{"talonone_customer_profiles", "profiles", chosen.profiles}, {"talonone_customer_audiences", "customer", chosen.customers},
	} {
		for _, id := range one.ids {
			if err := e.importOne(ctx, one.kind, one.name+" "+id, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// collections adds those of the account, or of an Application's campaigns, with their items.
func (e *exporter) collections(ctx context.Context, of map[string]cty.Value) error {
	all, err := e.read(ctx, "talonone_collections", "collections", of)
	if err != nil {
		return err
	}
	for _, collection := range all {
		id := text(collection.GetAttr("id"))
		if of != nil {
			id = text(collection.GetAttr("application_id")) + "/" + text(collection.GetAttr("campaign_id")) + "/" + id
		}
		if err := e.importOne(ctx, "talonone_collection", text(collection.GetAttr("name")), id); err != nil {
			return err
		}
	}
	return nil
}

// coupons adds those of campaigns, one by one or those of a campaign together.
func (e *exporter) coupons(ctx context.Context, chosen selection) error {
	if len(chosen.coupons)+len(chosen.couponSets) == 0 {
		return nil
	}
	all, err := e.read(ctx, "talonone_campaigns", "campaigns", nil)
	if err != nil {
		return err
	}
	campaign := func(id string) (cty.Value, error) {
		at := slices.IndexFunc(all, func(c cty.Value) bool { return text(c.GetAttr("id")) == id })
		if at < 0 {
			return cty.NilVal, fmt.Errorf("the deployment has no campaign with ID %s", id)
		}
		return all[at], nil
	}
	for _, id := range chosen.coupons {
		found, err := campaign(id)
		if err == nil {
			err = e.list(ctx, "talonone_coupon", map[string]cty.Value{"application_id": found.GetAttr("application_id"), "campaign_id": found.GetAttr("id")})
		}
		if err != nil {
			return err
		}
	}
	for _, id := range chosen.couponSets {
		found, err := campaign(id)
		if err == nil {
			err = e.importOne(ctx, "talonone_coupons", text(found.GetAttr("name")), text(found.GetAttr("application_id"))+"/"+id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// list adds what a list resource finds.
func (e *exporter) list(ctx context.Context, kind string, settings map[string]cty.Value) error {
	lists, ok := e.server.(tfprotov6.ListResourceServer)
	if !ok {
		return errors.New("the provider serves no list resources")
	}
	config, err := encode(e.schemas.ListResourceSchemas[kind], settings)
	if err != nil {
		return err
	}
	stream, err := lists.ListResource(ctx, &tfprotov6.ListResourceRequest{TypeName: kind, Config: config, IncludeResource: true, Limit: math.MaxInt64})
	if err != nil {
		return err
	}
	for result := range stream.Results {
		if err := problem(result.Diagnostics); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		state, err := decode(e.schemas.ResourceSchemas[kind], result.Resource)
		if err != nil {
			return err
		}
		parts := make([]string, len(importIDs[kind]))
		for i, name := range importIDs[kind] {
			parts[i] = text(state.GetAttr(name))
		}
		if err := e.add(kind, result.DisplayName, strings.Join(parts, "/"), state); err != nil {
			return err
		}
	}
	return nil
}

// importOne adds what an import finds.
func (e *exporter) importOne(ctx context.Context, kind, name, id string) error {
	imported, err := e.server.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: kind, ID: id})
	if err != nil {
		return err
	}
	if err := problem(imported.Diagnostics); err != nil {
		return fmt.Errorf("%s %s: %w", kind, id, err)
	}
	if len(imported.ImportedResources) != 1 {
		return fmt.Errorf("%s %s: not found", kind, id)
	}
	found := imported.ImportedResources[0]
	read, err := e.server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{
		TypeName: kind, CurrentState: found.State, Private: found.Private, CurrentIdentity: found.Identity,
	})
	if err != nil {
		return err
	}
	if err := problem(read.Diagnostics); err != nil {
		return fmt.Errorf("%s %s: %w", kind, id, err)
	}
	state, err := decode(e.schemas.ResourceSchemas[kind], read.NewState)
	if err != nil {
		return err
	}
	if state.IsNull() {
		return fmt.Errorf("%s %s: not found", kind, id)
	}
	return e.add(kind, name, id, state)
}

func (e *exporter) add(kind, name, id string, state cty.Value) error {
	e.count++
	return e.document.add(kind, name, id, e.schemas.ResourceSchemas[kind], state)
}

// read is a list in what a data source returns.
func (e *exporter) read(ctx context.Context, kind, attribute string, settings map[string]cty.Value) ([]cty.Value, error) {
	config, err := encode(e.schemas.DataSourceSchemas[kind], settings)
	if err != nil {
		return nil, err
	}
	response, err := e.server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: kind, Config: config})
	if err != nil {
		return nil, err
	}
	if err := problem(response.Diagnostics); err != nil {
		return nil, fmt.Errorf("%s: %w", kind, err)
	}
	state, err := decode(e.schemas.DataSourceSchemas[kind], response.State)
	if err != nil {
		return nil, err
	}
	return state.GetAttr(attribute).AsValueSlice(), nil
}

// problem is the first error of diagnostics.
func problem(diags []*tfprotov6.Diagnostic) error {
	for _, d := range diags {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return fmt.Errorf("%s: %s", d.Summary, d.Detail)
		}
	}
	return nil
}

// typeOf is the type of a schema's objects.
func typeOf(schema *tfprotov6.Schema) (cty.Type, error) {
	described, err := json.Marshal(schema.ValueType())
	if err != nil {
		return cty.NilType, err
	}
	return ctyjson.UnmarshalType(described)
}

// encode is an object with these attributes, and null for all others.
func encode(schema *tfprotov6.Schema, settings map[string]cty.Value) (*tfprotov6.DynamicValue, error) {
	object, err := typeOf(schema)
	if err != nil {
		return nil, err
	}
	values := make(map[string]cty.Value)
	for name, kind := range object.AttributeTypes() {
		values[name] = cty.NullVal(kind)
		if value, set := settings[name]; set {
			values[name] = value
		}
	}
	packed, err := msgpack.Marshal(cty.ObjectVal(values), object)
	return &tfprotov6.DynamicValue{MsgPack: packed}, err
}

func decode(schema *tfprotov6.Schema, value *tfprotov6.DynamicValue) (cty.Value, error) {
	object, err := typeOf(schema)
	if err != nil {
		return cty.NilVal, err
	}
	return msgpack.Unmarshal(value.MsgPack, object)
}

// text is a string or a number as an import ID has it.
func text(value cty.Value) string {
	if value.Type() == cty.Number {
		return value.AsBigFloat().Text('f', -1)
	}
	return value.AsString()
}
