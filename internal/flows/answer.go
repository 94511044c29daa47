package flows

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/words"
)

// maxAnswer is the longest answer that a field takes, in characters.
const maxAnswer = 1000

// wanted is what an answer is held to.
type wanted struct {
	kind     Kind
	region   string // of telephone numbers, and of dates in figures
	language string // of numbers
	options  []string
	least    *float64
	most     *float64
	from     *time.Time
	until    *time.Time
	now      time.Time
}

// read finds what is wanted in an answer and returns it in its one form; false if it is not there,
// or more than one, or out of bounds.
func (w wanted) read(answer string) (string, bool) {
	switch w.kind {
	case KindName:
		return nameOf(answer, w.region)
	case KindEmail:
		return email(answer)
	case KindPhone:
		n, _, ok := phone(answer, w.region)
		return n, ok
	case KindDate:
		return w.date(answer)
	case KindNumber:
		return w.number(answer)
	case KindChoice:
		return choose(w.options, answer)
	default:
		text := strings.TrimSpace(answer)
		return text, text != "" && utf8.RuneCountInString(text) <= maxAnswer
	}
}

func (w wanted) date(answer string) (string, bool) {
	t, ok := dateOf(answer, w.now, w.region)
	if !ok || w.from != nil && t.Before(*w.from) || w.until != nil && t.After(*w.until) {
		return "", false
	}
	return t.Format(time.DateOnly), true
}

func (w wanted) number(answer string) (string, bool) {
	text, n, ok := numberOf(answer, w.language)
	if !ok || w.least != nil && n < *w.least || w.most != nil && n > *w.most {
		return "", false
	}
	return text, true
}

// address finds an e-mail address in a text.
var address = regexp.MustCompile(`[\p{L}\p{N}.!#$%&'*+/=?^_{|}~-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`)

func email(text string) (string, bool) {
	found := address.FindAllString(text, 2)
	if len(found) != 1 {
		return "", false
	}
	local, domain, _ := strings.Cut(found[0], "@")
	top := domain[strings.LastIndexByte(domain, '.')+1:]
	switch {
	case len(found[0]) > 254 || len(local) > 64 || utf8.RuneCountInString(top) < 2:
		return "", false
	case strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, ".."):
		return "", false
	case strings.HasPrefix(domain, "-") || strings.Contains(domain, "-.") || strings.Contains(domain, ".-"):
		return "", false
	case strings.IndexFunc(top, unicode.IsLetter) < 0 || strings.HasSuffix(top, "-"):
		return "", false
	}
	return local + "@" + strings.ToLower(domain), true
}

// What people say before and after their name.
var (
	beforeName = regexp.MustCompile(`(?i)^(?:(?:hi|hello|hey|hola|bonjour|hallo|olá|oi|مرحبا|你好|こんにちは)[\s,.!，。]+)?` +
		`(?:(?:yes|ok|okay|sure|sí|oui|ja|sim)[\s,.!]+)?` +
		`(?:(?:my (?:full )?name is|my name['’]s|i['’]m|i am|im|it['’]s|it is|this is|call me|name:|` +
		`me llamo|mi nombre es|soy|je m['’]appelle|mon nom est|je suis|c['’]est|` +
		`mein name ist|ich hei(?:ß|ss)e|ich bin|meu nome é|o meu nome é|eu sou|chamo-me|me chamo|sou|` +
		`اسمي|انا|أنا)\s+|我叫|我是|我的名字是|私は|私の名前は)?`)
	afterName = regexp.MustCompile(`(?i)[\s,]*(?:\bplease|\bthanks|\bthank you|por favor|gracias|merci|danke|bitte|obrigad[oa]|です|だ)?[\s.!,。！]*$`)
	leadOver  = regexp.MustCompile(`(?i)(?:[,;:]|\s(?:and|y|et|und|e|my|mi|mon|ma|meine?|meu|minha|e-?mail|phone)\s).*$`)
	notName   = regexp.MustCompile(`[^\p{L}\p{M}\s'’.\-·,]`)
)

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
	case len(name) == 1 || in(strings.Join(all, " "), notNames):
		return "", false
	}
	return name, true
}

// notNames are one-word answers that are no names.
const notNames = "no|nope|yes|yeah|ok|okay|sure|why|what|hi|hello|hey|thanks|thank you|please|skip|none|nothing|help|" +
	"i don t know|i dont know|not now|later|si|que|hola|gracias|non|oui|bonjour|merci|nein|ja|hallo|danke|nao|sim|ola|" +
	"obrigado|obrigada|لا|نعم|不|是|好|你 好|は い|い い え"

// in reports whether s is one of the alternatives of a list.
func in(s, list string) bool {
	for one := range strings.SplitSeq(list, "|") {
		if one == s {
			return true
		}
	}
	return false
}
