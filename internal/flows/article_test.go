package flows_test

import "testing"

// The article of what is had once for several people is no number beside theirs, and where only it is said, the
// answer is no number at all. A person, or whatever the question asks for, is counted.
func TestArticlesAreNotCounted(t *testing.T) {
	t.Parallel()
	tests := []struct{ language, answer, want string }{
		{"en", "a table for 4", "4"},
		{"en", "a table for four, please", "4"},
		{"en", "one", "1"},
		{"en", "one person", "1"},
		{"en", "one table and 4 chairs", ""},
		{"en", "a table", ""},

		{"es", "una mesa para 4", "4"},
		{"es", "una mesa para cuatro", "4"},
		{"es", "quiero una mesa para 4 personas, por favor", "4"},
		{"es", "una buena mesa para 4", "4"},
		{"es", "una mesa en la terraza para 12", "12"},
		{"es", "una mesa de 4", "4"},
		{"es", "un grupo de veinticinco", "25"},
		{"es", "una reserva para 4", "4"},
		{"es", "una mesa, somos 4", "4"},
		{"es", "somos 4, una mesa por favor", "4"},
		{"es", "4, una mesa fuera", "4"},
		{"es", "una mesa para una persona", "1"},
		{"es", "una persona", "1"},
		{"es", "una", "1"},
		{"es", "un", "1"},
		{"es", "una mesa", ""},
		{"es", "quiero hacer una reserva", ""},
		{"es", "una mesa para las 8", ""},
		{"es", "una mesa a las 8", ""},
		{"es", "una mesa y 4 sillas", ""},
		{"es", "una mesa para 4 o 5", ""},
		{"es", "una mesa para 4 y un bebé", ""},
		{"es", "un adulto y 2 niños", ""},
		{"es", "una persona para 4 noches", ""},
		{"es", "una habitación para 2", ""},
		{"es", "una mesa para más de 4", ""},
		{"es", "no una mesa para 4", ""},

		{"fr", "une table pour 4", "4"},
		{"fr", "une grande table pour quatre", "4"},
		{"fr", "une table pour 4 personnes", "4"},
		{"fr", "un groupe de 6", "6"},
		{"fr", "une table, nous serons 5", "5"},
		{"fr", "une personne", "1"},
		{"fr", "une", "1"},
		{"fr", "une table pour 20 heures", ""},
		{"fr", "une table pour 20h", ""},
		{"fr", "un adulte et 2 enfants", ""},

		{"de", "ein Tisch für 4", "4"},
		{"de", "ein Tisch für vier", "4"},
		{"de", "ein schöner Tisch für 4 Personen", "4"},
		{"de", "eine Gruppe von 6", "6"},
		{"de", "eine Reservierung, wir sind 5", "5"},
		{"de", "ein Tisch für eine Person", "1"},
		{"de", "ein Gast", "1"},
		{"de", "eins", "1"},
		{"de", "ein Tisch um 8", ""},
		{"de", "ein Tisch für 20 Uhr", ""},
		{"de", "ein Erwachsener und 2 Kinder", ""},

		{"pt", "uma mesa para 4", "4"},
		{"pt", "uma mesa para quatro", "4"},
		{"pt", "um grupo de 6 pessoas", "6"},
		{"pt", "uma reserva para 4", "4"},
		{"pt", "uma pessoa", "1"},
		{"pt", "um", "1"},
		{"pt", "uma mesa às 20h", ""},
		{"pt", "um adulto e 2 crianças", ""},

		{"ar", "طاولة لأربعة", "4"},
		{"ar", "طاولة لأربعة أشخاص", "4"},
		{"ar", "طاولة ل4", "4"},
		{"ar", "شخص واحد", "1"},
		{"ar", "لست متأكدا", ""},
	}
	for _, test := range tests {
		if got := answered(t, `"kind": "number"`, test.language, test.answer); got != test.want {
			t.Errorf("%s: %q is taken as %q, want %q", test.language, test.answer, got, test.want)
		}
	}
}

// Which of two numbers is meant may be seen from the question.
func TestTheQuestionSaysWhatIsCounted(t *testing.T) {
	t.Parallel()
	tests := []struct{ language, question, answer, want string }{
		{"es", "¿Para cuántas personas?", "una habitación para 2", "2"},
		{"es", "¿Para cuántas?", "una mesa para 4", "4"},
		{"es", "¿Cuántas mesas?", "una mesa", "1"},
		{"es", "¿Cuántas mesas?", "una mesa para 4", ""},
		{"es", "¿Cuántas habitaciones?", "una habitación para 2", ""},
		{"es", "¿Para cuántas personas?", "un bebé de 4 meses", ""},
		{"es", "¿Para cuántas personas?", "una cama para 2 noches", ""},
		{"fr", "Pour combien de personnes ?", "une chambre pour 2", "2"}, //nolint:misspell // this is French
		{"fr", "Combien de tables ?", "une table pour 4", ""},
		{"de", "Für wie viele Personen?", "ein Zimmer für 2", "2"},
		{"de", "Wie viele Tische?", "ein Tisch", "1"},
		{"de", "Wie viele Tische?", "ein Tisch für 4", ""},
		{"pt", "Para quantas pessoas?", "um quarto para 2", "2"},
		{"pt", "Quantas mesas?", "uma mesa", "1"},
	}
	for _, test := range tests {
		keys := `"kind": "number", "followup": "` + test.question + `"`
		if got := answered(t, keys, test.language, test.answer); got != test.want {
			t.Errorf("%s %q is taken as %q, want %q", test.question, test.answer, got, test.want)
		}
	}
}

// What a Set knows of numbers is made once, by whichever answer first asks for it, and serves all at the same time.
func TestNumbersOfManyAtTheSameTime(t *testing.T) {
	t.Parallel()
	set := asking(t, `"kind": "number"`).set
	taken := make(chan string)
	answers := map[string]string{"five": "5", "fünfundzwanzig": "25", "quatre-vingts": "80", "once": "", "una mesa para 4": "4"}
	for answer := range answers {
		go func() {
			c := newCustomer(set)
			c.says("begin")
			value := ""
			if d := c.says(answer); len(d.Learned) == 1 {
				value = d.Learned[0].Value
			}
			taken <- answer + " is " + value
		}()
	}
	got := map[string]bool{}
	for range answers {
		got[<-taken] = true
	}
	for answer, want := range answers {
		if !got[answer+" is "+want] {
			t.Errorf("%q is not taken as %q: %v", answer, want, got)
		}
	}
}
