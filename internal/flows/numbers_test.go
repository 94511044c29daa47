package flows_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/flows"
)

// Numbers in words are understood as a whole, or not at all.
func TestNumbersInWords(t *testing.T) {
	t.Parallel()
	tests := []struct{ language, answer, want string }{
		{"en", "two hundred", "200"},
		{"en", "a hundred", "100"},
		{"en", "twenty-five", "25"},
		{"en", "Twenty five of us", "25"},
		{"en", "nineteen", "19"},
		{"en", "a hundred and five", "105"},
		{"en", "three hundred and sixty-five days", "365"},
		{"en", "fifteen hundred", "1500"},
		{"en", "one thousand two hundred and thirty four", "1234"},
		{"en", "twelve thousand", "12000"},
		{"en", "two hundred thousand and one", "200001"},
		{"en", "three million", "3000000"},
		{"en", "two dozen", "24"},
		{"en", "a dozen", "12"},
		{"en", "two (2)", "2"},
		{"en", "zero", "0"},
		{"en", "5 thousand", "5000"},
		{"en", "2.5k", "2500"},
		{"en", "3 hundred", "300"},
		{"en", "2 million", "2000000"},
		{"en", "not five but six", "6"},
		{"en", "6, not 5", "6"},
		{"en", "no problem, 5", "5"},
		{"en", "I'm not sure, 5", "5"},
		{"en", "five, 5", "5"},
		{"en", "0.5", "0.5"},
		{"en", "- 5", "5"},
		{"en", "-5", "-5"},
		{"en", "table-5", "5"},
		{"en", "1 250", "1250"},
		{"en", "50 m²", "50"},

		{"en", "not 5", ""},
		{"en", "not five", ""},
		{"en", "anything but 5", ""},
		{"en", "I don't want 5", ""},
		{"en", "5 is not possible", ""},
		{"en", "two and three", ""},
		{"en", "five or six", ""},
		{"en", "five to six", ""},
		{"en", "5-6", ""},
		{"en", "5 - 6", ""},
		{"en", "5 6", ""},
		{"en", "5, 6", ""},
		{"en", "10, 12", ""},
		{"en", "5 and six", ""},
		{"en", "two five", ""},
		{"en", "5 5", ""},
		{"en", "2+2", ""},
		{"en", "2 adults and 2 children", ""},
		{"en", "two adults, two children", ""},
		{"en", "five (6)", ""},
		{"en", ".5", ""},
		{"en", "five point five", ""},
		{"en", "zwei Komma fünf", ""},
		{"en", "1e5", ""},
		{"en", "7:30", ""},
		{"en", "twenty twenty", ""},
		{"en", "nineteen eighty", ""},
		{"en", "one hundred two hundred", ""},
		{"en", "ten five", ""},
		{"en", "thirty-first", ""},
		{"en", "half a dozen", ""},
		{"en", "two and a half", ""},
		{"en", "2½", ""},
		{"en", "half", ""},
		{"en", "a couple hundred", ""},
		{"en", "five dozens", ""},
		{"en", "two billion", ""},
		{"en", "5 lakh", ""},
		{"en", "5m", ""},
		{"en", "minus five", ""},
		{"en", "more than 5", ""},
		{"en", "less than five", ""},
		{"en", "once a week", ""},
		{"en", "1.2.3", ""},
		{"en", "2026 250", ""},

		{"en", "over 5", ""},
		{"en", "under five", ""},
		{"en", "up to 5", ""},
		{"en", "at most 5", ""},
		{"en", "at least five", ""},
		{"en", "5 at most", ""},
		{"en", "5 or more", ""},
		{"en", "5 people or fewer", ""},
		{"en", "max 5", ""},
		{"en", "5 max", ""},
		{"en", "5+", ""},
		{"en", "5 plus", ""},
		{"en", ">5", ""},
		{"en", "< 5", ""},
		{"en", "nearly 5", ""},
		{"en", "around 5", "5"},
		{"en", "5 of us, over and out", "5"},
		{"en", "the most important: 5", "5"},
		{"en", "5, more or less", "5"},
		{"en", "one moment", ""},
		{"en", "one second", ""},
		{"en", "just one sec please", ""},
		{"en", "I have one question", ""},
		{"en", "one of us", "1"},
		{"en", "one third", ""},
		{"en", "two thirds", ""},
		{"en", "one quarter", ""},
		{"en", "a pair", ""},
		{"en", "f1ve", ""},
		{"en", "x5", ""},
		{"en", "-five", ""},
		{"en", "it is -five", ""},
		{"en", "-thanks, five", "5"},
		{"en", "twenty-five", "25"},
		{"en", "5,5,5", ""},
		{"en", "1,2,3", ""},
		{"en", "1,00,000", "100000"},
		{"en", "1,250,5", ""},
		{"en", "12,345,678.5", "12345678.5"},
		{"en", "1,2345,678", ""},
		{"en", "the 5th", ""},
		{"zh", "我们5个人", "5"},
		{"zh", "超过5个", ""},
		{"zh", "5个以上", ""},
		{"zh", "至少5个", ""},

		{"es", "más de 5", ""},
		{"es", "menos de cinco", ""},
		{"es", "hasta 5", ""},
		{"es", "al menos 5", ""},
		{"es", "como mucho cinco", ""},
		{"es", "5 como máximo", ""},
		{"es", "5 o más", ""},
		{"es", "casi 5", ""},
		{"es", "un par", ""},
		{"es", "un cuarto", ""},
		{"es", "tres cuartos", ""},
		{"es", "dos docenas", "24"},
		{"es", "docenas", ""},
		{"es", "una docena", "12"},
		{"es", "una veintena", ""},
		{"es", "un momento", ""}, //nolint:misspell // this is Spanish
		{"es", "un segundo, por favor", ""},
		{"es", "tengo una pregunta", ""},
		{"es", "uno", "1"},
		{"fr", "plus de 5", ""},
		{"fr", "moins de cinq", ""},
		{"fr", "au plus 5", ""},
		{"fr", "au moins cinq", ""},
		{"fr", "jusqu'à 5", ""},
		{"fr", "5 ou plus", ""},
		{"fr", "5 au maximum", ""},
		{"fr", "mais 5", "5"},
		{"fr", "une paire", ""},
		{"fr", "une trentaine", ""},
		{"fr", "une soixantaine", ""},
		{"fr", "deux douzaines", "24"},
		{"fr", "2 douzaines", "24"},
		{"fr", "des douzaines", ""},
		{"fr", "une douzaine", "12"},
		{"fr", "un quart", ""},
		{"fr", "un instant", ""},
		{"fr", "une seconde", ""},
		{"fr", "une minute s'il vous plaît", ""},
		{"fr", "j'ai une question", ""},
		{"fr", "5,5,5", ""},
		{"de", "mehr als 5", ""},
		{"de", "weniger als fünf", ""},
		{"de", "über 5", ""},
		{"de", "unter 5", ""},
		{"de", "bis zu fünf", ""},
		{"de", "höchstens 5", ""},
		{"de", "mindestens fünf", ""},
		{"de", "5 oder mehr", ""},
		{"de", "ein Viertel", ""},
		{"de", "zwei Drittel", ""},
		{"de", "zwei Dutzend", "24"},
		{"de", "Dutzende", ""},
		{"de", "ein Moment", ""},
		{"de", "eine Sekunde bitte", ""},
		{"de", "ich habe eine Frage", ""},
		{"de", "-fünf", ""},
		{"pt", "mais de 5", ""},
		{"pt", "menos de cinco", ""},
		{"pt", "até 5", ""},
		{"pt", "no máximo cinco", ""},
		{"pt", "pelo menos 5", ""},
		{"pt", "5 ou mais", ""},
		{"pt", "um par", ""},
		{"pt", "um quarto", "1"},
		{"pt", "duas dúzias", "24"},
		{"pt", "uma dezena", ""},
		{"pt", "um momento", ""}, //nolint:misspell // this is Portuguese
		{"pt", "uma pergunta", ""},
		{"ar", "أكثر من 5", ""},
		{"ar", "أقل من خمسة", ""},
		{"ar", "حتى 5", ""},
		{"ar", "على الأقل 5", ""},
		{"ar", "لحظة واحدة", ""},
		{"ar", "دقيقة واحدة من فضلك", ""},
		{"ar", "ربع", ""},
		{"ar", "عشرات", ""},
		{"ar", "ل5 أشخاص", "5"},

		{"es", "veinticinco", "25"},
		{"es", "veintiún", "21"},
		{"es", "treinta y cinco", "35"},
		{"es", "ciento veinte", "120"},
		{"es", "quinientos cuarenta y dos", "542"},
		{"es", "mil doscientos", "1200"},
		{"es", "dos mil", "2000"},
		{"es", "once", "11"},
		{"es", "una", "1"},
		{"es", "dos y tres", ""},
		{"es", "dos o tres", ""},
		{"es", "no cinco", ""},
		{"es", "cinco y medio", ""},

		{"fr", "vingt et un", "21"},
		{"fr", "trente-deux", "32"},
		{"fr", "dix-sept", "17"},
		{"fr", "soixante-dix", "70"},
		{"fr", "soixante et onze", "71"},
		{"fr", "quatre-vingts", "80"},
		{"fr", "quatre-vingt-dix-neuf", "99"},
		{"fr", "deux cent quatre-vingt-un", "281"},
		{"fr", "mille neuf cent", "1900"},
		{"fr", "vingt-quatre", "24"},
		{"fr", "seize", "16"},
		{"fr", "pas cinq", ""},
		{"fr", "cinq ou six", ""},
		{"en", "cent vingt", ""},

		{"de", "fünfundzwanzig", "25"},
		{"de", "einunddreißig", "31"},
		{"de", "zweihundert", "200"},
		{"de", "zwei hundert", "200"},
		{"de", "hundertfünf", "105"},
		{"de", "dreihundertfünfundsechzig", "365"},
		{"de", "zweitausendundeins", "2001"},
		{"de", "eintausendzweihundert", "1200"},
		{"de", "fuenfzehn", "15"},
		{"de", "nicht fünf, sondern sechs", "6"},
		{"de", "fünf oder sechs", ""},
		{"de", "anderthalb", ""},
		{"de", "ein paar", ""},

		{"pt", "vinte e cinco", "25"},
		{"pt", "cento e vinte e três", "123"},
		{"pt", "duzentos", "200"},
		{"pt", "mil e quinhentos", "1500"},
		{"pt", "não cinco", ""},
		{"pt", "dois e três", ""},

		{"ar", "خمسة", "5"},
		{"ar", "خمسة وعشرون", "25"},
		{"ar", "ثلاثة عشر", "13"},
		{"ar", "مئة", "100"},
		{"ar", "مائتان وخمسون", "250"},
		{"ar", "ثلاثة آلاف", "3000"},
		{"ar", "خمسة أو ستة", ""},

		{"zh", "二十五", "25"},
		{"zh", "十五个人", "15"},
		{"zh", "两百", "200"},
		{"zh", "一百零五", "105"},
		{"zh", "三千二百一十", "3210"},
		{"zh", "两万五千", "25000"},
		{"zh", "五百二", ""},
		{"zh", "三四个", ""},
		{"zh", "十几个", ""},
		{"zh", "不要五个", ""},
		{"ja", "五人", "5"},
	}
	for _, test := range tests {
		if got := answered(t, `"kind": "number"`, test.language, test.answer); got != test.want {
			t.Errorf("%s: %q is taken as %q, want %q", test.language, test.answer, got, test.want)
		}
	}
}

// English numbers up to a hundred thousand come back from their words.
func TestEnglishNumbersThereAndBack(t *testing.T) {
	t.Parallel()
	for n := 0; n < 100_000; n += 1 + n/9 {
		if got := answered(t, `"kind": "number"`, "en", spelt(n)); got != fmt.Sprint(n) {
			t.Errorf("%q is taken as %q, want %d", spelt(n), got, n)
		}
	}
}

// spelt is a number below a million in English words.
func spelt(n int) string {
	small := []string{
		"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
		"fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
	}
	tens := []string{"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}
	rest := func(words, between string, n int) string {
		if n == 0 {
			return words
		}
		return words + between + spelt(n)
	}
	switch {
	case n < 20:
		return small[n]
	case n < 100:
		return rest(tens[n/10], "-", n%10)
	case n < 1000:
		return rest(small[n/100]+" hundred", " and ", n%100)
	default:
		return rest(spelt(n/1000)+" thousand", " ", n%1000)
	}
}

// How to reach the customer is no part of the number, the day or the option that is asked for.
func TestAnswersBesideContacts(t *testing.T) {
	t.Parallel()
	const places = `"options": ["1 room", "2 rooms"]`
	tests := []struct{ keys, answer, want string }{
		{`"kind": "number"`, "two, 0803 123 4567", "2"},
		{`"kind": "number"`, "3 people, call me on +234 803 123 4567", "3"},
		{`"kind": "number"`, "2, me@x.io", "2"},
		{`"kind": "number"`, "me4@x.io and there are 5 of us", "5"},
		{`"kind": "number"`, "+234 803 123 4567, 4", "4"},
		{`"kind": "number"`, "2 0803 123 4567", "2"},
		{`"kind": "number"`, "0803 123 4567 2", "2"},
		{`"kind": "number"`, "six (08031234567)", "6"},
		{`"kind": "number"`, "0803-123-4567 for 12", "12"},
		{`"kind": "number"`, "00234 803 123 4567: 7", "7"},
		{`"kind": "number"`, "0803 123 4567", ""},
		{`"kind": "number"`, "+234 803 123 4567", ""},
		{`"kind": "number"`, "call 0803 123 4567", ""},
		{`"kind": "number"`, "me2@x.io", ""},
		{`"kind": "number"`, "2, 0803 123 4567 or 3", ""},
		{`"kind": "number"`, "1 250 000", "1250000"},
		{`"kind": "number"`, "250.000.000", ""},
		{`"kind": "number"`, "2125550123", "2125550123"},
		{`"kind": "date"`, "friday, 0803 123 4567", "2026-11-27"},
		{`"kind": "date"`, "24.12.2026, +234 803 123 4567", "2026-12-24"},
		{`"kind": "date"`, "5 december 0803 123 4567", "2026-12-05"},
		{`"kind": "date"`, "24 12 2026 or so, 05.12.2026", "2026-12-05"},
		{`"kind": "date", "region": "NO"`, "24.12.2026", "2026-12-24"},
		{`"kind": "date", "region": "NO"`, "2026-12-24", "2026-12-24"},
		{`"kind": "date"`, "12月5日, +86 139 1234 5678", "2026-12-05"},
		{places, "2, 0803 123 4567", "2 rooms"},
		{places, "the one with 3 beds, 0803 123 2222", ""},
		{places, "2 rooms, me1@x.io", "2 rooms"},
		{`"options": ["0803 123 4567", "0805 123 4567"]`, "0805 123 4567", "0805 123 4567"},
	}
	for _, test := range tests {
		if got := answered(t, test.keys, "en", test.answer); got != test.want {
			t.Errorf("%s: %q is taken as %q, want %q", test.keys, test.answer, got, test.want)
		}
	}
}

// A number that comes along is still the answer to the next question.
func TestContactsComeAlongWithANumber(t *testing.T) {
	t.Parallel()
	set := flows.Compile(nil, steps(t, `{"type": "ask", "field": "guests", "kind": "number", "content": "How many?"}, {"type": "ask", "kind": "phone", "content": "Phone?"},
		{"type": "end", "content": "{{ fields.guests }} {{ fields.phone }}"}`))
	got := walk(newCustomer(set), "begin", "two, 0803 123 4567")
	if diff := cmp.Diff([]string{"How many?", "2 +2348031234567"}, got); diff != "" {
		t.Errorf("replies (-want +got):\n%s", diff)
	}
}
