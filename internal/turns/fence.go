package turns

import (
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// reply is what an engine wants to put into the log at the end of a turn.
type reply struct {
	message   console.Message
	state     console.TurnState // TurnReplied or TurnFailed
	why       console.Why       // of TurnFailed
	attention bool              // a human should look
	seen      int64             // Seq of the newest customer message that the reply rests on

	blind   bool   // it rests on nothing: it covers all that was written, and leaves a flow as it is
	upon    string // where the customer stood in a flow when it was decided; empty: in none
	flow    string // and where then
	learned console.Learned
}

// scene is how things stand under the locks of the deciding transaction. agent is nil when it has
// been deleted.
type scene struct {
	conversation console.Conversation
	agent        *console.AgentState
	turn         console.Turn
}

// settle decides whether a reply may still be said. It may if the turn is open, the attempt is the
// claimant's own, and neither conversation nor agent has moved on since the turn was opened.
//
// The second result is false when the turn is no longer the claimant's to end: then there is nothing
// to apply. Otherwise the change either says the reply or ends the turn as discarded.
func settle(s scene, claim console.Turn, r reply, next console.ID, at time.Time) (console.Change, bool) {
	t, c := s.turn, s.conversation
	if t.State != console.TurnOpen || t.Attempt != claim.Attempt || c.OpenTurn != t.ID {
		return console.Change{}, false
	}
	was := c
	c.OpenTurn = ""
	if why := late(s); why != "" {
		ended := t.End(console.TurnDiscarded, why, c.CustomerSeq, at)
		return console.Change{Was: &was, Now: c, Ended: &ended}, true
	}
	if r.message.Text == "" {
		return console.Change{}, false // nothing to say, and no reason to end the turn
	}
	if r.blind {
		r.seen, r.upon, r.flow = c.CustomerSeq, c.Flow, c.Flow
	}
	m := r.message
	m.Role, m.Author, m.TurnID = console.RoleAssistant, console.ByAgent, t.ID
	c, m = c.Say(m, at)
	if r.attention {
		c = c.CallHuman()
	}
	if c.Flow != r.upon {
		r.flow, r.learned = "", console.Learned{} // the customer has been forgotten since
	}
	c = c.InFlow(r.flow, m.CreatedAt)
	ended := t.End(r.state, r.why, r.seen, m.CreatedAt)
	change := console.Change{Was: &was, Now: c, Append: &m, Ended: &ended}.Learn(r.learned)
	if c.CustomerSeq > r.seen {
		change.Opened = follow(t, c, *s.agent, r.seen+1, next)
		change.Now.OpenTurn, change.Agent = next, *s.agent
	}
	return change, true
}

// late says why a reply decided before is not to be said any more, or "".
func late(s scene) console.Why {
	switch {
	case s.agent == nil:
		return console.WhyAgentDeleted
	case s.agent.Epoch != s.turn.AgentEpoch || s.agent.Status == console.AgentPaused:
		return console.WhyAgentPaused
	case s.conversation.Epoch != s.turn.ConversationEpoch || s.conversation.Paused:
		return console.WhyHumanReplied
	default:
		return ""
	}
}

// follow opens the turn that answers what the customer wrote while the one before was at work.
func follow(t console.Turn, c console.Conversation, a console.AgentState, from int64, id console.ID) *console.Turn {
	return &console.Turn{
		ID: id, TeamID: t.TeamID, AgentID: t.AgentID, ConversationID: c.ID,
		State: console.TurnOpen, FromSeq: from, Attempt: 1, Node: t.Node,
		ConversationEpoch: c.Epoch, AgentEpoch: a.Epoch, KeyID: t.KeyID, CreatedAt: *c.LastMessageAt,
	}
}
