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
		`me llamo|mi nombre es|soy|je m['’]appelle|mon nom est|je suis|(?:moi )?c['’]est|` +
		`mein name ist|ich hei(?:ß|ss)e|ich bin|meu nome é|o meu nome é|eu sou|chamo-me|me chamo|sou|` +
		`اسمي|انا|أنا)\s+|我叫|我是|我的名字是|私は|私の名前は)?`)
	afterName = regexp.MustCompile(`(?i)[\s,]*(?:\bplease|\bthanks|\bthank you|por favor|gracias|merci|danke|bitte|obrigad[oa]|です|だ)?[\s.!,。！]*$`)
	// naming finds words behind which whatever follows is a name, as it need not be behind "I am".
	naming = regexp.MustCompile(`(?i)(?:name|name['’]s|llamo|nombre es|appelle|nom est|hei(?:ß|ss)e|name ist|nome é|chamo-me|me chamo|اسمي)\s+$`)
	// present finds who is there: Ada here, Pedro al habla.
	present = regexp.MustCompile(`(?i)[\s,]+(?:here|speaking|hier|am apparat|aqu[ií]|al habla|ici|à l['’]appareil|هنا)$`) //nolint:misspell // this is French
	// answering finds what people say before their name on the telephone, where a name is written behind it.
	answering = regexp.MustCompile(`^(?:[Hh]ier (?:ist|spricht)|[Aa]qui (?:é|fala)|[Éé]|[Aa]quí|[Ii]ci)\s+((?:[oa]\s+)?\p{Lu})`)
	// booked finds what a booking is called by, where a name is written behind it.
	booked = regexp.MustCompile(`(?i)^(?:(?:it['’]?s |it is )?(?:booked |reserved )?(?:under|in) the name(?: of)?\s+|(?:booked |reserved )?under\s+|for\s+|em nome d[aeo]\s+|auf den namen(?: von)?\s+|` +
		`au nom d(?:e\s+|['’]\s*)|a nombre de\s+|باسم\s+|بإسم\s+)`)
	leadOver = regexp.MustCompile(`(?i)(?:[,;:]|\s(?:and|y|et|und|e|my|mi|mon|ma|meine?|meu|minha|e-?mail|phone)\s).*$`)
	notName  = regexp.MustCompile(`[^\p{L}\p{M}\s'’.\-·,]`)
)

// introduces reports whether a message says that a name follows: "my name is", "I am".
func introduces(text string) bool {
	m := beforeName.FindStringSubmatch(strings.TrimSpace(text))
	return m != nil && m[1] != ""
}

// nameOf takes a person's name out of an answer, without what is said around it, an address or a
// number.
func nameOf(answer, region, language string) (string, bool) {
	answer = withoutReach(answer, region)
	introduced, before := introduces(answer), beforeName.FindString(answer)
	rest := strings.TrimPrefix(answer, before)
	name, there := bareName(booked.ReplaceAllString(rest, ""), language)
	all := words.Split(name)
	switch {
	case name == "" || utf8.RuneCountInString(name) > 100 || len(strings.Fields(name)) > 6 || len(all) > 20:
		return "", false
	case notName.MatchString(name) || strings.IndexFunc(name, unicode.IsLetter) < 0:
		return "", false
	case there && slices.ContainsFunc(all, func(w string) bool { return in(w, whereabouts+"|"+states) }):
		return "", false
	}
	named := naming.MatchString(before)
	if introduced && (!named && isState(name, all) || in(all[0], states)) {
		return "", false
	}
	sentence := all
	if surname(name, all, named) {
		sentence = all[:len(all)-1]
	}
	return name, !saysNone(name, all, sentence)
}

// saysNone reports whether what could be a name is none: a letter, two people, chatter, or a sentence.
func saysNone(name string, all, sentence []string) bool {
	return len(name) == 1 || of(name) > 1 || chats(all) || talks(sentence)
}

// withoutReach is an answer without the address or the number in it, and what led over to that.
func withoutReach(answer, region string) string {
	whole := answer
	answer = address.ReplaceAllString(answer, "")
	if _, rest, ok := phone(answer, region); ok {
		answer = rest
	}
	if answer != whole { // what led over to it is no name either
		answer = leadOver.ReplaceAllString(answer, "")
	}
	return strings.TrimSpace(answer)
}

// bareName is a name without what is said around it, and whether that says that somebody is there.
func bareName(answer, language string) (name string, there bool) {
	answer = answering.ReplaceAllString(answer, "$1")
	if end := afterName.FindStringIndex(answer); end != nil {
		answer = answer[:end[0]]
	}
	whole := strings.Trim(strings.Join(strings.Fields(answer), " "), " ,.-·")
	name = strings.TrimSuffix(whole, present.FindString(whole))
	return withoutArticle(strings.Trim(name, " ,"), language), name != whole
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

// withoutArticle is a name without the article that Portuguese, Spanish and German can put before it: o Pedro. Where
// the article is written like the beginning of a name it may be one, but in Portuguese.
func withoutArticle(name, language string) string {
	article, rest, ok := strings.Cut(name, " ")
	first, _ := utf8.DecodeRuneInString(rest)
	switch {
	case !ok || !unicode.IsLetter(first):
		return name
	case language == "pt" && in(article, "o|a|O|A"):
		return rest
	case !unicode.IsUpper(first):
		return name
	case article == "o", language == "es" && in(article, "el|la"), language == "de" && in(article, "der|die"):
		return rest
	}
	return name
}

// surname reports whether the last word of a name is one that else denies and here is a name, since it is written
// as one behind another, or stands where a name does: Anna Kein.
func surname(name string, all []string, introduced bool) bool {
	last := len(all) - 1
	if last < 1 || !in(all[last], denyingNames) || in(all[0], chatter+"|"+hedges) || strings.HasSuffix(all[0], "ly") || talks(all[:1]) {
		return false
	}
	return introduced || !slices.ContainsFunc(strings.Fields(name), func(w string) bool { return !capitalised(w) })
}

// capitalised reports whether a word is written as names are.
func capitalised(word string) bool {
	first, size := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(first) && strings.ToLower(word[size:]) == word[size:]
}
