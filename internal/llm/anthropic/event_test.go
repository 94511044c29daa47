package anthropic

import (
	"errors"
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
		"text":      {`{"type":"content_block_delta","delta":{"type":"text_delta","text":"a\n\ud83d\ude00"}}`, upstream.Piece{Text: "a\n😀"}},
		"block":     {`{"type":"content_block_start","content_block":{"type":"text","text":"a"}}`, upstream.Piece{Text: "a"}},
		"thinking":  {`{"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"hm"}}`, upstream.Piece{}},
		"ping":      {`{"type":"ping"}`, upstream.Piece{}},
		"nothing":   {``, upstream.Piece{}},
		"not known": {`{"type":"confetti","delta":{"text":"a"}}`, upstream.Piece{}},
		"no type":   {`{"delta":{"type":"text_delta","text":"a"}}`, upstream.Piece{}},
		"the end":   {`{"type":"message_stop"}`, upstream.Piece{Done: true}},
		"start": {
			`{"type":"message_start","message":{"usage":{"input_tokens":3,"cache_read_input_tokens":20,"cache_creation_input_tokens":100,"output_tokens":1}}}`,
			upstream.Piece{Usage: llm.Usage{PromptTokens: 123, CachedTokens: 20}},
		},
		"finish": {
			`{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":4.0}}`,
			upstream.Piece{Finish: llm.FinishStop, Usage: llm.Usage{CompletionTokens: 4}},
		},
		"wild usage": {
			`{"type":"message_delta","usage":{"input_tokens":-3,"output_tokens":1e300}}`,
			upstream.Piece{Usage: llm.Usage{CompletionTokens: 1 << 30}},
		},
		"a call": {
			`{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"c","name":"n","input":{}}}`,
			upstream.Piece{Calls: []upstream.Part{{Index: 2, ID: "c", Name: "n"}}},
		},
		"a call with its input": {
			`{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"c","name":"n","input":{"a": 1}}}`,
			upstream.Piece{Calls: []upstream.Part{{Index: 2, ID: "c", Name: "n", Arguments: `{"a": 1}`}}},
		},
		"a call with a null for input": {
			`{"type":"content_block_start","content_block":{"type":"tool_use","input":null}}`,
			upstream.Piece{Calls: []upstream.Part{{}}},
		},
		"a call with a text for input": {
			`{"type":"content_block_start","index":-7,"content_block":{"type":"tool_use","id":[],"input":"x"}}`,
			upstream.Piece{Calls: []upstream.Part{{Arguments: `"x"`}}},
		},
		"input": {
			`{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\""}}`,
			upstream.Piece{Calls: []upstream.Part{{Index: 2, Arguments: `{"`}}},
		},
		"a tool of the vendor's": {
			`{"type":"content_block_start","index":2,"content_block":{"type":"server_tool_use","id":"c","name":"web_search"}}`, upstream.Piece{},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := new(vendor).Event([]byte(test.data))
			if err != nil {
				t.Fatalf("Event(%s): %v", test.data, err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Event(%s) (-want +got):\n%s", test.data, diff)
			}
		})
	}
}

func TestEventRefuses(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]llm.Kind{
		"null": llm.KindBroken, "[]": llm.KindBroken, `{"type":`: llm.KindBroken,
		`{"type":"error","error":{"type":"overloaded_error"}}`:     llm.KindOverloaded,
		`{"type":"error","error":{"type":"rate_limit_error"}}`:     llm.KindOverloaded,
		`{"type":"error","error":{"type":"timeout_error"}}`:        llm.KindTimeout,
		`{"type":"error","error":{"type":"permission_error"}}`:     llm.KindRefused,
		`{"type":"error","error":{"type":"not_found_error"}}`:      llm.KindInvalid,
		`{"type":"error","error":{"type":"api_error"}}`:            llm.KindUnavailable,
		`{"type":"error","error":{"type":"error of a new kind"}}`:  llm.KindUnavailable,
		`{"type":"error","error":"out of memory","message":"why"}`: llm.KindUnavailable,
	} {
		_, err := new(vendor).Event([]byte(data))
		if e, ok := errors.AsType[*llm.Error](err); !ok || e.Kind != want {
			t.Errorf("Event(%q): %v, want kind %q", data, err, want)
		}
	}
}

func TestFinish(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]llm.Finish{
		"": "", "end_turn": llm.FinishStop, "stop_sequence": llm.FinishStop, "new": llm.FinishStop,
		"max_tokens": llm.FinishLength, "model_context_window_exceeded": llm.FinishLength, "pause_turn": llm.FinishLength,
		"refusal": llm.FinishUnknown, "tool_use": llm.FinishCalls,
	} {
		if got := finish(reason); got != want {
			t.Errorf("finish(%q) = %q, want %q", reason, got, want)
		}
	}
}

func FuzzEvent(f *testing.F) {
	f.Add([]byte(`{"type":"message_start","message":{"usage":{"input_tokens":1,"cache_read_input_tokens":9}}}`))
	f.Add([]byte(`{"type":"content_block_start","index":1e99,"content_block":{"type":"tool_use","input":[{}]}}`))
	f.Add([]byte("{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"\xe4\"}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := new(vendor).Event(data)
		if err != nil {
			return
		}
		if u := p.Usage; u.PromptTokens < 0 || u.CompletionTokens < 0 || u.CachedTokens < 0 || u.CachedTokens > u.PromptTokens {
			t.Errorf("%q: usage %+v", data, u)
		}
		for _, part := range p.Calls {
			if part.Index < 0 {
				t.Errorf("%q: part %+v", data, part)
			}
		}
	})
}
