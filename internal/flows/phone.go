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
// country, it is taken for one of the region.
func phone(text, region string) (number, rest string, ok bool) {
	text = narrow(text)
	at := numberLike.FindStringIndex(text)
	if at == nil {
		return "", text, false
	}
	n, err := phonenumbers.Parse(text[at[0]:at[1]], region)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", text, false
	}
	return phonenumbers.Format(n, phonenumbers.E164), text[:at[0]] + text[at[1]:], true
}

// narrow writes digits and signs as ASCII does: wide ones, and those of Arabic.
func narrow(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case '٠' <= r && r <= '٩':
			return '0' + r - '٠'
		case '۰' <= r && r <= '۹':
			return '0' + r - '۰'
		case '！' <= r && r <= '～':
			return r - '！' + '!'
		case r == '٫':
			return '.'
		case r == '年' || r == '月':
			return '-'
		case r == '日' || r == '号':
			return ' '
		default:
			return r
		}
	}, text)
}
