package metrics

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
)

// Redis times the calls of Redis.
type Redis struct {
	calls  map[string]prometheus.Observer
	faults prometheus.Counter
}

func newRedis(r prometheus.Registerer) *Redis {
	c := counted{r}
	calls := c.timers("redis_call_duration_seconds", "Calls of Redis, by command.", quick(), "command")
	return &Redis{
		calls: resolved(calls.WithLabelValues, "publish", "evalsha", "eval", "pipeline", other),
		faults: c.counter("redis_faults_total",
			"Calls of Redis and connections to it that failed; each has been done without."),
	}
}

// Hook is how a client's calls are timed by a clock.
func (m *Redis) Hook(now func() time.Time) redis.Hook { return hook{m, now} }

type hook struct {
	m   *Redis
	now func() time.Time
}

// DialHook is of redis.Hook.
func (h hook) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := next(ctx, network, addr)
		h.m.fault(err)
		return c, err
	}
}

// ProcessHook is of redis.Hook.
func (h hook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		began := h.now()
		err := next(ctx, cmd)
		h.m.took(cmd.Name(), h.now().Sub(began), err)
		return err
	}
}

// ProcessPipelineHook is of redis.Hook.
func (h hook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		began := h.now()
		err := next(ctx, cmds)
		h.m.took("pipeline", h.now().Sub(began), err)
		return err
	}
}

func (m *Redis) took(command string, took time.Duration, err error) {
	o := m.calls[command]
	if o == nil {
		o = m.calls[other]
	}
	o.Observe(seconds(took))
	m.fault(err)
}

// fault counts what is one: that there is nothing, or that a script is not known yet, is an answer, and
// who leaves while he waits has left.
func (m *Redis) fault(err error) {
	if err != nil && !errors.Is(err, redis.Nil) && !errors.Is(err, context.Canceled) && !redis.HasErrorPrefix(err, "NOSCRIPT") {
		m.faults.Inc()
	}
}
