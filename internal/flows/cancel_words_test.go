package flows_test

import (
	"testing"

	"github.com/bimpe/bimpe/internal/flows"
)

// The wish to stop is heard in more words of each language; one that also says no is the option No where there is one.
func TestMoreWaysToStop(t *testing.T) {
	t.Parallel()
	for _, said := range []string{
		"basta", "mejor no", "chega", "desisto", "deixa para lá", "Schluss", "Schluss!", "lassen wir das", "j'arrête", "خلاص", "كفى", "أوقف", "اوقف",
	} {
		c := asking(t, `"kind": "name"`)
		if d := c.says(said); d.Outcome != flows.Cancelled || len(d.Learned) != 0 {
			t.Errorf("%q is %s, learned %v, want it to stop", said, d.Outcome, d.Learned)
		}
	}
	if got := answered(t, `"options": ["Sí", "No"]`, "es", "mejor no"); got != "No" {
		t.Errorf(`"mejor no" is taken as %q, want No`, got)
	}
	if got := answered(t, `"kind": "name"`, "es", "Basta Rhymes"); got != "Basta Rhymes" {
		t.Errorf(`a name with such a word in it is taken as %q`, got)
	}
}
