// Package outbound is the one way to addresses that users give: an HTTP client that never reaches a
// private network and is bounded in time, size and redirects. Whether an address may be called is
// decided at the moment of connection, on the address that is dialled, so that a name that is bound
// anew and a redirect are judged like everything else. What is sent and what the answer means is left
// to others. Clients may be used by many goroutines.
package outbound

import (
	"cmp"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/bimpe/bimpe/internal/dial"
)

// Config is what a client is made of. Agent must be set.
type Config struct {
	// Agent names this server to those that it calls.
	Agent string
	// Allow are networks that are private and yet may be called, on any port. None: none.
	Allow []netip.Prefix
	// Limits bounds each call.
	Limits Limits
	// Streams is how many connections to one host are kept for another request where answers are
	// streams, which then come as they are, since packing would hold them back. Zero: they are not.
	Streams int
	// Resolver finds the addresses of names; nil: the system's.
	Resolver *net.Resolver
}

// Limits bounds one call. Zero means what stands behind a field.
type Limits struct {
	Dial   time.Duration // finding the name's address and connecting: 5 s
	Header time.Duration // from the request to the answer's header, at each hop: 10 s
	Whole  time.Duration // all of it, redirects and the reading of the body included: 30 s
	Body   int64         // bytes of the answer's body once it is unpacked: 4 MiB
}

// What no caller has a reason to change.
const (
	handshakeTimeout = 5 * time.Second
	idleTimeout      = 30 * time.Second
	maxIdle          = 16 // connections kept for another request
	maxHeader        = 64 << 10
)

// New returns a client. Proxies of the environment are not asked. Its errors, and those of reading
// an answer's body, are told to a person by Explain. A body that is longer than the limit ends with
// such an error and not before its limit.
//
// A request goes to the ports 80, 443 and from 1024 up. A redirect, of five at most, never leads
// from https to http, and never takes a body to another origin; of the headers only those that say
// what is wanted go there too.
func New(c Config) *http.Client {
	dialer := &net.Dialer{
		Timeout: cmp.Or(c.Limits.Dial, 5*time.Second), Resolver: c.Resolver, Control: newGuard(c.Allow).control,
	}
	return &http.Client{
		Timeout: cmp.Or(c.Limits.Whole, 30*time.Second), CheckRedirect: follow,
		Transport: &transport{agent: c.Agent, body: cmp.Or(c.Limits.Body, 4<<20), next: dial.Owned(&http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: handshakeTimeout,
			ResponseHeaderTimeout: cmp.Or(c.Limits.Header, 10*time.Second), MaxResponseHeaderBytes: maxHeader,
			MaxIdleConns: max(maxIdle, c.Streams), MaxIdleConnsPerHost: max(2, c.Streams), IdleConnTimeout: idleTimeout,
			DisableCompression: c.Streams > 0,
		})},
	}
}

// transport judges the form of an address at each hop and bounds the answer.
type transport struct {
	next  *dial.Transport
	agent string
	body  int64
}

// RoundTrip does one hop.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := checkURL(r.URL); err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // nothing of it was sent
		}
		return nil, err
	}
	r = r.Clone(r.Context())
	if r.Header.Get("User-Agent") == "" {
		r.Header.Set("User-Agent", t.agent)
	}
	got, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	got.Body = &bounded{body: got.Body, left: t.body}
	return got, nil
}

// CloseIdleConnections is what http.Client calls by its method of that name.
func (t *transport) CloseIdleConnections() { t.next.CloseIdleConnections() }
