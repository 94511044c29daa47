package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// Whoever has the id of a request finds the turn that its message began, and the other way round.
func TestRequestAndTurnAreFoundInTheLog(t *testing.T) {
	t.Parallel()
	m := newModel(t, echo)
	s := serving(t, onSQLite, m.settings()...)
	a := s.newAgent(t, nil)
	base := api + "/agents/" + a.ID + "/conversations"
	first := want[message](t, s, http.StatusCreated, request{
		method: http.MethodPost, path: base + "/messages", body: object{"message": "hello"}, headers: map[string]string{"X-Request-Id": "req-1"},
	})
	eventually(t, "it is answered", func() bool { return s.idle(t, a.ID, first.ConversationID) })
	want[message](t, s, http.StatusCreated, request{
		method: http.MethodPost, path: base + "/" + first.ConversationID + "/messages", body: object{"message": "again"},
		headers: map[string]string{"X-Request-Id": "req-2"},
	})
	for _, id := range []string{"req-1", "req-2"} {
		for _, what := range []string{"request", "turn"} {
			line, err := s.current().stderr.find(within(t, patience), func(line string) bool {
				return strings.Contains(line, `"msg":"`+what+`"`) && strings.Contains(line, `"request_id":"`+id+`"`)
			})
			if err != nil {
				t.Fatalf("the %s of %s is not in the log: %v", what, id, err)
			}
			var entry struct{ Team, Conversation string }
			if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Team == "" || entry.Conversation != first.ConversationID {
				t.Errorf("the line of the %s of %s: %s", what, id, line)
			}
		}
	}
}
