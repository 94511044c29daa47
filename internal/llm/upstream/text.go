package upstream

import (
	"strings"
	"unicode/utf8"
)

// halves puts together characters that a server splits over pieces, and makes the rest valid text.
type halves struct {
	pending string // the beginning of a character
}

// join returns as much of the text so far as is whole.
func (h *halves) join(s string) string {
	if s == "" {
		return ""
	}
	s = h.pending + s
	cut := wholeLength(s)
	h.pending = s[cut:]
	return clean(s[:cut])
}

// rest returns what stands for a character that never became whole.
func (h *halves) rest() string {
	s := clean(h.pending)
	h.pending = ""
	return s
}

// wholeLength is where the beginning of a last, incomplete character stands, or the end of s.
func wholeLength(s string) int {
	for i := len(s) - 1; i >= max(0, len(s)-utf8.UTFMax+1); i-- {
		if utf8.RuneStart(s[i]) {
			if utf8.FullRuneInString(s[i:]) {
				return len(s)
			}
			return i
		}
	}
	return len(s)
}

// clean replaces what is not UTF-8, and NUL, which not every store can hold.
func clean(s string) string {
	const replacement = "\uFFFD"
	s = strings.ToValidUTF8(s, replacement)
	if strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(s, "\x00", replacement)
}
