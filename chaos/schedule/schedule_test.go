package schedule

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const seeds = 2000

func TestASeedMakesTheSameScheduleEveryTime(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		if diff := cmp.Diff(New(seed), New(seed)); diff != "" {
			t.Fatalf("seed %d:\n%s", seed, diff)
		}
	}
	if New(1).String() == New(2).String() {
		t.Error("two seeds make the same schedule")
	}
}

// Whoever reads a report must be able to replay it years later: what a seed means is fixed.
func TestWhatASeedMeans(t *testing.T) {
	t.Parallel()
	const want = "seed 4 on SQLite, on_new_message "
	if got := New(4).String(); !strings.HasPrefix(got, want) {
		t.Errorf("got %.60q, want %q", got, want)
	}
	if !New(20).Postgres || New(21).Postgres {
		t.Error("every tenth seed runs on PostgreSQL")
	}
	if s := New(35); s.Nodes != 3 || !s.Postgres || New(10).Nodes != 1 {
		t.Error("every twentieth seed runs on three nodes")
	}
}

func TestEverythingHappensSometimes(t *testing.T) {
	t.Parallel()
	deeds, answers := map[Kind]int{}, map[Answer]int{}
	cut, again, over := 0, 0, 0
	for seed := range uint64(seeds) {
		s := New(seed)
		for _, d := range s.Machine {
			deeds[d.Kind]++
		}
		for _, talk := range s.Talks {
			for _, d := range talk.Deeds {
				deeds[d.Kind]++
				if d.Cut > 0 {
					cut++
				}
				if d.Again {
					again++
				}
				if d.TakeOver {
					over++
				}
			}
			for _, a := range talk.Model {
				answers[a]++
			}
		}
	}
	for _, k := range []Kind{Say, Human, Pause, Resume, Cancel, Leave, Kill, Stop, Jump, PauseAgent, LiveAgent} {
		if deeds[k] < seeds/20 {
			t.Errorf("%s happens %d times in %d schedules", k, deeds[k], seeds)
		}
	}
	for _, k := range []Kind{CutOff, RedisGone, RedisBack} {
		if deeds[k] < seeds/onNodes/4 {
			t.Errorf("%s happens %d times in %d schedules", k, deeds[k], seeds)
		}
	}
	for _, a := range []Answer{Good, Slow, Half, Stall, StallMid, Refuse, Cut, Broken, Away, TooMany, Nothing, Malformed} {
		if answers[a] < seeds/20 {
			t.Errorf("the model's %s happens %d times in %d schedules", a, answers[a], seeds)
		}
	}
	if cut == 0 || again == 0 || over == 0 {
		t.Errorf("%d requests are broken off, %d sent twice, %d humans take over", cut, again, over)
	}
}

func TestSchedulesAreShortAndWhole(t *testing.T) {
	t.Parallel()
	for seed := range uint64(seeds) {
		s := New(seed)
		if len(s.Talks) < 2 || len(s.Talks) > maxTalks+crowd {
			t.Fatalf("seed %d has %d talks", seed, len(s.Talks))
		}
		live := true
		for _, d := range s.Machine {
			live = d.Kind == LiveAgent || live && d.Kind != PauseAgent
		}
		for _, d := range s.Machine {
			if between := d.Kind == CutOff || d.Kind == RedisGone || d.Kind == RedisBack; d.Node >= s.Nodes || between && s.Nodes < 2 {
				t.Errorf("seed %d, on %d nodes: %s", seed, s.Nodes, d)
			}
		}
		if !live {
			t.Errorf("seed %d leaves the agent paused", seed)
		}
		marks := map[string]bool{}
		for _, talk := range s.Talks {
			var whole time.Duration
			if talk.Deeds[0].Kind != Say {
				t.Errorf("seed %d: a talk begins with %s", seed, talk.Deeds[0].Kind)
			}
			for _, d := range talk.Deeds {
				whole += d.After
				if d.Text != "" && marks[d.Text] {
					t.Errorf("seed %d says %q twice", seed, d.Text)
				}
				marks[d.Text] = true
			}
			if whole > maxDeeds*longPause {
				t.Errorf("seed %d: a talk waits for %v", seed, whole)
			}
		}
	}
}

func TestStringTellsEverything(t *testing.T) {
	t.Parallel()
	s := Schedule{
		Seed: 7, Postgres: true, OnNewMessage: "queue",
		Talks: []Talk{{Customer: "c0", Model: []Answer{Stall}, Deeds: []Deed{
			{Kind: Say, Text: "c0m0", Cut: time.Millisecond, Again: true},
			{Kind: Human, Text: "human", TakeOver: true, After: 20 * time.Millisecond},
		}}},
		Machine: []Deed{{Kind: Jump, By: -time.Hour}},
	}
	const want = `seed 7 on PostgreSQL, on_new_message queue
  c0, whose model is [stall]:
    after    0s  say "c0m0", broken off after 1ms, and again
    after  20ms  human "human", taking over
  the machine:
    after    0s  the clock jumps by -1h0m0s
`
	if diff := cmp.Diff(want, s.String()); diff != "" {
		t.Error(diff)
	}
}
