package phones_test

import (
	"context"
	"fmt"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/phones"
)

// fakeStore is a transaction of one team, in memory, with the agents ada and bola.
type fakeStore struct {
	numbers  map[console.ID]console.PhoneNumber
	requests map[console.ID]console.NumberRequest
	writes   int
}

var _ phones.Store = (*fakeStore)(nil)

func newStore() *fakeStore {
	return &fakeStore{
		numbers: map[console.ID]console.PhoneNumber{}, requests: map[console.ID]console.NumberRequest{},
	}
}

func (s *fakeStore) PhoneNumber(_ context.Context, id console.ID) (console.PhoneNumber, error) {
	n, ok := s.numbers[id]
	if !ok {
		return n, console.NotFound("phone number", id)
	}
	return n, nil
}

func (s *fakeStore) LockPhoneNumber(ctx context.Context, id console.ID) (console.PhoneNumber, error) {
	return s.PhoneNumber(ctx, id)
}

func (s *fakeStore) PhoneNumbers(context.Context, console.Query) (console.Page[console.PhoneNumber], error) {
	return console.Page[console.PhoneNumber]{}, nil
}

func (s *fakeStore) NumberRequests(context.Context, console.Query) (console.Page[console.AskedNumber], error) {
	return console.Page[console.AskedNumber]{}, nil
}

func (s *fakeStore) AgentState(_ context.Context, id console.ID) (console.AgentState, error) {
	if id != "ada" && id != "bola" {
		return console.AgentState{}, console.NotFound("agent", id)
	}
	return console.AgentState{ID: id}, nil
}

func (s *fakeStore) InsertPhoneNumber(ctx context.Context, n console.PhoneNumber) error {
	for _, there := range s.numbers {
		if there.E164 == n.E164 {
			return console.Errorf(console.CodeConflict, "taken")
		}
	}
	return s.UpdatePhoneNumber(ctx, n)
}

func (s *fakeStore) UpdatePhoneNumber(_ context.Context, n console.PhoneNumber) error {
	s.writes++
	s.numbers[n.ID] = n
	return nil
}

func (s *fakeStore) InsertNumberRequest(_ context.Context, r console.NumberRequest) error {
	s.writes++
	s.requests[r.ID] = r
	return nil
}

func (s *fakeStore) LockNumberRequest(_ context.Context, id console.ID) (console.NumberRequest, error) {
	r, ok := s.requests[id]
	if !ok {
		return r, console.NotFound("request", id)
	}
	return r, nil
}

func (s *fakeStore) SettleNumberRequest(ctx context.Context, r console.NumberRequest) error {
	return s.InsertNumberRequest(ctx, r)
}

func noon() time.Time { return time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC) }

// newService makes ids id0001, id0002 … and lives at noon.
func newService() *phones.Service {
	n := 0
	return phones.New(noon, func() console.ID {
		n++
		return console.ID(fmt.Sprintf("id%04d", n))
	})
}

func ptr[T any](v T) *T { return &v }

func paths(err error) (all []string) {
	if e, ok := err.(*console.Error); ok { //nolint:errorlint // it must not be wrapped in anything
		for _, f := range e.Fields {
			all = append(all, f.Path)
		}
	}
	return all
}
