package turns

import (
	"context"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// DB opens what the engine needs of the store.
type DB interface {
	// Team returns what may be read of a team.
	Team(team console.ID) Reads
	// Write runs f in one transaction of the team and commits it. f may run more than once; only
	// its last run counts. An error of f rolls back and is returned as it is.
	Write(ctx context.Context, team console.ID, f func(Tx) error) error
	// AdoptTurns takes over every open turn of nodes that are gone: it raises their Attempt, makes
	// them node's, and returns them, oldest first, at most limit.
	AdoptTurns(ctx context.Context, node console.ID, limit int) ([]console.Turn, error)
	// OwnTurns returns the open turns that node holds, oldest first, at most limit.
	OwnTurns(ctx context.Context, node console.ID, limit int) ([]console.Turn, error)
	// RetryTurn raises the Attempt of an open turn that the node holds, in the attempt that it is known
	// under, and returns it. It returns CodeNotFound where that is not so any more.
	RetryTurn(ctx context.Context, turn console.Turn) (int64, error)
	// Beat says that node is alive.
	Beat(ctx context.Context, node console.ID) error
	// Leave says that node is gone, so that others may adopt its turns at once.
	Leave(ctx context.Context, node console.ID) error
}

// Reads is what a reply rests on.
type Reads interface {
	// Agent returns one agent, or CodeNotFound.
	Agent(ctx context.Context, id console.ID) (console.Agent, error)
	// Workflow returns a workflow that the team may see, or CodeNotFound.
	Workflow(ctx context.Context, id console.ID) (console.Workflow, error)
	// Conversation returns one of an agent's conversations, or CodeNotFound.
	Conversation(ctx context.Context, agent, id console.ID) (console.Conversation, error)
	// Contact returns what is known of a conversation's customer, or CodeNotFound where nothing is.
	Contact(ctx context.Context, agent, conversation console.ID) (console.Contact, error)
	// History returns the newest messages of a conversation, oldest of them first, at most limit:
	// their Seq, Role, Author and Text.
	History(ctx context.Context, conversation console.ID, limit int) ([]console.Message, error)
	// Wrote returns how many messages of a conversation with a smaller Seq are its customer's.
	Wrote(ctx context.Context, conversation console.ID, before int64) (int64, error)
	// Bounds returns what bounds the tokens of a day for the team, one of its agents and one of its
	// keys, and how many each of those that have a bound has spent. What is not there has none.
	Bounds(ctx context.Context, day console.Day, agent, key console.ID) (console.Bounds, error)
	// Summary returns what stands for the beginning of a conversation, the zero value if nothing does.
	Summary(ctx context.Context, conversation console.ID) (console.Summary, error)
}

// Tx is a transaction of one team. What it reads it holds until the transaction ends.
type Tx interface {
	// AgentState returns what decides whether the agent answers, or CodeNotFound.
	AgentState(ctx context.Context, id console.ID) (console.AgentState, error)
	// LockConversation returns one of an agent's conversations, or CodeNotFound, and holds it.
	LockConversation(ctx context.Context, agent, id console.ID) (console.Conversation, error)
	// Turn returns one turn, or CodeNotFound.
	Turn(ctx context.Context, id console.ID) (console.Turn, error)
	// Apply does all that the change says.
	Apply(ctx context.Context, c console.Change) error
	// KeepRecord keeps what a run did that did not end its turn: it counts what the run spent, at a
	// moment, and puts turn's Record to the turn, if somebody else has ended that in the attempt that
	// was the run's and it has none.
	KeepRecord(ctx context.Context, turn console.Turn, at time.Time) error
	// PutSummary keeps a summary, unless it stands for nothing (ToSeq 0), one that stands for as much is
	// kept already, or the one that went into it has been forgotten since. In any case it counts what
	// turn's Record says was spent for it and adds its steps to the record of the turn. It returns
	// CodeNotFound where the conversation is not there.
	PutSummary(ctx context.Context, s console.Summary, turn console.Turn, at time.Time) error
	// AfterCommit calls f once the transaction has been committed, and never if it was not.
	AfterCommit(f func())
}

// Records is what may be asked of a team's turns.
type Records interface {
	// Turns returns one page of a conversation's turns; sort takes created_at; search is not looked at.
	// An empty state means all.
	Turns(ctx context.Context, conversation console.ID, state console.TurnState, q console.Query) (console.Page[console.TurnRecord], error)
	// TurnRecord returns one turn of a conversation, or CodeNotFound.
	TurnRecord(ctx context.Context, conversation, id console.ID) (console.TurnRecord, error)
	// Prompt returns what a turn of a conversation asked a model, or CodeNotFound: the turn is not there,
	// it asked none, or that was too long ago.
	Prompt(ctx context.Context, conversation, turn console.ID) (console.Prompt, error)
	// Usage returns one page of what the team spent, told apart as asked for, and always by currency;
	// sort takes day, turns and total_tokens; search is not looked at.
	Usage(ctx context.Context, f console.UsageFilter, q console.Query) (console.Page[console.Usage], error)
}
