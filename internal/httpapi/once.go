package httpapi

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/console"
)

const (
	// maxKey is the longest idempotency key, in characters.
	maxKey = 255
	// maxWait is how long a write may wait for its turn, or for the first request with its key.
	maxWait = 20 * time.Second
	// AnswerPurpose is what kept answers are sealed for.
	AnswerPurpose = "idempotency answer"
)

// once does f in one transaction and answers with what it returned. Under an idempotency key the
// claim of the key, what f does and the answer are committed together, so that a crash leaves either
// nothing or the answer to repeat. An error of f that another try could not change undoes what f did
// and is kept as the answer. p, if there is one, prepares what f needs, unless an answer is kept already.
func (c *call) once(raw []byte, p preparer, f func(tx Tx) ([]byte, error)) error {
	key, err := idempotencyKey(c.r.Header)
	if err != nil {
		return err
	}
	// Whoever has sent a request may leave; what they asked for is done or not done, never halfway.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx()), maxWait)
	defer cancel()
	o := &outcome{call: c, key: key, print: c.fingerprint(raw), do: f}
	if key != "" {
		var leave func()
		o.second, leave = c.api.underway.enter(c.team(), key)
		defer leave()
	}
	if p != nil && !o.known(ctx) {
		p.prepare(c)
	}
	err = c.api.cfg.Store.Write(ctx, c.team(), func(tx Tx) error { return o.run(ctx, tx) })
	if errors.Is(err, context.DeadlineExceeded) && o.waited() {
		return console.Errorf(console.CodeInternal, "The first request with this idempotency key is still running.").
			With(console.ReasonRequestInProgress).Because(err)
	}
	if err != nil {
		return err
	}
	return o.send()
}

// outcome is what came of a write.
type outcome struct {
	call  *call
	key   string // empty: there is none
	print [32]byte
	do    func(tx Tx) ([]byte, error)

	second  bool  // another request with the key was underway here when this one came
	claimed bool  // this request has the key, and waits for no other
	refused error // why it could not have the key

	kept     console.Answer // of this or an earlier request
	replayed bool
	fault    *console.Error // what was kept is this error
}

// errOnlyLooked undoes what looking has done.
var errOnlyLooked = errors.New("httpapi: the key was only looked up")

// known reports whether something is kept under the key already, be it of this request or of another
// one. Faults are left to run.
func (o *outcome) known(ctx context.Context) (known bool) {
	if o.key == "" {
		return false
	}
	_ = o.call.api.cfg.Store.Write(ctx, o.call.team(), func(tx Tx) error {
		earlier, err := tx.ClaimKey(ctx, o.key, o.print)
		known = earlier != nil
		return errors.Join(err, errOnlyLooked)
	})
	return known
}

// run may be called more than once; each run begins anew.
func (o *outcome) run(ctx context.Context, tx Tx) error {
	o.kept, o.replayed, o.fault = console.Answer{}, false, nil
	o.claimed, o.refused = false, nil
	if o.key == "" {
		body, err := o.do(tx)
		o.kept = console.Answer{Status: o.call.op.status, Body: body}
		return err
	}
	earlier, err := tx.ClaimKey(ctx, o.key, o.print)
	o.claimed, o.refused = err == nil, err
	if err != nil {
		return err
	}
	if earlier != nil {
		return o.repeat(*earlier)
	}
	if err := o.first(tx); err != nil {
		return err
	}
	return tx.KeepAnswer(ctx, o.key, o.keep())
}

// waited reports whether what took too long was another request with the key: one that this process
// knows of, or one that holds the claim elsewhere. Otherwise it was this request itself.
func (o *outcome) waited() bool {
	return !o.claimed && (o.second || errors.Is(o.refused, context.DeadlineExceeded))
}

func (o *outcome) repeat(earlier console.Answer) error {
	if earlier.Fingerprint != o.print {
		return console.Errorf(console.CodeConflict,
			"This idempotency key has been used with another request.").With(console.ReasonIdempotencyReused)
	}
	if earlier.Body == nil {
		earlier.Status, earlier.Body = errorAnswer(errErased, o.call.x.id)
	}
	if earlier.Sealed {
		plain, err := o.call.api.cfg.Sealer.Open(earlier.Body, AnswerPurpose)
		if err != nil {
			return fmt.Errorf("open a kept answer: %w", err)
		}
		earlier.Body = plain
	}
	o.kept, o.replayed = earlier, true
	return nil
}

// errErased is what a request gets that comes once more, when what it did has been erased with its customer.
var errErased = console.Errorf(console.CodeNotFound, "What this request had made has been erased.")

// first does what was asked for the first time.
func (o *outcome) first(tx Tx) error {
	var body []byte
	err := tx.Nested(func() error {
		var err error
		body, err = o.do(tx)
		return err
	})
	status := o.call.op.status
	if err != nil {
		fault, ok := final(err)
		if !ok {
			return err
		}
		o.fault = fault
		status, body = errorAnswer(fault, o.call.x.id)
	}
	o.kept = console.Answer{Fingerprint: o.print, Status: status, Body: body}
	return nil
}

// keep is the answer as it is stored.
func (o *outcome) keep() console.Answer {
	a := o.kept
	if o.call.op.endpoint.sealed && o.fault == nil {
		a.Body, a.Sealed = o.call.api.cfg.Sealer.Seal(a.Body, AnswerPurpose), true
	}
	return a
}

// send answers after the commit.
func (o *outcome) send() error {
	x := o.call.x
	if o.fault != nil {
		x.fault(o.fault, o.fault, o.kept.Status)
	}
	if o.replayed {
		x.replayed = true
		x.Header().Set("Idempotency-Replayed", "true")
	}
	send(x, o.kept.Status, o.kept.Body)
	return nil
}

// final reports whether err is an answer that another try of the same request would get too.
func final(err error) (*console.Error, bool) {
	e, ok := errors.AsType[*console.Error](err)
	if !ok {
		return nil, false
	}
	switch e.Code { //nolint:exhaustive // all others are settled by their status
	case console.CodeValidation, console.CodeInsufficientScope, console.CodeForbidden:
		return nil, false
	}
	s := status(e)
	return e, s < 500 && s != http.StatusUnauthorized && s != http.StatusTooManyRequests
}

// idempotencyKey returns the request's key, "" if it has none.
func idempotencyKey(h http.Header) (string, error) {
	given, ok := h["Idempotency-Key"]
	if !ok {
		return "", nil
	}
	key := given[0]
	if n := utf8.RuneCountInString(key); n < 1 || n > maxKey || unfit(key) || len(given) > 1 {
		return "", badRequest("The header Idempotency-Key must be 1 to %d characters, once.", maxKey)
	}
	return key, nil
}

// fingerprint tells one request from another. A secret is repeated to no other key than the one that
// asked for it.
func (c *call) fingerprint(raw []byte) [32]byte {
	if c.op.endpoint.sealed {
		return fingerprint(c.r, raw, string(c.principal().Key))
	}
	return fingerprint(c.r, raw, "")
}

func fingerprint(r *http.Request, raw []byte, key string) [32]byte {
	h := sha256.New()
	// A hash never fails.
	for _, part := range [][]byte{[]byte(r.Method), []byte(r.URL.EscapedPath()), []byte(r.URL.RawQuery), raw, []byte(key)} {
		_, _ = fmt.Fprintf(h, "%d:", len(part))
		_, _ = h.Write(part)
	}
	return [32]byte(h.Sum(nil))
}
