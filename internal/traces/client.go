package traces

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// client sends spans to a collector by OTLP over HTTP. It is otlptrace.Client, and its calls come one after
// the other. What could not be sent is logged once for as long as that goes on, and given up: no span is worth
// a log line of its own.
type client struct {
	settings
	http *http.Client
	log  *slog.Logger
	away atomic.Bool
}

func newClient(s settings, log *slog.Logger) *client {
	return &client{settings: s, log: log, http: &http.Client{
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute},
		// The headers may hold a key, which is meant for one address.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Start is of otlptrace.Client; there is nothing to begin.
func (c *client) Start(context.Context) error { return nil }

// Stop is of otlptrace.Client.
func (c *client) Stop(context.Context) error {
	c.http.CloseIdleConnections()
	return nil
}

// The tries of one sending, and the first pause between two.
const (
	tries     = 3
	firstRest = time.Second
)

// UploadTraces is of otlptrace.Client. It returns nil in any case: who called it would write on standard error.
func (c *client) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	// On the wire this is what the collector's service takes, whose own type would bring gRPC along.
	raw, err := proto.Marshal(&tracepb.TracesData{ResourceSpans: spans})
	for try := 1; err == nil; try++ {
		var again bool
		if again, err = c.send(ctx, raw); err == nil || !again || try == tries {
			break
		}
		if !rest(ctx, firstRest<<(try-1)) {
			break
		}
		err = nil
	}
	switch {
	case err == nil && c.away.Swap(false):
		c.log.InfoContext(ctx, "traces are taken again")
	case err != nil && !c.away.Swap(true):
		c.log.WarnContext(ctx, "traces are not taken, and lost for now", "error", err.Error())
	}
	return nil
}

func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// maxAnswer is how much of a collector's answer is read, so that the connection can be used again.
const maxAnswer = 64 << 10

// send reports whether another try could help.
func (c *client) send(ctx context.Context, raw []byte) (again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(raw))
	if err != nil {
		return false, errors.New("the collector's address cannot be used")
	}
	for name, value := range c.headers {
		r.Header.Set(name, value)
	}
	r.Header.Set("Content-Type", "application/x-protobuf")
	got, err := c.http.Do(r)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // without the address, which may hold a password
		}
		return true, err
	}
	_, _ = io.CopyN(io.Discard, got.Body, maxAnswer) // what it says of what it did not take is not for us
	_ = got.Body.Close()
	switch {
	case got.StatusCode/100 == 2:
		return false, nil
	case got.StatusCode == http.StatusTooManyRequests || got.StatusCode >= http.StatusBadGateway && got.StatusCode <= http.StatusGatewayTimeout:
		again = true
	}
	return again, fmt.Errorf("the collector answers %d", got.StatusCode)
}
