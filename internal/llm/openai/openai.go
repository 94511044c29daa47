// Package openai asks any server that speaks the OpenAI chat completions protocol, through OpenAI's
// own client. It bounds what a server may send in time and size and turns every way of failing into
// an *llm.Error; it never retries, which is the caller's to decide.
package openai

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/bimpe/bimpe/internal/llm"
)

// DefaultBaseURL is OpenAI's own server.
const DefaultBaseURL = "https://api.openai.com/v1"

// Config says which model to ask and where.
type Config struct {
	BaseURL string       // up to and without /chat/completions; empty: DefaultBaseURL
	Key     string       // empty: none is sent
	Model   string       // must be set
	HTTP    *http.Client // nil: one of the package's own, fit for many streams at a time

	// Idle is how long the server may send nothing, to its first byte and from one to the
	// next; 0: DefaultIdle.
	Idle time.Duration
	// MaxReply is the longest reply, in bytes; 0: DefaultMaxReply.
	MaxReply int
}

// The bounds that hold where Config names none.
const (
	DefaultIdle     = 20 * time.Second
	DefaultMaxReply = 256 << 10
)

// Model is one model of one server. It may be used by many goroutines.
type Model struct {
	config   Config
	client   openai.Client
	official bool // OpenAI's own server, which has its own name for the limit of a reply
}

// New returns a model. It returns an error for a Config that can never work, and asks nothing yet.
func New(c Config) (*Model, error) {
	if c.Model == "" {
		return nil, errors.New("openai: no model is named")
	}
	if c.BaseURL == "" {
		c.BaseURL = DefaultBaseURL
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errors.New("openai: the base URL must be an http or https URL")
	}
	if strings.ContainsFunc(c.Key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("openai: the key must be visible ASCII without spaces")
	}
	if c.HTTP == nil {
		c.HTTP = newHTTP()
	}
	if c.Idle == 0 {
		c.Idle = DefaultIdle
	}
	if c.MaxReply == 0 {
		c.MaxReply = DefaultMaxReply
	}
	return &Model{config: c, client: newClient(c), official: u.Hostname() == "api.openai.com"}, nil
}

// newClient makes the client without openai.NewClient, which would take keys and addresses from the
// environment and hand them to a server they are not meant for.
func newClient(c Config) openai.Client {
	options := []option.RequestOption{
		option.WithBaseURL(strings.TrimRight(c.BaseURL, "/") + "/"),
		option.WithHTTPClient(c.HTTP),
		option.WithMaxRetries(0),
		option.WithHeader("Accept", "text/event-stream"),
		option.WithMiddleware(boundErrors),
	}
	if c.Key != "" {
		options = append(options, option.WithAPIKey(c.Key))
	}
	return openai.Client{Options: options}
}

// newHTTP returns a client for many streams at a time to one server. It has no time limit of its own:
// the watch over each stream is the limit.
func newHTTP() *http.Client {
	const streams = 512 // that may end at once without their connections being thrown away
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{Transport: &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dialer.DialContext,
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        streams,
		MaxIdleConnsPerHost: streams,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
		DisableCompression:  true, // a compressed stream is a delayed stream
	}}
}

// Name returns "openai/" and the model's name.
func (m *Model) Name() string { return "openai/" + m.config.Model }

// Stream implements llm.Model.
func (m *Model) Stream(outer context.Context, r llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		ctx, cancel := context.WithCancelCause(outer)
		defer cancel(nil)
		w := newWatch(m.config.Idle, cancel)
		defer w.stop()
		media, body, err := m.ask(ctx, r, w)
		if err == nil {
			t := &telling{model: m, request: r, watch: w, yield: yield}
			err = t.answer(ctx, media, body)
		}
		if err != nil {
			yield(llm.Delta{}, m.fault(outer, ctx, err))
		}
	}
}

// fault says whose fault the end of a stream was: the caller's context, our own watch, or err.
func (m *Model) fault(outer, ctx context.Context, err error) error {
	if outer.Err() != nil {
		return outer.Err()
	}
	if errors.Is(context.Cause(ctx), errIdle) {
		return llm.Fail(llm.KindTimeout, fmt.Errorf("%w for %v", errIdle, m.config.Idle))
	}
	return err
}

// ask sends the request and returns the media type and the body of a good answer; the caller closes
// the body.
func (m *Model) ask(ctx context.Context, r llm.Request, w *watch) (string, *guarded, error) {
	body, err := m.encode(r)
	if err != nil {
		return "", nil, err
	}
	var res *http.Response
	w.start()
	err = m.client.Post(ctx, "chat/completions", body, &res)
	w.stop()
	if err != nil {
		return "", nil, m.failure(res, err)
	}
	return res.Header.Get("Content-Type"), &guarded{body: res.Body, watch: w}, nil
}
