package turns

import (
	"context"
	"strings"
	"unicode"

	"github.com/bimpe/bimpe/internal/stream"
)

const ellipsis = "…"

// ending is how many bytes rounding may add to a text that ends in a block of code; to others it is an
// ellipsis.
const ending = len(ellipsis) + len("\n") + maxMark

// round ends a reply that was cut with its last whole sentence, and returns it. Readers who heard more
// than that are told to forget it, and hear the rest under another id: what was heard under the id of a
// message is always its text.
func (r *run) round(ctx context.Context) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	heard := r.text.String()
	text := rounded(room(heard, r.e.Limits.ReplyBytes))
	if ctx.Err() != nil || text == heard || text == "" {
		return heard
	}
	more, longer := strings.CutPrefix(text, heard)
	if r.wasHeard() && !longer {
		r.e.Hub.Status(r.at(), stream.Status{State: stream.Writing, Discarded: r.message})
		r.message, more = r.e.NewID(), text
	}
	r.text.Reset()
	r.text.WriteString(text)
	if r.wasHeard() {
		r.heard = r.e.Hub.Delta(r.at(), r.message, more)
	}
	return text
}

// room is as much of a text as leaves room for what rounding may add.
func room(text string, most int) string {
	text = short(text, most-len(ellipsis))
	if lastBlock(text).open() {
		text = short(text, most-ending)
	}
	return text
}

// rounded is a text that was cut off up to the end of its last sentence or line; or, where that would
// leave less than half of it, of its last word, with an ellipsis. A block of code that it leaves open is
// closed behind its last whole line.
func rounded(text string) string {
	text = strings.TrimRightFunc(text, unicode.IsSpace)
	b := lastBlock(text)
	switch {
	case b.open():
		return b.close(text)
	case b.end == len(text) && b.mark != "":
		return text
	}
	if end := sentenceEnd(text); end > len(text)/2 {
		return strings.TrimRightFunc(text[:end], unicode.IsSpace)
	}
	if at := strings.LastIndexFunc(text, unicode.IsSpace); at > len(text)/2 {
		text = text[:at]
	}
	return trailing(text)
}

// trailing is a text that ends in the middle of a sentence, with an ellipsis; "" if nothing is said in it.
func trailing(text string) string {
	text = strings.TrimRightFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;:-–—.…", r) })
	if text == "" {
		return ""
	}
	return text + ellipsis
}
