package traces

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Through draws the calls that are made over a transport, each until its answer has been read, as far as they belong
// to a span. Of an address it tells the host alone, and the other side hears nothing of the trace: it
// may be anybody's.
func (t *Traces) Through(next http.RoundTripper) http.RoundTripper { return &transport{next, t.tracer} }

type transport struct {
	next   http.RoundTripper
	tracer trace.Tracer
}

// RoundTrip is of http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !trace.SpanContextFromContext(r.Context()).IsValid() {
		return t.next.RoundTrip(r)
	}
	_, span := t.tracer.Start(r.Context(), r.Method, trace.WithSpanKind(trace.SpanKindClient))
	span.SetAttributes(attribute.String("http.request.method", r.Method), attribute.String("server.address", r.URL.Hostname()))
	if port, err := strconv.Atoi(r.URL.Port()); err == nil {
		span.SetAttributes(attribute.Int("server.port", port))
	}
	got, err := t.next.RoundTrip(r)
	if err != nil {
		span.SetStatus(codes.Error, "no answer")
		span.End()
		return nil, err
	}
	span.SetAttributes(attribute.Int("http.response.status_code", got.StatusCode))
	if got.StatusCode >= http.StatusBadRequest {
		span.SetStatus(codes.Error, "")
	}
	got.Body = &body{ReadCloser: got.Body, span: span}
	return got, nil
}

// CloseIdleConnections is what http.Client calls by its method of that name.
func (t *transport) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// body ends the span of a call with the reading of its answer.
type body struct {
	io.ReadCloser
	span trace.Span
	once sync.Once
}

// Read is of io.Reader.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.end(err)
	}
	return n, err
}

// Close is of io.Closer.
func (b *body) Close() error {
	err := b.ReadCloser.Close()
	b.end(nil)
	return err
}

func (b *body) end(err error) {
	b.once.Do(func() {
		if err != nil && !errors.Is(err, io.EOF) {
			b.span.SetStatus(codes.Error, "broken off")
		}
		b.span.End()
	})
}
