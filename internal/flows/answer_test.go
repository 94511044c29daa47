package flows_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/flows"
)

// asking is a customer in a flow that asks one question, which has more keys than a field.
func asking(tb testing.TB, keys string) *customer {
	tb.Helper()
	written := decoded(tb, `[{"name": "F", "trigger_keywords": [{"keyword": "begin"}],
		"conversation_steps": [{"type": "ask", "field": "f", "content": "Well?", `+keys+`}]}]`)
	if faults := flows.Check(nil, written); faults != nil {
		tb.Fatalf("%s: %v", keys, faults)
	}
	c := newCustomer(flows.Compile(nil, written))
	if d := c.says("begin"); d.Outcome != flows.Began {
		tb.Fatalf("%s: %+v", keys, d)
	}
	return c
}

// answered is what one answer to a question comes to, "" where it can't be used.
func answered(t *testing.T, keys, language, answer string) string {
	t.Helper()
	c := asking(t, keys)
	c.in.Agent.Language = language
	if d := c.says(answer); len(d.Learned) == 1 {
		return d.Learned[0].Value
	}
	return ""
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct{ keys, answer, want string }{
		{`"kind": "name"`, "Ada", "Ada"},
		{`"kind": "name"`, "my name is Ada Obi.", "Ada Obi"},
		{`"kind": "name"`, "Hi, I’m Ada!", "Ada"},
		{`"kind": "name"`, "Me llamo José María", "José María"},
		{`"kind": "name"`, "Je m'appelle Zoë", "Zoë"},
		{`"kind": "name"`, "Ich heiße Jürgen Groß", "Jürgen Groß"},
		{`"kind": "name"`, "O'Brien-Smith Jr.", "O'Brien-Smith Jr"},
		{`"kind": "name"`, "我叫王小明", "王小明"},
		{`"kind": "name"`, "私は田中です", "田中"},
		{`"kind": "name"`, "اسمي محمد علي", "محمد علي"},
		{`"kind": "name"`, "I'm Bob and my mail is bob@x.org", "Bob"},
		{`"kind": "name"`, "Ada, 0803 123 4567", "Ada"},
		{`"kind": "name"`, "no", ""},
		{`"kind": "name"`, "hello", ""},
		{`"kind": "name"`, "12345", ""},
		{`"kind": "name"`, "x", ""},
		{`"kind": "name"`, "<script>alert(1)</script>", ""},
		{`"kind": "name"`, "I would rather not give you my name at all", ""},
		{`"kind": "name"`, "What is your name?", ""},

		{`"kind": "email"`, "ada@example.com", "ada@example.com"},
		{`"kind": "email"`, "It's Ada.Obi+x@Example.CO.UK, thanks", "Ada.Obi+x@example.co.uk"},
		{`"kind": "email"`, "jürgen@müller.de", "jürgen@müller.de"},
		{`"kind": "email"`, "is ada@example.com fine?", "ada@example.com"},
		{`"kind": "email"`, "ada@example", ""},
		{`"kind": "email"`, "ada@example.1", ""},
		{`"kind": "email"`, "ada at example.com", ""},
		{`"kind": "email"`, "ada..obi@example.com", ""},
		{`"kind": "email"`, "a@x.org or b@x.org", ""},
		{`"kind": "email"`, "@example.com", ""},
		{`"kind": "email"`, "ada@-x.org", ""},

		{`"kind": "phone"`, "0803 123 4567", "+2348031234567"},
		{`"kind": "phone"`, "call me on +44 (20) 7946-0958", "+442079460958"},
		{`"kind": "phone", "region": "US"`, "212-555-0123", "+12125550123"},
		{`"kind": "phone", "region": "us"`, "(212) 555 0123", "+12125550123"},
		{`"kind": "phone"`, "٠٨٠٣١٢٣٤٥٦٧", "+2348031234567"},
		{`"kind": "phone"`, "12345", ""},
		{`"kind": "phone"`, "+1 000 000 0000", ""},
		{`"kind": "phone"`, "my number", ""},

		{`"kind": "date"`, "2026-12-24", "2026-12-24"},
		{`"kind": "date"`, "on 2026-12-24T10:00", "2026-12-24"},
		{`"kind": "date"`, "24.12.2026", "2026-12-24"},
		{`"kind": "date"`, "24/12/26", "2026-12-24"},
		{`"kind": "date"`, "5/6", "2027-06-05"},
		{`"kind": "date", "region": "US"`, "5/6", "2027-05-06"},
		{`"kind": "date", "region": "US"`, "25/12", "2026-12-25"},
		{`"kind": "date"`, "12/25/2026", "2026-12-25"},
		{`"kind": "date"`, "25 november", "2026-11-25"},
		{`"kind": "date"`, "24 November", "2027-11-24"},
		{`"kind": "date"`, "May 5th, 2027", "2027-05-05"},
		{`"kind": "date"`, "le 1er août", "2027-08-01"},
		{`"kind": "date"`, "el 5 de enero", "2027-01-05"},
		{`"kind": "date"`, "am 3. März", "2027-03-03"},
		{`"kind": "date"`, "dia 7 de março", "2027-03-07"},
		{`"kind": "date"`, "٥ يناير", "2027-01-05"},
		{`"kind": "date"`, "2026年12月24日", "2026-12-24"},
		{`"kind": "date"`, "12月5日", "2026-12-05"},
		{`"kind": "date"`, "today", "2026-11-25"},
		{`"kind": "date"`, "tomorrow at ten", "2026-11-26"},
		{`"kind": "date"`, "the day after tomorrow", "2026-11-27"},
		{`"kind": "date"`, "mañana", "2026-11-26"},
		{`"kind": "date"`, "pasado mañana", "2026-11-27"},
		{`"kind": "date"`, "demain", "2026-11-26"},
		{`"kind": "date"`, "aujourd’hui", "2026-11-25"},
		{`"kind": "date"`, "übermorgen", "2026-11-27"},
		{`"kind": "date"`, "amanhã", "2026-11-26"},
		{`"kind": "date"`, "غداً", "2026-11-26"},
		{`"kind": "date"`, "明天", "2026-11-26"},
		{`"kind": "date"`, "next friday", "2026-11-27"},
		{`"kind": "date"`, "wednesday", "2026-12-02"},
		{`"kind": "date"`, "am Montag", "2026-11-30"},
		{`"kind": "date"`, "星期一", "2026-11-30"},
		{`"kind": "date"`, "2026-02-30", ""},
		{`"kind": "date"`, "31.4.2026", ""},
		{`"kind": "date"`, "29 february 2027", ""},
		{`"kind": "date"`, "soon", ""},
		{`"kind": "date", "min": "today"`, "2026-11-24", ""},
		{`"kind": "date", "min": "today"`, "2026-11-25", "2026-11-25"},
		{`"kind": "date", "max": "2026-12-31"`, "2027-01-01", ""},

		{`"kind": "number"`, "12", "12"},
		{`"kind": "number"`, "about 12 of us", "12"},
		{`"kind": "number"`, "-3.50", "-3.5"},
		{`"kind": "number"`, "1,250.5", "1250.5"},
		{`"kind": "number"`, "1,250", "1250"},
		{`"kind": "number"`, "2,5", "2.5"},
		{`"kind": "number"`, "twelve", "12"},
		{`"kind": "number"`, "tres", "3"},
		{`"kind": "number"`, "三", "3"},
		{`"kind": "number"`, "１２", "12"},
		{`"kind": "number"`, "2 or 3", ""},
		{`"kind": "number"`, "two or three", ""},
		{`"kind": "number"`, "many", ""},
		{`"kind": "number"`, strings.Repeat("9", 400), ""},
		{`"kind": "number", "min": 1, "max": 8`, "0", ""},
		{`"kind": "number", "min": 1, "max": 8`, "9", ""},
		{`"kind": "number", "min": 1, "max": 8`, "8", "8"},

		{`"options": ["Small", "Extra small", "Large"]`, "large", "Large"},
		{`"options": ["Small", "Extra small", "Large"]`, "extra small please", "Extra small"},
		{`"options": ["Small", "Extra small", "Large"]`, "small one", "Small"},
		{`"options": ["Small", "Extra small", "Large"]`, "extra", "Extra small"},
		{`"options": ["Small", "Extra small", "Large"]`, "option 3", "Large"},
		{`"options": ["Small", "Extra small", "Large"]`, "lareg", "Large"},
		{`"options": ["Small", "Extra small", "Large"]`, "smal", "Small"},
		{`"options": ["Small", "Extra small", "Large"]`, "4", ""},
		{`"options": ["Small", "Extra small", "Large"]`, "small or large", ""},
		{`"options": ["Small", "Extra small", "Large"]`, "medium", ""},
		{`"options": "Yes, No"`, "yes", "Yes"},
		{`"options": ["配送", "自取"]`, "我要自取", "自取"},
		{`"options": [1, 2, 5]`, "5", "5"},
		{`"options": ["Cancel", "Move"]`, "cancel", "Cancel"},

		{`"kind": "text"`, " Anything, really \n", "Anything, really"},
		{`"kind": "text"`, strings.Repeat("é", 1000), strings.Repeat("é", 1000)},
		{`"kind": "text"`, strings.Repeat("é", 1001), ""},
		{`"kind": "text"`, "why do you ask", ""},
	}
	for _, test := range tests {
		if got := answered(t, test.keys, "en", test.answer); got != test.want {
			t.Errorf("%s: %q is taken as %q, want %q", test.keys, test.answer, got, test.want)
		}
	}
}

func TestNumbersInALanguage(t *testing.T) {
	t.Parallel()
	tests := []struct{ language, answer, want string }{
		{"en", "1.250", "1.25"},
		{"de", "1.250", "1250"},
		{"de", "1.250,5", "1250.5"},
		{"fr-FR", "2,5", "2.5"},
		{"pt_BR", "1 250,75", "1250.75"},
		{"de", "1,250.5", "1250.5"},
		{"de", "2.5", "2.5"},
		{"en", "1,250,000", "1250000"},
	}
	for _, test := range tests {
		if got := answered(t, `"kind": "number"`, test.language, test.answer); got != test.want {
			t.Errorf("%s: %q is taken as %q, want %q", test.language, test.answer, got, test.want)
		}
	}
}

func TestRegionOfAZone(t *testing.T) {
	t.Parallel()
	tests := []struct{ zone, number, want string }{
		{"Africa/Lagos", "0803 123 4567", "+2348031234567"},
		{"Europe/Berlin", "030 123456", "+4930123456"},
		{"America/New_York", "212 555 0123", "+12125550123"},
		{"Asia/Tokyo", "03-1234-5678", "+81312345678"},
		{"UTC", "030 123456", ""},
		{"UTC", "+49 30 123456", "+4930123456"},
		{"Nowhere/Near", "030 123456", ""},
		{"", "030 123456", ""},
		{"Lagos", "0803 123 4567", ""},
	}
	for _, test := range tests {
		c := asking(t, `"kind": "phone"`)
		c.in.Agent.Timezone = test.zone
		got := ""
		if d := c.says(test.number); len(d.Learned) == 1 {
			got = d.Learned[0].Value
		}
		if got != test.want {
			t.Errorf("%s: %q is taken as %q, want %q", test.zone, test.number, got, test.want)
		}
	}
}

func TestCancelling(t *testing.T) {
	t.Parallel()
	for _, said := range []string{
		"cancel", "Stop!", "never mind", "Cancel that, please", "ok, stop", "I've changed my mind", "I'd like to cancel",
		"cancelar", "Déjalo", "ya no quiero", "annuler", "laisse tomber", "Arrêtez, merci",
		"abbrechen", "vergiss es", "bitte abbrechen", "deixa pra lá", "quero cancelar",
		"إلغاء", "توقف", "من فضلك توقف", "取消", "算了", "キャンセル", "やめて", "キャンセルしてください",
	} {
		c := asking(t, `"kind": "text"`)
		if d := c.says(said); d.Outcome != flows.Cancelled || d.Text == "" || c.in.State.InFlow() || d.Learned != nil {
			t.Errorf("%q: %+v, want it cancelled", said, d)
		}
	}
	for _, said := range []string{"cancel my appointment of Monday", "do not stop the delivery", "the bus stop", "no", ""} {
		if d := asking(t, `"kind": "text"`).says(said); d.Outcome == flows.Cancelled {
			t.Errorf("%q is taken for the wish to stop", said)
		}
	}
}

// Everything the engine says by itself is there in every language, and in English in all others.
func TestSayings(t *testing.T) {
	t.Parallel()
	said := func(language, keys, text string) string {
		c := asking(t, keys)
		c.in.Agent.Language = language
		return c.says(text).Text
	}
	seen := map[string]string{}
	for _, language := range []string{"en", "es", "fr", "de", "pt", "ar", "zh", "ja"} {
		all := []string{
			said(language, `"kind": "text"`, "stop"), said(language, `"kind": "email", "tries": 1`, "-"),
			said(language, `"options": ["aa", "bb"]`, "-"), said(language, `"kind": "text"`, strings.Repeat("x", 2000)),
		}
		for _, kind := range []string{"name", "email", "phone", "date", "number"} {
			all = append(all, said(language, fmt.Sprintf(`"kind": %q`, kind), " - "))
		}
		for i, text := range all {
			if before := seen[text]; before != "" || text == "" || !utf8.ValidString(text) {
				t.Errorf("%s: saying %d is %q, as in %q", language, i, text, before)
			}
			seen[text] = language
		}
	}
	if got := said("xx", `"kind": "text"`, "stop"); seen[got] != "en" {
		t.Errorf("in a language that is not known it says %q, want English", got)
	}
}
