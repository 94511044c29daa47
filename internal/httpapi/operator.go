package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// outside adds an operator's endpoint, which answers by itself unless it returns an error.
func (a *API) outside(path string, answer func(*exchange, *http.Request) error) {
	told := a.hear(path[1:])
	a.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		x := exchangeOf(w)
		x.told = told
		if err := answer(x, r); err != nil {
			a.writeError(x, r, err)
		}
	})
	a.paths.add([]string{http.MethodGet, http.MethodHead}, path)
}

func allIsWell(x *exchange) error {
	send(x, http.StatusOK, []byte(`{"message":"OK.","data":{"ok":true}}`))
	return nil
}

// readyTime is how long a server may take to find out whether it is ready.
const readyTime = 3 * time.Second

// readyJSON says that the server does its work, and what it has to do it without.
type readyJSON struct {
	Message string `json:"message"`
	Data    struct {
		OK       bool     `json:"ok"`
		Degraded []string `json:"degraded"`
	} `json:"data"`
}

// ready answers whether requests can be. A server that lacks what it can do without is ready.
func (a *API) ready(x *exchange, r *http.Request) error {
	if a.cfg.Ready == nil {
		return allIsWell(x)
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	lacks, err := a.cfg.Ready(ctx)
	if err != nil {
		return console.Errorf(console.CodeInternal, "The server is not ready.").
			With(console.ReasonStoreUnreachable).Because(err)
	}
	if len(lacks) == 0 {
		return allIsWell(x)
	}
	body := readyJSON{Message: "Ready, but degraded."}
	body.Data.OK, body.Data.Degraded = true, lacks
	raw, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("write what is degraded: %w", err)
	}
	send(x, http.StatusOK, raw)
	return nil
}

// metrics answers what has been counted to those who may know.
func (a *API) metrics(x *exchange, r *http.Request) error {
	if !a.insider(r) {
		return console.Errorf(console.CodeForbidden,
			"Metrics are for callers on the server's own machine. BIMPE_METRICS_ALLOW names the networks of others.")
	}
	a.cfg.Metrics.ServeHTTP(x, r)
	return nil
}

// insider reports whether a caller may read metrics: from this machine, or from a network that is allowed. Of a
// request that was forwarded it is the client that must be, as proxies that are trusted tell it; where a
// forwarder is not trusted, nobody knows who asks.
func (a *API) insider(r *http.Request) bool {
	client, ok := caller(r, a.cfg.TrustedProxies)
	return ok && (client.IsLoopback() || within(client, a.cfg.MetricsAllow))
}

// forwards are the headers by which proxies tell that they are one.
func forwards() []string { return []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"} }

// caller returns the client's address, and false where it cannot be told.
func caller(r *http.Request, trusted []netip.Prefix) (netip.Addr, bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	addr, proxied := peer.Addr().Unmap(), false
	for _, h := range forwards() {
		proxied = proxied || len(r.Header[h]) > 0
	}
	if !proxied {
		return addr, true
	}
	if !within(addr, trusted) || len(r.Header["X-Forwarded-For"]) == 0 {
		return netip.Addr{}, false
	}
	return behind(r, addr, trusted)
}
