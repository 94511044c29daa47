package httpapi

import "net/http"

// cors lets a browser's page of an allowed origin call the API and read its answers, errors too.
func (a *API) cors(answer, request http.Header) {
	if len(a.origins) == 0 {
		return
	}
	answer["Vary"] = []string{"Origin"}
	origin := request.Get("Origin")
	if origin == "" || !a.origins[origin] {
		return
	}
	answer.Set("Access-Control-Allow-Origin", origin)
	answer.Set("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE, OPTIONS")
	answer.Set("Access-Control-Allow-Headers", "Authorization, X-Api-Key, Content-Type, Idempotency-Key, "+
		"X-Request-Id, User-Agent, Last-Event-ID")
	answer.Set("Access-Control-Expose-Headers", "X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, "+
		"X-RateLimit-Reset, Retry-After")
}
