package playground

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What the build is made of; web/playground/scripts/seal.mjs has the same list.
func sources() []string {
	return []string{
		"index.html", "package.json", "package-lock.json", "svelte.config.js", "tsconfig.json", "vite.config.ts",
		"public", "scripts", "src",
	}
}

// The build says which sources it was made of and which files it has. Whoever changes a source and
// does not build, or changes what was built, sees it here.
func TestTheBuildIsThatOfItsSources(t *testing.T) {
	t.Parallel()
	seal, err := os.ReadFile(filepath.Join("dist", "seal.txt"))
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join("..", "..", "web", "playground")
	var paths []string
	for _, s := range sources() {
		paths = append(paths, files(t, filepath.Join(root, s))...)
	}
	built := slices.DeleteFunc(files(t, "dist"), func(p string) bool { return filepath.Base(p) == "seal.txt" })
	want := fmt.Sprintf("sources %s\nbuild %s\n", sum(t, root, paths), sum(t, "dist", built))
	if string(seal) != want {
		t.Errorf("the page is not built from its sources: run `make web`\ngot:\n%swant:\n%s", seal, want)
	}
}

// files lists the files of a folder, or a file itself.
func files(t *testing.T, at string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(at, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// sum is the hash of a list: a line for each file, sorted, of its name and its own hash.
func sum(t *testing.T, root string, paths []string) string {
	t.Helper()
	lines := make([]string, 0, len(paths))
	for _, p := range paths {
		content, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(root, p)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, filepath.ToSlash(name)+" "+hash(content)+"\n")
	}
	slices.Sort(lines)
	return hash([]byte(strings.Join(lines, "")))
}

func hash(content []byte) string {
	h := sha256.Sum256(content)
	return hex.EncodeToString(h[:])
}
