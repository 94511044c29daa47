package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The vendor's clients are not part of the project, and whoever asks for them to be run is told what
// is missing.
func TestTheCheckOfTheVendorsClientsSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	empty, unbuilt, other := t.TempDir(), t.TempDir(), t.TempDir()
	about := func(folder, version string) {
		text := []byte(`{"name": "@bimpeai/sdk", "version": "` + version + `"}`)
		if err := os.WriteFile(filepath.Join(folder, "package.json"), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	about(unbuilt, "0.1.1")
	about(other, "0.2.0")
	if err := os.Mkdir(filepath.Join(other, "dist"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		env  []string
		want []string
	}{
		{nil, []string{"SDK_01 is not set", "SDK_04 is not set"}},
		{[]string{"SDK_01=" + empty, "SDK_04=" + other}, []string{"SDK_01: there is no package.json", "SDK_04: the package in", "is not version 0.4"}},
		{[]string{"SDK_01=" + unbuilt}, []string{"SDK_01: the package in", "is not built", "SDK_04 is not set"}},
	} {
		check := exec.CommandContext(t.Context(), "../scripts/sdk-check")
		check.Env = append([]string{"PATH=" + os.Getenv("PATH")}, c.env...)
		out, err := check.CombinedOutput()
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 {
			t.Errorf("with %q: %v, want exit code 1", c.env, err)
		}
		for _, want := range c.want {
			if !strings.Contains(string(out), want) {
				t.Errorf("with %q it says %q, want %q", c.env, out, want)
			}
		}
	}
}
