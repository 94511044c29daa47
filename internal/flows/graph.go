package flows

import "fmt"

// graph finds steps of a flow that nothing leads to, and circles of steps that nothing leads out of,
// whether somebody is asked in them or not: who answers would be asked again for ever.
func (c *examiner) graph(f *flow) {
	path := fmt.Sprintf("flows.%d.conversation_steps.", f.index)
	reached := f.reachable()
	for i := range f.steps {
		if !reached[i] && (i == 0 || reached[i-1] || f.steps[i].named) {
			c.Fail(path+fmt.Sprint(i), "is never reached%s", f.barred(i))
		}
	}
	free := f.free()
	for i, s := range f.steps {
		if reached[i] && !free[i] && f.closes(i) {
			key := ".goto"
			if s.kind != stepGoto && s.kind != stepBranch {
				key = ""
			}
			c.Fail(path+fmt.Sprint(i)+key, "leads round in a circle without a way out")
		}
	}
}

// after lists where a step can lead; outside is the end. A branch whose condition no fact can change leads to
// one place only.
func (f *flow) after(i int) []int {
	switch s := f.steps[i]; s.kind {
	case stepEnd, stepHandoff:
		return []int{outside}
	case stepBranch:
		switch {
		case s.when == nil || s.when.constant == nil:
			return []int{s.to, s.orElse}
		case *s.when.constant:
			return []int{s.to}
		default:
			return []int{s.orElse}
		}
	default:
		return []int{s.to}
	}
}

// barred says which branch keeps a step from being reached by a condition that is always the same.
func (f *flow) barred(i int) string {
	for at, s := range f.steps {
		if s.kind != stepBranch || s.when == nil || s.when.constant == nil || s.to != i && s.orElse != i {
			continue
		}
		return fmt.Sprintf(": the condition of step %d is always %t", at+1, *s.when.constant)
	}
	return ""
}

func (f *flow) reachable() []bool {
	reached := make([]bool, len(f.steps))
	queue := []int{0}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		if i == outside || reached[i] {
			continue
		}
		reached[i] = true
		queue = append(queue, f.after(i)...)
	}
	return reached
}

// free tells of each step whether the end can be reached from it.
func (f *flow) free() []bool {
	free := make([]bool, len(f.steps))
	for range f.steps { // each round frees at least one more, or nothing any more
		changed := false
		for i := range f.steps {
			if free[i] {
				continue
			}
			for _, next := range f.after(i) {
				if next == outside || free[next] {
					free[i] = true
				}
			}
			changed = changed || free[i]
		}
		if !changed {
			break
		}
	}
	return free
}

// closes reports whether a step that is not free leads back to an earlier one or to itself.
func (f *flow) closes(i int) bool {
	for _, next := range f.after(i) {
		if next != outside && next <= i {
			return true
		}
	}
	return false
}
