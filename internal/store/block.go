package store

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// The index of a knowledge base says for each word in which passages it stands. It is kept in a few
// blocks, since a row for each of hundreds of thousands of words would hold SQLite's one writer for
// seconds. All numbers in a block are unsigned varints.
//
//	bucket 0   of each passage, in the order of their numbers: id, length
//	bucket n   in the order of passages, of each word whose hash falls there: the passage's number (as
//	           the difference to the one before), the word, how often it stands there
//
// Texts are written as their length and their bytes.

// blockBytes is how large a block is, about: little to read through for one word, and few rows for a
// long text.
const blockBytes = 16 << 10

// mention is a word of a passage.
type mention struct {
	word           string
	passage, count int
}

// blocks writes the index of passages, bucket 0 first; none for no passages.
func blocks(passages []console.Passage) [][]byte {
	if len(passages) == 0 {
		return nil
	}
	var front []byte
	size := 0
	for _, p := range passages {
		front = binary.AppendUvarint(appendWord(front, string(p.ID)), uint64(max(p.Length, 0)))
		for _, term := range p.Terms {
			size += len(term.Word) + 3 // three numbers, most of which need one byte
		}
	}
	all := make([][]byte, 2+size/blockBytes)
	all[0] = front
	before := make([]int, len(all)) // the passage of each bucket's newest mention
	for i, p := range passages {
		for _, term := range merge(p.Terms) {
			at := bucketOf(term.Word, len(all)-1)
			b := binary.AppendUvarint(all[at], uint64(i-before[at]))
			all[at] = binary.AppendUvarint(appendWord(b, term.Word), uint64(max(term.Count, 0)))
			before[at] = i
		}
	}
	for i := range all {
		if all[i] == nil {
			all[i] = []byte{} // a bucket that nothing falls into
		}
	}
	return all
}

// bucketOf is where a word stands in an index of n buckets, from 1 to n. It is FNV-1a and must stay so.
func bucketOf(word string, n int) int {
	const offset, prime = 2166136261, 16777619
	h := uint32(offset)
	for i := range len(word) {
		h = (h ^ uint32(word[i])) * prime
	}
	return 1 + int(h%uint32(n))
}

func appendWord(b []byte, word string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(word))), word...)
}

// errBlock is of a block that was not written by blocks.
var errBlock = errors.New("store: a block of an index cannot be read")

// blockReader reads a block; failed once something was not there.
type blockReader struct {
	left   []byte
	failed bool
}

func (r *blockReader) num() int {
	n, size := binary.Uvarint(r.left)
	if size <= 0 || n > 1<<31 {
		r.failed, r.left = true, nil
		return 0
	}
	r.left = r.left[size:]
	return int(n)
}

// word is good for as long as the block is not changed.
func (r *blockReader) word() []byte {
	n := r.num()
	if n > len(r.left) {
		r.failed, r.left = true, nil
		return nil
	}
	word := r.left[:n]
	r.left = r.left[n:]
	return word
}

// readFront returns the passages that bucket 0 tells of, with id and length.
func readFront(body []byte) ([]console.Passage, error) {
	var found []console.Passage
	r := blockReader{left: body}
	for len(r.left) > 0 {
		found = append(found, console.Passage{ID: console.ID(r.word()), Length: r.num()})
	}
	if r.failed {
		return nil, errBlock
	}
	return found, nil
}

// readBlock calls f with each mention of a word that is wanted.
func readBlock(body []byte, wanted map[string]bool, f func(mention) error) error {
	r := blockReader{left: body}
	passage := 0
	for len(r.left) > 0 {
		passage += r.num()
		word := r.word()
		count := r.num()
		if r.failed || !wanted[string(word)] {
			continue
		}
		if err := f(mention{string(word), passage, count}); err != nil {
			return err
		}
	}
	if r.failed {
		return errBlock
	}
	return nil
}

// merge cuts words to what a block takes and adds up those that have become one.
func merge(terms []console.Term) []console.Term {
	if !slices.ContainsFunc(terms, func(t console.Term) bool { return len(t.Word) > maxWordBytes }) {
		return terms
	}
	at := make(map[string]int, len(terms))
	merged := make([]console.Term, 0, len(terms))
	for _, term := range terms {
		term.Word = cut(term.Word)
		if i, ok := at[term.Word]; ok {
			merged[i].Count += term.Count
			continue
		}
		at[term.Word] = len(merged)
		merged = append(merged, term)
	}
	return merged
}

// maxWordBytes bounds a word; nobody asks for longer ones.
const maxWordBytes = 255

func cut(word string) string {
	if len(word) > maxWordBytes {
		return strings.ToValidUTF8(word[:maxWordBytes], "")
	}
	return word
}
