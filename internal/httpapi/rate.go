package httpapi

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/limit"
)

// charge counts a request in the window of its key, or of the client's address where there is no
// valid key, so that guessing keys is limited too.
func (a *API) charge(x *exchange, r *http.Request) error {
	got := a.take(x, r)
	windowHeaders(x.Header(), got)
	if got.OK {
		return nil
	}
	e := console.Errorf(console.CodeTooManyRequests, "Too many requests: %d a minute are allowed.", got.Limit)
	e.RetryAfter = got.RetryAfter
	return e
}

// take counts keys and addresses apart: anyone can come from another address, and must not push out
// the windows of keys by that.
func (a *API) take(x *exchange, r *http.Request) limit.Result {
	if x.keyErr != nil {
		return a.cfg.Addresses.Take(r.Context(), clientAddress(r, a.cfg.TrustedProxies), a.cfg.RateLimit)
	}
	perMinute := a.cfg.RateLimit
	if own := x.principal.Team.Quotas.RatePerMinute; own > 0 {
		perMinute = own
	}
	return a.cfg.Keys.Take(r.Context(), string(x.principal.Key), perMinute)
}

// preflight tells how the address's window stands and does not count the request.
func (a *API) preflight(x *exchange, r *http.Request) {
	windowHeaders(x.Header(), a.cfg.Addresses.Peek(r.Context(), clientAddress(r, a.cfg.TrustedProxies), a.cfg.RateLimit))
	x.WriteHeader(http.StatusNoContent)
}

// windowHeaders tells how the window stands.
func windowHeaders(h http.Header, w limit.Result) {
	h["X-Ratelimit-Limit"] = []string{strconv.Itoa(w.Limit)}
	h["X-Ratelimit-Remaining"] = []string{strconv.Itoa(w.Remaining)}
	h["X-Ratelimit-Reset"] = []string{strconv.FormatInt(w.Reset.Unix(), 10)}
}

// networkBits is how much of an IPv6 address names a customer: the rest is theirs to vary.
const networkBits = 64

// clientAddress returns the address that counts for a request without a valid key: the peer's, or
// behind trusted proxies the nearest that is not one of them.
func clientAddress(r *http.Request, trusted []netip.Prefix) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return "unknown"
	}
	addr, _ := behind(r, peer.Addr().Unmap(), trusted) // as far as it can be told
	if addr.Is6() {
		if network, err := addr.WithZone("").Prefix(networkBits); err == nil {
			return network.String()
		}
	}
	return addr.String()
}

// behind returns who stands behind the trusted proxies from which a request came, and false where one of
// them tells what is no address.
func behind(r *http.Request, addr netip.Addr, trusted []netip.Prefix) (netip.Addr, bool) {
	hops := strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ",")
	for i := len(hops) - 1; i >= 0 && within(addr, trusted); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return addr, false
		}
		addr = hop.Unmap()
	}
	return addr, true
}

func within(addr netip.Addr, nets []netip.Prefix) bool {
	for _, n := range nets {
		if n.Contains(addr) {
			return true
		}
	}
	return false
}
