package flows

import (
	"regexp"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/words"
)

// otherDay reports whether an answer speaks of a day beside the one that it names: the eve of Friday, tomorrow or
// the day after, at the latest on Friday.
func (s said) otherDay() bool {
	for at := range s {
		if s.oneOf(at, otherDays) > 0 || s.oneOf(at, "day after") > 0 && s.word(at+2) != "tomorrow" {
			return true
		}
	}
	return false
}

// ofMonth reports whether an answer speaks of a month, of which a day of the week in it is one: a Friday in December.
func (c calendar) ofMonth(s said) bool {
	for at, w := range s {
		led := in(s.beside(at-1, at), "in|of|en|de|im|em|do|del|next|this|في|من")
		if in(w.word, "month|months|mes|mois|monat|monats|الشهر|شهر") || c.month(w.word) > 0 && (led || !in(w.word, "may|mar|march|mai|out|set|ago")) {
			return true
		}
	}
	return false
}

// holiday reports whether a day of the week is a holiday by the word beside it, or none but one of a row: Good Friday,
// segunda opção.
func (s said) holiday(m mention, language string) bool {
	before, behind := s.beside(m.at-1, m.at), s.beside(m.end, m.end-1)
	if in(behind, "feira") {
		behind = s.beside(m.end+1, m.end-1)
	} else if in(s[m.at].word, "segunda|terca|quarta|quinta|sexta") && (language == "es" || in(behind, ofRow)) {
		return true
	}
	return in(before, "good|holy|easter|black|cyber|ash|palm|maundy|ليلة|عشية") || in(behind, "saint|santo|santa|العظيمة|الحزينة|gras") ||
		s.oneOf(m.end, "de paques|de pascua|de pascoa|de ramos|of easter|des rameaux") > 0
}

// takenBack reports whether right behind one day, or right before another one, stands a no that may be for either:
// today no wait tomorrow, hoje não amanhã.
func (s said) takenBack(all []mention) bool {
	for _, first := range all {
		for _, then := range all {
			if first.value != then.value && first.end <= then.at && s.undone(first.end, then.at) {
				return true
			}
		}
	}
	return false
}

func (s said) undone(from, to int) bool {
	const no = "no|nope|nah|nao|non|nein|لا|كلا|wait|sorry|perdon|perdona|pardon|moment|quer|digo|rather"
	found := false
	for at := from; at < to; at++ {
		if s[at].turns || s[at].clause != s[to].clause {
			return false
		}
		found = found || in(s[at].word, no) && (at == from || at == to-1)
	}
	return found
}

// What names a day by another one, or bounds it, and what of a row the days of the week of Portuguese may say.
const (
	otherDays = "the eve|eve of|s eve|christmas eve|vispera|visperas|veille|vespera|vesperas|vorabend|lendemain|" +
		"اليوم التالي|اليوم السابق|اليوم الذي|hoy en ocho|en ocho|in acht|daqui a oito|hoje a oito|hoy a ocho|hoy en quince|hoje a quinze|heute in vierzehn|" +
		"or after|or later|or earlier|or sooner|or before|o despues|o antes|o mas tarde|ou apres|ou avant|ou plus tard|oder danach|oder spater|oder fruher|" +
		"oder davor|ou depois|ou antes|ou mais tarde|او بعد|او بعده|او قبل|او قبله|او لاحقا|و بعده|وبعده|" +
		"at the latest|at latest|latest|onward|onwards|at the earliest|earliest|au plus tard|au plus tot|a mas tardar|como muy tarde|como tarde|" +
		"como muy pronto|en adelante|spatestens|fruhestens|o mais tardar|no mais tardar|no maximo|em diante|على الاكثر|على الاقل|كحد اقصى|فصاعدا|ابتداء من|" +
		"a compter de|d ici|weekend of|week end du|wochenende vom|fin de semana del|fim de semana de|if not|" +
		"or another|or any|or whenever|o otro dia|o cuando|ou un autre|ou quand|oder ein anderer|oder einen anderen|oder wann|ou outro dia|ou quando|او يوم اخر|او اي يوم|" +
		"as of|as from|starting|commencing"
	ofRow = "opcao|opcion|quinzena|vez|parte|pessoa|tentativa|mesa|metade|ordem|visita|pergunta|fila|rodada|escolha|alternativa|data|proposta|hora|" +
		"metade|casa|rua|porta|edicao|fase|linha|coisa"
)

// andDay finds an Arabic "and" that is written as one with what follows it.
var andDay = regexp.MustCompile(`(^|[\s,،])و(\d|[\p{L}\p{M}]{3,})`)

// apart parts the "and" of Arabic from a day, a month, or a number in figures behind it.
func (c calendar) apart(text string) string {
	return andDay.ReplaceAllStringFunc(text, func(found string) string {
		before, behind, _ := strings.Cut(found, "و")
		w := plainly(behind)
		if isDigit(behind[0]) || c.month(w) > 0 || in(w, "غدا|غد|بكرة|بكره|اليوم") || isWeekday(w) {
			return before + "و " + behind
		}
		return found
	})
}

func isWeekday(w string) bool {
	for names := range strings.SplitSeq(weekdays, "\n") {
		if in(w, names) {
			return true
		}
	}
	return false
}

// ahead is the day that an answer names by how many days it is ahead, and by nothing else: in 3 days.
func (c calendar) ahead(text string) (time.Time, bool) {
	all := without(words.Split(text), courteous)
	at := 0
	for _, begin := range []string{"dentro de", "daqui a", "in", "en", "dans", "em", "بعد"} {
		if led := strings.Fields(begin); len(all) > len(led) && strings.Join(all[:len(led)], " ") == begin {
			at = len(led)
			break
		}
	}
	if at == 0 || len(all) != at+2 || !in(all[at+1], "days|dias|jours|tagen|tage|ايام") {
		return time.Time{}, false
	}
	n := number(all[at])
	if m, _, ok := c.numerals.word(all[at]); ok {
		n = m
	}
	const most = 366
	return midnight(c.now).AddDate(0, 0, n), n > 0 && n <= most
}
