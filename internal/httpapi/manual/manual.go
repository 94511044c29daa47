// Package manual holds what the API's document says in words, beside what it takes from the types:
// a Markdown file for each tag with its operations and the fields of its schemas, and examples that
// were recorded by the wire tests. It knows nothing of the API; httpapi asks it by name, and tests
// there name what has no words and the words that are about nothing.
//
// A file of words looks like this:
//
//	# Agents                          the tag
//	What an agent is.
//
//	## createAgent                    an operation, by its name in the table
//	Create an agent                   its summary, one line
//
//	What it does, when to use it and what to know, in Markdown.
//
//	Not yet: why it cannot succeed.   only where this release cannot do it
//
//	Deprecated: what to use instead.  only where it is
//
//	Parameters:
//	- search: What is searched.       where it is not what it always is
//
//	Errors:                           those that other operations do not have
//	- conflict/workflow_in_use: When.
//
//	## Schemas
//
//	### Agent, AgentDetail            schemas that share what follows; * stands for any end
//	What it is.
//
//	- name: What the field is.
//
// Fields of schemas that do not say more are described under "### *" in overview.md, and parameters
// under "## Parameters" there.
package manual

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed words/*.md
var words embed.FS

//go:embed examples/*.json
var examples embed.FS

// Manual is all of it. It may be read by many goroutines.
type Manual struct {
	// Overview is about the API as a whole.
	Overview string

	tags       []Tag
	operations map[string]Operation
	parameters map[string]string
	schemas    []schema
	examples   map[string]Example
	faults     map[string]json.RawMessage
}

// Tag is a group of operations.
type Tag struct{ Name, Description string }

// Operation is what is said of an operation.
type Operation struct {
	Tag         string
	Summary     string // one line
	Description string // Markdown
	Deprecated  string // what to use instead; empty: it is not deprecated
	NotYet      string // why it cannot succeed in this release; empty: it can
	Parameters  map[string]string
	Faults      []Fault // of its own
}

// Fault is one error that an operation may give, and when.
type Fault struct{ Code, Reason, Words string }

// FaultName is the name under which a fault has its example: the code, and the reason after a dot if
// there is one.
func FaultName(code, reason string) string {
	if reason == "" {
		return code
	}
	return code + "." + reason
}

// Example is a request and its answer as they were recorded.
type Example struct {
	Request json.RawMessage `json:"request,omitempty"` // the body; nil: there was none
	Answer  json.RawMessage `json:"answer,omitempty"`  // a text where it was not JSON; nil: there is none yet
}

// schema is what is said of schemas, by their names or, with a * at the end, by how they begin.
type schema struct {
	names  []string
	about  string
	fields map[string]string
}

// faultsFile has the examples of all faults, by their names.
const faultsFile = "errors.json"

// Load reads what is embedded. An error means that a file is not written as it must be.
func Load() (*Manual, error) {
	m := &Manual{
		operations: map[string]Operation{}, parameters: map[string]string{},
		examples: map[string]Example{}, faults: map[string]json.RawMessage{},
	}
	err := each(words, "words", func(name string, text []byte) error { return m.read(string(text)) })
	if err != nil {
		return nil, err
	}
	err = each(examples, "examples", func(name string, raw []byte) error {
		if name == faultsFile {
			return json.Unmarshal(raw, &m.faults)
		}
		var e Example
		err := json.Unmarshal(raw, &e)
		m.examples[strings.TrimSuffix(name, ".json")] = e
		return err
	})
	return m, err
}

func each(files embed.FS, folder string, f func(name string, text []byte) error) error {
	names, err := fs.ReadDir(files, folder)
	if err != nil {
		return fmt.Errorf("list %s: %w", folder, err)
	}
	for _, n := range names {
		text, err := files.ReadFile(folder + "/" + n.Name())
		if err != nil {
			return fmt.Errorf("read %s: %w", n.Name(), err)
		}
		if err := f(n.Name(), text); err != nil {
			return fmt.Errorf("read %s: %w", n.Name(), err)
		}
	}
	return nil
}

// Tag returns the tag of that name, or one without a description.
func (m *Manual) Tag(name string) Tag {
	for _, t := range m.tags {
		if t.Name == name {
			return t
		}
	}
	return Tag{Name: name}
}

// Operation returns what is said of an operation; an empty one if nothing is.
func (m *Manual) Operation(name string) Operation { return m.operations[name] }

// Operations returns the names of all operations that something is said of, sorted.
func (m *Manual) Operations() []string { return sortedKeys(m.operations) }

// Parameter returns what a parameter of an operation is, or "" if that is nowhere said.
func (m *Manual) Parameter(operation, name string) string {
	return cmp.Or(m.operations[operation].Parameters[name], m.parameters[name])
}

// Schema returns what a schema is, or "" if that is nowhere said.
func (m *Manual) Schema(name string) string {
	return m.find(name, func(s schema) string { return s.about })
}

// Field returns what a field of a schema is, or "" if that is nowhere said.
func (m *Manual) Field(schemaName, name string) string {
	return m.find(schemaName, func(s schema) string { return s.fields[name] })
}

// find returns the first text about a schema: of a section that names it, or else of the one that
// names the most of its beginning.
func (m *Manual) find(name string, text func(schema) string) string {
	best, found := -1, ""
	for _, s := range m.schemas {
		said := text(s)
		if n := s.covers(name); said != "" && n > best {
			best, found = n, said
		}
	}
	return found
}

// covers tells how well a section fits a schema: the length of what it names, more if that is the
// whole name, -1 if it is about others.
func (s schema) covers(schemaName string) int {
	best := -1
	for _, n := range s.names {
		start, open := strings.CutSuffix(n, "*")
		switch {
		case n == schemaName:
			return len(n) + 1
		case open && strings.HasPrefix(schemaName, start):
			best = max(best, len(start))
		}
	}
	return best
}

// Unknown returns what the manual speaks of and is not in known, which has the fields of each schema
// by its name: schemas, and fields that none of the schemas of their section has.
func (m *Manual) Unknown(known map[string][]string) []string {
	var lost []string
	for _, s := range m.schemas {
		var fields []string
		for _, n := range s.names {
			one := schema{names: []string{n}}
			covered := false
			for name, has := range known {
				if one.covers(name) >= 0 {
					covered, fields = true, append(fields, has...)
				}
			}
			if !covered {
				lost = append(lost, n)
			}
		}
		for name := range s.fields {
			if !slices.Contains(fields, name) {
				lost = append(lost, strings.Join(s.names, ", ")+": "+name)
			}
		}
	}
	slices.Sort(lost)
	return lost
}

// Example returns an operation's example.
func (m *Manual) Example(operation string) (Example, bool) {
	e, ok := m.examples[operation]
	return e, ok
}

// Examples returns the names of all operations that have an example, sorted.
func (m *Manual) Examples() []string { return sortedKeys(m.examples) }

// FaultExamples returns the recorded answers of faults by their names. The map must not be changed.
func (m *Manual) FaultExamples() map[string]json.RawMessage { return m.faults }

func sortedKeys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
