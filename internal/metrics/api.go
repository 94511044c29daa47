package metrics

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/bimpe/bimpe/internal/console"
)

// API counts requests and times them, and counts what is told on streams. It is httpapi.Watch.
type API struct {
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	sent      map[string]prometheus.Counter
}

func newAPI(r prometheus.Registerer) *API {
	c := counted{r}
	a := &API{
		requests: c.counters("api_requests_total",
			"Requests that were answered, by operation, status (none: it left before an answer) and code of the error (empty: none).",
			"operation", "status", "code"),
		durations: c.timers("api_request_duration_seconds",
			"How long answers took, by operation. Streams are counted and not timed.", slow(), "operation"),
	}
	a.sent = resolved(c.counters("stream_events_total", "Events that were written to streams, by kind.", "event").WithLabelValues,
		"message", "delta", "status", "conversation", "heartbeat")
	return a
}

// Answered hears of an answer to an operation: its status, 0 where none began, the code of its error,
// empty where there is none, and how long it took.
type Answered = func(status int, code console.Code, took time.Duration)

// Operation returns what counts one operation's requests and times them. Series are made when they are
// first counted, so that there are no more than were used. The name must be one of few.
func (a *API) Operation(name string) Answered {
	count := a.Lasting(name)
	var timer atomic.Pointer[prometheus.Observer]
	return func(status int, code console.Code, took time.Duration) {
		count(status, code, took)
		t := timer.Load()
		if t == nil {
			o := a.durations.WithLabelValues(name)
			t = &o
			timer.Store(t)
		}
		(*t).Observe(seconds(took))
	}
}

// classes are those of statuses; 0 is of all that are none.
const classes = 6

// Lasting is Operation for what lasts as long as its client likes: it is counted and not timed.
func (a *API) Lasting(name string) Answered {
	by := new([classes]atomic.Pointer[last])
	return func(status int, code console.Code, _ time.Duration) {
		class := 0
		if c := status / 100; c > 0 && c < classes {
			class = c
		}
		l := by[class].Load()
		if l == nil || l.status != status || l.code != code {
			l = &last{status, code, a.requests.WithLabelValues(name, word(status), string(code))}
			by[class].Store(l)
		}
		l.counter.Inc()
	}
}

// last is the counter of the answer of its class that came last, which is mostly like the next one.
type last struct {
	status  int
	code    console.Code
	counter prometheus.Counter
}

func word(status int) string {
	switch {
	case status == 0:
		return "none"
	case http.StatusText(status) == "":
		return other
	default:
		return strconv.Itoa(status)
	}
}

// Sent counts an event that was written to a stream. One of a kind that is not known counts nowhere.
func (a *API) Sent(event string) {
	if c := a.sent[event]; c != nil {
		c.Inc()
	}
}
