package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// heard hears of an answer: its status, the code of its error and how long it took.
type heard = func(status int, code console.Code, took time.Duration)

func (a *API) hear(name string) heard {
	if a.cfg.Watch == nil {
		return func(int, console.Code, time.Duration) {}
	}
	return a.cfg.Watch.Operation(name)
}

// hearOf finds out who hears of an operation, so that no request has to.
func (a *API) hearOf(op operation) heard {
	if op.endpoint.raw == nil || a.cfg.Watch == nil {
		return a.hear(op.name)
	}
	return a.cfg.Watch.Lasting(op.name)
}

// trace begins the span of a request to the API, if somebody draws it, and returns the request that belongs to it.
func (a *API) trace(x *exchange, r *http.Request) *http.Request {
	if a.cfg.Tracer == nil || !strings.HasPrefix(r.URL.Path, Prefix) {
		return r
	}
	var ctx context.Context
	ctx, x.drawn = a.cfg.Tracer.Request(r)
	return r.WithContext(ctx)
}

// cause is the request as those know it who go on behind it.
func (c *call) cause() console.Cause {
	cause := console.Cause{Request: c.x.id}
	if t := c.api.cfg.Tracer; t != nil {
		cause.Trace = t.Trace(c.ctx())
	}
	return cause
}

// sent tells of an event that is being written to a stream.
func (a *API) sent(event string) {
	if a.cfg.Watch != nil {
		a.cfg.Watch.Sent(event)
	}
}
