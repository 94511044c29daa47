package flows

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/words"
)

// The bounds of a regular expression. A message of maxHeard characters costs at most the product of
// its length and the size of the program.
const (
	maxExpression = 1000  // bytes
	maxProgram    = 1000  // instructions
	maxPrograms   = 10000 // of all expressions of a Set together
)

// regex is a regular expression of a trigger: RE2, without regard to case.
type regex struct {
	re      *regexp.Regexp
	literal string // in lower case: it is in every match; "": nothing is known to be
	least   int    // letters of the shortest match, and at least 1
	size    int    // of its program
}

// compileRegex returns an error in words that its writer understands.
func compileRegex(source string) (*regex, error) {
	if len(source) > maxExpression {
		return nil, fmt.Errorf("is longer than %d bytes", maxExpression)
	}
	source = words.Visible(source) // as it is in what it is held against
	tree, err := syntax.Parse(source, syntax.Perl|syntax.FoldCase)
	if err != nil {
		return nil, wrong(err)
	}
	tree = tree.Simplify()
	program, err := syntax.Compile(tree)
	if err != nil {
		return nil, wrong(err)
	}
	if len(program.Inst) > maxProgram {
		return nil, errors.New("is too large: it repeats too much")
	}
	re, err := regexp.Compile("(?i)" + source)
	if err != nil {
		return nil, wrong(err)
	}
	return &regex{
		re: re, literal: needed(tree), least: max(1, shortest(tree)), size: len(program.Inst),
	}, nil
}

func wrong(err error) error {
	if e, ok := errors.AsType[*syntax.Error](err); ok {
		return fmt.Errorf("does not compile: %s", e.Code)
	}
	return errors.New("does not compile")
}

// in reports whether the expression matches a text, which comes in lower case too.
func (r *regex) in(text, lowered string) bool {
	return (r.literal == "" || strings.Contains(lowered, r.literal)) && r.re.MatchString(text)
}

// lower is the text in lower case, with the one letter as s that RE2 takes for it.
func lower(text string) string {
	return strings.ReplaceAll(strings.ToLower(text), "ſ", "s")
}

// needed returns the longest ASCII literal that is in every match, in lower case.
func needed(tree *syntax.Regexp) string {
	longest := ""
	switch tree.Op {
	case syntax.OpLiteral:
		for _, r := range tree.Rune {
			if r >= utf8.RuneSelf {
				return ""
			}
		}
		return strings.ToLower(string(tree.Rune))
	case syntax.OpCapture, syntax.OpPlus:
		return needed(tree.Sub[0])
	case syntax.OpConcat:
		for _, sub := range tree.Sub {
			if s := needed(sub); len(s) > len(longest) {
				longest = s
			}
		}
	default:
	}
	return longest
}

// shortest returns how many letters and digits the shortest match has, roughly: a character of any
// class counts as one.
func shortest(tree *syntax.Regexp) int {
	n := 0
	switch tree.Op {
	case syntax.OpLiteral:
		for _, r := range tree.Rune {
			if unicode.IsLetter(r) || unicode.IsNumber(r) {
				n++
			}
		}
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return shortest(tree.Sub[0])
	case syntax.OpConcat:
		for _, sub := range tree.Sub {
			n += shortest(sub)
		}
	case syntax.OpAlternate:
		n = shortest(tree.Sub[0])
		for _, sub := range tree.Sub[1:] {
			n = min(n, shortest(sub))
		}
	case syntax.OpRepeat:
		return tree.Min * shortest(tree.Sub[0])
	default:
	}
	return n
}
