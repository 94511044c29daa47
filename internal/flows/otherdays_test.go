package flows_test

import "testing"

// A day of the month is read whole, in figures or in words, and is asked for again where it is a part. It is
// Wednesday, 25 November 2026.
func TestDaysInWords(t *testing.T) {
	t.Parallel()
	taken(t, []saidDay{
		{"en", "twenty first of december", "2026-12-21"},
		{"en", "the twenty-first of december", "2026-12-21"},
		{"en", "fifth of december", "2026-12-05"},
		{"en", "thirty 1 december", ""},
		{"en", "twenty 5 december", ""},
		{"en", "first and second of december", ""},
		{"en", "december first or second", ""},
		{"en", "the first of may", "2027-05-01"},
		{"en", "december 5th", "2026-12-05"},
		{"en", "5 december, one of us", "2026-12-05"},
		{"es", "veinte 5 de diciembre", ""},
		{"es", "veintidós de diciembre", "2026-12-22"},
		{"es", "vigésimo primero de diciembre", "2026-12-21"},
		{"es", "treinta y uno de diciembre", "2026-12-31"},
		{"es", "cinco o seis de diciembre", ""},
		{"es", "el primero de mayo", "2027-05-01"},
		{"fr", "vingt 5 décembre", ""},
		{"fr", "vingt et un décembre", "2026-12-21"},
		{"fr", "le premier mai", "2027-05-01"},
		{"fr", "le cinq ou le six décembre", ""},
		{"de", "der fünfte Dezember", "2026-12-05"},
		{"de", "am einundzwanzigsten Dezember", "2026-12-21"},
		{"de", "fünfter oder sechster Dezember", ""},
		{"de", "zwanzig 5 Dezember", ""},
		{"pt", "trigésimo primeiro de dezembro", "2026-12-31"},
		{"pt", "vinte e dois de dezembro", "2026-12-22"},
		{"pt", "vinte 5 de dezembro", ""},
		{"ar", "عشرين 5 ديسمبر", ""},
		{"ar", "الخامس من ديسمبر", "2026-12-05"},
		{"ar", "الخامس والعشرين من ديسمبر", "2026-12-25"},
		{"ar", "الخامس عشر من ديسمبر", "2026-12-15"},
		{"ar", "5 ديسمبر", "2026-12-05"},
		{"ar", "الجمعه", "2026-11-27"},

		{"en", "in 3 days", "2026-11-28"},
		{"es", "en tres días", "2026-11-28"},
		{"fr", "dans 3 jours", "2026-11-28"},
		{"de", "in 3 Tagen", "2026-11-28"},
		{"pt", "daqui a 3 dias", "2026-11-28"},
		{"ar", "بعد 3 أيام", "2026-11-28"},
		{"en", "in 3 days or 4", ""},
		{"en", "for 3 days", ""},
	})
}

// saidDay is an answer and the day that it is taken for.
type saidDay struct{ language, answer, want string }

func taken(t *testing.T, tests []saidDay) {
	t.Helper()
	for _, test := range tests {
		if got := answered(t, `"kind": "date"`, test.language, test.answer); got != test.want {
			t.Errorf("%s: %q is taken as %q, want %q", test.language, test.answer, got, test.want)
		}
	}
}

// Arabic joins days by words of its own, and writes some of them as one with what follows.
func TestArabicAlternatives(t *testing.T) {
	t.Parallel()
	taken(t, []saidDay{
		{"ar", "5 أو 6 ديسمبر", ""},
		{"ar", "من 5 إلى 7 ديسمبر", ""},
		{"ar", "5 و 6 ديسمبر", ""},
		{"ar", "5 و6 ديسمبر", ""},
		{"ar", "5 حتى 7 ديسمبر", ""},
		{"ar", "الجمعة والسبت", ""},
		{"ar", "الجمعة و السبت", ""},
		{"ar", "اليوم وغدا", ""},
		{"ar", "الخامس أو السادس من ديسمبر", ""},
		{"ar", "يوم الجمعة", "2026-11-27"},
	})
}

// The year that is said is the year that is meant, in figures or in words.
func TestYearsSaid(t *testing.T) {
	t.Parallel()
	taken(t, []saidDay{
		{"en", "5 december next year", "2027-12-05"},
		{"en", "5 december of next year", "2027-12-05"},
		{"en", "5 december in 2027", "2027-12-05"},
		{"en", "5 december two thousand twenty seven", "2027-12-05"},
		{"en", "5 december two thousand and twenty seven", "2027-12-05"},
		{"en", "5 december twenty twenty seven", ""},
		{"en", "5 december the year after", ""},
		{"en", "5 december this year", "2026-12-05"},
		{"en", "friday next year", ""},
		{"en", "5 december two years from now", ""},
		{"fr", "5 décembre dans deux ans", ""},
		{"de", "5. Dezember in zwei Jahren", ""},
		{"es", "5 de diciembre dentro de dos años", ""},
		{"en", "5 december 2027 or 2028", ""},
		{"en", "5.12. next year", ""},
		{"de", "5.12. 2027", ""},
		{"en", "5.12.27", "2027-12-05"},
		{"en", "05/12", "2026-12-05"},
		{"en", "5 december at seven pm", "2026-12-05"},
		{"es", "5 de diciembre del año que viene", "2027-12-05"},
		{"es", "5 de diciembre del próximo año", "2027-12-05"},
		{"es", "5 de diciembre en 2027", "2027-12-05"},
		{"es", "5 de diciembre de dos mil veintisiete", "2027-12-05"},
		{"fr", "5 décembre l'an prochain", "2027-12-05"},
		{"fr", "le 5 décembre de l'année prochaine", "2027-12-05"},
		{"fr", "5 décembre deux mille vingt-sept", "2027-12-05"},
		{"fr", "5 décembre en 2027", "2027-12-05"},
		{"de", "5. Dezember nächsten Jahres", "2027-12-05"},
		{"de", "5. Dezember nächstes Jahr", "2027-12-05"},
		{"de", "5. Dezember zweitausendsiebenundzwanzig", "2027-12-05"},
		{"de", "5. Dezember im Jahr 2027", "2027-12-05"},
		{"pt", "5 de dezembro do ano que vem", "2027-12-05"},
		{"pt", "5 de dezembro do próximo ano", "2027-12-05"},
		{"pt", "5 de dezembro de dois mil e vinte e sete", "2027-12-05"},
		{"pt", "5 de dezembro em 2027", "2027-12-05"},
		{"ar", "5 ديسمبر العام القادم", "2027-12-05"},
		{"ar", "5 ديسمبر من العام القادم", "2027-12-05"},
		{"ar", "5 ديسمبر ألفين وسبعة وعشرين", "2027-12-05"},
		{"ar", "5 ديسمبر في 2027", "2027-12-05"},
	})
}

// A day of the week of a month, a holiday, or one of a row is not the next such day.
func TestDaysOfSomethingElse(t *testing.T) {
	t.Parallel()
	taken(t, []saidDay{
		{"en", "friday in december", ""},
		{"en", "friday of next month", ""},
		{"en", "good friday", ""},
		{"en", "easter sunday", ""},
		{"en", "black friday", ""},
		{"en", "the eve of friday", ""},
		{"en", "new year's eve, friday", ""},
		{"en", "good, friday", "2026-11-27"},
		{"es", "un viernes de diciembre", ""},
		{"es", "viernes del mes que viene", ""},
		{"es", "viernes santo", ""},
		{"es", "la víspera del viernes", ""},
		{"es", "la segunda opción", ""},
		{"es", "la segunda", ""},
		{"es", "de hoy en ocho", ""},
		{"fr", "un vendredi en décembre", ""},
		{"fr", "vendredi saint", ""},
		{"fr", "la veille de vendredi", ""},
		{"fr", "le lendemain de vendredi", ""},
		{"fr", "lundi de Pâques", ""},
		{"de", "Freitag im Dezember", ""},
		{"de", "Karfreitag", ""},
		{"de", "am Vorabend von Freitag", ""},
		{"de", "heute in acht", ""},
		{"pt", "sexta em dezembro", ""},
		{"pt", "de hoje a oito", ""},
		{"pt", "sexta-feira santa", ""},
		{"pt", "segunda opção", ""},
		{"pt", "segunda quinzena", ""},
		{"pt", "sexta vez", ""},
		{"pt", "na véspera da sexta", ""},
		{"pt", "segunda", "2026-11-30"},
		{"ar", "جمعة في ديسمبر", ""},
		{"ar", "الجمعة في ديسمبر", ""},
		{"ar", "الجمعة العظيمة", ""},
		{"ar", "اليوم التالي للجمعة", ""},
		{"ar", "اليوم", "2026-11-25"},
	})
}

// What is taken back, refused, or only a bound of what is meant is asked for again.
func TestDaysTakenBack(t *testing.T) {
	t.Parallel()
	taken(t, []saidDay{
		{"en", "today no wait tomorrow", ""},
		{"es", "hoy no mañana", ""},
		{"fr", "aujourd'hui non demain", ""},
		{"de", "heute nein morgen", ""},
		{"pt", "hoje não amanhã", ""},
		{"ar", "اليوم لا غدا", ""},
		{"en", "today, no wait, tomorrow", "2026-11-26"},
		{"en", "today but no, tomorrow", ""},

		{"en", "Friday, no", ""},
		{"en", "Friday, nope", ""},
		{"en", "Friday nope", ""},
		{"es", "viernes, no", ""},
		{"fr", "vendredi, non", ""},
		{"fr", "vendredi non", ""},
		{"de", "Freitag, nein", ""},
		{"de", "Freitag nein", ""},
		{"pt", "sexta, não", ""},
		{"ar", "الجمعة، لا", ""},
		{"ar", "الجمعة لا", ""},

		{"en", "friday at the latest", ""},
		{"en", "friday onwards", ""},
		{"en", "friday at the earliest", ""},
		{"en", "friday or later", ""},
		{"en", "5 december or later", ""},
		{"en", "starting friday", ""},
		{"en", "weekend of 5 december", ""},
		{"en", "friday or another day", ""},
		{"es", "viernes o cuando sea", ""},
		{"fr", "à compter de vendredi", ""},
		{"fr", "d'ici vendredi", ""},
		{"pt", "sexta ou outro dia", ""},
		{"en", "tomorrow or the day after", ""},
		{"en", "the day after tomorrow", "2026-11-27"},
		{"es", "a más tardar el viernes", ""},
		{"es", "el viernes a más tardar", ""},
		{"es", "el viernes en adelante", ""},
		{"es", "mañana o pasado", ""},
		{"fr", "vendredi au plus tard", ""},
		{"fr", "dès vendredi", ""},
		{"fr", "vendredi ou plus tard", ""},
		{"fr", "demain ou après", ""},
		{"de", "spätestens am Freitag", ""},
		{"de", "Freitag spätestens", ""},
		{"de", "Freitag oder später", ""},
		{"pt", "sexta no máximo", ""},
		{"pt", "sexta ou mais tarde", ""},
		{"pt", "amanhã ou depois", ""},
		{"pt", "sexta em diante", ""},
		{"ar", "ابتداء من الجمعة", ""},
		{"ar", "الجمعة على الأكثر", ""},
		{"ar", "غدا أو بعده", ""},
	})
}
