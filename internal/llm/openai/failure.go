package openai

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/tidwall/gjson"

	"github.com/bimpe/bimpe/internal/llm"
)

// failure says what the end of a request means. res is nil if there was no answer.
//
// The server's own message is left out: it may repeat the conversation and parts of the key.
// Its code and type say what an operator needs.
func (m *Model) failure(res *http.Response, err error) *llm.Error {
	if res == nil || res.StatusCode < http.StatusBadRequest {
		return llm.Fail(llm.KindUnavailable, m.withoutKey(err))
	}
	status, detail := res.StatusCode, ""
	kind := kindOf(status)
	if e, ok := errors.AsType[*openai.Error](err); ok {
		detail = m.words(e.Type, e.Code)
		if e.Code == "insufficient_quota" {
			kind = llm.KindRefused // waiting does not help
		}
	}
	out := llm.Fail(kind, fmt.Errorf("%d %s%s", status, http.StatusText(status), detail))
	out.RetryAfter = retryAfter(res.Header)
	return out
}

func kindOf(status int) llm.Kind {
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return llm.KindRefused
	case status == http.StatusTooManyRequests:
		return llm.KindOverloaded
	case status == http.StatusRequestTimeout:
		return llm.KindTimeout
	case status >= http.StatusInternalServerError:
		return llm.KindUnavailable
	default:
		return llm.KindInvalid
	}
}

// reported is an error that stands in the stream itself, nil if v is null.
func reported(v gjson.Result) error {
	if v.Type == gjson.Null {
		return nil
	}
	code, name := v.Get("code"), v.Get("type").String()+" "+v.Get("code").String()
	kind := llm.KindUnavailable
	switch {
	case code.Type == gjson.Number && code.Num >= 400 && code.Num < 600:
		kind = kindOf(int(code.Num))
	case strings.Contains(name, "rate_limit"), strings.Contains(name, "overloaded"):
		kind = llm.KindOverloaded
	}
	return llm.Fail(kind, errors.New("the server reported an error in mid stream"))
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
func (m *Model) words(all ...string) string {
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
		!strings.ContainsFunc(s, func(r rune) bool {
			return r != '_' && r != '-' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
		})
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
