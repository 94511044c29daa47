package archive

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// The tags of values.
const (
	tagNull = iota
	tagInt
	tagFalse
	tagTrue
	tagText
	tagBytes
)

// AppendRow appends the bytes of a row whose values belong to columns by their places. It refuses a
// value that is not of its column's kind.
func AppendRow[V any](to []byte, columns []Column, values []V) ([]byte, error) {
	for i, c := range columns {
		var fits bool
		if to, fits = appendValue(to, c.Kind, values[i]); !fits {
			return nil, fmt.Errorf("column %s holds a %T where %s is due", c.Name, any(values[i]), c.Kind)
		}
	}
	return to, nil
}

func appendValue(to []byte, kind Kind, value any) (b []byte, fits bool) {
	switch v := value.(type) {
	case nil:
		return append(to, tagNull), true
	case int64:
		return binary.AppendVarint(append(to, tagInt), v), kind == Int
	case bool:
		if v {
			return append(to, tagTrue), kind == Bool
		}
		return append(to, tagFalse), kind == Bool
	case string:
		return append(binary.AppendUvarint(append(to, tagText), uint64(len(v))), v...), kind == Text
	case []byte:
		return append(binary.AppendUvarint(append(to, tagBytes), uint64(len(v))), v...), kind == Bytes
	default:
		return nil, false
	}
}

// takeRow reads the first row of b into values, which are as many as columns, and returns the rest
// and how long the row was.
func takeRow(b []byte, columns []Column, values []any) (rest []byte, length int, err error) {
	rest = b
	for i, c := range columns {
		var ok bool
		if values[i], rest, ok = takeValue(rest, c.Kind); !ok {
			return nil, 0, fmt.Errorf("%w: a value of column %s cannot be read", ErrDamaged, c.Name)
		}
	}
	return rest, len(b) - len(rest), nil
}

func takeValue(b []byte, kind Kind) (value any, rest []byte, ok bool) {
	if len(b) == 0 {
		return nil, nil, false
	}
	tag, b := b[0], b[1:]
	switch tag {
	case tagNull:
		return nil, b, true
	case tagInt:
		v, n := binary.Varint(b)
		return v, b[max(n, 0):], n > 0 && kind == Int
	case tagFalse, tagTrue:
		return tag == tagTrue, b, kind == Bool
	case tagText:
		part, rest, ok := takePart(b)
		return string(part), rest, ok && kind == Text
	case tagBytes:
		part, rest, ok := takePart(b)
		return append([]byte{}, part...), rest, ok && kind == Bytes
	default:
		return nil, nil, false
	}
}

func takePart(b []byte) (part, rest []byte, ok bool) {
	length, n := binary.Uvarint(b)
	if n <= 0 || length > uint64(len(b)-n) {
		return nil, nil, false
	}
	end := n + int(length)
	return b[n:end], b[end:], true
}

// Sum is how many rows a table has and what they come to, in whatever order.
type Sum struct {
	Rows  int64
	lanes [sha256.Size / 8]uint64
}

// Add counts the bytes of a row.
func (s *Sum) Add(row []byte) {
	hash := sha256.Sum256(row)
	for i := range s.lanes {
		s.lanes[i] += binary.LittleEndian.Uint64(hash[8*i:])
	}
	s.Rows++
}

// Hash returns what the rows come to, in hexadecimal.
func (s Sum) Hash() string {
	b := make([]byte, 0, sha256.Size)
	for _, lane := range s.lanes {
		b = binary.BigEndian.AppendUint64(b, lane)
	}
	return hex.EncodeToString(b)
}
