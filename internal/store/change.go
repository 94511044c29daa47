package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// Apply does all that the change says, or returns CodeNotFound where the conversation is not there.
// Was must be as LockConversation or FindConversation returned it in this unit. A conversation that
// came into being at the same place meanwhile makes the whole unit start over.
func (t *Tx) Apply(ctx context.Context, c console.Change) error {
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
	t.touched = append(t.touched, c.Now.ID)
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
	type step struct {
		kind
		by int64
	}
	steps := []step{{kindOf(now), 1}}
	if was != nil {
		if kindOf(*was) == kindOf(now) {
			return nil
		}
		steps = append(steps, step{kindOf(*was), -1})
	}
	slices.SortFunc(steps, func(a, b step) int { return strings.Compare(a.order(), b.order()) })
	const text = `INSERT INTO conversation_count (agent_id, channel, test, paused, needs_attention, team_id, n)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (agent_id, channel, test, paused, needs_attention) DO UPDATE SET n = conversation_count.n + excluded.n`
	for _, s := range steps {
		_, err := t.s.exec(text, string(s.agent), string(s.channel), s.test, s.paused, s.attention, t.team, s.by)
		if err != nil {
			return err
		}
	}
	return nil
}

const turnColumns = `id, team_id, agent_id, conversation_id, state, why, from_seq, to_seq, attempt, node_id, ` +
	`conversation_epoch, agent_epoch, created_at, ended_at`

func scanTurn(r *row) console.Turn {
	return console.Turn{
		ID: r.id(), TeamID: r.id(), AgentID: r.id(), ConversationID: r.id(), State: console.TurnState(r.text()),
		Why: console.Why(r.text()), FromSeq: r.num(), ToSeq: r.num(), Attempt: r.num(), Node: r.id(),
		ConversationEpoch: r.num(), AgentEpoch: r.num(), CreatedAt: r.at(), EndedAt: r.atOr(),
	}
}

// Turn returns one turn, or CodeNotFound, and holds it until the unit ends.
func (t *Tx) Turn(_ context.Context, id console.ID) (console.Turn, error) {
	const text = `SELECT ` + turnColumns + ` FROM turn x WHERE id = $1 AND team_id = $2` + agentLives + ` FOR UPDATE OF x`
	r, err := t.s.one(text, string(id), t.team)
	if err != nil {
		return console.Turn{}, err
	}
	if r == nil {
		return console.Turn{}, console.NotFound("turn", id)
	}
	turn := scanTurn(r)
	return turn, r.err
}

func (t *Tx) insertTurn(turn console.Turn) error {
	const text = `INSERT INTO turn (` + turnColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`
	_, err := t.s.exec(text, string(turn.ID), t.team, string(turn.AgentID), string(turn.ConversationID),
		string(turn.State), string(turn.Why), turn.FromSeq, turn.ToSeq, turn.Attempt, string(turn.Node),
		turn.ConversationEpoch, turn.AgentEpoch, ms(turn.CreatedAt), msOr(turn.EndedAt))
	return err
}

// errNotOpen is of a change that was decided from something else than what is stored.
var errNotOpen = errors.New("store: the turn to end is not open")

func (t *Tx) endTurn(turn console.Turn) error {
	const text = `UPDATE turn SET state = $3, why = $4, to_seq = $5, ended_at = $6
		WHERE id = $1 AND team_id = $2 AND state = 'open'`
	n, err := t.s.exec(text, string(turn.ID), t.team, string(turn.State), string(turn.Why), turn.ToSeq,
		msOr(turn.EndedAt))
	if err == nil && n == 0 {
		return fmt.Errorf("end turn %s: %w", turn.ID, errNotOpen)
	}
	return err
}
