package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// rules are an agent's with one condition and response.
func rules(trigger, condition, response string) object {
	r := object{"id": "1", "name": "bad", "trigger": trigger, "response": response, "enabled": true}
	if condition != "" {
		r["condition"] = condition
	}
	return object{"name": "Bad", "rules": []object{r}}
}

// What can be seen to be wrong with rules and flows is refused when they are saved, with its path.
func TestBadRulesAndFlowsAreRefused(t *testing.T) {
	t.Parallel()
	s := serving(t, onSQLite)
	circle := []object{{"type": "message", "id": "a", "content": "Again."}, {"type": "goto", "goto": "a"}}
	for name, test := range map[string]struct {
		path string
		body object
		at   string
	}{
		"a condition that is none":   {"/agents", rules("hello", "contact.email ==", "x"), "rules.0.condition"},
		"an unknown name":            {"/agents", rules("hello", "nobody.knows == 1", "x"), "rules.0.condition"},
		"a condition without an end": {"/agents", rules("hello", strings.Repeat("(1 + ", 20_000)+"1"+strings.Repeat(")", 20_000)+" > 0", "x"), "rules.0.condition"},
		"a response that is none":    {"/agents", rules("hello", "", "{% if %}{{"), "rules.0.response"},
		"a megabyte of response":     {"/agents", rules("hello", "", strings.Repeat("{{ contact.name }} ", 50_000)), "rules.0.response"},
		"a trigger that is none":     {"/agents", rules("/(((/", "", "x"), "rules.0.trigger"},
		"a flow in a circle": {"/workflows", object{"name": "Bad", "flows": []object{{
			"name": "circle", "trigger_keywords": []object{{"keyword": "round"}}, "conversation_steps": circle,
		}}}, "flows.0"},
	} {
		f := refused(t, s.send(t, request{method: http.MethodPost, path: api + test.path, body: test.body}),
			http.StatusBadRequest, "validation_error")
		if !strings.Contains(string(f.Message), `"`+test.at) {
			t.Errorf("%s: %.300s, want a fault at %s", name, f.Message, test.at)
		}
	}
}

// What is allowed and costs much is bounded: whoever writes gets one reply, and so does the next one.
func TestCostlyRulesAreBounded(t *testing.T) {
	t.Parallel()
	m := newModel(t, echo)
	s := serving(t, onSQLite, m.settings()...)
	for name, body := range map[string]object{
		"a response that grows": rules("hello", "", strings.Repeat("{% for x in (1..100000) %}", 3)+"x"+strings.Repeat("{% endfor %}", 3)),
		"a condition that runs long": rules("hello", "len(filter(1..1000000, # % 2 == 0)) > 0 && "+
			"len(filter(1..1000000, # % 3 == 0)) > 0", "x"),
		"a pattern that could go back and forth": rules(`/(a+)+$/`, "", "x"),
	} {
		got := s.send(t, request{method: http.MethodPost, path: api + "/agents", body: body})
		if got.status == http.StatusBadRequest {
			refused(t, got, http.StatusBadRequest, "validation_error")
			continue
		}
		a := data[agent](t, got, http.StatusCreated)
		for _, text := range []string{"hello", strings.Repeat("a", 9_000) + "!", "next"} {
			first := s.say(t, a.ID, text)
			eventually(t, name+" is answered", func() bool { return s.idle(t, a.ID, first.ConversationID) })
			if log := s.log(t, a.ID, first.ConversationID); len(log) != 2 {
				t.Errorf("%s: %.300q, want one reply", name, texts(log))
			}
		}
	}
	if most := s.peak(t); most > mostMemory {
		t.Errorf("the server grew to %d MiB, want at most %d", most, mostMemory)
	}
}
