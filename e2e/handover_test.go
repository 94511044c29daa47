package e2e

import (
	"net/http"
	"testing"
)

// A rule that only a model can judge calls a human: by the tool that the model is offered, and without a
// word of its own.
func TestAModelHandsOver(t *testing.T) {
	t.Parallel()
	m := newModel(t, func(c *call) {
		c.raw(`data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[`+
			`{"index":0,"id":"call_1","type":"function","function":{"name":"hand_over","arguments":"{\"rule\":1}"}}]}}]}`+"\n\n",
			`data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}`+"\n\n",
			"data: [DONE]\n\n")
	})
	s := serving(t, onSQLite, m.settings()...)
	a := s.newAgent(t, object{"rules": []object{{
		"id": "angry", "name": "Angry", "trigger": "complaint", "condition": "if the customer is angry",
		"response": "A manager will write to you.", "action": "handoff", "enabled": true,
	}}})
	sent := s.say(t, a.ID, "this is outrageous")
	eventually(t, "it is answered", func() bool { return s.idle(t, a.ID, sent.ConversationID) })
	if log := texts(s.log(t, a.ID, sent.ConversationID)); len(log) != 2 || log[1] != "assistant: A manager will write to you." {
		t.Errorf("log %q", log)
	}
	if c := s.conversation(t, a.ID, sent.ConversationID); !c.NeedsAttention || m.count() != 1 {
		t.Errorf("needs attention: %t, after %d askings", c.NeedsAttention, m.count())
	}
	type record struct {
		Decided string   `json:"decided_by"`
		Rules   []string `json:"rule_ids"`
	}
	got := want[[]record](t, s, http.StatusOK, request{path: api + "/agents/" + a.ID + "/conversations/" + sent.ConversationID + "/turns"})
	if len(got) != 1 || got[0].Decided != "rule" || len(got[0].Rules) != 1 || got[0].Rules[0] != "angry" {
		t.Errorf("turns %+v", got)
	}
}

// So it does in either protocol, and with words of its own, which are heard as they are written.
func TestAModelHandsOverWithWordsOfItsOwn(t *testing.T) {
	t.Parallel()
	vendors(t, func(t *testing.T, s *site, calls func() int) {
		t.Helper()
		a := s.newAgent(t, angryRule())
		sent := s.say(t, a.ID, "quiet") // which makes the conversation
		eventually(t, "it is answered", func() bool { return s.idle(t, a.ID, sent.ConversationID) })
		if log := texts(s.log(t, a.ID, sent.ConversationID)); log[len(log)-1] != "assistant: A manager will write to you." {
			t.Errorf("without words: %q", log)
		}
		l := s.listen(t, a.ID, sent.ConversationID, live)
		s.reply(t, a.ID, sent.ConversationID, "user", "this is outrageous")
		l.until(t, "delta", func(e event) bool { return is(t, e, "text", "I am sorry.") })
		eventually(t, "it is answered", func() bool { return s.idle(t, a.ID, sent.ConversationID) })
		log := texts(s.log(t, a.ID, sent.ConversationID))
		if log[len(log)-1] != "assistant: I am sorry." || calls() != 2 || !s.conversation(t, a.ID, sent.ConversationID).NeedsAttention {
			t.Errorf("log %q after %d askings", log, calls())
		}
		if got := s.record(t, a.ID, sent.ConversationID); len(got.Rules) != 1 || got.Rules[0] != "angry" || got.Steps[0].Fault != "" {
			t.Errorf("record %+v", got)
		}
	}, func(t *testing.T, as streamed, asked string) []string {
		t.Helper()
		text := "I am sorry."
		if asked == "quiet" {
			text = ""
		}
		return as(t, text, "tool_calls", toolCall{"call_1", "hand_over", `{"rule":1}`})
	})
}
