package turns

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/bimpe/bimpe/internal/llm"
)

// A cancel ends a turn at once wherever it is just then, and with it whatever is open upstream: the
// time in these tests is virtual, so that at once means in no time.
func TestCancelEndsATurnWhereverItIs(t *testing.T) {
	t.Parallel()
	hangs := utterance{words: []string{"x"}, pause: time.Hour}
	for name, begin := range map[string]func(*house) (models []*script){
		"asked, before the first word": func(h *house) []*script {
			h.model.says = []utterance{hangs}
			h.customer("a")
			return []*script{h.model}
		},
		"waiting to ask again": func(h *house) []*script {
			h.model.says = []utterance{{fault: later(llm.KindOverloaded, 30*time.Second)}}
			h.customer("a")
			return []*script{h.model}
		},
		"waiting for a place upstream": func(h *house) []*script {
			h.Limits.Upstream = 1
			h.must(h.health().enter(h.t.Context()))
			h.customer("a")
			return []*script{h.model}
		},
		"asking the fallback": func(h *house) []*script {
			h.model.says = []utterance{{fault: failing(llm.KindRefused)}}
			second := h.fallback("second", hangs)
			h.customer("a")
			return []*script{h.model, second}
		},
		"waiting to ask the fallback again": func(h *house) []*script {
			h.model.says = []utterance{{fault: failing(llm.KindRefused)}}
			second := h.fallback("second", utterance{fault: failing(llm.KindUnavailable)})
			h.customer("a")
			return []*script{h.model, second}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				models := begin(h)
				synctest.Wait()
				asked := 0
				for _, m := range models {
					asked += len(m.requests())
				}
				at := time.Now()
				if c := h.cancel(); c.TurnID == "" {
					t.Error("there was nothing to cancel")
				}
				h.runs.Wait()
				if took := time.Since(at); took != 0 {
					t.Errorf("the turn went on for %v", took)
				}
				for _, m := range models {
					if n := m.upstreams(); n != 0 {
						t.Errorf("%d upstreams are still open", n)
					}
					asked -= len(m.requests())
				}
				if asked != 0 {
					t.Error("a model was asked after the cancel")
				}
				h.want("customer: a")
			})
		})
	}
}
