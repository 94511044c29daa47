package httpapi

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

// constants returns the values of the constants of a type that a file declares, sorted.
func constants(t *testing.T, file, of string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typed, ok := spec.Type.(*ast.Ident); !ok || typed.Name != of {
			return true
		}
		for _, v := range spec.Values {
			if text, ok := v.(*ast.BasicLit); ok {
				unquoted, err := strconv.Unquote(text.Value)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, unquoted)
			}
		}
		return true
	})
	slices.Sort(all)
	return all
}

// found returns what stands in the parentheses of a pattern, sorted.
func found(text, pattern string) []string {
	var all []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	slices.Sort(all)
	return all
}

// The page about errors tells of every code and every reason of the code, and of no other, with the
// status that it has.
func TestTheErrorPageIsComplete(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	const source = "../console/errors.go"
	declared, reasons := constants(t, source, "Code"), constants(t, source, "Reason")
	for what, got := range map[string][]string{
		"the table of codes": found(page, "(?m)^\\| \\[`([a-z_]+)`\\]"), "the headings": found(page, `(?m)^### ([a-z_]+)$`),
	} {
		if diff := cmp.Diff(declared, got); diff != "" {
			t.Errorf("%s of docs/errors.md (-code +page):\n%s", what, diff)
		}
	}
	if diff := cmp.Diff(reasons, found(page, "(?m)^\\| `([a-z_]+)` \\|")); diff != "" {
		t.Errorf("the table of reasons of docs/errors.md (-code +page):\n%s", diff)
	}
	for _, code := range codes() {
		line := regexp.MustCompile("(?m)^\\| \\[`" + string(code) + "`\\].*$").FindString(page)
		if want := strconv.Itoa(status(console.Errorf(code, "x"))); !strings.Contains(line, want) {
			t.Errorf("docs/errors.md: %s has the status %s: %q", code, want, line)
		}
	}
	for _, reason := range reasons {
		line := regexp.MustCompile("(?m)^\\| `" + reason + "` \\|.*$").FindString(page)
		code := regexp.MustCompile("\\| `([a-z_]+)`(, [0-9]+)? \\|").FindStringSubmatch(strings.TrimPrefix(line, "| `"+reason+"`"))
		if code == nil || !slices.Contains(declared, code[1]) {
			t.Errorf("docs/errors.md: %s names no code: %q", reason, line)
			continue
		}
		got := status(console.Errorf(console.Code(code[1]), "x").With(console.Reason(reason)))
		if own := got != status(console.Errorf(console.Code(code[1]), "x")); own != (code[2] != "") || own && code[2] != fmt.Sprint(", ", got) {
			t.Errorf("docs/errors.md: %s has the status %d: %q", reason, got, line)
		}
	}
}

// codes, which tests range over, are those of the code.
func TestCodesAreAll(t *testing.T) {
	t.Parallel()
	var got []string
	for _, c := range codes() {
		got = append(got, string(c))
	}
	slices.Sort(got)
	if diff := cmp.Diff(constants(t, "../console/errors.go", "Code"), got); diff != "" {
		t.Errorf("codes (-code +test):\n%s", diff)
	}
}
