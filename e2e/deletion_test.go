package e2e

import (
	"net/http"
	"testing"
)

// What hangs below an agent goes with it: nobody listens to a conversation that is not there.
func TestStreamsOfADeletedAgentEnd(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		s := serving(t, e, newModel(t, echo).settings()...)
		a := s.newAgent(t, nil)
		first := s.say(t, a.ID, "hello")
		l := s.listen(t, a.ID, first.ConversationID, map[string][]string{"after": {first.ID}})
		l.fromAgent(t)
		want[any](t, s, http.StatusOK, request{method: "DELETE", path: api + "/agents/" + a.ID})
		l.end(t)
	})
}
