package llm_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/llm"
)

func TestRetryable(t *testing.T) {
	t.Parallel()
	for kind, want := range map[llm.Kind]bool{
		llm.KindOverloaded: true, llm.KindUnavailable: true, llm.KindBroken: true, llm.KindTimeout: true,
		llm.KindInvalid: false, llm.KindRefused: false, "": false, "new": false,
	} {
		err := fmt.Errorf("ask: %w", llm.Fail(kind, nil))
		if got := llm.Retryable(err); got != want {
			t.Errorf("Retryable(%q) = %t, want %t", kind, got, want)
		}
	}
	for _, err := range []error{nil, context.Canceled, errors.New("other")} {
		if llm.Retryable(err) {
			t.Errorf("Retryable(%v) = true, want false", err)
		}
	}
}

func TestErrorKeepsItsCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection reset")
	err := llm.Fail(llm.KindBroken, cause)
	if !errors.Is(err, cause) {
		t.Errorf("errors.Is(%v, cause) = false", err)
	}
	if got, want := err.Error(), "model broken: connection reset"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if got, want := llm.Fail(llm.KindTimeout, nil).Error(), "model timeout"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

func TestEstimateTokens(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		text        string
		least, most int
	}{
		{"empty", "", 0, 0},
		{"one letter", "a", 1, 1},
		{"a sentence", "The quick brown fox jumps over the lazy dog.", 10, 14},
		{"chinese", "我们的营业时间是什么", 10, 13},
		{"arabic", "ما هي ساعات العمل", 6, 12},
		{"emoji", "🎉🎉", 2, 4},
		{"invalid UTF-8", "\xff\xfe", 1, 4},
		{"long", strings.Repeat("word ", 1000), 1000, 1500},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := llm.EstimateTokens(test.text)
			if got < test.least || got > test.most {
				t.Errorf("EstimateTokens(%q) = %d, want %d to %d", test.text, got, test.least, test.most)
			}
		})
	}
}

func TestEstimateTokensNeverShrinks(t *testing.T) {
	t.Parallel()
	text, last := "", 0
	for _, piece := range []string{"Hello", ", ", "señora", " 你好", "", "🙂", "\n\n"} {
		text += piece
		got := llm.EstimateTokens(text)
		if got < last {
			t.Errorf("EstimateTokens(%q) = %d, less than %d before", text, got, last)
		}
		last = got
	}
}

func TestMisfitsAreToldTogether(t *testing.T) {
	t.Parallel()
	rm, price := llm.Misfit{Why: llm.FlawNotOffered}, llm.Misfit{Tool: "price", Why: llm.FlawArguments}
	if got, want := llm.List([]llm.Misfit{rm, price, rm}), "not a tool that was offered (2 times); price: arguments that are not a JSON object"; got != want {
		t.Errorf("List = %q, want %q", got, want)
	}
	if got := llm.List(nil); got != "" {
		t.Errorf("List of nothing = %q", got)
	}
}
