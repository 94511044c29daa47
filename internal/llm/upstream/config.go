package upstream

import (
	"cmp"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/dial"
)

// Config says which model to ask and where.
type Config struct {
	BaseURL string       // of the server; empty: the vendor's own
	Key     string       // empty: none is sent
	Model   string       // must be set
	HTTP    *http.Client // nil: one of the model's own, fit for many streams at a time
	// Through is what the client's calls go through on their way; nil: nothing.
	Through func(http.RoundTripper) http.RoundTripper

	// First is how long the server may take to the first byte of its reply; 0: as long as Idle.
	First time.Duration
	// Idle is how long it may then send nothing, from one byte to the next; 0: DefaultIdle.
	Idle time.Duration
	// Most is how long a reply may take in all, its reader's time included; 0: DefaultMost.
	Most time.Duration
	// MaxReply is the longest reply, in bytes, the arguments of its calls included; 0:
	// DefaultMaxReply.
	MaxReply int

	vendor string // its name, as in logs
}

// The bounds that hold where a Config names none.
const (
	DefaultIdle     = 20 * time.Second
	DefaultMost     = 10 * time.Minute
	DefaultMaxReply = 256 << 10
)

// Complete returns c with what it leaves open filled in, or an error if it can never work. vendor names
// the vendor; baseURL is where its own server is.
func (c Config) Complete(vendor, baseURL string) (Config, error) {
	c.vendor = vendor
	if c.Model == "" {
		return c, errors.New(vendor + ": no model is named")
	}
	if c.BaseURL == "" {
		c.BaseURL = baseURL
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return c, errors.New(vendor + ": the base URL must be an http or https URL")
	}
	if strings.ContainsFunc(c.Key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return c, errors.New(vendor + ": the key must be visible ASCII without spaces")
	}
	c.HTTP = withoutRedirects(c.HTTP)
	if c.Through != nil {
		c.HTTP.Transport = c.Through(cmp.Or(c.HTTP.Transport, http.DefaultTransport))
	}
	c.Idle = or(c.Idle, DefaultIdle)
	c.First = or(c.First, c.Idle)
	c.Most = or(c.Most, DefaultMost)
	c.MaxReply = or(c.MaxReply, DefaultMaxReply)
	return c, nil
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Host is the host of the server, without its port.
func (c Config) Host() string {
	u, err := url.Parse(c.BaseURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// withoutRedirects returns a client as h that follows none: the key is meant for one address, and
// a client passes headers of its own on to wherever it is sent.
func withoutRedirects(h *http.Client) *http.Client {
	if h == nil {
		h = newHTTP()
	}
	same := *h
	same.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &same
}

// newHTTP returns a client for many streams at a time to one server. It has no time limit of its own:
// the watch over each stream is the limit.
func newHTTP() *http.Client {
	const streams = 512 // that may end at once without their connections being thrown away
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{Transport: dial.Owned(&http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dialer.DialContext,
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        streams,
		MaxIdleConnsPerHost: streams,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
		DisableCompression:  true,     // a compressed stream is a delayed stream
		WriteBufferSize:     16 << 10, // most prompts fit, and leave in one piece
	})}
}

// Bounded is the middleware that every vendor's client needs: clients read the bodies of errors whole.
func Bounded(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	res, err := next(r)
	if err == nil && res.StatusCode >= http.StatusBadRequest {
		res.Body = bounded{io.LimitReader(res.Body, maxError), res.Body}
	}
	return res, err
}

type bounded struct {
	io.Reader
	io.Closer
}
