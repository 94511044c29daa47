package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// recorded is a turn as its record has it.
type recorded struct {
	State     string
	DecidedBy string `json:"decided_by"`
	Budget    string
	Usage     struct {
		Total int64 `json:"total_tokens"`
	}
	First string `json:"first_message_id"`
	Reply string `json:"reply_message_id"`
}

// answered waits for the turn of a message and returns it.
func (s *site) answered(t *testing.T, agentID string, said message) (turn recorded) {
	t.Helper()
	eventually(t, "there is a reply", func() bool {
		turns := want[[]recorded](t, s, http.StatusOK, request{
			method: "GET", path: conversationPath(agentID, said.ConversationID) + "/turns?limit=1",
		})
		if len(turns) == 1 {
			turn = turns[0]
		}
		return turn.State == "replied" && turn.First == said.ID
	})
	return turn
}

// Over a budget of any kind the message is taken and answered, without a model, and the record says
// which budget it was.
func TestOverABudgetTheBuiltInResponderAnswers(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		m := newModel(t, echo)
		s := serving(t, e, m.settings()...)
		free, poor := s.newAgent(t, nil), s.newAgent(t, object{"max_tokens_per_day": 1})
		brief := s.newAgent(t, object{"max_tokens_per_turn": 1})
		if turn := s.answered(t, free.ID, s.say(t, free.ID, "hello")); turn.DecidedBy != "model" || turn.Usage.Total == 0 {
			t.Errorf("without a bound: %+v", turn)
		}
		over := func(budget string, said message, agentID string) {
			t.Helper()
			turn := s.answered(t, agentID, said)
			if turn.DecidedBy != "builtin" || turn.Budget != budget || turn.Usage.Total != 0 || turn.Reply == "" {
				t.Errorf("over %s: %+v", budget, turn)
			}
		}
		over("agent_day", s.say(t, poor.ID, "hello"), poor.ID)
		over("turn", s.say(t, brief.ID, "hello"), brief.ID)
		made := s.command("key", "create", "--team", "e2e", "--scope", "*", "--tokens-per-day", "1")
		if made.code != 0 {
			t.Fatalf("key create: %+v", made)
		}
		over("key_day", want[message](t, s, http.StatusCreated, request{
			method: "POST", path: api + "/agents/" + free.ID + "/conversations/messages",
			body: object{"message": "hello"}, key: strings.TrimSpace(made.stdout),
		}), free.ID)
		s.set(t, "--tokens-per-day", "none")
		var said message
		eventually(t, "the team's bound holds", func() bool {
			said = s.say(t, free.ID, "hello")
			return s.answered(t, free.ID, said).Budget != ""
		})
		over("team_day", said, free.ID)
	})
}
