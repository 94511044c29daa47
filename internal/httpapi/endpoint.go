package httpapi

import (
	"net/http"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/console"
)

// endpoint is what an operation does, and the types that document it.
type endpoint struct {
	body   reflect.Type // nil: it takes none
	answer reflect.Type
	query  []*huma.Param
	sealed bool // the answer holds a secret: it is kept sealed
	once   bool // an idempotency key makes it happen once
	run    func(c *call) error
	raw    func(x *exchange, r *http.Request) // instead of run: it admits and answers by itself
	events map[string]string                  // of a stream: the forms of the events' data, by their names
	decode *decoder                           // of the body; made when the operation is registered
}

// read is an operation that changes nothing and answers with one thing.
func read[Out any](f func(c *call) (Out, error)) *endpoint {
	return &endpoint{answer: reflect.TypeFor[envelope[Out]](), run: func(c *call) error {
		out, err := f(c)
		if err != nil {
			return err
		}
		return c.answer(envelope[Out]{Message: c.op.says, Data: out})
	}}
}

// inquiry is an operation with a body that changes nothing. An idempotency key is of no use to it: its
// answer is always made anew.
func inquiry[In, Out any](f func(c *call, in In) (Out, error)) *endpoint {
	e := &endpoint{body: reflect.TypeFor[In](), answer: reflect.TypeFor[envelope[Out]]()}
	e.run = func(c *call) error {
		raw, err := readBody(c.r)
		if err != nil {
			return err
		}
		var in In
		if err := decode(c, raw, &in); err != nil {
			return err
		}
		if _, err := idempotencyKey(c.r.Header); err != nil {
			return err
		}
		out, err := f(c, in)
		if err != nil {
			return err
		}
		return c.answer(envelope[Out]{Message: c.op.says, Data: out})
	}
	return e
}

// whole is an operation that answers with a list that is never cut into pages.
func whole[Out any](f func(c *call) ([]Out, error)) *endpoint {
	return &endpoint{answer: reflect.TypeFor[listEnvelope[Out]](), run: func(c *call) error {
		out, err := f(c)
		if err != nil {
			return err
		}
		return c.answer(listEnvelope[Out]{Message: c.op.says, Data: list(out), Meta: metaOfWhole(len(out))})
	}}
}

// page is an operation that answers with a page of a list.
func page[Out any](l listing, f func(c *call, q console.Query) (console.Page[Out], error)) *endpoint {
	none := func(*query) struct{} { return struct{}{} }
	return filtered(l, nil, none, func(c *call, _ struct{}, q console.Query) (console.Page[Out], error) {
		return f(c, q)
	})
}

// filtered is a page of a list that parameters of its own narrow: filter reads them.
func filtered[Filter, Out any](
	l listing, params []*huma.Param, filter func(*query) Filter,
	f func(*call, Filter, console.Query) (console.Page[Out], error),
) *endpoint {
	e := &endpoint{answer: reflect.TypeFor[listEnvelope[Out]](), query: append(listParams(l), params...)}
	e.run = func(c *call) error {
		q, err := readQuery(c.r.URL.RawQuery)
		if err != nil {
			return err
		}
		asked, narrow := q.page(l), filter(q)
		if err := q.err(); err != nil {
			return err
		}
		got, err := f(c, narrow, asked)
		if err != nil {
			return err
		}
		return c.answer(listEnvelope[Out]{Message: c.op.says, Data: list(got.Items), Meta: metaOf(asked, got.Total)})
	}
	return e
}

// write is an operation that changes something, in one transaction with its idempotency key and its
// answer. f may run more than once; only its last run counts. In is the body; nothing: it takes none.
func write[In, Out any](f func(c *call, tx Tx, in In) (Out, error)) *endpoint {
	return writeSaying(func(c *call, tx Tx, in In) (Out, string, error) {
		out, err := f(c, tx, in)
		return out, c.op.says, err
	})
}

// writeSaying is a write whose f also finds the words of a success, which are not always the same.
func writeSaying[In, Out any](f func(c *call, tx Tx, in In) (Out, string, error)) *endpoint {
	e := &endpoint{answer: reflect.TypeFor[envelope[Out]](), once: true}
	if in := reflect.TypeFor[In](); in != reflect.TypeFor[nothing]() {
		e.body = in
	}
	e.run = func(c *call) error {
		raw, err := readBody(c.r)
		if err != nil {
			return err
		}
		var in In
		if e.decode != nil {
			if err := decode(c, raw, &in); err != nil {
				return err
			}
		}
		prepare, _ := any(&in).(preparer)
		return c.once(raw, prepare, func(tx Tx) ([]byte, error) {
			out, says, err := f(c, tx, in)
			if err != nil {
				return nil, err
			}
			return c.api.encode(envelope[Out]{Message: says, Data: out})
		})
	}
	return e
}

// inspector is a body whose room finds faults in it that a schema cannot see.
type inspector interface {
	faults(c *call) []console.Field
}

// preparer is a body with which work can be done that the transaction need not wait for. It may turn
// out to have been in vain, and what goes wrong with it is left to the transaction. It is not done for a
// request that repeats another one.
type preparer interface {
	prepare(c *call)
}

// decode reads the body into in. The faults that the schema sees and those that the room sees come
// back together; where both see one in the same place, the schema's word counts.
func decode[In any](c *call, raw []byte, in *In) error {
	tree, faults, err := c.op.endpoint.decode.into(c.r.Header.Get("Content-Type"), raw, in)
	if err != nil {
		return err
	}
	c.tree = tree
	if room, ok := any(*in).(inspector); ok {
		seen := len(faults)
		for _, f := range room.faults(c) {
			if !slices.ContainsFunc(faults[:seen], func(known console.Field) bool { return known.Path == f.Path }) {
				faults = append(faults, f)
			}
		}
		faults = faults[:min(len(faults), maxFaults)]
	}
	return console.Invalid(faults)
}

// secret is a write whose answer is not kept as it is, since it holds a secret.
func secret(e *endpoint) *endpoint {
	e.sealed = true
	return e
}

// bodiless is a write that takes no body, though something is prepared for it.
func bodiless(e *endpoint) *endpoint {
	e.body = nil
	return e
}

func (c *call) answer(v any) error {
	body, err := c.api.encode(v)
	if err != nil {
		return err
	}
	send(c.x, c.op.status, body)
	return nil
}
