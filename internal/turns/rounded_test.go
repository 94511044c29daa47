package turns

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/bimpe/bimpe/internal/llm"
)

func TestRounded(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"We open at 9. We close at 17. On Sun":    "We open at 9. We close at 17.",
		"We open at 9. We close at five.":         "We open at 9. We close at five.",
		`He said "come in!" and then`:             `He said "come in!"`,
		"It costs 3.50 in all. It was 4.":         "It costs 3.50 in all.",
		"The steps to take now:\n1. Open it\n2. ": "The steps to take now:\n1. Open it",
		"The steps to take:\n1. Open the lid it":  "The steps to take:\n1. Open the lid…",
		"Some fruit, e.g. apples and pea":         "Some fruit, e.g. apples and…",
		"Yes! " + strings.Repeat("and on ", 9):    "Yes! " + strings.TrimSpace(strings.Repeat("and on ", 8)) + " and…",
		"no end in sight, whatever":               "no end in sight…",
		"我们九点开门。周日休息。明天":                          "我们九点开门。周日休息。",
		"ما هي ساعات العمل؟ نحن مفتوحون":          "ما هي ساعات العمل؟",
		"हम खुले हैं और आपका स्वागत है। कल":       "हम खुले हैं और आपका स्वागत है।",
		"xxxxxxxx":       "xxxxxxxx…",
		"So do I. And y": "So do I.",
		"":               "",
		"... ":           "...",
		"**Opening hours.** We are open from 9 to": "**Opening hours.** We are open from 9…",
		// Abbreviations and ordinals end no sentence.
		"We are closed today. The sale begins on Jan. 15 and":    "We are closed today. The sale begins on Jan. 15…",
		"We are closed all day today. The sale begins on Jan. ":  "We are closed all day today.",
		"The sale is over since Jan. Everybody is welcome":       "The sale is over since Jan.",
		"Wir haben an Weihnachten zu. Wir öffnen am 24. Dez":     "Wir haben an Weihnachten zu.",
		"Wir haben an Weihnachten zu. Wir öffnen am 24. ":        "Wir haben an Weihnachten zu.",
		"Máme zavřeno celý den dnes. Otevřeno je 24. pros":       "Máme zavřeno celý den dnes.",
		"You can come at any time. Ask for Mr. Smi":              "You can come at any time.",
		"Pregunte cuando quiera usted. Le atiende la Sra. Gar":   "Pregunte cuando quiera usted.",
		"Wir haben viel Obst im Laden. Es gibt z. B. Äpf":        "Wir haben viel Obst im Laden.",
		"Wir haben viel Obst im Laden. Es gibt z. B.":            "Wir haben viel Obst im Laden.",
		"There is a lot of fruit here. There is e.g. an app":     "There is a lot of fruit here.",
		"Come in by the second door. Our house is No. 5 in":      "Come in by the second door.",
		"Is there parking at the house? No. The":                 "Is there parking at the house? No.",
		"Come in by the second door. Ask for J. Smi":             "Come in by the second door.",
		"Venga por la puerta segunda ahora. Pregunte por Á. Pér": "Venga por la puerta segunda ahora.",
		"We have shirts, shoes, hats, etc. Which":                "We have shirts, shoes, hats, etc.",
		"The bus is the number 24. Get off at the":               "The bus is the number 24.",
		"Dr. Ngozi": "Dr. Ngozi…",
	} {
		if got := rounded(text); got != want {
			t.Errorf("rounded(%q) = %q, want %q", text, got, want)
		}
	}
}

// No block of code is left open.
func TestRoundedCode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Do this:\n```sh\nrun a. now\nrun b. no":       "Do this:\n```sh\nrun a. now\n```",
		"Do this:\n```sh\nrun":                         "Do this:\n```sh\nrun\n```",
		"Do this now. Then that:\n```sh\n":             "Do this now.",
		"Do this now. Then that:\n```":                 "Do this now.",
		"Do this:\n```\nrun\n```":                      "Do this:\n```\nrun\n```",
		"Do this:\n```\nrun\n``":                       "Do this:\n```\nrun\n```",
		"Do this:\n```\nrun\n```\nAnd then y":          "Do this:\n```\nrun\n```",
		"Do this:\n1. First:\n   ~~~~\n   a\n   ~~~\n": "Do this:\n1. First:\n   ~~~~\n   a\n   ~~~~",
		"```\na\n```\nOr:\n```\nb\nc":                  "```\na\n```\nOr:\n```\nb\n```",
		"Type ```run``` in a line. And th":             "Type ```run``` in a line.",
		"```run``` is what you type. And":              "```run``` is what you type.",
		"```":                                          "",
		"Yes.\n" + strings.Repeat("`", 40) + "\nx\ny":  "Yes.",
	} {
		if got := rounded(text); got != want {
			t.Errorf("rounded(%q) = %q, want %q", text, got, want)
		}
	}
}

// Whatever is cut, what it comes to is short enough and leaves no block open.
func FuzzRounded(f *testing.F) {
	f.Add("Do this:\n```sh\nrun a. now\nrun b. no")
	f.Add(strings.Repeat("a", 30) + "\n" + strings.Repeat("`", maxMark) + strings.Repeat("\nb", 30))
	f.Add("am 24. Dez. ~~~\n\t```~\r\n Sra. \u2028")
	f.Fuzz(func(t *testing.T, text string) {
		got := rounded(text)
		if lastBlock(got).open() {
			t.Errorf("rounded(%q) = %q", text, got)
		}
		if got = rounded(room(text, 64)); len(got) > 64 {
			t.Errorf("%q within 64 bytes: %d, %q", text, len(got), got)
		}
	})
}

// What readers heard under the id of the message is its text.
func TestACutReplyEndsWithASentence(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		says utterance
		want string
		new  bool // readers hear it under another id
	}{
		"the model's own limit":   {utterance{words: []string{"We are open. ", "We clo"}, finish: llm.FinishLength}, "We are open.", true},
		"only an ellipsis":        {utterance{words: []string{"open"}, finish: llm.FinishLength}, "open…", false},
		"a whole sentence":        {utterance{words: []string{"We are ", "open."}, finish: llm.FinishLength}, "We are open.", false},
		"a model that never ends": {utterance{words: make1000("One two three four. ")}, "", true},
		"one that is not cut":     {utterance{words: []string{"We are open. ", "We clo"}, finish: llm.FinishStop}, "We are open. We clo", false},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, test.says)
			h.Limits.ReplyTokens = 100
			h.customer("hi")
			synctest.Wait()
			m := h.db.log()[1]
			if test.want != "" && m.Text != test.want || test.want == "" && !strings.HasSuffix(m.Text, "four.") {
				t.Errorf("%s: the reply is %q", name, m.Text)
			}
			var pieces string
			for _, d := range h.ears.heard("delta " + string(m.ID)) {
				pieces += d
			}
			if strip(pieces) != strip(m.Text) {
				t.Errorf("%s: readers heard %q of the message %q", name, pieces, m.Text)
			}
			if void := h.ears.heard("discarded"); len(void) == 1 != test.new {
				t.Errorf("%s: discarded %q", name, void)
			}
			if attention := h.db.conversation().NeedsAttention; attention == (test.says.finish == llm.FinishStop) {
				t.Errorf("%s: needs attention: %t", name, attention)
			}
		})
	}
}

// strip is a text without spaces, which ears do not keep.
func strip(s string) string { return strings.ReplaceAll(s, " ", "") }

// Behind a reply that was cut stands the flow's question, as behind any other.
func TestACutReplyIsFollowedByTheQuestion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"We are open. ", "We clo"}, finish: llm.FinishLength})
		h.db.workflow = lead(t)
		h.says("a demo", "Are you open on Sundays?")
		h.want("customer: a demo", "agent: Gladly.\n\nYour name?", "customer: Are you open on Sundays?", "agent: We are open.\n\nYour name?")
	})
}
