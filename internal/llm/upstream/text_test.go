package upstream

import (
	"strings"
	"testing"
	"unicode/utf8"
)

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
