package seal_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/seal"
)

const word = "hunter2"

// deep holds a secret where fmt cannot call its methods.
type deep struct {
	Shown  seal.Secret
	hidden seal.Secret
	list   []seal.Secret
	named  map[string]seal.Secret
}

func newDeep() deep {
	s := seal.NewSecret(word)
	return deep{Shown: s, hidden: s, list: []seal.Secret{s}, named: map[string]seal.Secret{"a": s}}
}

func TestSecretIsPrintedByNoVerb(t *testing.T) {
	t.Parallel()
	s := seal.NewSecret(word)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10s"} {
		if got := fmt.Sprintf(verb, s); got != "[sealed]" {
			t.Errorf("%s: got %q, want [sealed]", verb, got)
		}
		if got := fmt.Sprintf(verb, &s); got != "[sealed]" {
			t.Errorf("%s of a pointer: got %q, want [sealed]", verb, got)
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		silent(t, verb, fmt.Sprintf(verb, newDeep()))
	}
	silent(t, "an error", fmt.Errorf("connect with %v: refused", s).Error())
	if got := s.String(); got != "[sealed]" {
		t.Errorf("String: got %q, want [sealed]", got)
	}
}

func TestSecretIsNeitherMarshalledNorLogged(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(newDeep())
	if err != nil {
		t.Fatalf("Marshal: %v", err)
	}
	if got, want := string(text), `{"Shown":"[sealed]"}`; got != want {
		t.Errorf("JSON: got %s, want %s", got, want)
	}
	var out bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		log := slog.New(h)
		log.Info("said", "secret", seal.NewSecret(word), "deep", newDeep(), "list", []seal.Secret{seal.NewSecret(word)})
		log.With("secret", seal.NewSecret(word)).WithGroup("g").Info("said")
	}
	silent(t, "slog", out.String())
	if !strings.Contains(out.String(), "secret=[sealed]") {
		t.Errorf("slog: got %s, want secret=[sealed] in it", out.String())
	}
}

func silent(t *testing.T, where, text string) {
	t.Helper()
	for _, leak := range []string{word, fmt.Sprintf("%x", word), fmt.Sprintf("%X", word)} {
		if strings.Contains(text, leak) {
			t.Errorf("%s: the secret leaks: %s", where, text)
		}
	}
}

func TestSecretIsReadByRevealAlone(t *testing.T) {
	t.Parallel()
	var none, read seal.Secret
	if none.Reveal() != "" || !none.IsZero() || !seal.NewSecret("").IsZero() {
		t.Error("the zero value holds something")
	}
	if err := json.Unmarshal([]byte(`"hunter2"`), &read); err != nil {
		t.Fatalf("Unmarshal: %v", err)
	}
	if got := read.Reveal(); got != word || read.IsZero() {
		t.Errorf("Reveal: got %q, want %q", got, word)
	}
	if diff := cmp.Diff(seal.NewSecret(word), read); diff != "" {
		t.Errorf("two secrets of one text differ: %s", diff)
	}
	if read.Equal(none) || read.Equal(seal.NewSecret("hunter3")) {
		t.Error("two secrets of different texts are equal")
	}
}
