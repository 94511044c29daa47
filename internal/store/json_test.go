package store

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

// TestDamagedColumns reads a row whose JSON something else has written: that is an error which names
// the column, and not half a noun.
func TestDamagedColumns(t *testing.T) {
	t.Parallel()
	db, _ := liteDB(t)
	if err := db.Write(t.Context(), "team", func(tx *Tx) error {
		return tx.InsertAgent(t.Context(), console.Agent{ID: "a", TestCode: "x"})
	}); err != nil {
		t.Fatal(err)
	}
	for _, damage := range []string{`[`, `{"a":1}`, `[{"id":1}]`} {
		do(t, db, `UPDATE agent SET rules = $1`, damage)
		_, one := db.Team("team").Agent(t.Context(), "a")
		_, many := db.Team("team").Agents(t.Context(), console.Query{})
		for _, err := range []error{one, many} {
			if err == nil || !strings.Contains(err.Error(), "decode []store.ruleJSON") {
				t.Errorf("rules %s: got error %v, want to be told what cannot be decoded", damage, err)
			}
		}
	}
}

// TestUnwritableColumns has a value that JSON does not know: nothing is written.
func TestUnwritableColumns(t *testing.T) {
	t.Parallel()
	db, _ := liteDB(t)
	err := db.Write(t.Context(), "team", func(tx *Tx) error {
		return tx.InsertWorkflow(t.Context(), console.Workflow{ID: "w", SetupSteps: []any{math.NaN()}})
	})
	if err == nil || !strings.Contains(err.Error(), "encode []interface {}") {
		t.Errorf("got error %v, want to be told what cannot be encoded", err)
	}
}

func TestEncodedForms(t *testing.T) {
	t.Parallel()
	var e encoder
	got := []string{
		encodeList[string](&e, nil), encodeAs(&e, []console.QA{{Question: "q"}}, qaForm), e.guide(nil),
		e.guide(&console.Guide{}), encodeAs(&e, []console.Rule{{ID: "1", Enabled: true}}, ruleForm),
	}
	want := []string{
		`[]`, `[{"question":"q","answer":""}]`, `null`, `{}`,
		`[{"id":"1","name":"","trigger":"","response":"","enabled":true}]`,
	}
	if diff := cmp.Diff(want, got); diff != "" || e.err != nil {
		t.Errorf("error %v, -want +got\n%s", e.err, diff)
	}
}
