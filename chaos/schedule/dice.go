package schedule

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// The size of a schedule. It is short, so that a thousand of them take minutes, and dense, so that
// things meet.
const (
	maxTalks   = 5
	crowd      = 8 // more talks, in some
	maxDeeds   = 9
	maxAskings = 6
	longPause  = 180 * time.Millisecond
	// onPostgres is every how manieth seed runs there: it takes ten seconds until a dead node's
	// turns are taken up.
	onPostgres = 10
	// onNodes is every how manieth seed runs on several nodes, and nodesAt which of them.
	onNodes = 20
	nodesAt = 15
	nodes   = 3
)

// stream tells these dice from others of the same seed.
const stream = 0x62696d7065

// New makes the schedule of a seed.
func New(seed uint64) Schedule {
	d := dice{rand.New(rand.NewPCG(seed, stream))}
	s := Schedule{
		Seed: seed, Postgres: seed%onPostgres == 0, Nodes: 1,
		OnNewMessage: pick(d, "merge", "merge", "queue", "interrupt"),
	}
	talks := 2 + d.IntN(maxTalks-1)
	if d.one(10) {
		talks += crowd
	}
	for i := range talks {
		s.Talks = append(s.Talks, d.talk(fmt.Sprintf("c%d", i)))
	}
	s.Machine = d.machine()
	if seed%onNodes == nodesAt {
		s.Postgres, s.Nodes = true, nodes
		s.Machine = d.amongNodes(s.Machine)
	}
	return s
}

type dice struct{ *rand.Rand }

// pick takes one of a few; one that stands twice is taken twice as often.
func pick[T any](d dice, all ...T) T { return all[d.IntN(len(all))] }

// one is true once in n times.
func (d dice) one(n int) bool { return d.IntN(n) == 0 }

func (d dice) upTo(most time.Duration) time.Duration { return time.Duration(d.Int64N(int64(most))) }

// talk begins with the customer. Half of the deeds follow at once, as bursts do.
func (d dice) talk(customer string) Talk {
	t := Talk{Customer: customer}
	said := 0
	for n := range 3 + d.IntN(maxDeeds-2) {
		deed := Deed{Kind: Say}
		if n > 0 {
			deed.Kind = pick(d, Say, Say, Say, Say, Say, Say, Say, Human, Human, Pause, Resume, Resume, Cancel, Cancel, Leave)
			deed.After = pick(d, 0, d.upTo(longPause/8), d.upTo(longPause))
		}
		switch deed.Kind {
		case Say:
			deed.Text = d.text(fmt.Sprintf("%sm%d", customer, said))
			said++
		case Human:
			deed.Text, deed.TakeOver = fmt.Sprintf("human %sh%d", customer, n), d.one(2)
		default: // all else has nothing to say
		}
		if deed.Kind != Leave {
			d.shake(&deed)
		}
		t.Deeds = append(t.Deeds, deed)
	}
	for range d.IntN(maxAskings + 1) {
		t.Model = append(t.Model, d.answer())
	}
	return t
}

// shake breaks some requests off, and sends some twice.
func (d dice) shake(deed *Deed) {
	if d.one(6) {
		deed.Cut = 100*time.Microsecond + d.upTo(8*time.Millisecond)
	}
	deed.Again = d.one(6)
}

func (d dice) answer() Answer {
	return pick(d, Good, Good, Good, Good, Good, Good, Slow, Slow, Half, Stall, StallMid, Refuse,
		Cut, Cut, Broken, Away, TooMany, Nothing, Malformed)
}

// text is a mark among words that are easily spoilt on their way.
func (d dice) text(mark string) string {
	return mark + pick(d, "", " please", " \"quoted\" \\ and {{ braces }}", " Ẹ káàárọ̀ 🍲", "\nin two\nlines",
		" "+strings.Repeat("long ", 200), " <b>&amp;</b> 你好", " data: x\r\n\r\nevent: message")
}

// machine is what happens to the server: mostly it dies once or twice.
func (d dice) machine() []Deed {
	var all []Deed
	paused := false
	for range d.IntN(5) {
		deed := Deed{After: 20*time.Millisecond + d.upTo(2*longPause)}
		deed.Kind = pick(d, Kill, Kill, Kill, Kill, Stop, Jump, Jump, PauseAgent)
		if paused {
			deed.Kind = LiveAgent
		}
		switch deed.Kind {
		case Jump:
			deed.By = pick(d, -1, time.Duration(1)) * pick(d, d.upTo(time.Second), 15*time.Second, 2*time.Minute, time.Hour)
		case PauseAgent, LiveAgent:
			paused = !paused
			d.shake(&deed)
		default: // it is killed or ends, and that is all
		}
		all = append(all, deed)
	}
	if paused {
		all = append(all, Deed{Kind: LiveAgent, After: d.upTo(longPause)})
	}
	return all
}

// amongNodes says to which node a deed is done, and puts in what happens between nodes.
func (d dice) amongNodes(deeds []Deed) []Deed {
	var all []Deed
	gone := false
	for _, deed := range deeds {
		if deed.Kind == Kill || deed.Kind == Stop {
			deed.Node = d.IntN(nodes)
		}
		all = append(all, deed)
		between := Deed{After: d.upTo(longPause), Kind: pick(d, CutOff, CutOff, RedisGone)}
		if gone {
			between.Kind = RedisBack
		}
		gone = between.Kind == RedisGone
		all = append(all, between)
	}
	if gone && d.one(2) { // else it stays away until the end
		all = append(all, Deed{Kind: RedisBack, After: d.upTo(longPause)})
	}
	return all
}
