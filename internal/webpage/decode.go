package webpage

import (
	"mime"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
)

// kind is how a body is read.
type kind int

const (
	kindText kind = iota
	kindHTML
)

// kindOf goes by what the host says. What it does not say is taken for a page.
func kindOf(h http.Header) (kind, error) {
	if e := h.Get("Content-Encoding"); e != "" {
		return 0, failed("The host packed the page in a way that was not asked for.")
	}
	given := h.Get("Content-Type")
	if given == "" {
		return kindHTML, nil
	}
	media, _, err := mime.ParseMediaType(given)
	if err != nil && media == "" {
		media = strings.ToLower(strings.TrimSpace(strings.Split(given, ";")[0]))
	}
	switch media {
	case "text/html", "application/xhtml+xml":
		return kindHTML, nil
	case "text/plain", "text/markdown", "text/x-markdown":
		return kindText, nil
	default:
		return 0, failed("There is no page of text at the address but something else: %s.", clip(media))
	}
}

// clip keeps of what a host calls its answer what can be shown.
func clip(media string) string {
	const most = 60
	media = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return -1
		}
		return r
	}, media)
	return media[:min(len(media), most)]
}

// decoded is a body as UTF-8: by what the host says of its letters, else what the page says, else
// what it looks like.
func decoded(body []byte, contentType string) (string, error) {
	if kind := http.DetectContentType(body); !strings.HasPrefix(kind, "text/") && kind != "application/octet-stream" {
		return "", notText()
	}
	text, err := letters(body, contentType)
	if err != nil {
		return "", &Error{message: "The page's letters cannot be read.", cause: err}
	}
	if strings.IndexByte(text, 0) >= 0 {
		return "", notText()
	}
	return strings.ToValidUTF8(text, "\uFFFD"), nil
}

func notText() *Error { return failed("What the host calls a page is not text.") }

func letters(body []byte, contentType string) (string, error) {
	encoding, _, certain := charset.DetermineEncoding(body, contentType)
	if !certain && utf8.Valid(body) { // the guess knows only the beginning
		return string(body), nil
	}
	text, err := encoding.NewDecoder().Bytes(body)
	return string(text), err
}

// tidy takes away what is no text: control characters, spaces at the ends of lines, and more than
// one empty line after another.
func tidy(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) || r == '\uFEFF' || r == '\u200B' {
			return -1
		}
		return r
	}, text)
	var b strings.Builder
	empty := 0
	for line := range strings.Lines(text) {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		if line == "" {
			empty++
			continue
		}
		if empty > 0 && b.Len() > 0 {
			b.WriteByte('\n')
		}
		empty = 0
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return strings.TrimSpace(b.String())
}
