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

		{places, "terrace please", "on the terrace"},
		{places, "terace", "on the terrace"},
		{places, "inside, not on the terrace", "inside"},
		{places, "not inside, the terrace", "on the terrace"},
		{places, "inside or terrace", ""},
		{places, "inside and at the bar", ""},
		{places, "not inside", ""},
		{places, "pas inside", ""},
		{places, "nicht inside", ""},
		{places, "inside n'est pas bien, the terrace", ""},

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
