package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The document that is kept in the repository is the one that the binary prints.
func TestTheKeptDocumentIsTheBinarys(t *testing.T) {
	t.Parallel()
	var out, err bytes.Buffer
	if code := run(t.Context(), []string{"openapi"}, IO{Stdout: &out, Stderr: &err, Version: "devel"}); code != exitOK {
		t.Fatalf("bimpe openapi: code %d, %s", code, &err)
	}
	kept := read(t, "../../docs/openapi.json")
	if diff := cmp.Diff(lines(kept), lines(out.String())); diff != "" {
		t.Errorf("docs/openapi.json is not what bimpe openapi prints; make openapi writes it anew (-kept +printed):\n%s", diff)
	}
}

// A change of the document is a change for those who write clients, so the changelog speaks of it:
// its newest section has a line about the document, which names it by its digest.
func TestTheChangelogKnowsTheDocument(t *testing.T) {
	t.Parallel()
	document, changelog := read(t, "../../docs/openapi.json"), read(t, "../../CHANGELOG.md")
	if !speaksOf(changelog, document) {
		t.Errorf("The API's document has changed. Say under the first heading of CHANGELOG.md what that means for clients, in a line\n"+
			"- API document `%s`: …", digest(document))
	}
}

func TestSpeaksOf(t *testing.T) {
	t.Parallel()
	line := "- API document `" + digest("{}") + "`: calls are listed."
	for name, test := range map[string]struct {
		changelog string
		want      bool
	}{
		"named":                 {"# Changelog\n\n## Unreleased\n\n- Other\n" + line + "\n\n## 1.0\n", true},
		"another document":      {"# Changelog\n\n## Unreleased\n\n- API document `000000000000`: calls.\n", false},
		"named in an older one": {"# Changelog\n\n## Unreleased\n\n- Other\n\n## 1.0\n\n" + line + "\n", false},
		"without words":         {"# Changelog\n\n## Unreleased\n\n" + strings.TrimSuffix(line, " calls are listed.") + "\n", false},
		"empty":                 {"", false},
	} {
		if got := speaksOf(test.changelog, "{}"); got != test.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

// speaksOf reports whether the newest section of a changelog says something about a document.
func speaksOf(changelog, document string) bool {
	_, newest, _ := strings.Cut(changelog, "\n## ")
	newest, _, _ = strings.Cut(newest, "\n## ")
	_, words, found := strings.Cut(newest, "\n- API document `"+digest(document)+"`:")
	words, _, _ = strings.Cut(words, "\n")
	return found && strings.TrimSpace(words) != ""
}

// digest names a document: the first twelve digits of its SHA-256.
func digest(document string) string {
	sum := sha256.Sum256([]byte(document))
	return hex.EncodeToString(sum[:6])
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func lines(s string) []string { return strings.Split(s, "\n") }
