package workflows_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/workflows"
)

var _ workflows.Store = (*fakeStore)(nil)

func TestCreate(t *testing.T) {
	t.Parallel()
	store := newStore("us")
	given := console.Workflow{
		ID: "theirs", TeamID: "them", Name: "Desk",
		Flows: []console.Flow{nil, {"name": nil, "x": nil, "priority": nil}, {"name": "Mine"}, {"name": ""}},
	}
	got, err := newService().Create(t.Context(), store, "us", given)
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	at := noon().Truncate(time.Millisecond)
	want := console.Workflow{
		ID: "id1", TeamID: "us", Name: "Desk", Visibility: console.Private, CreatedAt: at, UpdatedAt: at,
		Flows: []console.Flow{{"name": "Flow 1"}, {"name": "Flow 2", "x": nil}, {"name": "Mine"}, {"name": "Flow 4"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Create (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, store.held["id1"]); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	if given.Flows[0] != nil || given.Flows[3]["name"] != "" {
		t.Errorf("Create changed what it was given: %v", given.Flows)
	}
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	store := newStore("us")
	_, err := newService().Create(t.Context(), store, "us", console.Workflow{SetupMinutes: -1})
	e, ok := err.(*console.Error) //nolint:errorlint // the room makes it itself
	if !ok || e.Code != console.CodeValidation || len(e.Fields) != 2 {
		t.Errorf("Create of nothing: %v, want two faults", err)
	}
	if store.writes != 0 {
		t.Errorf("%d writes, want none", store.writes)
	}
}

func TestClone(t *testing.T) {
	t.Parallel()
	source := console.Workflow{
		ID: "public", TeamID: "them", Name: "Theirs", Visibility: console.Public,
		Rules: []console.Rule{{ID: "r"}}, Tags: []string{"a"}, FAQ: []console.QA{{Question: "q", Answer: "a"}},
		Flows:        []console.Flow{{"conversation_steps": []any{map[string]any{"type": "message"}}, "n": json.Number("1")}},
		Guide:        &console.Guide{Steps: []string{"one"}, YouTubeURL: ptr("https://youtu.be/x")},
		SetupSteps:   []any{map[string]any{"a": []any{"b"}}, "c", nil},
		PromptConfig: map[string]any{"a": map[string]any{"b": "c"}},
		CreatedAt:    time.Unix(1, 0).UTC(), UpdatedAt: time.Unix(2, 0).UTC(),
	}
	store := newStore("us", source)
	got, err := newService().Clone(t.Context(), store, "us", "public")
	if err != nil {
		t.Fatalf("Clone: %v", err)
	}
	if got.ID != "id1" || !got.OwnedBy("us") || got.Visibility != console.Private || !got.CreatedAt.After(source.UpdatedAt) {
		t.Errorf("Clone = %+v, want a fresh private one of ours", got)
	}
	if diff := cmp.Diff(source.Guide, got.Guide); diff != "" {
		t.Errorf("guide (-want +got):\n%s", diff)
	}
	before := got.PromptConfig["a"].(map[string]any)["b"]
	got.Rules[0].ID, got.Tags[0], got.FAQ[0].Answer, got.Guide.Steps[0] = "x", "x", "x", "x"
	got.Flows[0]["conversation_steps"].([]any)[0].(map[string]any)["type"] = "x"
	got.SetupSteps[0].(map[string]any)["a"].([]any)[0] = "x"
	got.PromptConfig["a"].(map[string]any)["b"] = "x"
	if before != "c" {
		t.Errorf("prompt_config was %v, want c", before)
	}
	untouched := store.held["public"]
	if untouched.Rules[0].ID != "r" || untouched.Tags[0] != "a" || untouched.FAQ[0].Answer != "a" ||
		untouched.Guide.Steps[0] != "one" || untouched.Flows[0]["name"] != nil ||
		untouched.Flows[0]["conversation_steps"].([]any)[0].(map[string]any)["type"] != "message" ||
		untouched.SetupSteps[0].(map[string]any)["a"].([]any)[0] != "b" ||
		untouched.PromptConfig["a"].(map[string]any)["b"] != "c" {
		t.Errorf("changing the clone changed its source: %+v", untouched)
	}
}

// others is a store of team us beside another team's public and private workflows.
func others() *fakeStore {
	return newStore("us",
		console.Workflow{ID: "public", TeamID: "them", Name: "P", Visibility: console.Public},
		console.Workflow{ID: "private", TeamID: "them", Name: "S", Visibility: console.Private},
		console.Workflow{ID: "library", Name: "L", Visibility: console.Public},
		console.Workflow{ID: "ours", TeamID: "us", Name: "O", Visibility: console.Private, UpdatedAt: noon().Add(time.Hour)},
	)
}

func TestWhoMayChange(t *testing.T) {
	t.Parallel()
	for id, want := range map[console.ID]console.Code{
		"public": console.CodeForbidden, "library": console.CodeForbidden,
		"private": console.CodeNotFound, "nothing": console.CodeNotFound,
	} {
		store := others()
		if _, err := newService().Update(t.Context(), store, "us", id, workflows.Patch{}); console.CodeOf(err) != want {
			t.Errorf("Update of %s: %v, want %s", id, err, want)
		}
		if err := newService().Delete(t.Context(), store, "us", id); console.CodeOf(err) != want {
			t.Errorf("Delete of %s: %v, want %s", id, err, want)
		}
		if store.writes != 0 {
			t.Errorf("%s: %d writes, want none", id, store.writes)
		}
	}
	for _, id := range []console.ID{"private", "nothing"} {
		if _, err := newService().Clone(t.Context(), others(), "us", id); !console.IsNotFound(err) {
			t.Errorf("Clone of %s: %v, want not_found", id, err)
		}
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	store := others()
	p := workflows.Patch{
		Description: console.Some(ptr("new")), Tags: console.Some([]string{"x"}),
		Flows: console.Some([]console.Flow{{}}), Visibility: console.Some(console.Public),
	}
	got, err := newService().Update(t.Context(), store, "us", "ours", p)
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
	before := noon().Add(time.Hour)
	if !got.UpdatedAt.After(before) {
		t.Errorf("updated at %v, not after %v", got.UpdatedAt, before)
	}
	if got.Name != "O" || *got.Description != "new" || got.Flows[0].Text("name") != "Flow 1" || got.Visibility != console.Public {
		t.Errorf("Update = %+v", got)
	}
	got, err = newService().Update(t.Context(), store, "us", "ours", workflows.Patch{Description: console.Some[*string](nil)})
	if err != nil || got.Description != nil || len(got.Tags) != 1 {
		t.Errorf("Update to null = %+v, %v", got, err)
	}
	_, err = newService().Update(t.Context(), store, "us", "ours", workflows.Patch{Name: console.Some("")})
	if console.CodeOf(err) != console.CodeValidation || store.held["ours"].Name != "O" {
		t.Errorf("Update to no name: %v", err)
	}
}

// Forms of older clients send an empty text for an address that is not there.
func TestAnEmptyAddressIsNone(t *testing.T) {
	t.Parallel()
	store, empty := newStore("us"), &console.Guide{YouTubeURL: ptr(""), Steps: []string{"one"}}
	for name, step := range map[string]func() (console.Workflow, error){
		"Create": func() (console.Workflow, error) {
			return newService().Create(t.Context(), store, "us", console.Workflow{Name: "n", VideoURL: ptr(""), Guide: empty})
		},
		"Update": func() (console.Workflow, error) {
			store.held["ours"] = console.Workflow{
				ID: "ours", TeamID: "us", Name: "O", Visibility: console.Private, VideoURL: ptr("https://a.example"),
			}
			return newService().Update(t.Context(), store, "us", "ours", workflows.Patch{
				VideoURL: console.Some(ptr("")), Guide: console.Some(empty),
			})
		},
	} {
		got, err := step()
		if err != nil || got.VideoURL != nil || got.Guide == nil || got.Guide.YouTubeURL != nil || len(got.Guide.Steps) != 1 {
			t.Errorf("%s: %+v, guide %+v, %v", name, got, got.Guide, err)
		}
	}
	if empty.YouTubeURL == nil {
		t.Error("the guide that was given has changed")
	}
}

// What is wrong with a change is seen without the workflow, and what it does not name is not looked at.
func TestPatchFaults(t *testing.T) {
	t.Parallel()
	if got := (workflows.Patch{}).Faults(); got != nil {
		t.Errorf("a change of nothing: %v", got)
	}
	bad := workflows.Patch{
		Name: console.Some(""), Visibility: console.Some(console.Visibility("all")), Tags: console.Some([]string{""}),
		Flows: console.Some([]console.Flow{{"priority": "high"}, nil}), SetupMinutes: console.Some[int64](-1),
		VideoURL: console.Some(ptr("x")), Guide: console.Some(&console.Guide{YouTubeURL: ptr("ftp://x")}),
	}
	var got []string
	for _, f := range bad.Faults() {
		got = append(got, f.Path)
	}
	want := []string{"name", "visibility", "flows.0.priority", "tags.0", "guide.youtubeUrl", "setup_time", "video_url"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	for users, want := range map[int]string{
		1: "This workflow is used by 1 agent and cannot be deleted.",
		7: "This workflow is used by 7 agents and cannot be deleted.",
	} {
		store := others()
		store.users["ours"] = users
		err := newService().Delete(t.Context(), store, "us", "ours")
		e, ok := err.(*console.Error) //nolint:errorlint // the room makes it itself
		if !ok || e.Code != console.CodeConflict || e.Reason != console.ReasonWorkflowInUse || e.Message != want {
			t.Errorf("Delete with %d users: %v, want %q", users, err, want)
		}
	}
	store := others()
	if err := newService().Delete(t.Context(), store, "us", "ours"); err != nil || len(store.held) != 3 {
		t.Errorf("Delete: %v, %d left", err, len(store.held))
	}
}
