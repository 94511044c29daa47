package words_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/words"
)

func TestLanguage(t *testing.T) {
	t.Parallel()
	a := words.New()
	tests := []struct{ text, tag, want string }{
		{"What are your opening hours?", "en", "en"},
		{"What are your opening hours?", "de", "en"},
		{"¿Cuáles son sus horarios de atención?", "en", "es"},
		{"Quels sont vos horaires d'ouverture ?", "en", "fr"},
		{"Wann habt ihr geöffnet und wo seid ihr?", "en", "de"},
		{"Quais são os seus horários e onde vocês ficam?", "en", "pt"},
		{"ما هي ساعات العمل", "en", "ar"},
		{"bread", "fr-CA", "fr"},
		{"bread", "pt_BR", "pt"},
		{"bread", "ha", "en"},
		{"", "", "en"},
		{"营业时间", "zh", "en"},
	}
	for _, test := range tests {
		if got := a.Language(test.text, test.tag); got != test.want {
			t.Errorf("Language(%q, %q) = %q, want %q", test.text, test.tag, got, test.want)
		}
	}
}

func TestTerms(t *testing.T) {
	t.Parallel()
	a := words.New()
	tests := map[string]struct {
		text, tag string
		want      []string
	}{
		"english":     {"What are your opening hours?", "en", []string{"open", "hour"}},
		"repeated":    {"Open when opened: opens", "en", []string{"open", "open", "open"}},
		"nothing":     {"What is it?", "en", nil},
		"empty":       {"", "en", nil},
		"spanish":     {"¿Cuáles son los horarios de las entregas?", "en", []string{"horari", "entreg"}},
		"french":      {"Quels sont les prix des livraisons ?", "en", []string{"prix", "livraison"}},
		"digits":      {"at 24 Broad Street", "en", []string{"24", "broad", "street"}},
		"chinese":     {"营业时间", "zh", []string{"营业", "业时", "时间"}},
		"one sign":    {"店", "zh", []string{"店"}},
		"mixed":       {"wifi密码 please", "zh", []string{"wifi", "密码"}},
		"long words":  {strings.Repeat("z", 500), "en", []string{strings.Repeat("z", 64)}},
		"long accent": {strings.Repeat("ø", 500), "en", []string{strings.Repeat("ø", 32)}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, a.Terms(test.text, test.tag)); diff != "" {
				t.Errorf("Terms(%q) (-want +got):\n%s", test.text, diff)
			}
		})
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	a := words.New()
	if got := a.Query("What is it?", "en", 9); got != nil {
		t.Errorf("Query of nothing = %q, want nil", got)
	}
	got := a.Query("Are the deliveries, delivery and prices the same?", "en", 9)
	if len(got) != 2 || got[0][0] != "deliveri" || got[1][0] != "price" {
		t.Errorf("Query = %q, want deliveri and price, once each", got)
	}
	if got := a.Query(strings.Repeat("one two three four five six ", 3), "en", 4); len(got) != 4 {
		t.Errorf("Query with a limit of 4 = %q", got)
	}
}

// A text is found by its own words, whatever language either is taken for.
func TestQueryFindsTerms(t *testing.T) {
	t.Parallel()
	a := words.New()
	for _, text := range []string{
		"deliveries", "horarios", "entregas rápidas", "livraisons gratuites", "Öffnungszeiten", "preços", "الأسعار",
		"营业时间", "приветствие", "नमस्ते",
	} {
		for _, tag := range words.Languages() {
			terms := a.Terms(text, tag)
			for _, alternatives := range a.Query(text, "en", 32) {
				found := false
				for _, term := range terms {
					for _, alternative := range alternatives {
						found = found || term == alternative
					}
				}
				if !found {
					t.Errorf("%q as %s: none of %q is in %q", text, tag, alternatives, terms)
				}
			}
		}
	}
}

func TestBase(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"": "", "en": "en", "pt-BR": "pt", "zh_Hans": "zh", "EN-gb": "en"} {
		if got := words.Base(tag); got != want {
			t.Errorf("Base(%q) = %q, want %q", tag, got, want)
		}
	}
}

func FuzzTerms(f *testing.F) {
	for _, s := range []string{"opening hours", "ñandúes", "营业时间x", "الأسعار والمواعيد", "größer", "\xff", "yyyy'ing"} {
		f.Add(s, "en")
	}
	f.Add("lesse", "fr")
	a := words.New()
	f.Fuzz(func(t *testing.T, s, tag string) {
		terms := a.Terms(s, tag)
		for _, term := range terms {
			if term == "" || !utf8.ValidString(term) || strings.ContainsRune(term, 0) {
				t.Errorf("Terms(%q, %q) has %q", s, tag, term)
			}
		}
		if query := a.Query(s, tag, 8); len(query) > 8 || (len(query) == 0) != (len(terms) == 0) {
			t.Errorf("Query(%q, %q) = %q, Terms %q", s, tag, query, terms)
		}
	})
}
