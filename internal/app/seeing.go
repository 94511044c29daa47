package app

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/httpapi"
	"github.com/bimpe/bimpe/internal/metrics"
	"github.com/bimpe/bimpe/internal/traces"
	"github.com/bimpe/bimpe/internal/turns"
)

// namedTeams is how many teams have their tokens counted under their own name. Each costs two series.
const namedTeams = 100

// newMetrics makes what counts, before there is anything to be counted.
func newMetrics(c Config) *metrics.Metrics {
	return metrics.New(metrics.Config{
		Version: c.Version, Commit: commit(), Teams: namedTeams, Redis: !c.RedisURL.IsZero(),
	})
}

// commit is what the program was built of, as far as the build wrote that down.
func commit() string {
	info, _ := debug.ReadBuildInfo()
	if info != nil {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "unknown"
}

// gauge has the metrics ask the parts for what is under way in them.
func (a *App) gauge() {
	const open = "Event streams that are open, by whom they follow."
	a.metrics.Add(
		metrics.Gauge{Name: "turns_running", Help: "Turns at work on this node.", Ask: number(a.engine.Running)},
		metrics.Gauge{Name: "turns_waiting", Help: "Turns at work that wait for a place at their model.", Ask: number(a.engine.Waiting)},
		metrics.Gauge{Name: "models_shut", Help: "Models that turns are kept from: they failed in a row, or said so.", Ask: number(a.engine.Shut)},
		metrics.Gauge{Name: "store_writes_waiting", Help: "Units of writing that wait for their turn; on PostgreSQL with those under way.", Ask: number(a.db.Waiting)},
		metrics.Gauge{Name: "streams_open", Help: open, Kind: "kind", Value: "conversation", Ask: func() float64 {
			return float64(max(a.hub.Open()-a.hub.OpenTeams(), 0))
		}},
		metrics.Gauge{Name: "streams_open", Help: open, Kind: "kind", Value: "team", Ask: number(a.hub.OpenTeams)},
		metrics.Gauge{Name: "ready", Help: "1 while this node takes requests.", Ask: sign(a.ready.Load)},
	)
	a.metrics.Count("stream_events_dropped_total", "Events that slow readers of streams had no room for; messages among them are read from the log.",
		func() float64 { return float64(a.hub.Dropped()) })
	if a.nodes.bus != nil {
		a.metrics.Add(
			metrics.Gauge{Name: "redis_up", Help: "1 while this node hears of others by Redis.", Ask: sign(a.nodes.bus.Up)},
			metrics.Gauge{Name: "nodes", Help: "Nodes that were alive when this one last counted.", Ask: func() float64 { return float64(a.nodes.count.Load()) }},
		)
	}
}

func number(of func() int) func() float64 { return func() float64 { return float64(of()) } }

// sign is 1 where of says so, else 0.
func sign(of func() bool) func() float64 {
	return func() float64 {
		if of() {
			return 1
		}
		return 0
	}
}

// newTraces makes what draws, nil where nobody is to be told.
func (a *App) newTraces(ctx context.Context) error {
	if a.cfg.Getenv == nil {
		return nil
	}
	var err error
	a.traces, err = traces.New(ctx, traces.Config{
		Version: a.cfg.Version, Node: string(a.node), Getenv: a.cfg.Getenv, Log: a.log,
	})
	if err != nil {
		return &ConfigError{Faults: strings.Split(err.Error(), "\n")}
	}
	return nil
}

// through is what calls of models go through.
func (a *App) through() func(http.RoundTripper) http.RoundTripper {
	if a.traces == nil {
		return nil
	}
	return a.traces.Through
}

// apiTracer draws requests; a nil *traces.Traces must not become an interface that is none.
func (a *App) apiTracer() httpapi.Tracer {
	if a.traces == nil {
		return nil
	}
	return a.traces
}

func (a *App) turnTracer() turns.Tracer {
	if a.traces == nil {
		return nil
	}
	return a.traces
}

// traceGrace is how long the last spans may take to be sent.
const traceGrace = 700 * time.Millisecond

// endTraces sends the spans that wait, if there is somebody to take them.
func (a *App) endTraces() {
	if a.traces == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), traceGrace)
	defer cancel()
	if err := a.traces.Stop(ctx); err != nil {
		a.log.Warn("the last traces were not sent", "error", err.Error())
	}
}

// errNotReady is what /readyz hears before the server runs and once it stops.
var errNotReady = errors.New("the server does not take requests")

// redisAway says what is missing while Redis is.
const redisAway = "redis: away; readers look into the log every two seconds, rate windows are this node's share"

// readiness says whether requests can be answered now, and what has to be done without.
func (a *App) readiness(ctx context.Context) ([]string, error) {
	if !a.ready.Load() {
		return nil, errNotReady
	}
	if err := a.db.Ping(ctx); err != nil {
		return nil, err
	}
	if a.nodes.bus != nil && !a.nodes.bus.Up() {
		return []string{redisAway}, nil
	}
	return nil, nil
}
