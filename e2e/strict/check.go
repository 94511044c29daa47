package strict

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"
)

var (
	idForm      = regexp.MustCompile(`^[a-z][0-9a-z]{24}$`)
	timeForm    = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	integerForm = regexp.MustCompile(`^(0|[1-9]\d*)$`)
	wholeForm   = regexp.MustCompile(`^(0|-?[1-9]\d*)$`)
)

// plain returns what tells whether a value, which is not null, is of a plain type; nil when there
// is no such type.
func plain(kind string) func(any) bool {
	switch kind {
	case "anything":
		return func(any) bool { return true }
	case "object":
		return func(v any) bool { _, ok := v.(map[string]any); return ok }
	case "truth":
		return func(v any) bool { _, ok := v.(bool); return ok }
	case "number":
		return func(v any) bool { _, ok := v.(json.Number); return ok }
	case "integer":
		return isInteger
	case "whole":
		return func(v any) bool { n, ok := v.(json.Number); return ok && wholeForm.MatchString(n.String()) }
	}
	if test := textual(kind); test != nil {
		return func(v any) bool { s, ok := v.(string); return ok && test(s) }
	}
	return nil
}

// textual is plain for the types that are text.
func textual(kind string) func(string) bool {
	switch kind {
	case "text":
		return func(string) bool { return true }
	case "words":
		return func(s string) bool { return s != "" }
	case "id":
		return idForm.MatchString
	case "time":
		return isTime
	case "url":
		return isURL
	}
	return nil
}

func isInteger(v any) bool {
	n, ok := v.(json.Number)
	if !ok || !integerForm.MatchString(n.String()) {
		return false
	}
	_, err := strconv.ParseInt(n.String(), 10, 64)
	return err == nil
}

func isTime(s string) bool {
	_, err := time.Parse(time.RFC3339Nano, s)
	return err == nil && timeForm.MatchString(s)
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// Check returns what is wrong with a value that should be of a shape, each fault with its place.
func (p *Profile) Check(at, shape string, got any) []string {
	return p.check(at, value{kind: shape}, got)
}

func (p *Profile) check(at string, want value, got any) []string {
	if got == nil {
		if want.nullable || want.kind == "anything" {
			return nil
		}
		return []string{at + ": null, want " + want.String()}
	}
	switch {
	case want.kind == listKind:
		return p.checkList(at, want, got)
	case want.kind == wordKind:
		if s, ok := got.(string); !ok || !slices.Contains(want.words, s) {
			return []string{fmt.Sprintf("%s: %s, want %s", at, show(got), want)}
		}
	case p.shapes[want.kind] != nil:
		return p.checkFields(at, want.kind, got)
	case !plain(want.kind)(got):
		return []string{fmt.Sprintf("%s: %s, want %s", at, show(got), want)}
	}
	return nil
}

func (p *Profile) checkList(at string, want value, got any) []string {
	items, ok := got.([]any)
	if !ok {
		return []string{fmt.Sprintf("%s: %s, want %s", at, show(got), want)}
	}
	var faults []string
	for i, item := range items {
		faults = append(faults, p.check(at+"."+strconv.Itoa(i), *want.of, item)...)
	}
	return faults
}

// checkFields lets fields pass that the era does not know.
func (p *Profile) checkFields(at, shape string, got any) []string {
	fields, ok := got.(map[string]any)
	if !ok {
		return []string{fmt.Sprintf("%s: %s, want %s", at, show(got), shape)}
	}
	var faults []string
	for _, f := range p.shapes[shape] {
		v, there := fields[f.name]
		switch path := at + "." + f.name; {
		case there:
			faults = append(faults, p.check(path, f.value, v)...)
		case !f.optional:
			faults = append(faults, path+": missing, want "+f.value.String())
		}
	}
	return faults
}

// String is the value as the table writes it.
func (v value) String() string {
	s := v.kind
	switch v.kind {
	case listKind:
		s = "list of " + v.of.String()
	case wordKind:
		s = fmt.Sprintf("one of %q", v.words)
	}
	if v.nullable {
		s += " or null"
	}
	return s
}

func show(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%T", v)
	}
	return fmt.Sprintf("%.200s", raw)
}
