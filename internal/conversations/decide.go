package conversations

import (
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// opener is what a turn is opened with.
type opener struct {
	team   console.ID
	agent  console.AgentState
	node   console.ID
	turnID console.ID
	key    console.ID // with which the deed is done; empty: none
}

// turn opens a turn that answers the conversation's messages from a number on.
func (o opener) turn(c console.Conversation, from int64, at time.Time) console.Turn {
	return console.Turn{
		ID: o.turnID, TeamID: o.team, AgentID: o.agent.ID, ConversationID: c.ID,
		State: console.TurnOpen, FromSeq: from, Attempt: 1, Node: o.node,
		ConversationEpoch: c.Epoch, AgentEpoch: o.agent.Epoch, KeyID: o.key, CreatedAt: at,
	}
}

// sending is all that decides what a new message does.
type sending struct {
	opener
	was       *console.Conversation // nil: the conversation begins with this message
	now       console.Conversation
	open      *console.Turn // the turn that is open
	draft     Draft
	at        time.Time
	messageID console.ID
}

// decide returns what a message does to its conversation. A customer's message opens a turn, joins
// the open one, or is put on record with the reason why nobody answers; a human's ends the open turn.
func decide(in sending) console.Change {
	m := console.Message{
		ID: in.messageID, Role: in.draft.Role, Author: console.ByCustomer,
		Text: in.draft.Text, Attachments: in.draft.Attachments,
	}
	if in.draft.Role == console.RoleAssistant {
		m.Author = console.ByHuman
	}
	c, m := in.now.Say(m, in.at)
	change := console.Change{Was: in.was, Now: c, Append: &m, Agent: in.agent, Cause: in.draft.Cause}
	if m.Author == console.ByHuman {
		return human(change, in)
	}
	return customer(change, in)
}

func human(change console.Change, in sending) console.Change {
	c := &change.Now
	c.Epoch++
	c.NeedsAttention = false
	c.Paused = c.Paused || in.draft.TakeOver
	if c.Paused {
		*c = c.LeaveFlow() // the human has the matter in hand; a notice leaves the flow as it is
	}
	if in.open != nil {
		change.Ended = ended(*in.open, console.TurnDiscarded, console.WhyHumanReplied, *c)
		change.Ended.EndedBy = in.key
		c.OpenTurn = ""
	}
	return change
}

func customer(change console.Change, in sending) console.Change {
	c := &change.Now
	c.ResolvedAt = nil // there is something new to see to
	opened := in.turn(*c, c.Seq, change.Append.CreatedAt)
	why := silence(in.agent, *c)
	switch {
	case why != "":
		opened = opened.End(console.TurnSilent, why, c.Seq, change.Append.CreatedAt)
		change.Opened = &opened
		if in.open != nil {
			// It cannot be answered any more either, and does not cover this message.
			change.Ended = ended(*in.open, console.TurnDiscarded, why, in.now)
			c.OpenTurn = ""
		}
	case in.open == nil:
		change.Opened = &opened
		c.OpenTurn = opened.ID
	case in.open.AgentEpoch != in.agent.Epoch:
		// The agent was paused in between: the fence will discard what the open turn says, and this
		// message must not go down with it.
		change.Ended = ended(*in.open, console.TurnDiscarded, console.WhyAgentPaused, in.now)
		change.Opened = &opened
		c.OpenTurn = opened.ID
	case in.agent.OnNewMessage == console.Interrupt:
		opened.FromSeq = in.open.FromSeq
		change.Ended = ended(*in.open, console.TurnDiscarded, console.WhyInterrupted, *c)
		change.Ended.EndedBy = in.key
		change.Ended.ToSeq = in.open.FromSeq - 1 // it covers nothing: its successor answers all
		change.Opened = &opened
		c.OpenTurn = opened.ID
	}
	return change
}

// silence says why nobody answers here, or "".
func silence(a console.AgentState, c console.Conversation) console.Why {
	switch {
	case a.Status == console.AgentPaused:
		return console.WhyAgentPaused
	case c.Paused:
		return console.WhyConversationPaused
	case a.Status == console.AgentDevelopment && !c.Test && c.Channel != console.Webchat:
		return console.WhyAgentInDevelopment
	default:
		return ""
	}
}

func pause(c console.Conversation, open *console.Turn, p Pause, at time.Time) console.Change {
	was := c
	c.Paused, c.NeedsAttention = p.On, false
	c.UpdatedAt = console.Later(c.UpdatedAt, at)
	change := console.Change{Was: &was}
	if p.On {
		c.Epoch++
		c = c.LeaveFlow()
		if open != nil {
			change.Ended = ended(*open, console.TurnDiscarded, console.WhyConversationPaused, c)
			change.Ended.EndedBy = p.Key
			c.OpenTurn = ""
		}
	}
	change.Now = c
	return change
}

// cancelling is all that decides what a cancel does.
type cancelling struct {
	opener
	now     console.Conversation
	open    console.Turn
	partial console.Message // what had been written; no text: nothing
	seen    int64           // newest customer message that it rests on; 0: that is not known
	at      time.Time
}

// cancel ends the open turn and keeps what had been written. What the customer wrote since, and may
// be answered, gets a turn of its own.
func cancel(in cancelling) console.Change {
	c, open, partial, at := in.now, in.open, in.partial, in.at
	was := c
	change := console.Change{Was: &was}
	c.OpenTurn = ""
	c.UpdatedAt = console.Later(c.UpdatedAt, at)
	change.Ended = ended(open, console.TurnCancelled, console.WhyCancelled, c)
	change.Ended.EndedBy = in.key
	if partial.Text != "" {
		partial.Role, partial.Author = console.RoleAssistant, console.ByAgent
		partial.Partial, partial.TurnID = true, open.ID
		c, partial = c.Say(partial, at)
		change.Append = &partial
	}
	if in.seen >= open.FromSeq && in.seen < c.CustomerSeq && silence(in.agent, c) == "" {
		opened := in.turn(c, in.seen+1, c.UpdatedAt)
		opened.KeyID = open.KeyID // whoever cancels is not who asked
		change.Opened, change.Agent, change.Ended.ToSeq = &opened, in.agent, in.seen
		c.OpenTurn = opened.ID
	}
	change.Now = c
	return change
}

func ended(t console.Turn, state console.TurnState, why console.Why, c console.Conversation) *console.Turn {
	t = t.End(state, why, c.CustomerSeq, c.UpdatedAt)
	return &t
}
