package knowledge

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

func TestRank(t *testing.T) {
	t.Parallel()
	hit := func(id console.ID, word string, count, length int) console.Hit {
		return console.Hit{PassageID: id, Word: word, Count: count, PassageLength: length}
	}
	tests := map[string]struct {
		query [][]string
		hits  []console.Hit
		n     int
		want  []console.ID
	}{
		"nothing":          {[][]string{{"a"}}, nil, 3, []console.ID{}},
		"more of the term": {[][]string{{"a"}}, []console.Hit{hit("1", "a", 1, 10), hit("2", "a", 3, 10)}, 3, []console.ID{"2", "1"}},
		"shorter":          {[][]string{{"a"}}, []console.Hit{hit("1", "a", 1, 30), hit("2", "a", 1, 5)}, 3, []console.ID{"2", "1"}},
		"rarer term": {
			[][]string{{"a"}, {"b"}},
			[]console.Hit{hit("1", "a", 1, 10), hit("2", "a", 1, 10), hit("3", "b", 1, 10)},
			1,
			[]console.ID{"3"},
		},
		"two terms": {
			[][]string{{"a"}, {"b"}},
			[]console.Hit{hit("1", "a", 2, 10), hit("2", "a", 1, 10), hit("2", "b", 1, 10), hit("3", "b", 2, 10)},
			1,
			[]console.ID{"2"},
		},
		"alternatives are one term": {
			[][]string{{"a", "aa"}, {"b"}},
			[]console.Hit{hit("1", "a", 1, 10), hit("1", "aa", 1, 10), hit("2", "a", 1, 10), hit("2", "b", 1, 10)},
			3,
			[]console.ID{"2", "1"},
		},
		"ties by age": {[][]string{{"a"}}, []console.Hit{hit("2", "a", 1, 10), hit("1", "a", 1, 10)}, 3, []console.ID{"1", "2"}},
		"bounded":     {[][]string{{"a"}}, []console.Hit{hit("1", "a", 1, 10), hit("2", "a", 1, 10), hit("3", "a", 1, 10)}, 2, []console.ID{"1", "2"}},
		"of no length": {
			[][]string{{"a"}}, []console.Hit{hit("1", "a", 1, 0)}, 2, []console.ID{"1"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := rank(test.query, Postings{Passages: 10, AverageLength: 10, Hits: test.hits}, test.n)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("rank (-want +got):\n%s", diff)
			}
		})
	}
	// Statistics that lag behind the hits must not make a search fail.
	if got := rank([][]string{{"a"}}, Postings{Hits: []console.Hit{hit("1", "a", 1, 4)}}, 1); len(got) != 1 {
		t.Errorf("rank without statistics = %v", got)
	}
}
