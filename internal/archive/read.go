package archive

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
)

// Reader reads an archive and checks it on the way. What it has returned is known to be sound only
// once Next has returned io.EOF.
type Reader struct {
	from     *bufio.Reader
	whole    hash.Hash // of all frames before the one that is being read
	payload  bytes.Buffer
	contents Contents
	rows     []byte // of the frame that was read last, those that are left
	open     bool   // a table has begun and not ended
}

// NewReader reads the header of an archive.
func NewReader(from io.Reader) (*Reader, error) {
	r := &Reader{from: bufio.NewReaderSize(from, fullFrame), whole: sha256.New()}
	start := make([]byte, len(magic))
	if _, err := io.ReadFull(r.from, start); err != nil && !isEnd(err) {
		return nil, err
	}
	if string(start) != magic {
		return nil, ErrForeign
	}
	r.whole.Write(start)
	letter, err := r.next()
	if err != nil {
		return nil, err
	}
	if letter != frameHeader {
		return nil, fmt.Errorf("%w: it has no header", ErrDamaged)
	}
	return r, r.parse(&r.contents.Header)
}

// Header returns what the archive says of itself.
func (r *Reader) Header() Header { return r.contents.Header }

// Contents returns what has been read so far.
func (r *Reader) Contents() Contents { return r.contents }

// Next goes to the next table, over the rows of the one before that have not been read, or returns
// io.EOF at the end of a sound archive.
func (r *Reader) Next() (Table, error) {
	for r.open {
		if _, err := r.Row(r.blank()); err != nil {
			return Table{}, err
		}
	}
	letter, err := r.next()
	switch {
	case err != nil:
		return Table{}, err
	case letter == frameClose:
		return Table{}, r.end()
	case letter != frameTable:
		return Table{}, fmt.Errorf("%w: there is %q where a table is due", ErrDamaged, letter)
	}
	var t Table
	if err := r.parse(&t); err != nil {
		return Table{}, err
	}
	r.contents.Tables = append(r.contents.Tables, Counted{Table: t})
	r.open = true
	return t, nil
}

// Row reads the next row of the table into values, which are as many as its columns, and reports
// whether there was one.
func (r *Reader) Row(values []any) (bool, error) {
	if !r.open {
		return false, nil
	}
	for len(r.rows) == 0 {
		letter, err := r.next()
		switch {
		case err != nil:
			return false, err
		case letter == frameEnd:
			return false, r.endTable()
		case letter != frameRows || r.payload.Len() == 0 || len(values) == 0:
			return false, fmt.Errorf("%w: there is %q where rows are due", ErrDamaged, letter)
		}
		r.rows = r.payload.Bytes()
	}
	table := &r.contents.Tables[len(r.contents.Tables)-1]
	rest, length, err := takeRow(r.rows, table.Columns, values)
	if err != nil {
		return false, err
	}
	table.Add(r.rows[:length])
	r.rows = rest
	return true, nil
}

func (r *Reader) blank() []any {
	return make([]any, len(r.contents.Tables[len(r.contents.Tables)-1].Columns))
}

func (r *Reader) endTable() error {
	r.open = false
	var t total
	if err := r.parse(&t); err != nil {
		return err
	}
	table := r.contents.Tables[len(r.contents.Tables)-1]
	if t.Rows != table.Rows || t.Hash != table.Hash() {
		return fmt.Errorf("%w: table %s does not come to what was written", ErrDamaged, table.Name)
	}
	return nil
}

// end compares the hash of everything, and says io.EOF where nothing is wrong.
func (r *Reader) end() error {
	if !bytes.Equal(r.payload.Bytes(), r.whole.Sum(nil)) {
		return fmt.Errorf("%w: its bytes are not those that were written", ErrDamaged)
	}
	if _, err := r.from.ReadByte(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something follows its end", ErrDamaged)
	}
	return io.EOF
}

// next reads a frame into payload. All but the last one count in the hash of everything.
func (r *Reader) next() (letter byte, err error) {
	var head [headLength]byte
	if _, err := io.ReadFull(r.from, head[:]); err != nil {
		return 0, short(err)
	}
	length := int64(binary.BigEndian.Uint32(head[1:]))
	if length > maxFrame {
		return 0, fmt.Errorf("%w: it has a part of %d bytes", ErrDamaged, length)
	}
	r.payload.Reset()
	if _, err := io.CopyN(&r.payload, r.from, length); err != nil {
		return 0, short(err)
	}
	if head[0] != frameClose {
		r.whole.Write(head[:])
		r.whole.Write(r.payload.Bytes())
	}
	return head[0], nil
}

func (r *Reader) parse(v any) error {
	if err := json.Unmarshal(r.payload.Bytes(), v); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

func isEnd(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

func short(err error) error {
	if isEnd(err) {
		return ErrShort
	}
	return err
}

// Check reads an archive to its end and returns what is in it. An error is one of ErrForeign,
// ErrDamaged and ErrShort, or of the reading itself.
func Check(from io.Reader) (Contents, error) {
	r, err := NewReader(from)
	if err != nil {
		return Contents{}, err
	}
	for {
		if _, err := r.Next(); errors.Is(err, io.EOF) {
			return r.Contents(), nil
		} else if err != nil {
			return Contents{}, err
		}
	}
}
