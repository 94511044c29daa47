package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
)

// Error is why a call came to nothing.
type Error struct {
	Kind Kind
	// Message is for the user who gave the address: plain words, and nothing of what the server
	// found out about the network that it is in.
	Message string

	cause error
}

func (e *Error) Error() string {
	if e.cause == nil {
		return e.Message
	}
	return e.Message + " (" + e.cause.Error() + ")"
}

// Unwrap returns the cause, which is for the log alone, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Plain is the Message.
func (e *Error) Plain() string { return e.Message }

// Passing reports whether another try may go better.
func (e *Error) Passing() bool { return e.Kind == KindUnreachable || e.Kind == KindTimeout }

// Kind says what went wrong.
type Kind int

// KindAddress: it cannot be called by anybody. KindRefused: it lies in a private network. KindNoHost:
// there is no such name. KindUnreachable: nobody answers there, or not to the end. KindTLS: who
// answers cannot prove who they are. KindTimeout: the time was up. KindTooLong: the answer is longer
// than it may be. KindRedirect: it leads where it may not. KindAnswer: it answers with something
// else than HTTP.
const (
	KindAddress Kind = iota + 1
	KindRefused
	KindNoHost
	KindUnreachable
	KindTLS
	KindTimeout
	KindTooLong
	KindRedirect
	KindAnswer
)

func refused(cause error) *Error {
	return &Error{Kind: KindRefused, Message: "The address leads to a private network, which this server does not call.", cause: cause}
}

// Explain returns what an error of a call, or of reading its answer, means. It is nil for no error
// and where the caller gave up.
func Explain(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return &Error{KindTimeout, "The host did not answer in time.", err}
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		if e.IsNotFound {
			return &Error{KindNoHost, "There is no host of this name.", err}
		}
		return &Error{KindUnreachable, "The host's name could not be looked up.", err}
	}
	if isTLS(err) {
		return &Error{KindTLS, "The host has no valid certificate, or does not speak https properly.", err}
	}
	if isCut(err) {
		return &Error{KindUnreachable, "The host could not be reached, or ended the connection too early.", err}
	}
	return &Error{KindAnswer, "The host's answer is not one that can be read.", err}
}

func isTLS(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	// An alert of the handshake has no type that can be named, but a deed of its own.
	e, ok := errors.AsType[*net.OpError](err)
	alert := ok && (e.Op == "remote error" || e.Op == "local error")
	return alert || errors.Is(err, http.ErrSchemeMismatch)
}

func isCut(err error) bool {
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
}

// bounded is an answer's body up to a limit.
type bounded struct {
	body io.ReadCloser
	left int64
}

// Read returns KindTooLong where there is more than there may be.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, tooLong()
	}
	if int64(len(p)) > b.left+1 { // one more than may be, to see whether there is
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, tooLong()
	}
	return n, err
}

func (b *bounded) Close() error { return b.body.Close() }

func tooLong() *Error {
	return &Error{Kind: KindTooLong, Message: "The host's answer is longer than this server reads."}
}
