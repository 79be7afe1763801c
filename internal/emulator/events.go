package emulator

import "time"

// event is something that happened: a custom event, or a built-in one such as talon_session_created.
type event struct {
	ID                 int64          `json:"id"`
	Created            time.Time      `json:"created"`
	ApplicationID      int64          `json:"applicationId"`
	Type               string         `json:"type"`
	ProfileID          int64          `json:"profileId,omitempty"`     // internal; 0 is none
	SessionID          int64          `json:"sessionId,omitempty"`     // internal; 0 is none
	IntegrationID      string         `json:"integrationId,omitempty"` // v3 events only
	StoreIntegrationID string         `json:"storeIntegrationId,omitempty"`
	Attributes         map[string]any `json:"attributes,omitempty"`
	Effects            []any          `json:"effects,omitempty"`
}

func (e *event) entityID() int64 { return e.ID }

// eventState holds the events of all Applications, built-in ones included.
type eventState struct {
	All table[*event] `json:"all"`

	byIntegrationID map[string]*event
}

func (es *eventState) reindex() {
	es.byIntegrationID = make(map[string]*event)
	for e := range es.All.all() {
		if e.IntegrationID != "" {
			es.byIntegrationID[e.IntegrationID] = e
		}
	}
}

// add records an event.
func (es *eventState) add(e *event) {
	es.All.add(e)
	if e.IntegrationID != "" {
		es.byIntegrationID[e.IntegrationID] = e
	}
}

// routesEvents registers the operations on events.
func (s *Server) routesEvents() {}
