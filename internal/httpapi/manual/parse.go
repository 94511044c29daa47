package manual

import (
	"fmt"
	"strings"
)

// The sections of a file that are not operations.
const (
	parametersSection = "Parameters"
	schemasSection    = "Schemas"
)

// section is a heading and what stands below it up to the next one.
type section struct {
	level int
	title string
	body  string
}

// read takes in a file of words.
func (m *Manual) read(text string) error {
	var tag string
	in := "" // the section of level 2
	for _, s := range sections(text) {
		var err error
		switch {
		case s.level == 1 && s.title == "Overview":
			m.Overview = s.body
		case s.level == 1:
			tag = s.title
			m.tags = append(m.tags, Tag{Name: s.title, Description: s.body})
		case s.level == 2:
			in = s.title
			err = m.second(tag, s)
		case in == schemasSection:
			err = m.addSchemas(s)
		default:
			err = fmt.Errorf("the heading %q has no place here", s.title)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// second takes in a section of level 2.
func (m *Manual) second(tag string, s section) error {
	switch s.title {
	case schemasSection:
		return nil
	case parametersSection:
		_, items, err := list(s.body)
		for _, i := range items {
			m.parameters[i[0]] = i[1]
		}
		return err
	}
	if _, twice := m.operations[s.title]; twice {
		return fmt.Errorf("the operation %s is described twice", s.title)
	}
	op, err := operation(tag, s.body)
	if err != nil {
		return fmt.Errorf("operation %s: %w", s.title, err)
	}
	m.operations[s.title] = op
	return nil
}

// operation reads what is said of an operation.
func operation(tag, body string) (Operation, error) {
	op := Operation{Tag: tag, Parameters: map[string]string{}}
	body, faults, _ := strings.Cut(body, "\nErrors:\n")
	body, params, _ := strings.Cut(body, "\nParameters:\n")
	body, op.Deprecated, _ = strings.Cut(body, "\nDeprecated: ")
	op.Deprecated = flat(op.Deprecated)
	body, op.NotYet, _ = strings.Cut(body, "\nNot yet: ")
	op.NotYet = flat(op.NotYet)
	op.Summary, op.Description, _ = strings.Cut(body, "\n")
	op.Description = strings.TrimSpace(op.Description)
	_, items, err := list(params)
	if err != nil {
		return op, err
	}
	for _, i := range items {
		op.Parameters[i[0]] = i[1]
	}
	if _, items, err = list(faults); err != nil {
		return op, err
	}
	for _, i := range items {
		code, reason, _ := strings.Cut(i[0], "/")
		op.Faults = append(op.Faults, Fault{Code: code, Reason: reason, Words: i[1]})
	}
	return op, nil
}

func (m *Manual) addSchemas(s section) error {
	about, items, err := list(s.body)
	if err != nil {
		return fmt.Errorf("schemas %s: %w", s.title, err)
	}
	sec := schema{about: about, fields: make(map[string]string, len(items))}
	for _, i := range items {
		sec.fields[i[0]] = i[1]
	}
	for name := range strings.SplitSeq(s.title, ",") {
		sec.names = append(sec.names, strings.TrimSpace(name))
	}
	m.schemas = append(m.schemas, sec)
	return nil
}

// list returns the text that comes before a list, and the list's items, each a name and its words.
func list(body string) (before string, items [][2]string, err error) {
	for line := range strings.SplitSeq(body, "\n") {
		item, isItem := strings.CutPrefix(line, "- ")
		switch {
		case isItem:
			name, text, found := strings.Cut(item, ":")
			if !found {
				return "", nil, fmt.Errorf("%q is not a name, a colon and words", item)
			}
			items = append(items, [2]string{strings.TrimSpace(name), strings.TrimSpace(text)})
		case strings.TrimSpace(line) == "":
		case len(items) == 0:
			before += line + "\n"
		default:
			last := &items[len(items)-1]
			last[1] += " " + strings.TrimSpace(line)
		}
	}
	return flat(before), items, nil
}

// flat puts a paragraph on one line.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// sections cuts a text at its headings of the first three levels. What comes before the first one
// is left out, and a # inside a code block is none.
func sections(text string) []section {
	var all []section
	code := false
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, "```") {
			code = !code
		}
		level := strings.IndexFunc(line, func(r rune) bool { return r != '#' })
		if !code && level >= 1 && level <= 3 && line[level] == ' ' {
			all = append(all, section{level: level, title: strings.TrimSpace(line[level:])})
			continue
		}
		if len(all) > 0 {
			all[len(all)-1].body += line + "\n"
		}
	}
	for i := range all {
		all[i].body = strings.TrimSpace(all[i].body)
	}
	return all
}
