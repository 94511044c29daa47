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
	if number, ok = l.said.sole(all); !ok {
		return "", text, false
	}
	return number, rest + text[from:], true
}

// maxNumbers is how many numbers of one answer are looked at.
const maxNumbers = 20

func dialled(text, region string) (string, bool) {
	n, err := phonenumbers.Parse(text, region)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
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
	default:
		return r
	}
}
