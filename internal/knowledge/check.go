package knowledge

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/console"
)

// The bounds of a knowledge base's fields: characters, and for the content bytes.
const (
	maxName        = 255
	maxDescription = 1000
	maxURL         = 2000
	maxContent     = 1 << 20
)

// Faults returns every fault of the draft at once, as Add does before it looks at anything else.
func (d Draft) Faults() []console.Field {
	return check(console.KnowledgeBase{
		Kind: d.Kind, Name: d.Name, Description: d.Description, URL: d.URL, Content: d.Content,
	})
}

// check returns every fault of kb at once.
func check(kb console.KnowledgeBase) []console.Field {
	c := &checker{}
	c.text("name", kb.Name, 1, maxName)
	if kb.Description != nil {
		c.text("description", *kb.Description, 0, maxDescription)
	}
	switch kb.Kind {
	case console.KnowledgeText:
		c.content(kb.Content)
		if kb.URL != nil && *kb.URL != "" {
			c.url(*kb.URL)
		}
	case console.KnowledgeURL:
		if kb.URL == nil {
			c.fail("url", "is required for a knowledge base of type url")
			break
		}
		c.url(*kb.URL)
	default:
		c.fail("type", "must be text or url")
	}
	return c.fields
}

type checker struct{ fields []console.Field }

func (c *checker) fail(path, format string, args ...any) {
	c.fields = append(c.fields, console.Field{Path: path, Fault: fmt.Sprintf(format, args...)})
}

func (c *checker) text(path, s string, least, most int) {
	switch n := utf8.RuneCountInString(s); {
	case n < least:
		c.fail(path, "must not be empty")
	case n > most:
		c.fail(path, "must be at most %d characters", most)
	case strings.IndexByte(s, 0) >= 0:
		c.fail(path, "must not contain the character NUL")
	}
}

func (c *checker) content(s *string) {
	switch {
	case s == nil:
		c.fail("content", "is required for a knowledge base of type text")
	case strings.TrimSpace(*s) == "":
		c.fail("content", "must not be empty")
	case len(*s) > maxContent:
		c.fail("content", "must be at most %d bytes", maxContent)
	case strings.IndexByte(*s, 0) >= 0:
		c.fail("content", "must not contain the character NUL")
	}
}

func (c *checker) url(s string) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || len(s) > maxURL {
		c.fail("url", "must be an http or https URL")
	}
}
