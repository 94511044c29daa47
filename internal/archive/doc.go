// Package archive is the form of a backup: one file with the rows of all tables, the same whichever
// database they come from or go to. It knows bytes and values, and leaves databases and files to
// others.
//
//	"bimpe archive 1\n"
//	H  the header: schema, release, engine, time, fingerprint of the master key
//	T  a table and its columns, sorted by name     ┐
//	R  rows, many in a frame                       │ for every table
//	E  how many rows there were, and their sum     ┘
//	Z  the sha256 of everything before
//
// Each frame is a letter, four bytes of length, and as many bytes. A value is a tag and what the tag
// asks for, so that the same row is the same bytes from every database. The sum of a table does not
// depend on the order of its rows: sha256 of each, added up in four lanes. By it what was loaded is
// compared with what was written.
//
// A Writer and a Reader are used by one goroutine at a time.
package archive

import (
	"errors"
	"time"
)

// Kind is what the values of a column are.
type Kind string

// The kinds of values, each of which may also be nil.
const (
	Int   Kind = "int"   // int64
	Bool  Kind = "bool"  // bool
	Text  Kind = "text"  // string
	Bytes Kind = "bytes" // []byte
)

// Column is a column of a table.
type Column struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
}

// Table is a table and its columns, sorted by name.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
}

// Header is what an archive says of itself.
type Header struct {
	Schema            int64     `json:"schema"`
	Release           string    `json:"release"`
	Engine            string    `json:"engine"`
	TakenAt           time.Time `json:"taken_at"`
	MasterFingerprint string    `json:"master_fingerprint"` // hexadecimal; empty: there was none yet
}

// Counted is a table and what it holds.
type Counted struct {
	Table
	Sum
}

// Contents is all that an archive holds, without the rows.
type Contents struct {
	Header
	Tables []Counted
}

// Rows returns how many rows there are in all.
func (c Contents) Rows() (n int64) {
	for _, t := range c.Tables {
		n += t.Rows
	}
	return n
}

// What may be wrong with an archive.
var (
	ErrForeign = errors.New("this is no backup of bimpe, or one of a newer form")
	ErrDamaged = errors.New("the backup is damaged")
	ErrShort   = errors.New("the backup is cut short")
)

const magic = "bimpe archive 1\n"

// The letters of frames.
const (
	frameHeader = 'H'
	frameTable  = 'T'
	frameRows   = 'R'
	frameEnd    = 'E'
	frameClose  = 'Z'
)

const (
	headLength = 5
	// fullFrame is when rows are written out.
	fullFrame = 64 << 10
	// maxFrame bounds the memory of a reader; the largest row there can be is a fraction of it.
	maxFrame = 64 << 20
)
