package flows

import (
	"strings"
	"unicode"

	"github.com/bimpe/bimpe/internal/words"
)

// talk is what people say to stop, and what makes a question.
type talk struct {
	cancelling map[string]bool
	polite     map[string]bool
	asking     []string // what questions begin with
	inside     []string // what makes a question wherever it stands
}

func newTalk() talk {
	t := talk{cancelling: map[string]bool{}, polite: map[string]bool{}}
	for _, s := range strings.Split(cancelling, "|") {
		t.cancelling[plainly(s)] = true
	}
	for _, s := range strings.Split(polite, "|") {
		t.polite[plainly(s)] = true
	}
	for _, s := range strings.Split(asking, "|") {
		t.asking = append(t.asking, " "+plainly(s)+" ")
	}
	for _, s := range strings.Split(askingInside, "|") {
		t.inside = append(t.inside, " "+plainly(s)+" ")
	}
	return t
}

// plainly is a text as it is compared.
func plainly(s string) string { return strings.Join(words.Split(s), " ") }

// cancels reports whether a whole message is the wish to stop, in any of the languages; a word of
// politeness more does not count.
func (t talk) cancels(h heard) bool {
	const most = 12 // words; some of these languages count each sign
	if len(h.words) > most {
		return false
	}
	var said []string
	for _, w := range h.words {
		if !t.polite[w] {
			said = append(said, w)
		}
	}
	return t.cancelling[strings.Join(said, " ")] || t.cancelling[strings.Join(h.words, " ")]
}

// asks reports whether a message is a question: by its mark, or by its words.
func (t talk) asks(h heard) bool { return marked(h.text) || t.wonders(h) }

func marked(text string) bool {
	text = strings.TrimRightFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '!' || r == '"' })
	return strings.HasSuffix(text, "?") || strings.HasSuffix(text, "？") || strings.HasSuffix(text, "؟")
}

// wonders reports whether the words of a message are those of a question. One alone is not enough.
func (t talk) wonders(h heard) bool {
	if len(h.words) < 2 {
		return false
	}
	said := string(h.folded)
	for _, one := range t.asking {
		if strings.HasPrefix(said, one) {
			return true
		}
	}
	for _, one := range t.inside {
		if strings.Contains(said, one) {
			return true
		}
	}
	return false
}

const polite = "please|just|ok|okay|thanks|thank|you|sorry|por|favor|gracias|merci|bitte|danke|obrigado|obrigada|من|فضلك|请"

// The ways to say that one wants to stop.
const cancelling = "cancel|cancel that|cancel this|cancel it|stop|stop it|stop this|stop that|never mind|nevermind|forget it|" +
	"forget about it|forget that|quit|exit|abort|I want to cancel|I'd like to cancel|I want to stop|let's stop|" +
	"I changed my mind|I've changed my mind|no longer interested|" +
	"cancelar|cancela|cancélalo|parar|para|déjalo|olvídalo|quiero cancelar|salir|ya no quiero|basta|basta ya|mejor no|déjalo ya|" +
	"annuler|annule|annulez|arrête|arrêtez|arrêter|laisse tomber|laissez tomber|oublie|oubliez|je veux annuler|stoppe|j'arrête|on arrête|ça suffit|" +
	"abbrechen|abbruch|stopp|vergiss es|vergessen Sie es|schon gut|ich möchte abbrechen|aufhören|lass es|Schluss|Schluss jetzt|lassen wir das|lassen wir es|" +
	"pare|deixa pra lá|deixa para lá|deixe pra lá|deixe para lá|chega|desisto|deixe|esquece|esqueça|quero cancelar|desistir|sair|" +
	"إلغاء|ألغ|ألغي|توقف|انس الأمر|لا يهم|أريد الإلغاء|خلاص|كفى|أوقف|أوقف هذا|" +
	"取消|停|停止|算了|不用了|我想取消|退出|" +
	"キャンセル|キャンセルします|キャンセルしてください|やめる|やめます|やめて|やめてください|中止|やっぱりいいです"

// refraining are those of them that also say no to what is asked.
const refraining = "mejor no"

// What questions begin with, and what of Chinese and Japanese makes one anywhere in it.
const (
	asking = "what|when|where|why|how|which|who is|who are|who do|do you|does|did you|are you|are there|is there|is it|" +
		"can i|can you|could you|could i|may i|will you|would you|have you|" +
		"qué es|qué son|qué tipo|cuándo|cuánto|cuánta|cuántos|cuántas|dónde|quién|por qué|cómo puedo|cómo se|cuál|cuáles|" + //nolint:misspell // this is Spanish
		"hay|tienen|puedo|puede usted|" +
		"quel est|quelle est|quels|quelles|quand|où est|où se|combien|comment|pourquoi|qui est|est-ce|qu'est|avez-vous|" +
		"puis-je|pouvez-vous|y a-t|" +
		"was ist|was kostet|was sind|wann|wo|wer|warum|wie|welche|welcher|welches|wieviel|gibt es|haben Sie|habt ihr|" +
		"kann ich|können Sie|sind Sie|ist es|" +
		"o que|qual|quais|quando|quanto|quantos|quanta|onde|quem|como faço|como posso|vocês têm|tem como|posso|" +
		"ما|ماذا|متى|أين|كيف|هل|كم|لماذا|من هو"
	askingInside = "什么|怎么|多少|几点|哪里|哪儿|为什么|吗|ですか|ますか|何時|どこ|いつ|いくら"
)
