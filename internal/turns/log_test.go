package turns

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/conversations"
)

// Each turn's line has the request whose message began it, be it that a turn before was still at work.
func TestALineHasItsRequest(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		after time.Duration // when the customer writes b and c
		want  []string      // by turn
	}{
		"started over":  {500 * time.Millisecond, []string{"req-a"}},
		"a second turn": {1500 * time.Millisecond, []string{"req-a", "req-b"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, slow)
			var log bytes.Buffer
			h.Log = slog.New(slog.NewTextHandler(&log, nil))
			writes := func(text string) {
				h.send(conversations.Draft{Role: console.RoleUser, Text: text, Cause: console.Cause{Request: "req-" + text}})
			}
			writes("a")
			time.Sleep(test.after)
			writes("b")
			writes("c")
			h.runs.Wait()
			var got []string
			for line := range strings.Lines(log.String()) {
				if _, id, found := strings.Cut(line, " request_id="); found {
					got = append(got, strings.Fields(id)[0])
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s: the turns' requests are %v, want %v:\n%s", name, got, test.want, log.String())
			}
		})
	}
}
