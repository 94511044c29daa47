package flows_test

import (
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/flows"
)

// A response writes days and months in the language of the reply. It is Wednesday, 25 November 2026.
func TestDatesInResponses(t *testing.T) {
	t.Parallel()
	const full, short = `{{ now | date: "%A, %e %B %Y" }}`, `{{ '2026-03-07' | date: "%a %d %b" }}`
	tests := []struct{ agent, reply, response, want string }{
		{"en", "", full, "Wednesday, 25 November 2026"},
		{"es", "", full, "miércoles, 25 noviembre 2026"},
		{"fr-CA", "", full, "mercredi, 25 novembre 2026"},
		{"de_AT", "", full, "Mittwoch, 25 November 2026"},
		{"pt", "", full, "quarta-feira, 25 novembro 2026"},
		{"ar", "", full, "الأربعاء, 25 نوفمبر 2026"},
		{"yo", "", full, "Wednesday, 25 November 2026"},
		{"", "", full, "Wednesday, 25 November 2026"},
		{"en", "de", full, "Mittwoch, 25 November 2026"},
		{"de", "ja", full, "Wednesday, 25 November 2026"},
		{"en", "", short, "Sat 07 Mar"},
		{"es", "", short, "sáb 07 mar"},
		{"fr", "", short, "sam. 07 mars"},
		{"de", "", short, "Sa. 07 März"},
		{"pt", "", short, "sáb. 07 mar."},
		{"ar", "", short, "السبت 07 مارس"},
		{"es", "", "{{ now | date }}", "2026-11-25"},
		{"es", "", "{{ now|date:'%A'|upcase }}", "MIÉRCOLES"},
		{"es", "", "{{- now | date: contact.fields.pattern | append: '!' -}}", "miércoles!"},
		{"es", "", "{{ now | date: '%B | date: %A' }}", "noviembre | date: miércoles"},
		{"es", "", "{% assign day = now | date: '%A' %}{{ day | capitalize }}", "Miércoles"},
		{"es", "", "{% assign date = '2026-12-06' %}{{ date | date: '%A' }}", "domingo"},
		{"es", "", "{% raw %}{{ now | date: '%A' }}{% endraw %}", "{{ now | date: '%A' }}"},
		{"es", "", "{{ 'soon' | date: '%A' }}", "soon"},
		{"es", "", "{{ now.weekday }} {{ now | date: '%Y-%m-%d %H:%M %F' }}", "wednesday 2026-11-25 14:05 2026-11-25"},
	}
	for _, test := range tests {
		in := reader()
		in.Agent.Language, in.Language = test.agent, test.reply
		in.Contact.Fields = map[string]string{"pattern": "%A"}
		d, faults := told(test.response, in)
		if d.Text != test.want || faults != nil || d.Notes != nil {
			t.Errorf("%s/%s: %s is %q, want %q; notes %q, faults %v", test.agent, test.reply, test.response, d.Text, test.want, d.Notes, faults)
		}
	}
	if _, faults := told("{{ _language }}", reader()); len(faults) != 1 || !strings.Contains(faults[0].Fault, "_language") {
		t.Errorf("the name of the language has the faults %v", faults)
	}
}

// What a flow says of a date that was given is in the language of the reply, too.
func TestDatesInFlows(t *testing.T) {
	t.Parallel()
	set := flows.Compile(nil, steps(t, `{"type": "ask", "field": "day", "kind": "date", "content": "?"},
		{"type": "end", "content": "{{ fields.day | date: '%A, %e %B' }}"}`))
	for language, want := range map[string]string{
		"en": "Friday, 27 November", "es": "viernes, 27 noviembre", "fr": "vendredi, 27 novembre", "de": "Freitag, 27 November",
		"pt": "sexta-feira, 27 novembro", "ar": "الجمعة, 27 نوفمبر", "zh": "Friday, 27 November",
	} {
		c := newCustomer(set)
		c.in.Agent.Language = language
		if got := walk(c, "begin", "27.11.2026")[1]; got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
}
