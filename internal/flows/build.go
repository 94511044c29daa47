package flows

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// The bounds of a flow.
const (
	maxFields  = 50
	maxOptions = 50
	maxTries   = 10
	usualTries = 3
	maxStepID  = 64 // bytes
	maxOption  = 200
)

// builder makes flows of what was written and notes what is wrong with it.
type builder struct {
	console.Faults
	templates templates
	language  language
	path      string // of the flow
	f         *flow
	steps     []console.Flow
}

func (b *builder) flow(index int, written console.Flow) *flow {
	b.path = fmt.Sprintf("flows.%d.", index)
	b.steps = objects(written["conversation_steps"])
	b.f = &flow{
		index: index, name: written.Text("name"), active: true, priority: whole(written["priority"]),
		inert: inertBecause(b.steps), fields: map[string]Kind{}, version: versionOf(written["conversation_steps"]),
	}
	if active, ok := written["is_active"].(bool); ok {
		b.f.active = active
	}
	b.f.keywords = b.keywords(objects(written["trigger_keywords"]))
	if none, ok := written["trigger_keywords"].([]any); ok && len(none) == 0 && b.f.runs() {
		b.Fail(b.path+"trigger_keywords", "must have at least one keyword: the flow could never begin")
	}
	if b.f.inert != "" {
		return b.f
	}
	b.f.cancel = b.cancelKeywords(written["cancel_keywords"])
	b.collect()
	b.f.stopped = b.template(b.path, written, "cancel_response")
	for i, s := range b.steps {
		b.f.steps = append(b.f.steps, b.step(i, s))
	}
	b.link()
	return b.f
}

// keywords reads what begins the flow. In one that only a model follows nothing of it has to be found.
func (b *builder) keywords(written []console.Flow) []keyword {
	var all []keyword
	for i, k := range written {
		parts, mute := parseTrigger(k.Text("keyword"))
		for _, p := range parts {
			all = append(all, keyword{part: p, weight: weightOf(k.Text("weight")), entry: i})
		}
		if b.f.inert != "" {
			continue
		}
		for _, source := range mute {
			b.Fail(fmt.Sprintf("%strigger_keywords.%d.keyword", b.path, i),
				"has %q, which has neither a word nor an emoji in it: it could never be found", beginning(source, maxStepID))
		}
	}
	return all
}

// versionOf tells one text of a flow's steps from another.
func versionOf(steps any) string {
	text, err := json.Marshal(steps)
	if err != nil {
		return "" // it came from JSON
	}
	sum := fnv.New64a()
	sum.Write(text) // a hash takes everything
	return strconv.FormatUint(sum.Sum64(), 36)
}

// collect finds what the flow's fields are, before anything asks for them.
func (b *builder) collect() {
	for i, s := range b.steps {
		kind, _ := stepTypeOf(s.Text("type"))
		if kind != stepAsk && kind != stepSet {
			continue
		}
		name := fieldOf(s)
		if name == "" {
			continue
		}
		path := fmt.Sprintf("%sconversation_steps.%d.field", b.path, i)
		if !fieldName.MatchString(name) {
			b.Fail(path, "must be lower case letters, digits and _, beginning with a letter, at most 40")
			continue
		}
		of := kindOf(s, name)
		if kind == stepSet {
			of = kindOfSet(name)
		}
		if before, ok := b.f.fields[name]; ok && before != of {
			b.Fail(path, "is a %s here and a %s before", of, before)
			continue
		}
		if b.f.fields[name] = of; len(b.f.fields) == maxFields+1 {
			b.Fail(path, "is one field too many: a flow has at most %d", maxFields)
		}
	}
}

var fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// fieldOf is where an answer is kept; those about the customer have a place of their own.
func fieldOf(s console.Flow) string {
	if name := strings.TrimSpace(s.Text("field")); name != "" {
		return name
	}
	switch k := Kind(strings.ToLower(strings.TrimSpace(s.Text("kind")))); k {
	case KindName, KindEmail, KindPhone:
		return string(k)
	default:
		return ""
	}
}

// kindOf is what an answer must be. Where nothing says so, the field's name does.
func kindOf(s console.Flow, field string) Kind {
	if k := s.Text("kind"); strings.TrimSpace(k) != "" {
		return Kind(strings.ToLower(strings.TrimSpace(k)))
	}
	if s["options"] != nil {
		return KindChoice
	}
	switch k := Kind(field); k {
	case KindName, KindEmail, KindPhone, KindDate, KindNumber:
		return k
	default:
		return KindText
	}
}

// kindOfSet is what a set keeps: what is the customer's name, address or number, else a text.
func kindOfSet(field string) Kind {
	switch k := Kind(field); k {
	case KindName, KindEmail, KindPhone:
		return k
	default:
		return KindText
	}
}

func (b *builder) template(path string, of console.Flow, key string) template {
	t, faults := b.templates.compile(of.Text(key), namesFor(b.f.known()))
	for _, f := range faults {
		b.Fail(path+key, "%s", f)
	}
	return t
}

// known lists the fields' names.
func (f *flow) known() []string {
	names := make([]string, 0, len(f.fields))
	for name := range f.fields {
		names = append(names, name)
	}
	return names
}

// endID is what leads to the end of a flow, so that no step can be called so.
const endID = "end"

func (b *builder) step(i int, written console.Flow) step {
	path := fmt.Sprintf("%sconversation_steps.%d.", b.path, i)
	kind, _ := stepTypeOf(written.Text("type"))
	s := step{name: fmt.Sprintf("#%d", i+1), kind: kind, to: i + 1, orElse: i + 1}
	if id := written.Text("id"); id != "" {
		s.name, s.named = id, true
		if len(id) > maxStepID || id[0] == '#' {
			b.Fail(path+"id", "must be at most %d bytes and not begin with #", maxStepID)
		}
		if id == endID {
			b.Fail(path+"id", "must not be %q, which is where a flow ends: a goto could mean either", endID)
		}
		if b.f.find(id) != outside {
			b.Fail(path+"id", "is the id of an earlier step too")
		}
	}
	s.content = b.template(path, written, "content")
	s.followup = b.template(path, written, "followup")
	if kind == stepSay && !s.followup.blank() {
		s.kind = stepAsk // what it says has a question behind it
	}
	switch s.kind {
	case stepAsk:
		b.ask(path, written, &s)
	case stepSet:
		if s.field = fieldOf(written); s.field == "" {
			b.Fail(path+"field", "must be the name that the value is kept under")
		}
		s.want = wanted{kind: b.f.fields[s.field], region: strings.ToUpper(strings.TrimSpace(written.Text("region")))}
		s.value = b.template(path, written, "value")
	case stepBranch:
		b.branch(path, written, &s)
	default:
	}
	return s
}

func (b *builder) ask(path string, written console.Flow, s *step) {
	s.field = fieldOf(written)
	s.retry = b.template(path, written, "retry")
	s.want = wanted{
		kind: kindOf(written, s.field), region: strings.ToUpper(strings.TrimSpace(written.Text("region"))),
		options: b.options(path, written["options"]), question: written.Text("content") + "\n" + written.Text("followup"),
	}
	if s.want.region != "" && !isRegion(s.want.region) {
		b.Fail(path+"region", "must be the two letters of a country, such as NG")
	}
	b.manners(path, written, s)
	switch s.want.kind {
	case KindName, KindEmail, KindPhone, KindText:
	case KindNumber:
		s.want.least, s.want.most = b.amount(path, written, "min"), b.amount(path, written, "max")
		if s.want.least != nil && s.want.most != nil && *s.want.least > *s.want.most {
			b.Fail(path+"max", "must not be less than min")
		}
	case KindDate:
		b.dates(path, written, s)
	case KindChoice:
		if len(s.want.options) < 2 {
			b.Fail(path+"options", "must be at least two")
		}
	default:
		b.Fail(path+"kind", "must be name, email, phone, text, date, number or choice")
		s.want.kind = KindText
	}
}

// manners are how an ask asks, whatever it is that it asks for.
func (b *builder) manners(path string, written console.Flow, s *step) {
	for _, key := range []string{"field", "kind", "region", "retry"} {
		if _, ok := written[key].(string); written[key] != nil && !ok {
			b.Fail(path+key, "must be a text")
		}
	}
	if s.content.blank() && s.followup.blank() {
		b.Fail(path+"content", "must be what is asked")
	}
	if skip, ok := written["skip_if_known"].(bool); ok {
		s.skip = skip
	} else if written["skip_if_known"] != nil {
		b.Fail(path+"skip_if_known", "must be true or false")
	}
	s.tries = usualTries
	if written["tries"] == nil {
		return
	}
	if s.tries = whole(written["tries"]); s.tries < 1 || s.tries > maxTries {
		b.Fail(path+"tries", "must be a whole number from 1 to %d", maxTries)
		s.tries = usualTries
	}
}

func (b *builder) options(path string, v any) []string {
	var options []string
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		options = strings.Split(v, ",")
	case []any:
		for _, o := range v {
			switch o := o.(type) {
			case string:
				options = append(options, o)
			case json.Number:
				options = append(options, o.String())
			default:
				b.Fail(path+"options", "must be texts")
			}
		}
	default:
		b.Fail(path+"options", "must be a list of texts")
	}
	if !b.Most(path+"options", len(options), maxOptions, "options") {
		return options[:maxOptions]
	}
	seen := map[string]bool{}
	for i, o := range options {
		options[i] = strings.TrimSpace(o)
		b.Text(path+"options", options[i], 1, maxOption)
		if key := optionKey(options[i]); seen[key] {
			b.Fail(path+"options", "must differ from each other: %q is there twice", options[i])
		} else {
			seen[key] = true
		}
	}
	return options
}

// optionKey is what tells options from each other: their words, else the signs in them, else all of them.
func optionKey(option string) string {
	if key := plainly(option); key != "" {
		return key
	}
	if key := between(signs(option)); strings.TrimSpace(key) != "" {
		return key
	}
	return option
}

func (b *builder) amount(path string, of console.Flow, key string) *float64 {
	v, ok := of[key]
	if !ok || v == nil {
		return nil
	}
	if n, ok := v.(json.Number); ok {
		if f, err := n.Float64(); err == nil {
			return &f
		}
	}
	b.Fail(path+key, "must be a number")
	return nil
}

// dates reads the bounds of a date: an ISO date, or today.
func (b *builder) dates(path string, of console.Flow, s *step) {
	defer func() {
		if from, until := s.want.from, s.want.until; from != nil && until != nil && !from.IsZero() && !until.IsZero() && from.After(*until) {
			b.Fail(path+"max", "must not be before min")
		}
	}()
	for key, into := range map[string]**time.Time{"min": &s.want.from, "max": &s.want.until} {
		text := of.Text(key)
		switch t, err := time.Parse(time.DateOnly, text); {
		case of[key] == nil:
		case text == "today":
			*into = &time.Time{} // filled in when it is asked
		case err == nil:
			*into = &t
		default:
			b.Fail(path+key, `must be a date such as 2026-05-31, or "today"`)
		}
	}
}

func (b *builder) branch(path string, written console.Flow, s *step) {
	text, ok := written["when"].(string)
	if !ok || strings.TrimSpace(text) == "" {
		b.Fail(path+"when", "must be an expression")
		return
	}
	c, err := b.language.compile(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), "=")), b.f.fields)
	if err != nil {
		b.Fail(path+"when", "is no condition: %s", err.Error())
		return
	}
	for _, name := range c.fields {
		if _, ok := b.f.fields[name]; !ok {
			b.Fail(path+"when", "asks for fields.%s, which this flow does not collect", name)
		}
	}
	s.when = c
}

// link finds where jumps lead, once all steps have their names.
func (b *builder) link() {
	for i, written := range b.steps {
		s := &b.f.steps[i]
		path := fmt.Sprintf("%sconversation_steps.%d.", b.path, i)
		switch s.kind {
		case stepGoto:
			s.to = b.target(path+"goto", written["goto"], s.to)
		case stepBranch:
			s.to = b.target(path+"goto", written["goto"], s.to)
			if written["else"] != nil {
				s.orElse = b.target(path+"else", written["else"], s.orElse)
			}
		default:
		}
		if s.to == len(b.steps) {
			s.to = outside
		}
		if s.orElse == len(b.steps) {
			s.orElse = outside
		}
	}
}

func (b *builder) target(path string, v any, next int) int {
	name, ok := v.(string)
	if !ok || name == "" {
		b.Fail(path, "must be the id of a step")
		return next
	}
	if i := b.f.find(name); i != outside {
		return i
	}
	if name != endID {
		b.Fail(path, "leads to %q, which is no step of this flow", beginning(name, maxStepID))
	}
	return outside
}

// whole reads a whole number, 0 where there is none.
func whole(v any) int {
	n, ok := v.(json.Number)
	if !ok {
		return 0
	}
	f, err := n.Float64()
	if err != nil || f != float64(int32(f)) {
		return 0
	}
	return int(f)
}
