package knowledge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// The bounds of fetching on one node.
const (
	maxFetches     = 4               // at a time
	maxTeamFetches = 2               // of one team, so that its slow pages do not hold up everybody's
	lookEvery      = 2 * time.Second // for pages that others have left, and that are to be tried again
	fetchTime      = time.Minute     // of one page, with all that is done to it
	settleTime     = 5 * time.Second // to store what came of it
	settlePause    = 5 * time.Second // before what could not be stored is taken again
)

// Queue is where pages wait.
type Queue interface {
	// TakeFetch gives the taker the page that has been due the longest, or nil if there is none.
	// No two nodes that are alive have the same one.
	TakeFetch(ctx context.Context, by console.Taker) (*console.Taken, error)
	// Write runs f in one transaction of the team.
	Write(ctx context.Context, team console.ID, f func(Store) error) error
}

// Pages reads the text of a page.
type Pages interface {
	// Read returns the text of the page at an address. Errors that say Plain and Passing are for the
	// user; others are not.
	Read(ctx context.Context, address string) (string, error)
}

// FetcherConfig is what a Fetcher is made of. All must be set.
type FetcherConfig struct {
	Knowledge *Service
	Queue     Queue
	Pages     Pages
	Node      console.ID
	Now       func() time.Time
	Log       *slog.Logger
}

// Fetcher fetches the pages of knowledge bases, of all teams.
type Fetcher struct {
	cfg     FetcherConfig
	running map[console.ID]console.ID // team by knowledge base; of Run's goroutine alone
	done    chan console.ID           // of knowledge bases; has room for all that run
	group   sync.WaitGroup
}

// NewFetcher returns a Fetcher, which does nothing until it is Run.
func NewFetcher(c FetcherConfig) *Fetcher {
	return &Fetcher{cfg: c, running: map[console.ID]console.ID{}, done: make(chan console.ID, maxFetches)}
}

// Run fetches until ctx ends, gives back what it has not finished, and returns nil. It may be called
// once.
func (f *Fetcher) Run(ctx context.Context) error {
	defer f.group.Wait()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		f.fill(ctx)
		select {
		case <-ctx.Done():
			return nil
		case id := <-f.done:
			delete(f.running, id)
		case <-f.cfg.Knowledge.due:
		case <-tick.C:
		}
	}
}

// fill takes pages as long as there are some and there is room.
func (f *Fetcher) fill(ctx context.Context) {
	for len(f.running) < maxFetches && ctx.Err() == nil {
		taken, err := f.cfg.Queue.TakeFetch(ctx, f.taker())
		if err != nil && ctx.Err() == nil {
			f.cfg.Log.WarnContext(ctx, "taking a page failed", "error", err.Error())
		}
		if err != nil || taken == nil {
			return
		}
		f.running[taken.Base.ID] = taken.Team
		f.group.Go(func() {
			f.fetch(ctx, *taken)
			f.done <- taken.Base.ID
		})
	}
}

func (f *Fetcher) taker() console.Taker {
	by := console.Taker{Node: f.cfg.Node, At: f.cfg.Now()}
	teams := map[console.ID]int{}
	for id, team := range f.running {
		by.Running = append(by.Running, id)
		teams[team]++
		if teams[team] == maxTeamFetches {
			by.Busy = append(by.Busy, team)
		}
	}
	return by
}

// fetch does one page and stores what came of it, also when ctx has ended meanwhile. What cannot be
// stored is taken again.
func (f *Fetcher) fetch(ctx context.Context, taken console.Taken) {
	began := f.cfg.Now()
	o := f.read(ctx, taken)
	store, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	settled := console.KnowledgeStatus("")
	err := f.cfg.Queue.Write(store, taken.Team, func(tx Store) error {
		var err error
		settled, err = f.cfg.Knowledge.settle(store, tx, taken, o)
		return err
	})
	log := f.cfg.Log.With("team", taken.Team, "agent", taken.Base.AgentID, "knowledge_base", taken.Base.ID,
		"try", taken.Base.Fetch.Tries, "ms", f.cfg.Now().Sub(began).Milliseconds())
	if err != nil {
		log.WarnContext(ctx, "storing a page failed", "error", err.Error())
		rest(ctx, settlePause)
		return
	}
	if o.err != nil {
		log = log.With("error", o.err.Error())
	}
	log.InfoContext(ctx, "page", "status", settled)
}

func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// read calls the host and splits what came.
func (f *Fetcher) read(ctx context.Context, taken console.Taken) outcome {
	if taken.Base.Fetch.Tries > maxTries {
		return outcome{words: "This server did not get through with reading the page.", final: true}
	}
	read, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	text, err := f.text(read, taken.Base)
	if ctx.Err() != nil {
		return outcome{err: ctx.Err(), stopped: true}
	}
	if err != nil {
		return outcomeOf(err)
	}
	return outcome{text: text, cut: f.cfg.Knowledge.Cut(taken.Base.Name, text, taken.Language)}
}

// text survives what a page does to its reader.
func (f *Fetcher) text(ctx context.Context, kb console.KnowledgeBase) (text string, err error) {
	defer func() {
		if p := recover(); p != nil {
			text, err = "", fmt.Errorf("reading a page panicked: %v", p)
		}
	}()
	if kb.URL == nil {
		return "", errors.New("a page without an address")
	}
	return f.cfg.Pages.Read(ctx, *kb.URL)
}
