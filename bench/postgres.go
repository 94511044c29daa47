package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5" // makes and drops the database

	"github.com/bimpe/bimpe/bench/figures"
)

// onPostgres measures rows 1 and 2 on PostgreSQL, if there is one. The floors stay those on SQLite.
func (b *bench) onPostgres(ctx context.Context) (all []figures.Figure, err error) {
	if b.postgres == "" {
		b.say("BIMPE_TEST_POSTGRES is not set: no figures of PostgreSQL")
		return nil, nil
	}
	name := "bimpe_bench_" + strings.ToLower(rand.Text())
	u, err := url.Parse(b.postgres)
	if err != nil {
		return nil, errors.New("BIMPE_TEST_POSTGRES is not a URL") // it may hold a password
	}
	if err := b.execute(ctx, `CREATE DATABASE "`+name+`"`); err != nil {
		return nil, err
	}
	defer func() {
		// It goes also when ctx has ended.
		err = errors.Join(err, b.execute(context.WithoutCancel(ctx), `DROP DATABASE "`+name+`" WITH (FORCE)`))
	}()
	u.Path = "/" + name
	master := make([]byte, 32)
	_, _ = rand.Read(master) // it never fails
	p, err := b.newPlace(ctx, "BIMPE_DATABASE_URL="+u.String(), "BIMPE_MASTER_KEY="+hex.EncodeToString(master))
	if err != nil {
		return nil, err
	}
	if all, err = b.turnsAt(ctx, p); err != nil {
		return nil, err
	}
	sync, err := b.setting(ctx, "fsync")
	for i := range all {
		all[i].Name, all[i].Bar = "PostgreSQL (fsync "+sync+"): "+all[i].Name, figures.Bar{}
	}
	return all, err
}

func (b *bench) execute(ctx context.Context, statement string) error {
	db, err := pgx.Connect(ctx, b.postgres)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, statement)
	return errors.Join(err, db.Close(ctx))
}

// setting is how the server is set up.
func (b *bench) setting(ctx context.Context, name string) (value string, err error) {
	db, err := pgx.Connect(ctx, b.postgres)
	if err != nil {
		return "", err
	}
	err = db.QueryRow(ctx, `SELECT current_setting($1)`, name).Scan(&value)
	return value, errors.Join(err, db.Close(ctx))
}
