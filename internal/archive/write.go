package archive

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"
	"io"
)

// total is the end of a table as it is written.
type total struct {
	Rows int64  `json:"rows"`
	Hash string `json:"hash"`
}

// Sums adds up tables that are walked over. Its zero value is ready.
type Sums struct{ Tables []Counted }

// Table begins a table.
func (s *Sums) Table(t Table) error {
	s.Tables = append(s.Tables, Counted{Table: t})
	return nil
}

// Row adds the bytes of a row to the table that was begun last.
func (s *Sums) Row(row []byte) error {
	s.Tables[len(s.Tables)-1].Add(row)
	return nil
}

// Writer writes an archive. Nothing that it wrote is one before Close has returned nil.
type Writer struct {
	header Header
	sums   Sums
	to     *bufio.Writer // the hash of everything hears all that is written
	whole  hash.Hash
	frame  []byte
}

// NewWriter begins an archive.
func NewWriter(to io.Writer, h Header) (*Writer, error) {
	whole := sha256.New()
	w := &Writer{header: h, to: bufio.NewWriterSize(io.MultiWriter(to, whole), fullFrame), whole: whole}
	if _, err := w.to.WriteString(magic); err != nil {
		return nil, err
	}
	return w, w.writeJSON(frameHeader, h)
}

// Table begins a table and ends the one before.
func (w *Writer) Table(t Table) error {
	if err := w.endTable(); err != nil {
		return err
	}
	if err := w.sums.Table(t); err != nil {
		return err
	}
	return w.writeJSON(frameTable, t)
}

// Row adds the bytes of a row to the table that was begun last.
func (w *Writer) Row(row []byte) error {
	if len(row) > maxFrame-fullFrame {
		return fmt.Errorf("a row of %d bytes is more than an archive takes", len(row))
	}
	if err := w.sums.Row(row); err != nil {
		return err
	}
	w.frame = append(w.frame, row...)
	if len(w.frame) < fullFrame {
		return nil
	}
	return w.flushRows()
}

// Close ends the archive, and returns what is in it. It does not close what was written to.
func (w *Writer) Close() (Contents, error) {
	if err := w.endTable(); err != nil {
		return Contents{}, err
	}
	if err := w.to.Flush(); err != nil {
		return Contents{}, err
	}
	if err := w.write(frameClose, w.whole.Sum(nil)); err != nil {
		return Contents{}, err
	}
	return Contents{Header: w.header, Tables: w.sums.Tables}, w.to.Flush()
}

func (w *Writer) endTable() error {
	n := len(w.sums.Tables)
	if n == 0 {
		return nil
	}
	if err := w.flushRows(); err != nil {
		return err
	}
	sum := w.sums.Tables[n-1].Sum
	return w.writeJSON(frameEnd, total{Rows: sum.Rows, Hash: sum.Hash()})
}

func (w *Writer) flushRows() error {
	if len(w.frame) == 0 {
		return nil
	}
	err := w.write(frameRows, w.frame)
	w.frame = w.frame[:0]
	return err
}

func (w *Writer) writeJSON(letter byte, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return w.write(letter, b)
}

func (w *Writer) write(letter byte, b []byte) error {
	head := binary.BigEndian.AppendUint32([]byte{letter}, uint32(len(b)))
	if _, err := w.to.Write(head); err != nil {
		return err
	}
	_, err := w.to.Write(b)
	return err
}
