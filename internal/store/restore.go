package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/bimpe/bimpe/internal/archive"
)

// Restore fills an empty place with what an archive holds, and returns what that is. First the
// archive is read to its end, so that nothing is written of one that is damaged, and afterwards what
// was written is read and compared. However it ends, also by being killed, the place is as empty as
// it was or holds everything. The tables are those of the archive's own schema; the next Open brings
// them up to date.
//
// It refuses a place that is not empty, an archive of a newer schema, and one whose master key is
// none of the Config's, where that names any.
func Restore(ctx context.Context, c Config, from io.ReadSeeker) (archive.Contents, error) {
	if err := c.check(); err != nil {
		return archive.Contents{}, err
	}
	r := restoring{Config: c, from: from}
	to := r.toSQLite
	if c.URL != "" {
		to = r.toPostgres
	}
	err := to(ctx)
	return r.contents, err
}

// restoring is an archive on its way into a place.
type restoring struct {
	Config
	from     io.ReadSeeker
	contents archive.Contents // once it has been checked
}

// check reads the whole archive and refuses what cannot be restored here.
func (r *restoring) check(ctx context.Context, d *dialect) error {
	var err error
	if r.contents, err = archive.Check(reader{ctx, r.from}); err != nil {
		return err
	}
	newest, err := newestSchema(d)
	if err != nil {
		return err
	}
	if r.contents.Schema > newest {
		return fmt.Errorf("the backup is of schema %d, by release %s, and this program knows schema %d: restore it with "+
			"that release or a newer one", r.contents.Schema, r.contents.Release, newest)
	}
	tables, err := layout(ctx, r.contents.Schema)
	if err != nil {
		return err
	}
	same := func(a archive.Table, b archive.Counted) bool {
		return a.Name == b.Name && slices.Equal(a.Columns, b.Columns)
	}
	if !slices.EqualFunc(tables, r.contents.Tables, same) {
		return fmt.Errorf("the backup has other tables than those of schema %d", r.contents.Schema)
	}
	return r.checkMaster()
}

func (r *restoring) checkMaster() error {
	kept := r.contents.MasterFingerprint
	if kept == "" || len(r.MasterFingerprint) == 0 {
		return nil
	}
	for _, mine := range append([][]byte{r.MasterFingerprint}, r.OlderFingerprints...) {
		if hex.EncodeToString(mine) == kept {
			return nil
		}
	}
	return errors.New("the master key here is not the one that the backup was made under: set BIMPE_MASTER_KEY to that " +
		"one (with SQLite: put the key file that belongs to the backup into the data folder)")
}

// target is where rows are put.
type target interface {
	// load puts rows into a table until next says that there are no more.
	load(ctx context.Context, t archive.Table, next func(into []any) (bool, error)) error
}

// fill puts all rows into a place whose tables are made.
func (r *restoring) fill(ctx context.Context, to target) error {
	if _, err := r.from.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the backup again: %w", err)
	}
	from, err := archive.NewReader(reader{ctx, r.from})
	if err != nil {
		return err
	}
	for {
		t, err := from.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := to.load(ctx, t, from.Row); err != nil {
			return fmt.Errorf("write table %s: %w", t.Name, err)
		}
	}
}

// compare reads what was written.
func (r *restoring) compare(ctx context.Context, c conn) error {
	got, err := sums(ctx, c, tablesOf(r.contents))
	if err != nil {
		return err
	}
	return differences(r.contents.Tables, got)
}

func tablesOf(c archive.Contents) []archive.Table {
	tables := make([]archive.Table, len(c.Tables))
	for i, t := range c.Tables {
		tables[i] = t.Table
	}
	return tables
}

// reader reads until its context ends.
type reader struct {
	ctx context.Context
	io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}
