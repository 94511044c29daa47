package flows

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/words"
)

// What people say before and after their name.
var (
	beforeName = regexp.MustCompile(`(?i)^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|hola|buenas|buenos d[ií]as|buenas (?:tardes|noches)|` +
		`bonjour|bonsoir|salut|coucou|hallo|servus|gr[uü](?:ß|ss) gott|guten (?:tag|morgen|abend)|olá|ola|oi|bom dia|boa (?:tarde|noite)|` +
		`مرحب[اً]+|[أا]هلا(?: وسهلا)?|السلام عليكم|你好|您好|こんにちは)[\s,.!，。،]+)?` +
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
	case len(name) == 1 || chats(all) || talks(all) || introduced && in(all[0], states):
		return "", false
	}
	return name, true
}

// chats reports whether an answer is a greeting, a refusal or the like: as a whole, or all of its words are of
// those.
func chats(all []string) bool {
	return in(strings.Join(all, " "), notNames) || !slices.ContainsFunc(all, func(w string) bool { return !in(w, chatter) })
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
