package flows

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/optimizer"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"github.com/bimpe/bimpe/internal/words"
)

// The bounds of a condition. With them, and without the parts of the language that refuse leaves
// out, the time that one takes is bounded by its length.
const (
	maxCondition     = 1000 // bytes
	maxConditionSize = 200  // nodes
	maxMemory        = 10000
)

// condition is an expression over facts.
type condition struct {
	program  *vm.Program
	printed  string   // the expression in one spelling, by which equal ones are known
	language bool     // it asks for the language of the message, which takes a while to find
	counts   bool     // it asks how many messages the customer wrote
	fields   []string // what of a flow's fields it asks for
	cost     int      // at most, in units of a fraction of a microsecond
	constant *bool    // what it comes to, whatever the facts are; nil: it depends on them
}

// Conditions are expressions or, from clients that know no expressions, prose that only a model can
// judge. One that begins with = or looks like an expression is one; of the rest those that compile.
//
// parse returns nil and no error for a blank one; nil and an error for prose that does not
// compile, and faulty then says whether it looks like an expression all the same.
func (l language) parse(text string) (c *condition, faulty bool, err error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, false, nil
	}
	source, marked := strings.CutPrefix(text, "=")
	c, err = l.compile(strings.TrimSpace(source), nil)
	if err != nil {
		return nil, marked || looks.MatchString(text) || errors.Is(err, errRange), err
	}
	return c, false, nil
}

// looks finds the signs of an expression that nobody writes in prose.
var looks = regexp.MustCompile(`[=!<>]=|&&|\|\||\b(?:message|contact|now|conversation|agent|business|fields)\.[a-z_]+\b|\bsays\(`)

// errRange is the fault of an expression that makes a range. Where it is parsed as one it is no prose.
var errRange = errors.New("must not use ranges: write a >= 1 && a <= 9")

// language is what conditions are written in: names and types of the facts, and a few functions that
// neither read a clock nor make much of little. It compiles one condition at a time.
type language struct{ config *conf.Config }

func newLanguage() language {
	c := conf.CreateNew()
	for _, option := range []expr.Option{
		expr.Env(&facts{}), expr.AsBool(), expr.MaxNodes(maxConditionSize), expr.DisableAllBuiltins(),
		expr.Function(restSign, rest),
	} {
		option(c)
	}
	for _, name := range functions() {
		delete(c.Disabled, name)
	}
	for name := range c.Disabled {
		delete(c.Builtins, name)
	}
	return language{config: c}
}

// functions are those that conditions can call, beside says.
func functions() []string {
	return []string{
		"len", "lower", "upper", "trim", "hasPrefix", "hasSuffix", "abs", "min", "max", "int", "float", "round",
		"first", "last", "any", "all", "none", "one", "count",
	}
}

// compile returns an error in words that the condition's writer understands. Of the fields of a flow it takes
// the kinds, so that one of the wrong kind is found before anybody is asked.
func (l language) compile(source string, fields map[string]Kind) (c *condition, err error) {
	defer func() {
		if r := recover(); r != nil {
			c, err = nil, errors.New("does not compile")
		}
	}()
	if len(source) > maxCondition {
		return nil, fmt.Errorf("is longer than %d bytes", maxCondition)
	}
	tree, r, err := l.read(source)
	if err != nil {
		return nil, err
	}
	if err := l.check(source, tree, r, fields); err != nil {
		return nil, err
	}
	cost, printed, constant := costOf(tree.Node), tree.Node.String(), l.constant(tree.Node)
	if err := optimizer.Optimize(&tree.Node, l.config); err != nil {
		return nil, plain(err)
	}
	program, err := compiler.Compile(tree, l.config)
	if err != nil {
		return nil, plain(err)
	}
	return &condition{
		program: program, printed: printed, language: r.language, counts: r.counts, fields: r.fields, cost: cost,
		constant: constant,
	}, nil
}

// read parses a condition, and refuses what is left out of the language.
func (l language) read(source string) (*parser.Tree, *refuse, error) {
	tree, err := parser.ParseWithConfig(source, l.config)
	if err != nil {
		return nil, nil, plain(err)
	}
	r := &refuse{}
	ast.Walk(&tree.Node, r)
	if nested(tree.Node) {
		r.fail("must not go through a list for each of another")
	}
	return tree, r, r.err
}

// check holds a condition to the types of its names: first to all that is known of them, in a tree of its own,
// since a checker leaves its types in one; then to those by which it is compiled, where a field that nobody has
// answered yet is nil.
func (l language) check(source string, tree *parser.Tree, r *refuse, fields map[string]Kind) error {
	if !r.vague {
		return checked(tree, l.config)
	}
	exact, _, err := l.read(source)
	if err != nil {
		return err
	}
	if err := checked(exact, l.typed(r.fields, fields)); err != nil {
		return err
	}
	if _, err := checker.Check(tree, l.config); err != nil {
		return plain(err)
	}
	return nil
}

func checked(tree *parser.Tree, names *conf.Config) error {
	if _, err := checker.Check(tree, names); err != nil {
		return plain(err)
	}
	typed := &refuse{typed: true}
	ast.Walk(&tree.Node, typed)
	return typed.err
}

// refuse finds what could run long: it is left out of the language.
type refuse struct {
	typed    bool // types are known
	language bool
	counts   bool
	fields   []string
	vague    bool // it is compiled by fewer types than are known: fields that nobody has answered yet are nil
	err      error
}

func (r *refuse) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

// Visit looks at one node.
func (r *refuse) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.VariableDeclaratorNode, *ast.SequenceNode:
		r.fail("must be one expression, without let and ;")
	case *ast.MapNode:
		r.fail("must not make maps")
	case *ast.BuiltinNode:
		if !slices.Contains(functions(), n.Name) { // some are parsed even where they are switched off
			r.fail("unknown name %s", n.Name)
		}
	case *ast.IdentifierNode:
		r.vague = r.vague || n.Value == "fields"
	case *ast.MemberNode:
		r.member(n)
	case *ast.UnaryNode:
		if n.Operator == "not" {
			n.Operator = "!"
		}
	case *ast.BinaryNode:
		r.binary(n)
		if n.Operator == restSign {
			r.vague = true
			ast.Patch(node, &ast.CallNode{Callee: &ast.IdentifierNode{Value: restSign}, Arguments: []ast.Node{n.Left, n.Right}})
		}
	}
}

func (r *refuse) member(n *ast.MemberNode) {
	name, ok := n.Property.(*ast.StringNode)
	of, root := n.Node.(*ast.IdentifierNode)
	switch {
	case !ok || !root:
	case of.Value == "message" && name.Value == "language":
		r.language = true
	case of.Value == "conversation" && (name.Value == "message_count" || name.Value == "first_message"):
		r.counts = true
	case of.Value == "fields":
		r.fields = append(r.fields, name.Value)
	}
}

func (r *refuse) binary(n *ast.BinaryNode) {
	switch n.Operator {
	case "..":
		if r.err == nil {
			r.err = errRange
		}
	case "+":
		if r.typed && !numeric(n.Type()) {
			r.fail("must not join texts: + is for numbers, such as now.hour + 1")
		}
	case "and":
		n.Operator = "&&"
	case "or":
		n.Operator = "||"
	case "contains", "startsWith", "endsWith":
		if s, ok := n.Right.(*ast.StringNode); ok {
			s.Value = words.Visible(s.Value) // as message.text is
		}
	case "matches":
		r.pattern(n.Right)
	}
}

func (r *refuse) pattern(n ast.Node) {
	if r.typed {
		return // it is compiled by now
	}
	s, ok := n.(*ast.StringNode)
	if !ok {
		r.fail("must match with an expression in quotation marks")
		return
	}
	s.Value = words.Visible(s.Value)
	if _, err := compileRegex(s.Value); err != nil {
		r.fail("has an expression that %s", err.Error())
	}
}

func numeric(t reflect.Type) bool {
	return t != nil && t.Kind() >= reflect.Int && t.Kind() <= reflect.Float64
}

// nested reports whether a part that goes through a list stands inside another one.
func nested(n ast.Node) bool {
	c := &predicates{}
	ast.Walk(&n, c)
	return c.nested
}

type predicates struct{ found, nested bool }

// Visit looks at one node; what is in it was visited before.
func (p *predicates) Visit(n *ast.Node) {
	outer, ok := (*n).(*ast.PredicateNode)
	if !ok {
		return
	}
	p.found = true
	inner := &predicates{}
	ast.Walk(&outer.Node, inner)
	p.nested = p.nested || inner.found
}

func line(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
