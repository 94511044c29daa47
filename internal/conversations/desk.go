package conversations

import (
	"context"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// DeskReads is what a team's humans ask of all conversations, and of the notes beside them.
type DeskReads interface {
	// AllConversations returns one page of the conversations of all agents; search and sort are those
	// of Conversations. An agent of the filter that is not there is CodeNotFound.
	AllConversations(ctx context.Context, f console.ConversationFilter, q console.Query) (console.Page[console.Named], error)
	// Notes returns one page of the notes beside one of an agent's conversations, or CodeNotFound;
	// search looks in text and author, sort takes created_at.
	Notes(ctx context.Context, agent, conversation console.ID, q console.Query) (console.Page[console.Note], error)
}

// LogReads is a team's log: all messages of all conversations, in an order that never changes.
type LogReads interface {
	// TeamLog returns the messages behind one place and up to another in order, at most limit of them,
	// without those of agents that were deleted.
	TeamLog(ctx context.Context, after, upTo int64, limit int) ([]console.Told, error)
	// Settled returns a place up to which the log does not change any more: all that was committed
	// before the call stands there, and whatever is committed later stands behind it. It may wait some
	// time for the writes that are under way.
	Settled(ctx context.Context) (int64, error)
	// TeamPlace returns the place of a message of the team, or CodeNotFound.
	TeamPlace(ctx context.Context, message console.ID) (int64, error)
	// TeamPlaceAt returns a place behind which are all messages later than at.
	TeamPlaceAt(ctx context.Context, at time.Time) (int64, error)
}

// DeskStore is what notes need of a transaction beside Store.
type DeskStore interface {
	// Key returns one key of the team, or CodeNotFound.
	Key(ctx context.Context, id console.ID) (console.Key, error)
	// LockConversation returns one of an agent's conversations, or CodeNotFound, and holds it.
	LockConversation(ctx context.Context, agent, id console.ID) (console.Conversation, error)
	// InsertNote adds a note beside a conversation that is held.
	InsertNote(ctx context.Context, n console.Note) error
	// DeleteNote removes a note of one of an agent's conversations, or returns CodeNotFound.
	DeleteNote(ctx context.Context, agent, conversation, id console.ID) error
}

// DeskPatch is a partial change of who takes care of a conversation, and whether anybody needs to.
type DeskPatch struct {
	Assignee console.Opt[*string] // nil: nobody
	Status   console.Opt[console.DeskStatus]
}

// Faults returns every fault of what the patch names.
func (p DeskPatch) Faults() []console.Field {
	var f console.Faults
	if p.Assignee.Value != nil {
		before := len(f.All)
		f.Line("assignee", *p.Assignee.Value, console.MaxAssignee)
		if name := *p.Assignee.Value; len(f.All) == before && strings.TrimSpace(name) != name {
			f.Fail("assignee", "must not begin or end with a space")
		}
	}
	if s := p.Status; s.Set && s.Value != console.DeskOpen && s.Value != console.DeskResolved {
		f.Fail("status", "must be open or resolved")
	}
	return f.All
}

// Update changes who takes care of a conversation and whether it is resolved, and returns it. One
// that is resolved needs no attention. What is as asked already changes nothing and is not announced.
func (s *Service) Update(
	ctx context.Context, tx Store, agent, id console.ID, p DeskPatch,
) (console.Conversation, error) {
	was, err := tx.LockConversation(ctx, agent, id)
	if err != nil {
		return was, err
	}
	if err := console.Invalid(p.Faults()); err != nil {
		return was, err
	}
	now := desk(was, p, s.Now())
	if now == was {
		return was, nil
	}
	return now, s.apply(ctx, tx, console.Change{Was: &was, Now: now})
}

func desk(c console.Conversation, p DeskPatch, at time.Time) console.Conversation {
	was := c
	if p.Assignee.Set && !sameText(p.Assignee.Value, c.Assignee) {
		c.Assignee = p.Assignee.Value
	}
	at = console.Later(c.UpdatedAt, at)
	switch {
	case !p.Status.Set:
	case p.Status.Value == console.DeskOpen:
		c.ResolvedAt = nil
	default:
		c.NeedsAttention = false // also of one that was resolved before
		if c.ResolvedAt == nil {
			c.ResolvedAt = &at
		}
	}
	if c != was {
		c.UpdatedAt = at
	}
	return c
}

func sameText(a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// NoteDraft is a note to be written, and where.
type NoteDraft struct {
	Agent, Conversation console.ID
	Text                string
}

// Faults returns every fault of what is to be written.
func (d NoteDraft) Faults() []console.Field {
	var f console.Faults
	f.Words("text", d.Text, console.MaxNote)
	return f.All
}

// AddNote writes a note beside a conversation, by the key that asks.
func (s *Service) AddNote(
	ctx context.Context, tx DeskStore, by console.ID, d NoteDraft,
) (console.Note, error) {
	if _, err := tx.LockConversation(ctx, d.Agent, d.Conversation); err != nil {
		return console.Note{}, err
	}
	if err := console.Invalid(d.Faults()); err != nil {
		return console.Note{}, err
	}
	key, err := tx.Key(ctx, by)
	if err != nil {
		return console.Note{}, err
	}
	n := console.Note{
		ID: s.NewID(), AgentID: d.Agent, ConversationID: d.Conversation, Text: d.Text, Key: key.ID, Author: key.Name,
		CreatedAt: s.Now().UTC().Truncate(time.Millisecond),
	}
	return n, tx.InsertNote(ctx, n)
}
