package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/bimpe/bimpe/internal/agents"
	"github.com/bimpe/bimpe/internal/auth"
	"github.com/bimpe/bimpe/internal/calls"
	"github.com/bimpe/bimpe/internal/connections"
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/contacts"
	"github.com/bimpe/bimpe/internal/conversations"
	"github.com/bimpe/bimpe/internal/knowledge"
	"github.com/bimpe/bimpe/internal/limit"
	"github.com/bimpe/bimpe/internal/phones"
	"github.com/bimpe/bimpe/internal/stream"
	"github.com/bimpe/bimpe/internal/turns"
	"github.com/bimpe/bimpe/internal/workflows"
)

// Store is where everything is kept, a team at a time.
type Store interface {
	// Team returns what may be read of a team.
	Team(team console.ID) Reads
	// Write runs f in one transaction of the team and commits it. f may run more than once; only
	// its last run counts. An error of f rolls back and is returned as it is.
	Write(ctx context.Context, team console.ID, f func(Tx) error) error
}

// Reads is what the rooms may ask of a team.
type Reads interface {
	agents.Reads
	workflows.Reads
	knowledge.Reads
	conversations.Reads
	DeskReads
	calls.Reads
	ownedReads
	turns.Records
}

// ownedReads is of what is a team's and no agent's.
type ownedReads interface {
	phones.Reads
	auth.Reads
	connections.Reads
}

// Tx is a transaction of one team.
type Tx interface {
	agents.Store
	workflows.Store
	knowledge.Store
	DeskStore
	calls.Store
	ownedStore
	Once
}

// ownedStore changes what is a team's and no agent's.
type ownedStore interface {
	phones.Store
	auth.Store
	connections.Store
}

// DeskReads is what a team's humans ask of their customers and of each other.
type DeskReads interface {
	conversations.DeskReads
	conversations.LogReads
	contacts.Reads
}

// DeskStore is what they and their customers do in a transaction.
type DeskStore interface {
	conversations.Store
	conversations.DeskStore
	contacts.Store
}

// Once makes a write happen once under its idempotency key.
type Once interface {
	// ClaimKey takes a key for this transaction and returns nil, or the answer that is kept under it.
	// It waits for another transaction that has claimed the key.
	ClaimKey(ctx context.Context, key string, fingerprint [32]byte) (*console.Answer, error)
	// KeepAnswer keeps the answer under a key that this transaction has claimed.
	KeepAnswer(ctx context.Context, key string, a console.Answer) error
	// Nested runs f; an error of f undoes what f did, and no more, and is returned as it is.
	Nested(f func() error) error
}

// Auth knows who asks.
type Auth interface {
	// Authenticate returns whose secret it is, or CodeKeyInvalid or CodeKeyExpired.
	Authenticate(ctx context.Context, secret string) (console.Principal, error)
	// Create adds a key and returns its secret.
	Create(ctx context.Context, tx auth.Store, by console.Principal, d auth.Draft) (console.Key, string, error)
	// Revoke ends a key, or returns CodeNotFound.
	Revoke(ctx context.Context, tx auth.Store, id console.ID) error
	// Used notes that a key was used now.
	Used(key console.ID)
	// IssueTicket returns a ticket for one stream and how long it holds.
	IssueTicket(p console.Principal, agent, conversation console.ID, seq int64) (string, time.Duration)
	// CheckTicket returns what a ticket is good for and does not spend it; its faults are those of
	// RedeemTicket.
	CheckTicket(ctx context.Context, ticket string) (auth.Ticket, error)
	// RedeemTicket spends a ticket. One that is unknown, used or too old is CodeUnauthorized.
	RedeemTicket(ctx context.Context, ticket string) (auth.Ticket, error)
}

// Streams is where new messages are heard of.
type Streams interface {
	// Subscribe begins to listen to a conversation. More streams than the team may hold open are
	// CodeTooManyRequests with ReasonTooManyStreams. The caller closes the subscription.
	Subscribe(r stream.Request) (*stream.Subscription, error)
}

// Limits counts requests in windows, of one node or of all.
type Limits interface {
	// Take counts one request of who, unless its window is used up, and says how the window stands.
	Take(ctx context.Context, who string, perMinute int) limit.Result
	// Peek says how the window of who stands and counts nothing.
	Peek(ctx context.Context, who string, perMinute int) limit.Result
}

// Watch hears of what the API does, for whoever counts it. None of its methods blocks.
type Watch interface {
	// Operation returns what hears of each answer to an operation: its status, 0 where none began, the code
	// of its error, empty where there is none, and how long it took.
	Operation(name string) func(status int, code console.Code, took time.Duration)
	// Lasting is Operation for streams, which last as long as their clients like.
	Lasting(name string) func(status int, code console.Code, took time.Duration)
	// Sent hears of an event that was written to a stream.
	Sent(event string)
}

// Tracer draws requests as spans of traces.
type Tracer interface {
	// Request begins the span of a request, in the context that is returned, and returns what ends it by
	// what its log line says.
	Request(r *http.Request) (context.Context, func(status int, attrs []slog.Attr))
	// Trace is what the span of a context is called for those who go on behind it; empty: there is none.
	Trace(ctx context.Context) string
}

// Sealer hides secrets that have to be kept. The purpose must be the same when opening.
type Sealer interface {
	Seal(plain []byte, purpose string) []byte
	Open(sealed []byte, purpose string) ([]byte, error)
}
