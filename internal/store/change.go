package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// Apply does all that the change says, or returns CodeNotFound where the conversation is not there.
// Was must be as LockConversation or FindConversation returned it in this unit. A conversation that
// came into being at the same place meanwhile makes the whole unit start over.
func (t *Tx) Apply(ctx context.Context, c console.Change) error {
	err := t.apply(ctx, c)
	if err == nil {
		err = t.s.flush()
	}
	return err
}

func (t *Tx) apply(ctx context.Context, c console.Change) error {
	if err := t.applyConversation(c); err != nil {
		return err
	}
	// One turn a conversation is open, so the one that ends makes room first.
	if c.Ended != nil {
		if err := t.endTurn(*c.Ended); err != nil {
			return err
		}
	}
	if c.Append != nil {
		if err := t.insertMessage(c.Now.ID, *c.Append); err != nil {
			return err
		}
	}
	if c.Opened != nil {
		if err := t.insertTurn(*c.Opened); err != nil {
			return err
		}
	}
	if c.Learned != nil {
		if err := t.learn(ctx, c); err != nil {
			return err
		}
	}
	if err := t.alert(c); err != nil {
		return err
	}
	t.touched = append(t.touched, c.Now.ID)
	if c.Ended != nil && c.Ended.Record != nil {
		// Last, so that others who count the same wait for no more than the commit.
		return t.count(*c.Ended, console.DayOf(*c.Ended.EndedAt))
	}
	return nil
}

func (t *Tx) applyConversation(c console.Change) error {
	var err error
	if c.Was == nil {
		err = t.insertConversation(c.Now)
	} else {
		err = t.updateConversation(*c.Was, c.Now)
	}
	if err != nil {
		return err
	}
	return t.recount(c.Was, c.Now)
}

// kind is what conversations are counted by.
type kind struct {
	agent                   console.ID
	channel                 console.Channel
	test, paused, attention bool
}

func kindOf(c console.Conversation) kind {
	return kind{c.AgentID, c.Channel, c.Test, c.Paused, c.NeedsAttention}
}

// order sorts kinds, so that units which change the same counts never wait for each other in a
// circle.
func (k kind) order() string {
	return fmt.Sprint(k.agent, " ", k.channel, k.test, k.paused, k.attention)
}

// recount keeps the counts true to a conversation that is new or has become of another kind.
func (t *Tx) recount(was *console.Conversation, now console.Conversation) error {
	if was == nil || kindOf(*was) != kindOf(now) {
		if err := t.step("conversation_count", was, &now); err != nil {
			return err
		}
	}
	before, after := was, &now
	if before != nil && before.ResolvedAt == nil {
		before = nil
	}
	if after.ResolvedAt == nil {
		after = nil
	}
	if before == nil && after == nil || before != nil && after != nil && kindOf(*before) == kindOf(*after) {
		return nil
	}
	return t.step("resolved_count", before, after)
}

// step counts a conversation where it was no more, and where it is now; nil: it was or is not to be
// counted.
func (t *Tx) step(table string, was, now *console.Conversation) error {
	type step struct {
		kind
		by int64
	}
	var steps []step
	if was != nil {
		steps = append(steps, step{kindOf(*was), -1})
	}
	if now != nil {
		steps = append(steps, step{kindOf(*now), 1})
	}
	slices.SortFunc(steps, func(a, b step) int { return strings.Compare(a.order(), b.order()) })
	text := `INSERT INTO ` + table + ` AS c (agent_id, channel, test, paused, needs_attention, team_id, n)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (agent_id, channel, test, paused, needs_attention) DO UPDATE SET n = c.n + excluded.n`
	for _, s := range steps {
		err := t.s.later(text, nil, string(s.agent), string(s.channel), s.test, s.paused, s.attention, t.team, s.by)
		if err != nil {
			return err
		}
	}
	return nil
}
