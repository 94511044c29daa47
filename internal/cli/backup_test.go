package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/app"
)

// backup and restore as they are typed, where no server has been yet, and with what cannot be.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	at := func(name string) string { return filepath.Join(home, name) }
	say := func(args ...string) (out, complaint string, code int) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		code = run(t.Context(), args, IO{Stdout: &stdout, Stderr: &stderr, Version: "v1"})
		return stdout.String(), stderr.String(), code
	}
	if _, complaint, code := say("backup", "--data-dir", at("a"), at("file")); code != exitUsage || !strings.Contains(complaint, "there is no database in "+at("a")) {
		t.Errorf("backup of nothing: %d %s", code, complaint)
	}
	if _, complaint, code := say("team", "create", "--data-dir", at("a"), "shop"); code != exitOK {
		t.Fatalf("team create: %d %s", code, complaint)
	}
	out, complaint, code := say("backup", "--data-dir", at("a"), at("file"))
	if code != exitOK || complaint != "" || !strings.Contains(out, "\nteam                  1\n") || !strings.HasSuffix(out, " kB)\n") {
		t.Errorf("backup: %d\n%s%s", code, out, complaint)
	}
	restored, complaint, code := say("restore", "--data-dir", at("b"), at("file"))
	if code != exitOK || !strings.HasPrefix(complaint, "It is of ") || !strings.HasSuffix(complaint, ", by release v1.\n") {
		t.Errorf("restore: %d %s", code, complaint)
	}
	if table, _, _ := strings.Cut(out, " rows of schema"); !strings.HasPrefix(restored, table) {
		t.Errorf("backed up were\n%s\nrestored were\n%s", out, restored)
	}
	if out, _, code := say("team", "list", "--data-dir", at("b")); code != exitOK || !strings.Contains(out, "shop") {
		t.Errorf("team list: %d %s", code, out)
	}
	if _, complaint, code := say("restore", "--data-dir", at("c"), "--database-url", "postgres://x/y", at("file")); code != exitUsage || !strings.Contains(complaint, "BIMPE_MASTER_KEY") {
		t.Errorf("restore into PostgreSQL without a master key: %d %s", code, complaint)
	}
	if _, err := os.Stat(at("c")); err == nil {
		t.Error("a refused restore has made a folder")
	}
}

// What is said of the master key names the place of its own.
func TestWhereTheMasterKeyIs(t *testing.T) {
	t.Parallel()
	for want, came := range map[string]app.Archived{
		"lies in /data/master.key":         {MasterFile: "/data/master.key"},
		"is the value of BIMPE_MASTER_KEY": {},
	} {
		if got := lies(came); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSizesAsPeopleReadThem(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0 bytes", 999: "999 bytes", 1000: "1.0 kB", 753_812_345: "753.8 MB", 2_000_000_000_000_000: "2000.0 TB",
	} {
		if got := size(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

// What a move needs is said before it begins.
func TestMoveWantsATarget(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"missing flags: --to=URL":                              {"move", "--data-dir", t.TempDir()},
		"BIMPE_MOVE_TO: must begin with":                       {"move", "--data-dir", t.TempDir(), "--to", "bimpe.db"},
		"BIMPE_DATABASE_URL: data is moved from a data folder": {"move", "--to", "postgres://a/b", "--database-url", "postgres://c/d"},
		"there is no database in":                              {"move", "--to", "postgres://a/b", "--data-dir", t.TempDir()},
	} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), args, IO{Stdout: &stdout, Stderr: &stderr}); code != exitUsage || !strings.Contains(stderr.String(), want) || stdout.Len() != 0 {
			t.Errorf("%v: code %d, %q", args, code, stderr.String())
		}
	}
}

// A rollback without anything to go back to, and the list of nothing.
func TestRollbackOfNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	say := func(args ...string) (string, string, int) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), append(args, "--data-dir", folder), IO{Stdout: &stdout, Stderr: &stderr})
		return stdout.String(), stderr.String(), code
	}
	if _, complaint, code := say("rollback", "--list"); code != exitUsage || !strings.Contains(complaint, "there is no database in "+folder) {
		t.Errorf("without a database: %d %s", code, complaint)
	}
	say("team", "create", "shop")
	if list, _, code := say("rollback", "--list"); code != exitOK || strings.Join(strings.Fields(list), " ") != "NAME MADE SCHEMA SIZE WHY" {
		t.Errorf("the list: %d %s", code, list)
	}
	if _, complaint, code := say("rollback"); code != exitFailure || !strings.Contains(complaint, "there is no snapshot") {
		t.Errorf("rollback: %d %s", code, complaint)
	}
}
