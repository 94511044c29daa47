// Package redislimit counts requests in windows that all nodes share, as limit counts those of one.
// Each request is one script, which Redis runs whole, by its own clock. Without Redis a node counts
// for itself and grants its share of the limit.
//
// A Windows may be used by many goroutines.
package redislimit

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/bimpe/bimpe/internal/limit"
)

// Config is what a Windows is made of. All fields must be set.
type Config struct {
	Client redis.Scripter
	Space  string         // what the names of this server's windows begin with
	Local  *limit.Windows // counts while Redis is away
	Nodes  func() int     // how many nodes share the limits, this one included
	Now    func() time.Time
}

// Windows counts. Make one with New.
type Windows struct {
	cfg    Config
	script *redis.Script
	away   atomic.Int64 // until then Redis is not asked, in Unix nanoseconds
}

const (
	askTime = 250 * time.Millisecond // for one request
	rest    = time.Second            // after a fault, in which requests do not wait for Redis
)

// count grants a request if there are fewer than ARGV[1] in the window, which begins with the second
// of its first one, and counts it if ARGV[2] is 1. It returns how many there are, when the window ends,
// what time it is, and whether the request is granted.
const count = `
local kept = redis.call('HMGET', KEYS[1], 'used', 'ends')
local now = tonumber(redis.call('TIME')[1])
local used, ends = tonumber(kept[1] or 0), tonumber(kept[2] or 0)
if now >= ends then used, ends = 0, now + 60 end
if used >= tonumber(ARGV[1]) then return {used, ends, now, 0} end
if ARGV[2] == '1' then
	used = used + 1
	redis.call('HSET', KEYS[1], 'used', used, 'ends', ends)
	redis.call('EXPIREAT', KEYS[1], ends + 1)
end
return {used, ends, now, 1}`

// New returns a Windows.
func New(c Config) *Windows { return &Windows{cfg: c, script: redis.NewScript(count)} }

// Take is as that of limit.Windows, over all nodes.
func (w *Windows) Take(ctx context.Context, who string, perMinute int) limit.Result {
	if r, ok := w.ask(ctx, who, perMinute, 1); ok {
		return r
	}
	return w.cfg.Local.Take(ctx, who, w.share(perMinute))
}

// Peek is as that of limit.Windows, over all nodes.
func (w *Windows) Peek(ctx context.Context, who string, perMinute int) limit.Result {
	if r, ok := w.ask(ctx, who, perMinute, 0); ok {
		return r
	}
	return w.cfg.Local.Peek(ctx, who, w.share(perMinute))
}

// share is what one node grants of a limit, so that all together grant no less than it.
func (w *Windows) share(perMinute int) int {
	nodes := max(w.cfg.Nodes(), 1)
	return (perMinute + nodes - 1) / nodes
}

// ask reports false where Redis does not say.
func (w *Windows) ask(ctx context.Context, who string, perMinute, take int) (limit.Result, bool) {
	if perMinute <= 0 || w.cfg.Now().UnixNano() < w.away.Load() {
		return limit.Result{}, false
	}
	// What the client gives up meanwhile has been counted all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTime)
	defer cancel()
	said, err := w.script.Run(ctx, w.cfg.Client, []string{w.cfg.Space + "w:" + who}, perMinute, take).Int64Slice()
	if err != nil || len(said) != 4 {
		w.away.Store(w.cfg.Now().Add(rest).UnixNano())
		return limit.Result{}, false
	}
	used, ends, now, granted := said[0], said[1], said[2], said[3] == 1
	r := limit.Result{
		Limit: perMinute, Remaining: max(perMinute-int(used), 0), Reset: time.Unix(ends, 0).UTC(), OK: granted,
	}
	if !granted {
		r.RetryAfter = time.Duration(max(ends-now, 1)) * time.Second
	}
	return r, true
}
