package dial

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// newTransport trusts the certificate, if there is one.
func newTransport(c *x509.Certificate) *http.Transport {
	t := &http.Transport{DialContext: (&net.Dialer{}).DialContext}
	if c != nil {
		pool := x509.NewCertPool()
		pool.AddCert(c)
		t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return t
}

// ask sends a GET and returns the protocol that was spoken.
func ask(ctx context.Context, t *Transport, url string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	res, err := t.RoundTrip(r)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return res.Proto, errors.Join(err, res.Body.Close())
}

func TestRequestsGoThrough(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		tls, second bool // TLS, and HTTP/2 on it
		want        string
	}{
		{"plain", false, false, "HTTP/1.1"}, {"TLS", true, false, "HTTP/1.1"}, {"HTTP/2", true, true, "HTTP/2.0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			server.EnableHTTP2 = test.second
			start := server.Start
			if test.tls {
				start = server.StartTLS
			}
			start()
			defer server.Close()
			next := newTransport(server.Certificate())
			next.ForceAttemptHTTP2 = test.second
			mine := Owned(next)
			defer mine.CloseIdleConnections()
			for range 2 {
				if got, err := ask(t.Context(), mine, server.URL); err != nil || got != test.want {
					t.Errorf("%s, %v, want %s", got, err, test.want)
				}
			}
		})
	}
}

func TestACertificateIsStillAskedFor(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.StartTLS()
	defer server.Close()
	_, err := ask(t.Context(), Owned(newTransport(nil)), server.URL)
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); !ok {
		t.Errorf("a stranger's certificate: %v", err)
	}
}

// silent accepts and says nothing. It tells when a connection has begun to speak, and when it has
// ended.
func silent(t *testing.T) (url string, begun, ended <-chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	first, last := make(chan error, 1), make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			first <- err
			return
		}
		_, err = io.ReadFull(conn, make([]byte, 1))
		first <- err
		_, _ = io.Copy(io.Discard, conn) // however it ends
		last <- conn.Close()
	}()
	return "https://" + l.Addr().String(), first, last
}

func TestAHandshakeEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	url, begun, ended := silent(t)
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	next := newTransport(nil)
	next.TLSHandshakeTimeout = time.Hour
	asked := make(chan error, 1)
	go func() {
		_, err := ask(ctx, Owned(next), url)
		asked <- err
	}()
	if err := <-begun; err != nil {
		t.Fatal(err)
	}
	cancel(gone)
	if err := <-asked; err == nil {
		t.Error("the request was answered")
	}
	if err := <-ended; err != nil { // or the test never ends
		t.Error(err)
	}
}

func TestAHandshakeIsBounded(t *testing.T) {
	t.Parallel()
	url, _, ended := silent(t)
	next := newTransport(nil)
	next.TLSHandshakeTimeout = time.Millisecond
	if _, err := ask(t.Context(), Owned(next), url); err == nil {
		t.Error("the request was answered")
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestDiallingEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	gone, dialled := errors.New("gone"), make(chan error, 1)
	mine := Owned(&http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		cancel(gone)
		<-ctx.Done()
		dialled <- context.Cause(ctx)
		return nil, ctx.Err()
	}})
	if _, err := ask(ctx, mine, "http://127.0.0.1:1/"); err == nil {
		t.Error("the request was answered")
	}
	if err := <-dialled; !errors.Is(err, gone) {
		t.Errorf("dialling ended by %v, want %v", err, gone)
	}
}

// TestARequestLeavesInOnePiece wraps a body as clients of models do. Sent in two pieces it would cost
// each turn a packet and a copy.
func TestARequestLeavesInOnePiece(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	})}
	defer func() { _ = server.Close() }()
	go func() { _ = server.Serve(listener) }()
	var writes atomic.Int64
	next := newTransport(nil)
	dialer := next.DialContext
	next.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dialer(ctx, network, address)
		return counted{c, &writes}, err
	}
	mine := Owned(next)
	defer mine.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+listener.Addr().String(), strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	var closed atomic.Int64
	r.Body = wrapped{r.Body, &closed}
	answer, err := mine.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err = errors.Join(err, answer.Body.Close()); err != nil || string(body) != "hello" {
		t.Errorf("the body came as %q, %v", body, err)
	}
	if writes.Load() != 1 || closed.Load() != 1 {
		t.Errorf("%d writes, the body closed %d times, want 1 and 1", writes.Load(), closed.Load())
	}
}

type counted struct {
	net.Conn
	writes *atomic.Int64
}

func (c counted) Write(b []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(b)
}

type wrapped struct {
	io.ReadCloser
	closed *atomic.Int64
}

func (w wrapped) Close() error {
	w.closed.Add(1)
	return w.ReadCloser.Close()
}
