package knowledge_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/knowledge"
)

func text(name, content string) knowledge.Draft {
	return knowledge.Draft{Kind: console.KnowledgeText, Name: name, Content: &content}
}

func TestAdd(t *testing.T) {
	t.Parallel()
	store := newStore()
	got, err := newService().Add(t.Context(), store, "agent", text("Opening hours", "We open at nine, and open late."))
	if err != nil {
		t.Fatalf("Add: %v", err)
	}
	want := console.KnowledgeBase{
		ID: "id0001", AgentID: "agent", Kind: console.KnowledgeText, Name: "Opening hours",
		Content: ptr("We open at nine, and open late."), CreatedAt: noon(), UpdatedAt: noon(),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Add (-want +got):\n%s", diff)
	}
	passages := []console.Passage{{
		ID: "id0002", BaseID: "id0001", Source: "Opening hours", Text: "We open at nine, and open late.", Length: 6,
		Terms: []console.Term{{Word: "hour", Count: 1}, {Word: "late", Count: 1}, {Word: "nine", Count: 1}, {Word: "open", Count: 3}},
	}}
	if diff := cmp.Diff(passages, store.passages["id0001"]); diff != "" {
		t.Errorf("passages (-want +got):\n%s", diff)
	}
	if store.puts != 1 {
		t.Errorf("%d puts, want 1", store.puts)
	}
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ö", 1001)
	tests := map[string]struct {
		draft knowledge.Draft
		want  []string
	}{
		"nothing":          {knowledge.Draft{}, []string{"name", "type"}},
		"no content":       {knowledge.Draft{Kind: "text", Name: "n"}, []string{"content"}},
		"empty content":    {text("n", ""), []string{"content"}},
		"blank content":    {text("n", " \n\t"), []string{"content"}},
		"NUL":              {text("n\x00", "a\x00"), []string{"name", "content"}},
		"long content":     {text("n", strings.Repeat("a", 1<<20+1)), []string{"content"}},
		"long name":        {text(long[:2*256], "c"), []string{"name"}},
		"long description": {knowledge.Draft{Kind: "text", Name: "n", Content: ptr("c"), Description: &long}, []string{"description"}},
		"bad address":      {knowledge.Draft{Kind: "text", Name: "n", Content: ptr("c"), URL: ptr("javascript:alert(1)")}, []string{"url"}},
		"no url":           {knowledge.Draft{Kind: "url", Name: "n"}, []string{"url"}},
		"empty url":        {knowledge.Draft{Kind: "url", Name: "n", URL: ptr("")}, []string{"url"}},
		"file url":         {knowledge.Draft{Kind: "url", Name: "n", URL: ptr("file:///etc/passwd")}, []string{"url"}},
		"other kind":       {knowledge.Draft{Kind: "pdf", Name: "n", Content: ptr("c")}, []string{"type"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newStore()
			_, err := newService().Add(t.Context(), store, "agent", test.draft)
			if diff := cmp.Diff(test.want, faults(err)); diff != "" {
				t.Errorf("%v: faults (-want +got):\n%s", err, diff)
			}
			if store.puts != 0 {
				t.Errorf("%d puts, want none", store.puts)
			}
		})
	}
}

func faults(err error) []string {
	e, ok := err.(*console.Error) //nolint:errorlint // the room makes it itself
	if !ok || e.Code != console.CodeValidation {
		return nil
	}
	var paths []string
	for _, f := range e.Fields {
		paths = append(paths, f.Path)
	}
	return paths
}

func TestAddURLIsNotImplemented(t *testing.T) {
	t.Parallel()
	store := newStore()
	d := knowledge.Draft{Kind: "url", Name: "n", URL: ptr("https://example.com/faq")}
	if _, err := newService().Add(t.Context(), store, "agent", d); console.CodeOf(err) != console.CodeNotImplemented {
		t.Errorf("Add of a url: %v, want not_implemented", err)
	}
	if _, err := newService().Add(t.Context(), store, "other", d); !console.IsNotFound(err) {
		t.Errorf("Add to another agent: %v, want not_found", err)
	}
	if store.puts != 0 {
		t.Errorf("%d puts, want none", store.puts)
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	store, s := newStore(), newService()
	kb, err := s.Add(t.Context(), store, "agent", text("Hours", "We open at nine."))
	if err != nil {
		t.Fatalf("Add: %v", err)
	}
	got, err := s.Update(t.Context(), store, "agent", kb.ID, knowledge.Patch{
		Name: console.Some("Prices"), Description: console.Some(ptr("d")), Content: console.Some(ptr("Bread costs two.")),
	})
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
	want := kb
	want.Name, want.Description, want.Content = "Prices", ptr("d"), ptr("Bread costs two.")
	want.UpdatedAt = noon().Add(time.Millisecond)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Update (-want +got):\n%s", diff)
	}
	if p := store.passages[kb.ID]; len(p) != 1 || p[0].Text != "Bread costs two." || p[0].Source != "Prices" || store.puts != 2 {
		t.Errorf("passages after %d puts: %+v", store.puts, p)
	}
	got, err = s.Update(t.Context(), store, "agent", kb.ID, knowledge.Patch{Description: console.Some[*string](nil)})
	if err != nil || got.Description != nil || got.Name != "Prices" {
		t.Errorf("Update to no description = %+v, %v", got, err)
	}
}

func TestUpdateRefuses(t *testing.T) {
	t.Parallel()
	store, s := newStore(), newService()
	kb, err := s.Add(t.Context(), store, "agent", text("Hours", "We open at nine."))
	if err != nil {
		t.Fatalf("Add: %v", err)
	}
	_, err = s.Update(t.Context(), store, "agent", kb.ID, knowledge.Patch{
		Name: console.Some(""), Content: console.Some[*string](nil), URL: console.Some(ptr("nowhere")),
	})
	if diff := cmp.Diff([]string{"name", "content", "url"}, faults(err)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	for _, ids := range [][2]console.ID{{"other", kb.ID}, {"agent", "other"}} {
		if _, err := s.Update(t.Context(), store, ids[0], ids[1], knowledge.Patch{}); !console.IsNotFound(err) {
			t.Errorf("Update of %v: %v, want not_found", ids, err)
		}
		if err := s.Delete(t.Context(), store, ids[0], ids[1]); !console.IsNotFound(err) {
			t.Errorf("Delete of %v: %v, want not_found", ids, err)
		}
	}
	if store.puts != 1 {
		t.Errorf("%d puts, want 1", store.puts)
	}
}

func TestDeleteAndList(t *testing.T) {
	t.Parallel()
	store, s := newStore(), newService()
	kb, err := s.Add(t.Context(), store, "agent", text("Hours", "We open at nine."))
	if err != nil {
		t.Fatalf("Add: %v", err)
	}
	if all, err := s.List(t.Context(), store, "agent"); err != nil || len(all) != 1 {
		t.Errorf("List = %+v, %v", all, err)
	}
	if err := s.Delete(t.Context(), store, "agent", kb.ID); err != nil {
		t.Errorf("Delete: %v", err)
	}
	if all, err := s.List(t.Context(), store, "agent"); err != nil || len(all) != 0 {
		t.Errorf("List after Delete = %+v, %v", all, err)
	}
	if _, err := s.List(t.Context(), store, "other"); !console.IsNotFound(err) {
		t.Errorf("List of another agent: %v, want not_found", err)
	}
}
