package turns

import (
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// standing is a scene in which a reply may be said, for each case to spoil.
func standing() (scene, console.Turn, reply) {
	at := time.UnixMilli(1_700_000_000_000).UTC()
	t := console.Turn{
		ID: "turn", ConversationID: "conv", AgentID: "agent", State: console.TurnOpen,
		FromSeq: 3, Attempt: 2, Node: "node", ConversationEpoch: 7, AgentEpoch: 4,
	}
	s := scene{
		conversation: console.Conversation{
			ID: "conv", Seq: 3, CustomerSeq: 3, Epoch: 7, OpenTurn: "turn", LastMessageAt: &at,
		},
		agent: &console.AgentState{ID: "agent", Status: console.AgentLive, Epoch: 4},
		turn:  t,
	}
	r := reply{message: console.Message{ID: "reply", Text: "hello"}, state: console.TurnReplied, seen: 3}
	return s, t, r
}

func TestSettle(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		spoil func(s *scene, claim *console.Turn, r *reply)
		mine  bool
		said  bool
		state console.TurnState
		why   console.Why
		opens bool
	}{
		"all is as it was": {mine: true, said: true, state: console.TurnReplied},
		"the apology": {
			spoil: func(_ *scene, _ *console.Turn, r *reply) {
				r.state, r.why, r.attention = console.TurnFailed, console.WhyDeadline, true
			},
			mine: true, said: true, state: console.TurnFailed, why: console.WhyDeadline,
		},
		"someone ended the turn": {
			spoil: func(s *scene, _ *console.Turn, _ *reply) { s.turn.State = console.TurnDiscarded },
		},
		"another node took it": {
			spoil: func(s *scene, _ *console.Turn, _ *reply) { s.turn.Attempt = 3 },
		},
		"it is not the conversation's open turn": {
			spoil: func(s *scene, _ *console.Turn, _ *reply) { s.conversation.OpenTurn = "other" },
		},
		"the agent was deleted": {
			spoil: func(s *scene, _ *console.Turn, _ *reply) { s.agent = nil },
			mine:  true, state: console.TurnDiscarded, why: console.WhyAgentDeleted,
		},
		"the agent was paused": {
			spoil: func(s *scene, _ *console.Turn, _ *reply) { s.agent.Status = console.AgentPaused },
			mine:  true, state: console.TurnDiscarded, why: console.WhyAgentPaused,
		},
		"the agent was paused and is live again": {
			spoil: func(s *scene, _ *console.Turn, _ *reply) { s.agent.Epoch++ },
			mine:  true, state: console.TurnDiscarded, why: console.WhyAgentPaused,
		},
		"a human stepped in": {
			spoil: func(s *scene, _ *console.Turn, _ *reply) { s.conversation.Epoch++ },
			mine:  true, state: console.TurnDiscarded, why: console.WhyHumanReplied,
		},
		"the AI is paused here": {
			spoil: func(s *scene, _ *console.Turn, _ *reply) { s.conversation.Paused = true },
			mine:  true, state: console.TurnDiscarded, why: console.WhyHumanReplied,
		},
		"the customer wrote since": {
			spoil: func(s *scene, _ *console.Turn, _ *reply) { s.conversation.Seq, s.conversation.CustomerSeq = 4, 4 },
			mine:  true, said: true, state: console.TurnReplied, opens: true,
		},
		"nothing to say": {
			spoil: func(_ *scene, _ *console.Turn, r *reply) { r.message.Text = "" },
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, claim, r := standing()
			if tt.spoil != nil {
				tt.spoil(&s, &claim, &r)
			}
			change, mine := settle(s, claim, r, "next", time.UnixMilli(1_700_000_000_500))
			if mine != tt.mine {
				t.Fatalf("settle: mine = %v, want %v", mine, tt.mine)
			}
			if !mine {
				return
			}
			if got := change.Append != nil; got != tt.said {
				t.Errorf("settle: said = %v, want %v", got, tt.said)
			}
			if change.Ended.State != tt.state || change.Ended.Why != tt.why {
				t.Errorf("settle: turn ended %s %q, want %s %q", change.Ended.State, change.Ended.Why, tt.state, tt.why)
			}
			if got := change.Opened != nil; got != tt.opens {
				t.Errorf("settle: follow-up = %v, want %v", got, tt.opens)
			}
		})
	}
}

// TestAResolvedConversation is opened again by what calls a human, and by nothing else that an agent
// says.
func TestAResolvedConversation(t *testing.T) {
	t.Parallel()
	for attention, want := range map[bool]console.DeskStatus{true: console.DeskOpen, false: console.DeskResolved} {
		s, claim, r := standing()
		s.conversation.ResolvedAt, r.attention = s.conversation.LastMessageAt, attention
		change, _ := settle(s, claim, r, "next", *s.conversation.LastMessageAt)
		if got := change.Now; got.Status() != want || got.NeedsAttention != attention {
			t.Errorf("settle: calling a human %t: %s, attention %t, want %s", attention, got.Status(), got.NeedsAttention, want)
		}
	}
}

// TestAForgottenCustomer stays forgotten, though the reply to what the customer said before comes later.
func TestAForgottenCustomer(t *testing.T) {
	t.Parallel()
	name := "Ada"
	for flow, want := range map[string]string{"asked": "next", "": ""} {
		s, claim, r := standing()
		s.conversation.Flow = flow
		r.upon, r.flow, r.learned = "asked", "next", console.Learned{Name: &name}
		change, _ := settle(s, claim, r, "next", *s.conversation.LastMessageAt)
		if got := change.Now; got.Flow != want || (got.FullName != nil) != (want != "") || (change.Learned != nil) != (want != "") {
			t.Errorf("settle: a customer who stands at %q is at %q afterwards, want %q; learned %v", flow, got.Flow, want, change.Learned)
		}
	}
}

func TestSettleReply(t *testing.T) {
	t.Parallel()
	s, claim, r := standing()
	s.conversation.Seq, s.conversation.CustomerSeq = 5, 5
	r.attention = true
	change, mine := settle(s, claim, r, "next", *s.conversation.LastMessageAt)
	if !mine {
		t.Fatal("settle: not mine")
	}
	m := change.Append
	if m.Seq != 6 || m.TurnID != "turn" || m.Author != console.ByAgent || m.Role != console.RoleAssistant {
		t.Errorf("settle: appended %+v", m)
	}
	if !m.CreatedAt.After(*s.conversation.LastMessageAt) {
		t.Errorf("settle: the reply's time %v is not after %v", m.CreatedAt, s.conversation.LastMessageAt)
	}
	if change.Ended.ToSeq != 3 {
		t.Errorf("settle: the turn covers up to %d, want 3, which is what the reply rests on", change.Ended.ToSeq)
	}
	if o := change.Opened; o.FromSeq != 4 || o.ID != "next" || change.Now.OpenTurn != "next" {
		t.Errorf("settle: follow-up %+v, open turn %q", o, change.Now.OpenTurn)
	}
	if !change.Now.NeedsAttention {
		t.Error("settle: the conversation needs no attention, though the reply asks for it")
	}
}
