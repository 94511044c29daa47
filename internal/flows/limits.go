package flows

import (
	"regexp"

	"github.com/bimpe/bimpe/internal/words"
)

// limits reports whether a number is only the least or the most of what is meant: over 5, hasta 5, 5 o más.
func (s said) limits(m mention) bool { return s.limitsBefore(m) || s.limitsBehind(m) }

func (s said) limitsBefore(m mention) bool {
	at := m.at - 1
	for at >= 0 && s[at].clause == s[m.at].clause && in(s[at].word, leading) {
		at--
	}
	if at < 0 || s[at].clause != s[m.at].clause {
		return false
	}
	led := at < m.at-1 || s[at].word == "plus" && s.word(at-1) == "au"
	return in(s[at].word, limiting) || led && in(s[at].word, comparing)
}

func (s said) limitsBehind(m mention) bool {
	const near = 4 // words
	for at := m.end; at < len(s) && at < m.end+near && s[at].clause == s[m.end-1].clause; at++ {
		joined := in(s.word(at-1), "or|o|ou|oder|at|y|au|al|pelo|como|او|على")
		if in(s[at].word, limitingBehind) || joined && in(s[at].word, comparing+"|"+limiting) || at == m.end && s[at].word == "plus" {
			return true
		}
	}
	return false
}

// below reports whether a number in words has a minus right before it.
func (k numerals) below(text string) bool {
	at := minus.FindStringSubmatch(text)
	if at == nil {
		return false
	}
	all := words.Split(at[1])
	if len(all) == 0 {
		return false
	}
	_, _, ok := k.word(all[0])
	return ok
}

var minus = regexp.MustCompile(`(?:^|[\s(])[-−](\p{L}+)`)

// What makes a number a limit: before it with what may lead from the one to the other, only behind that, and
// behind it.
const (
	leading  = "to|zu|de|als|que|of|a|the|than|do|da|d|من|عن|el|o|au"
	limiting = "over|under|above|below|beyond|upto|least|most|until|till|exceeding|minimum|maximum|maximal|minimal|max|almost|nearly|within|" +
		"weniger|uber|unter|bis|hochstens|mindestens|fast|knapp|ab|menos|hasta|maximo|minimo|casi|mucho|moins|jusqu|jusque|presque|ate|quase|" +
		"اكثر|اقل|حتى|الاقل|الاكثر|过|過|超|少"
	comparing      = "more|less|fewer|up|mas|plus|mais|mehr"
	limitingBehind = "max|maximum|maximal|minimum|minimal|hochstens|mindestens|maximo|minimo|tops|pico|tantos|poucos|poucas|poussieres|以"
)

// vague are words that make a number beside them another one, or are one that is not in figures.
const vague = "point|komma|virgule|coma|virgula|half|halves|quarter|quarters|couple|couples|few|several|dozens|hundreds|thousands|billion|billions|trillion|lakh|lakhs|" +
	"crore|crores|than|minus|negative|twice|double|triple|pair|pairs|thirds|" +
	"medio|media|decena|decenas|veintena|treintena|quincena|centenar|centenares|cientos|miles|millar|millares|varios|varias|pocos|pocas|pares|parejas|mitad|cuarto|cuartos|tercio|tercios|" +
	"demi|demie|moitie|plusieurs|centaine|centaines|dizaine|dizaines|vingtaine|trentaine|quarantaine|cinquantaine|soixantaine|quinzaine|huitaine|" + //nolint:misspell // this is French
	"millier|milliers|quelques|paire|paires|quart|quarts|tiers|" +
	"halb|halbe|halfte|doppelte|paare|paaren|halber|halbes|anderthalb|eineinhalb|paar|einige|mehrere|viertel|drittel|achtel|dutzende|dutzenden|hunderte|hunderten|tausende|tausenden|" +
	"meio|meia|metade|dobro|casais|alguns|algumas|dezena|dezenas|centena|centenas|milhar|milhares|quinzena|" +
	"نصف|نص|ضعف|ضعفا|ربع|ثلث|عشرات|مئات|半|几|幾|多|数|億|亿"

// vaguePhrases are such words of which one alone may mean something else.
const vaguePhrases = "el doble|al doble|doble de|doppelt so|un par|um par|un tercio|um terco|um quarto de"

// uncounted is what one has or asks for, and does not count: one moment, una pregunta.
const uncounted = "moment|moments|sec|instant|minute|question|thing|favour|favor|problem|" +
	"momento|momentito|segundo|segundito|instante|minuto|minutito|pregunta|duda|cosa|problema|" + //nolint:misspell // this is Spanish
	"seconde|chose|probleme|augenblick|sekunde|frage|sache|momentinho|segundinho|minutinho|pergunta|duvida|coisa|لحظة|ثانية|دقيقة|سؤال|مشكلة"
