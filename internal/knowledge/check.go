package knowledge

import (
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// The bounds of a knowledge base's fields: characters, and for the content bytes.
const (
	maxName        = 255
	maxDescription = 1000
	maxContent     = 1 << 20
)

// Faults returns every fault of the draft at once, as Add does before it looks at anything else.
func (d Draft) Faults() []console.Field {
	return check(d.base())
}

// check returns every fault of kb at once.
func check(kb console.KnowledgeBase) []console.Field {
	c := &checker{}
	c.Text("name", kb.Name, 1, maxName)
	c.Optional("description", kb.Description, maxDescription)
	switch kb.Kind {
	case console.KnowledgeText:
		c.content(kb.Content)
		c.Target("url", kb.URL)
	case console.KnowledgeURL:
		if kb.URL == nil || *kb.URL == "" {
			c.Fail("url", "is required for a knowledge base of type url")
		}
		c.Target("url", kb.URL)
		if kb.Content != nil { // written by hand
			c.content(kb.Content)
		}
	default:
		c.Fail("type", "must be text or url")
	}
	return c.All
}

type checker struct{ console.Faults }

func (c *checker) content(s *string) {
	switch {
	case s == nil:
		c.Fail("content", "is required for a knowledge base of type text")
	case strings.TrimSpace(*s) == "":
		c.Fail("content", "must not be empty")
	case len(*s) > maxContent:
		c.Fail("content", "must be at most %d bytes", maxContent)
	case strings.IndexByte(*s, 0) >= 0:
		c.Fail("content", "must not contain the character NUL")
	}
}
