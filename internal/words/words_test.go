package words_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/words"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want []string
	}{
		"empty":          {"", nil},
		"no words":       {" ?! -- … ", nil},
		"case":           {"Opening HOURS", []string{"opening", "hours"}},
		"punctuation":    {"What's up, doc?!", []string{"what", "s", "up", "doc"}},
		"digits":         {"Room 12b", []string{"room", "12b"}},
		"accents":        {"Menú Çelik ÉTÉ", []string{"menu", "celik", "ete"}},
		"decomposed":     {"Menu\u0301", []string{"menu"}},
		"begun in ASCII": {"preços", []string{"precos"}},
		"sharp s":        {"Straße STRASSE GROẞ", []string{"strasse", "strasse", "gross"}},
		"greek":          {"ΟΔΟΣ οδός", []string{"οδοσ", "οδοσ"}},
		"turkish":        {"İstanbul ISTANBUL ıstanbul", []string{"istanbul", "istanbul", "istanbul"}},
		"yoruba":         {"ẹ káàárọ̀", []string{"e", "kaaaro"}},
		"cyrillic":       {"Привет, МИР", []string{"привет", "мир"}},
		"arabic":         {"مَرْحَبًا، كيف", []string{"مرحبا", "كيف"}},
		"hindi":          {"नमस्ते जी", []string{"नमस्ते", "जी"}},
		"chinese":        {"营业时间？", []string{"营", "业", "时", "间"}},
		"mixed":          {"iPhone手机ok", []string{"iphone", "手", "机", "ok"}},
		"full width":     {"ＡＢＣ　１２", []string{"abc", "12"}},
		"emoji parts":    {"pizza🍕time", []string{"pizza", "time"}},
		"invalid UTF-8":  {"a\xffb", []string{"a", "b"}},
		"soft hyphen":    {"open\u00ading", []string{"opening"}},
		"control":        {"re\u0001f\u001bu\u007fn\u009fd\u0000 a\u0085b\u2028c", []string{"refund", "a", "b", "c"}},
		"invisible":      {"re\u200bf\u200eu\u2060n\u202ed\ufeff \u200f", []string{"refund"}},
		"tags":           {"re\U000e0061fund \U000e0061", []string{"refund"}},
		"selectors":      {"re\ufe0ffund re\U000e0100fund", []string{"refund", "refund"}},
		"fillers":        {"re\u3164fund \u115f\u034f\u061c\u180e", []string{"refund"}},
		"line separator": {"re\u2028fund", []string{"re", "fund"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, words.Split(test.text)); diff != "" {
				t.Errorf("Split(%q) (-want +got):\n%s", test.text, diff)
			}
		})
	}
}

// What nobody sees is left out of a text, and nothing else is.
func TestVisible(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"":                           "",
		"plain é 中 🍞":                "plain é 中 🍞",
		"\u00ada\u200b\u200fb\ufe0f": "ab",
		"\u2066a\u2069\u202e\ufeff":  "a",
		"\U000e0020\U000e007f":       "",
		"a\u00a0b\u2028c\u200a":      "a\u00a0b\u2028c\u200a",
		"cafe\u0301":                 "cafe\u0301",
		"a\xff\u200bb":               "a\ufffdb",
	}
	for text, want := range tests {
		if got := words.Visible(text); got != want {
			t.Errorf("Visible(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestContinuous(t *testing.T) {
	t.Parallel()
	for r, want := range map[rune]bool{
		'a': false, 'é': false, 'ع': false, 'न': false, '中': true, 'の': true, 'カ': true, '한': true, 'ก': true, '🍞': false,
	} {
		if got := words.Continuous(r); got != want {
			t.Errorf("Continuous(%q) = %t, want %t", r, got, want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"Opening hours?", "Menú", "营业时间", "İ", "a\xff", "\u0301", "ﷺ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := words.Split(s)
		for _, w := range got {
			if w == "" || strings.ContainsRune(w, ' ') || !utf8.ValidString(w) {
				t.Errorf("Split(%q) has the word %q", s, w)
			}
		}
		if again := words.Split(strings.Join(got, " ")); utf8.ValidString(s) && !cmp.Equal(got, again) {
			t.Errorf("Split(%q) = %q, and of that %q", s, got, again)
		}
	})
}

func TestASCIIKnowsWhatIsInvisible(t *testing.T) {
	t.Parallel()
	for r := range rune(128) {
		if got := words.Append(nil, "a"+string(r)+"b"); words.Invisible(r) != (string(got) == "ab ") {
			t.Errorf("%U: the words are %q, and invisible is %v", r, got, words.Invisible(r))
		}
	}
}
