package cli

import (
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// Whoever reads the README finds every command and every setting there.
func TestTheReadmeNamesAllThatCanBeSaid(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	parser, err := kong.New(&commands{}, kong.Name("bimpe"))
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range parser.Model.Leaves(true) {
		if path := leaf.Path(); !isNamed(string(raw), strings.TrimPrefix(path, "bimpe ")) {
			t.Errorf("the README does not name the command %q", path)
		}
		for _, flag := range leaf.Flags {
			for _, setting := range flag.Envs {
				if !flag.Hidden && !strings.Contains(string(raw), "\n| `"+setting+"` |") {
					t.Errorf("the README does not name the setting %s", setting)
				}
			}
		}
	}
}

// isNamed reports whether a command stands in a text, after its program or after a bar.
func isNamed(text, command string) bool {
	for _, before := range []string{"bimpe ", "| "} {
		for _, after := range []string{" ", "\n"} {
			if strings.Contains(text, before+command+after) {
				return true
			}
		}
	}
	return false
}
