// Package words takes texts apart into words that can be compared: without regard to case, accents
// and punctuation, and, for searching, to grammatical endings. It knows scripts and a few
// languages, and holds no state; everything in it may be called at the same time.
package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ascii is what becomes of each ASCII character: letters in lower case, digits, nothing (0) for what is
// Invisible, and spaces for all else.
const ascii = "\x00\x00\x00\x00\x00\x00\x00\x00\x00    \x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00                0123456789       abcdefghijklmnopqrstuvwxyz" +
	"      abcdefghijklmnopqrstuvwxyz    \x00"

// Append appends the words of text to dst, each followed by a space, in lower case and without
// accents; punctuation only parts words. In scripts that write without spaces each character is a
// word. A text without words appends nothing.
//
// So two texts that are put between spaces can be compared word by word: " a b c " contains " b c ".
func Append(dst []byte, text string) []byte {
	dst = part(dst)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c < utf8.RuneSelf && ascii[c] > ' ':
			dst = append(dst, ascii[c])
		case c < utf8.RuneSelf && ascii[c] == ' ':
			dst = part(dst)
		case c < utf8.RuneSelf:
		default:
			p := norm.NFKD.PropertiesString(text[i:])
			size := max(1, p.Size())
			dst = appendParts(dst, text[i:i+size], p.Decomposition())
			i += size - 1
		}
	}
	return part(dst)
}

// part ends the word that dst ends in, if it does.
func part(dst []byte) []byte {
	if n := len(dst); n > 0 && dst[n-1] != ' ' {
		return append(dst, ' ')
	}
	return dst
}

// appendParts appends a character by its parts, such as a letter and its accent; nil parts mean that
// it has none.
func appendParts(dst []byte, character string, parts []byte) []byte {
	if parts == nil {
		r, _ := utf8.DecodeRuneInString(character)
		return appendRune(dst, r)
	}
	for len(parts) > 0 {
		r, n := utf8.DecodeRune(parts)
		dst = appendRune(dst, r)
		parts = parts[n:]
	}
	return dst
}

func appendRune(dst []byte, r rune) []byte {
	switch {
	case accent(r):
		return dst
	case r == 'ß', r == 'ẞ': // the only letter of which folding makes two and decomposing does not
		return append(dst, "ss"...)
	case Continuous(r):
		return append(utf8.AppendRune(part(dst), r), ' ')
	case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
		return utf8.AppendRune(dst, fold(r))
	default:
		return part(dst)
	}
}

// accent reports whether r is left out when people write in a hurry: the accents of Latin, Greek and
// Cyrillic, the vowel signs of Arabic and Hebrew, and marks that only lengthen or are not seen. Marks
// of other scripts are part of the spelling.
func accent(r rune) bool {
	switch {
	case r < 0x300:
		return Invisible(r)
	case r <= 0x36F:
		return true
	case 0x591 <= r && r <= 0x5C7:
		return unicode.IsMark(r)
	default:
		return 0x64B <= r && r <= 0x65F || r == 0x640 || r == 0x670 || Invisible(r)
	}
}

// Invisible reports whether r takes no room and has no meaning of its own: control characters that are
// no space, soft hyphens, joiners, marks of direction, variation selectors, tags. Whoever reads a word
// does not see one in it, so it neither parts a word nor makes it another.
func Invisible(r rune) bool {
	switch {
	case r < 0xAD:
		return unicode.IsControl(r) && (r == '\r' || !unicode.IsSpace(r))
	case 0x200B <= r && r <= 0x206F:
		return r <= 0x200F || r >= 0x2060 || 0x202A <= r && r <= 0x202E
	case 0xFE00 <= r && r <= 0xFE0F, 0xFFF9 <= r && r <= 0xFFFB, 0x1D173 <= r && r <= 0x1D17A, 0xE0000 <= r && r <= 0xE0FFF:
		return true
	default:
		return strings.ContainsRune("\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u2800\u3164\ufeff\uffa0", r)
	}
}

// Visible is text without what is Invisible.
func Visible(text string) string {
	if strings.IndexFunc(text, Invisible) < 0 {
		return text
	}
	return strings.Map(func(r rune) rune {
		if Invisible(r) {
			return -1
		}
		return r
	}, text)
}

// fold makes all cases of a letter one, the final sigma too.
func fold(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }

// Continuous reports whether r belongs to a script that writes without spaces between words, or, as
// Hangul does, adds endings to them so freely that words can't be compared whole.
func Continuous(r rune) bool {
	if r < 0xE00 {
		return false
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// Split returns the words of text as Append writes them, nil if it has none.
func Split(text string) []string {
	s := string(Append(make([]byte, 0, len(text)+1), text))
	if s == "" {
		return nil
	}
	return strings.Split(s[:len(s)-1], " ")
}
