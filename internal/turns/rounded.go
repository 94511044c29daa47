package turns

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/stream"
)

const ellipsis = "…"

// round ends a reply that was cut with its last whole sentence, and returns it. Readers who heard more
// than that are told to forget it, and hear the rest under another id: what was heard under the id of a
// message is always its text.
func (r *run) round(ctx context.Context) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	heard := r.text.String()
	text := rounded(short(heard, r.e.Limits.ReplyBytes-len(ellipsis)))
	if ctx.Err() != nil || text == heard || text == "" {
		return heard
	}
	more, longer := strings.CutPrefix(text, heard)
	if r.heard && !longer {
		r.e.Hub.Status(r.at(), stream.Status{State: stream.Writing, Discarded: r.message})
		r.message, more = r.e.NewID(), text
	}
	r.text.Reset()
	r.text.WriteString(text)
	if r.heard {
		r.heard = r.e.Hub.Delta(r.at(), r.message, more)
	}
	return text
}

// rounded is a text that was cut off up to the end of its last sentence or line; or, where that would
// leave less than half of it, of its last word, with an ellipsis.
func rounded(text string) string {
	text = strings.TrimRightFunc(text, unicode.IsSpace)
	if end := sentenceEnd(text); end > len(text)/2 {
		return strings.TrimRightFunc(text[:end], unicode.IsSpace)
	}
	if at := strings.LastIndexFunc(text, unicode.IsSpace); at > len(text)/2 {
		text = text[:at]
	}
	text = strings.TrimRightFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;:-–—.…", r) })
	if text == "" {
		return ""
	}
	return text + ellipsis
}

// The signs that end a sentence: some need space behind them, and some none. Quotes and brackets may
// stand between.
const (
	endsSpaced = ".!?…؟۔।"
	endsAlone  = "。！？"
	closes     = `"'”’»)]*_）」』`
)

// sentenceEnd returns where the last whole sentence or line of a text ends, 0 if none does.
func sentenceEnd(text string) int {
	end, line := 0, 0 // line is where the last line begins
	for i, c := range text {
		behind := i + utf8.RuneLen(c)
		switch {
		case c == '\n':
			if before := strings.TrimSpace(text[line:i]); before != "" && !strings.HasSuffix(before, ":") {
				end = i
			}
			line = behind
		case strings.ContainsRune(endsAlone, c):
			end = len(text) - len(strings.TrimLeft(text[behind:], closes))
		case strings.ContainsRune(endsSpaced, c) && (c != '.' || !numbered(text[line:i], text[behind:])):
			if rest := strings.TrimLeft(text[behind:], closes); rest == "" || unicode.IsSpace(first(rest)) {
				end = len(text) - len(rest)
			}
		}
	}
	return end
}

// numbered reports whether a full stop belongs to a number or an abbreviation: behind the number of an
// item, behind a figure at the end, where more of it may have come, or behind a single letter.
func numbered(before, rest string) bool {
	last, n := utf8.DecodeLastRuneInString(before)
	switch {
	case unicode.IsDigit(last):
		return rest == "" || strings.Trim(before, " 0123456789") == ""
	case unicode.IsLetter(last):
		earlier, _ := utf8.DecodeLastRuneInString(before[:len(before)-n])
		return last < utf8.RuneSelf && last != 'I' && !unicode.IsLetter(earlier) && !unicode.IsDigit(earlier)
	default:
		return false
	}
}

func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
