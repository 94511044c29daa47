package strict

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// field is a line of a shape.
type field struct {
	name     string
	optional bool // left out when absent
	value    value
}

// value is what a field may hold.
type value struct {
	kind     string   // of the plain types, or the name of a shape, or "list" or "word"
	of       *value   // of a list
	words    []string // of a word
	nullable bool
}

const (
	listKind = "list"
	wordKind = "word"
)

// reader reads a table, line by line.
type reader struct {
	profile *Profile
	shape   string // whose fields are being read
}

// read reads a table. The error names the first line that cannot be.
func read(table string) (*Profile, error) {
	r := reader{profile: &Profile{shapes: map[string][]field{}}}
	for i, line := range strings.Split(table, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		if err := r.line(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return r.profile, r.profile.complete()
}

func (r *reader) line(line string) error {
	words := strings.Fields(line)
	switch {
	case strings.HasPrefix(line, " "):
		return r.field(words)
	case words[0] == "operation":
		return r.operation(words[1:])
	case words[0] == "shape":
		return r.begin(words[1:])
	}
	return fmt.Errorf("%q is no operation, shape or field", line)
}

func (r *reader) operation(words []string) error {
	if len(words) < 3 {
		return fmt.Errorf("an operation has a method, a path and a status: %q", words)
	}
	status, err := strconv.Atoi(words[2])
	if err != nil {
		return fmt.Errorf("a status: %w", err)
	}
	o := Operation{Method: words[0], Path: words[1], Status: status}
	switch rest := words[3:]; {
	case len(rest) == 0 && status == 501:
	case len(rest) == 1 && Data(rest[0]) == Null:
		o.Data = Null
	case len(rest) == 2 && slices.Contains([]Data{One, All, Page, Stream}, Data(rest[0])):
		o.Data, o.Shape = Data(rest[0]), rest[1]
	default:
		return fmt.Errorf("%q is no data of an operation", rest)
	}
	if _, twice := r.profile.Operation(o.Name()); twice {
		return fmt.Errorf("%s is there already", o.Name())
	}
	r.profile.Operations = append(r.profile.Operations, o)
	return nil
}

// begin begins a shape, with the fields of another one where it says so.
func (r *reader) begin(words []string) error {
	shapes := r.profile.shapes
	if len(words) == 0 || shapes[words[0]] != nil {
		return fmt.Errorf("a shape has a name of its own: %q", words)
	}
	r.shape = words[0]
	switch {
	case len(words) == 1:
		shapes[r.shape] = []field{}
	case len(words) == 3 && words[1] == "is" && shapes[words[2]] != nil:
		shapes[r.shape] = slices.Clone(shapes[words[2]])
	default:
		return fmt.Errorf("a shape is as another one that stands above: %q", words)
	}
	return nil
}

func (r *reader) field(words []string) error {
	if r.shape == "" || len(words) < 2 {
		return fmt.Errorf("a field stands in a shape and has a type: %q", words)
	}
	name, optional := strings.CutSuffix(words[0], "?")
	v, err := valueOf(strings.Join(words[1:], " "))
	if err != nil {
		return fmt.Errorf("field %s: %w", name, err)
	}
	if optional && v.nullable {
		return fmt.Errorf("field %s: what is left out when absent is never null", name)
	}
	fields := r.profile.shapes[r.shape]
	if slices.ContainsFunc(fields, func(f field) bool { return f.name == name }) {
		return fmt.Errorf("field %s is there already", name)
	}
	r.profile.shapes[r.shape] = append(fields, field{name, optional, v})
	return nil
}

func valueOf(text string) (value, error) {
	text, nullable := strings.CutSuffix(text, " or null")
	text = strings.TrimSuffix(text, ",")
	v := value{kind: text, nullable: nullable}
	if words, ok := strings.CutPrefix(text, "one of "); ok {
		v.kind, v.words = wordKind, strings.Fields(words)
		return v, nil
	}
	if item, ok := strings.CutPrefix(text, "list of "); ok {
		of, err := valueOf(item)
		v.kind, v.of = listKind, &of
		return v, err
	}
	if strings.Contains(text, " ") {
		return value{}, fmt.Errorf("%q is no type", text)
	}
	return v, nil
}

// complete returns an error when the table speaks of a shape that it does not have.
func (p *Profile) complete() error {
	for _, o := range p.Operations {
		if o.Shape != "" && p.shapes[o.Shape] == nil {
			return fmt.Errorf("%s: there is no shape %s", o.Name(), o.Shape)
		}
	}
	for name, fields := range p.shapes {
		for _, f := range fields {
			if !p.known(f.value) {
				return fmt.Errorf("%s.%s: there is no type %q", name, f.name, f.value.kind)
			}
		}
	}
	return nil
}

func (p *Profile) known(v value) bool {
	switch v.kind {
	case listKind:
		return p.known(*v.of)
	case wordKind:
		return len(v.words) > 0
	}
	return p.shapes[v.kind] != nil || plain(v.kind) != nil
}
