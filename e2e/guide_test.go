package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// block is a fenced piece of the guide.
type block struct{ language, text string }

// The guide is true: its shell lines are run in order, as a newcomer would, against the real binary,
// and what they print is what the guide shows.
func TestTheGuideIsTrue(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		s := serving(t, e)
		blocks := fenced(t, "../docs/guide.md")
		printed := s.run(t, blocks)
		ran := -1
		compared := 0
		for _, b := range blocks {
			switch b.language {
			case "sh":
				ran++
			case "json":
				compared++
				sameJSON(t, b.text, printed[ran])
			case "text":
				compared++
				if diff := cmp.Diff(disguised(b.text), disguised(printed[ran])); diff != "" {
					t.Errorf("the guide shows other lines than are printed (-guide +printed):\n%s", diff)
				}
			}
		}
		if ran < 10 || compared < 10 {
			t.Errorf("%d pieces were run and %d compared: the guide is not read as it should be", ran+1, compared)
		}
	})
}

// fenced returns the fenced pieces of a page.
func fenced(t *testing.T, name string) []block {
	t.Helper()
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var all []block
	for _, m := range regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$").FindAllStringSubmatch(string(page), -1) {
		all = append(all, block{m[1], m[2]})
	}
	return all
}

// run runs the shell pieces in one shell, so that they share what they set, and returns what each
// printed.
func (s *site) run(t *testing.T, blocks []block) []string {
	t.Helper()
	const end = "--- end of a piece ---"
	var script strings.Builder
	for _, b := range blocks {
		if b.language == "sh" {
			fmt.Fprintf(&script, "%s\necho\necho '%s'\n", strings.ReplaceAll(b.text, "http://127.0.0.1:8080", s.base()), end)
		}
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(within(t, patience), "bash", "-u")
	cmd.Env = append(s.env, "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(script.String()), &stdout, &stderr
	if err := cmd.Run(); err != nil || stderr.Len() > 0 {
		t.Fatalf("the guide's lines: %v\n%s", err, &stderr)
	}
	printed := strings.Split(stdout.String(), end+"\n")
	return printed[:len(printed)-1]
}

// disguised is a text without what is new each time: ids, times and blank lines at its end.
func disguised(text string) string {
	for pattern, by := range map[string]string{
		`\bc[a-z0-9]{24}\b`: "ID", `\d{4}-\d\d-\d\dT[\d:.]+Z`: "TIME", `"ts":\d+`: `"ts":0`,
		`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`: "UUID",
	} {
		text = regexp.MustCompile(pattern).ReplaceAllString(text, by)
	}
	return strings.TrimSpace(text)
}

// sameJSON compares an answer with the one that is shown. An object that is shown with a key "…" may
// have more keys.
func sameJSON(t *testing.T, shown, printed string) {
	t.Helper()
	var want, got any
	if err := json.Unmarshal([]byte(disguised(shown)), &want); err != nil {
		t.Fatalf("the guide shows what is not JSON: %v\n%s", err, shown)
	}
	if err := json.Unmarshal([]byte(disguised(printed)), &got); err != nil {
		t.Fatalf("what is printed is not JSON: %v\n%s", err, printed)
	}
	if diff := cmp.Diff(want, elided(want, got)); diff != "" {
		t.Errorf("the guide shows another answer than is printed (-guide +printed):\n%s", diff)
	}
}

// elided is an answer without what the guide leaves out.
func elided(shown, got any) any {
	switch shown := shown.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		if !ok {
			return got
		}
		rest, open := shown["…"]
		all := map[string]any{}
		for key, v := range got {
			if _, named := shown[key]; named || !open {
				all[key] = elided(shown[key], v)
			}
		}
		if open && len(got) > len(all) {
			all["…"] = rest
		}
		return all
	case []any:
		got, ok := got.([]any)
		if !ok || len(got) != len(shown) {
			return got
		}
		all := make([]any, len(got))
		for i := range got {
			all[i] = elided(shown[i], got[i])
		}
		return all
	}
	return got
}
