package flows_test

import "testing"

// An address or a number of which an answer says that it is wrong or old is asked for again, and so is one with an
// extension, which would be lost.
func TestContactsThatAreNotTheCustomersAnyMore(t *testing.T) {
	t.Parallel()
	tests := []struct{ kind, answer, want string }{
		{"phone", "08031234567 is wrong", ""},
		{"phone", "wrong: 08031234567", ""},
		{"phone", "old number 08031234567", ""},
		{"phone", "it used to be 08031234567", ""},
		{"phone", "número antiguo: 08031234567", ""},
		{"phone", "ancien numéro 08031234567", ""},
		{"phone", "alte Nummer: 08031234567", ""},
		{"phone", "número antigo 08031234567", ""},
		{"phone", "رقمي القديم 08031234567", ""},
		{"phone", "08031234567 ext 5", ""},
		{"phone", "08031234567 ext. 5", ""},
		{"phone", "08031234567 x12", ""},
		{"phone", "08031234567x12", ""},
		{"phone", "08031234567, extension 12", ""},
		{"phone", "08031234567 Durchwahl 3", ""},
		{"phone", "08031234567 ramal 3", ""},
		{"phone", "08031234567 #12", ""},
		{"phone", "08031234567", "+2348031234567"},
		{"phone", "Ada Obi, 08031234567, Felix 5", "+2348031234567"},
		{"phone", "the new number is 08031234567", "+2348031234567"},
		{"email", "ada@x.com is wrong", ""},
		{"email", "old: ada@x.com", ""},
		{"email", "it used to be ada@x.com", ""},
		{"email", "ada@x.com está equivocado", ""},
		{"email", "ada@x.com ist falsch", ""},
		{"email", "ada@x.com", "ada@x.com"},
		{"email", "my new one is ada@x.com", "ada@x.com"},
		{"email", "old.ada@wrong.com", "old.ada@wrong.com"},
	}
	for _, test := range tests {
		if got := answered(t, `"kind": "`+test.kind+`"`, "en", test.answer); got != test.want {
			t.Errorf("%s: %q is taken as %q, want %q", test.kind, test.answer, got, test.want)
		}
	}
}
