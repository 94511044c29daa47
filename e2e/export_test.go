package e2e

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// manifest is what an export says of itself.
type manifest struct {
	Team  string `json:"team"`
	Files []struct {
		Name   string `json:"name"`
		Rows   *int   `json:"rows"`
		Bytes  int    `json:"bytes"`
		SHA256 string `json:"sha256"`
	} `json:"files"`
}

// filesOf reads a folder of an export.
func filesOf(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		name, err2 := filepath.Rel(folder, path)
		all[filepath.ToSlash(name)] = string(raw)
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// packed reads a tar file of an export, whose files are below one folder.
func packed(t *testing.T, file, top string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		name, below := strings.CutPrefix(h.Name, top+"/")
		if !below {
			t.Errorf("%s is not below %s", h.Name, top)
		}
		all[name] = string(content)
	}
}

// checkExport compares files with what their manifest says of them, and returns how many rows there are of a kind.
func checkExport(t *testing.T, files map[string]string) map[string]int {
	t.Helper()
	var m manifest
	if err := json.Unmarshal([]byte(files["manifest.json"]), &m); err != nil {
		t.Fatal(err)
	}
	if m.Team != "e2e" || len(m.Files) != len(files)-2 || files["README.md"] == "" {
		t.Errorf("the manifest has team %q and %d files, there are %d and it", m.Team, len(m.Files), len(files)-1)
	}
	rows := map[string]int{}
	for _, f := range m.Files {
		content := files[f.Name]
		sum := sha256.Sum256([]byte(content))
		if f.Bytes != len(content) || f.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("%s is not what the manifest says of it", f.Name)
		}
		if f.Rows == nil {
			continue
		}
		rows[f.Name] = *f.Rows
		if n := strings.Count(content, "\n"); n != *f.Rows {
			t.Errorf("%s has %d lines, the manifest says %d", f.Name, n, *f.Rows)
		}
		for line := range strings.Lines(content) {
			if !json.Valid([]byte(line)) {
				t.Errorf("%s: no JSON: %s", f.Name, line)
			}
		}
	}
	return rows
}

// What a team has is exported beside the running server, and no secret is in it.
func TestATeamIsExported(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		m := newModel(t, echo)
		s := serving(t, e, append(m.settings(), loopback)...)
		a := s.newAgent(t, object{"model_connection_id": s.connect(t, m)})
		want[base](t, s, http.StatusCreated, request{
			method: "POST", path: api + "/agents/" + a.ID + "/knowledge_bases",
			body: object{"type": "text", "name": "menu", "content": "Jollof rice\nand plantain"},
		})
		first := s.told(t, a.ID, "ada", "what is on the \"menu\"?", nil)
		eventually(t, "a reply", func() bool { return s.idle(t, a.ID, first.ConversationID) })
		if out := s.command("key", "create", "--team", "neighbours", "--scope", "*", "--name", "not-theirs"); out.code != 0 {
			t.Fatalf("key create: %+v", out)
		}
		home := t.TempDir()
		out := s.command("export", "--team", "e2e", filepath.Join(home, "files"))
		if out.code != 0 || out.stderr != "" || !contains(lineWith(out.stdout, "messages.jsonl"), "2") {
			t.Fatalf("export: %+v", out)
		}
		files := filesOf(t, filepath.Join(home, "files"))
		rows := checkExport(t, files)
		for name, n := range map[string]int{
			"team.jsonl": 1, "api_keys.jsonl": 1, "agents.jsonl": 1, "knowledge_bases.jsonl": 1, "conversations.jsonl": 1, "messages.jsonl": 2,
			"turns.jsonl": 1, "prompts.jsonl": 1, "model_connections.jsonl": 1,
		} {
			if rows[name] != n {
				t.Errorf("%s has %d rows, want %d", name, rows[name], n)
			}
		}
		for name, content := range files {
			for _, secret := range []string{s.key, s.key[len(s.key)-4:] + `"`, "sk-", "not-theirs"} {
				if contains(content, secret) {
					t.Errorf("%s holds %q", name, secret)
				}
			}
		}
		var texts []string
		for name, content := range files {
			if strings.HasPrefix(name, "knowledge/") {
				texts = append(texts, content)
			}
		}
		if len(texts) != 1 || texts[0] != "Jollof rice\nand plantain" || !contains(files["messages.jsonl"], `what is on the \"menu\"?`) {
			t.Errorf("texts %q, messages %s", texts, files["messages.jsonl"])
		}
		if again := s.command("export", "--team", "e2e", filepath.Join(home, "files")); again.code != 1 || !contains(again.stderr, "not empty") {
			t.Errorf("export into a folder that is full: %+v", again)
		}
		if out := s.command("export", "--team", "e2e", filepath.Join(home, "packed.tar.gz")); out.code != 0 {
			t.Fatalf("export into a file: %+v", out)
		}
		checkExport(t, packed(t, filepath.Join(home, "packed.tar.gz"), "packed"))
		if out := s.command("export", "--team", "nobody", filepath.Join(home, "nobody")); out.code != 1 || !contains(out.stderr, "nobody") {
			t.Errorf("export of nobody: %+v", out)
		}
	})
}
