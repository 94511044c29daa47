package flows

import (
	"slices"
	"strings"
)

// doubtful reports whether what an answer denies may be meant all the same, or what it does not deny may not: a
// no stands between one mention and the next, right before that, so that it may take back the one or deny the other;
// or what is denied is what the rest depends on: red if you don't have blue.
func (s said) doubtful(all []mention) bool {
	return s.corrected(all) || slices.ContainsFunc(all, func(m mention) bool { return s.supposed(m.at) && s.denies(m, all) })
}

func (s said) corrected(all []mention) bool {
	meant := s.meant(all)
	return slices.ContainsFunc(all, func(m mention) bool {
		at := m.at - 1
		return s.word(at) == "no" && s[at].clause == s[m.at].clause &&
			slices.ContainsFunc(meant, func(before mention) bool { return before.end <= at })
	})
}

// supposed reports whether a place is in what an answer makes a condition.
func (s said) supposed(at int) bool {
	for i := at - 1; i >= 0 && s[i].clause == s[at].clause; i-- {
		if s.supposes(i) {
			return true
		}
	}
	return false
}

// supposes reports whether a condition begins at a place; s'il vous plaît is none.
func (s said) supposes(at int) bool {
	if s[at].word == "s" {
		return in(s.word(at+1), "il|ils|elle|elles|on") && !in(s.word(at+2), "vous|te")
	}
	return in(s[at].word, supposing)
}

// refused reports whether the clause of a mention says no behind it, and not to something else: el viernes no
// puedo, rot mag ich nicht.
func (s said) refused(m mention, all []mention) bool {
	if in(s.word(m.at), denying) {
		return false // it is a no itself
	}
	for at := m.end; at < len(s) && s[at].clause == s[m.end-1].clause && !s[at].turns; at++ {
		if s[at].no && s.sense(at) == denies && !s.aside(m, at) {
			return !s.goesOn(at, all)
		}
	}
	return false
}

// goesOn reports whether at a place or behind it, in the same clause, one of all stands.
func (s said) goesOn(at int, all []mention) bool {
	end := at
	for end < len(s) && s[end].clause == s[at].clause && !s[end].turns {
		end++
	}
	return slices.ContainsFunc(all, func(m mention) bool { return m.at >= at && m.at < end })
}

// aside reports whether a no behind a mention is about something else: no sugar, keine Kinder, not before 8. A yes,
// and what one says to choose, is not taken back by a sentence behind it.
func (s said) aside(m mention, at int) bool {
	next := s.word(at + 1)
	if next == "" || s[at+1].clause != s[at].clause || in(next, doubting) {
		return false
	}
	return s.hours(at+1) || s.chosen(m) && !in(next, refusingOn) || at > m.end && m.end == m.at+1 && in(s.word(m.at), agreeing) || s.ofNone(m, at)
}

// chosen reports whether a mention is what somebody says to choose.
func (s said) chosen(m mention) bool {
	at := m.at - 1
	for at >= 0 && in(s[at].word, filling) {
		at--
	}
	return at >= 0 && s[at].clause == s[m.at].clause && in(s[at].word, choosingWords)
}

// hours reports whether at a place begins what is said of times of the day: before, too late, muy tarde.
func (s said) hours(at int) bool {
	if in(s[at].word, timing) || s.word(at) == "mas" && in(s.word(at+1), late) {
		return true
	}
	return in(s[at].word, "too|so|very|that|much|muy|tan|demasiado|trop|si|tres|plus|zu|so|sehr|muito|tao|mais|demasiado") && in(s.word(at+1), late)
}

// ofNone reports whether a no is for the thing that it stands before: no dairy, keine Kinder, pas de viande.
func (s said) ofNone(m mention, at int) bool {
	next := s[at+1].word
	switch {
	case s[at].word == "pas":
		if !in(next, "de|d") || in(s.word(at+2), refusingOn) || s.word(at+2) == "" {
			return false
		}
		return !slices.ContainsFunc(s[m.end:at], func(w spoken) bool { return in(w.word, "n|ne") })
	case in(next, refusingOn) || strings.HasSuffix(next, "o") || strings.HasSuffix(next, "mos"):
		return false // no quiero, no podemos
	default:
		return s[at].none || s[at].word == "no" && in(s.word(at-1), "y|and") && in(s.word(m.end), heads)
	}
}

// The words that make a no one about something else, or not: conditions; what a sentence with a no goes on with that
// is about what it began with, or leaves open; times of the day; and words that agree or choose.
const (
	supposing  = "if|unless|when|si|cuando|quand|wenn|falls|se|caso|quando|اذا|لو|如果|要是"
	doubting   = "know|knows|think|sure|se|sais|weiss|sei|creo|crois|glaube|acho|ادري|اعرف"
	refusingOn = "way|thanks|thank|thx|good|chance|longer|please|can|could|more|go|not|never|no|sorry|fun|deal|dice|luck|fan|like|likes|want|need|have|" +
		"eat|drink|love|take|choose|come|work|works|fit|fits|suit|suits|possible|available|free|ok|okay|fine|time|interest|money|option|use|so|for|to|" +
		"at|on|in|with|it|that|this|i|you|he|she|we|they|my|really|actually|wait|maybe|but|because|its|is|are|the|" +
		"zeit|lust|bock|interesse|moglichkeit|termin|fall|gute|gutes|guter|geld|freude|mehr|fan|thema|" +
		"temps|envie|moyen|argent|place|interet|ca|tout|moi|possibilite|" + //nolint:misspell // this is French
		"me|te|nos|os|lo|la|le|los|las|les|es|esta|estan|hay|va|van|son|gusta|gustan|quisiera|podria|podre|puede|pueda|sirve|vale|conviene|funciona|" +
		"combina|queda|viene|da|dan|hace|por|para|en|el|un|una|muy|tan|gracias|mas|ya|nada|he|ha|ir|era|fue|sera|ni|" +
		"da|serve|obrigado|obrigada|gracias|merci|danke|merkt"
	timing        = "before|after|until|till|later|earlier|past|vor|nach|spater|fruher|bis|antes|despues|hasta|avant|apres|depois|ate|قبل|بعد|متاخرا"
	late          = "late|early|later|soon|tarde|temprano|pronto|tard|tot|spat|fruh|bald|cedo"
	agreeing      = "yes|yeah|yep|yup|si|oui|ja|sim|نعم"
	choosingWords = "with|take|choose|pick|want|like|prefer|quiero|prefiero|tomo|elijo|prends|veux|voudrais|prefere|choisis|nehme|will|mochte|hatte|" +
		"quero|prefiro|escolho|fico|اريد|اختار|افضل"
)
