package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// Instructions of any length that can be saved leave a place for the FAQ and for what the customer asks,
// and the record says what did not fit into the model's window.
func TestLongInstructionsLeaveAPlaceForTheRest(t *testing.T) {
	t.Parallel()
	asked := make(chan *call, 9)
	small := newModel(t, func(c *call) { asked <- c; c.fail(http.StatusUnauthorized) })
	usual := newModel(t, func(c *call) { asked <- c; c.answer("Yes.") })
	s := serving(t, onSQLite, small.settings("BIMPE_MODEL_CONTEXT=4096", loopback)...)
	long := "FIRST " + strings.Repeat("Be kind to everybody who asks. ", 1600) + "LAST"
	flow := want[struct{ ID string }](t, s, http.StatusCreated, request{
		method: http.MethodPost, path: api + "/workflows", body: object{
			"name": "w", "system_prompt": long, "faq": []object{{"question": "Parking?", "answer": "Behind the house."}},
		},
	})
	a := s.newAgent(t, object{"workflow_id": flow.ID, "fallback_model_connection_ids": []string{s.connect(t, usual)}})
	newest := strings.Repeat("please ", 400) + "THE-END"
	s.asked(t, a.ID, "", newest)
	if len(asked) != 2 {
		t.Fatalf("%d askings, want one of each model", len(asked))
	}
	for i, whole := range []bool{false, true} {
		c := <-asked
		text := c.system()
		if !strings.Contains(text, "FIRST") || strings.Contains(text, "LAST") != whole || !strings.Contains(text, "Behind the house.") ||
			c.last() != newest {
			t.Errorf("model %d was asked with %d characters, and %d of the newest message", i, len(text), len(c.last()))
		}
	}
	s.wantNote(t, a.ID, "did not fit into 4096 tokens: the workflow's instructions ")
}

// wantNote wants a step of the kind prompt in the record of the agent's one turn, which begins so.
func (s *site) wantNote(t *testing.T, agentID, note string) {
	t.Helper()
	type step struct{ Kind, Note string }
	chats := want[[]struct{ ID string }](t, s, http.StatusOK, request{path: api + "/agents/" + agentID + "/conversations"})
	at := api + "/agents/" + agentID + "/conversations/" + chats[0].ID + "/turns"
	turn := want[[]struct{ ID string }](t, s, http.StatusOK, request{path: at})[0]
	got := want[struct{ Steps []step }](t, s, http.StatusOK, request{path: at + "/" + turn.ID})
	var found []string
	for _, one := range got.Steps {
		if one.Kind == "prompt" {
			found = append(found, one.Note)
		}
	}
	if len(found) != 1 || !strings.HasPrefix(found[0], note) {
		t.Errorf("the record says %q, want one that begins with %q", found, note)
	}
}
