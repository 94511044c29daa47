package app

import (
	"context"
	"errors"
	"runtime/debug"

	"github.com/bimpe/bimpe/internal/metrics"
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
