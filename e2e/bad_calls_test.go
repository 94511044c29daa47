package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// toolCall is one call in a model's reply.
type toolCall struct{ id, tool, arguments string }

// streamed is a reply of text and calls as a vendor streams it.
type streamed func(t *testing.T, text string, finish string, all ...toolCall) []string

// quoted is a text as JSON.
func quoted(t *testing.T, s string) string {
	t.Helper()
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// asChunks is a reply in OpenAI's protocol.
func asChunks(t *testing.T, text, finish string, all ...toolCall) []string {
	t.Helper()
	const chunk = `{"object":"chat.completion.chunk","choices":[{"index":0,"delta":%s,"finish_reason":null}]}`
	out := []string{fmt.Sprintf(chunk, `{"role":"assistant","content":`+quoted(t, text)+`}`)}
	for i, c := range all {
		out = append(out, fmt.Sprintf(chunk, fmt.Sprintf(`{"tool_calls":[{"index":%d,"id":%s,"type":"function","function":{"name":%s,"arguments":%s}}]}`,
			i, quoted(t, c.id), quoted(t, c.tool), quoted(t, c.arguments))))
	}
	return append(out, `{"object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":`+quoted(t, finish)+`}]}`, "[DONE]")
}

// asBlocks is a reply in Anthropic's protocol.
func asBlocks(t *testing.T, text, finish string, all ...toolCall) []string {
	t.Helper()
	reason := map[string]string{"tool_calls": "tool_use", "length": "max_tokens", "stop": "end_turn"}[finish]
	out := []string{
		`{"type":"message_start","message":{"usage":{"input_tokens":30}}}`,
		`{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`,
		`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":` + quoted(t, text) + `}}`,
	}
	for i, c := range all {
		out = append(out,
			fmt.Sprintf(`{"type":"content_block_start","index":%d,"content_block":{"type":"tool_use","id":%s,"name":%s,"input":{}}}`, i+1, quoted(t, c.id), quoted(t, c.tool)),
			fmt.Sprintf(`{"type":"content_block_delta","index":%d,"delta":{"type":"input_json_delta","partial_json":%s}}`, i+1, quoted(t, c.arguments)),
			fmt.Sprintf(`{"type":"content_block_stop","index":%d}`, i+1))
	}
	return append(out, `{"type":"message_delta","delta":{"stop_reason":`+quoted(t, reason)+`},"usage":{"output_tokens":4}}`, `{"type":"message_stop"}`)
}

// vendors runs a test against servers of each protocol; events make the answer to what the customer asked.
func vendors(t *testing.T, run func(t *testing.T, s *site, calls func() int), events func(t *testing.T, as streamed, asked string) []string, more ...string) {
	t.Helper()
	t.Run("openai", func(t *testing.T) {
		t.Parallel()
		m := newModel(t, func(c *call) {
			for _, data := range events(t, asChunks, c.last()) {
				c.raw("data: " + data + "\n\n")
			}
		})
		run(t, serving(t, onSQLite, m.settings(more...)...), m.count)
	})
	t.Run("anthropic", func(t *testing.T) {
		t.Parallel()
		settings, calls := newMessages(t, func(asked string) []string { return events(t, asBlocks, asked) })
		run(t, serving(t, onSQLite, append(settings, more...)...), func() int { return int(calls.Load()) })
	})
}

// angryRule is one that only a model can judge, and that calls a human.
func angryRule() object {
	return object{"rules": []object{{
		"id": "angry", "name": "Angry", "trigger": "complaint", "condition": "if the customer is angry",
		"response": "A manager will write to you.", "action": "handoff", "enabled": true,
	}}}
}

// turnRecord is what a test looks at in the record of a turn.
type turnRecord struct {
	Decided string   `json:"decided_by"`
	Rules   []string `json:"rule_ids"`
	Steps   []struct{ Kind, Note, Fault string }
}

// record is that of a conversation's newest turn.
func (s *site) record(t *testing.T, agent, conversation string) turnRecord {
	t.Helper()
	at := api + "/agents/" + agent + "/conversations/" + conversation + "/turns"
	all := want[[]struct{ ID string }](t, s, http.StatusOK, request{path: at})
	if len(all) == 0 {
		t.Fatal("there is no turn")
	}
	return want[turnRecord](t, s, http.StatusOK, request{path: at + "/" + all[0].ID})
}

// A bad call takes nothing away from a good text and a good call beside it.
func TestABadCallSpoilsNoReply(t *testing.T) {
	t.Parallel()
	good := toolCall{"call_1", "hand_over", `{"rule":1}`}
	replies := map[string]struct {
		finish string
		calls  []toolCall
		hands  bool
		note   string
	}{
		"not offered": {"tool_calls", []toolCall{{"call_0", "rm", `{}`}, good}, true, "not a tool that was offered"},
		"malformed":   {"tool_calls", []toolCall{good, {"call_2", "hand_over", `{"rule":`}}, true, "hand_over: arguments that are not a JSON object"},
		"cut":         {"length", []toolCall{good, {"call_2", "hand_over", `{"ru`}}, true, "hand_over: cut off"},
		"text alone":  {"tool_calls", []toolCall{{"call_0", "rm", `{}`}}, false, "not a tool that was offered"},
	}
	vendors(t, func(t *testing.T, s *site, calls func() int) {
		t.Helper()
		a := s.newAgent(t, angryRule())
		n := 0
		for name, r := range replies {
			sent := s.say(t, a.ID, name)
			eventually(t, "it is answered", func() bool { return s.idle(t, a.ID, sent.ConversationID) })
			if log := texts(s.log(t, a.ID, sent.ConversationID)); len(log) != 2 || log[1] != "assistant: I am sorry to hear that." {
				t.Errorf("%s: log %q", name, log)
			}
			if n++; calls() != n || !s.conversation(t, a.ID, sent.ConversationID).NeedsAttention {
				t.Errorf("%s: needs attention: %t, after %d askings of %d replies", name, s.conversation(t, a.ID, sent.ConversationID).NeedsAttention, calls(), n)
			}
			got := s.record(t, a.ID, sent.ConversationID)
			if got.Decided != "model" || (len(got.Rules) == 1) != r.hands {
				t.Errorf("%s: record %+v", name, got)
			}
			if step := got.Steps[0]; step.Fault != "calls" || !strings.HasSuffix(step.Note, ": "+r.note) {
				t.Errorf("%s: step %+v", name, step)
			}
		}
	}, func(t *testing.T, as streamed, asked string) []string {
		t.Helper()
		r := replies[asked]
		return as(t, "I am sorry to hear that.", r.finish, r.calls...)
	})
}

// Calls that nobody can act on shut the model for no other customer.
func TestBadCallsShutNoModel(t *testing.T) {
	t.Parallel()
	vendors(t, func(t *testing.T, s *site, _ func() int) {
		t.Helper()
		a := s.newAgent(t, nil)
		for range 2 { // four askings each, more than a breaker bears
			sent := s.say(t, a.ID, "odd")
			eventually(t, "there is an apology", func() bool { return s.idle(t, a.ID, sent.ConversationID) })
		}
		sent := s.say(t, a.ID, "well")
		eventually(t, "it is answered", func() bool { return s.idle(t, a.ID, sent.ConversationID) })
		if log := texts(s.log(t, a.ID, sent.ConversationID)); len(log) != 2 || log[1] != "assistant: Very well." {
			t.Errorf("log %q, want an answer of the model", log)
		}
		if steps := s.record(t, a.ID, sent.ConversationID).Steps; len(steps) != 1 || steps[0].Kind != "model" {
			t.Errorf("steps %+v, want one asking, and nobody kept away", steps)
		}
	}, func(t *testing.T, as streamed, asked string) []string {
		t.Helper()
		if asked == "odd" {
			return as(t, "", "tool_calls", toolCall{"call_1", "rm", `{}`})
		}
		return as(t, "Very well.", "stop")
	})
}
