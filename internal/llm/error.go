package llm

import (
	"errors"
	"time"
)

// Kind says what went wrong with a model, which decides whether asking again may help.
type Kind string

// The kinds of failure.
const (
	KindOverloaded  Kind = "overloaded"  // too many requests; Error.RetryAfter may say when to come again
	KindUnavailable Kind = "unavailable" // the server failed, or there was no connection to it
	KindBroken      Kind = "broken"      // the reply was cut short, made no sense, or held nothing
	KindTimeout     Kind = "timeout"     // nothing came for too long
	KindInvalid     Kind = "invalid"     // the server did not accept the request
	KindRefused     Kind = "refused"     // the server did not accept the credentials, or wants to be paid
	KindWithheld    Kind = "withheld"    // a filter held the reply back, or the rest of it, as it would again
)

// Error is a failure of a model. Its text is for logs: it holds neither credentials nor the
// conversation.
type Error struct {
	Kind       Kind
	RetryAfter time.Duration // 0: the server named none
	Usage      Usage         // what the attempt cost all the same, as far as known; zero: nothing had come
	Answered   bool          // the server answered with an error in place of a reply, for which none asks money

	cause error
}

// ErrNoRoom is the cause of a KindBroken whose reply hit Request.MaxTokens before it said anything, as
// one does that spends its tokens on thinking.
var ErrNoRoom = errors.New("the limit left no room for a reply")

// ErrEmpty is the cause of a KindBroken whose reply was whole and held nothing, which says more about
// what was asked than about the server.
var ErrEmpty = errors.New("the reply is empty")

// Fail makes an Error of a kind; cause may be nil.
func Fail(kind Kind, cause error) *Error { return &Error{Kind: kind, cause: cause} }

func (e *Error) Error() string {
	if e.cause == nil {
		return "model " + string(e.Kind)
	}
	return "model " + string(e.Kind) + ": " + e.cause.Error()
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Retryable reports whether the same request may succeed later.
func (e *Error) Retryable() bool {
	switch e.Kind {
	case KindOverloaded, KindUnavailable, KindBroken, KindTimeout:
		return true
	case KindInvalid, KindRefused, KindWithheld:
		return false
	default:
		return false
	}
}

// Retryable reports whether err is an *Error that may go away. The end of a context is not one.
func Retryable(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Retryable()
}

// CutError is the end of a stream's context, with what the attempt cost all the same. Its text and its
// cause are the context's own.
type CutError struct {
	Usage Usage

	cause error
}

// Cut makes a CutError of a context's error.
func Cut(cause error, u Usage) *CutError { return &CutError{u, cause} }

func (e *CutError) Error() string { return e.cause.Error() }

// Unwrap returns the context's error.
func (e *CutError) Unwrap() error { return e.cause }

// Spent is what an attempt cost that ended with err, as far as is known; zero: nothing had come.
func Spent(err error) Usage {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Usage
	}
	if e, ok := errors.AsType[*CutError](err); ok {
		return e.Usage
	}
	return Usage{}
}
