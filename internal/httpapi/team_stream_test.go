package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/stream"
)

// townLog is a team's log in memory, of which some is not settled yet.
type townLog struct {
	*chatLog
	unsettled int // how many of the newest
}

func (l *townLog) Settled(context.Context) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int64(len(l.all) - l.unsettled), l.err
}

func (l *townLog) TeamLog(_ context.Context, after, upTo int64, limit int) ([]console.Told, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reads++
	var told []console.Told
	for place := after + 1; place <= upTo && len(told) < limit; place++ {
		m := l.all[place-1]
		m.TurnID = "turn"
		told = append(told, console.Told{Message: m, AgentID: "agent", Place: place})
	}
	return told, l.err
}

func (l *townLog) settle(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unsettled = n
}

// say commits a message and tells of it.
func (l *townLog) say() {
	m := l.add()
	now := console.Conversation{ID: "chat", AgentID: "agent"}
	l.hub.Changed(console.Change{Team: "team", Was: &now, Now: now, Append: &m})
}

func (l *townLog) listen(t *testing.T, live, rows bool) *listening {
	t.Helper()
	sub, err := l.hub.Subscribe(stream.Request{Team: "team", Key: "key", Live: live, Rows: rows})
	if err != nil {
		t.Fatal(err)
	}
	return listenAs(t, l.chatLog, sub, func(s *reader) {
		s.from, s.team, s.delta, s.status, s.conversation = l, &teamLog{}, live, live, ""
	})
}

func TestATeamIsToldFromTheLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &townLog{chatLog: newLog()}
		for range replayPage + 1 {
			log.add()
		}
		l := log.listen(t, false, false)
		synctest.Wait()
		log.settle(1) // what is told of is not settled, since another write is under way
		log.say()
		synctest.Wait()
		if got := len(parseFrames(t, l.sink.text())); got != replayPage+2 {
			t.Errorf("told %d frames, want the heartbeat and the %d that are settled", got, replayPage+1)
		}
		log.settle(0)
		log.say()
		synctest.Wait()
		log.hub.EndKey("key")
		if err := <-l.ended; err != nil {
			t.Errorf("a stream whose key was revoked: %v", err)
		}
		var want []string
		for i := range replayPage + 3 {
			want = append(want, fmt.Sprintf("m%d", i+1))
		}
		var got []string
		for _, p := range parseFrames(t, l.sink.text()) {
			if p.event == "message" {
				got = append(got, p.id)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

// A burst is told by few looks into the log, for whoever is about to look is not told again.
func TestABurstIsReadAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &townLog{chatLog: newLog()}
		l := log.listen(t, false, false)
		synctest.Wait()
		before := log.readings()
		for range 50 {
			log.say() // the reader has not run in between
		}
		synctest.Wait()
		l.leave(t)
		if n := log.readings() - before; n > 50 || len(parseFrames(t, l.sink.text())) != 51 {
			t.Errorf("the log was read %d times, told %d frames", n, len(parseFrames(t, l.sink.text())))
		}
	})
}

func TestATeamHearsWhatItAskedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &townLog{chatLog: newLog()}
		l, rows := log.listen(t, true, false), log.listen(t, false, true)
		synctest.Wait()
		at := stream.At{Team: "team", Agent: "agent", Conversation: "chat"}
		log.hub.Status(at, stream.Status{State: stream.Writing})
		log.hub.Delta(at, "m1", "te")
		synctest.Wait()
		log.say()
		synctest.Wait()
		log.hub.Delta(at, "m1", "xt") // late: the message has been told
		log.hub.Delta(stream.At{Team: "other", Conversation: "chat"}, "m9", "not ours")
		was := console.Conversation{ID: "chat", AgentID: "agent"}
		now := was
		now.NeedsAttention = true
		log.hub.Changed(console.Change{Team: "team", Was: &was, Now: now})
		log.hub.Changed(console.Change{Team: "team", Was: &now, Now: now}) // nothing that shows
		log.hub.Changed(console.Change{Team: "other", Was: &was, Now: now})
		synctest.Wait()
		l.leave(t)
		rows.leave(t)
		if got, want := l.told(t), "heartbeat status delta m1"; got != want {
			t.Errorf("told: got %s, want %s", got, want)
		}
		if got, want := rows.told(t), "heartbeat m1 conversation"; got != want {
			t.Errorf("told to who asked for conversations: got %s, want %s", got, want)
		}
		for _, p := range parseFrames(t, l.sink.text())[1:] {
			var of struct{ ConversationID, AgentID string }
			if err := json.Unmarshal([]byte(p.data), &struct {
				C *string `json:"conversation_id"`
				A *string `json:"agent_id"`
			}{&of.ConversationID, &of.AgentID}); err != nil || of.ConversationID != "chat" || of.AgentID != "agent" {
				t.Errorf("%s says it is of %+v, %v", p.data, of, err)
			}
		}
	})
}

// Others write to a log that is shared, unheard: it is looked into at each heartbeat.
func TestATeamsSharedLogIsLookedInto(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := &townLog{chatLog: newLog()}
		sub, err := log.hub.Subscribe(stream.Request{Team: "team", Key: "key"})
		if err != nil {
			t.Fatal(err)
		}
		l := listenAs(t, log.chatLog, sub, func(s *reader) { s.from, s.team, s.shared = log, &teamLog{}, true })
		synctest.Wait()
		log.add()
		time.Sleep(beatLeast + beatSpread)
		synctest.Wait()
		l.leave(t)
		if got, want := l.told(t), "heartbeat m1 heartbeat"; got != want {
			t.Errorf("told: got %s, want %s", got, want)
		}
	})
}

func TestFramesOfATeam(t *testing.T) {
	t.Parallel()
	at := stream.At{Team: "t", Agent: "a", Conversation: "c"}
	for want, got := range map[string][]byte{
		"event: delta\ndata: {\"message_id\":\"m\",\"text\":\"x\",\"conversation_id\":\"c\",\"agent_id\":\"a\"}\n\n":     withPlace(deltaFrame(stream.Delta{MessageID: "m", Text: "x"}), at),
		"event: status\ndata: {\"state\":\"idle\",\"discarded\":\"m\",\"conversation_id\":\"c\",\"agent_id\":\"a\"}\n\n": withPlace(statusFrame(stream.Status{State: stream.Idle, Discarded: "m"}), at),
	} {
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("frame (-want +got):\n%s", diff)
		}
	}
	raw, err := rowFrame(console.Conversation{ID: "c", AgentID: "a", Channel: console.Webchat})
	if err != nil {
		t.Fatal(err)
	}
	got := parseFrames(t, string(raw))
	var row map[string]any
	if err := json.Unmarshal([]byte(got[0].data), &row); err != nil || got[0].event != "conversation" || row["agent_id"] != "a" {
		t.Errorf("frame of a conversation: %+v, %v", got, err)
	}
}

func TestEventsOfATeamAreAskedForOnce(t *testing.T) {
	t.Parallel()
	all := []string{eventDelta, eventStatus, eventRow}
	if n := len(orders(all)); n != 15 {
		t.Errorf("there are %d ways to ask for some of three events, want 15", n)
	}
	for _, list := range append(orders(all), []string{"delta", "delta"}, []string{"delta", "gone"}) {
		q := &query{values: url.Values{"events": {strings.Join(list, ",")}}}
		got := readEvents(q, all)
		fine := q.err() == nil
		want := !slices.Contains(list, "gone") && len(slices.Compact(slices.Sorted(slices.Values(list)))) == len(list)
		if fine != want || fine && !slices.Equal(got, list) {
			t.Errorf("events=%v: got %v, %v", list, got, q.err())
		}
	}
}
