package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/bimpe/bimpe/internal/agents"
	"github.com/bimpe/bimpe/internal/calls"
	"github.com/bimpe/bimpe/internal/connections"
	"github.com/bimpe/bimpe/internal/contacts"
	"github.com/bimpe/bimpe/internal/conversations"
	"github.com/bimpe/bimpe/internal/httpapi/manual"
	"github.com/bimpe/bimpe/internal/knowledge"
	"github.com/bimpe/bimpe/internal/phones"
	"github.com/bimpe/bimpe/internal/workflows"
)

// Prefix is where the API lives.
const Prefix = "/api/v1/console"

// Config is what an API is made of. Fields must be set unless they say otherwise.
type Config struct {
	Store         Store
	Auth          Auth
	Agents        *agents.Service
	Workflows     *workflows.Service
	Knowledge     *knowledge.Service
	Conversations *conversations.Service
	Contacts      *contacts.Service
	Calls         *calls.Service
	Phones        *phones.Service
	Connections   *connections.Service
	Streams       Streams
	Keys          Limits // counts the requests of keys
	Addresses     Limits // counts the requests of addresses without a valid key
	Sealer        Sealer
	Now           func() time.Time
	Log           *slog.Logger

	// NewUUID makes request ids and names for customers that come without one; nil: random ones.
	NewUUID func() string
	// AllowedOrigins may call from a browser; they match exactly. None: no origin may.
	AllowedOrigins []string
	// TrustedProxies are those whose X-Forwarded-For counts. None: the peer's address counts.
	TrustedProxies []netip.Prefix
	// RateLimit is how many requests a key, or an address without a valid key, may make in a minute;
	// a team's own quota goes before it. Zero: as many as they like.
	RateLimit int
	// SharedLog says that other nodes write to the same log, of which Streams does not hear: then
	// each stream looks into the log at its heartbeats.
	SharedLog bool
	// Ready says whether the server can do its work; nil: it always can. What it lacks and can do without
	// is named, in words for the operator.
	Ready func(context.Context) (lacks []string, err error)
	// Watch hears of what is asked; nil: nobody does.
	Watch Watch
	// Tracer draws requests; nil: nobody does.
	Tracer Tracer
	// Metrics answers those on this machine, and in MetricsAllow, what has been counted; nil: there is no
	// such path.
	Metrics      http.Handler
	MetricsAllow []netip.Prefix
	// Pages are served beside the API, and their origin may call it as those of AllowedOrigins may;
	// nil: there are none.
	Pages Pages
	// Version stands in the OpenAPI document; empty: dev.
	Version string
}

func (c Config) hasRooms() bool {
	return c.Auth != nil && c.Agents != nil && c.Workflows != nil && c.Knowledge != nil && c.Conversations != nil &&
		c.Calls != nil && c.Phones != nil && c.Contacts != nil && c.Connections != nil
}

func (c Config) hasParts() bool {
	return c.Store != nil && c.Streams != nil && c.Keys != nil && c.Addresses != nil && c.Sealer != nil &&
		c.Now != nil && c.Log != nil
}

// API serves the Console API.
type API struct {
	cfg     Config
	origins map[string]bool
	mux     *http.ServeMux
	doc     huma.API
	manual  *manual.Manual
	raw     func() ([]byte, error) // the OpenAPI document, written when it is first asked for
	paths   *pathTable
	buffers sync.Pool // of *bytes.Buffer, for encoding answers

	underway underway
	told     heard // who hears of answers that are of no operation
}

// New returns an API, or an error when the configuration lacks something.
func New(cfg Config) (*API, error) {
	if !cfg.hasRooms() || !cfg.hasParts() {
		return nil, errors.New("httpapi: the configuration lacks a part that must be set")
	}
	if cfg.NewUUID == nil {
		cfg.NewUUID = newUUID
	}
	a := &API{cfg: cfg, origins: make(map[string]bool), mux: http.NewServeMux(), paths: &pathTable{}}
	for _, o := range cfg.AllowedOrigins {
		a.origins[o] = true
	}
	var err error
	if a.manual, err = manual.Load(); err != nil {
		return nil, fmt.Errorf("load the words of the OpenAPI document: %w", err)
	}
	a.told = a.hear("other")
	a.doc = humago.NewWithPrefix(a.mux, Prefix, documentConfig(cfg.Version))
	a.introduce()
	for _, op := range a.operations() {
		a.register(op)
	}
	a.registerOutside()
	a.registerPages()
	a.dress()
	a.raw = sync.OnceValues(a.write)
	return a, nil
}

// Handler serves the API with everything that belongs to it: the pages, answers to unknown paths,
// /healthz and /readyz.
func (a *API) Handler() http.Handler { return http.HandlerFunc(a.serve) }

// OpenAPI returns the API's OpenAPI 3.1 document as JSON. The bytes must not be changed.
func (a *API) OpenAPI() ([]byte, error) { return a.raw() }

func (a *API) write() ([]byte, error) {
	raw, err := json.Marshal(a.doc.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	return finished(raw)
}
