package flows_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// booking is a flow in whose end stands all that it has understood.
const booking = `{"type": "ask", "field": "day", "kind": "date", "min": "today", "content": "day?"},
	{"type": "ask", "field": "guests", "kind": "number", "min": 1, "max": 400, "content": "guests?"},
	{"type": "ask", "field": "place", "options": ["Terrace", "Inside"], "content": "Terrace or Inside?"},
	{"type": "ask", "kind": "name", "content": "name?"},
	{"type": "ask", "kind": "phone", "content": "phone?"},
	{"type": "end", "content": "{{ fields.day }} {{ fields.guests }} {{ fields.place }} {{ fields.name }} {{ fields.phone }}"}`

// People answer in whole sentences, each in their language. What is not understood is asked for again, and
// nothing is understood wrongly. It is Wednesday, 25 November 2026, in Lagos.
func TestBookingsInManyLanguages(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		language string
		says     []string
		want     string
		retries  int
	}{
		"English": {
			"en",
			[]string{"The Saturday after next week", "next Saturday, please", "there will be twenty-five of us", "the terrace, if it's not raining", "This is Ada Obi", "it's 0803 123 4567"},
			"2026-11-28 25 Terrace Ada Obi +2348031234567", 1,
		},
		"English, in doubt": {
			"en",
			[]string{"5 or 6 December", "6 December then", "8 or 9", "nine", "either", "inside", "Who wants to know?", "no", "Ada", "0803 123 4567 or 0805 123 4567", "0803 123 4567"},
			"2026-12-06 9 Inside Ada +2348031234567", 6,
		},
		"Spanish": {
			"es",
			[]string{"el viernes por la noche", "seremos treinta y dos", "Terrace, por favor", "Me llamo José María Gómez", "mi número es +34 612 34 56 78"},
			"2026-11-27 32 Terrace José María Gómez +34612345678", 0,
		},
		"French": {
			"fr",
			[]string{"samedi ou dimanche", "dimanche", "nous serons vingt et un", "pas Inside", "Terrace", "Je m'appelle Zoë Léger", "+33 6 12 34 56 78"},
			"2026-11-29 21 Terrace Zoë Léger +33612345678", 2,
		},
		"German": {
			"de",
			[]string{"nicht am Freitag", "am Samstag um 19.30 Uhr", "wir sind zweiundzwanzig", "lieber Inside", "Jürgen Groß", "+49 30 123456"},
			"2026-11-28 22 Inside Jürgen Groß +4930123456", 1,
		},
		"Portuguese": {
			"pt",
			[]string{"no sábado", "seremos vinte e quatro", "Terrace", "O meu nome é Inês", "+351 912 345 678"},
			"2026-11-28 24 Terrace Inês +351912345678", 0,
		},
		"Arabic": {
			"ar",
			[]string{"غداً", "خمسة وعشرون", "Inside", "اسمي محمد علي", "٠٨٠٣١٢٣٤٥٦٧"},
			"2026-11-26 25 Inside محمد علي +2348031234567", 0,
		},
		"Chinese": {
			"zh",
			[]string{"12月5日", "二十五个人", "Inside", "我叫王小明", "+86 139 1234 5678"},
			"2026-12-05 25 Inside 王小明 +8613912345678", 0,
		},
		"Japanese": {
			"ja",
			[]string{"明日", "五人です", "Terrace", "私の名前は田中です", "+81 3-1234-5678"},
			"2026-11-26 5 Terrace 田中 +81312345678", 0,
		},
	}
	set := flows.Compile(nil, steps(t, booking))
	for name, test := range tests {
		c := newCustomer(set)
		c.in.Agent.Language = test.language
		c.says("begin")
		retries, last := 0, ""
		for _, text := range test.says {
			d := c.says(text)
			if last = d.Text; d.Outcome == flows.Asked || d.Outcome == flows.Digressed {
				retries++
			}
		}
		if last != test.want || retries != test.retries {
			t.Errorf("%s: %q with %d answers that were not taken, want %q and %d", name, last, retries, test.want, test.retries)
		}
	}
}

// The language of the reply, where it is another than the agent's, is that of the flow's own sayings and of
// the signs in figures.
func TestTheLanguageOfTheReply(t *testing.T) {
	t.Parallel()
	said := func(agent, reply, keys, text string) flows.Decision {
		c := asking(t, keys)
		c.in.Agent.Language, c.in.Language = agent, reply
		return c.says(text)
	}
	for _, keys := range []string{`"kind": "email"`, `"kind": "date"`, `"options": ["a", "b"]`, `"kind": "email", "tries": 1`} {
		for _, language := range []string{"es", "fr", "de", "pt", "ar", "zh", "ja"} {
			if got, want := said("en", language, keys, "-").Text, said(language, "", keys, "-").Text; got != want {
				t.Errorf("%s: %q in %s, want %q", keys, got, language, want)
			}
		}
		if got, want := said("de", "sw", keys, "-").Text, said("en", "", keys, "-").Text; got != want {
			t.Errorf("%s: %q in a language without sayings, want %q", keys, got, want)
		}
	}
	for _, test := range []struct{ agent, reply, want string }{
		{"en", "", "1.25"}, {"en", "de", "1250"}, {"de", "", "1250"}, {"de", "en", "1.25"}, {"de-AT", "", "1250"}, {"en", "fr-CA", "1250"},
	} {
		d := said(test.agent, test.reply, `"kind": "number"`, "1.250")
		if len(d.Learned) != 1 || d.Learned[0].Value != test.want {
			t.Errorf("an agent of %q that replies in %q: %+v, want %s", test.agent, test.reply, d.Learned, test.want)
		}
	}
}

func TestReplyLanguage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		replies             console.ReplyLanguage
		agent, spoken, want string
	}{
		{console.ReplyInAgents, "en-GB", "de", "en-GB"},
		{console.ReplyInCustomers, "en-GB", "de", "de"},
		{console.ReplyInCustomers, "en-GB", "en", "en-GB"},
		{console.ReplyInCustomers, "en-GB", "", "en-GB"},
		{"", "en", "de", "en"},
	} {
		a := console.Agent{Language: test.agent, ReplyLanguage: test.replies}
		if got := flows.ReplyLanguage(a, test.spoken); got != test.want {
			t.Errorf("%+v is answered in %q", test, got)
		}
	}
}

// Where a person has written since the flow asked, free words are for that person. What can only be an answer
// is one, and nothing is called wrong.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	tests := []struct{ keys, says, learned string }{
		{`"kind": "text"`, "sounds good", ""},
		{`"kind": "text"`, "my name is Ada", ""},
		{`"kind": "name"`, "perfectly clear", ""},
		{`"kind": "name"`, "Ada", ""},
		{`"kind": "name"`, "I'm Ada", "Ada"},
		{`"kind": "name"`, "hello, my name is Ada Obi", "Ada Obi"},
		{`"kind": "name"`, "I'm not telling you", ""},
		{`"kind": "email"`, "will do", ""},
		{`"kind": "email"`, "ada@x.org", "ada@x.org"},
		{`"kind": "phone"`, "0803 123 4567", "+2348031234567"},
		{`"kind": "date"`, "fine", ""},
		{`"kind": "date"`, "tomorrow", "2026-11-26"},
		{`"kind": "number"`, "5", "5"},
		{`"kind": "number"`, "good", ""},
		{`"options": ["Red", "Blue"]`, "red", "Red"},
		{`"options": ["Red", "Blue"]`, "great", ""},
	}
	for _, test := range tests {
		c := asking(t, test.keys+`, "tries": 1`)
		c.in.Interrupted = true
		d := c.says(test.says)
		learned, outcome := "", flows.Digressed
		if len(d.Learned) > 0 {
			learned, outcome = d.Learned[0].Value, flows.Ended
		}
		if learned != test.learned || d.Outcome != outcome || d.Attention || outcome == flows.Digressed && (d.After == "" || d.State.Tries != 0) {
			t.Errorf("%s: %q is %+v, want %q", test.keys, test.says, d, test.learned)
		}
	}
	c := asking(t, `"kind": "text"`)
	c.in.Interrupted = true
	if d := c.says("never mind"); d.Outcome != flows.Cancelled {
		t.Errorf("a wish to stop is %+v", d)
	}
	c = asking(t, `"kind": "text"`)
	for range 6 {
		c.in.Interrupted = true
		c.says("fine")
	}
	if c.in.State.InFlow() {
		t.Errorf("whoever talks to a person only is still in the flow: %+v", c.in.State)
	}
}

// Flows of older clients that only say and ask run word for word, whatever keys they have.
func TestFlowsOfOlderClients(t *testing.T) {
	t.Parallel()
	set := flows.Compile(nil, steps(t, `{"type": "message", "content": " Hello,  you ", "action": "greet", "more": [1]},
		{"type": "question", "content": "What is it about?", "action": "note the subject"},
		{"type": "message", "content": "I see.", "followup": "Anything else?"},
		{"type": "message", "content": "Bye.", "action": null}`))
	want := []string{" Hello,  you  | What is it about?", "I see. | Anything else?", "Bye.", "*model*"}
	if diff := cmp.Diff(want, walk(newCustomer(set), "begin", "my order", "that is all", "thanks")); diff != "" {
		t.Errorf("replies (-want +got):\n%s", diff)
	}
	described := flows.Compile(nil, steps(t, `{"type": "message", "content": "Hello"}, {"type": "question", "action": "ask what it is about"}`))
	if described.Leads(0) {
		t.Error("a flow that leaves it to a model what is asked is led without one")
	}
	_, all := described.Explain(flows.Input{Text: "begin"})
	if len(all) != 1 || all[0].Verdict != flows.VerdictDescribed || !strings.Contains(all[0].Note, "step 2") {
		t.Errorf("it is considered as %+v", all)
	}
}

// What is known of the customer is not asked for where the step says so, and is kept as the flow's own.
func TestKnownAlready(t *testing.T) {
	t.Parallel()
	set := flows.Compile(nil, steps(t, `{"type": "ask", "kind": "name", "content": "name?", "skip_if_known": true},
		{"type": "ask", "kind": "email", "content": "mail?", "skip_if_known": true}, {"type": "ask", "kind": "phone", "content": "phone?", "skip_if_known": true},
		{"type": "ask", "field": "city", "content": "city?", "skip_if_known": true}, {"type": "ask", "content": "nothing?", "skip_if_known": true},
		{"type": "end", "content": "{{ fields.name }} {{ fields.email }} {{ fields.phone }} {{ fields.city }}"}`))
	all := flows.Contact{Name: "Ada", Email: "a@x.org", Phone: "+2348031234567", Fields: map[string]string{"city": "Lagos"}}
	for want, forget := range map[string]func(*flows.Contact){
		"name?":    func(c *flows.Contact) { c.Name = "" },
		"mail?":    func(c *flows.Contact) { c.Email = "" },
		"phone?":   func(c *flows.Contact) { c.Phone = "" },
		"city?":    func(c *flows.Contact) { c.Fields = nil },
		"nothing?": func(*flows.Contact) {},
	} {
		c := newCustomer(set)
		c.in.Contact = all
		forget(&c.in.Contact)
		if d := c.says("begin"); d.Text != want {
			t.Errorf("it asks %q, want %q", d.Text, want)
		}
	}
	c := newCustomer(set)
	c.in.Contact = all
	want := []string{"nothing?", "Ada a@x.org +2348031234567 Lagos"}
	if diff := cmp.Diff(want, walk(c, "begin", "well")); diff != "" {
		t.Errorf("replies (-want +got):\n%s", diff)
	}
}
