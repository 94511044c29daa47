package flows

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/words"
)

// What people say before and after their name.
var (
	beforeName = regexp.MustCompile(`(?i)^(?:(?:hi|hello|hey|hola|bonjour|hallo|olá|oi|مرحبا|你好|こんにちは)[\s,.!，。]+)?` +
		`(?:(?:yes|ok|okay|sure|sí|oui|ja|sim)[\s,.!]+)?` +
		`((?:my (?:full )?name is|my name['’]s|i['’]m|i am|im|it['’]s|it is|this is|call me|name:|` +
		`me llamo|mi nombre es|soy|je m['’]appelle|mon nom est|je suis|c['’]est|` +
		`mein name ist|ich hei(?:ß|ss)e|ich bin|meu nome é|o meu nome é|eu sou|chamo-me|me chamo|sou|` +
		`اسمي|انا|أنا)\s+|我叫|我是|我的名字是|私は|私の名前は)?`)
	afterName = regexp.MustCompile(`(?i)[\s,]*(?:\bplease|\bthanks|\bthank you|por favor|gracias|merci|danke|bitte|obrigad[oa]|です|だ)?[\s.!,。！]*$`)
	leadOver  = regexp.MustCompile(`(?i)(?:[,;:]|\s(?:and|y|et|und|e|my|mi|mon|ma|meine?|meu|minha|e-?mail|phone)\s).*$`)
	notName   = regexp.MustCompile(`[^\p{L}\p{M}\s'’.\-·,]`)
)

// introduces reports whether a message says that a name follows: "my name is", "I am".
func introduces(text string) bool {
	m := beforeName.FindStringSubmatch(strings.TrimSpace(text))
	return m != nil && m[1] != ""
}

// nameOf takes a person's name out of an answer, without what is said around it, an address or a
// number.
func nameOf(answer, region string) (string, bool) {
	whole := answer
	answer = address.ReplaceAllString(answer, "")
	if _, rest, ok := phone(answer, region); ok {
		answer = rest
	}
	if answer != whole { // what led over to it is no name either
		answer = leadOver.ReplaceAllString(answer, "")
	}
	answer = strings.TrimSpace(answer)
	introduced := introduces(answer)
	answer = strings.TrimPrefix(answer, beforeName.FindString(answer))
	if end := afterName.FindStringIndex(answer); end != nil {
		answer = answer[:end[0]]
	}
	name := strings.Trim(strings.Join(strings.Fields(answer), " "), " ,.-·")
	all := words.Split(name)
	switch {
	case name == "" || utf8.RuneCountInString(name) > 100 || len(strings.Fields(name)) > 6 || len(all) > 20:
		return "", false
	case notName.MatchString(name) || strings.IndexFunc(name, unicode.IsLetter) < 0:
		return "", false
	case len(name) == 1 || in(strings.Join(all, " "), notNames) || talks(all) || introduced && in(all[0], states):
		return "", false
	}
	return name, true
}

// talks reports whether words are a sentence and no name: one of them is in no name.
func talks(all []string) bool {
	said := " " + strings.Join(all, " ") + " "
	for one := range strings.SplitSeq(notInNames, "|") {
		if strings.Contains(said, " "+one+" ") {
			return true
		}
	}
	return false
}

// notNames are answers that are no names.
const notNames = "no|nope|yes|yeah|yep|ok|okay|sure|why|what|hi|hello|hey|thanks|thank you|please|skip|none|nothing|help|" +
	"i don t know|i dont know|not now|later|no way|no no|no comment|pass|n a|na|great|fine|good|cool|perfect|whatever|" +
	"wait|one moment|good morning|good afternoon|good evening|good day|" +
	"si|que|hola|gracias|por que|buenos dias|buenas tardes|non|oui|bonjour|merci|bonsoir|nein|ja|hallo|danke|wieso|" +
	"guten morgen|guten tag|guten abend|nao|sim|ola|obrigado|obrigada|bom dia|boa tarde|boa noite|" +
	"لا|نعم|لماذا|不|是|好|你 好|不 要|不 是|没 有|为 什 么|は い|い い え|な ぜ"

// notInNames are words that stand in sentences and in no name, or hardly in any.
const notInNames = "not|never|telling|tells|told|want|wants|wanna|rather|your|yours|why|what|who|whom|that|this|these|those|" +
	"don t|dont|won t|wont|can t|cant|cannot|isn t|doesn t|didn t|wouldn t|couldn t|i ll|you re|they|them|" +
	"give|giving|because|nobody|anonymous|private|secret|business|idea|know|knows|sorry|prefer|refuse|asking|" +
	"need|needs|none|nothing|nope|yes|yeah|how|when|where|which|name|names|with|about|have|has|already|should|would|" +
	"could|please|thanks|thank you|love you|hate|fuck|tell you|tell me|say it|say that|leave me|mind|matter|matters|" +
	"quiero|decir|digo|importa|porque|nadie|tengo|necesito|nombre|" +
	"veux|dire|dis|pas|rien|personne|pourquoi|parce|besoin|vous|" +
	"nicht|sage|mochte|will ich|kein|keine|keinen|keinem|warum|geht|ihnen|niemand|brauche|" +
	"quero|dizer|digo|nao|nada|ninguem|preciso|você|voce|" +
	"لا|لن|ليس|لماذا|اريد|告 诉|不 想|不 要|不 会|为 什 么|什 么|教 え|言 い|秘 密"

// states are what people say that they are, and are not called.
const states = "a|an|at|in|on|the|busy|looking|here|fine|interested|good|ok|okay|well|sure|just|still|going|trying|calling|" +
	"writing|sick|tired|angry|back|ready|done|new|afraid|happy|unhappy|hungry|late|lost|so|very|too|really|only|from|" +
	"waiting|asking|having|getting|using|already|also|complicated|nice|wrong|right|true|your|" +
	"un|una|une|ein|eine|um|uma|desde|aqui|ici|hier|muy|tres|sehr|muito|en|em|im|occupe|ocupado|ocupada|beschaftigt"
