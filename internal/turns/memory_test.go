package turns

import (
	"context"
	"fmt"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// memory is a backend that holds one conversation. A failed write leaves it as it was.
type memory struct {
	s   state
	ids int

	summary console.Summary
	contact *console.Contact // what changes taught; nil: nothing
}

const (
	agentID = console.ID("cagent0000000000000000000")
	teamID  = console.ID("cteam00000000000000000000")
)

func newMemory() *memory {
	return &memory{s: state{agent: &console.AgentState{
		ID: agentID, Status: console.AgentLive, OnNewMessage: console.Merge, Epoch: 1,
	}}}
}

func (m *memory) write(f func(tx) error) error {
	before := m.s
	before.turns = append([]console.Turn(nil), m.s.turns...)
	if err := f(m); err != nil {
		m.s = before
		return err
	}
	return nil
}

func (m *memory) agentID() console.ID { return agentID }

func (m *memory) nextID() console.ID {
	m.ids++
	return console.ID(fmt.Sprintf("c%024d", m.ids))
}

func (m *memory) state() (state, error) { return m.s, nil }

func (m *memory) adopt() ([]console.Turn, error) {
	for i := range m.s.turns {
		if m.s.turns[i].State == console.TurnOpen {
			m.s.turns[i].Attempt++
		}
	}
	return m.s.turns, nil
}

func (m *memory) agent(f func(*console.AgentState)) error {
	if m.s.agent != nil {
		a := *m.s.agent
		f(&a)
		m.s.agent = &a
	}
	return nil
}

func (m *memory) remove() error {
	m.s.agent = nil
	return nil
}

func (m *memory) Team() console.ID { return teamID }

func (m *memory) AgentState(_ context.Context, id console.ID) (console.AgentState, error) {
	if m.s.agent == nil {
		return console.AgentState{}, console.NotFound("agent", id)
	}
	return *m.s.agent, nil
}

func (m *memory) LockConversation(_ context.Context, _, id console.ID) (console.Conversation, error) {
	if m.s.conversation == nil || m.s.conversation.ID != id {
		return console.Conversation{}, console.NotFound("conversation", id)
	}
	return *m.s.conversation, nil
}

func (m *memory) FindConversation(context.Context, console.Place) (*console.Conversation, error) {
	if m.s.conversation == nil {
		return nil, nil
	}
	c := *m.s.conversation
	return &c, nil
}

func (m *memory) Turn(_ context.Context, id console.ID) (console.Turn, error) {
	for _, t := range m.s.turns {
		if t.ID == id {
			return t, nil
		}
	}
	return console.Turn{}, console.NotFound("turn", id)
}

func (m *memory) Apply(_ context.Context, c console.Change) error {
	now := c.Now
	m.s.conversation = &now
	if c.Learned != nil {
		who := now.Contact().Learn(*c.Learned, now.UpdatedAt)
		m.contact = &who
	}
	if c.Ended != nil {
		for i := range m.s.turns {
			if m.s.turns[i].ID == c.Ended.ID {
				m.s.turns[i] = *c.Ended
			}
		}
	}
	if c.Opened != nil {
		m.s.turns = append(m.s.turns, *c.Opened)
	}
	if c.Append != nil {
		for _, old := range m.s.log {
			if c.Append.TurnID != "" && old.TurnID == c.Append.TurnID {
				return fmt.Errorf("turn %s replies twice", old.TurnID)
			}
		}
		m.s.log = append(m.s.log[:len(m.s.log):len(m.s.log)], *c.Append)
	}
	return nil
}

func (m *memory) KeepRecord(_ context.Context, turn console.Turn, _ time.Time) error {
	m.s.spent = append(m.s.spent, turn.Record.Spent...)
	for i, t := range m.s.turns {
		if t.ID == turn.ID && t.Attempt == turn.Attempt && t.State != console.TurnOpen && t.Record == nil {
			m.s.turns[i].Record = turn.Record
		}
	}
	return nil
}

func (m *memory) PutSummary(_ context.Context, s console.Summary, turn console.Turn, _ time.Time) error {
	if s.ToSeq > m.summary.ToSeq {
		m.summary = s
	}
	m.s.spent = append(m.s.spent, turn.Record.Spent...)
	return nil
}

func (m *memory) AfterCommit(f func()) { f() }
