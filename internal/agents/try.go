package agents

import (
	"context"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// Trial is a message that nobody has sent, and the circumstances under which it is tried.
type Trial struct {
	Text         string
	State        flows.State
	Contact      flows.Contact
	Conversation flows.Conversation
	At           *time.Time // nil: now
}

// Tried is what rules and flows would make of a message.
type Tried struct {
	Decision   flows.Decision
	Considered []flows.Considered
	Rules      []console.Rule // that a Fired.Index counts in: the agent's own, then its workflow's
	Own        int            // how many of them are the agent's own
}

// Try says what the agent's rules and flows would answer, and why. It changes nothing. An agent that
// is not there is CodeNotFound; a workflow that is not there any more counts for nothing.
func (s *Service) Try(ctx context.Context, from Reads, id console.ID, t Trial) (Tried, error) {
	a, err := from.Agent(ctx, id)
	if err != nil {
		return Tried{}, err
	}
	w, err := workflow(ctx, from, a.WorkflowID)
	if err != nil && !console.IsNotFound(err) {
		return Tried{}, err
	}
	var led []console.Flow
	if w != nil {
		led = w.Flows
	}
	tried := Tried{Rules: a.WithRules(w), Own: len(a.Rules)}
	tried.Decision, tried.Considered = flows.Compile(tried.Rules, led).Explain(flows.Input{
		Text: t.Text, State: t.State, Agent: a, Contact: t.Contact, Conversation: t.Conversation,
		Language: flows.ReplyLanguage(a, s.guess.Language(t.Text)), Now: s.in(t.At, a.Timezone),
	})
	return tried, nil
}

// in is a moment, nil for now, in a zone.
func (s *Service) in(at *time.Time, zone string) time.Time {
	where, err := time.LoadLocation(zone)
	if err != nil {
		where = time.UTC // a zone of an older database that this machine does not know
	}
	if at == nil {
		return s.now().In(where)
	}
	return at.In(where)
}
