package httpapi

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

// swept notes what a sweep has come by. It is used by many tellings at once.
type swept struct {
	mu  sync.Mutex
	ops map[string]bool // by engine and operation
	any map[string]bool // by operation
}

func newSwept() *swept { return &swept{ops: map[string]bool{}, any: map[string]bool{}} }

// first notes an operation and reports whether it comes by for the first time on this engine, in
// this way.
func (w *swept) first(s *step, way string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := s.url + " " + s.op.name + " " + way
	was := w.ops[key]
	w.ops[key], w.any[s.op.name+way] = true, true
	return !was
}

// complete insists that every operation that is meant has come by.
func (w *swept) complete(t *testing.T, meant func(*operation) bool) {
	t.Helper()
	h := openHouse(t, nil)
	for _, op := range h.operations() {
		if meant(&op) && !w.any[op.name] {
			t.Errorf("%s %s: no wire test has a request that this sweep can use", op.method, op.path)
		}
	}
}

// usedWell reports whether a step shows how its operation is used. Nothing has an integration or a
// tool yet, so that looking for one in vain is the best use there is.
func (s *step) usedWell() bool {
	inVain := s.status == http.StatusNotFound && strings.Contains(s.op.path, "{integrationId}")
	return s.status < 300 || s.status == http.StatusNotImplemented || inVain
}
