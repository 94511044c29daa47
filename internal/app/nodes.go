package app

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/bimpe/bimpe/internal/httpapi"
	"github.com/bimpe/bimpe/internal/limit"
	"github.com/bimpe/bimpe/internal/limit/redislimit"
	"github.com/bimpe/bimpe/internal/stream/redisbus"
	"github.com/bimpe/bimpe/internal/turns"
)

// nodes is what this node shares with others. Without Redis it is alone as far as anybody here knows.
type nodes struct {
	client *redis.Client // nil: there is no Redis
	bus    *redisbus.Bus // nil: there is no Redis
	space  string
	count  atomic.Int64 // how many nodes were alive when somebody last looked
}

// The bounds of a call of Redis. What takes longer is done without it.
const (
	redisDial = time.Second
	redisCall = time.Second
	redisPool = 32
)

// redisOptions reads the address. The fault does not repeat it, since it may hold a password.
func redisOptions(url string) (*redis.Options, error) {
	o, err := redis.ParseURL(url)
	if err != nil {
		return nil, errors.New("must be an address such as redis://:password@host:6379/0, rediss:// with TLS")
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout = redisDial, redisCall, redisCall
	o.PoolSize, o.MaxRetries, o.ContextTimeoutEnabled = redisPool, -1, true
	return o, nil
}

// meet makes what is shared with other nodes. Redis need not be there yet.
func (a *App) meet(ctx context.Context) error {
	a.nodes.count.Store(1)
	if a.cfg.RedisURL.IsZero() {
		return nil
	}
	o, err := redisOptions(a.cfg.RedisURL.Reveal())
	if err != nil {
		return &ConfigError{Faults: []string{"BIMPE_REDIS_URL: " + err.Error()}}
	}
	name, err := a.db.Installation(ctx)
	if err != nil {
		return fmt.Errorf("name the installation: %w", err)
	}
	redis.SetLogger(quietRedis{})
	a.nodes.client, a.nodes.space = redis.NewClient(o), "bimpe:"+name+":"
	a.nodes.client.AddHook(a.metrics.Redis.Hook(time.Now))
	a.nodes.bus = redisbus.New(redisbus.Config{
		Client: a.nodes.client, Space: a.nodes.space, Node: a.node, Hub: a.hub, Now: a.now, Log: a.log,
	})
	return nil
}

// quietRedis keeps the client from writing to standard error on its own; what matters the bus says.
type quietRedis struct{}

// Printf is of the client's Logging.
func (quietRedis) Printf(context.Context, string, ...any) {}

// ears are who listens, on this node or on all.
func (a *App) ears() interface {
	turns.Hub
	httpapi.Streams
} {
	if a.nodes.bus != nil {
		return a.nodes.bus
	}
	return a.hub
}

// windows count requests, on this node or on all. kind keeps the names of one sort from another's.
func (a *App) windows(kind string) httpapi.Limits {
	local := limit.New(a.now)
	if a.nodes.client == nil {
		return local
	}
	return redislimit.New(redislimit.Config{
		Client: a.nodes.client, Space: a.nodes.space + kind + ":", Local: local, Now: a.now,
		Nodes: func() int { return int(a.nodes.count.Load()) },
	})
}

// hear carries what nodes tell each other.
func (a *App) hear(ctx context.Context) error {
	return a.nodes.bus.Run(ctx, a.engine)
}

// countEvery is how often the nodes are counted.
const countEvery = 5 * time.Second

// countNodes knows how many nodes share the limits while Redis is away.
func (a *App) countNodes(ctx context.Context) error {
	tick := time.NewTicker(countEvery)
	defer tick.Stop()
	for {
		if n, err := a.db.Nodes(ctx); err == nil {
			a.nodes.count.Store(int64(max(n, 1)))
		} // else the last count holds: without the database nothing is answered anyway
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
