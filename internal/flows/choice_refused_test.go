package flows_test

import "testing"

// An option that is taken back, is a condition, or only bounds what is wanted is asked for again, in each language.
func TestChoicesThatAreNotMeant(t *testing.T) {
	t.Parallel()
	colours := map[string]string{
		"en": `"options": ["Red", "Blue"]`, "es": `"options": ["Rojo", "Azul", "Verde"]`, "fr": `"options": ["Rouge", "Bleu"]`,
		"de": `"options": ["Rot", "Blau"]`, "pt": `"options": ["Vermelho", "Azul"]`, "ar": `"options": ["أحمر", "أزرق"]`,
	}
	for language, answers := range map[string]map[string]string{
		"en": {
			"red, no": "", "red? no": "", "red nope": "", "red, no thanks": "", "red, no, blue": "Blue", "no, red": "Red", "red, no rush": "Red",
			"unless red": "", "if red": "", "when red": "", "if you have red": "", "if possible red": "Red", "red if available": "Red",
			"tired of red": "", "sick of red": "", "stop red": "", "remove red": "", "cancel red": "", "enough of red": "", "please stop red": "",
			"too red": "", "navy blue": "", "I'm tired, red": "Red",
		},
		"es": {
			"rojo no": "", "rojo, no": "", "jamás rojo": "", "nada de rojo": "", "rojo ni hablar": "", "de ninguna manera rojo": "",
			"azul marino": "", "verde limón": "", "rojo vino": "", "si hay rojo": "", "sí rojo": "Rojo", "si es posible rojo": "Rojo",
		},
		"fr": {
			"rouge non": "", "rouge, non": "", "plus de rouge": "", "évitez le rouge": "", "hors de question le rouge": "",
			"rouge s'il n'y a pas de bleu": "", "rouge s'il vous plaît": "Rouge", "si possible rouge": "Rouge", "aucun rouge": "",
			"rouge bordeaux": "", "le rouge, très bien": "Rouge",
		},
		"de": {
			"rot nein": "", "rot, nein": "", "ungern rot": "", "niemals rot": "", "wenn rot": "", "wenn möglich rot": "Rot", "zu rot": "",
			"rot, danke": "Rot",
		},
		"pt": {
			"vermelho não": "", "vermelho, não": "", "de jeito nenhum vermelho": "", "vermelho de jeito nenhum": "", "vermelho nem pensar": "",
			"tirando vermelho": "", "azul marinho": "", "se houver vermelho": "", "se possível vermelho": "Vermelho",
		},
		"ar": {
			"أحمر، لا": "", "أحمر لا": "", "أحمر وأزرق": "", "الأحمر والأزرق": "", "بدون أحمر": "", "إذا لم يوجد أزرق فأحمر": "",
			"أحمر لو سمحت": "أحمر", "الأحمر": "أحمر", "لو سمحت أحمر": "أحمر", "لن آخذ أحمر": "",
		},
	} {
		for answer, want := range answers {
			if got := answered(t, colours[language], language, answer); got != want {
				t.Errorf("%s: %q is taken as %q, want %q", language, answer, got, want)
			}
		}
	}
}

// What only bounds an option, or compares with it, is none of them.
func TestChoicesThatBound(t *testing.T) {
	t.Parallel()
	const (
		times  = `"options": ["10:00", "10:30", "11:00", "12:00"]`
		sizes  = `"options": ["small", "medium", "large"]`
		nights = `"options": ["2 nights", "3 nights", "5 nights"]`
		meals  = `"options": ["lunch", "dinner"]`
	)
	tests := []struct{ options, language, answer, want string }{
		{times, "en", "any time after 11:00", ""},
		{times, "en", "by 11:00", ""},
		{times, "en", "11:00 or later", ""},
		{times, "en", "until 12:00", ""},
		{times, "en", "from 11:00", ""},
		{times, "en", "11:00 onwards", ""},
		{times, "en", "11:00 at the latest", ""},
		{times, "en", "11:00", "11:00"},
		{times, "en", "at 11:00 please", "11:00"},
		{times, "en", "see you at 11:00 then", "11:00"},
		{times, "es", "después de las 11:00", ""},
		{times, "es", "11:00 o más tarde", ""},
		{times, "es", "a partir de las 11:00", ""},
		{times, "es", "a las 11:00", "11:00"},
		{times, "fr", "après 11:00", ""},
		{times, "fr", "11:00 ou plus tard", ""},
		{times, "fr", "jusqu'à 11:00", ""},
		{times, "de", "ab 11:00 Uhr", ""},
		{times, "de", "bis 11:00", ""},
		{times, "de", "11:00 oder später", ""},
		{times, "de", "um 11:00 Uhr", "11:00"},
		{times, "pt", "depois das 11:00", ""},
		{times, "pt", "até as 11:00", ""},
		{times, "pt", "11:00 ou mais tarde", ""},
		{times, "ar", "بعد 11:00", ""},
		{times, "ar", "قبل 11:00", ""},
		{sizes, "en", "smaller than medium", ""},
		{sizes, "en", "bigger than medium", ""},
		{sizes, "en", "at least medium", ""},
		{sizes, "en", "too small", ""},
		{sizes, "en", "larger", ""},
		{sizes, "en", "smaller", ""},
		{sizes, "en", "lage", "large"},
		{sizes, "en", "medum", "medium"},
		{`"options": ["pequeño", "mediano"]`, "es", "más grande que mediano", ""},
		{`"options": ["pequeño", "mediano"]`, "es", "demasiado pequeño", ""},
		{`"options": ["petit", "moyen"]`, "fr", "plus grand que moyen", ""},
		{`"options": ["petit", "moyen"]`, "fr", "trop petit", ""},
		{`"options": ["klein", "mittel"]`, "de", "größer als mittel", ""},
		{`"options": ["klein", "mittel"]`, "de", "zu klein", ""},
		{`"options": ["pequeno", "médio"]`, "pt", "maior que médio", ""},
		{`"options": ["صغير", "متوسط"]`, "ar", "أكبر من متوسط", ""},
		{nights, "en", "more than 3 nights", ""},
		{nights, "en", "3 nights or more", ""},
		{nights, "en", "up to 3 nights", ""},
		{meals, "en", "after lunch", ""},
		{meals, "en", "lunch", "lunch"},
		{`"options": ["by car", "by train"]`, "en", "by train", "by train"},
		{`"options": ["car", "train"]`, "en", "by train", "train"},
		{`"options": ["after lunch", "before lunch"]`, "en", "after lunch", "after lunch"},
	}
	for _, test := range tests {
		if got := answered(t, test.options, test.language, test.answer); got != test.want {
			t.Errorf("%s: %s: %q is taken as %q, want %q", test.language, test.options, test.answer, got, test.want)
		}
	}
}

// A no that leaves it open, or that a yes stands before, is not the option No.
func TestNoThatIsNoNo(t *testing.T) {
	t.Parallel()
	yes := map[string]string{
		"en": `"options": ["Yes", "No"]`, "es": `"options": ["Sí", "No"]`, "fr": `"options": ["Oui", "Non"]`,
		"de": `"options": ["Ja", "Nein"]`, "pt": `"options": ["Sim", "Não"]`, "ar": `"options": ["نعم", "لا"]`,
	}
	for language, answers := range map[string]map[string]string{
		"en": {"no way": "", "yeah no": "", "yes no": "", "no yes": "", "no objection": "", "no idea": "", "no": "No", "no thanks": "No", "no, not at all": "No", "yes, no": ""},
		"es": {"no sé": "", "no lo sé": "", "no": "No", "no gracias": "No", "creo que no": "No", "no estoy seguro": ""},
		"fr": {"non": "Non", "oui non": "", "non, je ne sais pas": "", "mais non": "Non"},
		"de": {"nein": "Nein", "ja nein": "", "ach nein": "Nein", "nein, weiß nicht": ""},
		"pt": {"não sei": "", "não": "Não", "acho que não": "Não", "não tenho certeza": ""},
		"ar": {"لا أعرف": "", "لا ادري": "", "لا مانع": "", "لا": "لا", "لا شكرا": "لا", "لا مانع لدي": ""},
	} {
		for answer, want := range answers {
			if got := answered(t, yes[language], language, answer); got != want {
				t.Errorf("%s: %q is taken as %q, want %q", language, answer, got, want)
			}
		}
	}
}
