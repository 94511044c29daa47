package flows

import (
	"errors"
	"sync"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"
)

// judge works out the conditions of one decision, one after the other, on a machine of a pool.
type judge struct {
	machine *vm.VM
	spent   int
}

// maxEffort is what the conditions of one decision may cost together: with all that conditions may
// do it is well below a second, and no clock is needed to hold them to it. Ordinary ones cost ten each.
const maxEffort = 200_000

// holds reports whether c is true; an error says what kept it from being worked out.
func (j *judge) holds(c *condition, f *facts, machines *sync.Pool) (bool, error) {
	if j.spent += c.cost; j.spent > maxEffort {
		return false, errors.New("is one too many: all conditions together are too much work")
	}
	if j.machine == nil {
		var ok bool
		if j.machine, ok = machines.Get().(*vm.VM); !ok {
			j.machine = &vm.VM{MemoryBudget: maxMemory}
		}
	}
	out, err := j.machine.Run(c.program, f)
	if err != nil {
		return false, unworked(err)
	}
	is, ok := out.(bool)
	if !ok {
		return false, errors.New("is not true or false")
	}
	return is, nil
}

// done gives the machine back, for other goroutines.
func (j *judge) done(machines *sync.Pool) {
	if j.machine != nil {
		machines.Put(j.machine)
		j.machine = nil
	}
}

// costOf is what a condition costs at most. What goes through a list costs as often as the longest
// list has entries.
func costOf(n ast.Node) int {
	m := &meter{}
	ast.Walk(&n, m)
	return m.cost
}

type meter struct{ cost int }

// Visit adds the cost of one node.
func (m *meter) Visit(n *ast.Node) {
	const wholeText, someText, instruction = 100, 10, 20
	m.cost++
	switch n := (*n).(type) {
	case *ast.PredicateNode:
		m.cost += costOf(n.Node) * maxWords
	case *ast.CallNode:
		if f, ok := n.Callee.(*ast.IdentifierNode); !ok || f.Value != restSign {
			m.cost += wholeText
		}
	case *ast.BuiltinNode:
		switch n.Name {
		case "lower", "upper", "trim":
			m.cost += wholeText
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "contains", "startsWith", "endsWith", "in", "==", "!=":
			m.cost += someText
		case "matches":
			if s, ok := n.Right.(*ast.StringNode); ok {
				if e, err := compileRegex(s.Value); err == nil {
					m.cost += e.size * instruction
				}
			}
		}
	}
}
