package app

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/auth"
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/phones"
	"github.com/bimpe/bimpe/internal/store"
)

// Admin is the operator's way to teams, keys and phone numbers. What it does reaches servers that are running on
// the same data within a second or two.
type Admin struct {
	db     *store.DB
	auth   *auth.Service
	phones *phones.Service
	newID  func() console.ID
}

// FindAdmin is OpenAdmin for deeds that make no sense without data: where there is none it makes
// none, and returns a *ConfigError that names the folder.
func FindAdmin(ctx context.Context, s Storage) (*Admin, error) {
	if err := s.checkPlace(); err != nil {
		return nil, err
	}
	if err := s.checkThere(); err != nil {
		return nil, err
	}
	return OpenAdmin(ctx, s)
}

// OpenAdmin opens the data, beside a running server or without one, and makes it where there is
// none. What is wrong with the settings is a *ConfigError. The caller closes the Admin.
func OpenAdmin(ctx context.Context, s Storage) (*Admin, error) {
	if err := s.checkPlace(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.DataDir, folderMode); err != nil {
		return nil, err
	}
	db, err := s.open(ctx, store.Config{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	ids := console.NewIDs(time.Now)
	return &Admin{
		db: db, newID: ids.Next, phones: phones.New(time.Now, ids.Next),
		auth: auth.New(auth.Config{Registry: db, Now: time.Now, NewID: ids.Next}),
	}, nil
}

// Close gives the data up.
func (a *Admin) Close() error { return a.db.Close() }

// KeyDraft is a key that is to be made.
type KeyDraft struct {
	Team    string // by name
	Name    string
	Scopes  []console.Scope
	Expires *time.Duration // from now; nil: never

	MaxTokensPerDay *int64 // of models; nil: no bound
}

// faults are those that only a word to the operator can have; auth knows the others.
func (d KeyDraft) faults() []console.Field {
	faults := checkName(d.Team)
	if d.Expires != nil && *d.Expires <= 0 {
		faults = append(faults, console.Field{
			Path: "expires", Fault: "must be more than nothing, such as 24h; leave it out for a key that does not expire",
		})
	}
	return faults
}

// CreateKey makes a key and its secret, which is nowhere but in the result, and the team if there is
// none. What cannot be is CodeValidation, and then nothing is made.
func (a *Admin) CreateKey(ctx context.Context, d KeyDraft) (console.Key, string, error) {
	if err := console.Invalid(d.faults()); err != nil {
		return console.Key{}, "", err
	}
	draft := auth.Draft{Name: d.Name, Scopes: d.Scopes, MaxTokensPerDay: d.MaxTokensPerDay}
	if d.Expires != nil {
		at := time.Now().Add(*d.Expires)
		draft.ExpiresAt = &at
	}
	if _, _, err := a.auth.Mint("", draft); err != nil { // before a team is made for it
		return console.Key{}, "", err
	}
	team, err := a.team(ctx, d.Team)
	if err != nil {
		return console.Key{}, "", err
	}
	var key console.Key
	var secret string
	err = a.db.Write(ctx, team.ID, func(tx *store.Tx) error {
		var err error
		key, secret, err = a.auth.Grant(ctx, tx, team.ID, draft)
		return err
	})
	return key, secret, err
}

// team returns the team of a name, made if there is none. Another command may make it meanwhile.
func (a *Admin) team(ctx context.Context, name string) (console.Team, error) {
	t, err := a.db.TeamByName(ctx, name)
	if !console.IsNotFound(err) {
		return t, err
	}
	t, err = a.CreateTeam(ctx, console.Team{Name: name})
	if console.CodeOf(err) == console.CodeConflict {
		return a.db.TeamByName(ctx, name)
	}
	return t, err
}

// EachKey calls f with every key, of one team or, where none is named, of all. A team that is not
// there is CodeNotFound.
func (a *Admin) EachKey(ctx context.Context, team string, f func(team string, k console.Key)) error {
	if team != "" {
		if _, err := a.db.TeamByName(ctx, team); err != nil {
			return err
		}
	}
	all, err := a.db.AllKeys(ctx)
	if err != nil {
		return err
	}
	for _, k := range all {
		if team == "" || k.Team == team {
			f(k.Team, k.Key)
		}
	}
	return nil
}

// RevokeKey ends a key, or returns CodeNotFound. Revoking twice changes nothing.
func (a *Admin) RevokeKey(ctx context.Context, id console.ID) error {
	return a.db.RevokeKeyByID(ctx, id)
}

// CreateTeam makes a team of a name, quotas and days of retention. A name that is taken is CodeConflict.
func (a *Admin) CreateTeam(ctx context.Context, t console.Team) (console.Team, error) {
	if err := console.Invalid(append(checkName(t.Name), checkTerms(t)...)); err != nil {
		return console.Team{}, err
	}
	t.ID, t.CreatedAt = a.newID(), time.Now().UTC().Truncate(time.Millisecond)
	return t, a.db.InsertTeam(ctx, t)
}

// Teams returns all teams by name.
func (a *Admin) Teams(ctx context.Context) ([]console.Team, error) { return a.db.Teams(ctx) }

// SetTeam changes a team's quotas and how long it keeps conversations, or returns CodeNotFound.
func (a *Admin) SetTeam(ctx context.Context, team string, change func(console.Team) console.Team) error {
	t, err := a.db.TeamByName(ctx, team)
	if err != nil {
		return err
	}
	t = change(t)
	if err := console.Invalid(checkTerms(t)); err != nil {
		return err
	}
	return a.db.SetTeam(ctx, t)
}

// maxTeamName is in characters.
const maxTeamName = 255

func checkName(name string) []console.Field {
	if n := utf8.RuneCountInString(name); n < 1 || n > maxTeamName {
		return []console.Field{{Path: "team", Fault: "must have a name of 1 to 255 characters"}}
	}
	if !utf8.ValidString(name) || strings.ContainsFunc(name, unprintable) {
		return []console.Field{{Path: "team", Fault: "must have a name of one line, without control characters"}}
	}
	return nil
}

// unprintable says of a character that it would break lists and terminals.
func unprintable(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) }

// maxQuota is far more than any team uses and fits every column.
const maxQuota = 1_000_000_000

// maxRetention is a hundred years.
const maxRetention = 36_500

func checkTerms(t console.Team) []console.Field {
	faults := checkQuotas(t.Quotas)
	if t.RetentionDays < 0 || t.RetentionDays > maxRetention {
		faults = append(faults, console.Field{Path: "retention-days", Fault: "must be 0, for ever, to 36500"})
	}
	return faults
}

func checkQuotas(q console.Quotas) []console.Field {
	var faults []console.Field
	check := func(path string, n, least int) {
		if n < least || n > maxQuota {
			faults = append(faults, console.Field{Path: path, Fault: "must be 0, for the server's default, to 1000000000"})
		}
	}
	check("agents", q.Agents, console.NoneAllowed)
	check("integrations", q.Integrations, console.NoneAllowed)
	check("streams", q.Streams, 0)
	check("rate", q.RatePerMinute, 0)
	check("tokens-per-day", q.TokensPerDay, console.NoneAllowed)
	return faults
}
