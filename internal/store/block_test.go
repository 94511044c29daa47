package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/console"
)

// whereIs reads an index as Postings does: in how many places, by passage, a word stands.
func whereIs(t interface{ Fatal(...any) }, index [][]byte, word string) map[console.ID]int {
	found := map[console.ID]int{}
	if len(index) == 0 {
		return found
	}
	passages, err := readFront(index[0])
	if err != nil {
		t.Fatal(err)
	}
	err = readBlock(index[bucketOf(word, len(index)-1)], map[string]bool{word: true}, func(m mention) error {
		found[passages[m.passage].ID] += m.count
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// What blocks wrote is found again, and nothing else.
func TestBlocksFindEveryWord(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SampledFrom([]string{"a", "b", "ab", "é", "東京", "", strings.Repeat("long", 60), fmt.Sprint(rapid.Int().Draw(t, "n"))})
		want := map[string]map[console.ID]int{}
		var passages []console.Passage
		for i := range rapid.IntRange(0, 40).Draw(t, "passages") {
			p := console.Passage{ID: console.ID(fmt.Sprint("p", i)), Length: i}
			for _, w := range rapid.SliceOfNDistinct(words, 0, 5, rapid.ID).Draw(t, "words") {
				count := rapid.IntRange(1, 300).Draw(t, "count")
				p.Terms = append(p.Terms, console.Term{Word: w, Count: count})
				if want[w] == nil {
					want[w] = map[console.ID]int{}
				}
				want[w][p.ID] = count
			}
			passages = append(passages, p)
		}
		index := blocks(passages)
		if len(passages) == 0 {
			if index != nil {
				t.Fatalf("no passages have an index of %d blocks", len(index))
			}
			return
		}
		front, err := readFront(index[0])
		if err != nil || len(front) != len(passages) || front[len(front)-1].Length != len(passages)-1 {
			t.Fatalf("the passages' block has %d, %v", len(front), err)
		}
		for w, where := range want {
			if diff := cmp.Diff(where, whereIs(t, index, w)); diff != "" {
				t.Fatalf("%q (-want +got):\n%s", w, diff)
			}
		}
		if got := whereIs(t, index, "nowhere"); len(got) > 0 {
			t.Fatalf("a word that is nowhere was found: %v", got)
		}
	})
}

// However many words a text has, its rows are few and none is large.
func TestBlocksAreFewAndSmall(t *testing.T) {
	t.Parallel()
	const passages, words = 700, 400
	var all []console.Passage
	for i := range passages {
		p := console.Passage{ID: console.ID(fmt.Sprintf("c%024d", i)), Length: words}
		for w := range words {
			p.Terms = append(p.Terms, console.Term{Word: fmt.Sprint(i, "-", w), Count: 1})
		}
		all = append(all, p)
	}
	index := blocks(all)
	if len(index) > 300 {
		t.Errorf("%d blocks for %d words", len(index), passages*words)
	}
	for i, b := range index {
		if len(b) > 2*blockBytes {
			t.Errorf("block %d of %d has %d bytes", i, len(index), len(b))
		}
	}
	if got := whereIs(t, index, "699-399"); got["c000000000000000000000699"] != 1 {
		t.Errorf("the last word is found in %v", got)
	}
}

// The buckets of what is stored must stay where they are.
func TestBucketsStay(t *testing.T) {
	t.Parallel()
	var got []int
	for _, w := range []string{"", "a", "pizza", "東京"} {
		got = append(got, bucketOf(w, 1), bucketOf(w, 1000))
	}
	if want := []int{1, 262, 1, 221, 1, 366, 1, 320}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestBlocksThatAreNone(t *testing.T) {
	t.Parallel()
	good := blocks([]console.Passage{{ID: "p", Terms: []console.Term{{Word: "word", Count: 3}}}})
	for name, body := range map[string][]byte{
		"cut":        good[1][:len(good[1])-1],
		"too long":   binary.AppendUvarint(nil, 100),
		"too large":  binary.AppendUvarint(nil, math.MaxUint64),
		"no varint":  bytes.Repeat([]byte{0xff}, 20),
		"no numbers": good[1][:6],
	} {
		err := readBlock(body, map[string]bool{"word": true}, func(mention) error { return nil })
		if !errors.Is(err, errBlock) {
			t.Errorf("%s: got %v, want %v", name, err, errBlock)
		}
		if _, err := readFront(body); !errors.Is(err, errBlock) {
			t.Errorf("%s as the passages' block: got %v, want %v", name, err, errBlock)
		}
	}
}

func FuzzReadBlock(f *testing.F) {
	for _, b := range blocks([]console.Passage{{ID: "p", Terms: []console.Term{{Word: "word", Count: 3}, {Word: "a", Count: 1}}}}) {
		f.Add(b)
	}
	f.Fuzz(func(_ *testing.T, body []byte) {
		// Neither may panic or take long; what they say of nonsense is all one.
		_, _ = readFront(body)
		_ = readBlock(body, map[string]bool{"word": true}, func(mention) error { return nil })
	})
}
