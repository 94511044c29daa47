package cli

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/app"
	"github.com/bimpe/bimpe/internal/console"
)

// ran is what a command left.
type ran struct {
	code           int
	stdout, stderr string
}

func bimpe(t *testing.T, args ...string) ran {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), args, IO{Stdout: &stdout, Stderr: &stderr, Version: "v9.9"})
	return ran{code, stdout.String(), stderr.String()}
}

func TestTheReleaseIsPrinted(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(ran{0, "v9.9\n", ""}, bimpe(t, "version"), cmp.AllowUnexported(ran{})); diff != "" {
		t.Errorf("bimpe version (-want +got):\n%s", diff)
	}
}

func TestHelpIsForStandardOutput(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"--help"}, {"serve", "--help"}, {"key", "create", "-h"}, {"help"}, {"help", "key"}} {
		got := bimpe(t, args...)
		if got.code != 0 || !strings.Contains(got.stdout, "Usage: bimpe") || got.stderr != "" {
			t.Errorf("bimpe %v: %+v", args, got)
		}
	}
	if got, want := bimpe(t, "help", "key", "create"), bimpe(t, "key", "create", "--help"); got != want {
		t.Errorf("bimpe help key create: got %+v, want %+v", got, want)
	}
	for _, setting := range []string{"BIMPE_LISTEN", "BIMPE_MODEL_URL", "BIMPE_TURN_TIMEOUT"} {
		if got := bimpe(t, "serve", "--help"); !strings.Contains(got.stdout, setting) {
			t.Errorf("bimpe serve --help does not name %s", setting)
		}
	}
}

func TestNonsenseIsRefusedOnStandardError(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"dance"},
		{"help", "dance"},
		{"--dance"},
		{"key"},
		{"key", "revoke"},
		{"serve", "now"},
		{"serve", "--rate-limit", "many"},
		{"team", "set"},
		{"team", "set", "shop", "--retention-days", "many"},
		{"team", "delete", "shop"},
		{"erase", "ada"},
		{"export", "files"},
		{"export", "--team", "shop"},
		{"erase", "--team", "shop"},
		{"key", "create", "--scope", "*"},
	} {
		got := bimpe(t, args...)
		if got.code != exitUsage || got.stdout != "" || !strings.HasPrefix(got.stderr, "bimpe: ") {
			t.Errorf("bimpe %v: %+v", args, got)
		}
	}
}

func TestComplaintsHaveTheirCode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err  error
		want ran
	}{
		{nil, ran{exitOK, "", ""}},
		{errors.New("out of luck"), ran{exitFailure, "", "bimpe: out of luck\n"}},
		{console.NotFound("key", "k1"), ran{exitFailure, "", `bimpe: There is no key "k1".` + "\n"}},
		{
			console.Invalid([]console.Field{{Path: "name", Fault: "is empty"}, {Path: "scopes.0", Fault: "is unknown"}}),
			ran{exitUsage, "", "bimpe: name: is empty\nscopes.0: is unknown\n"},
		},
		{
			&app.ConfigError{Faults: []string{"BIMPE_A: is wrong", "BIMPE_B: too"}},
			ran{exitUsage, "", "bimpe: these settings cannot be:\n  BIMPE_A: is wrong\n  BIMPE_B: too\n"},
		},
		{usageError{errors.New("what?")}, ran{exitUsage, "", "bimpe: what?\nSee bimpe --help.\n"}},
	}
	for _, test := range tests {
		var stderr bytes.Buffer
		code := complain(IO{Stderr: &stderr}, test.err)
		if diff := cmp.Diff(test.want, ran{code, "", stderr.String()}, cmp.AllowUnexported(ran{})); diff != "" {
			t.Errorf("complain(%v) (-want +got):\n%s", test.err, diff)
		}
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestAFullDiskIsAFailure(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	code := run(t.Context(), []string{"version"}, IO{Stdout: full{}, Stderr: &stderr})
	if code != exitFailure || !strings.Contains(stderr.String(), "no space left") {
		t.Errorf("code %d, %q", code, stderr.String())
	}
}

func TestQuotasThatAreNotGivenStay(t *testing.T) {
	t.Parallel()
	n := func(i int) *int { return &i }
	some := func(i amount) *amount { return &i }
	was := console.Quotas{Agents: 1, Integrations: 4, Streams: 2, RatePerMinute: 3}
	tests := []struct {
		given quotas
		want  console.Quotas
	}{
		{quotas{}, was},
		{quotas{Agents: some(7)}, console.Quotas{Agents: 7, Integrations: 4, Streams: 2, RatePerMinute: 3}},
		{
			quotas{Agents: some(0), Integrations: some(console.NoneAllowed)},
			console.Quotas{Integrations: console.NoneAllowed, Streams: 2, RatePerMinute: 3},
		},
		{quotas{Streams: n(0), Rate: n(9)}, console.Quotas{Agents: 1, Integrations: 4, RatePerMinute: 9}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, test.given.apply(was)); diff != "" {
			t.Errorf("apply (-want +got):\n%s", diff)
		}
	}
}

func TestRetentionThatIsNotGivenStays(t *testing.T) {
	t.Parallel()
	n := func(i int) *int { return &i }
	was := console.Team{Name: "shop", Quotas: console.Quotas{Streams: 2}, RetentionDays: 30}
	for want, given := range map[int]terms{30: {}, 7: {RetentionDays: n(7)}, 0: {RetentionDays: n(0)}} {
		got := given.change(was)
		if got.RetentionDays != want || got.Quotas != was.Quotas || got.Name != was.Name {
			t.Errorf("change: got %+v, want %d days", got, want)
		}
	}
}

func TestAmountsAreNumbersOrNone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]amount{"none": console.NoneAllowed, "0": 0, "7": 7, "1000000000": 1_000_000_000} {
		var got amount
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q is %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-1", "None", "no", "1e3", "1.5", " 1", "99999999999"} {
		var got amount
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is %d, want it refused", text, got)
		}
	}
}

func TestMomentsAreForPeople(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 4, 5, 6, 7, 8, time.FixedZone("", 3600))
	if got := moment(&at); got != "2026-03-04 04:06:07Z" {
		t.Errorf("moment = %q", got)
	}
	if got := moment(nil); got != "-" {
		t.Errorf("moment(nil) = %q", got)
	}
}

func TestNamesDoNotSteerTheTerminal(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Mama's 🍲 & Söhne": "Mama's 🍲 & Söhne", "a\nb": "a\ufffdb", "\x1b[2J\t": "\ufffd[2J\ufffd", "\u202e": "\ufffd",
	} {
		if got := plain(name); got != want {
			t.Errorf("plain(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestTheAddressForThisMachine(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"127.0.0.1:8080": "127.0.0.1:8080", "0.0.0.0:80": "127.0.0.1:80", "[::]:80": "127.0.0.1:80",
		"192.0.2.1:80": "192.0.2.1:80", "[::1]:80": "[::1]:80",
	} {
		if got := local(address); got != want {
			t.Errorf("local(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestFileNamesAreSafeForAShell(t *testing.T) {
	t.Parallel()
	if got, want := quote(`it's $HOME`), `'it'\''s $HOME'`; got != want {
		t.Errorf("quote = %s, want %s", got, want)
	}
}

func TestAFolderWithoutADatabaseIsRefused(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"key", "list"},
		{"key", "revoke", "c1"},
		{"team", "list"},
		{"team", "set", "shop", "--agents", "1"},
		{"team", "delete", "--yes", "shop"},
		{"erase", "--team", "shop", "ada"},
		{"export", "--team", "shop", "files"},
		{"phone-number", "list"},
		{"phone-number", "requests"},
		{"phone-number", "review", "c1"},
		{"phone-number", "reject", "c1"},
		{"phone-number", "add", "--team", "shop", "+2348012345678"},
	} {
		folder := filepath.Join(t.TempDir(), "data")
		got := bimpe(t, append(args, "--data-dir", folder)...)
		if got.code != exitUsage || got.stdout != "" || !strings.Contains(got.stderr, folder) ||
			!strings.Contains(got.stderr, "BIMPE_DATA_DIR") {
			t.Errorf("bimpe %v: %+v", args, got)
		}
		if _, err := os.Stat(folder); !noSuchFile(err) {
			t.Errorf("bimpe %v made the folder: %v", args, err)
		}
	}
}

func TestWhatMakesADatabaseSaysWhere(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"key", "create", "--team", "shop", "--scope", "*"}, {"team", "create", "shop"}} {
		folder := filepath.Join(t.TempDir(), "data")
		args = append(args, "--data-dir", folder)
		got := bimpe(t, args...)
		if want := "bimpe: made a new database in " + folder + "\n"; got.code != 0 || got.stderr != want {
			t.Errorf("bimpe %v: %+v, want on standard error %q", args, got, want)
		}
		if got := bimpe(t, "team", "list", "--data-dir", folder); got.code != 0 || !strings.Contains(got.stdout, "shop") {
			t.Errorf("bimpe team list: %+v", got)
		}
		if got := bimpe(t, "key", "create", "--team", "shop", "--scope", "*", "--data-dir", folder); got.stderr != "" {
			t.Errorf("the second time: %+v", got)
		}
	}
}
