package storetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func walkTests() map[string]test {
	return map[string]test{
		"workflows walked":          workflowsWalked,
		"knowledge as the model is": knowledgeModel,
	}
}

// workflowsWalked compares all pages of random lists with a model. The library is shared by all
// runs, so each has a word of its own to search by.
func workflowsWalked(t *testing.T, b *bench) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		team, word := b.newTeam(t, string(b.ids.Next())), string(b.ids.Next())
		var model []console.Workflow
		for range rapid.IntRange(0, 12).Draw(rt, "workflows") {
			w := b.newWorkflow()
			w.Name = rapid.SampledFrom([]string{"a", "B", "É"}).Draw(rt, "name")
			w.Tags = []string{strings.ToUpper(word)}
			w.TeamID = rapid.SampledFrom([]console.ID{team, b.other}).Draw(rt, "team")
			w.Visibility = rapid.SampledFrom([]console.Visibility{console.Private, console.Public}).Draw(rt, "visibility")
			w.UpdatedAt = w.UpdatedAt.Add(time.Duration(rapid.IntRange(0, 3).Draw(rt, "ms")) * time.Millisecond)
			ok(t, b.db.Write(t.Context(), w.TeamID, func(tx *store.Tx) error { return tx.InsertWorkflow(t.Context(), w) }))
			model = append(model, w)
		}
		scope := rapid.SampledFrom([]console.WorkflowScope{
			"", console.ScopeOwned, console.ScopePublic, console.ScopeAccessible,
		}).Draw(rt, "scope")
		model = slices.DeleteFunc(model, func(w console.Workflow) bool {
			switch scope {
			case console.ScopeOwned:
				return !w.OwnedBy(team)
			case console.ScopePublic:
				return w.Visibility != console.Public
			default:
				return !w.SeenBy(team)
			}
		})
		q := drawQuery(rt, "name", "created_at", "updated_at")
		q.Search = word
		sortModel(model, q.Sort, func(x, y console.Workflow) int {
			switch q.Sort.Field {
			case "name":
				return cmp.Compare(x.Name, y.Name)
			case "updated_at":
				return x.UpdatedAt.Compare(y.UpdatedAt)
			default:
				return x.CreatedAt.Compare(y.CreatedAt)
			}
		}, func(w console.Workflow) console.ID { return w.ID })
		got := all(t, q, func(ctx context.Context, q console.Query) (console.Page[console.Workflow], error) {
			return b.db.Team(team).Workflows(ctx, scope, q)
		})
		equal(t, fmt.Sprintf("Workflows %s %+v", scope, q), got, model)
	})
}

// knowledgeModel puts, replaces and deletes knowledge bases at random and compares what words find
// with a model.
func knowledgeModel(t *testing.T, b *bench) {
	t.Helper()
	words := []string{"red", "green", "blue", "größe"}
	rapid.Check(t, func(rt *rapid.T) {
		a := b.agent(t)
		bases := []console.KnowledgeBase{b.newBase(a.ID, "one"), b.newBase(a.ID, "two"), b.newBase(a.ID, "three")}
		model := map[console.ID][]console.Passage{}
		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			kb := rapid.SampledFrom(bases).Draw(rt, "base")
			if _, there := model[kb.ID]; there && rapid.Bool().Draw(rt, "delete") {
				b.write(t, func(tx *store.Tx) error { return tx.DeleteKnowledgeBase(t.Context(), a.ID, kb.ID) })
				delete(model, kb.ID)
				continue
			}
			passages := []console.Passage{}
			for range rapid.IntRange(0, 4).Draw(rt, "passages") {
				p := b.newPassage(kb, rapid.SliceOfNDistinct(rapid.SampledFrom(words), 1, 4, rapid.ID).Draw(rt, "words")...)
				p.Terms[0].Count = rapid.IntRange(1, 9).Draw(rt, "count")
				passages = append(passages, p)
			}
			b.put(t, kb, passages...)
			model[kb.ID] = passages
		}
		asked := rapid.SliceOfNDistinct(rapid.SampledFrom(words), 0, 4, rapid.ID).Draw(rt, "asked")
		b.checkPostings(t, a.ID, asked, model)
	})
}

func (b *bench) checkPostings(t *testing.T, agent console.ID, asked []string, model map[console.ID][]console.Passage) {
	t.Helper()
	var want console.Postings
	var ids []console.ID
	total := 0
	passages := []console.Passage{}
	for _, of := range model {
		for _, p := range of {
			want.Passages++
			total += p.Length
			ids = append(ids, p.ID)
			for _, term := range p.Terms {
				if slices.Contains(asked, term.Word) {
					want.Hits = append(want.Hits, console.Hit{
						PassageID: p.ID, Word: term.Word, Count: term.Count, PassageLength: p.Length,
					})
				}
			}
			p.Terms = nil
			passages = append(passages, p)
		}
	}
	if want.Passages > 0 {
		want.AverageLength = float64(total) / float64(want.Passages)
	}
	got, err := b.view().Postings(t.Context(), agent, asked)
	ok(t, err)
	for _, hits := range [][]console.Hit{got.Hits, want.Hits} {
		slices.SortFunc(hits, func(x, y console.Hit) int {
			return cmp.Or(cmp.Compare(x.PassageID, y.PassageID), cmp.Compare(x.Word, y.Word))
		})
	}
	equal(t, fmt.Sprint("Postings ", asked), got, want)
	found, err := b.view().Passages(t.Context(), agent, ids)
	ok(t, err)
	for _, list := range [][]console.Passage{found, passages} {
		slices.SortFunc(list, func(x, y console.Passage) int { return cmp.Compare(x.ID, y.ID) })
	}
	equal(t, "Passages", found, passages)
}
