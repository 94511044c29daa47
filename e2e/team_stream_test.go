package e2e

import (
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// watch opens the stream of all conversations after a message, "" for what is new.
func (s *site) watch(t *testing.T, after string) *listening {
	t.Helper()
	query := url.Values{"events": {"conversation"}}
	if after != "" {
		query.Set("after", after)
	}
	l, err := s.openAt(t.Context(), api+"/conversations", "", query)
	if err != nil {
		t.Fatalf("open the team's stream: %v", err)
	}
	t.Cleanup(l.close)
	return l
}

// told is a message on the stream of all conversations.
type told struct {
	message
	AgentID string `json:"agent_id"`
}

func (l *listening) told(t *testing.T) told {
	t.Helper()
	return decode[told](t, l.next(t, "message"))
}

// One page watches two agents, over a restart in between: it hears every message of both once, each
// conversation in order, and of a conversation that somebody takes.
func TestOnePageWatchesEverything(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e, newModel(t, echo).settings()...)
		agents := []agent{s.newAgent(t, nil), s.newAgent(t, nil)}
		l := s.watch(t, "")
		var want []string
		chats := map[string]string{}
		heard := map[string][]string{}
		last := ""
		hear := func(n int) {
			t.Helper()
			for range n {
				m := l.told(t)
				if m.AgentID != chats[m.ConversationID] {
					t.Errorf("a message of agent %q in the conversation of %q", m.AgentID, chats[m.ConversationID])
				}
				heard[m.ConversationID] = append(heard[m.ConversationID], m.Text)
				last = m.ID
			}
		}
		for _, a := range agents {
			chats[s.say(t, a.ID, "hello").ConversationID] = a.ID
		}
		hear(4)
		s.restart()
		for chat, a := range chats {
			s.reply(t, a, chat, "user", "again")
		}
		l = s.watch(t, last)
		hear(4)
		want = []string{"hello", "You said: hello", "again", "You said: again"}
		for chat, a := range chats {
			if diff := cmp.Diff(want, heard[chat]); diff != "" {
				t.Errorf("conversation of %s (-want +got):\n%s", a, diff)
			}
			s.send(t, request{
				method: "PATCH", path: conversationPath(a, chat), body: object{"assignee": "Ngozi"},
			})
			row := decode[struct{ ID, Assignee string }](t, l.until(t, "conversation", func(e event) bool {
				return decode[struct{ Assignee string }](t, e).Assignee != ""
			}))
			if row.ID != chat || row.Assignee != "Ngozi" {
				t.Errorf("told of %+v, want %s taken by Ngozi", row, chat)
			}
		}
	})
}

// Many write at once through two nodes, while a page leaves and comes again after each message that
// it hears: it hears all, once, each conversation in order.
func TestAPageThatComesAndGoesHearsAllOnce(t *testing.T) {
	t.Parallel()
	const customers, each = 4, 4
	one := serving(t, onPostgres, newModel(t, echo).settings()...)
	two := one.twin(t)
	a := one.newAgent(t, nil)
	first := one.say(t, a.ID, "first")
	var writing sync.WaitGroup
	for i := range customers {
		site := []*site{one, two}[i%2]
		writing.Go(func() {
			for n := range each {
				got, err := site.try(t.Context(), request{
					method: "POST", path: api + "/agents/" + a.ID + "/conversations/messages",
					body: object{"message": itoa(n), "channel_user_id": itoa(i), "role": "assistant"},
				})
				if err != nil || got.status != http.StatusCreated {
					t.Errorf("message %d of customer %d: %d %s, %v", n, i, got.status, got.body, err)
				}
			}
		})
	}
	defer writing.Wait()
	heard, last := map[string][]string{}, first.ID
	for heardAll := false; !heardAll; {
		l := one.watch(t, last)
		for range 3 {
			m := l.told(t)
			last = m.ID
			if m.ConversationID != first.ConversationID && m.Text[0] != 'Y' {
				heard[m.ConversationID] = append(heard[m.ConversationID], m.Text)
			}
			heardAll = len(heard) == customers
			for _, texts := range heard {
				heardAll = heardAll && len(texts) >= each
			}
			if heardAll {
				break
			}
		}
		l.close()
	}
	for chat, texts := range heard {
		if !slices.Equal(texts, []string{"0", "1", "2", "3"}) {
			t.Errorf("conversation %s: heard %q", chat, texts)
		}
	}
}
