package httpapi

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/stream"
)

// Frames are written without encoding/json, whose deep stack thousands of idle streams would carry
// along. Ids and states are our own words and need no escaping.

// messageFrame has id, event and data, as every message frame must.
func messageFrame(m console.Message) []byte {
	b := make([]byte, 0, frameSize+len(m.Text))
	b = append(append(b, "id: "...), m.ID...)
	b = append(append(b, "\nevent: message\ndata: {\"id\":\""...), m.ID...)
	b = append(append(b, `","conversation_id":"`...), m.ConversationID...)
	b = append(append(b, `","role":"`...), m.Role...)
	b = appendText(append(b, `","message":`...), m.Text)
	b = append(b, `,"message_type":"`+console.MessageType+`","created_at":"`...)
	b = m.CreatedAt.UTC().AppendFormat(b, stampLayout)
	b = append(b, '"')
	if m.Partial {
		b = append(b, `,"is_partial":true`...)
	}
	return append(b, frameEnd...)
}

const (
	frameSize = 256 // of a message's frame without its text, about
	frameEnd  = "}\n\n"
)

func deltaFrame(d stream.Delta) []byte {
	b := make([]byte, 0, frameSize+len(d.Text))
	b = append(append(b, "event: delta\ndata: {\"message_id\":\""...), d.MessageID...)
	b = appendText(append(b, `","text":`...), d.Text)
	return append(b, frameEnd...)
}

func statusFrame(s stream.Status) []byte {
	b := append(make([]byte, 0, frameSize), "event: status\ndata: {\"state\":\""...)
	b = append(append(b, s.State...), '"')
	if s.Discarded != "" {
		b = append(append(append(b, `,"discarded":"`...), s.Discarded...), '"')
	}
	return append(b, frameEnd...)
}

func heartbeatFrame(at time.Time) []byte {
	b := append(make([]byte, 0, frameSize), "event: heartbeat\ndata: {\"ts\":"...)
	b = strconv.AppendInt(b, at.UnixMilli(), 10)
	return append(b, frameEnd...)
}

// retryFrame is the last of a stream that the server ends: come again in a second.
const retryFrame = "retry: 1000\n\n"

// appendText appends a JSON string. It has no line ends, so that data is one line, and nothing that
// JavaScript takes for one; what is not UTF-8 becomes U+FFFD.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if escape := escaped(r, size); escape != "" {
			b = append(append(b, s[from:i]...), escape...)
			from = i + size
		}
		i += size
	}
	return append(append(b, s[from:]...), '"')
}

// escaped is how a character is written within a JSON string; empty: as it is.
func escaped(r rune, size int) string {
	const hex = "0123456789abcdef"
	switch {
	case r == '"':
		return `\"`
	case r == '\\':
		return `\\`
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < ' ':
		return `\u00` + string([]byte{hex[r>>4], hex[r&0xf]})
	case r == '\u2028', r == '\u2029':
		return `\u202` + string(hex[r&0xf])
	case r == utf8.RuneError && size == 1:
		return "\uFFFD"
	}
	return ""
}
