package flows_test

import "testing"

// A no that is about something else takes back neither option, number nor day; one that may be about them does.
func TestNoAboutSomethingElse(t *testing.T) {
	t.Parallel()
	const (
		number = `"kind": "number"`
		date   = `"kind": "date"`
	)
	colours := map[string]string{
		"en": `"options": ["Red", "Blue"]`, "es": `"options": ["Rojo", "Azul"]`, "fr": `"options": ["Rouge", "Bleu"]`,
		"de": `"options": ["Rot", "Blau"]`, "pt": `"options": ["Vermelho", "Azul"]`, "ar": `"options": ["أحمر", "أزرق"]`,
	}
	food := map[string]string{
		"en": `"options": ["Vegan", "Meat"]`, "es": `"options": ["Vegetariano", "Carne"]`, "fr": `"options": ["Végétarien", "Viande"]`,
		"de": `"options": ["Vegan", "Fleisch"]`,
	}
	yes := map[string]string{
		"en": `"options": ["Yes", "No"]`, "es": `"options": ["Sí", "No"]`, "fr": `"options": ["Oui", "Non"]`, "de": `"options": ["Ja", "Nein"]`,
	}
	tests := []struct{ keys, language, answer, want string }{
		{colours["en"], "en", "go with red no changes", "Red"},
		{colours["en"], "en", "red no changes please", "Red"},
		{colours["en"], "en", "I'll take red and no changes", "Red"},
		{colours["en"], "en", "I'd like blue and don't wrap it", "Blue"},
		{colours["en"], "en", "I'd like blue I don't want it", ""},
		{colours["en"], "en", "red no way", ""},
		{colours["en"], "en", "red no thanks", ""},
		{colours["en"], "en", "red no good", ""},
		{colours["en"], "en", "red no longer", ""},
		{colours["en"], "en", "red no blue", ""},
		{colours["en"], "en", "I want red no more", ""},
		{colours["en"], "en", "red I don't like", ""},
		{colours["en"], "en", "red just doesn't suit me", ""},
		{colours["en"], "en", "I'd like red it's not possible", ""},
		{colours["en"], "en", "I want red I don't know", ""},
		{colours["es"], "es", "quiero rojo no necesito bolsa", "Rojo"},
		{colours["es"], "es", "rojo no quiero", ""},
		{colours["es"], "es", "rojo no combina conmigo", ""},
		{colours["en"], "en", "red no quiero", ""},
		{colours["fr"], "fr", "rouge pas de sac", "Rouge"},
		{colours["fr"], "fr", "je veux le bleu pas de sac", "Bleu"},
		{colours["fr"], "fr", "rouge pas moyen", ""},
		{colours["fr"], "fr", "le rouge je ne veux pas de ça", ""},
		{colours["de"], "de", "rot keine Tüte", "Rot"},
		{colours["de"], "de", "ich nehme rot und keine Tüte", "Rot"},
		{colours["de"], "de", "rot keine Lust", ""},
		{colours["de"], "de", "rot mag ich gar nicht", ""},
		{colours["pt"], "pt", "quero azul não preciso de saco", "Azul"},
		{colours["pt"], "pt", "azul não quero", ""},
		{colours["ar"], "ar", "أريد أحمر ليس معي بطاقة", "أحمر"},
		{colours["ar"], "ar", "أحمر لا", ""},

		{food["en"], "en", "Vegan no dairy", "Vegan"},
		{food["en"], "en", "Vegan, no dairy", "Vegan"},
		{food["en"], "en", "meat I don't eat", ""},
		{food["es"], "es", "quiero vegetariano no como pescado", "Vegetariano"},
		{food["es"], "es", "vegetariano no quiero", ""},
		{food["fr"], "fr", "végétarien pas de lait", "Végétarien"},
		{food["fr"], "fr", "la viande je ne mange pas", ""},
		{food["de"], "de", "Vegan keine Milch", "Vegan"},
		{food["de"], "de", "Fleisch esse ich nicht", ""},

		{yes["en"], "en", "yes I don't eat meat", "Yes"},
		{yes["en"], "en", "yes we can't eat nuts", "Yes"},
		{yes["en"], "en", "yes not really", ""},
		{yes["en"], "en", "yes I don't know", ""},
		{yes["es"], "es", "sí, no como carne", ""},
		{yes["fr"], "fr", "oui je ne mange pas de viande", "Oui"},
		{yes["de"], "de", "ja ich esse kein Fleisch", "Ja"},

		{number, "en", "5 people and no dog", "5"},
		{number, "en", "5 people no pets", "5"},
		{number, "en", "2 of us, no one else", "2"},
		{number, "en", "2 of us no one else", "2"},
		{number, "en", "there will be 5 of us and no children", "5"},
		{number, "en", "no one", ""},
		{number, "en", "5 people no way", ""},
		{number, "en", "5 no", ""},
		{number, "en", "5 people and not 6", "5"},
		{number, "en", "5 people no 6", ""},
		{number, "en", "5 is not enough", ""},
		{number, "es", "4 personas y no perros", "4"},
		{number, "es", "somos 4, no tenemos perro", "4"},
		{number, "es", "4 no puede ser", ""},
		{number, "es", "4 personas no podemos", ""},
		{number, "fr", "4 adultes et pas d'enfants", "4"},
		{number, "fr", "4 personnes pas de chien", "4"},
		{number, "fr", "4 je ne veux pas", ""},
		{number, "de", "4 Erwachsene und keine Kinder", "4"},
		{number, "de", "4 Erwachsene keine Kinder", "4"},
		{number, "de", "4 geht nicht", ""},
		{number, "pt", "4 adultos sem crianças", "4"},
		{number, "pt", "4 não dá", ""},
		{number, "ar", "4 أشخاص ليس قبل الثامنة", "4"},

		{date, "en", "Friday not before 8pm", "2026-11-27"},
		{date, "en", "Friday not after 9", "2026-11-27"},
		{date, "en", "Friday not too late", "2026-11-27"},
		{date, "en", "Friday no later than 8pm", "2026-11-27"},
		{date, "en", "Friday no kids", "2026-11-27"},
		{date, "en", "Friday not good", ""},
		{date, "en", "Friday no chance", ""},
		{date, "en", "Friday not before Saturday", ""},
		{date, "en", "not before Friday", ""},
		{date, "es", "viernes no muy tarde", "2026-11-27"},
		{date, "es", "el viernes no más tarde de las 9", "2026-11-27"},
		{date, "es", "viernes no antes de las 8", "2026-11-27"},
		{date, "es", "el viernes no muy bien", ""},
		{date, "es", "el viernes no podemos", ""},
		{date, "es", "el viernes no voy a poder", ""},
		{date, "fr", "vendredi pas trop tard", "2026-11-27"},
		{date, "fr", "vendredi pas avant 20h", "2026-11-27"},
		{date, "fr", "vendredi je ne peux pas avant 20h", "2026-11-27"},
		{date, "fr", "vendredi pas terrible", ""},
		{date, "de", "Freitag nicht zu spät", "2026-11-27"},
		{date, "de", "Freitag nicht vor 20 Uhr", "2026-11-27"},
		{date, "de", "Freitag kann ich nicht vor 20 Uhr", "2026-11-27"},
		{date, "de", "Freitag habe ich keine Zeit", ""},
		{date, "de", "Freitag lieber nicht", ""},
		{date, "pt", "sexta não muito tarde", "2026-11-27"},
		{date, "pt", "sexta não antes das 20h", "2026-11-27"},
		{date, "pt", "sexta não muito bom", ""},
		{date, "ar", "الجمعة ليس قبل 8", "2026-11-27"},
		{date, "ar", "الجمعة ليس ممكنا", ""},
	}
	for _, test := range tests {
		if got := answered(t, test.keys, test.language, test.answer); got != test.want {
			t.Errorf("%s, %s: %q is taken as %q, want %q", test.keys, test.language, test.answer, got, test.want)
		}
	}
}

// What is chosen only if another one is not there is not chosen without asking, where that one may be there.
func TestConditionsInAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct{ keys, language, answer, want string }{
		{`"options": ["Red", "Blue"]`, "en", "red if you don't have blue", ""},
		{`"options": ["Red", "Blue"]`, "en", "if you don't have blue, red", ""},
		{`"options": ["Red", "Blue"]`, "en", "if you have no blue then red", ""},
		{`"options": ["Red", "Blue"]`, "en", "red unless you don't have red", ""},
		{`"options": ["Red", "Blue"]`, "en", "red if blue is gone", ""},
		{`"options": ["Red", "Blue"]`, "en", "if it's not red I don't care", ""},
		{`"options": ["Red", "Blue"]`, "en", "red if you don't have green", "Red"},
		{`"options": ["Red", "Blue"]`, "en", "red if you have it", "Red"},
		{`"options": ["Red", "Blue"]`, "en", "red because I don't like blue", "Red"},
		{`"options": ["Red shirt", "Green shirt"]`, "en", "red shirt if you don't have green", ""},
		{`"options": ["Rojo", "Azul"]`, "es", "rojo si no hay azul", ""},
		{`"options": ["Rojo", "Azul"]`, "es", "si no hay azul, rojo", ""},
		{`"options": ["Rouge", "Bleu"]`, "fr", "rouge si vous n'avez pas de bleu", ""},
		{`"options": ["Rot", "Blau"]`, "de", "rot wenn ihr kein Blau habt", ""},
		{`"options": ["Rot", "Blau"]`, "de", "falls nicht blau, dann rot", ""},
		{`"options": ["Vermelho", "Azul"]`, "pt", "vermelho se não tiver azul", ""},
		{`"options": ["أحمر", "أزرق"]`, "ar", "أحمر إذا ليس عندكم أزرق", ""},
		{`"kind": "date"`, "en", "Friday if Saturday doesn't work", ""},
		{`"kind": "date"`, "en", "Friday if you can't do Saturday", ""},
		{`"kind": "date"`, "en", "Friday if it's not too late", "2026-11-27"},
		{`"kind": "date"`, "de", "Freitag wenn Samstag nicht geht", ""},
		{`"kind": "date"`, "es", "el viernes si no puede ser el sábado", ""},
		{`"kind": "number"`, "en", "5 if not 6", ""},
		{`"kind": "number"`, "en", "5 if it's not too many", "5"},
	}
	for _, test := range tests {
		if got := answered(t, test.keys, test.language, test.answer); got != test.want {
			t.Errorf("%s, %s: %q is taken as %q, want %q", test.keys, test.language, test.answer, got, test.want)
		}
	}
}
