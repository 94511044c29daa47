package strict

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func load(t *testing.T, era string) *Profile {
	t.Helper()
	p, err := Load(era)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEveryShapeIsOfUse(t *testing.T) {
	t.Parallel()
	for _, era := range Eras() {
		p := load(t, era)
		unused := maps.Clone(p.shapes)
		var use func(v value)
		use = func(v value) {
			if v.of != nil {
				use(*v.of)
			}
			fields, there := unused[v.kind]
			delete(unused, v.kind)
			for _, f := range fields {
				if there {
					use(f.value)
				}
			}
		}
		for _, o := range p.Operations {
			use(value{kind: o.Shape})
		}
		use(value{kind: "Heartbeat"})
		for name := range unused {
			t.Errorf("era %s: nothing has the shape %s", era, name)
		}
	}
}

func TestAnEraThatNobodyKnows(t *testing.T) {
	t.Parallel()
	if _, err := Load("0.9"); err == nil {
		t.Error("there is a profile of 0.9")
	}
}

func TestTablesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for table, want := range map[string]string{
		"nonsense":                    "line 1: \"nonsense\" is no operation",
		"operation GET /a":            "an operation has",
		"operation GET /a x one A":    "a status",
		"operation GET /a 200 many A": "no data",
		"operation GET /a 200":        "no data",
		"operation GET /a 200 one A":  "no shape A",
		"\nshape":                     "line 2: a shape has a name",
		"shape A\nshape A":            "a name of its own",
		"shape A is B":                "stands above",
		"  a text":                    "stands in a shape",
		"shape A\n  a":                "has a type",
		"shape A\n  a? text or null":  "never null",
		"shape A\n  a text\n  a text": "there already",
		"shape A\n  a some words":     "is no type",
		"shape A\n  a list of B":      `A.a: there is no type "list"`,
		"shape A\n  a one of":         "no type",
		"operation GET /{a} 501 # none\noperation GET /{b} 501": "there already",
	} {
		_, err := read(table)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("read %q: %v, want %q", table, err, want)
		}
	}
}

func TestWhatATableSays(t *testing.T) {
	t.Parallel()
	p, err := read(`
# A comment.
operation GET /a/{id} 200 page B
operation DELETE /a/{id} 200 null
operation GET /c 501

shape A
  id     id # and another
  kind   one of x y, or null
shape B is A
  more?  list of A
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []Operation{
		{"GET", "/a/{id}", 200, Page, "B"}, {"DELETE", "/a/{id}", 200, Null, ""}, {"GET", "/c", 501, None, ""},
	}
	if diff := cmp.Diff(want, p.Operations); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
	fields := []field{
		{"id", false, value{kind: "id"}},
		{"kind", false, value{kind: wordKind, words: []string{"x", "y"}, nullable: true}},
		{"more", true, value{kind: listKind, of: &value{kind: "A"}}},
	}
	if diff := cmp.Diff(fields, p.shapes["B"], cmp.AllowUnexported(field{}, value{})); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if o, ok := p.Operation("DELETE /a/{}"); !ok || o.Path != "/a/{id}" {
		t.Errorf("DELETE /a/{} is %v, %t", o, ok)
	}
	if _, ok := p.Operation("PUT /a/{}"); ok {
		t.Error("PUT /a/{} is an operation")
	}
}
