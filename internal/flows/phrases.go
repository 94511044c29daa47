package flows

import (
	_ "embed"
	"strings"

	"github.com/bimpe/bimpe/internal/words"
)

// saying names what the engine says of its own where a flow says nothing.
type saying int

const (
	sayCancelled saying = iota
	sayHandoff
	sayRetry
	sayRetryName
	sayRetryEmail
	sayRetryPhone
	sayRetryDate
	sayRetryNumber
	sayRetryChoice
)

// retrySaying is what is said of an answer that cannot be used.
func retrySaying(k Kind) saying {
	switch k {
	case KindName:
		return sayRetryName
	case KindEmail:
		return sayRetryEmail
	case KindPhone:
		return sayRetryPhone
	case KindDate:
		return sayRetryDate
	case KindNumber:
		return sayRetryNumber
	case KindChoice:
		return sayRetryChoice
	case KindText:
		return sayRetry
	default:
		return sayRetry
	}
}

// HandoffWords tells a customer that a human will answer, in a language, and in English where it is
// not one of ours.
func HandoffWords(language string) string { return sayHandoff.in(language) }

// phrases has the words for it: a block for each language, a line for each saying in their order.
//
//go:embed phrases.txt
var phrases string

// in returns the words for it in a language, and in English where those are not known.
func (s saying) in(tag string) string {
	language, english := words.Base(tag), ""
	for block := range strings.SplitSeq(strings.TrimSpace(phrases), "\n\n") {
		lines := strings.Split(block, "\n")
		if lines[0] == language {
			return lines[s+1]
		}
		if lines[0] == "en" {
			english = lines[s+1]
		}
	}
	return english
}
