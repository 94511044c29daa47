package httpapi

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/stream"
)

// parsed is a frame as a client reads it.
type parsed struct{ id, event, data string }

// parseFrames reads frames as the standard says, and refuses what the contract forbids.
func parseFrames(t *testing.T, raw string) []parsed {
	t.Helper()
	if strings.Contains(raw, "\r") {
		t.Fatalf("a stream holds a carriage return: %q", raw)
	}
	var all []parsed
	for block := range strings.SplitSeq(strings.TrimSuffix(raw, "\n\n"), "\n\n") {
		var p parsed
		for line := range strings.SplitSeq(block, "\n") {
			field, value, _ := strings.Cut(line, ": ")
			switch field {
			case "id":
				p.id = value
			case "event":
				p.event = value
			case "data":
				p.data += value
			case "retry":
				p.event = "retry"
			default:
				t.Fatalf("a stream has a line %q", line)
			}
		}
		all = append(all, p)
	}
	return all
}

func TestFrames(t *testing.T) {
	t.Parallel()
	at := time.Date(2030, 1, 2, 3, 4, 5, 6_000_000, time.UTC)
	m := console.Message{
		ID: "m1", ConversationID: "c1", Role: console.RoleAssistant, Text: "<b>\r\nñ\u2028 & </b>", CreatedAt: at,
		Attachments: []console.Attachment{{Type: "image", URL: "https://x.example"}},
	}
	partial := m
	partial.Partial, partial.Text = true, "cut"
	for want, got := range map[string][]byte{
		"id: m1\nevent: message\ndata: {\"id\":\"m1\",\"conversation_id\":\"c1\",\"role\":\"assistant\"," +
			"\"message\":\"<b>\\r\\nñ\\u2028 & </b>\",\"message_type\":\"text\",\"created_at\":\"2030-01-02T03:04:05.006Z\"}\n\n": messageFrame(m),
		"id: m1\nevent: message\ndata: {\"id\":\"m1\",\"conversation_id\":\"c1\",\"role\":\"assistant\"," +
			"\"message\":\"cut\",\"message_type\":\"text\",\"created_at\":\"2030-01-02T03:04:05.006Z\",\"is_partial\":true}\n\n": messageFrame(partial),
		"event: delta\ndata: {\"message_id\":\"m1\",\"text\":\"a\\nb\"}\n\n": deltaFrame(stream.Delta{MessageID: "m1", Text: "a\nb"}),
		"event: status\ndata: {\"state\":\"thinking\"}\n\n":                  statusFrame(stream.Status{State: stream.Thinking}),
		"event: status\ndata: {\"state\":\"idle\",\"discarded\":\"m1\"}\n\n": statusFrame(stream.Status{State: stream.Idle, Discarded: "m1"}),
		"event: heartbeat\ndata: {\"ts\":1893553445006}\n\n":                 heartbeatFrame(at),
	} {
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("frame (-want +got):\n%s", diff)
		}
	}
}

func FuzzMessageFrame(f *testing.F) {
	f.Add("m1", "hello")
	f.Add("m2", "a\nb\r\n\nevent: message\ndata: {}\n\n")
	f.Add("m3", "\u2028\x00\x7f")
	f.Fuzz(func(t *testing.T, id, text string) {
		if !plausible(id) {
			return // only our own ids get here
		}
		if strings.ContainsAny(id, `"\`) {
			return
		}
		raw := messageFrame(console.Message{ID: console.ID(id), Text: text})
		got := parseFrames(t, string(raw))
		if len(got) != 1 || got[0].id != id || got[0].event != "message" {
			t.Fatalf("messageFrame(%q, %q): got %+v", id, text, got)
		}
		var back struct {
			Message string `json:"message"`
		}
		if err := json.Unmarshal([]byte(got[0].data), &back); err != nil {
			t.Fatalf("data of %q: %v", raw, err)
		}
		if utf8.ValidString(text) && back.Message != text {
			t.Errorf("text: got %q, want %q", back.Message, text)
		}
		if strings.ContainsAny(string(raw), "\u2028\u2029") {
			t.Errorf("%q has what JavaScript takes for the end of a line", raw)
		}
	})
}
