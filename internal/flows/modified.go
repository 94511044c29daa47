package flows

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// modified reports whether what an answer names is another thing than the option: by a word beside it such as
// light, oscuro or too, by one that a hyphen ties to it, or because the option only bounds what is wanted.
func (c *choosing) modified(p place) bool {
	of := c.words[p.option]
	if c.boundedBefore(p) || c.boundedBehind(p) {
		return true
	}
	for _, beside := range []struct {
		at   int
		tied bool
		list string
	}{
		{p.at - 1, c.said[p.at].tied, modifying + "|" + exceeding},
		{p.end, p.end < len(c.said) && c.said[p.end].tied, modifying},
	} {
		w := c.said.word(beside.at)
		if w == "" || slices.Contains(of, w) || c.said[beside.at].clause != c.said[p.at].clause {
			continue
		}
		if beside.tied || in(w, beside.list) {
			return true
		}
	}
	return false
}

// boundedBefore reports whether an option stands behind words that make a bound of it: after 11:00, at least medium,
// más grande que mediano.
func (c *choosing) boundedBefore(p place) bool {
	const near = 2 // words between a comparison and what it is with
	of, than := c.words[p.option], false
	for at, n := p.at-1, 0; at >= 0 && n <= near && c.said[at].clause == c.said[p.at].clause; at-- {
		switch w, next := c.said[at].word, c.said.word(at+1); {
		case slices.Contains(of, w):
		case in(w, bounding), w == "up" && next == "to", figured(of) && in(w, since):
			return true
		case in(w, more) && (than || in(next, "de|d|do|da")), than && in(w, comparative), w == "than":
			return true
		case in(w, "que|qu|als|من"):
			than = true
		case in(w, filling):
		case than:
			n++
		default:
			return false
		}
	}
	return false
}

// boundedBehind reports whether what follows an option makes a bound of it: 11:00 or later, 3 nights minimum.
func (c *choosing) boundedBehind(p place) bool {
	at := p.end
	for in(c.said.word(at), clockWords) || c.said.word(at) == "o" && c.said.word(at+1) == "clock" {
		at++
	}
	if at < len(c.said) && in(c.said[at].word, "or|and|o|y|ou|et|oder|und|e|او") {
		next := c.said.word(at + 1)
		return in(next, open+"|"+more+"|"+comparative) && !c.offers(next)
	}
	for in(c.said.word(at), "at|the|a|au|plus|mas") {
		at++
	}
	return at < len(c.said) && c.said[at].clause == c.said[p.end-1].clause && in(c.said[at].word, atMost)
}

// figured reports whether an option is a time, a date or an amount in figures.
func figured(option []string) bool {
	return slices.ContainsFunc(option, func(w string) bool { return isDigit(w[0]) })
}

// halfhearted reports whether a no that is an option has a yes beside it: yeah no.
func (c *choosing) halfhearted(p place) bool {
	of := c.words[p.option]
	return len(of) == 1 && in(of[0], denying+"|"+noes) &&
		slices.ContainsFunc(c.said, func(w spoken) bool { return in(w.word, agreeing) })
}

// leavesOpen reports whether a no begins what answers nothing: no idea, no sé, no objection.
func (s said) leavesOpen(at int) bool {
	if in(s.word(at+1), "way|objection|objections|مانع|امانع|باس") {
		return true
	}
	return slices.ContainsFunc(s[at+1:], func(w spoken) bool { return in(w.word, unknowing) })
}

// depends reports whether an answer says of what stands at a place only on which condition it would be so: if you
// have red. What everything depends on, if possible, is no condition.
func (s said) depends(at int) bool {
	for i := at - 1; i >= 0 && s[i].clause == s[at].clause; i-- {
		switch w := s[i].word; {
		case in(w, possible):
			return false
		case in(w, "si|se") && i+1 == at: // sí rojo
			return false
		case s.supposes(i):
			return true
		}
	}
	return false
}

// detach writes words of options as the options do, where Arabic writes a word before them together with them: and,
// the, so.
func (c *choosing) detach() {
	for i := range c.said {
		w := c.said[i].word
		if first, _ := utf8.DecodeRuneInString(w); first < 'ء' || first > 'ي' || c.offers(w) {
			continue
		}
		for before := range strings.SplitSeq("و|ال|وال|ف|فال|ب|بال|ل|لل", "|") {
			rest, ok := strings.CutPrefix(w, before)
			if ok && utf8.RuneCountInString(rest) > 2 && c.offers(rest) {
				c.said[i].word = rest
				break
			}
		}
	}
}

// modifying are words that make something else of the one beside them; exceeding are those that do so before it alone.
const (
	modifying = "light|dark|pale|bright|deep|navy|sky|baby|royal|electric|neon|pastel|off|non|half|semi|extra|super|ultra|mega|mini|" +
		"wine|lime|mint|cherry|bottle|forest|olive|brick|blood|claro|clara|oscuro|oscura|marino|celeste|palido|palida|limon|vino|oliva|menta|" +
		"cielo|turquesa|esmeralda|petroleo|electrico|cereza|ladrillo|fuego|botella|militar|" +
		"clair|claire|fonce|foncee|marine|ciel|bordeaux|turquoise|petrole|emeraude|citron|brique|vif|vive|nuit|hell|helles|hellen|dunkel|dunkles|dunklen|" +
		"escuro|escura|marinho|marinha|limao|vinho|ceu|bebe|menthe|demais|جدا|فاتح|فاتحة|غامق|غامقة|داكن|داكنة|كحلي|浅|淺|深|淡|薄|濃"
	exceeding = "too|very|trop|tres|zu|sehr|demasiado|demasiada|muy|muito|muita"
)

// The words that make a bound of what is named, before it and behind it.
const (
	bounding = "after|before|until|till|til|beyond|least|most|minimum|maximum|despues|antes|hasta|minimo|maximo|avant|apres|jusqu|jusque|" +
		"mindestens|hochstens|spatestens|fruhestens|depois|ate|قبل|بعد|حتى|الاقل|الاكثر"
	since       = "by|from|since|past|over|under|above|below|desde|partir|des|ab|nach|vor|bis|uber|unter|من"
	more        = "more|less|fewer|mas|menos|plus|moins|mais|mehr|weniger|اكثر|اقل"
	comparative = "bigger|smaller|larger|greater|longer|shorter|cheaper|better|higher|lower|mayor|menor|mejor|peor|maior|melhor|pior|superior|inferior|" +
		"grand|grande|petit|grosser|kleiner|langer|kurzer|besser|hoher|teurer|billiger|اكبر|اصغر|اطول|اقصر|اعلى|ارخص"
	clockWords = "uhr|h|clock|am|pm|horas|heures"
	open       = "later|earlier|after|before|above|over|below|up|so|spater|fruher|despues|antes|apres|avant|depois|بعد|بعدها|قبل"
	atMost     = "onwards|onward|latest|earliest|minimum|maximum|min|max|tardar|tard|spatestens|fruhestens|mindestens|hochstens|adelante|adiante"
)

// unknowing are words of those who do not know; possible those with which a condition is none.
const (
	unknowing = "know|sure|idea|clue|se|sei|sais|weiss|ahnung|seguro|segura|certeza|sabe|sabria|ادري|اعرف|اعلم|متاكد"
	possible  = "possible|possibly|ok|okay|posible|puede|moglich|geht|possivel|der|disponible|verfugbar|disponivel|ممكن|امكن|سمحت|سمحتي|سمحتم"
)
