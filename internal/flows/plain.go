package flows

import (
	"errors"
	"regexp"
	"strings"

	"github.com/expr-lang/expr/file"
)

// What compilers and machines say of a fault is for those who program. Whoever writes rules, or reads why one did
// not hold, is told in words of the language of rules; and never with the values, which are a customer's.

// plain is a fault of compiling a condition, without the drawing that the compiler adds to it.
func plain(err error) error {
	e, ok := errors.AsType[*file.Error](err)
	if !ok {
		return errors.New(kinds(line(err.Error())))
	}
	return errors.New(kinds(inner.ReplaceAllString(e.Message, "$1")))
}

var (
	// inner finds how the facts are called in here, which no writer of a condition knows.
	inner = regexp.MustCompile(`(?:type )?\*?flows\.(\w+?)Facts`)
	// goKinds finds how Go calls what a value is, behind the words after which it says so.
	goKinds  = regexp.MustCompile(`(types? |got |and |use )((?:\[\]|\*|map\[string\])*(?:interface ?\{\}|string|bool|float64|u?int(?:64|32|16|8)?|any|time\.\w+))\b`)
	listKind = regexp.MustCompile(`\[\]interface ?\{\}`)
)

// kinds says what a value is as rules do: a text, a number, a list.
func kinds(s string) string {
	s = listKind.ReplaceAllString(s, "[]any")
	return goKinds.ReplaceAllStringFunc(s, func(found string) string {
		part := goKinds.FindStringSubmatch(found)
		return part[1] + kind(part[2])
	})
}

func kind(s string) string {
	switch {
	case strings.HasPrefix(s, "[]"):
		return "list"
	case strings.HasPrefix(s, "map"):
		return "fields"
	case strings.HasSuffix(s, "string"):
		return "text"
	case strings.HasSuffix(s, "bool"):
		return "true or false"
	case strings.HasPrefix(s, "time."):
		return "time"
	case strings.Contains(s, "int") && !strings.Contains(s, "interface"), strings.Contains(s, "float"):
		return "number"
	default:
		return "anything"
	}
}

// unworked is a fault of working a condition out for a message.
func unworked(err error) error {
	for _, own := range []error{errByZero, errNoDivisor, errNoNumber, errNoNumbers} {
		if errors.Is(err, own) {
			return own
		}
	}
	said := err.Error()
	for _, known := range []struct{ sign, words string }{
		{"int(", "takes a text for a number that is none"},
		{"float(", "takes a text for a number that is none"},
		{"index out of range", "asks for an entry that its list does not have"},
		{"division by zero", "divides by zero"},
		{"memory budget", "becomes too large"},
		{"invalid argument", "uses a function with what it is not for"},
	} {
		if strings.Contains(said, known.sign) {
			return errors.New(known.words)
		}
	}
	return errors.New("could not be worked out for this message")
}

// converts finds what liquid says of a value that is not of the kind which a filter takes; the value may be of any length.
var converts = regexp.MustCompile(`(?s)can't convert .* to type (.+)$`)

// unsaid is a fault of working a response out for a message.
func unsaid(said string) error {
	if found := converts.FindStringSubmatch(strings.TrimSpace(said)); found != nil {
		return errors.New("needs a " + kind(found[1]) + " where it has something else")
	}
	return errors.New(line(said))
}
