package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
)

func TestSecretIn(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name          string
		authorization []string
		apiKey        []string
		want          string
		code          console.Code
	}{
		{name: "bearer", authorization: []string{"Bearer sk_a"}, want: "sk_a"},
		{name: "other case", authorization: []string{"bEARER   sk_a "}, want: "sk_a"},
		{name: "api key", apiKey: []string{"sk_a"}, want: "sk_a"},
		{name: "both", authorization: []string{"Bearer sk_a"}, apiKey: []string{"sk_a"}, want: "sk_a"},
		{name: "both, different", authorization: []string{"Bearer sk_a"}, apiKey: []string{"sk_b"}, code: console.CodeKeyInvalid},
		{name: "another scheme beside", authorization: []string{"Basic eDp5"}, apiKey: []string{"sk_a"}, want: "sk_a"},
		{name: "another scheme", authorization: []string{"Basic eDp5"}, code: console.CodeKeyMissing},
		{name: "none", code: console.CodeKeyMissing},
		{name: "empty", authorization: []string{"Bearer "}, apiKey: []string{" "}, code: console.CodeKeyMissing},
		{name: "bearer alone", authorization: []string{"Bearer"}, code: console.CodeKeyMissing},
		{name: "too long", apiKey: []string{strings.Repeat("s", maxSecret+1)}, code: console.CodeKeyInvalid},
	} {
		h := http.Header{"Authorization": tc.authorization, "X-Api-Key": tc.apiKey}
		got, err := secretIn(h)
		if got != tc.want || (err != nil || tc.code != "") && console.CodeOf(err) != tc.code {
			t.Errorf("%s: got %q, %v, want %q, %s", tc.name, got, err, tc.want, tc.code)
		}
	}
}
