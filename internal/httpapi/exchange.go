package httpapi

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// exchange is one request and its answer on the way. It is the ResponseWriter that handlers write
// to, and it gathers what the log line will say. It belongs to the request's goroutine.
type exchange struct {
	http.ResponseWriter
	id        string // of the request
	started   time.Time
	status    int               // 0: nothing has been written
	principal console.Principal // zero: nobody was recognized
	keyErr    error             // why nobody was
	rawBody   io.Reader         // the body without its limit
	code      console.Code      // of the error that was answered
	err       error             // what the log should know of it
	replayed  bool
	// conversation is the one that it is about where the path does not say so; empty: it is about none, or
	// that is not known.
	conversation console.ID
	told         heard                  // who hears of the answer
	drawn        func(int, []slog.Attr) // ends the span; nil: nobody draws it
}

// WriteHeader notes the status for the log.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write notes that the answer has begun.
func (x *exchange) Write(p []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	return x.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// fault notes an error for the log. Its chain is of interest only where the fault is ours.
func (x *exchange) fault(e *console.Error, err error, status int) {
	x.code = e.Code
	if status >= http.StatusInternalServerError && status != http.StatusNotImplemented {
		x.err = err
	}
}

// log writes the request's one line, and tells who counts. The path is the route's pattern and the query is left out:
// either may hold what is not for a log.
func (a *API) log(x *exchange, r *http.Request) {
	took := a.cfg.Now().Sub(x.started)
	x.told(x.status, x.code, took)
	attrs := make([]slog.Attr, 0, 11)
	attrs = append(attrs,
		slog.String("method", r.Method),
		slog.String("route", r.Pattern),
		slog.Int("status", x.status),
		slog.Duration("duration", took),
		slog.String("request_id", x.id))
	if x.principal.Key != "" {
		attrs = append(attrs, slog.String("team", string(x.principal.Team.ID)), slog.String("key", string(x.principal.Key)))
	}
	if id := cmp.Or(x.conversation, console.ID(r.PathValue("conversationId"))); plausible(string(id)) {
		attrs = append(attrs, slog.String("conversation", string(id)))
	}
	if x.replayed {
		attrs = append(attrs, slog.Bool("replayed", true))
	}
	if x.code != "" {
		attrs = append(attrs, slog.String("code", string(x.code)))
	}
	if x.drawn != nil {
		x.drawn(x.status, attrs)
	}
	level := slog.LevelInfo
	if x.err != nil {
		level = gravity(x.err)
		attrs = append(attrs, slog.String("error", x.err.Error()))
	}
	a.cfg.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

// gravity is how bad it is what the log should know. That a server which stops refuses what still
// comes is as it should be.
func gravity(err error) slog.Level {
	if e, ok := errors.AsType[*console.Error](err); ok && e.Reason == console.ReasonShuttingDown {
		return slog.LevelWarn
	}
	return slog.LevelError
}

const maxRequestID = 128

// requestID returns the client's id of the request if it is fit to be repeated, else a new one.
func (a *API) requestID(h http.Header) string {
	id := h.Get("X-Request-Id")
	if len(id) < 1 || len(id) > maxRequestID {
		return a.cfg.NewUUID()
	}
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return a.cfg.NewUUID()
		}
	}
	return id
}

// newUUID returns a random UUID (version 4).
func newUUID() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // it never fails: crypto/rand ends the process instead
	raw[6] = raw[6]&0x0f | 0x40
	raw[8] = raw[8]&0x3f | 0x80
	var out [36]byte
	hex.Encode(out[:8], raw[:4])
	hex.Encode(out[9:13], raw[4:6])
	hex.Encode(out[14:18], raw[6:8])
	hex.Encode(out[19:23], raw[8:10])
	hex.Encode(out[24:], raw[10:])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}

// send writes a whole JSON answer.
func send(x *exchange, status int, body []byte) {
	h := x.Header()
	h["Content-Type"] = []string{"application/json"}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	x.WriteHeader(status)
	// A client that has gone away needs no answer; net/http notices by itself.
	_, _ = x.Write(body)
}
