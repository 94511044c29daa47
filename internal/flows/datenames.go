package flows

import (
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/words"
)

// calendarNames are the names of days from Sunday and of months, in full and in short, as people write them
// within a sentence.
type calendarNames struct{ days, months, shortDays, shortMonths string }

// namesIn are the names in a language, and in English where those are not known.
func namesIn(tag string) calendarNames {
	switch words.Base(tag) {
	case "es":
		return calendarNames{
			"domingo lunes martes miércoles jueves viernes sábado",
			"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
			"dom lun mar mié jue vie sáb", "ene feb mar abr may jun jul ago sept oct nov dic",
		}
	case "fr":
		return calendarNames{
			"dimanche lundi mardi mercredi jeudi vendredi samedi",
			"janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
			"dim. lun. mar. mer. jeu. ven. sam.", "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
		}
	case "de":
		return calendarNames{
			"Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag",
			"Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
			"So. Mo. Di. Mi. Do. Fr. Sa.", "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
		}
	case "pt":
		return calendarNames{
			"domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado",
			"janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
			"dom. seg. ter. qua. qui. sex. sáb.", "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
		}
	case "ar":
		const (
			days   = "الأحد الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت"
			months = "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"
		)
		return calendarNames{days, months, days, months}
	default:
		return calendarNames{
			"Sunday Monday Tuesday Wednesday Thursday Friday Saturday",
			"January February March April May June July August September October November December",
			"Sun Mon Tue Wed Thu Fri Sat", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
		}
	}
}

// name writes the part of a date that has one in each language; false for all others.
func (c calendarNames) name(t time.Time, directive rune) (string, bool) {
	day, month := int(t.Weekday()), int(t.Month())-1
	switch directive {
	case 'A':
		return strings.Fields(c.days)[day], true
	case 'a':
		return strings.Fields(c.shortDays)[day], true
	case 'B':
		return strings.Fields(c.months)[month], true
	case 'b':
		return strings.Fields(c.shortMonths)[month], true
	default:
		return "", false
	}
}

// languageName is the name under which a template is told its language, for the filter date. No template can
// name it.
const languageName = "_language"

// spokenDates tells each filter date of an expression the language, behind its pattern.
func spokenDates(expression string) string {
	var b strings.Builder
	s, from := scanner{text: expression}, 0
	filter := false
	for s.next() {
		if !filter || s.token != "date" {
			filter = s.token == "|"
			continue
		}
		filter = false
		told := `: "` + usualDate + `", ` + languageName
		if strings.HasPrefix(strings.TrimLeft(s.text, " \t\r\n"), ":") {
			s.next()
			if s.next(); s.isName() {
				s.path()
			}
			told = ", " + languageName
		}
		at := len(expression) - len(s.text)
		b.WriteString(expression[from:at] + told)
		from = at
	}
	return b.String() + expression[from:]
}

// usualDate is the pattern of a date without one.
const usualDate = "%Y-%m-%d"
