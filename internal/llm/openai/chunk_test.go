package openai

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/llm/upstream"
)

func TestEvent(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		data string
		want upstream.Piece
	}{
		"text":      {`{"choices":[{"delta":{"content":"a\n\"b\" \ud83d\ude00"}}]}`, upstream.Piece{Text: "a\n\"b\" 😀"}},
		"refusal":   {`{"choices":[{"delta":{"content":null,"refusal":"No."}}]}`, upstream.Piece{Text: "No."}},
		"finish":    {`{"choices":[{"delta":{},"finish_reason":"length"}]}`, upstream.Piece{Finish: llm.FinishLength}},
		"tool call": {`{"choices":[{"delta":{"tool_calls":[]},"finish_reason":"tool_calls"}]}`, upstream.Piece{Finish: llm.FinishCalls}},
		"part of a call": {
			`{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"c","function":{"name":"n","arguments":"{"}},{"function":{"arguments":"}"}}]}}]}`,
			upstream.Piece{Calls: []upstream.Part{
				{Index: 1, ID: "c", Name: "n", Arguments: "{"}, {Index: upstream.Unnumbered, Arguments: "}"},
			}},
		},
		"calls of wrong types": {
			`{"choices":[{"delta":{"tool_calls":[{"index":-1e9,"id":7,"function":{"name":[],"arguments":{}}},3]}}]}`,
			upstream.Piece{Calls: []upstream.Part{{}, {Index: upstream.Unnumbered}}},
		},
		"the end":    {`[DONE]`, upstream.Piece{Done: true}},
		"no choices": {`{"choices":[],"object":"x"}`, upstream.Piece{}},
		"null":       {`{"choices":null,"usage":null,"error":null}`, upstream.Piece{}},
		"wrong types": {
			`{"choices":{"0":1},"usage":[1]}`, upstream.Piece{},
		},
		"content of another type": {`{"choices":[{"delta":{"content":[{"text":"a"}]},"finish_reason":7}]}`, upstream.Piece{}},
		"usage": {
			`{"usage":{"prompt_tokens":3,"completion_tokens":4.0}}`,
			upstream.Piece{Usage: llm.Usage{PromptTokens: 3, CompletionTokens: 4}},
		},
		"wild usage": {
			`{"usage":{"prompt_tokens":-3,"completion_tokens":1e300}}`,
			upstream.Piece{Usage: llm.Usage{CompletionTokens: 1 << 30}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := new(vendor).Event([]byte(test.data))
			if err != nil {
				t.Fatalf("parse(%s): %v", test.data, err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("parse(%s) (-want +got):\n%s", test.data, diff)
			}
		})
	}
}

func TestEventRefuses(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]llm.Kind{
		"": llm.KindBroken, "null": llm.KindBroken, "[]": llm.KindBroken, `{"choices":`: llm.KindBroken,
		`{"error":{"code":"rate_limit_exceeded"}}`: llm.KindOverloaded,
		`{"error":{"type":"overloaded_error"}}`:    llm.KindOverloaded,
		`{"error":{"code":401}}`:                   llm.KindRefused,
		`{"error":"out of memory"}`:                llm.KindUnavailable,
		`{"error":{"code":99999}}`:                 llm.KindUnavailable,
	} {
		_, err := new(vendor).Event([]byte(data))
		e, ok := err.(*llm.Error) //nolint:errorlint // parse makes it itself
		if !ok || e.Kind != want {
			t.Errorf("parse(%q): %v, want kind %q", data, err, want)
		}
	}
}

func FuzzEvent(f *testing.F) {
	f.Add([]byte(`{"choices":[{"delta":{"content":"a"},"finish_reason":null}],"usage":{"prompt_tokens":1}}`))
	f.Add([]byte(`{"choices":[{"delta":{"tool_calls":[{"index":3,"id":"c","function":{"name":"n","arguments":"{"}}]}}]}`))
	f.Add([]byte(`{"error":{"code":429}}`))
	f.Add([]byte("{\"choices\":[{\"delta\":{\"content\":\"\xe4\"}}]}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := new(vendor).Event(data)
		if err != nil {
			return
		}
		if u := p.Usage; u.PromptTokens < 0 || u.CompletionTokens < 0 || u.CachedTokens < 0 || u.CachedTokens > u.PromptTokens {
			t.Errorf("%q: usage %+v", data, u)
		}
		for _, part := range p.Calls {
			if part.Index < upstream.Unnumbered {
				t.Errorf("%q: part %+v", data, part)
			}
		}
	})
}
