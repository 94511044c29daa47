package flows

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/words"
)

// meant are those of all that an answer mentions that it does not deny.
func (s said) meant(all []mention) []mention {
	var meant []mention
	for _, m := range all {
		if !s.denies(m, all) {
			meant = append(meant, m)
		}
	}
	return meant
}

// denies reports whether a mention is said not to be meant: "not", "anything but", "I hate" and the like in
// the same clause shortly before it, "does not" right behind it, or a clause that goes on to say no. Where
// another one of all stands behind that no, it is for that one.
func (s said) denies(m mention, all []mention) bool {
	return s.deniedBefore(m.at, all) || s.deniedBehind(m.at, m.end) && !stands(m.end, all) || s.struck(m.end, all) || s.refused(m, all)
}

// stands reports whether one of all is a word at a place, such as the no of yes or no, and so denies none of the others.
func stands(at int, all []mention) bool {
	return slices.ContainsFunc(all, func(m mention) bool { return m.at == at && m.end == at+1 })
}

// struck reports whether a clause of nothing but a no follows: red, no.
func (s said) struck(end int, all []mention) bool {
	at := end
	for at < len(s) && s[at].clause == s[end-1].clause && in(s[at].word, courteous) {
		at++
	}
	if at >= len(s) || s[at].clause == s[end-1].clause {
		return false
	}
	no := false
	for clause := s[at].clause; at < len(s) && s[at].clause == clause; at++ {
		switch w := s[at].word; {
		case stands(at, all):
			return false
		case in(w, noes):
			no = true
		case !in(w, courteous) && !in(w, "way|wait|sorry|actually|perdon|pardon|desculpe|doch|mejor|melhor|lieber"):
			return false
		}
	}
	return no
}

func (s said) deniedBefore(i int, all []mention) bool {
	const (
		near = 5  // words that say something
		far  = 25 // words
	)
	if i >= len(s) {
		return false
	}
	for at, n := i-1, 0; at >= 0 && i-at <= far && s[at].clause == s[i].clause && n < near; at-- {
		switch s.sense(at) {
		case denies:
			if !stands(at, all) {
				return true
			}
		case turns:
			return false
		case says:
			n++
		case fills:
		}
	}
	return false
}

// sense is what a word does to what follows it.
type sense int

const (
	says sense = iota
	fills
	turns
	denies
)

func (s said) sense(at int) sense {
	switch w, before, next := s[at].word, s.word(at-1), s.word(at+1); {
	case s.excepts(at):
		return denies
	case in(w, turning), w == "not" && in(before, "why|sure"):
		return turns
	case w == "no" && in(next, "domingo|sabado|dia|proximo|fim"): // "on" in Portuguese
		return fills
	case in(w, denying) && s.harmless(at):
		return says
	case in(w, denying):
		return denies
	case in(w, filling):
		return fills
	default:
		return says
	}
}

// harmless reports whether a word that denies else does not: no problem, t-shirt, al menos.
func (s said) harmless(at int) bool {
	w, before, next := s[at].word, s.word(at-1), s.word(at+1)
	return w == "t" && !in(before, shortened) || w == "menos" && in(before, "o|ou|al|pelo|ao|a") ||
		in(next, agreeable) || in(next, "de|hay|tem|es|ist") && in(s.word(at+2), agreeable)
}

// excepts reports whether a word takes what follows it out: any day but, instead of, en vez de.
func (s said) excepts(at int) bool {
	switch w, before := s[at].word, s.word(at-1); w {
	case "but":
		const near = 3
		for i := at - 1; i >= 0 && at-i <= near && s[i].clause == s[at].clause; i-- {
			if in(s[i].word, "any|anything|anytime|everything|every|all|whichever") {
				return true
			}
		}
		return false
	case "instead":
		return s.word(at+1) == "of"
	case "stop", "remove", "forget", "drop", "cancel":
		before := s.word(at - 1)
		return at == 0 || s[at-1].clause != s[at].clause || in(before, "please|to|you|lets")
	case "tired", "sick", "enough", "fed", "nada", "hors":
		return in(s.word(at+1), "of|up|with|de")
	default:
		return in(w, "vez|lugar|lieu|inves") && in(before, "en|em|au|ao")
	}
}

func (s said) deniedBehind(i, end int) bool {
	if end >= len(s) || i >= len(s) || s[end].clause != s[end-1].clause {
		return false
	}
	if in(s[end].word, "isnt|doesnt|wont|cannot|excluded") {
		return true
	}
	if in(s[end].word, "is|are|was|does|do|did|will|would|can|isn|doesn|won|wouldn|aren|don") &&
		in(s.word(end+1), "not|t|no|never|impossible|out") {
		return true
	}
	if in(s[end].word, "ni|nem") && in(s.word(end+1), "hablar|pensar|pensarlo|loco|loca|morto|morta|muerto|muerta|borracho") {
		return true
	}
	if in(s[end].word, noes+"|pas|nicht") && (end+1 == len(s) || s[end+1].clause != s[end].clause) {
		return true // el viernes no
	}
	return s.deniedInJapanese(end)
}

// deniedInJapanese looks for what stands behind in Japanese, and sometimes in Chinese.
func (s said) deniedInJapanese(end int) bool {
	if r, _ := utf8.DecodeRuneInString(s[end].word); !words.Continuous(r) {
		return false
	}
	for no := range strings.SplitSeq("ではな|じゃな|はだめ|はダメ|は無理|不行|不可|以外", "|") {
		if s.has(end, words.Split(no)) {
			return true
		}
	}
	return false
}

// The words about which an answer turns: those that deny, and of them those that can stand behind what they
// deny; those with which the meaning turns again; those behind which is what it depends on; and those that say
// nothing by themselves. All are as words.Append writes them.
const (
	denying = refusing + "|isnt|doesnt|cannot|except|excluding|without|neither|hate|hates|dislike|detest|loathe|avoid|skip|" +
		"ni|tampoco|excepto|salvo|sin|menos|odio|detesto|evito|evitar|sauf|excepte|hormis|sans|deteste|hais|evite|eviter|" +
		"ausser|ohne|statt|anstatt|anstelle|hasse|vermeide|vermeiden|nem|exceto|sem|odeio|tirando|quitando|evitez|evitons|evitem|evitad|evita|ungern|" +
		"بدون|بلا|دون|الا|عدا|سوى|باستثناء|اكره|بدلا|没|非|勿|除|厌"
	refusing = "not|never|t|dont|cant|wont|no|nunca|jamas|ningun|ninguna|pas|jamais|aucun|aucune|nicht|kein|keine|keinen|keinem|keinesfalls|" +
		"nie|niemals|nao|nenhum|nenhuma|لا|ليس|ليست|لست|لم|لن|غير|مش|不|别"
	// noes are those that are a whole answer.
	noes = "no|nope|nah|not|nein|nee|non|nao|never|nunca|jamas|jamais|nie|لا|كلا"
	// shortened are words that "not" is drawn together with.
	shortened = "don|can|won|isn|doesn|didn|wouldn|couldn|aren|wasn|weren|haven|hasn|shouldn|ain|mustn|needn"
	agreeable = "problem|problems|prob|worries|rush|hurry|doubt|matter|idea|mind|worry|forget|bad|hesitate|" +
		"problema|problemas|prisa|pressa|duda|duvida|probleme|souci|soucis|doute|eile|zweifel|مشكلة|مشكل|问|错" //nolint:misspell // this is Spanish
	turning   = "but|instead|sino|pero|mais|sondern|aber|mas|senao|بل|而"
	providing = "if|unless|when|because|since|as|si|cuando|porque|quand|parce|wenn|falls|weil|se|quando|اذا|لو"
	filling   = "the|a|an|on|at|in|for|of|to|by|or|and|nor|el|la|los|las|un|una|o|y|u|e|le|les|de|du|des|et|ou|der|die|das|den|dem|" +
		"am|um|im|und|oder|noch|os|as|em|na"
)
