package llm

import "unicode"

// The average cost of a character in thousandths of a token, a little on the high side, so that a
// prompt that is packed by the estimate fits.
const (
	milliASCII = 270  // English runs to about four characters a token
	milliOther = 500  // accents, Cyrillic, Arabic and the like
	milliWide  = 1100 // Chinese, Japanese, Korean, emoji
)

// EstimateTokens says about how many tokens a text costs, without asking any model. It is 0 only
// for the empty text.
func EstimateTokens(s string) int {
	plain := 0
	for plain < len(s) && s[plain] < unicode.MaxASCII {
		plain++
	}
	milli := plain * milliASCII
	for _, r := range s[plain:] {
		milli += milliTokens(r)
	}
	return (milli + 999) / 1000
}

func milliTokens(r rune) int {
	switch {
	case r < unicode.MaxASCII:
		return milliASCII
	case r >= 0x2E80: // from here on: CJK, Hangul, emoji
		return milliWide
	default:
		return milliOther
	}
}

// EstimateUsage is about what a request with such a reply costs, marked as an estimate.
func EstimateUsage(r Request, reply string) Usage {
	u := Usage{PromptTokens: EstimateTokens(r.System), CompletionTokens: EstimateTokens(reply), Estimated: true}
	for _, m := range r.Messages {
		u.PromptTokens += EstimateTokens(m.Text)
		for _, c := range m.Calls {
			u.PromptTokens += EstimateTokens(c.Name) + EstimateTokens(c.Arguments)
		}
	}
	for _, t := range r.Tools {
		u.PromptTokens += EstimateTokens(t.Name) + EstimateTokens(t.Description) + EstimateTokens(t.Schema)
	}
	return u
}
