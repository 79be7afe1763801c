package framework

import (
	"sync"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// AttributeKey is what tells an attribute from others of the account.
type AttributeKey struct {
	Entity    talonone.Entity
	EventType string
	Name      string
}

// KeyOf is the key of a definition.
func KeyOf(d talonone.AttributeDefinition) AttributeKey {
	return AttributeKey{Entity: d.Entity, EventType: ValueOf(d.EventType), Name: d.Name}
}

// PlannedAttributes are the definitions that resources of this run create or change, so that plans that use them before
// they exist are not refused. The zero value is ready to use.
type PlannedAttributes struct {
	mu    sync.Mutex
	byKey map[AttributeKey]talonone.AttributeDefinition
}

// Put notes a definition. SubscribedCatalogIDs are nil where they are not known yet.
func (p *PlannedAttributes) Put(d talonone.AttributeDefinition) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byKey == nil {
		p.byKey = make(map[AttributeKey]talonone.AttributeDefinition)
	}
	p.byKey[KeyOf(d)] = d
}

// Over is what an account defines once this run has ended: the listed definitions, with the noted ones in their place or
// behind them.
func (p *PlannedAttributes) Over(listed []talonone.AttributeDefinition) []talonone.AttributeDefinition {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.byKey) == 0 {
		return listed
	}
	merged := make([]talonone.AttributeDefinition, 0, len(listed)+len(p.byKey))
	seen := make(map[AttributeKey]bool, len(p.byKey))
	for _, d := range listed {
		if planned, ok := p.byKey[KeyOf(d)]; ok {
			seen[KeyOf(d)] = true
			d = planned
		}
		merged = append(merged, d)
	}
	for key, d := range p.byKey {
		if !seen[key] {
			merged = append(merged, d)
		}
	}
	return merged
}
