package flows

import (
	_ "embed"
	"regexp"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// zones says in which country each time zone lies, a line each: the zone and its ISO 3166 code.
//
//go:embed zones.txt
var zones string

// regionOf is the country of a time zone, "" where it has none, as UTC.
func regionOf(zone string) string {
	if zone == "" || strings.ContainsAny(zone, " \n") {
		return ""
	}
	at := strings.Index(zones, zone+" ")
	if at < 0 || at > 0 && zones[at-1] != '\n' {
		return ""
	}
	return zones[at+len(zone)+1:][:2]
}

// isRegion reports whether a country has telephone numbers that are known.
func isRegion(code string) bool { return phonenumbers.GetCountryCodeForRegion(code) != 0 }

// numberLike finds what may be a telephone number in a text.
var numberLike = regexp.MustCompile(`\+?[(]?\d[\d ()./-]{5,24}\d`)

// phone finds the one telephone number in a text and writes it as E.164. Where it comes without a
// country, it is taken for one of the region. The rest is the text without it.
func phone(text, region string) (number, rest string, ok bool) {
	text = narrow(text)
	var all []mention
	var l listener
	from := 0
	for _, at := range numberLike.FindAllStringIndex(text, maxNumbers) {
		l.hear(text[from:at[0]])
		rest += text[from:at[0]]
		n, valid := dialled(text[at[0]:at[1]], region)
		if whole := at[1] == len(text) || !isDigit(text[at[1]]); valid && whole {
			l.figure(n, n)
			all = append(all, mention{n, len(l.said) - 1, len(l.said)})
		} else {
			rest += text[at[0]:at[1]]
		}
		from = at[1]
	}
	l.hear(text[from:])
	if number, ok = l.said.sole(all); !ok || l.said.outdated() || extension.MatchString(rest+text[from:]) {
		return "", text, false
	}
	return number, rest + text[from:], true
}

// extension finds what is dialled behind a number, which E.164 has no place for.
var extension = regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:(?:ext|extn|extension|extensi[oó]n|durchwahl|nebenstelle|poste|ramal|anexo|interno)[\p{P}\s]*\d|x[.:]?\s?\d{1,6}(?:\D|$)|#\s?\d|(?:تحويلة|داخلي)[\p{P}\s]*\d)`)

// outdated reports whether an answer says of the address or the number in it that it is not the one any more.
func (s said) outdated() bool {
	for at, w := range s {
		if in(w.word, "wrong|old|former|formerly|previous|previously|outdated|incorrect|invalid|"+
			"equivocado|equivocada|viejo|vieja|antiguo|antigua|incorrecto|incorrecta|errado|errada|antigo|velho|incorreto|anterior|"+
			"ancien|ancienne|faux|fausse|mauvais|mauvaise|falsch|falsche|alt|alte|alter|veraltet|خطا|خاطي|غلط|قديم|القديم|قديمة|السابق") ||
			w.word == "used" && s.word(at+1) == "to" {
			return true
		}
	}
	return false
}

// maxNumbers is how many numbers of one answer are looked at.
const maxNumbers = 20

// dialled is a telephone number as it is dialled, as E.164. What begins with 00 is read as if it began with
// +, which it stands for in most countries, and only else as the region would.
func dialled(text, region string) (string, bool) {
	if abroad, ok := strings.CutPrefix(strings.TrimLeft(text, "("), "00"); ok {
		if n, ok := valid("+"+abroad, ""); ok {
			return n, true
		}
	}
	return valid(text, region)
}

func valid(text, region string) (string, bool) {
	n, err := phonenumbers.Parse(text, region)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// withoutContacts is a text without the e-mail addresses and telephone numbers in it, which are no answer
// to another question.
func withoutContacts(text, region string) string {
	text = strings.Map(narrowed, address.ReplaceAllString(text, " , "))
	var b strings.Builder
	from := 0
	for _, at := range numberLike.FindAllStringIndex(text, maxNumbers) {
		start, end := called(text[at[0]:at[1]], region)
		b.WriteString(text[from : at[0]+start])
		if start < end {
			b.WriteString(" , ") // what stands on both sides is not one number
		}
		from = at[0] + end
	}
	return b.String() + text[from:]
}

// grouped is a number in figures with its thousands apart, or a date, however well it could be dialled.
var grouped = regexp.MustCompile(`^(?:[1-9]\d{0,2}(?:[ .]\d{3})+|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})$`)

// called is where in what looks like a telephone number one stands that is written as such: with + or 0 in
// front, or in groups. The first or the last group may be another number; the same place twice is none.
func called(text, region string) (start, end int) {
	first, last := strings.IndexByte(text, ' ')+1, strings.LastIndexByte(text, ' ')
	for _, place := range [][2]int{{0, len(text)}, {first, len(text)}, {0, max(last, 0)}} {
		one := text[place[0]:place[1]]
		if one == "" || grouped.MatchString(one) {
			continue
		}
		written := strings.HasPrefix(one, "+") || strings.HasPrefix(one, "0") || strings.ContainsAny(one, " ()/.-")
		if _, ok := dialled(one, region); ok && written {
			return place[0], place[1]
		}
	}
	return 0, 0
}

// narrow writes digits and signs as ASCII does: wide ones, those of Arabic, and the signs behind the
// figures of a date in Chinese.
func narrow(text string) string {
	before := ' '
	return strings.Map(func(r rune) rune {
		n := narrowed(r)
		if before < '0' || before > '9' {
			before = n
			return n
		}
		switch before = n; n {
		case '年', '月':
			return '-'
		case '日', '号':
			return ' '
		default:
			return n
		}
	}, text)
}

// keycap makes a key of the figure before it: 2️⃣.
const keycap = '\u20e3'

func narrowed(r rune) rune {
	switch {
	case '٠' <= r && r <= '٩':
		return '0' + r - '٠'
	case '۰' <= r && r <= '۹':
		return '0' + r - '۰'
	case '！' <= r && r <= '～':
		return r - '！' + '!'
	case r == '٫':
		return '.'
	case r == keycap:
		return -1
	default:
		return r
	}
}
