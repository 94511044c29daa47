package httpapi

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/stream"
)

// The data of events, as frames write them without encoding/json. These forms are for the document,
// and a test holds the frames to them.

// frameJSON is a message on a stream.
type frameJSON struct {
	ID             console.ID   `json:"id"`
	ConversationID console.ID   `json:"conversation_id"`
	Role           console.Role `json:"role" enum:"user,assistant"`
	Text           string       `json:"message"`
	Type           string       `json:"message_type" enum:"text"`
	CreatedAt      stamp        `json:"created_at"`
	Partial        bool         `json:"is_partial,omitempty"`
}

// deltaJSON is a piece of a reply.
type deltaJSON struct {
	MessageID console.ID `json:"message_id"`
	Text      string     `json:"text"`
}

// statusJSON says how a reply stands.
type statusJSON struct {
	State     stream.State `json:"state" enum:"thinking,tool,writing,idle"`
	Discarded console.ID   `json:"discarded,omitempty"`
}

// teamFrameJSON is a message on a team's stream.
type teamFrameJSON struct {
	frameJSON
	AgentID console.ID `json:"agent_id"`
}

// teamDeltaJSON is a piece of a reply on a team's stream.
type teamDeltaJSON struct {
	deltaJSON
	ConversationID console.ID `json:"conversation_id"`
	AgentID        console.ID `json:"agent_id"`
}

// teamStatusJSON says on a team's stream how a reply stands.
type teamStatusJSON struct {
	statusJSON
	ConversationID console.ID `json:"conversation_id"`
	AgentID        console.ID `json:"agent_id"`
}

// heartbeatJSON is a sign of life.
type heartbeatJSON struct {
	At int64 `json:"ts"`
}

// streamSchema is that of an event stream: a text, whose events have data of the forms that
// x-events names.
func (a *API) streamSchema(events map[string]string) *huma.Schema {
	forms := eventSchemas(a.doc.OpenAPI().Components.Schemas)
	for name, s := range forms {
		s.Description = a.manual.Schema(name)
		for field, f := range s.Properties {
			f.Description = a.manual.Field(name, field)
		}
	}
	named := map[string]any{}
	for event, form := range events {
		named[event] = forms[form]
	}
	return &huma.Schema{
		Type:        huma.TypeString,
		Description: "Server-sent events with LF line ends. `x-events` has the form of each event's data, by the event's name.",
		Extensions:  map[string]any{"x-events": named},
	}
}

// eventSchemas are the forms of the data of events, by the names under which they are described.
func eventSchemas(r huma.Registry) map[string]*huma.Schema {
	return map[string]*huma.Schema{
		"MessageEvent":      huma.SchemaFromType(r, reflect.TypeFor[frameJSON]()),
		"HeartbeatEvent":    huma.SchemaFromType(r, reflect.TypeFor[heartbeatJSON]()),
		"DeltaEvent":        huma.SchemaFromType(r, reflect.TypeFor[deltaJSON]()),
		"TeamMessageEvent":  huma.SchemaFromType(r, reflect.TypeFor[teamFrameJSON]()),
		"TeamDeltaEvent":    huma.SchemaFromType(r, reflect.TypeFor[teamDeltaJSON]()),
		"TeamStatusEvent":   huma.SchemaFromType(r, reflect.TypeFor[teamStatusJSON]()),
		"ConversationEvent": huma.SchemaFromType(r, reflect.TypeFor[rowJSON]()),
		"StatusEvent":       huma.SchemaFromType(r, reflect.TypeFor[statusJSON]()),
	}
}
