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
			"not Ada", "because", "later",
		},
		"es": {"no quiero", "no te digo", "¿por qué?", "buenos días", "soy de aquí no importa", "nadie"},
		"fr": {"je ne veux pas", "je ne dis rien", "pourquoi", "bonsoir", "c'est personne"},
		"de": {"das sage ich nicht", "warum", "ich möchte nicht", "guten Morgen", "kein Name", "geht Sie nichts an"},
		"pt": {"não quero", "não digo", "bom dia", "ninguém"},
		"ar": {"لا أريد", "لماذا", "لا"},
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
		"Ada, 0803 123 4567 or 0803 123 4567": "Ada", "call me Ishmael": "Ishmael", "ada": "ada",
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
