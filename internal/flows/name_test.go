package flows_test

import "testing"

// A refusal, a question or a mood is no name, and names that look like words are names.
func TestNames(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"en": {
			"I am not telling you", "I'm not telling", "not telling", "no", "No.", "no way", "nope", "never", "why?", "why", "Why should I",
			"none of your business", "I'd rather not say", "I don't want to", "dont know", "I can't tell you", "I won't say",
			"it's private", "anonymous", "you know me", "you already have it", "I want a refund", "I need help", "what", "who are you",
			"I am busy", "I'm in a hurry", "I'm at work", "im fine", "i am here", "it's complicated", "this is wrong", "I'm a customer",
			"great", "ok thanks", "good morning", "wait", "my name", "n/a", "I love you", "no comment", "call me later", "...", "\u200b",
			"not Ada", "because", "later", "yo", "hiya", "good day", "how are you", "nah", "one sec", "hold on", "maybe", "bye",
		},
		"es": {
			"no quiero", "hola", "Hola!", "hola, buenas", "buenas", "no gracias", "para qué", "claro", "prefiero no decirlo", "no lo sé", "ahora no", "qué tal", "un momento", "espera", "estoy ocupado", "hasta luego", "vale", "muy bien", "ni hablar", "dime tú", "buen día", "jamás", //nolint:misspell // this is Spanish
			"no quiero", "no te digo", "¿por qué?", "buenos días", "soy de aquí no importa", "nadie",
		},
		"fr": {
			"bonjour", "salut", "non merci", "jamais", "non", "d'accord", "coucou", "je préfère ne rien dire", "pas maintenant", "plus tard", "un instant", "au revoir", "ça va", "bien sûr", "je refuse", "je ne sais pas", "hors de question", "bonne journée", "désolé", "attendez",
			"je ne veux pas", "je ne dis rien", "pourquoi", "bonsoir", "c'est personne",
		},
		"de": {
			"nein danke", "nein, danke", "hallo", "Guten Tag", "moin", "Servus", "Grüß Gott", "niemals", "auf keinen Fall", "lieber nicht", "später", "weiß nicht", "keine Ahnung", "wozu", "einen Moment", "Moment bitte", "Tschüss", "alles klar", "bitte", "ich will nicht", "egal", "hi",
			"das sage ich nicht", "warum", "ich möchte nicht", "guten Morgen", "kein Name", "geht Sie nichts an",
		},
		"pt": {
			"olá", "oi", "não obrigado", "tudo bem", "depois", "agora não", "não sei", "nunca", "por quê", "para quê", "um momento", "espera", "claro", "prefiro não dizer", "tchau", "de jeito nenhum", "talvez", //nolint:misspell // this is Spanish
			"não quero", "não digo", "bom dia", "ninguém",
		},
		"ar": {
			"مرحبا", "أهلا", "أهلا وسهلا", "السلام عليكم", "صباح الخير", "مساء الخير", "شكرا", "لا شكرا", "لا أعرف", "ليس الآن", "لحظة", "انتظر", "حسنا", "طيب", "مش عايز", "أرفض", "سلام",
			"لا أريد", "لماذا", "لا",
		},
		"zh": {"不告诉你", "为什么", "不要"},
	}
	for language, all := range tests {
		for _, answer := range all {
			if got := answered(t, `"kind": "name"`, language, answer); got != "" {
				t.Errorf("%s: %q is taken for the name %q", language, answer, got)
			}
		}
	}
	for answer, want := range map[string]string{
		"Will Smith": "Will Smith", "Don Johnson": "Don Johnson", "May": "May", "Mark": "Mark", "William Tell": "William Tell",
		"Minh Do": "Minh Do", "Are Hansen": "Are Hansen", "Jin No": "Jin No", "I'm Will": "Will", "Ngọc Ánh": "Ngọc Ánh",
		"A. A. Milne": "A. A. Milne", "Rose Amara Okafor": "Rose Amara Okafor", "Abdul-Rahman": "Abdul-Rahman",
		"it's Joy": "Joy", "I am Grace": "Grace", "hello, I'm Hope": "Hope", "A\u200bda": "Ada", "李小龙": "李小龙", "Ada Wang": "Ada Wang",
		"Ada, 0803 123 4567 or 0803 123 4567": "Ada", "call me Ishmael": "Ishmael", "Jesús Claro": "Jesús Claro", "Salut Jean": "Jean", "Pascal Bonjour": "Pascal Bonjour", "Bitte Müller": "Bitte Müller",
		"Moin Khan": "Moin Khan", "كريم": "كريم", "مرحبا أنا كريم": "كريم", "السلام عليكم، كريم": "كريم", "Guten Tag, Jürgen Groß": "Jürgen Groß", "Bom dia, Inês": "Inês",
		"Buenos días, José": "José", "Good morning, Ada": "Ada", "Karel Gott": "Karel Gott", "Dolores Moreno": "Dolores Moreno", "Ada Good": "Ada Good",
		"ada": "ada",
	} {
		if got := answered(t, `"kind": "name"`, "en", answer); got != want {
			t.Errorf("%q is taken for the name %q, want %q", answer, got, want)
		}
	}
}

// Of two numbers or addresses neither is taken for the customer's; one that is denied is not, either.
func TestPhonesAndAddresses(t *testing.T) {
	t.Parallel()
	tests := []struct{ kind, answer, want string }{
		{"phone", "0803 123 4567", "+2348031234567"},
		{"phone", "0803 123 4567, I repeat: 0803-123-4567", "+2348031234567"},
		{"phone", "order 1234567, my phone is 0803 123 4567", "+2348031234567"},
		{"phone", "not 0803 123 4567 but 0805 123 4567", "+2348051234567"},
		{"phone", "08\u200b03 123 45\u206067", "+2348031234567"},
		{"phone", "no problem 0803 123 4567", "+2348031234567"},
		{"phone", "00234 803 123 4567", "+2348031234567"},
		{"phone", "002348031234567", "+2348031234567"},
		{"phone", "(00234) 803 123 4567", "+2348031234567"},
		{"phone", "0044 20 7946 0958 please", "+442079460958"},
		{"phone", "٠٠٢٣٤٨٠٣١٢٣٤٥٦٧", "+2348031234567"},
		{"phone", "00999 803 123 4567", ""},
		{"phone", "000234 803 123 4567", ""},
		{"phone", "0803 123 4567 or 0805 123 4567", ""},
		{"phone", "0803 123 4567, 0805 123 4567", ""},
		{"phone", "0803 123 4567\n0805 123 4567", ""},
		{"phone", "0803 123 4567 0805 123 4567", ""},
		{"phone", "not 0803 123 4567", ""},
		{"phone", "never call 0803 123 4567", ""},
		{"phone", "0803 123 4567 is not mine", ""},
		{"phone", "08031234567080312345670803123456708031234567", ""},

		{"email", "a@x.org, yes, a@X.org", "a@x.org"},
		{"email", "not a@x.org but b@x.org", "b@x.org"},
		{"email", "a\u200b@x.o\u00adrg", "a@x.org"},
		{"email", "a@x.org, not b@x.org", "a@x.org"},
		{"email", "a@x.org or b@x.org", ""},
		{"email", "a@x.org, A@x.org", ""},
		{"email", "not a@x.org", ""},
		{"email", "a@x.org is not mine", ""},
	}
	for _, test := range tests {
		if got := answered(t, `"kind": "`+test.kind+`"`, "en", test.answer); got != test.want {
			t.Errorf("%s: %q is taken as %q, want %q", test.kind, test.answer, got, test.want)
		}
	}
	if got := answered(t, `"kind": "text"`, "en", "\u200b\u2060\ufeff"); got != "" {
		t.Errorf("a text of which nothing is seen is taken as %q", got)
	}
}
