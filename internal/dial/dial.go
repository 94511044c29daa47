// Package dial makes connections that are given up with the request for which they were begun.
//
// net/http goes on connecting for a request that has been cancelled, for up to the time limits of
// dialling and of the TLS handshake, since another request may use the connection. Whoever cancels
// a reply wants nothing left open. It decides nothing about where connections lead; proxies that
// are asked by CONNECT keep net/http's ways. A Transport may be used by many goroutines.
package dial

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
)

// Transport is an http.RoundTripper over the one it was made from, whose settings can be read.
type Transport struct{ *http.Transport }

// Owned returns a Transport over t, which must have a DialContext and belongs to it from then on. The
// limits of t hold.
func Owned(t *http.Transport) *Transport {
	way := way{connect: t.DialContext, transport: t}
	t.DialContext, t.DialTLSContext = way.plain, way.encrypted
	return &Transport{t}
}

// owner is the key of the request's own context in that of its dialling, which outlives it.
type owner struct{}

// RoundTrip is of http.RoundTripper.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.WithContext(context.WithValue(r.Context(), owner{}, r.Context()))
	unwrap(r)
	return t.Transport.RoundTrip(r)
}

// unwrap makes the body of a request what it can be made anew from. Clients wrap it; net/http sends a
// head on its own before a body of which it does not know that it is all there, and copies that once
// more.
func unwrap(r *http.Request) {
	if r.GetBody == nil || r.Body == nil || r.Body == http.NoBody {
		return
	}
	if body, err := r.GetBody(); err == nil {
		_ = r.Body.Close() // nothing was read from it
		r.Body = body
	}
}

// way is how connections are made.
type way struct {
	connect   func(ctx context.Context, network, address string) (net.Conn, error)
	transport *http.Transport
}

func (w way) plain(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, done := owned(ctx)
	defer done()
	return w.connect(ctx, network, address)
}

func (w way) encrypted(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, done := owned(ctx)
	defer done()
	conn, err := w.connect(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if limit := w.transport.TLSHandshakeTimeout; limit > 0 {
		var release context.CancelFunc
		ctx, release = context.WithTimeout(ctx, limit)
		defer release()
	}
	secure := tls.Client(conn, w.config(address))
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close() // it was no use
		return nil, err
	}
	return secure, nil
}

// config is the transport's own, with what net/http would fill in.
func (w way) config(address string) *tls.Config {
	c := w.transport.TLSClientConfig.Clone()
	if c == nil {
		c = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if host, _, err := net.SplitHostPort(address); err == nil && c.ServerName == "" {
		c.ServerName = host
	}
	if c.NextProtos == nil && w.transport.ForceAttemptHTTP2 {
		c.NextProtos = []string{"h2", "http/1.1"}
	}
	return c
}

// owned ends also when the request does for which it was made. done must be called.
func owned(ctx context.Context) (_ context.Context, done func()) {
	asked, ok := ctx.Value(owner{}).(context.Context)
	ctx, cancel := context.WithCancelCause(ctx)
	stop := func() bool { return true }
	if ok {
		stop = context.AfterFunc(asked, func() { cancel(context.Cause(asked)) })
	}
	return ctx, func() {
		stop()
		cancel(nil)
	}
}
