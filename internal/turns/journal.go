package turns

import (
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/console"
)

// journal gathers what a run does, for the record of its turn. It may be used by many goroutines.
type journal struct {
	mu     sync.Mutex
	record console.Record // held under mu
}

// maxNote bounds the words of a step, in bytes.
const maxNote = 200

// add appends steps in the order in which they were done. Beyond console.MaxSteps they are counted
// and no more.
func (j *journal) add(steps ...console.Step) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, s := range steps {
		if s.Kind == console.StepModel || s.Kind == console.StepSummary {
			j.record.Spend(s)
		}
		if len(j.record.Steps) >= console.MaxSteps {
			j.record.Omitted++
			continue
		}
		s.Note = short(s.Note, maxNote)
		j.record.Steps = append(j.record.Steps, s)
	}
}

// over notes which budget kept the turn from a model, or cut its reply short.
func (j *journal) over(b console.Budget) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.record.Budget = b
}

// written returns the record so far; what is added later does not change it.
func (j *journal) written() console.Record {
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.record
	r.Steps = r.Steps[:len(r.Steps):len(r.Steps)]
	r.Spent = slices.Clone(r.Spent)
	return r
}

// short is the beginning of a text, in whole characters.
func short(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}
