package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/console"
)

// envelope is how every success is wrapped.
type envelope[T any] struct {
	Message string `json:"message"`
	Data    T      `json:"data"`
}

// listEnvelope is how every list is wrapped.
type listEnvelope[T any] struct {
	Message string `json:"message"`
	Data    []T    `json:"data" nullable:"false"`
	Meta    meta   `json:"meta"`
}

// meta says where in a list a page stands.
type meta struct {
	TotalCount      int64 `json:"total_count"`
	PageCount       int64 `json:"page_count"`
	CurrentPage     int   `json:"current_page"`
	Limit           int   `json:"limit"`
	HasNextPage     bool  `json:"has_next_page"`
	HasPreviousPage bool  `json:"has_previous_page"`
}

func metaOf(q console.Query, total int64) meta {
	pages := (total + int64(q.Limit) - 1) / int64(q.Limit)
	return meta{
		TotalCount: total, PageCount: pages, CurrentPage: q.Page, Limit: q.Limit,
		HasNextPage: int64(q.Page) < pages, HasPreviousPage: q.Page > 1,
	}
}

// metaOfWhole is the meta of a list that is never cut into pages.
func metaOfWhole(n int) meta {
	q := console.Query{Page: 1, Limit: max(n, console.DefaultLimit)}
	return metaOf(q, int64(n))
}

// nothing is the data of an answer that has none: null.
type nothing struct{}

// MarshalJSON writes null.
func (nothing) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

// Schema is that of null.
func (nothing) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: "null"} }

// orNull is an object or null.
type orNull[T any] struct{ it *T }

// MarshalJSON writes the object, or null.
func (o orNull[T]) MarshalJSON() ([]byte, error) { return json.Marshal(o.it) }

// Schema is that of the object, or null.
func (orNull[T]) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{r.Schema(reflect.TypeFor[T](), true, ""), {Type: "null"}}}
}

// stamp is a time on the wire: RFC 3339 in UTC with milliseconds.
type stamp time.Time

const stampLayout = "2006-01-02T15:04:05.000Z"

// MarshalJSON writes the time.
func (s stamp) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, len(stampLayout)+2)
	b = append(b, '"')
	b = time.Time(s).UTC().AppendFormat(b, stampLayout)
	return append(b, '"'), nil
}

// Schema is that of a time.
func (stamp) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
}

// stampOr returns a time, or nil where there is none.
func stampOr(t *time.Time) orTime {
	if t == nil {
		return orTime{}
	}
	s := stamp(*t)
	return orTime{&s}
}

// orTime is a time or null.
type orTime struct{ at *stamp }

// MarshalJSON writes the time, or null.
func (o orTime) MarshalJSON() ([]byte, error) {
	if o.at == nil {
		return []byte("null"), nil
	}
	return o.at.MarshalJSON()
}

// Schema is that of a time or null.
func (orTime) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Nullable: true}
}

// maxPooled is the largest buffer that is kept for the next answer.
const maxPooled = 64 << 10

// encode returns v as JSON. The bytes are the caller's.
func (a *API) encode(v any) ([]byte, error) {
	buf, ok := a.buffers.Get().(*bytes.Buffer)
	if !ok {
		buf = new(bytes.Buffer)
	}
	defer func() {
		if buf.Cap() <= maxPooled {
			buf.Reset()
			a.buffers.Put(buf)
		}
	}()
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return bytes.Clone(bytes.TrimSuffix(buf.Bytes(), []byte("\n"))), nil
}

// items maps a room's values to wire values; the result is never nil, so that JSON has [].
func items[From, To any](from []From, f func(From) To) []To {
	to := make([]To, 0, len(from))
	for _, v := range from {
		to = append(to, f(v))
	}
	return to
}

// list returns s, or an empty list for nil.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
