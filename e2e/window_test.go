package e2e

import (
	"fmt"
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

// A window that the operator or the team names holds for a model of either protocol: no more is sent, and
// the record says what was left out, and of which model.
func TestAWindowCutsWhatIsSent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		server, team int // windows; 0: not named
		cut          string
	}{
		"the server's":     {4096, 0, "did not fit into 4096 tokens: the workflow's instructions "},
		"the connection's": {0, 3000, "did not fit into 3000 tokens: the workflow's instructions "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prompts := make(chan int, 9)
			settings, _ := newMessagesOf(t, func(in messagesIn) []string {
				prompts <- len(in.System) + in.MaxTokens
				return asBlocks(t, "Yes.", "stop")
			})
			settings = append(settings, loopback)
			if test.server > 0 {
				settings = append(settings, fmt.Sprint("BIMPE_MODEL_CONTEXT=", test.server))
			}
			s := serving(t, onSQLite, settings...)
			flow := want[struct{ ID string }](t, s, http.StatusCreated, request{
				method: http.MethodPost, path: api + "/workflows", body: object{
					"name": "w", "system_prompt": strings.Repeat("Be kind to everybody who asks. ", 1600),
				},
			})
			with := object{"workflow_id": flow.ID}
			if test.team > 0 {
				with["model_connection_id"] = want[struct{ ID string }](t, s, http.StatusCreated, request{
					method: http.MethodPost, path: api + "/model-connections", body: object{
						"name": "m", "provider": "anthropic", "model": "scripted", "api_key": "model-secret", "context_window": test.team,
						"base_url": strings.TrimPrefix(settings[1], "BIMPE_MODEL_URL="),
					},
				}).ID
			}
			a := s.newAgent(t, with)
			if log := s.asked(t, a.ID, "", "hello"); len(log) != 2 || log[1] != "assistant: Yes." {
				t.Fatalf("log %q", log)
			}
			// A token of English is some four characters; nobody's are more than five.
			if n, most := <-prompts, 5*max(test.server, test.team); n > most || n < most/4 {
				t.Errorf("asked with %d characters and tokens of the reply, want at most %d", n, most)
			}
			s.wantNote(t, a.ID, test.cut)
		})
	}
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
