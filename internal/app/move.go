package app

import (
	"context"
	"time"

	"github.com/bimpe/bimpe/internal/seal"
	"github.com/bimpe/bimpe/internal/store"
)

// Destination is where data is moved to. Its tags are read by the command line.
type Destination struct {
	To seal.Secret `env:"BIMPE_MOVE_TO" required:"" placeholder:"URL" help:"postgres://…, an empty database, or one that a move was begun into; by the environment where it holds a password."`
}

// MoveStep is how far a move has come.
type MoveStep struct {
	Table       string // that is being copied; empty while the source (Total is 0) or the target is read through
	Done, Total int64  // rows, of all tables
}

// stepPause is how often a move says how far it has come.
const stepPause = time.Second

// Move copies all data from the data folder, which no server may be using, into an empty PostgreSQL
// database, reads it there, and compares. It may be broken off at any moment and is gone on with by
// calling it again; the data folder stays as it is. It says how far it has come about once a second,
// at each reading through too. Settings that cannot be are a *ConfigError.
func Move(ctx context.Context, s Storage, to Destination, said func(MoveStep)) (Archived, error) {
	if err := s.checkMove(to); err != nil {
		return Archived{}, err
	}
	var last time.Time
	var table string
	contents, err := store.Move(ctx, s.where(), to.To.Reveal(), func(step store.MoveStep) {
		now := time.Now()
		if step.Table == "" || step.Table != table || now.Sub(last) >= stepPause {
			last, table = now, step.Table
			said(MoveStep(step))
		}
	})
	if err != nil {
		return Archived{}, err
	}
	return s.archived("", contents), nil
}

func (c Storage) checkMove(to Destination) error {
	var f faults
	c.place(&f)
	if c.postgres() {
		f.add("BIMPE_DATABASE_URL", "data is moved from a data folder: unset it, and name the database by --to")
	}
	if !(Storage{DatabaseURL: to.To}).postgres() {
		f.add("BIMPE_MOVE_TO", "must begin with postgres://, and name an empty database")
	}
	if err := f.err(); err != nil {
		return err
	}
	return c.checkThere()
}
