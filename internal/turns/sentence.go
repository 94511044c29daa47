package turns

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The signs that end a sentence: some need space behind them, and some none. Quotes and brackets may
// stand between.
const (
	endsSpaced = ".!?…؟۔।"
	endsAlone  = "。！？"
	closes     = `"'”’»)]*_）」』`
)

// sentenceEnd returns where the last whole sentence or line of a text ends, 0 if none does.
func sentenceEnd(text string) int {
	end, line := 0, 0 // line is where the last line begins
	for i, c := range text {
		behind := i + utf8.RuneLen(c)
		switch {
		case c == '\n':
			if before := strings.TrimSpace(text[line:i]); before != "" && !strings.HasSuffix(before, ":") {
				end = i
			}
			line = behind
		case strings.ContainsRune(endsAlone, c):
			end = len(text) - len(strings.TrimLeft(text[behind:], closes))
		case strings.ContainsRune(endsSpaced, c) && (c != '.' || !numbered(text[line:i], text[behind:])):
			if rest := strings.TrimLeft(text[behind:], closes); rest == "" || unicode.IsSpace(first(rest)) {
				end = len(text) - len(rest)
			}
		}
	}
	return end
}

// numbered reports whether a full stop belongs to a number or an abbreviation, so that the sentence may go
// on: before is its line up to it, and rest all that is behind it. Where either may be, it is taken for
// one: a reply that ends a sentence too early is still whole.
func numbered(before, rest string) bool {
	last, n := utf8.DecodeLastRuneInString(before)
	switch {
	case unicode.IsDigit(last):
		return ordinal(before, rest)
	case unicode.IsLetter(last):
		earlier, _ := utf8.DecodeLastRuneInString(before[:len(before)-n])
		if unicode.IsLetter(earlier) || unicode.IsDigit(earlier) {
			return abbreviated(before, rest)
		}
		return last != 'I' && (last < utf8.RuneSelf || unicode.IsUpper(last))
	default:
		return false
	}
}

// ordinal reports whether the number before a full stop goes on behind it: an item's number; a figure at
// the end, where more of it may have come; or a day or a place in a row, as they are written in German
// and many other languages: "am 24. Dezember", "24. prosince".
func ordinal(before, rest string) bool {
	if rest == "" || strings.Trim(before, " 0123456789") == "" {
		return true
	}
	ahead := strings.TrimRight(before, "0123456789")
	const most = 3 // figures
	if len(before)-len(ahead) > most || !strings.HasSuffix(ahead, " ") {
		return false
	}
	return unicode.IsLower(following(rest)) || among(articles, lastWord(ahead))
}

// abbreviated reports whether the word before a full stop is one that is written with it.
func abbreviated(before, rest string) bool {
	word := lastWord(before)
	return among(titles, word) || among(shortened, word) && !unicode.IsUpper(following(rest))
}

// following is the first character behind spaces and what closes a quotation; utf8.RuneError at the end.
func following(rest string) rune {
	return first(strings.TrimLeft(strings.TrimSpace(rest), closes))
}

// lastWord is the last word of a text, in small letters.
func lastWord(text string) string {
	text = strings.TrimRightFunc(text, unicode.IsSpace)
	at := strings.LastIndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	if at >= 0 {
		_, n := utf8.DecodeRuneInString(text[at:])
		text = text[at+n:]
	}
	return strings.ToLower(text)
}

// among reports whether a word stands in a list, whose words are apart by spaces.
func among(list, word string) bool {
	return word != "" && strings.Contains(list, " "+word+" ")
}

// What stands before a full stop that ends no sentence. The titles never do, whatever follows; those that
// are shortened may if a capital letter does. The articles stand before an ordinal, which German writes
// so before nouns, too.
const (
	titles = " mr mrs ms mx dr drs prof rev hon gen col capt lt sgt st ste mt ft messrs" +
		" sr sra sres srta dr dra dña ud uds vd av avda pza ej ee uu" + // Spanish
		" mme mlle mgr bd cf env" + // French
		" hr hrn fr frl nr bzw vgl ca ggf evtl inkl exkl zzgl abzgl bspw sog usf art abs str dipl ing" + // German
		" exmo exma eng sto sta" + // Portuguese
		" dott sig sigg avv" + // Italian
		" vs viz eg ie approx fig vol ed eds pp incl excl ext dept apt tel núm num pág "
	shortened = " jan feb mar apr jun jul aug sep sept oct nov dec okt dez ene abr ago dic fev mai set out janv févr avr juil déc mär" +
		" mon tue tues wed thu thur thurs fri sat sun lun mié jue vie sáb dom" +
		" no nos etc usw ecc inc ltd co corp cia jr max min std ave blvd rd hrs mins "
	articles = " am der die das dem den des im vom zum zur beim jeden jeder jedes jede bis ab "
)

func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
