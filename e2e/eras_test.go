package e2e

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/e2e/strict"
)

// settings turn the headers of rate windows on and let pages be fetched from this machine.
func settings() []string {
	return []string{"BIMPE_RATE_LIMIT=100000", "BIMPE_OUTBOUND_ALLOW=127.0.0.1/32"}
}

func TestTheStrictestClientOfTheOlderEra(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		w := newWalker(t, serving(t, e, newModel(t, echo).settings(settings()...)...), "0.1")
		w.older()
		w.covered()
	})
}

func TestTheStrictestClientOfTheNewerEra(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		w := newWalker(t, serving(t, e, newModel(t, echo).settings(settings()...)...), "0.4")
		w.newer()
		w.covered()
	})
}

// What the server offers and what clients of the eras know must be the same, so that no operation
// can be added without a client that holds its answers.
func TestTheErasKnowEveryOperation(t *testing.T) {
	t.Parallel()
	out := newSite(t, onSQLite).command("openapi")
	var document struct {
		Paths map[string]map[string]any
	}
	if err := json.Unmarshal([]byte(out.stdout), &document); err != nil {
		t.Fatalf("bimpe openapi: %v %s", err, out.stderr)
	}
	offered, known := map[string]bool{}, map[string]bool{}
	for path, methods := range document.Paths {
		for method := range methods {
			offered[strict.Name(strings.ToUpper(method), strings.TrimPrefix(path, api))] = true
		}
	}
	for _, era := range strict.Eras() {
		p, err := strict.Load(era)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range p.Operations {
			known[o.Name()] = true
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(known)), slices.Sorted(maps.Keys(offered))); diff != "" {
		t.Errorf("operations (-of the eras +of the server):\n%s", diff)
	}
}
