package flows_test

import "testing"

// chosen is how answers to questions with options are taken.
type chosen struct{ options, language, answer, want string }

func choices(t *testing.T, all []chosen) {
	t.Helper()
	for _, c := range all {
		if got := answered(t, `"options": `+c.options, c.language, c.answer); got != c.want {
			t.Errorf("%s, %s: %q is taken as %q, want %q", c.options, c.language, c.answer, got, c.want)
		}
	}
}

// An option is chosen by its place in the list, in whatever words, unless something else may be meant.
func TestOptionsByTheirPlace(t *testing.T) {
	t.Parallel()
	const two = `["Red", "Blue"]`
	choices(t, []chosen{
		{two, "en", "Option 1 please", "Red"},
		{two, "en", "option one", "Red"},
		{two, "en", "Option two, please!", "Blue"},
		{two, "en", "I'll take number 2", "Blue"},
		{two, "en", "I'd like option 2", "Blue"},
		{two, "en", "2 please", "Blue"},
		{two, "en", "#2", "Blue"},
		{two, "en", "2.", "Blue"},
		{two, "en", "No. 2", "Blue"},
		{two, "en", "2️⃣", "Blue"},
		{two, "en", "1⃣ please", "Red"},
		{two, "en", "the first one", "Red"},
		{two, "en", "First", "Red"},
		{two, "en", "I'd like the second one, please", "Blue"},
		{two, "en", "the 2nd option", "Blue"},
		{two, "en", "the last one", "Blue"},
		{two, "es", "la opción 1", "Red"},
		{two, "es", "la primera", "Red"},
		{two, "es", "el segundo, por favor", "Blue"},
		{two, "es", "opción dos", "Blue"},
		{two, "fr", "le premier s'il vous plaît", "Red"},
		{two, "fr", "la deuxième", "Blue"},
		{two, "fr", "choix 2", "Blue"},
		{two, "fr", "n°2", "Blue"},
		{two, "de", "die erste bitte", "Red"},
		{two, "de", "Nummer 2", "Blue"},
		{two, "de", "das zweite", "Blue"},
		{two, "pt", "a primeira", "Red"},
		{two, "pt", "opção 2, por favor", "Blue"},
		{two, "ar", "الأول", "Red"},
		{two, "ar", "الخيار 2", "Blue"},
		{two, "ar", "الثاني من فضلك", "Blue"},
		{two, "zh", "第二个", "Blue"},

		{two, "en", "option 3", ""},
		{two, "en", "the third one", ""},
		{two, "en", "not option 1", ""},
		{two, "en", "not the first one", ""},
		{two, "en", "the first or the second", ""},
		{two, "en", "option 1 or 2", ""},
		{two, "en", "one second", ""},
		{two, "en", "a second please", ""},
		{two, "en", "one", ""},
		{two, "en", "I'd like 2", ""},
		{two, "en", "first I have a question", ""},
		{two, "es", "no 1", ""},
		{two, "es", "un segundo", ""},
		{two, "fr", "une seconde", ""},
		{two, "fr", "pas le premier", ""},
		{two, "de", "nicht die erste", ""},
		{two, "pt", "um segundo", ""},
		{two, "ar", "ليس الأول", ""},
		{`["First class", "Second class"]`, "en", "second", "Second class"},
		{`["Second class", "First class"]`, "en", "the first one", "First class"},
		{`["Second class", "First class"]`, "en", "option 1", "Second class"},
		{`["2 nights", "3 nights"]`, "en", "2 please", ""},
		{`["2 nights", "3 nights"]`, "en", "option 1 please", "2 nights"},
		{`["S", "M", "L"]`, "en", "M, please", "M"},
		{`["S", "M", "L"]`, "fr", "M s'il vous plaît", "M"},
		{`["S", "M", "L"]`, "fr", "S s'il vous plaît", "S"},
		{`["Yes please", "No thanks"]`, "en", "yes", "Yes please"},
		{`["Yes please", "No thanks"]`, "en", "no", "No thanks"},
		{`["Sugar", "No sugar"]`, "en", "no", ""},
	})
}

// An option that is a time of the day is chosen by that time, however it is said, if no other one may be meant.
func TestOptionsByTheirHour(t *testing.T) {
	t.Parallel()
	const (
		morning = `["10:00", "11:30"]`
		day     = `["10:00", "14:00"]`
		both    = `["10:00", "22:00"]`
		halves  = `["10 am", "2 pm"]`
	)
	choices(t, []chosen{
		{morning, "en", "10 am", "10:00"},
		{morning, "en", "10am please", "10:00"},
		{morning, "en", "at 10", "10:00"},
		{morning, "en", "at ten", "10:00"},
		{morning, "en", "10 o'clock", "10:00"},
		{morning, "en", "10.00", "10:00"},
		{morning, "en", "10:00 a.m.", "10:00"},
		{morning, "en", "11.30 am", "11:30"},
		{morning, "es", "a las 10", "10:00"},
		{morning, "es", "a las 10:00 por favor", "10:00"},
		{morning, "es", "a las diez", "10:00"},
		{morning, "fr", "à 10h", "10:00"},
		{morning, "fr", "11h30", "11:30"},
		{morning, "fr", "10 heures", "10:00"},
		{morning, "de", "um 10", "10:00"},
		{morning, "de", "10 Uhr bitte", "10:00"},
		{morning, "de", "11 Uhr 30", "11:30"},
		{morning, "pt", "às 10", "10:00"},
		{morning, "pt", "10 horas", "10:00"},
		{morning, "ar", "الساعة 10", "10:00"},
		{morning, "ar", "10 صباحا", "10:00"},
		{day, "en", "2 pm", "14:00"},
		{day, "en", "at 2", "14:00"},
		{both, "en", "10 pm", "22:00"},
		{both, "en", "10 am", "10:00"},
		{both, "de", "22 Uhr", "22:00"},
		{halves, "en", "at 2", "2 pm"},
		{halves, "en", "14:00", "2 pm"},
		{halves, "en", "10:00", "10 am"},
		{`["12:00", "18:00"]`, "en", "12 pm", "12:00"},
		{`["00:00", "12:00"]`, "en", "12 am", "00:00"},
		{`["10:00 Cut", "11:30 Colour"]`, "en", "10:00", "10:00 Cut"},

		{morning, "en", "10 pm", ""},
		{morning, "en", "10:00 pm", ""},
		{morning, "en", "at 9", ""},
		{morning, "en", "not at 10", ""},
		{morning, "en", "before 10", ""},
		{morning, "en", "10 or 11:30", ""},
		{morning, "en", "10 am or later", ""},
		{morning, "en", "between 10 and 11", ""},
		{both, "en", "at 10", ""},
		{both, "es", "a las 10", ""},
		{halves, "en", "at 10 pm", ""},
		{`["Red", "Blue"]`, "en", "at 2", ""},
		{`["1 person", "2 people"]`, "en", "at 2", ""},
	})
}

// A word that only one option has chooses it, however short, if it is all that the answer says.
func TestOptionsByAWord(t *testing.T) {
	t.Parallel()
	const shirts = `["Red shirt", "Blue shirt"]`
	choices(t, []chosen{
		{shirts, "en", "red", "Red shirt"},
		{shirts, "en", "the red one, please", "Red shirt"},
		{shirts, "en", "I'd like red", "Red shirt"},
		{shirts, "en", "blue, not red", "Blue shirt"},
		{shirts, "en", "shirt", ""},
		{shirts, "en", "not red", ""},
		{shirts, "en", "light red", ""},
		{shirts, "en", "red or blue", ""},
		{shirts, "en", "blue or red", ""},
		{shirts, "en", "blue shirt or red", ""},
		{shirts, "en", "red if you don't have blue", ""},
		{shirts, "en", "blue if you don't have red", ""},
		{shirts, "en", "what is red", ""},
		{shirts, "en", "I saw red", ""},
		{`["Red shirt", "Red hat"]`, "en", "red", ""},
		{`["Red shirt", "Red hat"]`, "en", "hat", "Red hat"},
		{`["By car", "By bus"]`, "en", "bus please", "By bus"},
		{`["Green tea", "Black coffee"]`, "en", "tea", "Green tea"},
		{`["Green tea", "Black coffee"]`, "en", "tea and coffee", ""},
		{`["Pick up", "Delivery"]`, "en", "pick it up", "Pick up"},
		{`["Pick up", "Delivery"]`, "en", "hey what's up", ""},
		{`["Plan A", "Plan B"]`, "en", "B", "Plan B"},
		{`["Plan A", "Plan B"]`, "en", "A", "Plan A"},
		{`["Eat in", "Take away"]`, "en", "in", "Eat in"},
		{`["Red", "Blue"]`, "en", "ok", ""},
		{`["Segunda-feira", "Terça-feira"]`, "pt", "segunda", "Segunda-feira"},
		{`["Té verde", "Café solo"]`, "es", "té", "Té verde"},
		{`["Té verde", "Café solo"]`, "es", "un té por favor", ""},
		{`["Pan de ajo", "Sopa"]`, "es", "el pan", "Pan de ajo"},
		{`["Thé vert", "Café noir"]`, "fr", "thé", "Thé vert"},
		{`["Vin rouge", "Bière"]`, "fr", "du vin", "Vin rouge"},
		{`["Tee grün", "Kaffee"]`, "de", "Tee bitte", "Tee grün"},
		{`["Chá verde", "Café preto"]`, "pt", "chá", "Chá verde"},
		{`["شاي أخضر", "قهوة"]`, "ar", "شاي من فضلك", "شاي أخضر"},
	})
}
