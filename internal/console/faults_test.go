package console_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

func TestFaultsGatherAll(t *testing.T) {
	t.Parallel()
	str := func(s string) *string { return &s }
	var f console.Faults
	f.Text("empty", "", 1, 5)
	f.Text("long", "éééééé", 1, 5)
	f.Text("nul", "a\x00", 0, 5)
	f.Text("good", "ééééé", 1, 5)
	f.Optional("none", nil, 5)
	f.Optional("optional", str("123456"), 5)
	f.URL("ftp", str("ftp://x/y"))
	f.URL("host", str("https:///x"))
	f.URL("endless", str("https://x/"+strings.Repeat("y", 2000)))
	f.URL("web", str("https://x/y"))
	f.URL("nowhere", str(""))
	f.Target("nobody", nil)
	f.Target("emptiness", str(""))
	f.Target("page", str("HTTPS://x/y"))
	f.Target("file", str("file:///x"))
	f.Target("port", str("http://:80/x"))
	f.Target("user", str("https://me@x/y"))
	f.Target("password", str("https://me:secret@x/y"))
	if f.Most("few", 3, 3, "things"); !f.Most("few", 3, 3, "things") || f.Most("many", 4, 3, "things") {
		t.Error("Most: three of three are too many, or four are not")
	}
	f.Rules([]console.Rule{{ID: "1"}, {Condition: str("a\x00")}})
	f.Rules(make([]console.Rule, 501))
	var paths []string
	for _, fault := range f.All {
		paths = append(paths, fault.Path)
	}
	want := []string{
		"empty", "long", "nul", "optional", "ftp", "host", "endless", "file", "port", "user", "password", "many", "rules.1.id", "rules.1.condition", "rules",
	}
	if !slices.Equal(paths, want) {
		t.Errorf("faults at %v, want %v", paths, want)
	}
}

func TestLaterRises(t *testing.T) {
	t.Parallel()
	before := time.UnixMilli(1000).UTC()
	for now, want := range map[time.Time]int64{
		time.UnixMilli(1500).Add(999): 1500, before: 1001, before.Add(time.Microsecond): 1001, time.UnixMilli(1): 1001,
	} {
		if got := console.Later(before, now); got.UnixMilli() != want {
			t.Errorf("Later(%v) = %v, want %d ms", now, got, want)
		}
	}
}
