package connections

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/seal"
)

// shelf is a transaction of a team with some connections, in memory.
type shelf struct {
	rows  []console.ModelConnection
	users int
}

func (s *shelf) find(id console.ID) int {
	return slices.IndexFunc(s.rows, func(m console.ModelConnection) bool { return m.ID == id })
}

func (s *shelf) ModelConnection(_ context.Context, id console.ID) (console.ModelConnection, error) {
	if i := s.find(id); i >= 0 {
		return s.rows[i], nil
	}
	return console.ModelConnection{}, console.NotFound("model connection", id)
}

func (s *shelf) LockModelConnection(ctx context.Context, id console.ID) (console.ModelConnection, error) {
	return s.ModelConnection(ctx, id)
}

func (s *shelf) ModelConnections(context.Context, console.Query) (console.Page[console.ModelConnection], error) {
	return console.Page[console.ModelConnection]{Items: s.rows, Total: int64(len(s.rows))}, nil
}

func (s *shelf) CountModelConnections(context.Context) (int, error) { return len(s.rows), nil }

func (s *shelf) InsertModelConnection(_ context.Context, m console.ModelConnection) error {
	s.rows = append(s.rows, m)
	return nil
}

func (s *shelf) UpdateModelConnection(_ context.Context, m console.ModelConnection) error {
	s.rows[s.find(m.ID)] = m
	return nil
}

func (s *shelf) DeleteModelConnection(_ context.Context, id console.ID) error {
	i := s.find(id)
	s.rows = slices.Delete(s.rows, i, i+1)
	return nil
}

func (s *shelf) CountModelUsers(context.Context, console.ID) (int, error) { return s.users, nil }

// echo is a model that says which key it was given, or fails.
type echo struct {
	key   string
	fault error
	after time.Duration
}

func (e echo) Name() string { return "echo" }

func (e echo) Stream(ctx context.Context, _ llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		select {
		case <-ctx.Done():
			yield(llm.Delta{}, ctx.Err())
			return
		case <-time.After(e.after):
		}
		if e.fault != nil {
			yield(llm.Delta{}, e.fault)
			return
		}
		if yield(llm.Delta{Text: e.key}, nil) {
			yield(llm.Delta{End: &llm.End{Usage: llm.Usage{PromptTokens: 5, CompletionTokens: 2}}}, nil)
		}
	}
}

func service(t *testing.T, model echo) *Service {
	t.Helper()
	sealer, err := seal.New(make([]byte, seal.MasterLength))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	return New(Config{
		Now:   time.Now,
		NewID: func() console.ID { n++; return console.ID(fmt.Sprint("c", n)) }, Sealer: sealer, Most: 2, Plain: llm.Plain,
		Dial: func(_ console.ModelConnection, key string) (llm.Model, error) {
			model.key = key
			return model, nil
		},
	})
}

func to[T any](v T) *T { return &v }

const secret = "sk-abcdefghijklmnopqrst"

func draft(name string) Draft {
	return Draft{Name: name, Provider: console.ProviderOpenAI, Model: "m", BaseURL: to("https://a.example/v1"), Key: to(secret)}
}

func TestTheKeyIsSealed(t *testing.T) {
	t.Parallel()
	s, tx := service(t, echo{}), &shelf{}
	m, err := s.Create(t.Context(), tx, draft("n"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(fmt.Sprintf("%s %+v", m.SealedKey, m), secret) || m.KeyHint != "qrst" {
		t.Errorf("the key is not sealed, or its hint is wrong: %+v", m)
	}
	model, err := s.Model(m)
	if err != nil || model.(echo).key != secret { //nolint:forcetypeassert // Dial makes it
		t.Errorf("Model: %v, %v; want one with the key", model, err)
	}
	// The sealed key of one connection is of no use in another.
	other := m
	other.ID = "other"
	if _, err := s.Model(other); !errors.Is(err, seal.ErrBroken) || strings.Contains(err.Error(), secret) {
		t.Errorf("Model with another's key: %v, want %v", err, seal.ErrBroken)
	}
	if short, err := s.Create(t.Context(), tx, Draft{Name: "s", Provider: console.ProviderOpenAI, Model: "m", Key: to("short")}); err != nil || short.KeyHint != "" {
		t.Errorf("a short key: %v, hint %q, want none", err, short.KeyHint)
	}
	if _, err := s.Create(t.Context(), tx, draft("n")); console.CodeOf(err) != console.CodeConflict {
		t.Errorf("a third connection: %v, want a conflict", err)
	}
}

// A stored key goes to no host that it was not given for.
func TestTheKeyStaysWithItsHost(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		patch   Patch
		refused bool
		hasKey  bool
	}{
		"another path":                   {Patch{BaseURL: console.Some(to("https://A.example:443/v2"))}, false, true},
		"another model":                  {Patch{Model: console.Some("big")}, false, true},
		"another host":                   {Patch{BaseURL: console.Some(to("https://b.example/v1"))}, true, true},
		"another port":                   {Patch{BaseURL: console.Some(to("https://a.example:8443/v1"))}, true, true},
		"without https":                  {Patch{BaseURL: console.Some(to("http://a.example/v1"))}, true, true},
		"the vendor's own":               {Patch{BaseURL: console.Some[*string](nil)}, true, true},
		"another provider":               {Patch{Provider: console.Some(console.ProviderAnthropic)}, true, true},
		"another host and the key":       {Patch{BaseURL: console.Some(to("https://b.example")), Key: console.Some(to(secret))}, false, true},
		"another host and no key":        {Patch{BaseURL: console.Some(to("https://b.example")), Key: console.Some[*string](nil)}, false, false},
		"the key is taken away":          {Patch{Key: console.Some[*string](nil)}, false, false},
		"the key is taken away by empty": {Patch{Key: console.Some(to(""))}, false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, tx := service(t, echo{}), &shelf{}
			m, err := s.Create(t.Context(), tx, draft("n"))
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Update(t.Context(), tx, m.ID, tt.patch)
			if refused := console.CodeOf(err) == console.CodeValidation && err != nil; refused != tt.refused || err != nil && !tt.refused {
				t.Errorf("Update: %v, want it refused: %v", err, tt.refused)
			}
			if kept := tx.rows[0].SealedKey != nil; kept != tt.hasKey {
				t.Errorf("the key is kept: %v, want %v", kept, tt.hasKey)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	bad := Draft{
		Name: "", Provider: "builtin", Model: strings.Repeat("m", 256), BaseURL: to("https://a.example/?key=1"),
		Key: to("with space"), Price: &Price{Currency: "usd", Prompt: "1.", Completion: "1000000.000001"},
	}
	var got []string
	for _, f := range bad.Faults() {
		got = append(got, f.Path)
		if strings.Contains(f.Fault, "with space") {
			t.Errorf("a fault repeats the key: %s", f.Fault)
		}
	}
	slices.Sort(got)
	want := []string{"api_key", "base_url", "model", "name", "price.completion", "price.currency", "price.prompt", "provider"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	if faults := draft("n").Faults(); len(faults) > 0 {
		t.Errorf("a good draft: %v", faults)
	}
}

// Names that cannot be seen and models that break a line are refused of a new connection and of a change.
func TestFaultsOfText(t *testing.T) {
	t.Parallel()
	for path, p := range map[string]Patch{
		"name":  {Name: console.Opt[string]{Set: true, Value: " "}},
		"model": {Model: console.Opt[string]{Set: true, Value: "a\nb"}},
	} {
		d := draft("n")
		d.Name, d.Model = p.Name.Or(d.Name), p.Model.Or(d.Model)
		for what, faults := range map[string][]console.Field{"draft": d.Faults(), "patch": p.Faults()} {
			if len(faults) != 1 || faults[0].Path != path {
				t.Errorf("%s: %v, want a fault of %s", what, faults, path)
			}
		}
	}
}

func TestPricesAreExact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		n    int64
		back string
	}{
		"0": {0, "0.00"}, "2.5": {2_500_000, "2.50"}, "0.000001": {1, "0.000001"}, "1000000": {1e12, "1000000.00"},
		"007": {7_000_000, "7.00"}, "0.075": {75_000, "0.075"},
	} {
		var c checker
		if got := c.amount("p", text); got != want.n || len(c.All) > 0 || decimal(got) != want.back {
			t.Errorf("%q: %d %v, back %q; want %d, %q", text, got, c.All, decimal(got), want.n, want.back)
		}
	}
	for _, text := range []string{"", ".", ".5", "1.", "-1", "+1", "1e3", "1,5", "1.0000001", "1000000.1", " 1", "0x1", "１", strings.Repeat("9", 400)} {
		var c checker
		if c.amount("p", text); len(c.All) == 0 {
			t.Errorf("%q is taken for an amount", text)
		}
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	s, tx := service(t, echo{}), &shelf{}
	m, err := s.Create(t.Context(), tx, draft("n"))
	if err != nil {
		t.Fatal(err)
	}
	for users, want := range map[int]string{1: "used by 1 agent.", 7: "used by 7 agents."} {
		tx.users = users
		if err := s.Delete(t.Context(), tx, m.ID); console.CodeOf(err) != console.CodeConflict || !strings.Contains(err.Error(), want) {
			t.Errorf("Delete of one that %d agents use: %v", users, err)
		}
	}
	tx.users = 0
	if err := s.Delete(t.Context(), tx, m.ID); err != nil || len(tx.rows) != 0 {
		t.Errorf("Delete: %v, %d are left", err, len(tx.rows))
	}
	if err := s.Delete(t.Context(), tx, m.ID); !console.IsNotFound(err) {
		t.Errorf("Delete again: %v", err)
	}
}

func TestTest(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		model echo
		want  Tested
	}{
		"it answers":      {echo{after: time.Second}, Tested{OK: true, Message: "The model answers.", Latency: time.Second, Tokens: 7}},
		"a wrong key":     {echo{fault: llm.Fail(llm.KindRefused, errors.New(secret))}, Tested{Message: llm.Plain(llm.Fail(llm.KindRefused, nil)), Fault: "refused"}},
		"it says nothing": {echo{after: time.Hour}, Tested{Message: llm.Plain(context.DeadlineExceeded), Fault: "timeout", Latency: testTime}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, tx := service(t, tt.model), &shelf{}
				m, err := s.Create(t.Context(), tx, draft("n"))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, s.Test(t.Context(), m)); diff != "" {
					t.Errorf("Test (-want +got):\n%s", diff)
				}
				m.ID = "other"
				if got := s.Test(t.Context(), m); got.OK || got.Fault != "invalid" {
					t.Errorf("Test with a key that cannot be opened: %+v", got)
				}
			})
		})
	}
}
