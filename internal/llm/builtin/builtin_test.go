package builtin_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/llm/builtin"
	"github.com/bimpe/bimpe/internal/llm/llmtest"
)

func faq() []console.QA {
	return []console.QA{
		{Question: "What are your opening hours?", Answer: "We are open Monday to Saturday, 9:00 to 18:00. We are closed on Sundays."},
		{Question: "Do you offer delivery, and what does it cost?", Answer: "Yes. Delivery within the city costs 1,500."},
		{Question: "Where are you located?", Answer: "You find us at 24 Broad Street."},
		{Question: "How can I pay?", Answer: "We take cash, cards and bank transfer."},
		{Question: "Can I book a table?", Answer: "Yes, tell us the day, the time and how many you are."},
		{Question: "Do you have vegetarian dishes?", Answer: "Yes, six of them, and two are vegan."},
	}
}

func passages() []console.Passage {
	return []console.Passage{
		{Source: "House rules", Text: "Pets\n\nDogs are welcome on the terrace. They must be kept on a leash."},
		{Source: "Returns", Text: "Returns and refunds\n\nYou may return unused goods within 30 days. " +
			"Refunds reach your account within 5 working days.\n\nShipping back is free, see www.example.com/returns for a label."},
	}
}

func ask(t *testing.T, g llm.Grounding) llmtest.Reply {
	t.Helper()
	got := llmtest.Collect(t, builtin.New().Stream(t.Context(), llm.Request{Grounding: g}))
	if got.Err != nil {
		t.Fatalf("ask %q: %v", g.Question, got.Err)
	}
	return got
}

func TestAnswersFromFAQ(t *testing.T) {
	t.Parallel()
	for question, want := range map[string]string{
		"What are your opening hours?":        "9:00 to 18:00",
		"when do you open":                    "9:00 to 18:00",
		"Are you open on sunday?":             "closed on Sundays",
		"OPENING HOURS PLS":                   "9:00 to 18:00",
		"do you deliver?":                     "1,500",
		"How much is delivery?":               "1,500",
		"Hi! How much does the delivery cost": "1,500",
		"Good morning, where are you located": "24 Broad Street",
		"your location":                       "24 Broad Street",
		"can i pay with card":                 "bank transfer",
		"I want to book a table for tonight":  "how many you are",
		"is there anything vegetarian":        "vegan",
		"do you have vegan dishes":            "vegan",
		"Hello there, I was wondering whether you could tell me if you deliver to the island": "1,500",
	} {
		got := ask(t, llm.Grounding{Question: question, Language: "en", FAQ: faq(), Passages: passages()})
		if !strings.Contains(got.Text, want) || got.End.Finish != llm.FinishStop {
			t.Errorf("%q: %q (%s), want %q", question, got.Text, got.End.Finish, want)
		}
	}
}

func TestQuotesPassages(t *testing.T) {
	t.Parallel()
	for question, want := range map[string]string{
		"Can I bring my dog?":                  "Dogs are welcome on the terrace. They must be kept on a leash. (Source: House rules)",
		"How long do refunds take to reach me": "Refunds reach your account within 5 working days. Shipping back is free, see www.example.com/returns for a label. (Source: Returns)",
		"can I return unused goods?":           "You may return unused goods within 30 days. Refunds reach your account within 5 working days. Shipping back is free, see www.example.com/returns for a label. (Source: Returns)",
	} {
		got := ask(t, llm.Grounding{Question: question, Language: "en", FAQ: faq(), Passages: passages()})
		if got.Text != want || got.End.Finish != llm.FinishStop {
			t.Errorf("%q: %q (%s), want %q", question, got.Text, got.End.Finish, want)
		}
	}
}

func TestSaysThatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, question := range []string{
		"Do you sell cars?", "What is the capital of France?", "", "???", "What is it?", "Hi, who won the football match?",
		"Thanks, but my parcel is broken", "asdfgh",
	} {
		got := ask(t, llm.Grounding{Question: question, Language: "en", FAQ: faq(), Passages: passages()})
		if got.End.Finish != llm.FinishUnknown || !strings.Contains(got.Text, "I don't know") {
			t.Errorf("%q: %q (%s), want that it does not know", question, got.Text, got.End.Finish)
		}
	}
	got := ask(t, llm.Grounding{Question: "When do you open?", Language: "en"})
	if got.End.Finish != llm.FinishUnknown {
		t.Errorf("without grounding: %q (%s)", got.Text, got.End.Finish)
	}
}

func TestCourtesy(t *testing.T) {
	t.Parallel()
	tests := []struct{ said, language, want string }{
		{"hello", "en", "Hello! How"},
		{"Hi!!!", "en", "Hello! How"},
		{"Good morning, hello sir 👋", "en", "Hello! How"},
		{"hello", "fr", "Bonjour"},
		{"Hola, buenas tardes", "es", "¡Hola!"},
		{"Olá, bom dia", "pt-BR", "Olá!"},
		{"Guten Tag", "de", "Guten Tag!"},
		{"你好！", "zh", "您好"},
		{"السلام عليكم", "ar", "مرحبًا"},
		{"أهلا", "ar", "مرحبًا"},
		{"Ẹ káàárọ̀", "yo", "Ẹ káàbọ̀"},
		{"Ina kwana", "ha", "Sannu"},
		{"Thank you very much!", "en", "You're welcome"},
		{"Hello, thanks", "en", "You're welcome"},
		{"谢谢", "zh", "不客气"},
	}
	for _, test := range tests {
		got := ask(t, llm.Grounding{Question: test.said, Language: test.language, FAQ: faq()})
		if !strings.HasPrefix(got.Text, test.want) || got.End.Finish != llm.FinishStop {
			t.Errorf("%q in %s: %q (%s), want %q", test.said, test.language, got.Text, got.End.Finish, test.want)
		}
	}
}

func TestSpeaksTheAgentsLanguage(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, language := range []string{"en", "es", "fr", "de", "pt", "ar", "zh", "ha", "yo"} {
		got := ask(t, llm.Grounding{Question: "xyzzy", Language: language})
		if other := seen[got.Text]; other != "" || got.Text == "" {
			t.Errorf("%s says the same as %s: %q", language, other, got.Text)
		}
		seen[got.Text] = language
	}
	for tag, like := range map[string]string{"": "en", "xx": "en", "es-MX": "es", "zh-Hant": "zh", "PT_br": "pt"} {
		if got := ask(t, llm.Grounding{Question: "xyzzy", Language: tag}); seen[got.Text] != like {
			t.Errorf("%q says %q, want as in %s", tag, got.Text, like)
		}
	}
}

// What it says by itself is in the language of the reply, what it quotes is found in the agent's.
func TestSpeaksTheLanguageOfTheReply(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]string{
		"xyzzy": "Lo siento", "Hola, buenas tardes": "¡Hola!", "How long do refunds take to reach me": "(Fuente: Returns)",
	} {
		got := ask(t, llm.Grounding{Question: asked, Language: "en", Reply: "es", Passages: passages()})
		if !strings.Contains(got.Text, want) {
			t.Errorf("%q: %q, want %q", asked, got.Text, want)
		}
	}
}

func TestAnswersInOtherLanguages(t *testing.T) {
	t.Parallel()
	tests := []struct{ language, question, faqQuestion string }{
		{"es", "¿A qué hora abren mañana?", "¿Cuáles son los horarios? ¿A qué hora abren?"},
		{"es", "hacen entregas", "¿Hacen entrega a domicilio?"},
		{"fr", "Bonjour, vous livrez le dimanche ?", "Est-ce que vous livrez ?"},
		{"de", "Wann habt ihr geöffnet?", "Wann haben Sie geöffnet?"},
		{"zh", "你们几点营业？", "你们的营业时间是几点到几点？"},
		{"ar", "ما هي مواعيد العمل؟", "مواعيد العمل"},
		{"yo", "Nígbà wo ni ẹ máa ń ṣí?", "Nigba wo ni e maa n si?"},
	}
	for _, test := range tests {
		qa := []console.QA{{Question: test.faqQuestion, Answer: "A"}, {Question: "xyzzy?", Answer: "B"}}
		got := ask(t, llm.Grounding{Question: test.question, Language: test.language, FAQ: qa})
		if got.Text != "A" {
			t.Errorf("%q with %q: %q, want A", test.question, test.faqQuestion, got.Text)
		}
	}
}

func TestQuestionFromMessages(t *testing.T) {
	t.Parallel()
	r := llm.Request{
		Messages: []llm.Message{
			{Role: llm.RoleUser, Text: "hello"},
			{Role: llm.RoleAssistant, Text: "Hello!"},
			{Role: llm.RoleUser, Text: "How can I pay?"},
			{Role: llm.RoleSystem, Text: "Be brief."},
		},
		Grounding: llm.Grounding{FAQ: faq()},
	}
	got := llmtest.Collect(t, builtin.New().Stream(t.Context(), r))
	if !strings.Contains(got.Text, "bank transfer") || got.End == nil || got.End.Usage != (llm.Usage{}) {
		t.Errorf("got %+v", got)
	}
	if got.Deltas < 5 {
		t.Errorf("%d deltas, want one a word", got.Deltas)
	}
}

func TestStopsWhenAsked(t *testing.T) {
	t.Parallel()
	r := llm.Request{Grounding: llm.Grounding{Question: "How can I pay?", FAQ: faq()}}
	n := 0
	for _, err := range builtin.New().Stream(t.Context(), r) {
		if err != nil {
			t.Fatalf("error %v", err)
		}
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d deltas after a break at 2", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := llmtest.Collect(t, builtin.New().Stream(ctx, r)); !errors.Is(got.Err, context.Canceled) || got.Text != "" {
		t.Errorf("after a cancel: %+v", got)
	}
}

func TestLongPassageIsCut(t *testing.T) {
	t.Parallel()
	p := []console.Passage{{Source: "Long", Text: strings.Repeat("penguins live here and there ", 200)}}
	got := ask(t, llm.Grounding{Question: "Where do penguins live?", Language: "en", Passages: p})
	if n := len(got.Text); n > 700 || !strings.Contains(got.Text, "… (Source: Long)") {
		t.Errorf("%d bytes: %q", n, got.Text)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add("When do you open?", "Opening hours", "Nine to five. Closed on Sunday.", "en")
	f.Add("你好", "营业时间", "早上九点。", "zh")
	f.Add("hi \xff", "\xff", "# a\n\n.", "")
	f.Fuzz(func(t *testing.T, question, faqQuestion, text, language string) {
		g := llm.Grounding{
			Question: question, Language: language,
			FAQ:      []console.QA{{Question: faqQuestion, Answer: "Yes."}},
			Passages: []console.Passage{{Source: "S", Text: text}},
		}
		n, end := 0, false
		for d, err := range builtin.New().Stream(t.Context(), llm.Request{Grounding: g}) {
			if err != nil {
				t.Fatalf("error %v", err)
			}
			n += len(d.Text)
			end = d.End != nil
		}
		if n == 0 || !end {
			t.Errorf("%d bytes, ended %t", n, end)
		}
	})
}

func BenchmarkAnswer(b *testing.B) {
	m := builtin.New()
	g := llm.Grounding{Question: "Hello, how much is delivery to the island?", Language: "en", Passages: passages()}
	for range 3 {
		g.FAQ = append(g.FAQ, faq()...)
	}
	for b.Loop() {
		for _, err := range m.Stream(b.Context(), llm.Request{Grounding: g}) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
