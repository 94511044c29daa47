package knowledge

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/words"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		content string
		want    []string
	}{
		"empty":      {"", nil},
		"blank":      {" \n\n\t\n", nil},
		"one":        {"We open at nine.", []string{"We open at nine."}},
		"paragraphs": {"One.\r\n\r\nTwo.\r\rThree.\n\n\n\nFour.", []string{"One.\n\nTwo.\n\nThree.\n\nFour."}},
		"headings": {
			"Before.\n# A\nText of A.\n## B\nText of B.\n\nMore.\n### C\n# D\n## E\nText of E.",
			[]string{"Before.", "A\n\nText of A.", "A › B\n\nText of B.\n\nMore.", "A › B › C", "D › E\n\nText of E."},
		},
		"heading alone":       {"# A\n", []string{"A"}},
		"headings without":    {"# A\n# B\n## C\n", []string{"A", "B › C"}},
		"up again":            {"### A\na\n# B\nb\n", []string{"A\n\na", "B\n\nb"}},
		"no headings":         {"#hashtag\n####### seven\n#\n# \nend", []string{"#hashtag\n####### seven\n#\n# \nend"}},
		"long heading":        {"# " + strings.Repeat("h", 300) + "\ntext", []string{"# " + strings.Repeat("h", 300) + "\ntext"}},
		"code is not a block": {"a\n```\n# comment\nx\n```", []string{"a\n```", "comment\n\nx\n```"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, split(test.content)); diff != "" {
				t.Errorf("split (-want +got):\n%s", diff)
			}
		})
	}
}

// lost returns a word of content that is not in the passages, in order.
func lost(content string, passages []string) string {
	have := words.Split(strings.Join(passages, "\n"))
	for _, w := range words.Split(content) {
		i := slices.Index(have, w)
		if i < 0 {
			return w
		}
		have = have[i+1:]
	}
	return ""
}

func TestSplitBySize(t *testing.T) {
	t.Parallel()
	var sentences, chars strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&sentences, "Sentence %d is here. ", i)
		fmt.Fprintf(&chars, "%c", rune(0x4e00+i))
	}
	for name, content := range map[string]string{
		"sentences":      sentences.String(),
		"one sentence":   strings.ReplaceAll(sentences.String(), ".", ","),
		"lines":          strings.ReplaceAll(sentences.String(), ". ", "\n"),
		"paragraphs":     strings.ReplaceAll(sentences.String(), ". ", ".\n\n"),
		"chinese":        chars.String(),
		"without spaces": strings.Repeat("abcdefghij", 3000),
		"under headings": "# A\n" + sentences.String() + "\n## B\n" + sentences.String(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			passages := split(content)
			for _, p := range passages {
				if n := llm.EstimateTokens(p); n > target+50 || !utf8.ValidString(p) {
					t.Errorf("a passage of %d tokens: %.80q", n, p)
				}
			}
			if most := 2*llm.EstimateTokens(content)/target + 2; len(passages) > most {
				t.Errorf("%d passages, want at most %d", len(passages), most)
			}
			if name == "without spaces" {
				if got := strings.Join(passages, ""); got != content {
					t.Error("cutting a long word lost some of it")
				}
				return
			}
			if w := lost(content, passages); w != "" {
				t.Errorf("the word %q got lost", w)
			}
		})
	}
}

// Whatever the shape of the longest content, the number and the size of passages are bounded.
func TestSplitIsBounded(t *testing.T) {
	t.Parallel()
	fill := func(s string) string { return strings.Repeat(s, maxContent/len(s)) }
	for name, content := range map[string]string{
		"headings alone":  fill("# a\n"),
		"tiny sections":   fill("# a\nb\n"),
		"deep, tiny":      strings.Repeat("# "+strings.Repeat("h", 190)+"\n", 5) + fill("###### a\nb\n"),
		"falling levels":  fill("# a\n## b\n### c\n#### d\n##### e\n###### f\n"),
		"one word":        fill("a"),
		"spaces":          fill("a "),
		"line ends":       fill("a\n"),
		"empty lines":     fill("a\n\n"),
		"chinese":         fill("中"),
		"long paragraphs": fill(strings.Repeat("word ", 500) + "\n\n"),
		"end marks":       fill(". "),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			passages := split(content)
			size := 0
			for _, p := range passages {
				size += len(p)
			}
			if len(passages) > 2*maxPassages || size > 4*maxContent {
				t.Errorf("%d passages of %d bytes in all", len(passages), size)
			}
		})
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("# A\ntext\n## B\n\nmore. And more!\n# C")
	f.Add(strings.Repeat("中。", 400))
	f.Add(strings.Repeat("a b ", 900) + "\n\n# x")
	f.Add("\xff\n#\t\xfe\n\r")
	f.Fuzz(func(t *testing.T, content string) {
		passages := split(content)
		for _, p := range passages {
			if strings.TrimSpace(p) == "" || utf8.ValidString(content) && !utf8.ValidString(p) {
				t.Errorf("split(%q) has %q", content, p)
			}
		}
		if w := lost(content, passages); w != "" && !longWord(content) {
			t.Errorf("split(%q) lost %q: %q", content, w, passages)
		}
	})
}

// longWord reports whether a word is so long that it is cut.
func longWord(content string) bool {
	return slices.ContainsFunc(strings.Fields(content), func(w string) bool { return len(w) > target })
}
