package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"sync"

	"github.com/bimpe/bimpe/internal/connections"
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/llm/upstream"
	"github.com/bimpe/bimpe/internal/outbound"
	"github.com/bimpe/bimpe/internal/store"
	"github.com/bimpe/bimpe/internal/turns"
)

// What the models of teams may take: connections that are kept to one host, and bytes of an answer.
const (
	keptStreams = 64
	maxAnswer   = 32 << 20
)

// newConnections makes the room of teams' own models. Their addresses are users', so that all of
// them are asked by way of outbound.
func (a *App) newConnections(s connections.Sealer) (*connections.Service, error) {
	allow, err := networks(a.cfg.OutboundAllow)
	if err != nil {
		return nil, err
	}
	client := outbound.New(outbound.Config{
		Agent: "bimpe/" + a.cfg.Version, Allow: allow, Streams: keptStreams,
		Limits: outbound.Limits{Header: a.cfg.TurnTimeout, Whole: a.cfg.TurnTimeout, Body: maxAnswer},
	})
	return connections.New(connections.Config{
		Now: a.now, NewID: a.ids.Next, Sealer: s, Plain: plain,
		Dial: func(m console.ModelConnection, key string) (llm.Model, error) {
			c := upstream.Config{Key: key, Model: m.Model, HTTP: client, Through: a.through(), Idle: a.cfg.TurnTimeout / 2}
			if m.BaseURL != nil {
				c.BaseURL = *m.BaseURL
			}
			model, err := dial(m.Provider, c)
			return guarded{model}, err
		},
	}), nil
}

// guarded is a model behind an address that a user gave. One that cannot be called at all is a fault
// for good, not one of a server that may come back.
type guarded struct{ llm.Model }

// Stream implements llm.Model.
func (g guarded) Stream(ctx context.Context, r llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		for d, err := range g.Model.Stream(ctx, r) {
			if e, ok := errors.AsType[*outbound.Error](err); ok && !e.Passing() {
				err = llm.Fail(llm.KindInvalid, err)
			}
			if !yield(d, err) {
				return
			}
		}
	}
}

// plain says what a fault of a model means; that of an address is told by who knows addresses.
func plain(err error) string {
	if e, ok := errors.AsType[*outbound.Error](err); ok {
		return e.Plain()
	}
	return llm.Plain(err)
}

// models says whom agents ask. A model is made once for each way of its connection, so that its
// connections to the provider are used again. It may be used by many goroutines.
type models struct {
	server      turns.Candidate
	db          *store.DB
	connections *connections.Service
	log         *slog.Logger

	mu   sync.Mutex
	made map[console.ID]madeModel // held under mu
}

type madeModel struct {
	way   string
	model llm.Model
}

// wayOf tells whether a connection still leads to the same model by the same way: provider, address, model and
// key. Its name and its price are no part of it.
func wayOf(c console.ModelConnection) string {
	address := ""
	if c.BaseURL != nil {
		address = *c.BaseURL
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q", c.Provider, address, c.Model, c.SealedKey))
	return string(sum[:])
}

// maxMade bounds the models that are remembered.
const maxMade = 1024

func (a *App) newModels(rooms *connections.Service) (*models, error) {
	m, err := newModel(a.cfg, a.through())
	if err != nil {
		return nil, err
	}
	return &models{
		server: turns.Candidate{
			Provider: console.Provider(a.cfg.ModelProvider), Name: cmp.Or(a.cfg.Model, m.Name()), Model: m,
			Window: a.cfg.ModelContext,
		},
		db: a.db, connections: rooms, log: a.log, made: map[console.ID]madeModel{},
	}, nil
}

// Chain implements turns.Models: the agent's own connection, or the server's model where it names
// none, then its fallbacks. An agent that has neither costs no question to the store.
func (m *models) Chain(ctx context.Context, team console.ID, a console.Agent) ([]turns.Candidate, error) {
	named, err := m.db.Team(team).ModelChain(ctx, a.Models())
	if err != nil {
		return nil, err
	}
	var chain []turns.Candidate
	if a.ModelID == nil || len(named) == 0 {
		chain = append(chain, m.server)
	}
	for _, c := range named {
		chain = append(chain, turns.Candidate{
			Connection: c.ID, Provider: c.Provider, Name: c.Model, Price: c.Price, Window: c.Window, Version: wayOf(c),
			Model: m.model(ctx, c),
		})
	}
	return chain, nil
}

// model returns the model of a connection. One that cannot be used is logged, once for each way,
// and always fails.
func (m *models) model(ctx context.Context, c console.ModelConnection) llm.Model {
	m.mu.Lock()
	defer m.mu.Unlock()
	way := wayOf(c)
	if known, ok := m.made[c.ID]; ok && known.way == way {
		return known.model
	}
	model, err := m.connections.Model(c)
	if err != nil {
		m.log.ErrorContext(ctx, "a model connection cannot be used", "connection", c.ID, "error", err.Error())
		model = unusable{c.Model}
	}
	for other := range m.made {
		if len(m.made) < maxMade {
			break
		}
		delete(m.made, other)
	}
	m.made[c.ID] = madeModel{way, model}
	return model
}

// unusable stands for a connection whose key or address does not fit.
type unusable struct{ name string }

var errUnusable = errors.New("the connection's key or address cannot be used")

func (u unusable) Name() string { return u.name }

// Stream implements llm.Model and always fails.
func (u unusable) Stream(context.Context, llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		yield(llm.Delta{}, llm.Fail(llm.KindInvalid, errUnusable))
	}
}
