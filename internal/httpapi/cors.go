package httpapi

import "net/http"

// cors lets a browser's page of an allowed origin call the API and read its answers, errors too.
func (a *API) cors(answer http.Header, r *http.Request) {
	if len(a.origins) == 0 && a.cfg.Pages == nil {
		return
	}
	answer["Vary"] = []string{"Origin"}
	origin := r.Header.Get("Origin")
	if origin == "" || !a.allows(origin, r.Host) {
		return
	}
	answer.Set("Access-Control-Allow-Origin", origin)
	answer.Set("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE, OPTIONS")
	answer.Set("Access-Control-Allow-Headers", "Authorization, X-Api-Key, Content-Type, Idempotency-Key, "+
		"X-Request-Id, User-Agent, Last-Event-ID")
	answer.Set("Access-Control-Expose-Headers", "X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, "+
		"X-RateLimit-Reset, Retry-After")
}

// allows reports whether pages of an origin may read answers: those of the list, and this server's
// own. Browsers let those read them in any case, so that nobody gains by naming a false host.
func (a *API) allows(origin, host string) bool {
	return a.origins[origin] || a.cfg.Pages != nil && origin == "http://"+host
}
