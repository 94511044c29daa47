package flows_test

import "testing"

// Arabic writes a number in one word, in several, and with more than one letter at its end.
func TestArabicNumbers(t *testing.T) {
	t.Parallel()
	tests := []struct{ answer, want string }{
		{"احد عشر", "11"},
		{"أحد عشر", "11"},
		{"إحدى عشرة", "11"},
		{"اثنا عشر", "12"},
		{"اثني عشر شخصا", "12"},
		{"اثنتا عشرة", "12"},
		{"نحن اثنا عشر", "12"},
		{"خمسمائة وخمسة", "505"},
		{"خمسمئة", "500"},
		{"سبعمائة وخمسون", "750"},
		{"ألف وخمسمئة", "1500"},
		{"ثلاثة آلاف وخمسمائة", "3500"},
		{"ألفان وخمسون", "2050"},
		{"ألفين", "2000"},
		{"مليونان", "2000000"},
		{"احد عشر الف", "11000"},
		{"عشرون ألفا", "20000"},
		{"5 آلاف", "5000"},
		{"خمسه وعشرين", "25"},
		{"تلاتة وعشرين", "23"},
		{"ثمان وثمانون", "88"},
		{"أحد وعشرون", "21"},
		{"مئه وخمسون", "150"},
		{"ثلاثه", "3"},
		{"سته", "6"},
		{"عشره", "10"},
		{"ثلاثمائة", "300"},
		{"ألفان", "2000"},
		{"لخمسه", "5"},
		{"نحن عشرة", "10"},
		{"خمسة عشر", "15"},
		{"حداشر", "11"},

		{"أحد", ""},
		{"لا أحد", ""},
		{"ثاني عشر", ""},
		{"تنا عشر", ""},
		{"تلتلاف وخمسين", ""},
		{"خمسة وعشؤين", ""},
		{"ألف وخسمائة", ""},
		{"ثلاثة ألفان", ""},
		{"عشرة وخمسة", ""},
		{"أنا وخمسة أصدقاء", ""},
		{"خمسة وأنا", ""},
	}
	for _, test := range tests {
		if got := answered(t, `"kind": "number"`, "ar", test.answer); got != test.want {
			t.Errorf("%q is taken as %q, want %q", test.answer, got, test.want)
		}
	}
}

// A number beside which something stands that makes it another one, or only a part, is asked for again.
func TestNumbersHalfKnown(t *testing.T) {
	t.Parallel()
	tests := []struct{ language, answer, want string }{
		{"en", "nine-teen", ""},
		{"en", "seven teen", ""},
		{"en", "four-ty", ""},
		{"en", "fourty five", ""}, //nolint:misspell // this is what is meant
		{"en", "5 grand", ""},
		{"en", "5 score", ""},
		{"en", "2mil", ""},
		{"en", "two mil", ""},
		{"en", "dos mil", "2000"},
		{"en", "two couples", ""},
		{"en", "5 couples", ""},
		{"en", "six sevenths", ""},
		{"en", "five-hundredths", ""},
		{"en", "5 eighths", ""},
		{"en", "five-ish", ""},
		{"en", "twenty odd", ""},
		{"en", "20 and something", ""},
		{"en", "me and 5 friends", ""},
		{"en", "5 and me", ""},
		{"en", "5 without me", ""},
		{"en", "5 plus the baby", ""},
		{"en", "5 and the baby", ""},
		{"en", "5ish", ""},
		{"en", "two fives", ""},
		{"en", "5 more", ""},
		{"en", "another 5", ""},
		{"es", "otros 5", ""},
		{"es", "unos 5", "5"},
		{"pt", "uns cinco", "5"},
		{"fr", "cinq de plus", ""},
		{"de", "5 weitere", ""},
		{"ar", "ضعف خمسة", ""},
		{"ar", "خمسة إلا واحد", ""},
		{"ar", "خمسة ونص", ""},
		{"ar", "نحن خمسة وطفل", ""},
		{"ar", "أربعة زائد الطفل", ""},
		{"en", "4 of us plus baby", ""},
		{"en", "5 and my wife", ""},
		{"en", "my wife and 5 friends", ""},
		{"en", "5 and my name is Ada", "5"},
		{"de", "4 Erwachsene und das Baby", ""},
		{"de", "fünf Ehepaare", ""},
		{"fr", "5 et ma femme", ""},
		{"es", "4 adultos más el bebé", ""},
		{"es", "5 y mi mujer", ""},
		{"en", "5h", ""},
		{"en", "5 pm", ""},
		{"en", "5 o'clock", ""},
		{"en", "twenty-five people", "25"},
		{"en", "five-person table", "5"},
		{"en", "5 and I would like a window", ""},
		{"en", "5, me included", "5"},

		{"es", "veinti cinco", ""},
		{"es", "dieci seis", ""},
		{"es", "una pareja", ""},
		{"es", "2 parejas", ""},
		{"es", "la mitad de 10", ""},
		{"es", "el doble de 5", ""},
		{"es", "habitación doble para 2", "2"},
		{"es", "2 mil", "2000"},
		{"es", "seis séptimos", ""},
		{"es", "cinco y algo", ""},
		{"es", "veinte y pico", ""},
		{"es", "cinco menos yo", ""},
		{"es", "yo y 5 amigos", ""},
		{"es", "5 sin mí", ""},
		{"es", "4 más el bebé", ""},
		{"es", "4 y el bebé", ""},
		{"es", "5, más o menos", "5"},
		{"es", "5 más o menos", ""},
		{"es", "a las 5", ""},
		{"es", "5 horas", ""},
		{"es", "5º", ""},
		{"es", "5 o así", "5"},
		{"es", "treinta y cinco", "35"},

		{"fr", "vint-cinq", ""},
		{"fr", "quatre-vint", ""},
		{"fr", "un millier (1)", ""},
		{"fr", "3 couples", ""},
		{"fr", "six septièmes", ""},
		{"fr", "vingt et des poussières", ""},
		{"fr", "vingt et quelques", ""},
		{"fr", "moi et 5 amis", ""},
		{"fr", "5 sans moi", ""},
		{"fr", "4 et le bébé", ""},
		{"fr", "5 heures", ""},
		{"fr", "5ème", ""},
		{"fr", "5e", ""},
		{"fr", "1er", ""},
		{"fr", "5 et demi", ""},
		{"fr", "nous sommes vingt-cinq", "25"},
		{"fr", "5 personnes", "5"},

		{"de", "einund zwanzig", ""},
		{"de", "2 Paare", ""},
		{"de", "zwei Paare", ""},
		{"de", "die Hälfte von 10", ""},
		{"de", "das Doppelte von 5", ""},
		{"de", "zweimal fünf", ""},
		{"de", "sechs Siebtel", ""},
		{"de", "20 und etwas", ""},
		{"de", "5 ohne mich", ""},
		{"de", "ich und 5 Freunde", ""},
		{"de", "4 und das Baby", ""},
		{"de", "5 Uhr", ""},
		{"de", "5h", ""},
		{"de", "sagen wir einmal fünf", "5"},
		{"de", "wir sind zwei", "2"},
		{"de", "5 am Freitag", "5"},

		{"pt", "um casal", ""},
		{"pt", "2 casais", ""},
		{"pt", "metade de 10", ""},
		{"pt", "o dobro de 5", ""},
		{"pt", "vinte e poucos", ""},
		{"pt", "mil e poucos", ""},
		{"pt", "cinco sem mim", ""},
		{"pt", "eu e 5 amigos", ""},
		{"pt", "5 mais o bebê", ""},
		{"pt", "5 horas", ""},
		{"pt", "5 mais ou menos", ""},
		{"pt", "vinte e cinco", "25"},
		{"pt", "5º", ""},

		{"ar", "الساعة 5", ""},
		{"ar", "5 مساء", ""},
		{"ar", "٥", "5"},
	}
	for _, test := range tests {
		if got := answered(t, `"kind": "number"`, test.language, test.answer); got != test.want {
			t.Errorf("%s: %q is taken as %q, want %q", test.language, test.answer, got, test.want)
		}
	}
}

// Hours are a number where the question is about time.
func TestNumbersOfHours(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ question, answer, want string }{
		{"For how many guests?", "5 hours", ""},
		{"For how many guests?", "5h", ""},
		{"For how many hours?", "5h", "5"},
		{"How long?", "5h", "5"},
	} {
		keys := `"kind": "number", "content": "` + test.question + `"`
		if got := answered(t, keys, "en", test.answer); got != test.want {
			t.Errorf("%s %q is taken as %q, want %q", test.question, test.answer, got, test.want)
		}
	}
}
