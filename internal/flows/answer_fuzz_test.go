package flows_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/flows"
)

// kinds are questions of all kinds, and the answer to each in the form in which it is kept.
func kinds() []string {
	return []string{
		`"kind": "name"`, `"kind": "email"`, `"kind": "phone"`, `"kind": "date"`, `"kind": "number"`, `"kind": "text"`,
		`"options": ["Red", "Blue", "2 nights", "配送"]`,
	}
}

// Whatever the answer, it is taken for one value that can be kept, or for none; and the value itself, as an
// answer, is taken for itself.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		"Ada, ada@x.org, 0803 123 4567", "5 or 6 december", "not 5", "2+2", "5 5", "twenty-five", "二十五", "一千零五", "fünfundzwanzig",
		"quatre-vingt-dix", "24.12. at 7.30", "Friday the 4th", "viernes 4", "red, not blue", "2 or 3 nights", "不要配送", "\u202e5\u200b",
		"1.2.3.4.5", "1'000,5", "½", "+٠٨٠٣", "may 5 may", "5 5 5 dec dec", "hundred thousand hundred", "دخمسة وعشرون", "3月4日5日", "\xff5",
		"no not but 5", "a@b.c@d.e", "..", "-", "0000-00-00", "9999-12-31", "99/99/99", "k 5k", "five five", "and and", "de la", "i am", "é\u0301",
	} {
		f.Add(s)
	}
	sets := map[string]*flows.Set{}
	for _, keys := range kinds() {
		sets[keys] = asking(f, keys).set
	}
	f.Fuzz(func(t *testing.T, answer string) {
		for keys, set := range sets {
			for _, language := range []string{"en", "fr"} {
				taken := func(text string) string {
					c := newCustomer(set)
					c.in.Agent.Language = language
					c.says("begin")
					if d := c.says(text); len(d.Learned) > 0 {
						return d.Learned[0].Value
					}
					return ""
				}
				value := taken(answer)
				if value == "" {
					continue
				}
				if strings.TrimSpace(value) != value || utf8.ValidString(answer) && !utf8.ValidString(value) || utf8.RuneCountInString(value) > 1000 {
					t.Errorf("%s: %q is taken as %q", keys, answer, value)
				}
				if again := taken(value); again != value && kept(keys, language) {
					t.Errorf("%s, %s: %q is taken as %q, and that as %q", keys, language, answer, value, again)
				}
			}
		}
	})
}

// kept reports whether a value is an answer in the form in which it is kept. A number is kept with a point,
// which French reads otherwise; a name or a text can be one that a customer would not be taken to say.
func kept(keys, language string) bool {
	if strings.Contains(keys, "number") {
		return language != "fr"
	}
	return !strings.Contains(keys, "name") && !strings.Contains(keys, "text")
}
