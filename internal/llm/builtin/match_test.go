package builtin

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/words"
)

func TestLikeness(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		term []string
		all  []string
		want float64
	}{
		"none":            {[]string{"a"}, nil, 0},
		"same":            {[]string{"open"}, []string{"close", "open"}, 1},
		"alternative":     {[]string{"x", "open"}, []string{"open"}, 1},
		"an ending":       {[]string{"deliv"}, []string{"deliveri"}, alike},
		"without ending":  {[]string{"deliveri"}, []string{"deliv"}, alike},
		"the same first":  {[]string{"deliv"}, []string{"deliveri", "deliv"}, 1},
		"too short":       {[]string{"pay"}, []string{"payment"}, 0},
		"a long ending":   {[]string{"port"}, []string{"portmanteau"}, 0},
		"other beginning": {[]string{"order"}, []string{"border"}, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := likeness(test.term, test.all); got != test.want {
				t.Errorf("likeness(%q, %q) = %v, want %v", test.term, test.all, got, test.want)
			}
		})
	}
}

func ask(question string) asking {
	a := words.New()
	return asking{analyser: a, language: "en", terms: a.Query(question, "en", maxTerms)}
}

func TestFitPrefersTheRareTerm(t *testing.T) {
	t.Parallel()
	faq := []console.QA{
		{Question: "What does a bread cost?", Answer: "bread"},
		{Question: "What does a cake cost?", Answer: "cake"},
		{Question: "What does a tea cost?", Answer: "tea"},
	}
	got, fit := ask("how much does your cake cost").faq(faq)
	if got != "cake" || fit < enough {
		t.Errorf("faq = %q (%.2f), want cake", got, fit)
	}
}

func TestFitOfAnotherWayToPutIt(t *testing.T) {
	t.Parallel()
	one := []console.QA{{Question: "How do I reach the beach by bus, train, boat or plane?", Answer: "yes"}, {Question: "x?", Answer: "no"}}
	two := []console.QA{{Question: "How do I reach the beach? By bus, train, boat or plane?", Answer: "yes"}, {Question: "x?", Answer: "no"}}
	_, whole := ask("how to reach the beach").faq(one)
	_, parted := ask("how to reach the beach").faq(two)
	if parted <= whole || whole == 0 {
		t.Errorf("fit %.2f with the question in two ways, %.2f in one", parted, whole)
	}
}

func TestSplitSentences(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                             {""},
		" \n ":                         {" "},
		"One. Two! Three?":             {"One.", " Two!", " Three?"},
		"See www.example.com or 3.5 m": {"See www.example.com or 3.5 m"},
		"A\nB\n\nC":                    {"A\n", "B\n", "C"},
		"你好。再见！":                       {"你好。", "再见！"},
		"bad \xff byte. Next":          {"bad \xff byte.", " Next"},
	} {
		if diff := cmp.Diff(want, splitSentences(text)); diff != "" {
			t.Errorf("splitSentences(%q) (-want +got):\n%s", text, diff)
		}
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ö", 2*maxQuote)
	for text, want := range map[string]string{
		"":                             "",
		"short":                        "short",
		long:                           long,
		long + "ö":                     long + "…",
		long[:maxQuote*3] + " " + long: long[:maxQuote*3] + "…",
	} {
		if got := shorten(text); got != want {
			t.Errorf("shorten of %d bytes = %d bytes, want %d", len(text), len(got), len(want))
		}
	}
}

func TestHeadingIsNotQuoted(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"heading":         {"Menu › Drinks\n\nTea costs two. Coffee costs three.", "Tea costs two. Coffee costs three."},
		"heading is all":  {"Tea and coffee", "Tea and coffee"},
		"first paragraph": {"Tea costs two.\n\nCoffee costs three.", "Tea costs two. Coffee costs three."},
		"later sentence":  {"Drinks\n\nCoffee costs three. Tea costs two.", "Tea costs two."},
		"nothing fits":    {"Drinks\n\nCoffee costs three. Milk costs one.", "Coffee costs three. Milk costs one."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ask("tea").sentences(test.text); got != test.want {
				t.Errorf("sentences(%q) = %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func TestCourtesyLeavesTheRest(t *testing.T) {
	t.Parallel()
	p := english()
	tests := map[string]struct{ said, rest, reply string }{
		"none":          {"When do you open?", "When do you open?", ""},
		"bare":          {"Hello!", "", p.hello},
		"with question": {"Hi, when?", "when ", p.hello},
		"both":          {"Hello, thank you so much", "", p.welcome},
		"not a word":    {"History lesson", "History lesson", ""},
		"filler alone":  {"team", "team", ""},
		"with filler":   {"hello team", "", p.hello},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rest, reply := p.courtesy(test.said)
			if rest != test.rest || reply != test.reply {
				t.Errorf("courtesy(%q) = %q, %q, want %q, %q", test.said, rest, reply, test.rest, test.reply)
			}
		})
	}
}

// A phrase that another one begins with would hide it, were it to stand before it.
func TestPhrasesAreInOrder(t *testing.T) {
	t.Parallel()
	for _, list := range []string{greetings, thanks, fillers} {
		all := strings.Split(list, "|")
		for i, phrase := range all {
			for _, later := range all[i+1:] {
				if strings.HasPrefix(later, phrase+" ") {
					t.Errorf("%q stands before %q", phrase, later)
				}
			}
			if got := string(words.Append(nil, phrase)); got != phrase+" " {
				t.Errorf("%q is written %q", phrase, got)
			}
		}
	}
}
