package load

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLiveHearsDeltasUntilTheReply(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/stream-ticket") {
			_, _ = io.WriteString(w, `{"data":{"ticket":"t"}}`)
			return
		}
		if r.URL.Query().Get("events") != "delta" || r.URL.Query().Get("ticket") != "t" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, "event: heartbeat\ndata: {}\n\nevent: message\ndata: {\"role\":\"user\"}\n\n"+
			"event: delta\ndata: {\"text\":\"a \"}\n\nevent: delta\ndata: {\"text\":\"b\"}\n\n"+
			"event: message\ndata: {\"role\":\"assistant\"}\n\nevent: delta\ndata: {\"text\":\"late\"}\n\n")
	}))
	defer server.Close()
	c := NewClient(server.URL, "", time.Now)
	defer c.Close()
	var got []string
	said := 0
	err := c.Live(t.Context(), "a1", "c1", func() error { said++; return nil }, func(text string, _ time.Time) { got = append(got, text) })
	if err != nil || said != 1 {
		t.Errorf("Live = %v, said %d times", err, said)
	}
	if diff := cmp.Diff([]string{"a ", "b"}, got); diff != "" {
		t.Error(diff)
	}
	bad := errors.New("bad")
	if err := c.Live(t.Context(), "a1", "c1", func() error { return bad }, nil); !errors.Is(err, bad) {
		t.Errorf("what could not be said: %v", err)
	}
}

func TestEventsThatEndTooSoon(t *testing.T) {
	t.Parallel()
	_, c := newHouse(t)
	enough := func(string, string, time.Time) bool { return false }
	if err := c.Events(t.Context(), http.MethodGet, "/bytes", nil, enough); !errors.Is(err, errEnded) {
		t.Errorf("Events = %v, want %v", err, errEnded)
	}
	if err := c.Events(t.Context(), http.MethodGet, "/nowhere", nil, enough); err == nil {
		t.Error("events of nowhere were read")
	}
}

// A load at a rate does not wait for what is slow: that is how customers come.
func TestRateDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, err := Rate(t.Context(), time.Now, 10, 20, func(context.Context, int) (time.Duration, error) {
			<-time.After(time.Second)
			return time.Second, nil
		})
		if err != nil || len(r.Times) != 20 || r.Took != 3*time.Second {
			t.Errorf("%d in %v, %v, want 20 in 3s", len(r.Times), r.Took, err)
		}
		bad := errors.New("bad")
		begun := 0
		if _, err := Rate(t.Context(), time.Now, 10, 20, func(context.Context, int) (time.Duration, error) {
			begun++
			return 0, bad
		}); !errors.Is(err, bad) || begun == 20 {
			t.Errorf("Rate = %v after %d, want it to end at the first fault", err, begun)
		}
	})
}
