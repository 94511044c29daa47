package knowledge_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/knowledge"
)

// queue is a fakeStore whose pages can be taken.
type queue struct {
	mu     sync.Mutex
	store  *fakeStore
	teams  map[console.ID]console.ID // by knowledge base; others are of one team
	takes  int
	broken error // of taking
	deaf   error // of writing
}

func (q *queue) TakeFetch(_ context.Context, by console.Taker) (*console.Taken, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.takes++
	if q.broken != nil {
		return nil, q.broken
	}
	for i := range q.store.bases {
		kb := &q.store.bases[i]
		team := q.teams[kb.ID]
		if kb.Fetch.Due == nil || kb.Fetch.Due.After(by.At) || has(by.Running, kb.ID) || has(by.Busy, team) {
			continue
		}
		kb.Status, kb.Fetch.Node = console.KnowledgeFetching, by.Node
		kb.Fetch.Number++
		kb.Fetch.Tries++
		return &console.Taken{Team: team, Language: "en", Base: *kb}, nil
	}
	return nil, nil //nolint:nilnil // it is what a queue answers that is empty
}

func has(ids []console.ID, id console.ID) bool {
	for _, one := range ids {
		if one == id {
			return true
		}
	}
	return false
}

func (q *queue) Write(_ context.Context, _ console.ID, f func(knowledge.Store) error) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.deaf != nil {
		return q.deaf
	}
	err := f(q.store)
	q.store.commit()
	return err
}

// base is one as it is now.
func (q *queue) base(t *testing.T, id console.ID) console.KnowledgeBase {
	t.Helper()
	q.mu.Lock()
	defer q.mu.Unlock()
	kb, err := q.store.KnowledgeBase(t.Context(), "agent", id)
	if err != nil {
		t.Fatalf("KnowledgeBase %s: %v", id, err)
	}
	return kb
}

// pages reads by a function.
type pages func(ctx context.Context, address string) (string, error)

func (p pages) Read(ctx context.Context, address string) (string, error) { return p(ctx, address) }

type trouble struct{ passing bool }

func (trouble) Error() string   { return "trouble" }
func (trouble) Plain() string   { return "There is trouble." }
func (e trouble) Passing() bool { return e.passing }

// bench is a fetcher at work, in a bubble of synctest.
type bench struct {
	*queue
	service *knowledge.Service
	stop    func() // and wait until it has ended
}

func work(t *testing.T, log *slog.Logger, read pages) *bench {
	t.Helper()
	b := &bench{queue: &queue{store: newStore(), teams: map[console.ID]console.ID{}}}
	n := 0
	b.service = knowledge.New(time.Now, func() console.ID {
		n++
		return console.ID("id" + string(rune('a'+n)))
	})
	f := knowledge.NewFetcher(knowledge.FetcherConfig{
		Knowledge: b.service, Queue: b.queue, Pages: read, Node: "node", Now: time.Now, Log: log,
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	b.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(b.stop)
	synctest.Wait()
	return b
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// add adds a page through the room.
func (b *bench) add(t *testing.T, address string) console.ID {
	t.Helper()
	var id console.ID
	err := b.Write(t.Context(), "", func(tx knowledge.Store) error {
		kb, err := b.service.Add(t.Context(), tx, "agent", page(address))
		id = kb.ID
		return err
	})
	if err != nil {
		t.Fatalf("Add: %v", err)
	}
	return id
}

func TestAPageIsFetched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := work(t, quiet(), func(_ context.Context, address string) (string, error) {
			return "We read " + address, nil
		})
		id := b.add(t, "https://a.test/")
		synctest.Wait() // no time passes: it was told of
		kb := b.base(t, id)
		if kb.Status != console.KnowledgeReady || kb.Content == nil || *kb.Content != "We read https://a.test/" || kb.Fetch.Due != nil {
			t.Errorf("fetched: %+v", kb)
		}
		found, err := b.service.Find(t.Context(), b.store, "agent", "who did read it", 1)
		if err != nil || len(found) != 1 || found[0].Source != "FAQ" {
			t.Errorf("Find = %v, %v", found, err)
		}
		before := b.takes
		time.Sleep(time.Minute)
		synctest.Wait()
		if kb := b.base(t, id); kb.Fetch.Tries != 1 || b.takes == before {
			t.Errorf("after a minute: %d tries, %d looks", kb.Fetch.Tries, b.takes-before)
		}
	})
}

func TestPassingFaultsAreTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var tries []time.Duration
		b := work(t, quiet(), func(context.Context, string) (string, error) {
			tries = append(tries, time.Since(began).Round(10*time.Second))
			return "", trouble{passing: true}
		})
		id := b.add(t, "https://a.test/")
		synctest.Wait()
		kb := b.base(t, id)
		if kb.Status != console.KnowledgePending || kb.Problem == nil || *kb.Problem != "There is trouble." {
			t.Errorf("after one try: %+v", kb)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		kb = b.base(t, id)
		if kb.Status != console.KnowledgeFailed || kb.Problem == nil || *kb.Problem != "There is trouble." || kb.Content != nil {
			t.Errorf("in the end: %+v", kb)
		}
		want := []time.Duration{0, 10 * time.Second, 40 * time.Second, 160 * time.Second}
		if diff := cmp.Diff(want, tries); diff != "" {
			t.Errorf("tries (-want +got):\n%s", diff)
		}
	})
}

func TestRefusalsAndPanicsAreFinal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		b := work(t, quiet(), func(_ context.Context, address string) (string, error) {
			tries++
			if strings.Contains(address, "panic") {
				panic("of a parser")
			}
			return "", trouble{passing: false}
		})
		for address, words := range map[string]string{
			"https://a.test/": "There is trouble.", "https://panic.test/": "The page could not be read.",
		} {
			id := b.add(t, address)
			time.Sleep(time.Hour)
			synctest.Wait()
			if kb := b.base(t, id); kb.Status != console.KnowledgeFailed || *kb.Problem != words {
				t.Errorf("%s: %s, %v", address, kb.Status, kb.Problem)
			}
		}
		if tries != 2 {
			t.Errorf("%d tries, want one of each", tries)
		}
	})
}

func TestAFailedFetchKeepsTheOldText(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var err error
		b := work(t, quiet(), func(context.Context, string) (string, error) { return "We open at nine.", err })
		id := b.add(t, "https://a.test/")
		synctest.Wait()
		err = trouble{passing: false}
		again := b.Write(t.Context(), "", func(tx knowledge.Store) error {
			_, err := b.service.Update(t.Context(), tx, "agent", id, knowledge.Patch{URL: console.Some(ptr("https://a.test/"))})
			return err
		})
		synctest.Wait()
		kb := b.base(t, id)
		if again != nil || kb.Status != console.KnowledgeFailed || kb.Content == nil || kb.FetchedAt == nil {
			t.Errorf("%v, %+v, want the old text beside the failure", again, kb)
		}
		if found, err := b.service.Find(t.Context(), b.store, "agent", "open", 1); err != nil || len(found) != 1 {
			t.Errorf("Find = %v, %v", found, err)
		}
	})
}

// held is a reader whose pages come when they are let go.
type held struct {
	mu      sync.Mutex
	reading map[string]chan struct{}
}

func (h *held) read(ctx context.Context, address string) (string, error) {
	go1 := make(chan struct{})
	h.mu.Lock()
	h.reading[address] = go1
	h.mu.Unlock()
	select {
	case <-go1:
		return "Text of " + address, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (h *held) now() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.reading)
}

func (h *held) let(address string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	close(h.reading[address])
	delete(h.reading, address)
}

func TestPagesAtATimeAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &held{reading: map[string]chan struct{}{}}
		b := work(t, quiet(), h.read)
		address := func(i int) string { return "https://a.test/" + string(rune('a'+i)) }
		b.mu.Lock()
		b.store.bases = nil
		for i := range 8 { // six of a team that came first, one each of two others
			id := console.ID("kb" + string(rune('a'+i)))
			b.teams[id] = "big"
			if i >= 6 {
				b.teams[id] = "small" + console.ID(rune('a'+i))
			}
			due := time.Now()
			b.store.bases = append(b.store.bases, console.KnowledgeBase{
				ID: id, AgentID: "agent", Kind: console.KnowledgeURL, Name: "n", URL: ptr(address(i)),
				Fetch: console.Fetch{Number: 1, Due: &due},
			})
		}
		b.mu.Unlock()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if h.now() != 4 || h.reading[address(0)] == nil || h.reading[address(1)] == nil || h.reading[address(6)] == nil || h.reading[address(7)] == nil {
			t.Errorf("reading %v, want two of the big team and one of each other", h.reading)
		}
		h.let(address(1))
		synctest.Wait()
		if h.now() != 4 || h.reading[address(2)] == nil {
			t.Errorf("reading %v, want the big team's next", h.reading)
		}
	})
}

func TestStoppingGivesPagesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &held{reading: map[string]chan struct{}{}}
		b := work(t, quiet(), h.read)
		id := b.add(t, "https://a.test/")
		synctest.Wait()
		if kb := b.base(t, id); kb.Status != console.KnowledgeFetching || kb.Fetch.Node != "node" || kb.Fetch.Tries != 1 {
			t.Errorf("under way: %+v", kb)
		}
		began := time.Now()
		b.stop()
		kb := b.base(t, id)
		if kb.Status != console.KnowledgePending || kb.Fetch.Node != "" || kb.Fetch.Tries != 0 || kb.Fetch.Due == nil || time.Since(began) > 0 {
			t.Errorf("given back: %+v", kb)
		}
	})
}

func TestAHostThatNeverAnswersIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &held{reading: map[string]chan struct{}{}}
		b := work(t, quiet(), h.read)
		id := b.add(t, "https://a.test/")
		time.Sleep(61 * time.Second)
		synctest.Wait()
		if kb := b.base(t, id); kb.Problem == nil || *kb.Problem != "The host did not answer in time." {
			t.Errorf("after a minute: %+v", kb)
		}
	})
}

// What came for somebody who does not wait for it any more is thrown away.
func TestLateTextsAreThrownAway(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *testing.T, b *bench, id console.ID) error{
		"changed by hand": func(t *testing.T, b *bench, id console.ID) error {
			t.Helper()
			return b.Write(t.Context(), "", func(tx knowledge.Store) error {
				_, err := b.service.Update(t.Context(), tx, "agent", id, knowledge.Patch{Content: console.Some(ptr("By hand."))})
				return err
			})
		},
		"taken by another": func(t *testing.T, b *bench, _ console.ID) error {
			t.Helper()
			return b.Write(t.Context(), "", func(knowledge.Store) error {
				b.store.bases[0].Fetch.Number++
				b.store.bases[0].Content = ptr("By hand.")
				return nil
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := &held{reading: map[string]chan struct{}{}}
				b := work(t, quiet(), h.read)
				id := b.add(t, "https://a.test/")
				synctest.Wait()
				if err := change(t, b, id); err != nil {
					t.Fatal(err)
				}
				h.let("https://a.test/")
				synctest.Wait()
				b.stop()
				if kb := b.base(t, id); kb.Content == nil || *kb.Content != "By hand." {
					t.Errorf("it became %+v", kb)
				}
			})
		})
	}
}

func TestDeletedWhileItIsFetched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var logged strings.Builder
		h := &held{reading: map[string]chan struct{}{}}
		b := work(t, slog.New(slog.NewTextHandler(&logged, nil)), h.read)
		id := b.add(t, "https://a.test/")
		synctest.Wait()
		if err := b.Write(t.Context(), "", func(tx knowledge.Store) error {
			return b.service.Delete(t.Context(), tx, "agent", id)
		}); err != nil {
			t.Fatal(err)
		}
		h.let("https://a.test/")
		synctest.Wait()
		b.stop()
		if b.store.puts != 1 || strings.Contains(logged.String(), "WARN") {
			t.Errorf("%d puts, want the first alone; log %s", b.store.puts, logged.String())
		}
	})
}

func TestTheStoreMayBeOutOfReach(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var logged strings.Builder
		reads := 0
		b := work(t, slog.New(slog.NewTextHandler(&logged, nil)), func(context.Context, string) (string, error) {
			reads++
			return "We open at nine.", nil
		})
		set := func(broken, deaf error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.broken, b.deaf = broken, deaf
		}
		set(errors.New("no way in"), nil)
		id := b.add(t, "https://a.test/")
		time.Sleep(3 * time.Second)
		set(nil, errors.New("no way out"))
		time.Sleep(3 * time.Second)
		if kb := b.base(t, id); reads == 0 || kb.Status != console.KnowledgeFetching {
			t.Errorf("%d reads, %+v", reads, kb)
		}
		set(nil, nil)
		time.Sleep(10 * time.Second)
		if kb := b.base(t, id); kb.Status != console.KnowledgeReady || reads != 2 {
			t.Errorf("in the end after %d reads: %+v", reads, kb)
		}
		for _, line := range []string{"taking a page failed", "storing a page failed", "status=ready"} {
			if !strings.Contains(logged.String(), line) {
				t.Errorf("the log has no %q: %s", line, logged.String())
			}
		}
	})
}

// A page of which servers die, or whose outcome can never be stored, ends some day.
func TestAPageThatNobodySurvivesFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reads := 0
		b := work(t, quiet(), func(context.Context, string) (string, error) {
			reads++
			return "text", nil
		})
		b.mu.Lock()
		b.store.bases = []console.KnowledgeBase{{
			ID: "kb", AgentID: "agent", Kind: console.KnowledgeURL, Name: "n", URL: ptr("https://a.test/"),
			Fetch: console.Fetch{Number: 9, Tries: 4, Due: ptr(time.Now())},
		}}
		b.mu.Unlock()
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if kb := b.base(t, "kb"); kb.Status != console.KnowledgeFailed || kb.Problem == nil || reads != 0 {
			t.Errorf("%d reads, %+v", reads, kb)
		}
	})
}
