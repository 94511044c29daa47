package flows

import (
	"errors"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// typed is the language with the type of each field of a flow. Fields that are asked for and not known are of
// any: that they are not known is said elsewhere, in better words.
func (l language) typed(asked []string, kinds map[string]Kind) *conf.Config {
	fields := types.Map{}
	for _, name := range asked {
		fields[name] = types.Any
	}
	for name, kind := range kinds {
		if fields[name] = types.String; kind == KindNumber {
			fields[name] = types.Float64
		}
	}
	c := *l.config
	c.Functions = conf.FunctionsTable{}
	for _, option := range []expr.Option{
		expr.Env(types.Map{
			"message": types.TypeOf(messageFacts{}), "contact": types.TypeOf(contactFacts{}), "now": types.TypeOf(nowFacts{}),
			"conversation": types.TypeOf(conversationFacts{}), "agent": types.TypeOf(agentFacts{}),
			"business": types.TypeOf(businessFacts{}), "fields": fields, "says": types.TypeOf(heard{}.says),
		}),
		expr.Function(restSign, rest, new(func(int, int) int), new(func(float64, float64) float64),
			new(func(int, float64) float64), new(func(float64, int) float64)),
	} {
		option(&c)
	}
	return &c
}

// restSign is the operator of the rest of a division. As a function it takes fractions too, as numbers that
// customers give are; no condition can call it by this name.
const restSign = "%"

var errNoNumbers = errors.New("% is for numbers")

func rest(of ...any) (any, error) {
	a, whole := of[0].(int)
	b, divisor := of[1].(int)
	switch {
	case whole && divisor && b == 0:
		return nil, errByZero
	case whole && divisor:
		return a % b, nil
	}
	x, ok := float(of[0])
	y, also := float(of[1])
	if !ok || !also {
		return nil, errNoNumbers
	}
	return modulo(x, y)
}

func float(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case float64:
		return v, true
	default:
		return 0, false
	}
}

// constant is what a condition comes to where no fact can change it, nil else. One that can only fail never
// holds.
func (l language) constant(n ast.Node) *bool {
	switch n := n.(type) {
	case *ast.UnaryNode:
		if is := l.constant(n.Node); n.Operator == "!" && is != nil {
			return known(!*is)
		}
	case *ast.BinaryNode:
		if n.Operator == "&&" || n.Operator == "||" {
			return joined(n.Operator == "||", l.constant(n.Left), l.constant(n.Right))
		}
	case *ast.ConditionalNode:
		one, other := l.constant(n.Exp1), l.constant(n.Exp2)
		switch is := l.constant(n.Cond); {
		case is != nil && *is:
			return one
		case is != nil:
			return other
		case one != nil && other != nil && *one == *other:
			return one
		}
		return nil
	}
	if asksFacts(n) {
		return nil
	}
	return known(l.workedOut(n))
}

func known(is bool) *bool { return &is }

// joined is what two conditions come to together: one that is as the sign has it decides alone.
func joined(sign bool, a, b *bool) *bool {
	switch {
	case a != nil && *a == sign, b != nil && *b == sign:
		return known(sign)
	case a != nil && b != nil:
		return known(!sign)
	default:
		return nil
	}
}

// asksFacts reports whether a name stands in an expression that is none of its own functions.
func asksFacts(n ast.Node) bool {
	names := &identifiers{}
	ast.Walk(&n, names)
	return names.found
}

type identifiers struct{ found bool }

// Visit looks at one node.
func (i *identifiers) Visit(n *ast.Node) {
	if name, ok := (*n).(*ast.IdentifierNode); ok && name.Value != restSign {
		i.found = true
	}
}

// workedOut is what an expression without facts comes to.
func (l language) workedOut(n ast.Node) bool {
	program, err := compiler.Compile(&parser.Tree{Node: n}, l.config)
	if err != nil {
		return false
	}
	out, err := (&vm.VM{MemoryBudget: maxMemory}).Run(program, &facts{})
	is, ok := out.(bool)
	return err == nil && ok && is
}
