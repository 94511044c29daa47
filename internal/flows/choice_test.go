package flows_test

import "testing"

// An answer that names two options, or denies one, is not taken for the wrong one.
func TestChoices(t *testing.T) {
	t.Parallel()
	const (
		colours  = `"options": ["Red", "Blue", "Dark blue"]`
		places   = `"options": ["inside", "on the terrace", "at the bar"]`
		nights   = `"options": ["2 nights", "3 nights", "5 nights"]`
		delivery = `"options": ["配送", "自取"]`
	)
	tests := []struct{ options, answer, want string }{
		{colours, "red", "Red"},
		{colours, "RED please!", "Red"},
		{colours, "red, red, red", "Red"},
		{colours, "dark blue", "Dark blue"},
		{colours, "the blue one", "Blue"},
		{colours, "2", "Blue"},
		{colours, "number 3", "Dark blue"},
		{colours, "red, not blue", "Red"},
		{colours, "not blue but red", "Red"},
		{colours, "not blue, red", "Red"},
		{colours, "no, red", "Red"},
		{colours, "I don't like blue, so red", "Red"},
		{colours, "why not red", ""},
		{colours, "r\u200bed", "Red"},
		{colours, "blue or red", ""},
		{colours, "red and blue", ""},
		{colours, "red blue", ""},
		{colours, "I can't decide between red and blue", ""},
		{colours, "red no, blue", "Blue"},
		{colours, "red not", ""},
		{colours, "red please, no rush", "Red"},
		{colours, "red rather than blue", ""},
		{colours, "1 or 2", ""},
		{colours, "either", ""},
		{colours, "not red", ""},
		{colours, "not the red one", ""},
		{colours, "I do not want red", ""},
		{colours, "I don't want red", ""},
		{colours, "neither red nor blue", ""},
		{colours, "anything but red", ""},
		{colours, "everything except red", ""},
		{colours, "red is not nice", ""},
		{colours, "red isn't nice", ""},
		{colours, "rojo", ""},
		{colours, "4", ""},
		{colours, "0", ""},
		{colours, "99999999999999999999", ""},

		{colours, "light blue", ""},
		{colours, "a light blue one please", ""},
		{colours, "light-blue", ""},
		{colours, "sky-blue", ""},
		{colours, "blue-green", ""},
		{colours, "navy blue", ""},
		{colours, "pale red", ""},
		{colours, "the red t-shirt", "Red"},
		{colours, "light, so blue", "Blue"},
		{colours, "I hate red", ""},
		{colours, "I hate red, blue please", "Blue"},
		{colours, "anything but the red", ""},
		{colours, "any colour but red", ""},
		{colours, "instead of red", ""},
		{colours, "blue instead of red", "Blue"},
		{colours, "red I don't like", ""},
		{colours, "red I don't like but blue", "Blue"},
		{colours, "blue not red", "Blue"},
		{colours, "red and blue I don't want", ""},
		{colours, "red, no blue", ""},
		{colours, "red - no, blue", "Blue"},
		{colours, "blue if it's not too late", "Blue"},
		{colours, "blue, I don't mind", "Blue"},
		{colours, "blue not bad", "Blue"},
		{colours, "avoid red", ""},
		{colours, "I can't stand red", ""},
		{`"options": ["Dark blue", "Red"]`, "light blue", ""},
		{`"options": ["Dark blue", "Red"]`, "blue", "Dark blue"},
		{`"options": ["Dark blue", "Red"]`, "dark blue", "Dark blue"},
		{`"options": ["Hauptstraße", "Bahnhof"]`, "hauptstrasse", "Hauptstraße"},
		{`"options": ["Große Strasse", "Bahnhof"]`, "große straße bitte", "Große Strasse"},
		{`"options": ["Small", "Large"]`, "extra large", ""},
		{`"options": ["Small", "Large"]`, "large please", "Large"},
		{`"options": ["Smoking", "Other"]`, "non-smoking", ""},
		{`"options": ["Light blue", "Light red"]`, "light red", "Light red"},

		{places, "terrace please", "on the terrace"},
		{places, "terace", "on the terrace"},
		{places, "inside, not on the terrace", "inside"},
		{places, "not inside, the terrace", "on the terrace"},
		{places, "inside or terrace", ""},
		{places, "inside and at the bar", ""},
		{places, "not inside", ""},
		{places, "pas inside", ""},
		{places, "nicht inside", ""},
		{places, "inside n'est pas bien, the terrace", "on the terrace"},

		{nights, "3 nights", "3 nights"},
		{nights, "5", "5 nights"},
		{nights, "1", "2 nights"},
		{nights, "3", ""},
		{nights, "2", ""},
		{nights, "2 or 3 nights", ""},

		{delivery, "我要自取", "自取"},
		{delivery, "不要配送", ""},
		{delivery, "不要配送，自取", "自取"},
		{delivery, "配送还是自取", ""},

		{`"options": ["Yes", "No"]`, "no I don't", "No"},
		{`"options": ["Yes", "No"]`, "no I'm not", "No"},
		{`"options": ["Yes", "No"]`, "yes I don't mind", "Yes"},
		{`"options": ["Sí", "No"]`, "sí, no hay problema", "Sí"},
		{`"options": ["Ja", "Nein"]`, "ja, kein Problem", "Ja"},
		{`"options": ["Yes", "No"]`, "no thanks", "No"},
		{`"options": ["Yes", "No"]`, "No!", "No"},
		{`"options": ["Yes", "No"]`, "yes and no", ""},
		{`"options": ["Yes", "No"]`, "yes, no problem", "Yes"},
		{`"options": ["Yes", "No"]`, "no problem", ""},
		{`"options": ["Sugar", "No sugar"]`, "no sugar please", "No sugar"},
		{`"options": ["Sugar", "No sugar"]`, "sugar", "Sugar"},
		{`"options": ["Not sure", "Sure"]`, "not sure", "Not sure"},
		{`"options": ["With milk", "With lemon"]`, "with lemon", "With lemon"},
		{`"options": ["With milk", "With lemon"]`, "with", ""},
	}
	for _, test := range tests {
		if got := answered(t, test.options, "en", test.answer); got != test.want {
			t.Errorf("%s: %q is taken as %q, want %q", test.options, test.answer, got, test.want)
		}
	}
}

// What is denied, or made another thing by a word beside it, is no choice in any of the languages.
func TestChoicesInManyLanguages(t *testing.T) {
	t.Parallel()
	options := map[string]string{
		"es": `"options": ["Rojo", "Azul"]`, "fr": `"options": ["Rouge", "Bleu"]`, "de": `"options": ["Rot", "Blau"]`,
		"pt": `"options": ["Vermelho", "Azul"]`, "ar": `"options": ["أحمر", "أزرق"]`, "zh": `"options": ["红色", "蓝色"]`,
	}
	tests := []struct{ language, answer, want string }{
		{"es", "azul", "Azul"},
		{"es", "el azul, por favor", "Azul"},
		{"es", "me gusta el azul", "Azul"},
		{"es", "azul claro", ""},
		{"es", "azul oscuro", ""},
		{"es", "azul marino", ""},
		{"es", "no me gusta el rojo", ""},
		{"es", "el rojo no me gusta", ""},
		{"es", "rojo no, azul", "Azul"},
		{"es", "odio el rojo", ""},
		{"es", "cualquiera menos el rojo", ""},
		{"es", "azul en vez de rojo", "Azul"},
		{"es", "sin duda azul", "Azul"},
		{"es", "azul, no hay problema", "Azul"},
		{"es", "tal vez azul", "Azul"},
		{"fr", "le bleu", "Bleu"},
		{"fr", "bleu clair", ""},
		{"fr", "bleu-vert", ""},
		{"fr", "bleu foncé", ""},
		{"fr", "pas le rouge", ""},
		{"fr", "le rouge je n'aime pas", ""},
		{"fr", "je déteste le rouge", ""},
		{"fr", "tout sauf rouge", ""},
		{"fr", "bleu au lieu de rouge", "Bleu"},
		{"fr", "pas de problème, bleu", "Bleu"},
		{"de", "lieber blau", "Blau"},
		{"de", "alles außer rot", ""},
		{"de", "alles ausser rot", ""},
		{"de", "hellblau", ""},
		{"de", "hell blau", ""},
		{"de", "blau-grün", ""},
		{"de", "nicht rot", ""},
		{"de", "rot mag ich nicht", ""},
		{"de", "ich hasse rot", ""},
		{"de", "kein rot, blau", "Blau"},
		{"de", "blau statt rot", "Blau"},
		{"de", "kein Problem, blau", "Blau"},
		{"pt", "o azul", "Azul"},
		{"pt", "azul escuro", ""},
		{"pt", "não quero vermelho", ""},
		{"pt", "vermelho não quero", ""},
		{"pt", "odeio vermelho", ""},
		{"pt", "tudo menos vermelho", ""},
		{"pt", "azul em vez de vermelho", "Azul"},
		{"pt", "sem dúvida azul", "Azul"},
		{"ar", "أزرق", "أزرق"},
		{"ar", "أزرق فاتح", ""},
		{"ar", "لا أريد أحمر", ""},
		{"ar", "أكره أحمر", ""},
		{"ar", "لا مشكلة، أزرق", "أزرق"},
		{"zh", "我要蓝色", "蓝色"},
		{"zh", "浅蓝色", ""},
		{"zh", "红色我不要", ""},
		{"zh", "讨厌红色", ""},
		{"zh", "红色不错", "红色"},
	}
	for _, test := range tests {
		if got := answered(t, options[test.language], test.language, test.answer); got != test.want {
			t.Errorf("%s: %q is taken as %q, want %q", test.language, test.answer, got, test.want)
		}
	}
}
