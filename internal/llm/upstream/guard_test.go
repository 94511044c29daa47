package upstream

import (
	"strings"
	"testing"
)

func TestGuardBoundsEvents(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("x", maxEvent/4) + "\n"
	tests := map[string]struct {
		parts []string
		want  error
	}{
		"short events":      {[]string{line, "\n", line, line, "\r\n", line, line, line}, nil},
		"one long line":     {[]string{strings.Repeat("x", maxEvent), "x"}, errEvent},
		"many lines":        {[]string{line, line, line, line, "x"}, errEvent},
		"split empty line":  {[]string{line, line, line, "\r", "\n", line, line}, nil},
		"empty lines count": {[]string{strings.Repeat("\n", maxStream), "\n"}, errStream},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var g guarded
			var got error
			for _, part := range test.parts {
				if got = g.count([]byte(part)); got != nil {
					break
				}
			}
			if got != test.want { //nolint:errorlint // the very error is meant
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
