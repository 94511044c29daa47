package store

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
)

// conversationColumns are counted from 0 where they are altered.
const conversationColumns = `x.id, x.agent_id, x.channel, x.test, x.customer_id, x.paused, x.needs_attention, ` +
	`x.last_message_at, x.last_seen, x.seq, x.customer_seq, x.epoch, x.open_turn, x.created_at, x.updated_at, ` +
	`x.channel_id, x.customer_name, x.full_name, x.email, x.phone_number, x.profile_picture, x.preview, ` +
	`x.flow, x.flow_at, x.has_contact, x.assignee, x.resolved_at`

// agentLives keeps what is below an agent that was deleted out of sight.
const agentLives = ` AND EXISTS (SELECT 1 FROM agent a WHERE a.id = x.agent_id AND a.deleted_at IS NULL)`

const (
	selectConversation = `SELECT ` + conversationColumns + ` FROM conversation x
		WHERE x.id = $1 AND x.agent_id = $2 AND x.team_id = $3` + agentLives
	lockConversation = `SELECT ` + conversationColumns + ` FROM conversation x
		WHERE x.id = $1 AND x.team_id = $2` + agentLives + ` FOR UPDATE OF x`
	findConversation = `SELECT ` + conversationColumns + ` FROM conversation x
		WHERE x.agent_id = $1 AND x.channel = $2 AND x.test = $3 AND x.customer_id = $4 AND x.team_id = $5` +
		agentLives + ` FOR UPDATE OF x`
)

func scanConversation(r *row) console.Conversation {
	return console.Conversation{
		ID: r.id(), AgentID: r.id(), Channel: console.Channel(r.text()), Test: r.flag(), CustomerID: r.text(),
		Paused: r.flag(), NeedsAttention: r.flag(), LastMessageAt: r.atOr(), LastSeen: r.atOr(), Seq: r.num(),
		CustomerSeq: r.num(), Epoch: r.num(), OpenTurn: r.id(), CreatedAt: r.at(), UpdatedAt: r.at(),
		ChannelID: r.textOr(), CustomerName: r.textOr(), FullName: r.textOr(), Email: r.textOr(),
		PhoneNumber: r.textOr(), ProfilePicture: r.textOr(), Preview: r.textOr(), Flow: r.text(),
		FlowAt: r.atOr(), HasContact: r.flag(), Assignee: r.textOr(), ResolvedAt: r.atOr(),
	}
}

// Conversation returns one of an agent's conversations, or CodeNotFound.
func (r *reads) Conversation(ctx context.Context, agent, id console.ID) (c console.Conversation, err error) {
	err = r.in(ctx, func(s *session) error {
		found, err := s.one(selectConversation, string(id), string(agent), r.team)
		if err != nil {
			return err
		}
		if found == nil {
			return console.NotFound("conversation", id)
		}
		c = scanConversation(found)
		return found.err
	})
	return c, err
}

// LockConversation returns one of an agent's conversations, or CodeNotFound, and holds it until the
// unit ends.
func (t *Tx) LockConversation(_ context.Context, agent, id console.ID) (console.Conversation, error) {
	r, err := t.s.again("conversation", lockConversation, string(id), t.team)
	if err != nil {
		return console.Conversation{}, err
	}
	if r == nil {
		return console.Conversation{}, console.NotFound("conversation", id)
	}
	c := scanConversation(r)
	if r.err == nil && c.AgentID != agent {
		return console.Conversation{}, console.NotFound("conversation", id)
	}
	return c, r.err
}

// FindConversation returns and holds the conversation at a place, nil if there is none yet.
func (t *Tx) FindConversation(_ context.Context, at console.Place) (*console.Conversation, error) {
	r, err := t.s.one(findConversation, string(at.AgentID), string(at.Channel), at.Test, at.CustomerID, t.team)
	if err != nil || r == nil {
		return nil, err
	}
	c := scanConversation(r)
	return &c, r.err
}

// insertConversation adds a conversation to an agent of the team, or returns CodeNotFound.
func (t *Tx) insertConversation(c console.Conversation) error {
	const text = `INSERT INTO conversation (id, team_id, agent_id, channel, test, customer_id, paused, needs_attention,
			last_message_at, last_seen, seq, customer_seq, epoch, open_turn, created_at, updated_at, channel_id,
			customer_name, full_name, email, phone_number, profile_picture, preview, search, has_contact,
			assignee, resolved_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
			$22, $23, $24, $25, $26, $27)`
	if err := t.haveAgent(c.AgentID); err != nil {
		return err
	}
	if len(c.CustomerID) > maxIndexed {
		return console.Invalid([]console.Field{{Path: "channel_user_id", Fault: "is too long"}})
	}
	_, err := t.s.exec(text, string(c.ID), t.team, string(c.AgentID), string(c.Channel), c.Test, c.CustomerID,
		c.Paused, c.NeedsAttention, ms0(c.LastMessageAt), msOr(c.LastSeen), c.Seq, c.CustomerSeq, c.Epoch,
		string(c.OpenTurn), ms(c.CreatedAt), ms(c.UpdatedAt), textArg(c.ChannelID), textArg(c.CustomerName),
		textArg(c.FullName), textArg(c.Email), textArg(c.PhoneNumber), textArg(c.ProfilePicture),
		textArg(c.Preview), c.Searchable(), c.HasContact,
		textArg(c.Assignee), msOr(c.ResolvedAt))
	return err
}

// maxIndexed is the longest text, in bytes, that is kept in an index; PostgreSQL refuses 2,700.
const maxIndexed = 1024

// updateConversation writes what a message changes and, only where it has changed, who the customer
// is.
func (t *Tx) updateConversation(was, now console.Conversation) error {
	const text = `UPDATE conversation SET paused = $3, needs_attention = $4, last_message_at = $5, last_seen = $6,
			seq = $7, customer_seq = $8, epoch = $9, open_turn = $10, updated_at = $11, preview = $12
		WHERE id = $1 AND team_id = $2`
	columns := []int{5, 6, 7, 8, 9, 10, 11, 12, 14, 21}
	there := func(n int64) error { return changed(n, nil, "conversation", now.ID) }
	err := t.s.alter("conversation", text, columns, there, string(now.ID), t.team, now.Paused, now.NeedsAttention, ms0(now.LastMessageAt),
		msOr(now.LastSeen), now.Seq, now.CustomerSeq, now.Epoch, string(now.OpenTurn), ms(now.UpdatedAt),
		textArg(now.Preview))
	if err != nil {
		return err
	}
	if err := t.updateFlow(was, now); err != nil {
		return err
	}
	if err := t.updateDesk(was, now); err != nil || sameCustomer(was, now) {
		return err
	}
	const customer = `UPDATE conversation SET channel_id = $3, customer_name = $4, full_name = $5, email = $6,
			phone_number = $7, profile_picture = $8, search = $9, has_contact = $10
		WHERE id = $1 AND team_id = $2`
	columns = []int{15, 16, 17, 18, 19, 20, -1, 24}
	return t.s.alter("conversation", customer, columns, nil, string(now.ID), t.team, textArg(now.ChannelID), textArg(now.CustomerName),
		textArg(now.FullName), textArg(now.Email), textArg(now.PhoneNumber), textArg(now.ProfilePicture),
		now.Searchable(), now.HasContact)
}

// updateFlow writes where the customer stands in a flow, only where that has changed.
func (t *Tx) updateFlow(was, now console.Conversation) error {
	if was.Flow == now.Flow && msOr(was.FlowAt) == msOr(now.FlowAt) {
		return nil
	}
	const text = `UPDATE conversation SET flow = $3, flow_at = $4 WHERE id = $1 AND team_id = $2`
	return t.s.alter("conversation", text, []int{22, 23}, nil, string(now.ID), t.team, now.Flow, msOr(now.FlowAt))
}

// updateDesk writes who takes care of the conversation and when it was resolved, only where that has
// changed.
func (t *Tx) updateDesk(was, now console.Conversation) error {
	if same(was.Assignee, now.Assignee) && msOr(was.ResolvedAt) == msOr(now.ResolvedAt) {
		return nil
	}
	const text = `UPDATE conversation SET assignee = $3, resolved_at = $4 WHERE id = $1 AND team_id = $2`
	return t.s.alter("conversation", text, []int{25, 26}, nil, string(now.ID), t.team, textArg(now.Assignee), msOr(now.ResolvedAt))
}

func sameCustomer(a, b console.Conversation) bool {
	return same(a.ChannelID, b.ChannelID) && same(a.CustomerName, b.CustomerName) &&
		same(a.FullName, b.FullName) && same(a.Email, b.Email) && same(a.PhoneNumber, b.PhoneNumber) &&
		same(a.ProfilePicture, b.ProfilePicture) && a.HasContact == b.HasContact
}

func same(a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// haveAgent returns CodeNotFound unless the agent is one of the team's.
func (r *reads) haveAgent(id console.ID) error {
	found, err := r.s.one(haveAgent, string(id), r.team)
	if err == nil && found == nil {
		return console.NotFound("agent", id)
	}
	return err
}

const haveAgent = `SELECT id FROM agent WHERE id = $1 AND team_id = $2 AND deleted_at IS NULL`
