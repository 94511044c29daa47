package flows_test

import (
	"testing"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// An emoji fires at itself, whatever its colour and the sex that it shows, and at no other.
func TestEmojiAsTriggers(t *testing.T) {
	t.Parallel()
	const (
		england  = "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F"
		scotland = "\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F"
	)
	tests := map[string]struct {
		trigger, text string
		fires         bool
	}{
		"England":                       {england, "go " + england + "!", true},
		"Scotland":                      {scotland, scotland + scotland, true},
		"England at Scotland's":         {england, scotland, false},
		"Scotland at England's":         {scotland, england, false},
		"England at a black flag":       {england, "\U0001F3F4", false},
		"a black flag":                  {"\U0001F3F4", "\U0001F3F4", true},
		"a black flag at England's":     {"\U0001F3F4", england, false},
		"tags that belong to nothing":   {"👍", "👍\U000E0067\U000E007F", true},
		"a pirate's flag":               {"🏴‍☠️", "🏴‍☠️", true},
		"a woman at health":             {"👩‍⚕️", "👩‍⚕️", true},
		"a woman and a man at health":   {"👩‍⚕️", "👨🏽‍⚕️", true},
		"a man and a person at health":  {"👨‍⚕️", "🧑‍⚕️", true},
		"a person and a woman in space": {"🧑‍🚀", "👩🏿‍🚀", true},
		"health and space":              {"👩‍⚕️", "👩‍🚀", false},
		"an officer of either sex":      {"👮‍♂️", "👮‍♀️", true},
		"a woman and a man":             {"👩", "👨", false},
		"a family and another":          {"👩‍👧", "👨‍👧", false},
		"exclamation":                   {"‼️", "wow ‼️", true},
		"exclamation as text":           {"‼️", "wow‼", true},
		"exclamation in signs":          {"‼️", "wow!!", false},
		"exclamation and question":      {"⁉️", "‼️", false},
		"both ways":                     {"↔️", "left ↔️ right", true},
		"both ways and up":              {"↔️", "⤴️", false},
		"a small square":                {"◾", "◾", true},
		"a wave":                        {"〰️", "〰️", true},
		"a set of signs":                {"{‼️ ↔️}", "↔️ and ‼️", true},
		"a key":                         {"#️⃣", "press #️⃣", true},
		"another key":                   {"#️⃣", "press *️⃣", false},
		"a key of a figure":             {"1️⃣", "1️⃣", true},
		"another key of a figure":       {"1️⃣", "2️⃣", false},
	}
	for name, test := range tests {
		rules := []console.Rule{rule("a", test.trigger)}
		if faults := flows.Check(rules, nil); faults != nil {
			t.Errorf("%s: the trigger is refused: %v", name, faults)
		}
		if d := flows.Compile(rules, nil).Decide(flows.Input{Text: test.text}); (d.Rule != nil) != test.fires {
			t.Errorf("%s: %q at %q fires: %v, want %v", name, test.trigger, test.text, d.Rule != nil, test.fires)
		}
	}
	twice := []console.Rule{rule("a", "👩‍⚕️"), rule("b", "👨‍⚕️")}
	twice[1].Response = "another"
	if faults := flows.Check(twice, nil); len(faults) != 1 {
		t.Errorf("two rules for one emoji have the faults %v, want one", faults)
	}
}
