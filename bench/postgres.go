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
	"github.com/bimpe/bimpe/bench/site"
)

// onPostgres measures turns on PostgreSQL, if there is one, beside a floor on the same PostgreSQL.
func (b *bench) onPostgres(ctx context.Context) (all []figures.Figure, err error) {
	if b.postgres == "" {
		b.say("BIMPE_TEST_POSTGRES is not set: no figures of PostgreSQL")
		return nil, nil
	}
	var drop stoppers
	defer drop.all(&err)
	p, err := b.postgresPlace(ctx, &drop)
	if err != nil {
		return nil, err
	}
	bare, err := b.newDatabase(ctx, &drop)
	if err != nil {
		return nil, err
	}
	sync, err := b.setting(ctx, "fsync")
	if err != nil {
		return nil, err
	}
	all, err = b.turnsAt(ctx, p, []ground{{"PostgreSQL, fsync " + sync, postgresBar, func(ctx context.Context, model string) (*site.Process, error) {
		return b.floorAt(ctx, bare, model)
	}}})
	for i := range all {
		all[i].Name = "PostgreSQL: " + all[i].Name
	}
	return all, err
}

// postgresPlace is an empty place on a database of its own.
func (b *bench) postgresPlace(ctx context.Context, drop *stoppers, settings ...string) (place, error) {
	database, err := b.newDatabase(ctx, drop)
	if err != nil {
		return place{}, err
	}
	master := make([]byte, 32)
	_, _ = rand.Read(master) // it never fails
	return b.newPlace(ctx, append(settings, "BIMPE_DATABASE_URL="+database, "BIMPE_MASTER_KEY="+hex.EncodeToString(master))...)
}

// newDatabase makes an empty database and returns its URL.
func (b *bench) newDatabase(ctx context.Context, drop *stoppers) (string, error) {
	name := "bimpe_bench_" + strings.ToLower(rand.Text())
	u, err := url.Parse(b.postgres)
	if err != nil {
		return "", errors.New("BIMPE_TEST_POSTGRES is not a URL") // it may hold a password
	}
	if err := b.execute(ctx, `CREATE DATABASE "`+name+`"`); err != nil {
		return "", err
	}
	drop.add(func() error { // also when ctx has ended
		return b.execute(context.WithoutCancel(ctx), `DROP DATABASE "`+name+`" WITH (FORCE)`)
	})
	u.Path = "/" + name
	return u.String(), nil
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
