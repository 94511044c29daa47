package httpapi

import (
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

// sent tells of an event that is being written to a stream.
func (a *API) sent(event string) {
	if a.cfg.Watch != nil {
		a.cfg.Watch.Sent(event)
	}
}
