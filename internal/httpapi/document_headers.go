package httpapi

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// commonHeaders are those of every answer.
func commonHeaders() []string {
	return []string{
		"X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset",
		"Vary", "Access-Control-Allow-Origin",
	}
}

// headersOf are those of an error with that status.
func headersOf(status int) []string {
	names := commonHeaders()
	switch status {
	case http.StatusMethodNotAllowed:
		names = append(names, "Allow")
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		names = append(names, "Retry-After")
	case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusConflict:
		names = append(names, "Idempotency-Replayed")
	}
	return names
}

// headers points to the headers of those names.
func headers(names []string) map[string]*huma.Param {
	all := make(map[string]*huma.Param, len(names))
	for _, name := range names {
		all[name] = &huma.Param{Ref: "#/components/headers/" + name}
	}
	return all
}

// headerComponents are all headers that answers may have.
func headerComponents() map[string]*huma.Header {
	text := func(description string, example string) *huma.Header {
		return &huma.Header{Description: description, Schema: &huma.Schema{Type: huma.TypeString}, Example: example}
	}
	number := func(description string, least float64, example int) *huma.Header {
		s := &huma.Schema{Type: huma.TypeInteger, Format: "int64", Minimum: &least}
		return &huma.Header{Description: description, Schema: s, Example: example}
	}
	always := func(h *huma.Header) *huma.Header {
		h.Required = true
		return h
	}
	return map[string]*huma.Header{
		"X-Request-Id": always(text("Names the request, also in the server's log: the client's own `X-Request-Id`, "+
			"or a new UUID. Quote it when you ask for help.", "00000000-0000-4000-8000-000000000001")),
		"X-RateLimit-Limit":     always(number("How many requests the window allows.", 0, 600)),
		"X-RateLimit-Remaining": always(number("How many of them are left.", 0, 599)),
		"X-RateLimit-Reset":     always(number("When the window ends, in Unix seconds.", 0, 1893456180)),
		"Retry-After":           always(number("How many seconds to wait before the next try.", 1, 60)),
		"Idempotency-Replayed": text("`true` where this is the first answer again, because the `Idempotency-Key` was used before; "+
			"else it is left out.", "true"),
		"Allow": always(text("The methods that the path takes.", "GET, HEAD, OPTIONS, POST")),
		"Vary":  text("`Origin` where the server lets any origin in.", "Origin"),
		"Access-Control-Allow-Origin": text("The origin of the page that asked, where the server lets it in. "+
			"`Access-Control-Allow-Methods`, `-Allow-Headers` and `-Expose-Headers` come with it.", "https://app.example.com"),
		"Cache-Control":     always(text("`no-cache`: a stream is not to be kept.", "no-cache")),
		"X-Accel-Buffering": always(text("`no`: a proxy is to pass events on at once.", "no")),
	}
}
