package flows

import (
	"slices"
	"strings"
	"time"
)

// named finds days and months in words: 5 May 2026, May 5th, le 5 mai, 5 de mayo. It is false where more than
// one day stands by a month.
func (c calendar) named(s said) ([]mention, bool) {
	var found []mention
	for at, w := range s {
		month, ok := c.month(w.word), false
		if month == 0 {
			continue
		}
		m := c.around(s, at)
		switch {
		case m.day == 0:
			continue // the word alone is no date, and often no month
		case w.word == "may" && s.wishes(m, at):
			continue
		case c.another(s, m), c.unclear(s, m.from):
			return nil, false
		}
		if m.year, ok = c.yearSaid(s, m); !ok {
			return nil, false
		}
		if m.short == c.now.Year()%100 || m.short == c.now.Year()%100+1 {
			m.year = 2000 + m.short
		} else if m.short != 0 {
			return nil, false
		}
		var t time.Time
		t, ok = day(m.year, month, m.day, c.now)
		if !ok || s.noYear(m.to) {
			return nil, false
		}
		found = append(found, mention{t.Format(time.DateOnly), m.from, m.to})
	}
	return found, true
}

// inWords is a date in words: its numbers, and where it stands.
type inWords struct {
	day, year int
	short     int // what stands behind day and month and may be a year of two figures
	from, to  int
}

// around reads the numbers round a month.
func (c calendar) around(s said, month int) inWords {
	right, to := c.dayRight(s, month)
	left, from := c.dayLeft(s, month)
	if left == 0 && right == 0 {
		left, from = c.cardinal(s, from)
	}
	clause := s[month].clause
	switch {
	case left == 0:
		return inWords{day: right, from: month, to: to}
	case right == 0 || s[to-1].clause != clause: // what follows is something else
		return inWords{day: left, from: from, to: month + 1}
	case s[from].clause != clause:
		return inWords{day: right, from: month, to: to}
	default:
		return inWords{day: left, short: right, from: from, to: to}
	}
}

// dayLeft is the number of a day right before a month, in figures or as one of a row, and where it begins; 0 where
// there is none, and where it would end.
func (c calendar) dayLeft(s said, month int) (d, from int) {
	at := month - 1
	for at >= 0 && in(s[at].word, "of|de|do|d|the|st|nd|rd|th|er|den|le|el|من") {
		at--
	}
	if d = s.dayAt(at); d != 0 || at < 0 {
		return d, at
	}
	return c.dayWords(s, at)
}

// monthDay is the number of a day beside a month, which may also be said as one of a row.
func (c calendar) monthDay(s said, at int) int {
	if n := s.dayAt(at); n != 0 {
		return n
	}
	return c.dayWord(s.word(at))
}

// dayRight is the number of a day right behind a month, and where what follows it begins.
func (c calendar) dayRight(s said, month int) (d, end int) {
	at := month + 1
	for at < len(s) && in(s[at].word, "the|le|el|on") {
		at++
	}
	if d = c.monthDay(s, at); d == 0 || in(s.word(at+1), hours+"|"+heads) {
		return 0, month + 1
	}
	return d, at + 1
}

// dayAt is the number of a day at a place, 0 where none stands.
func (s said) dayAt(at int) int {
	n := number(strings.TrimRight(s.word(at), "stndrhoea"))
	if n < 1 || n > 31 {
		return 0
	}
	return n
}

// another reports whether another day is joined to a date: 5 or 6 December.
func (c calendar) another(s said, m inWords) bool {
	for _, side := range []struct{ from, step, own int }{{m.from - 1, -1, m.from}, {m.to, 1, m.to - 1}} {
		at := s.joined(side.from, side.step)
		if at < 0 || at >= len(s) || side.step > 0 && (s[at].clause != s[side.own].clause || in(s.word(at+1), hours)) {
			continue
		}
		n := c.monthDay(s, at)
		if word, _, ok := c.numerals.word(s[at].word); n == 0 && ok && at != side.from && word > 1 && word <= 31 && !in(s.word(at+1), heads) {
			n = word
		}
		if n != 0 && n != m.day {
			return true
		}
	}
	return false
}

// joined is where what is joined to a date stands, in one direction from at; -1 where only a preposition
// stands between.
func (s said) joined(at, step int) int {
	const (
		joining = "or|and|to|until|till|o|y|e|ou|et|und|oder|bis|a|au|al|ate|او|و|الى|حتى|لغاية"
		between = "th|st|nd|rd|the|le|el|la|den|dem|am|du|de|del|of|on"
	)
	begun, joined := at, false
	for at >= 0 && at < len(s) && in(s[at].word, joining+"|"+between) {
		joined = joined || in(s[at].word, joining)
		at += step
	}
	if at != begun && !joined {
		return -1
	}
	return at
}

// hours are what makes a number before them a time of the day, heads what makes it one of guests.
const (
	hours = "h|heures|horas|uhr|pm|am|o|صباحا|مساء|ظهرا"
	heads = people + "|of|人|位|名|个"
	// people are who is counted.
	people = "people|person|persons|guest|guests|pax|adult|adults|kid|kids|child|children|persona|personas|adulto|adulta|adultos|adultas|nino|nina|ninos|ninas|" +
		"huesped|huespedes|invitado|invitados|comensales|personne|personnes|adulte|adultes|enfant|enfants|invite|invites|convives|personen|leute|gast|gaste|gasten|" +
		"erwachsener|erwachsene|kind|kinder|pessoa|pessoas|crianca|criancas|convidado|convidados|شخص|اشخاص|افراد|ضيوف"
)

// wishes reports whether "may" is no month but what one may do.
func (s said) wishes(m inWords, at int) bool {
	verbs := "be|work|suit|do|come|have|not|also|well|i|we|you|need|want|arrive|join|bring|change|people|persons|guests|of|more"
	if m.from < at {
		return in(s.word(at+1), verbs)
	}
	return in(s.word(m.to), verbs) || in(s.word(at-1), "i|we|they|he|she|it|that|you|there|who")
}

// yearAt is a year right behind a date, or right before it; 0 where none is said.
func (s said) yearAt(from, to int) int {
	for to < len(s) && in(s[to].word, "of|de|do") {
		to++
	}
	if y := s.year(to); y != 0 {
		return y
	}
	return s.year(from - 1)
}

// noYear reports whether a number right behind a date has too many or too few figures for the year that it
// seems to be.
func (s said) noYear(to int) bool {
	for to < len(s) && in(s[to].word, "of|de|do") {
		to++
	}
	n := number(s.word(to))
	return n >= 100 && s.year(to) == 0 && s[to].clause == s[to-1].clause && !in(s.word(to+1), heads)
}

// year is a year at a place, 0 where none stands.
func (s said) year(at int) int {
	if n := number(s.word(at)); n >= 1000 && n <= 9999 {
		return n
	}
	return 0
}

// near finds today, tomorrow and the day after. What there is always can be told.
func (c calendar) near(s said) ([]mention, bool) {
	var found []mention
	taken := -1
	for at := range s {
		if at < taken {
			continue
		}
		for _, row := range []struct {
			days  int
			names string
		}{
			{2, "day after tomorrow|pasado manana|apres demain|ubermorgen|depois de amanha|بعد غد|بعد بكرة|بعد بكره|后 天|明 後 日"},
			{0, "today|tonight|this morning|this afternoon|this evening|hoy|esta manana|esta tarde|esta noche|aujourd hui|ce matin|" +
				"cet apres midi|cette apres midi|ce soir|cette nuit|heute|hoje|esta manha|esta noite|اليوم|الليلة|هذا المساء|今 天|今 日|今 晚|今 夜"},
			{1, "tomorrow|manana|demain|morgen|morgenabend|amanha|غدا|غد|بكرة|بكره|明 天|明 日"},
		} {
			if n := s.oneOf(at, row.names); n > 0 && taken <= at && !s.greets(at) {
				taken = at + n
				found = append(found, mention{midnight(c.now).AddDate(0, 0, row.days).Format(time.DateOnly), at, taken})
			}
		}
	}
	return found, true
}

// oneOf is how many words of s from a place on are one of some phrases, 0 for none.
func (s said) oneOf(at int, phrases string) int {
	for phrase := range strings.SplitSeq(phrases, "|") {
		if all := strings.Fields(phrase); s.has(at, all) {
			return len(all)
		}
	}
	return 0
}

// greets reports whether a word for tomorrow says good morning, or in the morning.
func (s said) greets(at int) bool {
	return s[at].word == "morgen" && in(s.word(at-1), "guten|am") || s[at].word == "manana" && s.word(at-1) == "la"
}

// month knows the months by their names, and by the beginnings that people write.
func (c calendar) month(word string) int {
	if c.english && in(word, "out|set|ago") {
		return 0 // these are words there
	}
	for _, row := range strings.Split(months, "\n") {
		for i, names := range strings.Fields(row) {
			if slices.Contains(strings.Split(names, "|"), word) {
				return i + 1
			}
		}
	}
	return 0
}

// The months as words.Append writes them: English, Spanish, French, German, Portuguese, Arabic.
const months = "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug september|sep|sept october|oct november|nov december|dec\n" +
	"enero|ene febrero marzo abril|abr mayo junio julio agosto|ago septiembre|setiembre octubre noviembre diciembre|dic\n" +
	"janvier|janv fevrier|fevr mars avril|avr mai juin juillet|juil aout septembre octobre novembre decembre\n" + //nolint:misspell // this is French
	"januar|janner februar marz|maerz april mai juni juli august september oktober|okt november dezember|dez\n" +
	"janeiro fevereiro|fev marco abril maio|mai junho julho agosto setembro|set outubro|out novembro dezembro|dez\n" +
	"يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر"
