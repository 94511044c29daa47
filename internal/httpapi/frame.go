package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/stream"
)

// frameJSON is a message on a stream.
type frameJSON struct {
	ID             console.ID   `json:"id"`
	ConversationID console.ID   `json:"conversation_id"`
	Role           console.Role `json:"role"`
	Text           string       `json:"message"`
	Type           string       `json:"message_type"`
	CreatedAt      stamp        `json:"created_at"`
	Partial        bool         `json:"is_partial,omitempty"`
}

type deltaJSON struct {
	MessageID console.ID `json:"message_id"`
	Text      string     `json:"text"`
}

type statusJSON struct {
	State     stream.State `json:"state"`
	Discarded console.ID   `json:"discarded,omitempty"`
}

// messageFrame has id, event and data, as every message frame must.
func messageFrame(m console.Message) ([]byte, error) {
	return frame(string(m.ID), "message", frameJSON{
		ID: m.ID, ConversationID: m.ConversationID, Role: m.Role, Text: m.Text, Type: console.MessageType,
		CreatedAt: stamp(m.CreatedAt), Partial: m.Partial,
	})
}

func deltaFrame(d stream.Delta) ([]byte, error) {
	return frame("", "delta", deltaJSON{MessageID: d.MessageID, Text: d.Text})
}

func statusFrame(s stream.Status) ([]byte, error) {
	return frame("", "status", statusJSON{State: s.State, Discarded: s.Discarded})
}

// heartbeatFrame is written without encoding/json, whose stack an idle stream need not carry.
func heartbeatFrame(at time.Time) []byte {
	b := append(make([]byte, 0, 64), "event: heartbeat\ndata: {\"ts\":"...)
	b = strconv.AppendInt(b, at.UnixMilli(), 10)
	return append(b, "}\n\n"...)
}

// retryFrame is the last of a stream that the server ends: come again in a second.
const retryFrame = "retry: 1000\n\n"

// frame writes one event. JSON has no line ends of its own, so that data is one line.
func frame(id, event string, data any) ([]byte, error) {
	var b bytes.Buffer
	if id != "" {
		b.WriteString("id: " + id + "\n")
	}
	b.WriteString("event: " + event + "\ndata: ")
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(data); err != nil { // it ends the line
		return nil, fmt.Errorf("encode a %s event: %w", event, err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
