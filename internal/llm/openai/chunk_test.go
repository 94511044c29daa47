package openai

import (
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/llm"
)

func TestParse(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		data string
		want chunk
	}{
		"text":       {`{"choices":[{"delta":{"content":"a\n\"b\" \ud83d\ude00"}}]}`, chunk{text: "a\n\"b\" 😀"}},
		"refusal":    {`{"choices":[{"delta":{"content":null,"refusal":"No."}}]}`, chunk{text: "No."}},
		"finish":     {`{"choices":[{"delta":{},"finish_reason":"length"}]}`, chunk{finish: llm.FinishLength}},
		"tool call":  {`{"choices":[{"delta":{"tool_calls":[]},"finish_reason":"tool_calls"}]}`, chunk{finish: llm.FinishStop}},
		"no choices": {`{"choices":[],"object":"x"}`, chunk{}},
		"null":       {`{"choices":null,"usage":null,"error":null}`, chunk{}},
		"wrong types": {
			`{"choices":{"0":1},"usage":[1]}`, chunk{},
		},
		"content of another type": {`{"choices":[{"delta":{"content":[{"text":"a"}]},"finish_reason":7}]}`, chunk{}},
		"usage": {
			`{"usage":{"prompt_tokens":3,"completion_tokens":4.0}}`,
			chunk{usage: &llm.Usage{PromptTokens: 3, CompletionTokens: 4}},
		},
		"wild usage": {
			`{"usage":{"prompt_tokens":-3,"completion_tokens":1e300}}`,
			chunk{usage: &llm.Usage{CompletionTokens: 1 << 30}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parse([]byte(test.data))
			if err != nil {
				t.Fatalf("parse(%s): %v", test.data, err)
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(chunk{})); diff != "" {
				t.Errorf("parse(%s) (-want +got):\n%s", test.data, diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]llm.Kind{
		"": llm.KindBroken, "null": llm.KindBroken, "[]": llm.KindBroken, `{"choices":`: llm.KindBroken,
		`{"error":{"code":"rate_limit_exceeded"}}`: llm.KindOverloaded,
		`{"error":{"type":"overloaded_error"}}`:    llm.KindOverloaded,
		`{"error":{"code":401}}`:                   llm.KindRefused,
		`{"error":"out of memory"}`:                llm.KindUnavailable,
		`{"error":{"code":99999}}`:                 llm.KindUnavailable,
	} {
		_, err := parse([]byte(data))
		e, ok := err.(*llm.Error) //nolint:errorlint // parse makes it itself
		if !ok || e.Kind != want {
			t.Errorf("parse(%q): %v, want kind %q", data, err, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const noon, later = "Tue, 14 Nov 2023 12:00:00 GMT", "Tue, 14 Nov 2023 12:01:00 GMT"
	tests := map[string]struct {
		header http.Header
		want   time.Duration
	}{
		"none":          {http.Header{}, 0},
		"seconds":       {http.Header{"Retry-After": {"3"}}, 3 * time.Second},
		"half seconds":  {http.Header{"Retry-After": {"0.5"}}, time.Second / 2},
		"milliseconds":  {http.Header{"Retry-After-Ms": {"20"}, "Retry-After": {"1"}}, 20 * time.Millisecond},
		"negative":      {http.Header{"Retry-After": {"-3"}}, 0},
		"nonsense":      {http.Header{"Retry-After": {"soon"}}, 0},
		"not a number":  {http.Header{"Retry-After": {"NaN"}}, 0},
		"forever":       {http.Header{"Retry-After": {"1e300"}}, 24 * time.Hour},
		"a date":        {http.Header{"Retry-After": {later}, "Date": {noon}}, time.Minute},
		"a past date":   {http.Header{"Retry-After": {noon}, "Date": {later}}, 0},
		"date, no base": {http.Header{"Retry-After": {later}}, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := retryAfter(test.header); got != test.want {
				t.Errorf("retryAfter(%v) = %v, want %v", test.header, got, test.want)
			}
		})
	}
}

// Whatever the bytes and wherever they are cut, what comes out is clean and nothing valid is lost.
func FuzzHalves(f *testing.F) {
	f.Add("Voilà 你好 🍞", 3, 7)
	f.Add("\xf0\x9f\x8d", 1, 2)
	f.Add("a\x00b\xff", 0, 9)
	f.Fuzz(func(t *testing.T, s string, i, j int) {
		i, j = bound(i, len(s)), bound(j, len(s))
		i, j = min(i, j), max(i, j)
		var h halves
		got := h.join(s[:i]) + h.join(s[i:j]) + h.join(s[j:]) + h.rest()
		if !utf8.ValidString(got) || strings.ContainsRune(got, 0) {
			t.Errorf("%q cut at %d and %d gives %q, which is not clean", s, i, j, got)
		}
		if utf8.ValidString(s) && !strings.ContainsRune(s, 0) && got != s {
			t.Errorf("%q cut at %d and %d gives %q", s, i, j, got)
		}
	})
}

func bound(i, n int) int { return max(0, min(i, n)) }

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"choices":[{"delta":{"content":"a"},"finish_reason":null}],"usage":{"prompt_tokens":1}}`))
	f.Add([]byte(`{"error":{"code":429}}`))
	f.Add([]byte("{\"choices\":[{\"delta\":{\"content\":\"\xe4\"}}]}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parse(data)
		if err != nil {
			return
		}
		if c.usage != nil && (c.usage.PromptTokens < 0 || c.usage.CompletionTokens < 0) {
			t.Errorf("parse(%q): usage %+v", data, c.usage)
		}
	})
}

func TestGuardBoundsEvents(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("x", maxEvent/4) + "\n"
	tests := map[string]struct {
		parts []string
		want  error
	}{
		"short events":      {[]string{line, "\n", line, line, "\r\n", line, line, line}, nil},
		"one long line":     {[]string{strings.Repeat("x", maxEvent), "x"}, errEvent},
		"many lines":        {[]string{line, line, line, line, "x"}, errEvent},
		"split empty line":  {[]string{line, line, line, "\r", "\n", line, line}, nil},
		"empty lines count": {[]string{strings.Repeat("\n", maxStream), "\n"}, errStream},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var g guarded
			var got error
			for _, part := range test.parts {
				if got = g.count([]byte(part)); got != nil {
					break
				}
			}
			if got != test.want { //nolint:errorlint // the very error is meant
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
