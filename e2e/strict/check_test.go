package strict

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
)

// sample is a value that is right, with every field there.
func (p *Profile) sample(v value) any {
	switch v.kind {
	case "anything", "object":
		return map[string]any{}
	case "truth":
		return true
	case "integer", "whole", "number":
		return json.Number("3")
	case "text", "words":
		return "words"
	case "id":
		return "cmqtuq8xu010fpc6ekpx596ux"
	case "time":
		return "2026-01-02T03:04:05.678Z"
	case "url":
		return "https://example.com/a"
	case listKind:
		return []any{p.sample(*v.of)}
	case wordKind:
		return v.words[0]
	}
	o := map[string]any{"beyond": true}
	for _, f := range p.shapes[v.kind] {
		o[f.name] = p.sample(f.value)
	}
	return o
}

// Each field of each shape is spoilt in each way, and that must be seen, at the field's place.
func TestEverySpoiltFieldIsSeen(t *testing.T) {
	t.Parallel()
	for _, era := range Eras() {
		p := load(t, era)
		for shape, fields := range p.shapes {
			whole := p.sample(value{kind: shape}).(map[string]any)
			if faults := p.Check("data", shape, whole); len(faults) > 0 {
				t.Errorf("era %s, a right %s: %q", era, shape, faults)
			}
			for _, f := range fields {
				p.spoil(t, shape, f, whole)
			}
		}
	}
}

func (p *Profile) spoil(t *testing.T, shape string, f field, whole map[string]any) {
	t.Helper()
	look := func(how string, fine bool, change func(map[string]any)) {
		t.Helper()
		o := maps.Clone(whole)
		change(o)
		faults := p.Check("data", shape, o)
		seen := len(faults) == 1 && strings.HasPrefix(faults[0], "data."+f.name+":")
		if fine != (len(faults) == 0) || !fine && !seen {
			t.Errorf("era %s, %s.%s %s: %q", p.Era, shape, f.name, how, faults)
		}
	}
	free := f.value.kind == "anything"
	look("left out", f.optional, func(o map[string]any) { delete(o, f.name) })
	look("null", f.value.nullable || free, func(o map[string]any) { o[f.name] = nil })
	look("another type", free, func(o map[string]any) {
		o[f.name] = "odd"
		if _, ok := whole[f.name].(string); ok && f.value.kind != wordKind {
			o[f.name] = json.Number("1")
		}
	})
}

func TestWhatIsOfAType(t *testing.T) {
	t.Parallel()
	n := func(s string) any { return json.Number(s) }
	for _, c := range []struct {
		kind       string
		good, evil []any
	}{
		{"id", []any{"a00000000000000000000000z"}, []any{"", "A00000000000000000000000z", "000000000000000000000000z", "a0"}},
		{"words", []any{" "}, []any{"", n("1")}},
		{"text", []any{""}, []any{true}},
		{"time", []any{"2026-01-02T03:04:05.678Z"}, []any{
			"2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678+00:00", "2026-01-02T03:04:05.678901Z", "2026-13-02T03:04:05.678Z", "",
		}},
		{"url", []any{"http://a.example", "https://a.example/b?c"}, []any{"", "ftp://a", "https://", "a", "/a", "http://a b"}},
		{"integer", []any{n("0"), n("12")}, []any{n("-1"), n("1.0"), n("1e2"), n("01"), "1", n("99999999999999999999")}},
		{"whole", []any{n("0"), n("-12")}, []any{n("1.5"), n("-0")}},
		{"number", []any{n("-1.5e3")}, []any{"1", true}},
		{"truth", []any{false}, []any{"true", n("1")}},
		{"object", []any{map[string]any{}}, []any{[]any{}, ""}},
		{"anything", []any{"", []any{}}, nil},
	} {
		for _, v := range c.good {
			if !plain(c.kind)(v) {
				t.Errorf("%#v is no %s", v, c.kind)
			}
		}
		for _, v := range c.evil {
			if plain(c.kind)(v) {
				t.Errorf("%#v is a %s", v, c.kind)
			}
		}
	}
}

func TestWhatCannotBeDecoded(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{``, `{`, `[1`, `[1,]`, `{"a"}`, `{"a":1,"a":1}`, `{} {}`, `{}x`, `{"a":{"b":1,"b":2}}`} {
		if v, err := decode([]byte(raw)); err == nil {
			t.Errorf("decode %s: %v", raw, v)
		}
	}
	for _, raw := range []string{`null`, `[]`, `{"a":[{"a":1.50}]}`, ` "x" `} {
		if _, err := decode([]byte(raw)); err != nil {
			t.Errorf("decode %s: %v", raw, err)
		}
	}
}
