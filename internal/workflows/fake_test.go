package workflows_test

import (
	"context"
	"fmt"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/workflows"
)

// fakeStore is a transaction of one team in memory. It hands out what it holds without copying, so
// that a service that changes what is not its own is found out.
type fakeStore struct {
	team   console.ID
	held   map[console.ID]console.Workflow
	users  map[console.ID]int
	writes int
}

func newStore(team console.ID, held ...console.Workflow) *fakeStore {
	s := &fakeStore{team: team, held: map[console.ID]console.Workflow{}, users: map[console.ID]int{}}
	for _, w := range held {
		s.held[w.ID] = w
	}
	return s
}

func (s *fakeStore) Workflow(_ context.Context, id console.ID) (console.Workflow, error) {
	w, ok := s.held[id]
	if !ok || !w.SeenBy(s.team) {
		return console.Workflow{}, console.NotFound("workflow", id)
	}
	return w, nil
}

func (s *fakeStore) LockWorkflow(ctx context.Context, id console.ID) (console.Workflow, error) {
	return s.Workflow(ctx, id)
}

func (s *fakeStore) Workflows(context.Context, console.WorkflowScope, console.Query) (console.Page[console.Workflow], error) {
	return console.Page[console.Workflow]{}, nil
}

func (s *fakeStore) InsertWorkflow(_ context.Context, w console.Workflow) error {
	s.held[w.ID] = w
	s.writes++
	return nil
}

func (s *fakeStore) UpdateWorkflow(_ context.Context, w console.Workflow) error {
	s.held[w.ID] = w
	s.writes++
	return nil
}

func (s *fakeStore) DeleteWorkflow(_ context.Context, id console.ID) error {
	delete(s.held, id)
	s.writes++
	return nil
}

func (s *fakeStore) CountUsers(_ context.Context, id console.ID) (int, error) {
	return s.users[id], nil
}

// noon is when everything happens here.
func noon() time.Time { return time.Date(2026, 5, 4, 12, 0, 0, 123456789, time.UTC) }

// newService returns a service whose ids are id1, id2 and so on.
func newService() *workflows.Service {
	n := 0
	return workflows.New(noon, func() console.ID {
		n++
		return console.ID(fmt.Sprintf("id%d", n))
	})
}

func ptr[T any](v T) *T { return &v }
