package play

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/bimpe/bimpe/chaos/schedule"
	"github.com/bimpe/bimpe/internal/redistest"
)

// Ground is what schedules are played on: a server's program, and data that is empty but for a team
// and a key, made once and copied for each. It may be used by many at once.
type Ground struct {
	binary   string
	folder   string // for all that is kept meanwhile
	postgres string // a server on which databases can be made; empty: none
	template string // the name of the database that is copied there
	key      string // to both
	pgKey    string
}

// masterKey is of the servers on PostgreSQL.
const masterKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

// NewGround prepares a ground. The folder must exist and is the caller's to remove. Without a
// PostgreSQL server, an empty postgres, schedules for it cannot be played. Close must follow.
func NewGround(ctx context.Context, binary, folder, postgres string) (*Ground, error) {
	g := &Ground{binary: binary, folder: folder, postgres: postgres}
	var err error
	if g.key, err = g.mint(ctx, g.env(g.model())); err != nil || postgres == "" {
		return g, err
	}
	g.template = "bimpe_chaos_" + strings.ToLower(rand.Text())
	if err := g.execute(ctx, `CREATE DATABASE "`+g.template+`"`); err != nil {
		return nil, err
	}
	if g.pgKey, err = g.mint(ctx, g.onPostgres(g.env(filepath.Join(folder, "pg-model")), g.template)); err != nil {
		return nil, errors.Join(err, g.Close(ctx))
	}
	return g, nil
}

// Close removes what is not in the folder.
func (g *Ground) Close(ctx context.Context) error {
	if g.template == "" {
		return nil
	}
	return g.execute(ctx, `DROP DATABASE "`+g.template+`" WITH (FORCE)`)
}

// model is the data folder that is copied.
func (g *Ground) model() string { return filepath.Join(g.folder, "model") }

func (g *Ground) env(folder string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "BIMPE_DATA_DIR=" + folder, "BIMPE_LISTEN=127.0.0.1:0",
		"BIMPE_LOG_FORMAT=json", "BIMPE_RATE_LIMIT=0",
	}
}

func (g *Ground) onPostgres(env []string, database string) []string {
	u, err := url.Parse(g.postgres)
	if err != nil {
		u = &url.URL{} // pgx has read it before
	}
	u.Path = "/" + database
	return append(env, "BIMPE_DATABASE_URL="+u.String(), "BIMPE_MASTER_KEY="+masterKey)
}

// mint makes the data, a team and its key.
func (g *Ground) mint(ctx context.Context, env []string) (string, error) {
	cmd := exec.CommandContext(ctx, g.binary, "key", "create", "--team", "chaos", "--scope", "*")
	var out, complaint bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = env, &out, &complaint
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("bimpe key create: %w: %s", err, complaint.Bytes())
	}
	return strings.TrimSpace(out.String()), nil
}

// plot is the ground of one schedule.
type plot struct {
	env   []string
	key   string
	clock string            // the file that shifts the server's clock
	redis *redistest.Server // of several nodes
	clear func(context.Context) error
}

// errNoPostgres says what is missing.
var errNoPostgres = errors.New("this seed is played on PostgreSQL: set BIMPE_TEST_POSTGRES, as `make chaos` does")

// newPlot copies the ground. The caller clears it.
func (g *Ground) newPlot(ctx context.Context, s schedule.Schedule) (*plot, error) {
	folder, err := os.MkdirTemp(g.folder, "plot-")
	if err != nil {
		return nil, err
	}
	p := &plot{key: g.key, clock: filepath.Join(folder, "clock"), clear: func(context.Context) error { return os.RemoveAll(folder) }}
	data := filepath.Join(folder, "data")
	p.env = append(g.env(data), "BIMPE_TEST_CLOCK="+p.clock)
	if !s.Postgres {
		return p, os.CopyFS(data, os.DirFS(g.model()))
	}
	if g.template == "" {
		return p, errNoPostgres
	}
	name := "bimpe_chaos_" + strings.ToLower(rand.Text())
	p.env, p.key = g.onPostgres(p.env, name), g.pgKey
	p.clear = func(ctx context.Context) error {
		return errors.Join(g.execute(ctx, `DROP DATABASE "`+name+`" WITH (FORCE)`), os.RemoveAll(folder))
	}
	if err := g.execute(ctx, `CREATE DATABASE "`+name+`" TEMPLATE "`+g.template+`"`); err != nil || s.Nodes < 2 {
		return p, err
	}
	return p, p.share(ctx, folder)
}

// share gives the nodes of a plot a Redis.
func (p *plot) share(ctx context.Context, folder string) error {
	var err error
	if p.redis, err = redistest.Open(ctx, folder); err != nil {
		return err
	}
	without := p.clear
	p.clear = func(ctx context.Context) error {
		p.redis.Stop()
		return without(ctx)
	}
	p.env = append(p.env, "BIMPE_REDIS_URL="+p.redis.URL())
	return nil
}

func (g *Ground) execute(ctx context.Context, statement string) error {
	db, err := pgx.Connect(ctx, g.postgres)
	if err != nil {
		return fmt.Errorf("connect to BIMPE_TEST_POSTGRES: %w", err)
	}
	_, err = db.Exec(ctx, statement)
	if err = errors.Join(err, db.Close(ctx)); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
