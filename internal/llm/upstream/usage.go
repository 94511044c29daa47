package upstream

import (
	"errors"

	"github.com/tidwall/gjson"

	"github.com/bimpe/bimpe/internal/llm"
)

// usage is what the server said the reply costs, with our own count of what it left out.
func (t *telling) usage() llm.Usage {
	u := t.said
	if u.PromptTokens > 0 && u.CompletionTokens > 0 {
		return u
	}
	guess := llm.EstimateUsage(t.request, t.text.String()+t.calls.text())
	if u.PromptTokens == 0 {
		u.PromptTokens = guess.PromptTokens
	}
	if u.CompletionTokens == 0 {
		u.CompletionTokens = guess.CompletionTokens
	}
	u.Estimated = true
	return u
}

// charge notes in an error what the attempt cost, if anything of a reply had come.
func (t *telling) charge(err error) error {
	if t.size == 0 && t.said == (llm.Usage{}) {
		return err
	}
	if e, ok := errors.AsType[*llm.Error](err); ok {
		e.Usage = t.usage()
		return err
	}
	return llm.Cut(err, t.usage())
}

// larger takes the larger of each number: servers that say it more than once add up as they go.
func larger(a, b llm.Usage) llm.Usage {
	return llm.Usage{
		PromptTokens:     max(a.PromptTokens, b.PromptTokens),
		CachedTokens:     max(a.CachedTokens, b.CachedTokens),
		CompletionTokens: max(a.CompletionTokens, b.CompletionTokens),
	}
}

// Tokens holds a server's number within what can be added up.
func Tokens(v gjson.Result) int {
	const most = 1 << 30
	if v.Type != gjson.Number || !(v.Num > 0) {
		return 0
	}
	return int(min(v.Num, most))
}
