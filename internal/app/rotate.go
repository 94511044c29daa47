package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/bimpe/bimpe/internal/connections"
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/httpapi"
	"github.com/bimpe/bimpe/internal/seal"
	"github.com/bimpe/bimpe/internal/store"
)

// Rotated is what came of replacing the master key.
type Rotated struct {
	Key     string // the id of the database's own master key as it is now
	Already bool   // it was that before, and nothing was replaced
	Under   int64  // values that are sealed under it now
	Sealed  int    // of them, values that were sealed anew
	Lost    int    // values that none of the keys opens, which were left as they are
}

// sealedSlice is how many values are sealed anew in one transaction.
const sealedSlice = 100

// RotateKeys replaces the master key: everything that is sealed is sealed anew under the new one, in
// slices. It may be broken off at any point, and is gone on with by calling it again: until all is
// done, the old key is kept beside the new one, and either opens what it sealed.
//
// Where the key is in the data folder, it makes the new one by itself, and no server may be running,
// since it would go on sealing under the old one. Where the key is a setting, the setting must name
// the new key before the old one; the other way round nothing is done. What cannot be is a *ConfigError.
func RotateKeys(ctx context.Context, s Storage) (Rotated, error) {
	return rotation{Storage: s, slice: sealedSlice, done: func() error { return nil }}.run(ctx)
}

// rotation is one attempt. done is called after each step that is on disk, and may end it.
type rotation struct {
	Storage
	slice int
	done  func() error
}

func (r rotation) run(ctx context.Context) (Rotated, error) {
	var f faults
	r.checkStorage(&f)
	if err := f.err(); err != nil {
		return Rotated{}, err
	}
	if err := r.checkThere(); err != nil {
		return Rotated{}, err
	}
	keys, err := r.masters()
	if err != nil {
		return Rotated{}, err
	}
	sealer, err := seal.New(keys[0], keys[1:]...)
	if err != nil {
		return Rotated{}, err
	}
	db, err := r.open(ctx, store.Config{
		Exclusive: true, MasterFingerprint: sealer.Fingerprint(), OlderFingerprints: sealer.Older(),
		Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	if err != nil {
		return Rotated{}, err
	}
	defer db.Close() //nolint:errcheck // what was written is committed
	by, err := r.newest(ctx, db, sealer, keys)
	if err != nil {
		return Rotated{}, err
	}
	return r.replace(ctx, db, by)
}

// replace makes the current key the database's own.
func (r rotation) replace(ctx context.Context, db *store.DB, by newest) (Rotated, error) {
	came, err := r.reseal(ctx, db, by)
	if err != nil {
		return came, err
	}
	came.Key, came.Already = by.current.ID(), by.own
	if came.Under, err = db.SealedUnder(ctx, by.current.Head()); err != nil {
		return came, err
	}
	if err := db.AdoptMaster(ctx, by.current.Fingerprint()); err != nil {
		return came, err
	}
	if err := r.done(); err != nil {
		return came, err
	}
	if r.MasterKey.IsZero() {
		return came, seal.Replace(r.masterPath(), [][]byte{by.key})
	}
	return came, nil
}

// newest is a sealer with the key under which it seals.
type newest struct {
	current *seal.Sealer
	key     []byte
	own     bool // it is the database's own already
}

// newest finds the new key: the current one, where the database does not have it as its own yet, or
// else one that is made now.
func (r rotation) newest(ctx context.Context, db *store.DB, sealer *seal.Sealer, keys [][]byte) (newest, error) {
	old, err := db.HasMaster(ctx, sealer.Fingerprint())
	switch {
	case err != nil:
		return newest{}, err
	case !old:
		return newest{sealer, keys[0], false}, nil // a rotation that was broken off, or whose key was given
	case !r.MasterKey.IsZero():
		return newest{sealer, keys[0], true}, given(ctx, db, sealer)
	}
	keys = append([][]byte{seal.NewMaster()}, keys...)
	if err := seal.Replace(r.masterPath(), keys); err != nil {
		return newest{}, err
	}
	if err := r.done(); err != nil {
		return newest{}, err
	}
	sealer, err = seal.New(keys[0], keys[1:]...)
	return newest{sealer, keys[0], false}, err
}

// given refuses a setting whose first key is the database's own, unless the rotation to it has come to its end
// and is asked for once more: all other keys have been replaced. Of a key that never was the database's own it
// cannot be told that it is the old one.
func given(ctx context.Context, db *store.DB, sealer *seal.Sealer) error {
	older := sealer.Older()
	var f faults
	if len(older) == 0 {
		f.add("BIMPE_MASTER_KEY", "must name the new key before the old one, with a comma between: `openssl rand -hex 32` makes one")
	}
	for _, fingerprint := range older {
		was, err := db.ReplacedMaster(ctx, fingerprint)
		if err != nil {
			return err
		}
		if !was {
			f.add("BIMPE_MASTER_KEY", "its first key ("+sealer.ID()+") is the one that everything is sealed under already, and stays so. "+
				"To replace it, name the new key before it: NEW,OLD. If it is the new one, all is done: name it alone")
			break
		}
	}
	return f.err()
}

// reseal walks over all that is sealed under older keys. A value that somebody has changed meanwhile
// is found on the next walk, if it is still under an older one.
func (r rotation) reseal(ctx context.Context, db *store.DB, by newest) (Rotated, error) {
	var all Rotated
	for {
		walked, err := r.walk(ctx, db, by)
		all.Sealed, all.Lost = all.Sealed+walked.Sealed, walked.Lost
		if err != nil || walked.Sealed == 0 {
			return all, err
		}
	}
}

func (r rotation) walk(ctx context.Context, db *store.DB, by newest) (Rotated, error) {
	var came Rotated
	for last := (store.Sealed{}); ; {
		found, err := db.SealedBehind(ctx, last, by.current.Head(), r.slice)
		if err != nil || len(found) == 0 {
			return came, err
		}
		last = found[len(found)-1]
		var old []store.Sealed
		var values [][]byte
		for _, one := range found {
			value, err := by.current.Reseal(one.Value, purpose(one))
			if err != nil {
				came.Lost++ // no key of ours is any good for it, so that it stays as it is
				continue
			}
			old, values = append(old, one), append(values, value)
		}
		n, err := db.Reseal(ctx, old, values)
		if came.Sealed += n; err != nil {
			return came, err
		}
		if err := r.done(); err != nil {
			return came, err
		}
	}
}

// purpose is what a value was sealed for.
func purpose(s store.Sealed) string {
	if s.Kind == store.SealedModelKey {
		return connections.Purpose(console.ID(s.Name))
	}
	return httpapi.AnswerPurpose
}
