package flows

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/words"
)

// The forms of dates that are taken: ISO; day, month and year in figures; day and month in words.
var (
	isoDate    = regexp.MustCompile(`\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:\b|T| )`)
	figureDate = regexp.MustCompile(`\b(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}|\d{2}))?\b`)
)

// dateOf finds the one date in a text. Days without a year are those to come; figures are day first,
// but month first in the United States and with Chinese signs, unless one of them can only be a day.
func dateOf(text string, now time.Time, region string) (time.Time, bool) {
	monthFirst := region == "US" || strings.ContainsRune(text, '月')
	text = narrow(text)
	if m := isoDate.FindStringSubmatch(text + " "); m != nil {
		return day(number(m[1]), number(m[2]), number(m[3]), now)
	}
	if m := figureDate.FindStringSubmatch(text); m != nil {
		d, month := number(m[1]), number(m[2])
		if month > 12 || monthFirst && d <= 12 {
			d, month = month, d
		}
		return day(year(m[3]), month, d, now)
	}
	all := words.Split(text)
	if t, ok := named(all, now); ok {
		return t, true
	}
	return relative(all, now)
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// year is 0 for a date without one.
func year(s string) int {
	n := number(s)
	if len(s) == 2 {
		return 2000 + n
	}
	return n
}

// day is a day that exists; without a year it is the next one, today included.
func day(y, m, d int, now time.Time) (time.Time, bool) {
	open := y == 0
	if open {
		y = now.Year()
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if open && t.Before(midnight(now)) {
		t = time.Date(y+1, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	}
	return t, int(t.Month()) == m && t.Day() == d && y >= 1000
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// named finds a day and a month in words: 5 May 2026, May 5th, le 5 mai, 5 de mayo.
func named(all []string, now time.Time) (time.Time, bool) {
	d, m, y := 0, 0, 0
	for _, w := range all {
		n := number(strings.TrimRight(w, "stndrhoea"))
		switch month := monthOf(w); {
		case month > 0:
			m = month
		case n >= 1000 && n <= 9999:
			y = n
		case n >= 1 && n <= 31 && d == 0:
			d = n
		}
	}
	if d == 0 || m == 0 {
		return time.Time{}, false
	}
	return day(y, m, d, now)
}

// monthOf knows the months by their names, and by the beginnings that people write.
func monthOf(word string) int {
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

// relative finds today, tomorrow, the day after and the days of the week, of which the next is meant,
// and today only where it is named so.
func relative(all []string, now time.Time) (time.Time, bool) {
	said := " " + strings.Join(all, " ") + " "
	for _, row := range []struct {
		days  int
		names string
	}{
		{2, "day after tomorrow|pasado manana|apres demain|ubermorgen|depois de amanha|بعد غد|后 天|明 後 日"},
		{0, "today|hoy|aujourd hui|heute|hoje|اليوم|今 天|今 日"},
		{1, "tomorrow|manana|demain|morgen|amanha|غدا|明 天|明 日"},
	} {
		for _, name := range strings.Split(row.names, "|") {
			if strings.Contains(said, " "+name+" ") {
				return midnight(now).AddDate(0, 0, row.days), true
			}
		}
	}
	for i, names := range strings.Split(weekdays, "\n") {
		for _, name := range strings.Split(names, "|") {
			if strings.Contains(said, " "+name+" ") {
				ahead := (i - int(now.Weekday()) + 7) % 7
				if ahead == 0 {
					ahead = 7
				}
				return midnight(now).AddDate(0, 0, ahead), true
			}
		}
	}
	return time.Time{}, false
}

// The days of the week from Sunday, in the languages of months, and Chinese and Japanese.
const weekdays = "sunday|domingo|dimanche|sonntag|الاحد|星 期 日|星 期 天|周 日|日 曜 日\n" +
	"monday|lunes|lundi|montag|segunda|الاثنين|星 期 一|周 一|月 曜 日\n" +
	"tuesday|martes|mardi|dienstag|terca|الثلاثاء|星 期 二|周 二|火 曜 日\n" +
	"wednesday|miercoles|mercredi|mittwoch|quarta|الاربعاء|星 期 三|周 三|水 曜 日\n" +
	"thursday|jueves|jeudi|donnerstag|quinta|الخميس|星 期 四|周 四|木 曜 日\n" +
	"friday|viernes|vendredi|freitag|sexta|الجمعة|星 期 五|周 五|金 曜 日\n" +
	"saturday|sabado|samedi|samstag|sonnabend|السبت|星 期 六|周 六|土 曜 日"
