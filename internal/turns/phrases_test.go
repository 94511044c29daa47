package turns

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Each of our languages has words of its own, whatever region or script the agent names; every other
// one has the English ones.
func TestApology(t *testing.T) {
	t.Parallel()
	said := map[string]string{}
	for _, tag := range []string{"en", "es", "fr", "de", "pt", "it", "nl", "tr", "ru", "ar", "hi", "zh", "ja", "sw", "ha", "yo", "ig"} {
		got := apology(tag)
		if strings.TrimSpace(got) == "" || said[got] != "" {
			t.Errorf("apology(%q) = %q, the same as that of %q", tag, got, said[got])
		}
		said[got] = tag
	}
	for tag, like := range map[string]string{
		"pt-BR": "pt", "zh-Hant-TW": "zh", "SW-ke": "sw", "fi": "en", "": "en", "not a tag": "en", "en-NG": "en",
	} {
		if got := apology(tag); got != apology(like) {
			t.Errorf("apology(%q) = %q, want that of %q", tag, got, like)
		}
	}
}

// The notes on the API name each language of the apologies, and no other.
func TestTheNotesNameTheLanguagesOfApologies(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../docs/api-notes.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := regexp.MustCompile(`(?s)Apologies and "I don't know" are there in (.*?); in other`).FindSubmatch(raw)
	if listed == nil {
		t.Fatal("docs/api-notes.md lists no languages of apologies")
	}
	got := regexp.MustCompile(`[A-Z][a-z]+`).FindAllString(string(listed[1]), -1)
	var want []string
	for tag := range apologies() {
		want = append(want, display.English.Languages().Name(language.MustParse(tag)))
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the languages of apologies (-code +notes):\n%s", diff)
	}
}

// Nobody knows whether an agent is a man or a woman, nor whether its customer is; and what is to calm must
// not say "be angry", which in Yoruba is one letter away.
func TestApologiesTakeNobodyForAMan(t *testing.T) {
	t.Parallel()
	for tag, banned := range map[string]string{
		"fr": "désolé", "hi": "रहा हूँ", "ha": "saƙonka", "yo": "máa bínú",
	} {
		if got := apology(tag); strings.Contains(got, banned) {
			t.Errorf("apology(%q) = %q, which holds %q", tag, got, banned)
		}
	}
}
