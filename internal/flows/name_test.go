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

// Who says that they are there, or has an article before the name as Portuguese does, is called by the name
// alone; and a name stays one where its last word else denies.
func TestNamesAmongOtherWords(t *testing.T) {
	t.Parallel()
	tests := []struct{ language, answer, want string }{
		{"en", "Ada here", "Ada"},
		{"en", "ada here", "ada"},
		{"en", "Hi, Ada Obi here!", "Ada Obi"},
		{"en", "it's Ada here", "Ada"},
		{"en", "Ada Obi speaking", "Ada Obi"},
		{"en", "Ada, here", "Ada"},
		{"en", "Ada here, 0803 123 4567", "Ada"},
		{"en", "here", ""},
		{"en", "right here", ""},
		{"en", "I live here", ""},
		{"en", "I am here", ""},
		{"en", "anyone here", ""},
		{"en", "not here", ""},
		{"en", "o Pedro", "Pedro"},
		{"en", "O Brien", "O Brien"},
		{"en", "A. A. Milne", "A. A. Milne"},
		{"en", "der Peter", "der Peter"},
		{"pt", "o Pedro", "Pedro"},
		{"pt", "O Pedro", "Pedro"},
		{"pt", "o pedro", "pedro"},
		{"pt", "a Maria", "Maria"},
		{"pt", "sou o Pedro", "Pedro"},
		{"pt", "é o Pedro", "Pedro"},
		{"pt", "aqui é a Maria", "Maria"},
		{"pt", "Pedro aqui", "Pedro"},
		{"pt", "João do Ó", "João do Ó"},
		{"es", "soy la Ana", "Ana"},
		{"es", "el Juan", "Juan"},
		{"es", "Pedro al habla", "Pedro"},
		{"es", "aquí Pedro", "Pedro"},
		{"es", "La Toya", "La Toya"},
		{"fr", "moi c'est Paul", "Paul"},
		{"fr", "Paul à l'appareil", "Paul"},
		{"fr", "ici Paul", "Paul"},
		{"de", "ich bin der Peter", "Peter"},
		{"de", "hier ist Anna", "Anna"},
		{"de", "Anna hier", "Anna"},
		{"de", "hier", ""},
		{"ar", "أحمد هنا", "أحمد"},

		{"de", "Anna Kein", "Anna Kein"},
		{"de", "ich heiße Anna Kein", "Anna Kein"},
		{"de", "ich heiße anna kein", "anna kein"},
		{"de", "Anna Maria Nicht", "Anna Maria Nicht"},
		{"en", "My name is Ada Not", "Ada Not"},
		{"fr", "Jean Pas", "Jean Pas"},
		{"es", "Rosa Nada", "Rosa Nada"},
		{"pt", "me chamo Rosa Nada", "Rosa Nada"},
		{"de", "anna kein", ""},
		{"de", "kein Name", ""},
		{"de", "Kein Name", ""},
		{"de", "Lieber Nicht", ""},
		{"de", "ICH WILL NICHT", ""},
		{"en", "Absolutely Not", ""},
		{"en", "Why Not", ""},
		{"en", "Ada not Eva", ""},
		{"en", "my name is not", ""},
		{"es", "De Nada", ""},
		{"fr", "Surtout Pas", ""},
	}
	for _, test := range tests {
		if got := answered(t, `"kind": "name"`, test.language, test.answer); got != test.want {
			t.Errorf("%s: %q is taken for the name %q, want %q", test.language, test.answer, got, test.want)
		}
	}
}
