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
		Status: console.KnowledgeReady,
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
		"nothing":           {knowledge.Draft{}, []string{"name", "type"}},
		"no content":        {knowledge.Draft{Kind: "text", Name: "n"}, []string{"content"}},
		"empty content":     {text("n", ""), []string{"content"}},
		"blank content":     {text("n", " \n\t"), []string{"content"}},
		"NUL":               {text("n\x00", "a\x00"), []string{"name", "content"}},
		"long content":      {text("n", strings.Repeat("a", 1<<20+1)), []string{"content"}},
		"long name":         {text(long[:2*256], "c"), []string{"name"}},
		"long description":  {knowledge.Draft{Kind: "text", Name: "n", Content: ptr("c"), Description: &long}, []string{"description"}},
		"bad address":       {knowledge.Draft{Kind: "text", Name: "n", Content: ptr("c"), URL: ptr("javascript:alert(1)")}, []string{"url"}},
		"no url":            {knowledge.Draft{Kind: "url", Name: "n"}, []string{"url"}},
		"empty url":         {knowledge.Draft{Kind: "url", Name: "n", URL: ptr("")}, []string{"url"}},
		"file url":          {knowledge.Draft{Kind: "url", Name: "n", URL: ptr("file:///etc/passwd")}, []string{"url"}},
		"no host":           {knowledge.Draft{Kind: "url", Name: "n", URL: ptr("http://:80/x")}, []string{"url"}},
		"a password":        {knowledge.Draft{Kind: "url", Name: "n", URL: ptr("https://me:secret@example.com/")}, []string{"url"}},
		"a text's password": {knowledge.Draft{Kind: "text", Name: "n", Content: ptr("c"), URL: ptr("HTTPS://me:secret@example.com/")}, []string{"url"}},
		"a text's user":     {knowledge.Draft{Kind: "text", Name: "n", Content: ptr("c"), URL: ptr("https://me@example.com/")}, []string{"url"}},
		"other kind":        {knowledge.Draft{Kind: "pdf", Name: "n", Content: ptr("c")}, []string{"type"}},
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

func page(address string) knowledge.Draft {
	return knowledge.Draft{Kind: console.KnowledgeURL, Name: "FAQ", URL: &address}
}

func TestAddAPage(t *testing.T) {
	t.Parallel()
	store := newStore()
	d := page("https://example.com/faq")
	d.Content = ptr("which it has none of")
	got, err := newService().Add(t.Context(), store, "agent", d)
	if err != nil {
		t.Fatalf("Add: %v", err)
	}
	want := console.KnowledgeBase{
		ID: "id0001", AgentID: "agent", Kind: console.KnowledgeURL, Name: "FAQ", URL: ptr("https://example.com/faq"),
		CreatedAt: noon(), UpdatedAt: noon(), Status: console.KnowledgePending,
		Fetch: console.Fetch{Number: 1, Due: ptr(noon())},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Add (-want +got):\n%s", diff)
	}
	if len(store.passages["id0001"]) != 0 || len(store.after) != 1 {
		t.Errorf("%d passages, %d announcements, want 0 and 1", len(store.passages["id0001"]), len(store.after))
	}
	if _, err := newService().Add(t.Context(), store, "other", d); !console.IsNotFound(err) {
		t.Errorf("Add to another agent: %v, want not_found", err)
	}
}

// What is asked of a page changes what is to be fetched, and nothing else does.
func TestUpdateOfAPage(t *testing.T) {
	t.Parallel()
	fetched := console.KnowledgeBase{
		ID: "kb", AgentID: "agent", Kind: console.KnowledgeURL, Name: "FAQ", URL: ptr("https://example.com/faq"),
		Content: ptr("Old text."), Status: console.KnowledgeFailed, Problem: ptr("It is gone."), FetchedAt: ptr(noon()),
		UpdatedAt: noon(), Fetch: console.Fetch{Number: 7, Tries: 4},
	}
	under := fetched
	under.Status, under.Fetch = console.KnowledgeFetching, console.Fetch{Number: 8, Tries: 1, Due: ptr(noon()), Node: "node"}
	type state struct {
		Status  console.KnowledgeStatus
		Problem *string
		Content *string
		Fetch   console.Fetch
	}
	asked := func(number int64) console.Fetch { return console.Fetch{Number: number, Due: ptr(noon())} }
	for name, test := range map[string]struct {
		was   console.KnowledgeBase
		patch knowledge.Patch
		want  state
		wakes int
	}{
		"the same url": {
			fetched,
			knowledge.Patch{URL: console.Some(fetched.URL)},
			state{console.KnowledgePending, nil, fetched.Content, asked(8)},
			1,
		},
		"another url, while one is fetched": {
			under,
			knowledge.Patch{URL: console.Some(ptr("https://example.com/b"))},
			state{console.KnowledgePending, nil, fetched.Content, asked(9)},
			1,
		},
		"another name": {
			under,
			knowledge.Patch{Name: console.Some("Questions")},
			state{console.KnowledgeFetching, fetched.Problem, fetched.Content, under.Fetch},
			0,
		},
		"a text by hand": {
			under,
			knowledge.Patch{Content: console.Some(ptr("By hand."))},
			state{console.KnowledgeReady, nil, ptr("By hand."), console.Fetch{Number: 9}},
			0,
		},
		"a text by hand until another page is there": {
			fetched,
			knowledge.Patch{Content: console.Some(ptr("By hand.")), URL: console.Some(ptr("https://example.com/b"))},
			state{console.KnowledgePending, nil, ptr("By hand."), asked(8)},
			1,
		},
		"no text": {
			under,
			knowledge.Patch{Content: console.Some[*string](nil)},
			state{console.KnowledgeFetching, fetched.Problem, nil, under.Fetch},
			0,
		},
		"nothing": {
			fetched,
			knowledge.Patch{},
			state{console.KnowledgeFailed, fetched.Problem, fetched.Content, fetched.Fetch},
			0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newStore()
			store.bases = []console.KnowledgeBase{test.was}
			kb, err := newService().Update(t.Context(), store, "agent", "kb", test.patch)
			if err != nil {
				t.Fatalf("Update: %v", err)
			}
			if diff := cmp.Diff(test.want, state{kb.Status, kb.Problem, kb.Content, kb.Fetch}); diff != "" {
				t.Errorf("Update (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]console.KnowledgeBase{kb}, store.bases); diff != "" || len(store.after) != test.wakes {
				t.Errorf("%d announcements, stored (-answered +stored):\n%s", len(store.after), diff)
			}
			if passages := store.passages["kb"]; kb.Content == nil && len(passages) > 0 {
				t.Errorf("passages %v of no text", passages)
			}
		})
	}
	store := newStore()
	store.bases = []console.KnowledgeBase{fetched}
	for name, p := range map[string]knowledge.Patch{
		"url":     {URL: console.Some[*string](nil)},
		"content": {Content: console.Some(ptr(" "))},
	} {
		_, err := newService().Update(t.Context(), store, "agent", "kb", p)
		if diff := cmp.Diff([]string{name}, faults(err)); diff != "" {
			t.Errorf("Update of %s: %v, faults (-want +got):\n%s", name, err, diff)
		}
	}
}

// What is cut beforehand is what would have been cut, and where it is of another text it is not used.
func TestCutBeforehand(t *testing.T) {
	t.Parallel()
	d := text("Hours", "# Days\nWe open at nine.\n\n# Nights\nWe are closed.")
	plainly, cut := newStore(), newStore()
	if _, err := newService().Add(t.Context(), plainly, "agent", d); err != nil {
		t.Fatal(err)
	}
	s := newService()
	if d.Cut = s.CutDraft(d, "en"); d.Cut == nil {
		t.Fatal("CutDraft = nil")
	}
	kb, err := s.Add(t.Context(), cut, "agent", d)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plainly.passages, cut.passages); diff != "" {
		t.Errorf("passages (-plainly +cut):\n%s", diff)
	}
	at := knowledge.At{Agent: "agent", ID: kb.ID, Language: "en"}
	p := knowledge.Patch{Content: console.Some(ptr("We never close."))}
	p.Cut = s.CutPatch(t.Context(), cut, at, p)
	for want, content := range map[string]string{"We never close.": "We never close.", "We moved.": "We moved."} {
		p.Content = console.Some(&content) // the second time the cut is of another text
		if _, err := s.Update(t.Context(), cut, "agent", kb.ID, p); err != nil {
			t.Fatal(err)
		}
		if got := cut.passages[kb.ID]; p.Cut == nil || len(got) != 1 || got[0].Text != want {
			t.Errorf("passages %+v, want %q", got, want)
		}
	}
	for name, got := range map[string]*knowledge.Cut{
		"a page":      s.CutDraft(page("https://example.com"), "en"),
		"a fault":     s.CutDraft(text("", "a"), "en"),
		"no change":   s.CutPatch(t.Context(), cut, at, knowledge.Patch{Description: console.Some(ptr("d"))}),
		"the same":    s.CutPatch(t.Context(), cut, at, knowledge.Patch{Name: console.Some("Hours")}),
		"a bad patch": s.CutPatch(t.Context(), cut, at, knowledge.Patch{Content: console.Some(ptr(""))}),
		"nobody's":    s.CutPatch(t.Context(), cut, knowledge.At{Agent: "agent", ID: "none"}, p),
	} {
		if got != nil {
			t.Errorf("the cut of %s = %v, want none", name, got)
		}
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
	if err != nil || got.Description != nil || got.Name != "Prices" || store.puts != 2 || store.updates != 1 {
		t.Errorf("Update to no description = %+v, %v, after %d puts", got, err, store.puts)
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
