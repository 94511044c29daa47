package flows

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// weekdays finds the days of the week, each by its English name. Short names that are words too are such only
// right before one of the dates that were found.
func (c calendar) weekdays(s said, dates []mention) []mention {
	var found []mention
	for at := range s {
		for i, names := range strings.Split(weekdays, "\n") {
			if n := s.oneOf(at, names); n > 0 {
				found = append(found, mention{time.Weekday(i).String(), at, at + n})
			} else if partOf(s[at].word, names) {
				found = append(found, mention{time.Weekday(i).String(), at, at + 1})
			}
		}
		beside := slices.ContainsFunc(dates, func(m mention) bool { return s.skip(at+1, articles) == m.at })
		if i, ok := c.short(s[at].word); ok && (beside || !in(s[at].word, ambiguousDays)) {
			found = append(found, mention{time.Weekday(i).String(), at, at + 1})
		}
	}
	return found
}

// partOf reports whether a word is a part of one of some days, as German writes it: Freitagabend.
func partOf(word, days string) bool {
	for day := range strings.SplitSeq(days, "|") {
		if part, ok := strings.CutPrefix(word, day); ok && in(part, "morgen|vormittag|mittag|nachmittag|abend|nacht|fruh") {
			return true
		}
	}
	return false
}

// short is the day of the week of a short name.
func (c calendar) short(word string) (time.Weekday, bool) {
	for row := range strings.SplitSeq(shortWeekdays, "\n") {
		names := strings.Fields(row)
		if names[0] != c.numerals.language {
			continue
		}
		for i, name := range names[1:] {
			if in(word, name) {
				return time.Weekday(i), true
			}
		}
	}
	return 0, false
}

// skip is the first place from one on at which no word of a list stands.
func (s said) skip(at int, list string) int {
	for at < len(s) && in(s[at].word, list) {
		at++
	}
	return at
}

// next makes the next such day of each day of the week; it is not today, which is named otherwise. With
// the day of a month beside it, it is the coming day of that number; false where that is another day of the
// week, or where what is beside it may be a day or something else.
func (c calendar) next(s said, days []mention) ([]mention, bool) {
	const far = 62 // days, in which each number comes
	next := slices.Clone(days)
	for i, d := range days {
		on, sure := c.dayOfMonth(s, d)
		if !sure {
			return nil, false
		}
		for ahead := range far {
			t := midnight(c.now).AddDate(0, 0, ahead)
			is := t.Weekday().String() == d.value
			if on == t.Day() && !is {
				return nil, false
			}
			if is && (on == t.Day() || on == 0 && ahead > 0) {
				next[i].value = t.Format(time.DateOnly)
				break
			}
		}
	}
	return next, true
}

// dayOfMonth is the number of a day beside a day of the week: Friday the 4th, viernes 4, the 4th, a Friday; 0
// where there is none. A number right before it that is written as a number may be anything.
func (c calendar) dayOfMonth(s said, d mention) (day int, sure bool) {
	at := s.skip(d.end, articles)
	if !in(s.word(at+1), hours+"|"+heads) {
		if n := s.dayAt(at); n != 0 || c.counting(s.word(at)) {
			return n, n != 0
		}
	}
	at = d.at - 1
	for at >= 0 && in(s[at].word, articles+"|a|on|un|ein|um") {
		at--
	}
	n := s.dayAt(at)
	if n == 0 {
		const row = 5 // of a month
		return 0, at < 0 || s[at].clause != s[d.at].clause || ordinal(s[at].word, row) == 0
	}
	if bare := s[at].word == strconv.Itoa(n); !bare {
		return n, true
	}
	joined := at == d.at-1 && s[at].clause == s[d.at].clause
	return 0, !joined || in(s.word(at-1), "at|around|for|by|um|gegen|fur|las|a|para|pour|vers|as|of")
}

// counting reports whether a word is a number or says which of a row: thirteen, dreizehnten.
func (c calendar) counting(word string) bool {
	if in(word, "first|second|third|fifth|eighth|ninth|twelfth|twentieth|thirtieth|primero|premier|primeiro|ersten|dritten|siebten|achten") {
		return true
	}
	for _, ending := range []string{"", "th", "sten", "ste", "ten", "te"} {
		if stem, ok := strings.CutSuffix(word, ending); ok {
			if n, _, ok := c.numerals.word(stem); ok && n > 1 {
				return true
			}
		}
	}
	return false
}

// articles are what stands between a day of the week and its number.
const articles = "the|den|der|dem|le|el|o|dia|am"

// bounds reports whether a date is the end or the beginning of the time that is meant: before Friday.
func (c calendar) bounds(s said, m mention) bool {
	at := m.at - 1
	if s.word(at) == "des" && c.numerals.language == "fr" {
		return true // dès vendredi
	}
	for at >= 0 && in(s[at].word, articles+"|de|del|da|do|du|des|das|dos|la|au|a|al|zum|zu|يوم") {
		at--
	}
	return in(s.word(at), "before|after|since|until|till|by|from|than|past|around|vor|nach|bis|ab|seit|spatestens|fruhestens|gegen|"+
		"antes|despues|hasta|desde|partir|tardar|hacia|apres|avant|jusqu|jusque|depuis|tard|vers|depois|ate|قبل|بعد|حتى|منذ|من|الى|لغاية|starting|commencing|onwards") || s.word(at) == "of" && s.word(at-1) == "as"
}

// elsewhere reports whether an answer counts weeks or days, or speaks of what was: then a day in it is not the
// day that is meant.
func (s said) elsewhere() bool {
	for at := range s {
		switch w := s[at].word; {
		case w == "pasado" && s.word(at+1) == "manana":
		case s.oneOf(at, past) > 0 || s.oneOf(at, weeks) > 0 || w == "ago" && s.counts(at):
			return true
		case in(w, "days|tage|tagen|jours|dias|ايام"):
			if in(s.word(at-2), "in|en|dans|em|a|dentro|within|de|d|nach|خلال|بعد") ||
				in(s.word(at+1), "from|after|later|before|ago|despues|apres|depois|spater|antes|avant") {
				return true
			}
		}
	}
	return false
}

// counts reports whether a number or a unit of time stands right before a place: two days ago, and not 5 ago
// for August.
func (s said) counts(at int) bool {
	return in(s.word(at-1), "day|days|month|months|year|years|while|long")
}

// What says that another day is meant than the one that is named.
const (
	past = "last|yesterday|previous|letzten|letzte|letzter|letztes|vorige|vorigen|voriger|voriges|vergangene|vergangenen|gestern|" +
		"pasado|pasada|antepasado|anterior|ayer|dernier|derniere|passe|passee|precedent|hier|passado|passada|retrasado|retrasada|ontem|" +
		"الماضي|الماضية|الفائت|الفائتة|السابق|السابقة|امس|上 周|上 星|上 个|昨 天|前 天|先 週|昨 日"
	weeks = "week|weeks|fortnight|every|following|after next|next but one|semana|semanas|siguiente|semaine|semaines|en huit|en quinze|suivant|d apres|" +
		"woche|wochen|ubernachste|ubernachsten|ubernachster|seguinte|اسبوع|الاسبوع|اسبوعين|بعد القادم|بعد القادمة|" +
		"下 周|下 星|下 个|下 下|大 后|每 周|来 週|再 来|毎 週"
)

// The short names of the days of the week from Sunday, behind the language in which they are known; and those
// of them that are words, too.
const (
	shortWeekdays = "en sun mon tue|tues wed|weds thu|thur|thurs fri sat\n" +
		"es dom lun mar mie jue vie sab\n" +
		"fr dim lun mar mer jeu ven sam\n" +
		"de so mo di mi do fr sa\n" +
		"pt dom seg ter qua qui sex sab"
	ambiguousDays = "mar|mer|jeu|so|do|ter|qui"
)

// The days of the week from Sunday, in the languages of months, and Chinese and Japanese.
const weekdays = "sunday|domingo|dimanche|sonntag|الاحد|星 期 日|星 期 天|周 日|日 曜 日\n" +
	"monday|lunes|lundi|montag|segunda|الاثنين|الاتنين|星 期 一|周 一|月 曜 日\n" +
	"tuesday|martes|mardi|dienstag|terca|الثلاثاء|الثلاثا|التلات|星 期 二|周 二|火 曜 日\n" +
	"wednesday|miercoles|mercredi|mittwoch|quarta|الاربعاء|الاربعا|星 期 三|周 三|水 曜 日\n" +
	"thursday|jueves|jeudi|donnerstag|quinta|الخميس|星 期 四|周 四|木 曜 日\n" +
	"friday|viernes|vendredi|freitag|sexta|الجمعة|الجمعه|星 期 五|周 五|金 曜 日\n" +
	"saturday|sabado|samedi|samstag|sonnabend|السبت|星 期 六|周 六|土 曜 日"
