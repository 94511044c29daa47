package strict

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed *.txt
var tables embed.FS

// Profile is what clients of an era expect.
type Profile struct {
	Era        string
	Operations []Operation

	shapes map[string][]field
}

// Operation is something that clients ask for, and what they expect of the answer's data.
type Operation struct {
	Method, Path string // the path as in "/agents/{agentId}"
	Status       int    // of a success
	Data         Data
	Shape        string // of one item; empty when there is none
}

// Data says how many of a shape an answer has.
type Data string

// What an answer's data can be.
const (
	One    Data = "one"
	All    Data = "all"  // a list that comes whole, with a meta of one page
	Page   Data = "page" // a page of a list
	Null   Data = "null"
	Stream Data = "stream" // events
	None   Data = ""       // the operation never succeeds
)

// Name is what the operation is called: its method and path, with ids as {}. Parameters of a path
// have no name of their own in HTTP, so that two paths that differ in them alone are one.
func (o Operation) Name() string { return Name(o.Method, o.Path) }

// Name is the name of the operation with a method and a path.
func Name(method, path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = "{}"
		}
	}
	return method + " " + strings.Join(parts, "/")
}

// Operation returns the operation of a name.
func (p *Profile) Operation(name string) (Operation, bool) {
	i := slices.IndexFunc(p.Operations, func(o Operation) bool { return o.Name() == name })
	if i < 0 {
		return Operation{}, false
	}
	return p.Operations[i], true
}

// Eras are the eras that there are profiles of, the older first.
func Eras() []string { return []string{"0.1", "0.4"} }

// Load returns the profile of an era. A table that cannot be read is an error that names the line.
func Load(era string) (*Profile, error) {
	table, err := tables.ReadFile(era + ".txt")
	if err != nil {
		return nil, fmt.Errorf("profile of %s: %w", era, err)
	}
	p, err := read(string(table))
	if err != nil {
		return nil, fmt.Errorf("profile of %s: %w", era, err)
	}
	p.Era = era
	return p, nil
}
