package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// What hangs below an agent goes with it: nobody listens to a conversation that is not there.
func TestStreamsOfADeletedAgentEnd(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e, newModel(t, echo).settings()...)
		a := s.newAgent(t, nil)
		first := s.say(t, a.ID, "hello")
		l := s.listen(t, a.ID, first.ConversationID, map[string][]string{"after": {first.ID}})
		l.fromAgent(t)
		want[any](t, s, http.StatusOK, request{method: "DELETE", path: api + "/agents/" + a.ID})
		l.end(t)
	})
}

func TestNothingOfADeletedAgentIsLeft(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e, newModel(t, echo).settings()...)
		built := want[agent](t, s, http.StatusCreated, request{method: "POST", path: api + "/workflows", body: object{"name": "w"}})
		gone, kept := s.newAgent(t, object{"workflow_id": built.ID}), s.newAgent(t, nil)
		below := map[string][]string{}
		for _, a := range []agent{gone, kept} {
			path := api + "/agents/" + a.ID
			base := want[agent](t, s, http.StatusCreated, request{
				method: "POST", path: path + "/knowledge_bases", body: object{"type": "text", "name": "k", "content": "c"},
			})
			m := s.say(t, a.ID, "hello")
			chat := conversationPath(a.ID, m.ConversationID)
			below[a.ID] = []string{
				"GET " + path, "GET " + path + "/knowledge_bases", "GET " + path + "/conversations", "GET " + chat,
				"GET " + chat + "/messages", "GET " + chat + "/messages/" + m.ID, "GET " + path + "/channels",
				"GET " + path + "/deployment/agent-test-code", "GET " + path + "/integrations", "GET " + path + "/actions",
				"POST " + chat + "/stream-ticket", "PATCH " + path, "PATCH " + path + "/knowledge_bases/" + base.ID,
				"PATCH " + chat + "/ai-status",
			}
		}
		del := request{method: "DELETE", path: api + "/agents/" + gone.ID}
		want[any](t, s, http.StatusOK, del)
		ask := func(line string) answer {
			method, path, _ := strings.Cut(line, " ")
			r := request{method: method, path: path}
			if method == http.MethodPatch {
				r.body = object{"name": "new", "is_ai_chat_paused": false}
			}
			return s.send(t, r)
		}
		for _, line := range below[gone.ID] {
			refused(t, ask(line), http.StatusNotFound, "not_found")
		}
		refused(t, s.send(t, del), http.StatusNotFound, "not_found")
		refused(t, s.send(t, request{
			method: "POST", path: api + "/agents/" + gone.ID + "/conversations/messages", body: object{"message": "hello?"},
		}), http.StatusNotFound, "not_found")
		for _, line := range below[kept.ID] {
			if got := ask(line); got.status >= 300 {
				t.Errorf("%s of the other agent: %d %s", line, got.status, got.body)
			}
		}
		if left := want[[]agent](t, s, http.StatusOK, request{method: "GET", path: api + "/agents"}); len(left) != 1 || left[0].ID != kept.ID {
			t.Errorf("agents %+v, want only %s", left, kept.ID)
		}
		want[any](t, s, http.StatusOK, request{method: "DELETE", path: api + "/workflows/" + built.ID})
	})
}
