package builtin

import (
	"strings"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/console"
)

const (
	// covering is how much of a question a passage must cover to be quoted.
	covering = 0.34
	// maxQuote is about how long a quotation may be, in characters.
	maxQuote = 320
)

// quote returns the sentences of the passages that fit best, with their source, and how well they
// fit; "" and 0 if none fits well enough.
func (a asking) quote(passages []console.Passage, p phrases) (string, float64) {
	if len(a.terms) == 0 {
		return "", 0
	}
	best, fit := -1, 0.0
	for i, passage := range passages {
		if f := a.cover(passage.Source + "\n" + passage.Text); f > fit {
			best, fit = i, f
		}
	}
	if best < 0 || fit < covering {
		return "", 0
	}
	chosen := passages[best]
	text := a.sentences(chosen.Text)
	if chosen.Source != "" {
		text += " (" + p.source + chosen.Source + ")"
	}
	// A passage says more than an answer does, so that it is more easily covered by chance.
	return text, fit
}

// cover is how much of the question stands in a text, from 0 to 1.
func (a asking) cover(text string) float64 {
	all := a.analyser.Terms(text, a.language)
	sum := 0.0
	for _, term := range a.terms {
		sum += likeness(term, all)
	}
	return sum / float64(len(a.terms))
}

// sentences returns the sentence that fits the question best and those after it, as long as the
// quotation is short enough. The headings before a passage are not part of it, unless there is
// nothing else.
func (a asking) sentences(text string) string {
	if _, body, ok := strings.Cut(text, "\n\n"); ok && strings.TrimSpace(body) != "" && isHeading(text) {
		text = body
	}
	all := splitSentences(text)
	best, fit := 0, 0.0
	for i, s := range all {
		if f := a.cover(s); f > fit {
			best, fit = i, f
		}
	}
	quote := strings.TrimSpace(all[best])
	for _, s := range all[best+1:] {
		longer := quote + " " + strings.TrimSpace(s)
		if utf8.RuneCountInString(longer) > maxQuote {
			break
		}
		quote = longer
	}
	return shorten(strings.TrimSpace(quote))
}

// isHeading reports whether a text begins with a line that is no sentence.
func isHeading(text string) bool {
	first, _, _ := strings.Cut(text, "\n")
	r, _ := utf8.DecodeLastRuneInString(strings.TrimSpace(first))
	return !strings.ContainsRune(".!?:。！？؟।", r)
}

// splitSentences parts a text after sentences and lines; there is always at least one part.
func splitSentences(text string) []string {
	var all []string
	begin := 0
	for i, r := range text {
		end := i + utf8.RuneLen(max(r, 0))
		if !ends(r, text[min(end, len(text)):]) {
			continue
		}
		if strings.TrimSpace(text[begin:end]) != "" {
			all = append(all, text[begin:end])
		}
		begin = end
	}
	if rest := text[begin:]; strings.TrimSpace(rest) != "" || len(all) == 0 {
		all = append(all, rest)
	}
	return all
}

// ends reports whether a sentence ends with r before what follows. An end mark without a
// space after it stands within a number or an address.
func ends(r rune, follows string) bool {
	switch r {
	case '\n', '。', '！', '？', '؟', '।':
		return true
	case '.', '!', '?':
		return follows != "" && (follows[0] == ' ' || follows[0] == '\n')
	default:
		return false
	}
}

// shorten cuts a sentence that is too long by itself between words.
func shorten(s string) string {
	n := 0
	for i := range s {
		if n++; n <= 2*maxQuote {
			continue
		}
		s = s[:i]
		if space := strings.LastIndexByte(s, ' '); space > maxQuote {
			s = s[:space]
		}
		return s + "…"
	}
	return s
}
