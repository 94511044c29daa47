package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
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
	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/llm/builtin"
	"github.com/bimpe/bimpe/internal/phones"
	"github.com/bimpe/bimpe/internal/seal"
	"github.com/bimpe/bimpe/internal/store"
	"github.com/bimpe/bimpe/internal/store/storetest"
	"github.com/bimpe/bimpe/internal/stream"
	"github.com/bimpe/bimpe/internal/workflows"
)

// clock stands still unless it is moved.
type clock struct{ ns atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(0, c.ns.Load()).UTC() }

func (c *clock) move(d time.Duration) { c.ns.Add(int64(d)) }

// counter makes ids that are known beforehand.
type counter struct{ n atomic.Int64 }

func (c *counter) id() console.ID { return console.ID(fmt.Sprintf("c%024d", c.n.Add(1))) }

func (c *counter) uuid() string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", c.n.Add(1)) }

// house is the API with everything behind it real: rooms, store on SQLite in a temporary folder,
// hub, keys. Clock and ids are fixed.
type house struct {
	*API
	db      *store.DB
	auth    *auth.Service
	hub     *stream.Hub
	clock   *clock
	ids     *counter
	secrets map[string]string // by the name of a key
	fault   atomic.Value      // of string: what is to go wrong
}

// openHouse makes a house with the teams and keys of the wire tests.
func openHouse(tb testing.TB, set func(*Config)) *house {
	tb.Helper()
	return openHouseOn(tb, "", set)
}

// onBoth runs a test on each engine, side by side, and returns once both have ended. url makes a
// database and returns its URL; that of SQLite is empty.
func onBoth(t *testing.T, test func(t *testing.T, url func(*testing.T) string)) {
	t.Helper()
	t.Run("on", func(t *testing.T) {
		t.Run("SQLite", func(t *testing.T) {
			t.Parallel()
			test(t, func(*testing.T) string { return "" })
		})
		t.Run("PostgreSQL", func(t *testing.T) {
			t.Parallel()
			test(t, func(t *testing.T) string {
				t.Helper()
				return storetest.Postgres(t)
			})
		})
	})
}

// openHouseOn is openHouse on a PostgreSQL database; an empty URL means SQLite.
func openHouseOn(tb testing.TB, url string, set func(*Config)) *house {
	tb.Helper()
	h := &house{clock: &clock{}, ids: &counter{}, hub: stream.NewHub(), secrets: map[string]string{}}
	h.fault.Store("")
	h.clock.ns.Store(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano())
	log := slog.New(slog.DiscardHandler)
	var err error
	h.db, err = store.Open(tb.Context(), store.Config{URL: url, DataDir: tb.TempDir(), Now: h.clock.now, Log: log})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := h.db.Close(); err != nil {
			tb.Error(err)
		}
	})
	sealer, err := seal.New(make([]byte, 32))
	if err != nil {
		tb.Fatal(err)
	}
	h.auth = auth.New(auth.Config{Registry: h.db, Now: h.clock.now, NewID: h.ids.id, Ended: h.hub.EndKey})
	cfg := Config{
		Store: &faultyStore{house: h}, Auth: h.auth,
		Agents:    agents.New(h.clock.now, h.ids.id, nobody{}),
		Workflows: workflows.New(h.clock.now, h.ids.id),
		Knowledge: knowledge.New(h.clock.now, h.ids.id),
		Calls:     calls.New(),
		Contacts:  contacts.New(h.clock.now, teller{h.hub}),
		Phones:    phones.New(h.clock.now, h.ids.id),
		Connections: connections.New(connections.Config{
			Now: h.clock.now, NewID: h.ids.id, Sealer: sealer, Dial: dialled, Plain: llm.Plain,
		}),
		Conversations: conversations.New(conversations.Config{
			Now: h.clock.now, NewID: h.ids.id, Node: "node", Listener: teller{h.hub}, Halter: nobody{},
		}),
		Streams: endingHub{h}, Keys: limit.New(h.clock.now), Addresses: limit.New(h.clock.now), Sealer: sealer,
		Now: h.clock.now, Log: log, NewUUID: (&counter{}).uuid, RateLimit: 600, Version: "test",
		AllowedOrigins: []string{"https://app.example.com"},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		Ready:          h.ready,
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, "bimpe_up 1\n")
		}),
		MetricsAllow: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
	}
	if set != nil {
		set(&cfg)
	}
	if h.API, err = New(cfg); err != nil {
		tb.Fatal(err)
	}
	h.furnish(tb)
	return h
}

func (h *house) ready(ctx context.Context) ([]string, error) {
	switch h.fault.Load() {
	case "ready":
		return nil, errors.New("the database is gone")
	case "redis":
		return []string{"redis: away"}, nil
	}
	return nil, h.db.Ping(ctx)
}

// furnish makes the teams and the keys that the wire tests name. Whatever comes after has ids from
// 101 on.
func (h *house) furnish(tb testing.TB) {
	tb.Helper()
	past := h.clock.now().Add(time.Minute) // by the time of the tests
	teams := map[string]console.Team{
		"home": {ID: "t000000000000000000000001", Name: "Home"},
		"away": {ID: "t000000000000000000000002", Name: "Away"},
		"small": {ID: "t000000000000000000000003", Name: "Small", Quotas: console.Quotas{
			Agents: 1, Integrations: console.NoneAllowed, Streams: 1,
		}},
		"narrow": {ID: "t000000000000000000000004", Name: "Narrow", Quotas: console.Quotas{RatePerMinute: 2}},
	}
	for _, team := range teams {
		team.CreatedAt = h.clock.now()
		if err := h.db.InsertTeam(tb.Context(), team); err != nil {
			tb.Fatal(err)
		}
	}
	for _, k := range []struct {
		name, team string
		scopes     []console.Scope
		expires    *time.Time
	}{
		{"full", "home", []console.Scope{console.ScopeAll}, nil},
		{"reader", "home", []console.Scope{"agents:read"}, nil},
		{"listener", "home", []console.Scope{"conversations:read"}, nil},
		{"keymaker", "home", []console.Scope{"api_keys:write"}, nil},
		{"expired", "home", []console.Scope{console.ScopeAll}, &past},
		{"revoked", "home", []console.Scope{console.ScopeAll}, nil},
		{"other", "away", []console.Scope{console.ScopeAll}, nil},
		{"small", "small", []console.Scope{console.ScopeAll}, nil},
		{"narrow", "narrow", []console.Scope{console.ScopeAll}, nil},
	} {
		h.secrets[k.name] = h.grant(tb, teams[k.team].ID, auth.Draft{Name: k.name, Scopes: k.scopes, ExpiresAt: k.expires})
	}
	h.clock.move(2 * time.Minute)
	h.ids.n.Store(100)
}

// grant makes a key; one that is named revoked is revoked at once.
func (h *house) grant(tb testing.TB, team console.ID, d auth.Draft) string {
	tb.Helper()
	var secret string
	err := h.db.Write(tb.Context(), team, func(tx *store.Tx) error {
		k, s, err := h.auth.Grant(tb.Context(), tx, team, d)
		if err != nil {
			return err
		}
		secret = s
		if d.Name == "revoked" {
			return h.auth.Revoke(tb.Context(), tx, k.ID)
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return secret
}

// faultyStore is the real store, unless something is to go wrong.
type faultyStore struct{ house *house }

func (s *faultyStore) Team(team console.ID) Reads {
	switch s.house.fault.Load() {
	case "panic":
		panic("a panic of ours")
	case "read":
		return faultyReads{s.house.db.Team(team)}
	}
	return s.house.db.Team(team)
}

func (s *faultyStore) Write(ctx context.Context, team console.ID, f func(Tx) error) error {
	switch s.house.fault.Load() {
	case "write":
		e := console.Errorf(console.CodeInternal, "The database is out of reach.")
		e.RetryAfter = 3 * time.Second
		return e.With(console.ReasonStoreUnreachable)
	case "hang":
		if _, bounded := ctx.Deadline(); !bounded {
			return errors.New("a write may wait for ever")
		}
		return fmt.Errorf("wait for the writer: %w", context.DeadlineExceeded)
	case "claimed":
		return s.house.db.Write(ctx, team, func(tx *store.Tx) error { return f(claimedTx{tx}) })
	case "slow":
		return s.house.db.Write(ctx, team, func(tx *store.Tx) error {
			if err := f(tx); err != nil {
				return err
			}
			return fmt.Errorf("commit: %w", context.DeadlineExceeded)
		})
	}
	return s.house.db.Write(ctx, team, func(tx *store.Tx) error { return f(tx) })
}

// claimedTx finds every key claimed by a request that does not end.
type claimedTx struct{ Tx }

func (claimedTx) ClaimKey(context.Context, string, [32]byte) (*console.Answer, error) {
	return nil, fmt.Errorf("wait for the claim: %w", context.DeadlineExceeded)
}

type faultyReads struct{ Reads }

func (faultyReads) Agents(context.Context, console.Query) (console.Page[console.Agent], error) {
	return console.Page[console.Agent]{}, fmt.Errorf("select agents: %w", io.ErrUnexpectedEOF)
}

// endingHub is the real hub, unless streams are to end as soon as they have caught up.
type endingHub struct{ house *house }

func (e endingHub) Subscribe(r stream.Request) (*stream.Subscription, error) {
	switch e.house.fault.Load() {
	case "crowd": // as if the team held one more
		one, err := e.house.hub.Subscribe(r)
		if err != nil {
			return nil, err
		}
		defer one.Close()
	case "stop":
		e.house.hub.Shutdown()
	}
	sub, err := e.house.hub.Subscribe(r)
	if err == nil && e.house.fault.Load() == "end" {
		e.house.hub.EndAgent(r.Agent)
		if r.Conversation == "" {
			e.house.hub.EndKey(r.Key)
		}
	}
	return sub, err
}

// dialled is a model that answers to a key that is right, and else does not accept it.
func dialled(m console.ModelConnection, key string) (llm.Model, error) {
	if key == "sk-wrong" {
		return &refusing{}, nil
	}
	return builtin.New(), nil
}

type refusing struct{ builtin.Model }

func (refusing) Stream(context.Context, llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) { yield(llm.Delta{}, llm.Fail(llm.KindRefused, nil)) }
}

// nobody writes replies here.
type nobody struct{}

func (nobody) AgentStopped(console.ID, console.Why)              {}
func (nobody) Halt(context.Context, console.Turn) console.Halted { return console.Halted{} }

// teller tells the hub what was committed, as the house's wiring does.
type teller struct{ hub *stream.Hub }

func (l teller) Changed(c console.Change) {
	if c.Append != nil {
		l.hub.Said(*c.Append)
	}
	l.hub.Changed(c)
}

// logLines is a log that a test reads.
type logLines struct {
	mu    sync.Mutex
	lines []byte
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, p...)
	return len(p), nil
}

func (l *logLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.lines)
}
