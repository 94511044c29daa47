package upstream

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/llm"
)

// ErrReported is the cause of an error that the server reported where a reply should stand. What it
// said is left out, as with those it answers with.
var ErrReported = errors.New("the server reported an error in place of the reply")

// statusOverloaded is what some vendors answer with when all of their customers ask for too much.
const statusOverloaded = 529

// failure says what the end of a request means. res is nil if there was no answer.
//
// The server's own message is left out: it may repeat the conversation and parts of the key.
// Its names for the fault say what an operator needs.
func (m *Model) failure(res *http.Response, err error) *llm.Error {
	if res == nil || res.StatusCode < http.StatusBadRequest {
		return llm.Fail(llm.KindUnavailable, m.withoutKey(err))
	}
	kind, names := m.vendor.Refusal(err)
	// Whoever turns the key away says so by the status: proxies do, with bodies that say something else.
	if status := KindOf(res.StatusCode); kind == "" || status == llm.KindRefused {
		kind = status
	}
	out := llm.Fail(kind, errors.New(statusLine(res.StatusCode)+m.words(names)))
	out.RetryAfter, out.Answered = retryAfter(res.Header), true
	return out
}

func statusLine(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// KindOf is what an HTTP status of 400 and more means for whoever wants to ask again.
func KindOf(status int) llm.Kind {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusPaymentRequired:
		return llm.KindRefused
	case http.StatusTooManyRequests, statusOverloaded:
		return llm.KindOverloaded
	case http.StatusRequestTimeout:
		return llm.KindTimeout
	case http.StatusConflict, http.StatusTooEarly: // about the moment, not about the request
		return llm.KindUnavailable
	}
	if status >= http.StatusInternalServerError {
		return llm.KindUnavailable
	}
	return llm.KindInvalid
}

// withoutKey returns err without the address, whose query may hold a secret, and without the key.
func (m *Model) withoutKey(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if m.config.Key == "" || !strings.Contains(err.Error(), m.config.Key) {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), m.config.Key, "[sealed]"))
}

// words lists those of the server's words that are plain names.
func (m *Model) words(all []string) string {
	var plain []string
	for _, w := range all {
		if isName(w) && (m.config.Key == "" || !strings.Contains(w, m.config.Key)) {
			plain = append(plain, w)
		}
	}
	if len(plain) == 0 {
		return ""
	}
	return " (" + strings.Join(plain, ", ") + ")"
}

func isName(s string) bool {
	const most = 64
	return s != "" && len(s) <= most && !strings.HasPrefix(s, "sk-") &&
		!strings.ContainsFunc(s, func(r rune) bool { return r != '.' && !isWord(r) })
}

func isWord(r rune) bool {
	return r == '_' || r == '-' || (r >= '0' && r <= '9') || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z')
}

// retryAfter reads when to come again. A date counts from the server's own clock.
func retryAfter(h http.Header) time.Duration {
	const most = 24 * time.Hour
	if ms, err := strconv.ParseInt(h.Get("Retry-After-Ms"), 10, 32); err == nil && ms > 0 {
		return min(time.Duration(ms)*time.Millisecond, most)
	}
	after := h.Get("Retry-After")
	if s, err := strconv.ParseFloat(after, 64); err == nil && s > 0 {
		return time.Duration(min(s, most.Seconds()) * float64(time.Second))
	}
	at, err := http.ParseTime(after)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), most)
}
