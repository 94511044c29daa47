package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/bimpe/bimpe/internal/agents"
	"github.com/bimpe/bimpe/internal/alerts"
	"github.com/bimpe/bimpe/internal/auth"
	"github.com/bimpe/bimpe/internal/calls"
	"github.com/bimpe/bimpe/internal/connections"
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/contacts"
	"github.com/bimpe/bimpe/internal/conversations"
	"github.com/bimpe/bimpe/internal/httpapi"
	"github.com/bimpe/bimpe/internal/knowledge"
	"github.com/bimpe/bimpe/internal/limit"
	"github.com/bimpe/bimpe/internal/llm/builtin"
	"github.com/bimpe/bimpe/internal/metrics"
	"github.com/bimpe/bimpe/internal/phones"
	"github.com/bimpe/bimpe/internal/playground"
	"github.com/bimpe/bimpe/internal/seal"
	"github.com/bimpe/bimpe/internal/store"
	"github.com/bimpe/bimpe/internal/stream"
	"github.com/bimpe/bimpe/internal/traces"
	"github.com/bimpe/bimpe/internal/turns"
	"github.com/bimpe/bimpe/internal/workflows"
)

// App is a server that has been made and listens, and answers once it is Run.
type App struct {
	cfg   Config
	log   *slog.Logger
	now   func() time.Time
	ids   *console.IDs
	admin *Admin

	db       *store.DB
	hub      *stream.Hub
	nodes    nodes
	auth     *auth.Service
	engine   *turns.Engine
	fetcher  *knowledge.Fetcher
	alerts   *alerts.Worker // nil: nobody is written to
	node     console.ID
	server   *http.Server
	listener net.Listener
	ready    atomic.Bool
	metrics  *metrics.Metrics
	traces   *traces.Traces // nil: nobody is told

	closeOnce sync.Once
}

// Build makes a server: it opens the store, brings its tables up to date and takes the address. What
// is wrong with the settings is a *ConfigError. Run or Close must follow.
func Build(ctx context.Context, cfg Config) (*App, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	a := &App{cfg: cfg, log: cfg.logger(), now: cfg.clock(), hub: stream.NewHub(), metrics: newMetrics(cfg)}
	a.ids = console.NewIDs(a.now)
	a.node = a.ids.Next()
	if cfg.TestClock != "" {
		a.log.WarnContext(ctx, "the clock is a test's", "file", cfg.TestClock)
	}
	if err := a.build(ctx); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// build goes along the arrows: what is kept, who asks, the rooms, the wire.
func (a *App) build(ctx context.Context) error {
	if err := a.newTraces(ctx); err != nil {
		return err
	}
	v, err := openVault(ctx, a.cfg.Storage, store.Config{
		Now: a.now, Log: a.log, Alerts: !a.cfg.SMTPURL.IsZero(), PromptLife: a.cfg.promptLife(),
		Watch: a.metrics.Store,
	})
	if err != nil {
		return err
	}
	a.db = v.db
	if err := a.meet(ctx); err != nil {
		return err
	}
	if err := a.db.SeedLibrary(ctx, workflows.Library()); err != nil {
		return fmt.Errorf("fill the library: %w", err)
	}
	a.auth = auth.New(auth.Config{
		Registry: a.db, Now: a.now, NewID: a.ids.Next, TicketKey: v.sealer.Derive("tickets"),
		Ended: a.hub.EndKey, Log: a.log,
	})
	a.admin = &Admin{db: a.db, auth: a.auth, phones: phones.New(a.now, a.ids.Next), newID: a.ids.Next}
	if a.alerts, err = a.newAlerts(); err != nil {
		return err
	}
	handler, err := a.rooms(v)
	if err != nil {
		return err
	}
	a.gauge()
	a.server = newServer(handler, a.log)
	a.listener, err = listen(ctx, a.cfg.Listen)
	return err
}

// rooms makes the rooms, the engine that answers, and the API before them.
func (a *App) rooms(v vault) (http.Handler, error) {
	ways, err := a.newConnections(v.sealer)
	if err != nil {
		return nil, err
	}
	models, err := a.newModels(ways)
	if err != nil {
		return nil, err
	}
	proxies, err := networks(a.cfg.TrustedProxies)
	if err != nil {
		return nil, err
	}
	readers, err := networks(a.cfg.MetricsAllow)
	if err != nil {
		return nil, err
	}
	pages, err := playground.New()
	if err != nil {
		return nil, err
	}
	know := knowledge.New(a.now, a.ids.Next)
	if a.fetcher, err = a.newFetcher(know); err != nil {
		return nil, err
	}
	a.engine = turns.New(turns.Config{
		DB: turnStore{a.db}, Finder: finder{a.db, know}, Models: models,
		Builtin: builtin.New(), Hub: a.ears(), Now: a.now,
		NewID: a.ids.Next, Node: a.node, Log: a.log, Chance: rand.Float64, Watch: a.metrics.Turns, Tracer: a.turnTracer(),
		Limits: turns.Limits{Turn: a.cfg.TurnTimeout, Grace: turnGrace},
	})
	api, err := httpapi.New(httpapi.Config{
		Store: apiStore{a.db}, Auth: a.auth, Streams: a.ears(), Keys: a.windows("keys"),
		Addresses: a.windows("addresses"), Sealer: v.sealer,
		Agents:    agents.New(a.now, a.ids.Next, a.engine),
		Workflows: workflows.New(a.now, a.ids.Next),
		Knowledge: know,
		Calls:     calls.New(),
		Contacts:  contacts.New(a.now, a.engine),
		Phones:    a.admin.phones, Connections: ways,
		Conversations: conversations.New(conversations.Config{
			Now: a.now, NewID: a.ids.Next, Node: a.node, Listener: a.engine, Halter: a.engine,
		}),
		// Deadlines of connections are of the machine's own clock, however a test shifts the server's.
		Now: time.Now, Log: a.log, AllowedOrigins: a.cfg.origins(), TrustedProxies: proxies,
		RateLimit: a.cfg.RateLimit, Ready: a.readiness, Version: a.cfg.Version,
		SharedLog: a.cfg.postgres(), Pages: pages,
		Watch: a.metrics.API, Tracer: a.apiTracer(), Metrics: a.metrics.Handler(), MetricsAllow: readers,
	})
	if err != nil {
		return nil, err
	}
	return api.Handler(), nil
}

// OpenAPI returns the API's document as JSON, without a server.
func OpenAPI(version string) ([]byte, error) {
	none := func() console.ID { return "" }
	api, err := httpapi.New(httpapi.Config{
		Store: apiStore{}, Auth: &auth.Service{}, Streams: stream.NewHub(), Keys: limit.New(time.Now),
		Addresses: limit.New(time.Now),
		Sealer:    &seal.Sealer{}, Agents: agents.New(time.Now, none, nil), Workflows: workflows.New(time.Now, none),
		Knowledge: knowledge.New(time.Now, none), Conversations: conversations.New(conversations.Config{}),
		Calls: calls.New(), Connections: connections.New(connections.Config{}), Phones: phones.New(time.Now, none), Contacts: contacts.New(time.Now, nil),
		Now: time.Now, Log: slog.New(slog.DiscardHandler), Version: version,
	})
	if err != nil {
		return nil, err
	}
	return api.OpenAPI()
}

// Address is where the server listens, a port of the system's choice included.
func (a *App) Address() string { return a.listener.Addr().String() }

// Admin is the operator's way to teams, keys and phone numbers. It is good until the App is closed.
func (a *App) Admin() *Admin { return a.admin }

// Close gives up what Build took. It may be called more than once, and Run does it by itself.
func (a *App) Close() { a.closeOnce.Do(a.close) }

func (a *App) close() {
	if a.listener != nil {
		// Serving closes it too, and a second time is no fault.
		_ = a.listener.Close()
	}
	a.endTraces()
	if a.nodes.client != nil {
		_ = a.nodes.client.Close() // nothing of it is kept
	}
	if a.db == nil {
		return
	}
	if err := a.db.Close(); err != nil {
		a.log.Error("closing the store failed", "error", err.Error())
	}
}

// The bounds of a connection. There is none on writing an answer, since a stream is one.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = 30 * time.Second
	idleTimeout   = 120 * time.Second
	maxHeader     = 32 << 10
)

func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: bounded(h), ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		// OPTIONS * too is answered by the handler, as OPTIONS of every path.
		DisableGeneralOptionsHandler: true,
		BaseContext:                  func(net.Listener) context.Context { return context.Background() },
	}
}

// bounded gives a request's body a time to arrive. The server's own ReadTimeout would end streams too.
func bounded(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 && r.Method != http.MethodGet {
			// Where there is no deadline to set, as in tests, there is no slow client either.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout))
		}
		h.ServeHTTP(w, r)
	})
}

// listen says in plain words what to do about an address that is taken.
func listen(ctx context.Context, address string) (net.Listener, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is taken by another program: stop it, or set BIMPE_LISTEN to another "+
			"address, such as 127.0.0.1:8081", address)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on BIMPE_LISTEN: %w", err)
	}
	return l, nil
}
