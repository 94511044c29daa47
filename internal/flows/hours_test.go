package flows_test

import "testing"

// A day is taken whatever is said of its hours, as long as those cannot be another day. It is Wednesday, 25
// November 2026.
func TestDaysBesideHours(t *testing.T) {
	t.Parallel()
	tests := []struct{ language, answer, want string }{
		{"en", "Friday 7-9pm", "2026-11-27"},
		{"en", "Friday 7–9 pm", "2026-11-27"},
		{"en", "Friday 7 - 9pm", "2026-11-27"},
		{"en", "Friday 7 to 9pm", "2026-11-27"},
		{"en", "Friday from 7 to 9 pm", "2026-11-27"},
		{"en", "Friday 4-9pm", "2026-11-27"},
		{"en", "Friday 7pm-9pm", "2026-11-27"},
		{"en", "Friday 27 - 9pm", "2026-11-27"},
		{"en", "5 December 7-9pm", "2026-12-05"},
		{"en", "Friday the 4th 7-9pm", "2026-12-04"},
		{"en", "Friday 4 - 9pm", ""}, // or the 4th at 9
		{"en", "Friday 28 - 9pm", ""},
		{"en", "December 5-6 pm", ""},
		{"en", "24-26 December 7pm", ""},
		{"de", "Freitag 19-21 Uhr", "2026-11-27"},
		{"de", "Freitag 19 bis 21 Uhr", "2026-11-27"},
		{"fr", "vendredi 19-21h", "2026-11-27"},
		{"fr", "vendredi 4 à 20h30", "2026-12-04"},
		{"es", "viernes 19-21h", "2026-11-27"},
		{"es", "el viernes de 7 a 9 pm", "2026-11-27"},
		{"pt", "sexta 19-21h", "2026-11-27"},
		{"ar", "الجمعة 7 مساء", "2026-11-27"},

		{"de", "Freitagabend", "2026-11-27"},
		{"de", "am Samstagmorgen um 10", "2026-11-28"},
		{"de", "Mittwochnachmittag", "2026-12-02"},
		{"de", "nicht Freitagabend", ""},
		{"de", "Freitagabend oder Samstagabend", ""},
		{"de", "vor Freitagabend", ""},

		{"en", "this evening", "2026-11-25"},
		{"en", "tonight", "2026-11-25"},
		{"en", "this afternoon at 5", "2026-11-25"},
		{"en", "not this evening", ""},
		{"en", "tonight or tomorrow", ""},
		{"en", "this evening, friday", ""},
		{"es", "esta noche", "2026-11-25"},
		{"es", "esta tarde a las 7", "2026-11-25"},
		{"es", "esta mañana", "2026-11-25"},
		{"es", "esta noche no puedo", ""},
		{"es", "esta noche o mañana", ""},
		{"fr", "ce soir", "2026-11-25"},
		{"fr", "ce soir à 20h", "2026-11-25"},
		{"fr", "pas ce soir", ""},
		{"de", "heute Abend", "2026-11-25"},
		{"de", "heute Abend nicht", ""},
		{"pt", "hoje à noite", "2026-11-25"},
		{"pt", "esta noite", "2026-11-25"},
		{"ar", "الليلة", "2026-11-25"},
		{"ar", "بكرة", "2026-11-26"},
		{"ar", "بكره", "2026-11-26"},
		{"ar", "بعد بكرة", "2026-11-27"},
		{"zh", "今晚", "2026-11-25"},

		{"en", "the first of January", "2027-01-01"},
		{"en", "January first", "2027-01-01"},
		{"en", "first or 2nd of January", ""},
		{"es", "primero de enero", "2027-01-01"},
		{"es", "el primero de enero de 2028", "2028-01-01"},
		{"fr", "le premier mai", "2027-05-01"},
		{"de", "am ersten Januar", "2027-01-01"},
		{"pt", "primeiro de janeiro", "2027-01-01"},
		{"ar", "الأول من يناير", "2027-01-01"},

		{"en", "the first Friday", ""},
		{"en", "the second Friday in December", ""},
		{"en", "Friday first thing", ""},
		{"en", "first of all, Friday", "2026-11-27"},
		{"es", "el primer viernes", ""},
		{"fr", "le premier vendredi", ""},
		{"de", "der zweite Freitag", ""},
		{"pt", "a primeira sexta", ""},
	}
	for _, test := range tests {
		if got := answered(t, `"kind": "date"`, test.language, test.answer); got != test.want {
			t.Errorf("%s: %q is taken as %q, want %q", test.language, test.answer, got, test.want)
		}
	}
}
