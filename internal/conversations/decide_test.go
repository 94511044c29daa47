package conversations

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

var noon = time.Date(2026, 5, 6, 12, 0, 0, 0, time.UTC)

// saying is a customer's message into a quiet webchat of a live agent, for each case to change.
func saying() sending {
	before := noon.Add(-time.Minute)
	c := console.Conversation{
		ID: "conv", AgentID: "agent", Channel: console.Webchat, Seq: 4, CustomerSeq: 3, Epoch: 2,
		LastMessageAt: &before, NeedsAttention: true, Flow: `{}`, FlowAt: &before,
	}
	return sending{
		opener: opener{
			team: "team", node: "node", turnID: "turn",
			agent: console.AgentState{ID: "agent", Status: console.AgentLive, OnNewMessage: console.Merge, Epoch: 9},
		},
		was: &c, now: c, draft: Draft{Role: console.RoleUser, Text: "hi"}, at: noon, messageID: "message",
	}
}

func open() *console.Turn {
	return &console.Turn{ID: "old", ConversationID: "conv", State: console.TurnOpen, FromSeq: 3, Attempt: 1, AgentEpoch: 9}
}

func TestDecideCustomer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*sending)
		opened console.TurnState // "" for none
		why    console.Why
		ended  bool
		turn   console.ID // the conversation's open turn afterwards
	}{
		"the agent answers": {opened: console.TurnOpen, turn: "turn"},
		"a turn is open, it joins": {
			change: func(s *sending) { s.open, s.now.OpenTurn = open(), "old" },
			turn:   "old",
		},
		"a turn is open, queue": {
			change: func(s *sending) {
				s.open, s.now.OpenTurn, s.agent.OnNewMessage = open(), "old", console.Queue
			},
			turn: "old",
		},
		"a turn is open, interrupt": {
			change: func(s *sending) {
				s.open, s.now.OpenTurn, s.agent.OnNewMessage = open(), "old", console.Interrupt
			},
			opened: console.TurnOpen, ended: true, turn: "turn",
		},
		"a turn from before the agent was paused is open": {
			change: func(s *sending) { s.open, s.now.OpenTurn, s.agent.Epoch = open(), "old", 10 },
			opened: console.TurnOpen, ended: true, turn: "turn",
		},
		"the agent is paused": {
			change: func(s *sending) { s.agent.Status = console.AgentPaused },
			opened: console.TurnSilent, why: console.WhyAgentPaused,
		},
		"the agent is paused, and a turn from before is still open": {
			change: func(s *sending) {
				s.open, s.now.OpenTurn, s.agent.Status, s.agent.Epoch = open(), "old", console.AgentPaused, 10
			},
			opened: console.TurnSilent, why: console.WhyAgentPaused, ended: true,
		},
		"the AI is paused here": {
			change: func(s *sending) { s.now.Paused = true },
			opened: console.TurnSilent, why: console.WhyConversationPaused,
		},
		"in development, on webchat": {
			change: func(s *sending) { s.agent.Status = console.AgentDevelopment },
			opened: console.TurnOpen, turn: "turn",
		},
		"in development, on a test channel": {
			change: func(s *sending) {
				s.agent.Status, s.now.Channel, s.now.Test = console.AgentDevelopment, console.WhatsApp, true
			},
			opened: console.TurnOpen, turn: "turn",
		},
		"in development, on a real channel": {
			change: func(s *sending) {
				s.agent.Status, s.now.Channel = console.AgentDevelopment, console.WhatsApp
			},
			opened: console.TurnSilent, why: console.WhyAgentInDevelopment,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := saying()
			if tt.change != nil {
				tt.change(&in)
			}
			got := decide(in)
			state, why := console.TurnState(""), console.Why("")
			if got.Opened != nil {
				state, why = got.Opened.State, got.Opened.Why
			}
			if state != tt.opened || why != tt.why {
				t.Errorf("decide: turn %q %q, want %q %q", state, why, tt.opened, tt.why)
			}
			if ended := got.Ended != nil; ended != tt.ended {
				t.Errorf("decide: ended a turn: %v, want %v", ended, tt.ended)
			}
			if got.Now.OpenTurn != tt.turn {
				t.Errorf("decide: open turn %q, want %q", got.Now.OpenTurn, tt.turn)
			}
			if got.Now.Epoch != 2 || !got.Now.NeedsAttention || got.Now.Flow == "" {
				t.Error("decide: a customer's message raised the epoch, cleared the attention or left the flow")
			}
		})
	}
}

func TestDecideOpensUnderTodaysEpochs(t *testing.T) {
	t.Parallel()
	got := decide(saying())
	want := &console.Turn{
		ID: "turn", TeamID: "team", AgentID: "agent", ConversationID: "conv", State: console.TurnOpen,
		FromSeq: 5, Attempt: 1, Node: "node", ConversationEpoch: 2, AgentEpoch: 9, CreatedAt: noon,
	}
	if diff := cmp.Diff(want, got.Opened); diff != "" {
		t.Errorf("decide: opened (-want +got)\n%s", diff)
	}
	if m := got.Append; m.Seq != 5 || m.Author != console.ByCustomer || !m.CreatedAt.Equal(noon) {
		t.Errorf("decide: appended %+v", m)
	}
	if got.Now.CustomerSeq != 5 || got.Now.LastSeen == nil || *got.Now.Preview != "hi" {
		t.Errorf("decide: conversation %+v", got.Now)
	}
}

// An interrupted turn covers nothing: its successor answers its messages too.
// Whatever a message does to an open turn that cannot be answered any more, no message is covered by
// both.
func TestDecideCoversNoMessageTwice(t *testing.T) {
	t.Parallel()
	for _, status := range []console.AgentStatus{console.AgentPaused, console.AgentLive} {
		in := saying()
		in.open, in.now.OpenTurn, in.agent.Status, in.agent.Epoch = open(), "old", status, 10
		got := decide(in)
		if got.Ended == nil || got.Opened == nil || got.Ended.Why != console.WhyAgentPaused ||
			got.Ended.ToSeq != 3 || got.Opened.FromSeq != 5 {
			t.Errorf("the agent is %s: ended %+v, opened %+v, want the old one up to 3 and the new one from 5", status, got.Ended, got.Opened)
		}
	}
}

func TestDecideInterruptTakesOverTheMessages(t *testing.T) {
	t.Parallel()
	in := saying()
	in.open, in.now.OpenTurn, in.agent.OnNewMessage = open(), "old", console.Interrupt
	got := decide(in)
	if got.Opened.FromSeq != 3 || got.Ended.ToSeq != 2 || got.Ended.Why != console.WhyInterrupted {
		t.Errorf("decide: opened from %d, ended up to %d %q", got.Opened.FromSeq, got.Ended.ToSeq, got.Ended.Why)
	}
}

func TestDecideHuman(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		takeOver bool
		open     *console.Turn
	}{
		"a notice":           {},
		"a takeover":         {takeOver: true},
		"in mid reply":       {open: open()},
		"takes over a reply": {takeOver: true, open: open()},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := saying()
			in.draft = Draft{Role: console.RoleAssistant, Text: "I am here", TakeOver: tt.takeOver}
			if tt.open != nil {
				in.open, in.now.OpenTurn = tt.open, tt.open.ID
			}
			got := decide(in)
			if got.Now.Epoch != 3 || got.Now.NeedsAttention || got.Now.Paused != tt.takeOver || got.Now.OpenTurn != "" {
				t.Errorf("decide: conversation %+v", got.Now)
			}
			if inFlow := got.Now.Flow != "" && got.Now.FlowAt != nil; inFlow == tt.takeOver {
				t.Errorf("decide: flow %q of %v", got.Now.Flow, got.Now.FlowAt)
			}
			if got.Append.Author != console.ByHuman || got.Now.CustomerSeq != 3 || got.Opened != nil {
				t.Errorf("decide: appended %+v, opened %+v", got.Append, got.Opened)
			}
			if tt.open != nil && (got.Ended.State != console.TurnDiscarded || got.Ended.ToSeq != 3) {
				t.Errorf("decide: ended %+v", got.Ended)
			}
		})
	}
}

// A clock that stands still or goes back does not reorder the log.
func TestDecideTimesRise(t *testing.T) {
	t.Parallel()
	in := saying()
	in.at = in.now.LastMessageAt.Add(-time.Hour)
	got := decide(in)
	if want := in.now.LastMessageAt.Add(time.Millisecond); !got.Append.CreatedAt.Equal(want) {
		t.Errorf("decide: said at %v, want %v", got.Append.CreatedAt, want)
	}
}

func TestPause(t *testing.T) {
	t.Parallel()
	c := saying().now
	c.OpenTurn = "old"
	on := pause(c, open(), Pause{On: true, Key: "key"}, noon)
	if !on.Now.Paused || on.Now.Epoch != 3 || on.Now.NeedsAttention || on.Now.OpenTurn != "" {
		t.Errorf("pause: %+v", on.Now)
	}
	if on.Ended == nil || on.Ended.Why != console.WhyConversationPaused || on.Ended.EndedBy != "key" {
		t.Errorf("pause: ended %+v", on.Ended)
	}
	if on.Now.Flow != "" || on.Now.FlowAt != nil {
		t.Errorf("pause: the flow goes on: %q", on.Now.Flow)
	}
	off := pause(on.Now, nil, Pause{}, noon)
	if off.Now.Paused || off.Now.Epoch != 3 || off.Ended != nil {
		t.Errorf("resume: %+v, ended %+v", off.Now, off.Ended)
	}
}

func TestCancelDecision(t *testing.T) {
	t.Parallel()
	c := saying().now
	c.OpenTurn = "old"
	in := cancelling{now: c, open: *open(), partial: console.Message{ID: "partial", Text: "hal"}, at: noon}
	with := cancel(in)
	if m := with.Append; m == nil || !m.Partial || m.TurnID != "old" || m.Author != console.ByAgent || m.Seq != 5 {
		t.Errorf("cancel: appended %+v", m)
	}
	in.partial = console.Message{}
	without := cancel(in)
	if without.Append != nil || without.Now.Seq != 4 {
		t.Errorf("cancel of a silent turn: appended %+v", without.Append)
	}
	for _, change := range []console.Change{with, without} {
		if change.Ended.State != console.TurnCancelled || change.Now.OpenTurn != "" || change.Opened != nil {
			t.Errorf("cancel: ended %+v, open turn %q", change.Ended, change.Now.OpenTurn)
		}
	}
}

// What the customer wrote behind the reply that was cancelled is answered, unless nobody may.
func TestCancelAnswersWhatWaits(t *testing.T) {
	t.Parallel()
	for status, opens := range map[console.AgentStatus]bool{console.AgentLive: true, console.AgentPaused: false} {
		in := cancelling{opener: saying().opener, now: saying().now, open: *open(), seen: 3, at: noon}
		in.agent.Status, in.now.OpenTurn, in.now.Seq, in.now.CustomerSeq = status, "old", 5, 5
		got := cancel(in)
		if (got.Opened != nil) != opens || (got.Now.OpenTurn == "turn") != opens {
			t.Errorf("agent %s: opened %+v, open turn %q", status, got.Opened, got.Now.OpenTurn)
		}
		if want := map[bool]int64{true: 3, false: 5}[opens]; got.Ended.ToSeq != want {
			t.Errorf("agent %s: the cancelled turn covers up to %d, want %d", status, got.Ended.ToSeq, want)
		}
		if opens && got.Opened.FromSeq != 4 {
			t.Errorf("the new turn answers from %d, want 4", got.Opened.FromSeq)
		}
	}
}
