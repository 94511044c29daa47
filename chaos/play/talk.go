package play

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/bimpe/bimpe/chaos/mock"
	"github.com/bimpe/bimpe/chaos/schedule"
	"github.com/bimpe/bimpe/chaos/verdict"
)

// talk is one conversation being played. One goroutine acts.
type talk struct {
	run    *run
	plan   schedule.Talk
	id     string // of the conversation, once there is one
	acts   []verdict.Act
	reader *reader
}

// message is what of one counts here.
type message struct {
	ID             string    `json:"id"`
	ConversationID string    `json:"conversation_id"`
	Role           string    `json:"role"`
	Text           string    `json:"message"`
	Partial        bool      `json:"is_partial"`
	CreatedAt      time.Time `json:"created_at"`
}

// path is the conversation's.
func (t *talk) path() string { return api + "/agents/" + t.run.agent + "/conversations/" + t.id }

// act does all deeds in order. The first one makes the conversation, from when on it is read along.
func (t *talk) act(ctx context.Context, reading *sync.WaitGroup) {
	for i, d := range t.plan.Deeds {
		if wait(ctx, d.After) != nil {
			return
		}
		if err := t.do(ctx, i, d); err != nil {
			t.run.fault("%s, %s: %v", t.plan.Customer, d, err)
			return
		}
		if i == 0 {
			t.reader = &reader{run: t.run, path: t.path()}
			reading.Go(func() { t.reader.follow(ctx) })
		}
	}
}

func (t *talk) do(ctx context.Context, i int, d schedule.Deed) error {
	switch d.Kind {
	case schedule.Say, schedule.Human:
		return t.say(ctx, i, d)
	case schedule.Pause, schedule.Resume:
		return t.aiStatus(ctx, i, d)
	case schedule.Cancel:
		return t.cancel(ctx, i, d)
	case schedule.Leave:
		t.reader.breakOff()
		return nil
	default:
		return fmt.Errorf("a talk does not %s", d.Kind)
	}
}

// send delivers a deed, and again if it is to be.
func (t *talk) send(ctx context.Context, i int, d schedule.Deed, c call) (answer, error) {
	c.key = fmt.Sprintf("%s-%d", t.plan.Customer, i)
	a, err := t.run.deliver(ctx, c, d.Cut)
	if err == nil && d.Again {
		err = t.run.again(ctx, c, a)
	}
	return a, err
}

// say posts a message, by turns to the conversation and to the customer's address.
func (t *talk) say(ctx context.Context, i int, d schedule.Deed) error {
	body := map[string]any{"message": d.Text}
	c := call{method: http.MethodPost, path: t.path() + "/messages", body: body}
	act := verdict.Act{Kind: verdict.Said, Text: d.Text, TakeOver: d.TakeOver}
	if d.Kind == schedule.Human {
		body["role"], body["takeover"], act.Kind = "assistant", d.TakeOver, verdict.Human
	} else {
		act.Mark = mock.Marks(d.Text)[0]
		if i%2 == 0 {
			c.path, body["channel_user_id"] = api+"/agents/"+t.run.agent+"/conversations/messages", t.plan.Customer
		}
	}
	a, err := t.send(ctx, i, d, c)
	if err != nil {
		return err
	}
	m, err := decode[message](a)
	if t.id == "" {
		t.id = m.ConversationID
	}
	act.ID = m.ID
	t.acts = append(t.acts, act)
	return err
}

func (t *talk) aiStatus(ctx context.Context, i int, d schedule.Deed) error {
	_, err := t.send(ctx, i, d, call{
		method: http.MethodPatch, path: t.path() + "/ai-status",
		body: map[string]any{"is_ai_chat_paused": d.Kind == schedule.Pause},
	})
	if err != nil {
		return err
	}
	if d.Kind == schedule.Resume {
		t.acts = append(t.acts, verdict.Act{Kind: verdict.Resumed})
		return nil
	}
	log, err := t.log(ctx)
	t.acts = append(t.acts, verdict.Act{Kind: verdict.Paused, Upto: len(log)})
	return err
}

func (t *talk) cancel(ctx context.Context, i int, d schedule.Deed) error {
	a, err := t.send(ctx, i, d, call{method: http.MethodPost, path: t.path() + "/cancel"})
	if err != nil {
		return err
	}
	done, err := decode[struct {
		TurnID *string `json:"turn_id"`
	}](a)
	act := verdict.Act{Kind: verdict.Cancelled}
	if done.TurnID != nil {
		act.ID = *done.TurnID
	}
	t.acts = append(t.acts, act)
	return err
}

// log is all messages, oldest first.
func (t *talk) log(ctx context.Context) ([]message, error) {
	log, more, err := get[[]message](ctx, t.run, t.path()+"/messages?sort=created_at&limit=100")
	if more {
		err = fmt.Errorf("the conversation of %s has more messages than one page", t.plan.Customer)
	}
	return log, err
}

// turn is what of the record counts here.
type turn struct {
	ID     string `json:"id"`
	State  string `json:"state"`
	Reason string `json:"reason"`
	First  string `json:"first_message_id"`
	Last   string `json:"last_message_id"`
	Count  int    `json:"message_count"`
	Reply  string `json:"reply_message_id"`
}

// record is all turns, oldest first.
func (t *talk) record(ctx context.Context) ([]turn, error) {
	all, more, err := get[[]turn](ctx, t.run, t.path()+"/turns?sort=created_at&limit=100")
	if more {
		err = fmt.Errorf("the conversation of %s has more turns than one page", t.plan.Customer)
	}
	return all, err
}

// look is how the talk stands, by the API and its reader. The record is read before the log: what has
// ended then is in the log.
func (t *talk) look(ctx context.Context) (verdict.Talk, error) {
	v := verdict.Talk{Customer: t.plan.Customer, Acts: t.acts, AgentPaused: t.run.agentPaused()}
	if t.id == "" || t.reader == nil {
		return v, nil // the run has a fault that says why
	}
	turns, err := t.record(ctx)
	if err != nil {
		return v, err
	}
	log, err := t.log(ctx)
	for _, m := range log {
		said := verdict.Message{ID: m.ID, Role: m.Role, Text: m.Text, Partial: m.Partial, At: m.CreatedAt}
		if m.Role == "assistant" {
			said.Named = mock.Marks(m.Text)
		}
		v.Log = append(v.Log, said)
	}
	for _, u := range turns {
		v.Turns = append(v.Turns, verdict.Turn{
			ID: u.ID, State: u.State, Why: u.Reason, Reply: u.Reply, Count: u.Count, Messages: v.Between(u.First, u.Last),
		})
	}
	v.Seen = t.reader.seen()
	return v, err
}
