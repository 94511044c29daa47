package flows

import (
	"strings"
	"unicode"
)

// signs are the emoji of a text, each as what people take for one: of any colour of skin and of either sex,
// and flags whole. They are found like words where a trigger has no words.
func signs(text string) []string {
	var g gathering
	for _, r := range text {
		if shade(r) || tag(r) && !g.spells() {
			continue
		}
		more, ok := g.goesOn(r)
		switch {
		case ok:
			g.all[len(g.all)-1] += more
		case emoji(r):
			g.all = append(g.all, string(r))
		case r == keycap && (g.before == '#' || g.before == '*'):
			g.all = append(g.all, string(g.before)+string(r))
		}
		g.before, g.open = r, flagHalf(r) && !ok
	}
	for i, one := range g.all {
		g.all[i] = ofEitherSex(one)
	}
	return g.all
}

// gathering is the emoji of a text so far, and what came last.
type gathering struct {
	all    []string
	before rune
	open   bool // a flag of which the second half is missing
}

// spells reports whether letters that nobody sees would be those of a flag.
func (g *gathering) spells() bool { return g.before == blackFlag || tag(g.before) }

// goesOn reports whether r belongs to the emoji before it, and what it adds to that.
func (g *gathering) goesOn(r rune) (more string, ok bool) {
	switch {
	case flagHalf(r) && g.open, tag(r):
		return string(r), true
	case !emoji(r) || g.before != joiner || len(g.all) == 0:
		return "", false
	case r == '♀' || r == '♂':
		return "", true
	default:
		return string(joiner) + string(r), true
	}
}

// joiner makes one emoji of two.
const joiner = '\u200d'

// blackFlag is that of England, Scotland or Wales, with the name of the country in tags behind it.
const blackFlag = '\U0001F3F4'

// ofEitherSex is an emoji of a person at something, such as a health worker, without the person's sex.
func ofEitherSex(sign string) string {
	person, at, joins := strings.Cut(sign, string(joiner))
	if joins && in(person, "👩|👨") && !strings.Contains(at, string(joiner)) && !in(at, "👩|👨|👦|👧|👶") {
		return "🧑" + string(joiner) + at
	}
	return sign
}

// emoji reports whether r is one, or may be one.
func emoji(r rune) bool {
	return unicode.Is(unicode.So, r) || strings.ContainsRune("‼⁉↔⤴⤵◻◼◽◾〰", r)
}

// tag reports whether r is a letter or a figure that nobody sees, or the end of such.
func tag(r rune) bool { return 0xE0020 <= r && r <= 0xE007F }

// shade reports whether r only says how the emoji before it looks.
func shade(r rune) bool { return 0x1F3FB <= r && r <= 0x1F3FF || 0xFE00 <= r && r <= 0xFE0F }

func flagHalf(r rune) bool { return 0x1F1E6 <= r && r <= 0x1F1FF }
