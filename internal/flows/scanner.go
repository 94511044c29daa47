package flows

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// scanner takes a liquid expression apart, as far as it takes to find the names in it.
type scanner struct {
	text  string
	token string
}

// next goes to the next token; false at the end.
func (s *scanner) next() bool {
	s.text = strings.TrimLeftFunc(s.text, unicode.IsSpace)
	if s.text == "" {
		s.token = ""
		return false
	}
	n := s.length()
	s.token, s.text = s.text[:n], s.text[n:]
	return true
}

func (s *scanner) length() int {
	switch c := s.text[0]; {
	case c == '"' || c == '\'':
		if end := strings.IndexByte(s.text[1:], c); end >= 0 {
			return end + 2
		}
		return len(s.text)
	case strings.HasPrefix(s.text, ".."):
		return 2
	case isNameStart(c):
		n := 1
		for n < len(s.text) && (isNameStart(s.text[n]) || isDigit(s.text[n]) || s.text[n] == '-' || s.text[n] == '?') {
			n++
		}
		return n
	case isDigit(c):
		n := 1
		for n < len(s.text) && isDigit(s.text[n]) {
			n++
		}
		return n
	default:
		_, n := utf8.DecodeRuneInString(s.text)
		return n
	}
}

func isNameStart(c byte) bool { return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func (s *scanner) isName() bool { return s.token != "" && isNameStart(s.token[0]) }

// path goes on to the end of a name with parts, such as contact.fields.city. A part in brackets
// counts as one by its name, if it is in quotation marks.
func (s *scanner) path() []string {
	path := []string{s.token}
	for {
		rest := strings.TrimLeftFunc(s.text, unicode.IsSpace)
		switch {
		case strings.HasPrefix(rest, ".") && !strings.HasPrefix(rest, ".."):
			s.next()
			if s.next(); !s.isName() {
				return append(path, s.token)
			}
			path = append(path, s.token)
		case strings.HasPrefix(rest, "["):
			s.next()
			s.next()
			path = append(path, strings.Trim(s.token, `"'`))
			s.next()
		default:
			return path
		}
	}
}
