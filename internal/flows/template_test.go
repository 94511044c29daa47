package flows_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// told is the decision of a rule with a response, and its faults.
func told(response string, in flows.Input) (flows.Decision, []console.Field) {
	r := rule("r", "/.*/")
	r.Response = response
	return flows.Compile([]console.Rule{r}, nil).Decide(in), flows.Check([]console.Rule{r}, nil)
}

func reader() flows.Input {
	in := newCustomer(nil).in
	name, address := "Ada's Bakery", "1 Broad Street"
	in.Text = "Hello, price of bread?"
	in.Agent.BusinessName, in.Agent.BusinessAddress = &name, &address
	in.Contact = flows.Contact{Name: "Ada Obi", Email: "a@x.org", Tags: []string{"vip", "new"}, Fields: map[string]string{"city": "Lagos"}}
	return in
}

func TestResponses(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"  plain {text} \n":                                                                                      "  plain {text} \n",
		"Hi {{ contact.first_name }}!":                                                                           "Hi Ada!",
		" {{ contact.phone }} x\n":                                                                               "x",
		"{{ contact.phone | default: 'none' }}":                                                                  "none",
		"{{ business.name }}, {{ business.address }}, {{ business.email }}.":                                     "Ada's Bakery, 1 Broad Street, .",
		"{{ agent.name }} {{ agent.language }} {{ agent.timezone }}":                                             "Ada en Africa/Lagos",
		"{{ message.text }} {{ message.length }} {{ message.language }}":                                         "Hello, price of bread? 22 en",
		"{{ conversation.channel }} {{ conversation.is_test }}":                                                  "webchat false",
		"{{ now.date }} {{ now.time }} {{ now.weekday }} {{ now.hour }}":                                         "2026-11-25 14:05 wednesday 14",
		"{{ now | date: '%A, %e %B %Y, %H:%M' }}":                                                                "Wednesday, 25 November 2026, 14:05",
		"{{ now | date: '%d.%m.%y %I %p %b %a %j %F %R %S %% %999d %' }}":                                        "25.11.26 02 PM Nov Wed 329 2026-11-25 14:05 00 % %999d",
		"{{ '2026-12-01' | date: '%e %b' }} {{ 'now' | date: '%Y' }}":                                            "1 Dec now",
		"{{ contact.fields.city }}{{ contact.fields['city'] }}{{contact.fields.no}}.":                            "LagosLagos.",
		"{{ contact.tags | join: '+' }} {{ contact.tags.size }} {{ contact.tags[1] }}":                           "vip+new 2 new",
		"{% for x in contact.tags %}{{ forloop.index }}{{ x }} {% else %}none{% endfor %}":                       "1vip 2new",
		"{%- for x in contact.tags -%}   {{ x }} {%- unless forloop.last -%} , {% endunless -%}  {%- endfor -%}": "vip, new",
		"{% for x in message.words %}{% if x == 'of' %}{% break %}{% endif %}{{ x }} {% endfor %}":               "hello price",
		"{% if now.hour >= 9 and now.hour < 17 %}open{% else %}closed{% endif %}":                                "open",
		"{% unless contact.tags contains 'vip' %}no{% endunless %}yes":                                           "yes",
		"{% case now.weekday %}{% when 'wednesday' %}W{% else %}O{% endcase %}":                                  "W",
		"{% assign x = message.text | upcase | truncate: 8 %}{{ x }}":                                            "HELLO...",
		"{% raw %}{{ anything }}{% endraw %}{% comment %}{{ anything }} {% nothing %}{% endcomment %}":           "{{ anything }}",
		"{{ message.text | truncatewords: 2, '…' }}":                                                             "Hello, price…",
		"{{ message.text | replace: 'l', 'LL' | replace_first: 'e', '' }}":                                       "HLLLLo, price of bread?",
		"{{ 'é b' | url_encode }} {{ 'b' | prepend: 'a' | append: 'c' }}":                                        "%C3%A9+b abc",
		"{{ 3 | plus: 1 }} {{ 10 | divided_by: 4 }} {{ 1.5 | times: 3 }}":                                        "4 2 4.5",
	}
	for response, want := range tests {
		d, faults := told(response, reader())
		if d.Text != want || faults != nil || d.Notes != nil {
			t.Errorf("%s: %q, want %q; notes %q, faults %v", response, d.Text, want, d.Notes, faults)
		}
	}
}

func TestResponsesThatAreRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"{{ contact.nme }}":                                 "contact.nme",
		"{{ customer }}":                                    "customer",
		"{{ contact }}":                                     "contact",
		"{{ fields.day }}":                                  "fields.day",
		"{{ contact.name.bogus }}":                          "contact.name.bogus",
		"{{ contact.name. }}":                               "contact.name.",
		"{{ contact.name.":                                  "does not close",
		"{{ contact. }}":                                    "contact.",
		"{{ contact.tags[] }}":                              "contact.tags.",
		"{{ contact[message.text] }}":                       "contact.message",
		"{% if contact.nme == 'x' %}{% endif %}":            "contact.nme",
		"{% assign x = y %}":                                "y",
		"{{ x }}{% assign x = 1 %}":                         "x",
		"Hi {{ contact.name":                                "does not close",
		"Hi {% if":                                          "does not close",
		"{{ }}":                                             "liquid",
		"{{ contact.name | shout }}":                        "shout",
		"{{ contact.name | }}":                              "filter",
		"{{ contact.tags | map: 'x' }}":                     "map",
		"{{ contact.tags | concat: contact.tags }}":         "concat",
		"{% include '/etc/passwd' %}":                       "include",
		"{% capture x %}a{% endcapture %}":                  "capture",
		"{% tablerow x in contact.tags %}{% endtablerow %}": "tablerow",
		"{% _round %}":                                      "_round",
		"{{ _round }}":                                      "_round",
		"{% assign _round = 9 %}":                           "assign",
		"{% cycle 'a', 'b' %}":                              "cycle",
		"{% for i in (1..100000000) %}{% endfor %}":         "range",
		"{{ (1..100000000) | join }}":                       "range",
		"{% if true %}":                                     "does not end if",
		"{% endif %}":                                       "ends nothing",
		"{% if true %}{% for x in contact.tags %}{% endif %}{% endfor %}": "ends nothing",
		"{% else %}":            "liquid",
		"{% for %}{% endfor %}": "not complete",
		strings.Repeat("{% if true %}", 11) + strings.Repeat("{% endif %}", 11): "in each other",
		strings.Repeat("{{ contact.name }}", 201):                               "more than 200",
		"{{ 1" + strings.Repeat(" | abs", 201) + "}}":                           "more than 200",
		"{{ 1 }}" + strings.Repeat("x", 1<<20):                                  "longer than",
	}
	for response, want := range tests {
		d, faults := told(response, reader())
		if len(faults) == 0 || faults[0].Path != "rules.0.response" || !strings.Contains(faults[0].Fault, want) {
			t.Errorf("%.80s has the faults %v, want one with %q", response, faults, want)
		}
		if d.Text != response || d.Notes != nil {
			t.Errorf("%.80s was saved before, and is said as %.80q (%q)", response, d.Text, d.Notes)
		}
	}
}

// What runs long or grows is given up, and the model answers.
func TestResponsesThatFail(t *testing.T) {
	t.Parallel()
	tests := []string{
		"{{ 1 | divided_by: 0 }}",
		"{% assign x = message.text %}" + strings.Repeat("{% assign x = x | append: x %}", 60) + "{{ x }}",
		"{% assign x = message.text %}" + strings.Repeat("{% assign x = x | replace: 'e', x %}", 60) + "{{ x }}",
		"{% assign x = message.text %}" + strings.Repeat("{% assign x = x | url_encode %}", 60) + "{{ x }}",
		"{% assign x = message.words %}" + strings.Repeat("{% assign y = x | join: message.text | split: '' | join: message.text %}{% assign x = y | split: '' %}", 20) + "{{ y }}",
		"{% for a in message.words %}{% for b in message.words %}{% for c in message.words %}{% for d in message.words %}" +
			"{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
		"{% for a in message.words %}{% for b in message.words %}{{ message.text }}{{ message.text }}{{ message.text }}{% endfor %}{% endfor %}",
	}
	in := reader()
	in.Text = strings.Repeat("hello there e ", 130)
	for _, response := range tests {
		d, faults := told(response, in)
		if faults != nil || d.Text != "" || !d.Attention || len(d.Notes) != 1 || d.Rule == nil {
			t.Errorf("%.80s: %.200q, attention %t, notes %q, faults %v", response, d.Text, d.Attention, d.Notes, faults)
		}
	}
}

func FuzzResponse(f *testing.F) {
	for _, s := range []string{
		"{{ contact.name }}", "{% if a %}{% else %}{% endif %}", "{{ now | date: '%' }}", "{%- raw -%}{{", "{{ 'x' | slice: -1, 9 }}",
		"{% for x in contact.tags limit: 1 reversed %}{{ x }}{% endfor %}", "{{ contact.tags | sort | uniq | first }}", "{{a|b:c}}",
		"{{ 1 | round: 99999999 }}", "{{ message.text | split: '' | reverse | join: '' }}", "{% case 1 %}{% else %}{% when 2 %}{% endcase %}",
		"{% assign x = 1 %}{% assign x = x | times: 1e308 | times: 1e308 %}{{ x }}", "{{ contact.tags[99999999999999999999] }}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, response string) {
		d, faults := told(response, reader())
		if n := utf8.RuneCountInString(d.Text); n > console.MaxMessageLength && faults == nil && strings.Contains(response, "{") {
			t.Errorf("%q is said in %d characters", response, n)
		}
		if d.Text == "" && len(d.Notes) == 0 && faults == nil && strings.TrimSpace(response) != "" && !strings.Contains(response, "{") {
			t.Errorf("%q is swallowed", response)
		}
	})
}
