package flows

import "strings"

// halfKnown reports whether something beside a number makes it another one, or only a part of what is meant:
// what looks like a numeral and is none that is known (four-ty, veinti cinco), what counts by more than one (two
// couples, 5 grand), and who is counted besides (yo y 5 amigos).
func (k numerals) halfKnown(s said, m mention) bool {
	before, behind := s.beside(m.at-1, m.at), s.beside(m.end, m.end-1)
	inWords := s[m.at].figure == ""
	switch {
	case inWords && s[m.at].tied, inWords && behind != "" && s[m.end].tied && !in(behind, heads):
		return true
	case k.resembles(before), k.resembles(behind), fractional(behind), in(behind, grouping), in(before, anew):
		return true
	case k.language == "en" && (in(behind, "grand|score") || in(s[m.end-1].word, "mil") && (!inWords || m.at+1 == m.end || english(s[m.end-2].word))):
		return true
	case inWords && k.cutOff(s, m):
		return true
	}
	return s.besides(m, k.language)
}

// beside is the word at a place, "" if it is not in the clause of another place.
func (s said) beside(at, of int) string {
	if w := s.word(at); w != "" && s[at].clause == s[of].clause {
		return w
	}
	return ""
}

// english reports whether a word is an English number, behind which "mil" may be short for a million.
func english(w string) bool {
	row, _, _ := strings.Cut(numberWords, "\n")
	return w != "-" && strings.Contains(" "+row+" ", " "+w+" ")
}

// cutOff reports whether the number at a place in Arabic goes on to one side of it with a word that is not known.
func (k numerals) cutOff(s said, m mention) bool {
	first, before := s[m.at].word, s.beside(m.at-1, m.at)
	if _, joined, _ := k.word(first); before != "" && (joined || in(first, "عشر|عشرة|عشره") && !in(before, leadingTen)) {
		return true
	}
	rest, joined := strings.CutPrefix(s.beside(m.end, m.end-1), "و")
	return joined && (k.resembles(rest) || strings.HasSuffix(rest, "ون") || strings.HasSuffix(rest, "ين"))
}

// leadingTen may stand before ten in Arabic, without being the unit of it.
const leadingTen = "نحن|احنا|سنكون|نكون|كنا|عددنا|عدد|العدد|حوالي|تقريبا|نحو|لدينا|عندنا|انا|فقط|مع|في|على|من|عن|الى|هم|كلنا|نحتاج|اريد|نريد|" +
	"او|لا|ليس|غير|اكثر|اقل|حتى|بل|نعم|ربما|يا|هو|هي|عددهم|سيكون|سوف|مجموعنا"

// resembles reports whether a word is no number, but begins or ends as one does.
func (k numerals) resembles(w string) bool {
	if _, _, ok := k.word(w); ok || w == "" {
		return false
	}
	if in(w, "ty|teen|vint|tie|zig|twos|threes|fours|fives|sixes|sevens|eights|nines|tens") {
		return true
	}
	for prefix := range strings.SplitSeq(numeralBegins, "|") {
		if strings.HasPrefix(w, prefix) {
			return true
		}
	}
	for suffix := range strings.SplitSeq(numeralEnds, "|") {
		if strings.HasSuffix(w, suffix) {
			return true
		}
	}
	for _, suffix := range []string{"und", "mal"} { // einund zwanzig, zweimal fünf
		if stem, ok := strings.CutSuffix(w, suffix); ok {
			if n, ok := k.single(stem); ok && (n > 1 || suffix == "und") {
				return true
			}
		}
	}
	return false
}

// How numerals begin and end, where words that are no numbers hardly do.
const (
	numeralBegins = "twent|thirt|fourt|fift|sixt|sevent|eight|ninet|dieci|veint|treint|cuarent|cincuent|sesent|setent|ochent|novent|" +
		"vingt|quarant|cinquant|soixant|zwanz|dreiss|vierz|funfz|sechz|siebz|achtz|neunz|vinte|quarent|sessent|oitent|deze"
	numeralEnds = "teen|hundred|thousand|cientos|cientas|centos|centas|hundert|tausend|ماية|مية"
)

// fractional reports whether a word behind a number makes it another one or a part of one: twenty-fifth, six sevenths.
func fractional(w string) bool {
	w = strings.TrimSuffix(w, "s")
	if in(w, ordinals) || in(w, fractionWords) {
		return true
	}
	for _, ending := range []string{"hundredth", "thousandth", "millionth", "ieme"} {
		if strings.HasSuffix(w, ending) {
			return true
		}
	}
	return false
}

// ordinals make another number of one before them, or a part of one: twenty-fifth, one third. fractionWords are
// parts that are no ordinals, or of other languages.
const (
	ordinals      = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|twentieth"
	fractionWords = "drittel|viertel|funftel|sechstel|siebtel|achtel|neuntel|zehntel|hundertstel|tausendstel|" +
		"quinto|sexto|septimo|octavo|noveno|decimo|centesimo|setimo|oitavo|nono|avo"
	// grouping is what makes several of each that is counted.
	grouping = "couple|couples|pareja|parejas|paar|paare|paaren|casal|casais|ehepaar|ehepaare|parchen|matrimonio|matrimonios|millier|milliers|gross|more|others|extra|weitere|mehr|autres|otros|otras|outros|outras"
	// anew is what makes a number one beside others.
	anew = "another|extra|further|noch|weitere|autres|otros|otras|outros|outras"
)

// besides reports whether somebody or something stands beside a number that it may count, or may not.
func (s said) besides(m mention, language string) bool {
	at := m.at - 1
	if in(s.beside(at, m.at), "and|y|e|et|und|و|plus|mas|mit") && (in(s.beside(at-1, m.at), self) || in(s.beside(at-2, m.at), own)) {
		return true
	}
	if in(s.beside(at, m.at), self) && strings.HasPrefix(s[m.at].word, "و") {
		return true
	}
	behind := s.beside(m.end, m.end-1)
	switch {
	case behind == "":
		return false
	case s.oneOf(m.end, remainders) > 0, s.oneOf(m.end, withoutSelf) > 0, in(behind, "واشياء|وانا|الا|زايد|وطفل|وطفلة|والطفل|وطفلين|واطفال"):
		return true
	case s.oneOf(m.end, "and i|und ich|et moi|y yo|e eu|and me|and myself|plus me|mas yo|mais eu|و انا") > 0:
		return true
	case language == "es" && behind == "mas", language == "pt" && behind == "mais":
		return true
	}
	return s.company(m)
}

// company reports whether shortly behind a number, or the people that it counts, stands who may not be counted yet: 4
// adults plus the baby, 5 and my wife.
func (s said) company(m mention) bool {
	const near = 3 // words
	for at := m.end; at < m.end+near && s.beside(at, m.end-1) != ""; at++ {
		if !in(s[at].word, "and|y|e|et|und|plus|mas|mais|con|with|mit|avec|com|و") {
			continue
		}
		mine := in(s.beside(at+1, at), own) && !in(s.beside(at+2, at), "name|nombre|nom|nome|phone|number|email|mail|telefono|telefon|telephone|numero|nummer|adresse|address")
		if mine && at == m.end || s.baby(at+1) {
			return true
		}
	}
	return false
}

// baby reports whether at a place, or behind an article, stands a child of whom nobody knows whether it counts.
func (s said) baby(at int) bool {
	const near = 3 // words
	for i := at; i < len(s) && i < at+near && s[i].clause == s[at].clause; i++ {
		if in(s[i].word, "baby|babys|babies|bebe|bebes|infant|infants|toddler|toddlers|kleinkind|saugling|رضيع|طفل") {
			return true
		}
	}
	return false
}

const (
	own  = "my|mi|mis|mein|meine|meinen|meiner|mon|ma|mes|minha|meu|our|unser|unsere"
	self = "me|myself|i|yo|mi|ich|moi|je|eu|انا"
	// remainders say that there is more behind a number; withoutSelf who is taken away from it.
	remainders = "y algo|y pico|y tantos|e pouco|e poucos|e poucas|e tal|e tantos|e alguma coisa|und etwas|und ein bisschen|und ein paar|" +
		"et quelque|et des|et un peu|and a bit|and change|and some|and something|odd|something|ish|de plus|وشيء|و شيء|ونيف"
	withoutSelf = "menos yo|menos eu|moins moi|ohne mich|sem mim|sin mi|sans moi|without me|except me|excluding me|besides me|not counting me|" +
		"sin contarme|mich nicht mitgezahlt|بدوني|ما عداي|من دوني"
)

// hour reports whether a number is an hour of the day, or some hours long, where the question is not about time.
func (s said) hour(m mention, asked []string, language string) bool {
	for _, w := range asked {
		if in(w, "hour|hours|time|long|hora|horas|tiempo|tempo|heure|heures|temps|duree|stunde|stunden|uhr|zeit|lange|lang|ساعة|ساعات|الساعة|وقت") {
			return false
		}
	}
	before, behind := s.beside(m.at-1, m.at), s.beside(m.end, m.end-1)
	return before == "الساعة" || before == "las" && s.word(m.at-2) == "a" ||
		in(behind, "h|hs|hrs|hour|hours|uhr|heure|heures|hora|horas|pm|oclock|صباحا|مساء|ظهرا") || language == "en" && behind == "am" ||
		s.oneOf(m.end, "o clock|a m|p m") > 0
}
