package flows

import (
	"fmt"
	"slices"
	"strings"

	"github.com/osteele/liquid/parser"
)

// reading goes through a template before it is compiled: it finds what it asks for that is not
// there, refuses what could run long, and puts a counter into each loop.
type reading struct {
	known  names
	locals []string // names that the template makes itself
	source strings.Builder
	marks  int
	blocks []string
	inside string // comment or raw, whose content counts for nothing
	faults []string
}

func read(text string, known names) *reading {
	r := &reading{known: known}
	for _, t := range parser.Scan(text, parser.SourceLoc{}, nil) {
		r.token(t)
		r.source.WriteString(r.told(t))
		if t.Type == parser.TagTokenType && t.Name == "for" && r.inside == "" {
			r.source.WriteString(counter(t.Source))
		}
	}
	if len(r.blocks) > 0 {
		r.fail("does not end %s", r.blocks[len(r.blocks)-1])
	}
	if r.marks > maxMarks {
		r.fail("has more than %d objects, tags and filters", maxMarks)
	}
	return r
}

// told is the source of a token, with the language for the dates in it.
func (r *reading) told(t parser.Token) string {
	at := strings.LastIndex(t.Source, t.Args)
	if r.inside != "" || t.Type == parser.TextTokenType || t.Args == "" || at < 0 {
		return t.Source
	}
	return t.Source[:at] + spokenDates(t.Args) + t.Source[at+len(t.Args):]
}

// counter is the tag that counts the rounds of a loop. Where the loop's own tag trims the space behind
// it, the counter has to.
func counter(loop string) string {
	if strings.HasSuffix(loop, "-%}") {
		return "{% " + roundTag + " -%}"
	}
	return "{% " + roundTag + " %}"
}

func (r *reading) fail(format string, args ...any) {
	fault := fmt.Sprintf(format, args...)
	if !slices.Contains(r.faults, fault) && len(r.faults) < maxFaults {
		r.faults = append(r.faults, fault)
	}
}

// maxFaults is how many faults of one template are told.
const maxFaults = 5

func (r *reading) token(t parser.Token) {
	if r.inside != "" {
		if t.Type == parser.TagTokenType && t.Name == "end"+r.inside {
			r.inside = ""
		}
		return
	}
	switch t.Type {
	case parser.ObjTokenType:
		r.marks++
		r.expression(t.Args)
	case parser.TagTokenType:
		r.marks++
		r.tag(t.Name, t.Args)
	case parser.TextTokenType:
		for _, open := range []string{"{{", "{%"} {
			if strings.Contains(t.Source, open) {
				r.fail("opens %s and does not close it", open)
			}
		}
	default:
	}
}

func (r *reading) tag(name, args string) {
	switch name {
	case "if", "unless", "case", "for":
		if r.blocks = append(r.blocks, name); len(r.blocks) > maxNesting {
			r.fail("has more than %d blocks in each other", maxNesting)
		}
		r.arguments(name, args)
	case "elsif", "when":
		r.expression(args)
	case "assign":
		r.arguments(name, args)
	case "comment", "raw":
		r.inside = name
	case "else", "break", "continue":
	case "endif", "endunless", "endcase", "endfor":
		n := len(r.blocks)
		if n == 0 || "end"+r.blocks[n-1] != name {
			r.fail("has %s where it ends nothing", name)
			return
		}
		r.blocks = r.blocks[:n-1]
	default:
		r.fail("has the tag %s, which is not known here", name)
	}
}

// arguments notes the name that a tag makes, after what it makes it of.
func (r *reading) arguments(tag, args string) {
	by := map[string]string{"for": " in ", "assign": "="}[tag]
	if by == "" {
		r.expression(args)
		return
	}
	name, of, ok := strings.Cut(args, by)
	name = strings.TrimSpace(name)
	if !ok || name == "" || strings.HasPrefix(name, "_") {
		r.fail("has a tag %s that is not complete", tag)
		return
	}
	r.expression(of)
	r.locals = append(r.locals, name)
}

// expression looks at the names and filters of one.
func (r *reading) expression(text string) {
	s := scanner{text: text}
	for s.next() {
		switch {
		case s.token == "..":
			r.fail("has a range, which is not known here")
		case s.token == "|":
			r.marks++
			if s.next(); !slices.Contains(filters(), s.token) {
				r.fail("has the filter %s, which is not known here", s.token)
			}
		case s.isName():
			if path := s.path(); !word(path) && !r.knows(path) {
				r.fail("has the name %s, which is not known here", strings.Join(path, "."))
			}
		}
	}
}

// word reports whether a name is one of the language.
func word(path []string) bool {
	switch path[0] {
	case "and", "or", "contains", "true", "false", "nil", "null", "empty", "blank", "reversed", "limit", "offset":
		return len(path) == 1
	default:
		return false
	}
}

func (r *reading) knows(path []string) bool {
	if slices.Contains(r.locals, path[0]) || path[0] == "forloop" {
		return true
	}
	return r.known.has(path)
}

// names are what templates can ask for: of each name the parts that it has. Under * stands any.
type names map[string][]string

// has reports whether a path leads to something. Of lists and texts there is size, first and last.
func (n names) has(path []string) bool {
	parts, ok := n[path[0]]
	if !ok || len(path) == 1 {
		return ok && path[0] == "now" // it is known as a moment; all others are only their parts
	}
	if !slices.Contains(parts, path[1]) {
		return false
	}
	if len(path) > 2 && slices.Contains(n[path[0]+"."+path[1]], "*") {
		path = path[1:]
	}
	return len(path) == 2 || len(path) == 3 && (slices.Contains([]string{"size", "first", "last"}, path[2]) || path[2] != "" && isDigit(path[2][0]))
}

// namesFor lists what there is, with the fields that a flow collects.
func namesFor(fields []string) names {
	return names{
		"message":        {"text", "words", "length", "language"},
		"contact":        {"name", "first_name", "email", "phone", "fields", "tags"},
		"contact.fields": {"*"},
		"now":            {"date", "time", "weekday", "year", "month", "day", "hour", "minute"},
		"conversation":   {"channel", "is_test", "message_count", "first_message"},
		"agent":          {"name", "language", "timezone"},
		"business":       {"name", "address", "email", "description"},
		"fields":         fields,
	}
}
