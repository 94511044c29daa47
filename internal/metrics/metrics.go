// Package metrics counts what the server does, for Prometheus. It knows names, labels and buckets, and
// nothing of the parts that are counted: each of them declares what it tells, and app introduces them.
//
// What is told often is told to a counter that was looked up before, so that telling costs a few
// atomic additions. What can be asked for (queues, open streams) is asked when somebody reads. No label
// has more values than the house has words, but for teams, of which only so many have a name; see Turns.
//
// Everything here may be used by many goroutines.
package metrics

import (
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// namespace begins the name of each metric that is ours.
const namespace = "bimpe"

// Config says what is counted. Zero is a server without Redis of an unknown release, which names no
// team.
type Config struct {
	Version, Commit string
	// Teams is how many teams have a name in the metrics; what the others spend is counted together.
	Teams int
	// Redis says that there is one to be timed.
	Redis bool
}

// Metrics is all that one server counts.
type Metrics struct {
	API   *API
	Turns *Turns
	Store *Store
	Redis *Redis // nil: there is none

	registry *prometheus.Registry
}

// New returns metrics with nothing counted. Many may live side by side.
func New(c Config) *Metrics {
	r := prometheus.NewRegistry()
	m := &Metrics{registry: r, API: newAPI(r), Turns: newTurns(r, c.Teams), Store: newStore(r)}
	if c.Redis {
		m.Redis = newRedis(r)
	}
	build := counted{r}.gauges("build_info", "1, with the release, the commit and the Go that it was built of.",
		"version", "commit", "go")
	build.WithLabelValues(c.Version, c.Commit, runtime.Version()).Set(1)
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Gauge is a number that is asked for when somebody reads.
type Gauge struct {
	Name, Help  string
	Kind, Value string         // a label and its value; without one both are empty
	Ask         func() float64 // must not block
}

// Add adds gauges. It panics where a name is taken, but by another Value of the same Kind.
func (m *Metrics) Add(gauges ...Gauge) {
	for _, g := range gauges {
		o := prometheus.GaugeOpts{Namespace: namespace, Name: g.Name, Help: g.Help}
		if g.Kind != "" {
			o.ConstLabels = prometheus.Labels{g.Kind: g.Value}
		}
		m.registry.MustRegister(prometheus.NewGaugeFunc(o, g.Ask))
	}
}

// Count adds a number that only grows, and is asked for when somebody reads; as Add.
func (m *Metrics) Count(name, help string, ask func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, ask))
}

// maxReaders bounds how many read at a time; the others are told to come again.
const maxReaders = 4

// Handler answers with all metrics as Prometheus reads them.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: maxReaders})
}

// counted makes metrics and registers them.
type counted struct{ r prometheus.Registerer }

func (c counted) counter(name, help string) prometheus.Counter {
	m := prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
	c.r.MustRegister(m)
	return m
}

func (c counted) counters(name, help string, labels ...string) *prometheus.CounterVec {
	m := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	c.r.MustRegister(m)
	return m
}

func (c counted) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	m := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
	c.r.MustRegister(m)
	return m
}

func (c counted) timers(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	m := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: name, Help: help, Buckets: buckets,
	}, labels)
	c.r.MustRegister(m)
	return m
}

// quick are the bounds of what takes from a tenth of a millisecond to seconds.
func quick() []float64 {
	return []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5}
}

// slow are the bounds of what takes from a millisecond to a minute.
func slow() []float64 {
	return []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
}

// seconds is never less than nothing, also where a clock was put back: sums must not fall.
func seconds(d time.Duration) float64 { return max(d, 0).Seconds() }

// resolved looks up the series of each value beforehand.
func resolved[K ~string, S any](with func(...string) S, values ...K) map[K]S {
	all := make(map[K]S, len(values))
	for _, v := range values {
		all[v] = with(string(v))
	}
	return all
}

// other is the label of what has no name of its own.
const other = "other"
