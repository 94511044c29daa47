package app

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTheClockOfTestsIsShiftedByItsFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "clock")
	now := Config{TestClock: file}.clock()
	for _, test := range []struct {
		text string
		want time.Duration
	}{
		{"1h\n", time.Hour}, {"-90m", -90 * time.Minute}, {"soon", 0}, {"", 0},
	} {
		if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		before := time.Now()
		got := now()
		if early, late := before.Round(0).Add(test.want), time.Now().Round(0).Add(test.want); got.Before(early) || got.After(late) {
			t.Errorf("under %q it is %v, want between %v and %v", test.text, got, early, late)
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	before := time.Now()
	if got := now().Sub(before); got > time.Minute {
		t.Errorf("without a file it is off by %v", got)
	}
	if got := (Config{}).clock()(); time.Since(got) > time.Minute {
		t.Errorf("the system's clock says %v", got)
	}
}
