package httpapi

import (
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/knowledge"
)

// knowledgeJSON is a knowledge base.
type knowledgeJSON struct {
	knowledgeSummaryJSON
	URL       *string                 `json:"url" doc:"where a page is fetched from; of a text, where it comes from"`
	Content   *string                 `json:"content" doc:"the text; null until a page was fetched"`
	Status    console.KnowledgeStatus `json:"status" enum:"pending,fetching,ready,failed" doc:"a text is ready at once; a page is pending, fetching, and then ready or failed"`
	Error     *string                 `json:"error" doc:"why the last try to fetch the page brought nothing, in plain words; null when it did"`
	FetchedAt orTime                  `json:"fetched_at" doc:"when the page was fetched last; null: never"`
}

// knowledgeSummaryJSON is a knowledge base without what it says.
type knowledgeSummaryJSON struct {
	ID          console.ID            `json:"id"`
	Type        console.KnowledgeKind `json:"type" enum:"text,url"`
	Name        string                `json:"name"`
	Description *string               `json:"description"`
}

func knowledgeSummaryOf(k console.KnowledgeBase) knowledgeSummaryJSON {
	return knowledgeSummaryJSON{ID: k.ID, Type: k.Kind, Name: k.Name, Description: k.Description}
}

func knowledgeOf(k console.KnowledgeBase) knowledgeJSON {
	return knowledgeJSON{
		knowledgeSummaryJSON: knowledgeSummaryOf(k), URL: k.URL, Content: k.Content,
		Status: k.Status, Error: k.Problem, FetchedAt: stampOr(k.FetchedAt),
	}
}

func (a *API) listKnowledge(c *call) ([]knowledgeJSON, error) {
	got, err := c.reads().KnowledgeBases(c.ctx(), c.agentID())
	return items(got, knowledgeOf), err
}

// createKnowledge is the body of a new knowledge base.
type createKnowledge struct {
	Type        console.KnowledgeKind `json:"type" enum:"text,url"`
	Name        string                `json:"name" minLength:"1" maxLength:"255"`
	Description *string               `json:"description,omitempty" nullable:"true" maxLength:"1000"`
	Content     *string               `json:"content,omitempty" nullable:"true" minLength:"1" doc:"required of a text; a url has none of its own"`
	URL         *string               `json:"url,omitempty" nullable:"true" maxLength:"2000" pattern:"^[Hh][Tt][Tt][Pp][Ss]?://[^/]" patternDescription:"an http or https URL" doc:"required of a url, whose page is fetched soon after; of a text, where it comes from"`

	cut *knowledge.Cut
}

func (in createKnowledge) draft() knowledge.Draft {
	return knowledge.Draft{
		Kind: in.Type, Name: in.Name, Description: in.Description, Content: in.Content, URL: in.URL,
		Cut: in.cut,
	}
}

func (in *createKnowledge) prepare(c *call) {
	if a, err := c.reads().Agent(c.ctx(), c.agentID()); err == nil {
		in.cut = c.api.cfg.Knowledge.CutDraft(in.draft(), a.Language)
	}
}

func (in createKnowledge) faults(*call) []console.Field { return in.draft().Faults() }

func (a *API) createKnowledge(c *call, tx Tx, in createKnowledge) (knowledgeJSON, error) {
	made, err := a.cfg.Knowledge.Add(c.ctx(), tx, c.agentID(), in.draft())
	return knowledgeOf(made), err
}

// updateKnowledge is the body of a change.
type updateKnowledge struct {
	Name        string  `json:"name,omitempty" minLength:"1" maxLength:"255"`
	Description *string `json:"description,omitempty" nullable:"true" maxLength:"1000"`
	Content     *string `json:"content,omitempty" nullable:"true" minLength:"1" doc:"of a url: a text by hand, which holds until its page is fetched again; null empties it until then"`
	URL         *string `json:"url,omitempty" nullable:"true" maxLength:"2000" pattern:"^[Hh][Tt][Tt][Pp][Ss]?://[^/]" patternDescription:"an http or https URL" doc:"of a url: its page is fetched anew, also if this is the same"`

	cut *knowledge.Cut
}

func (in *updateKnowledge) patch(c *call) knowledge.Patch {
	return knowledge.Patch{
		Name:        changed(c, "name", in.Name),
		Description: changed(c, "description", in.Description),
		Content:     changed(c, "content", in.Content),
		URL:         changed(c, "url", in.URL),
		Cut:         in.cut,
	}
}

func (in *updateKnowledge) prepare(c *call) {
	a, err := c.reads().Agent(c.ctx(), c.agentID())
	if err != nil {
		return
	}
	at := knowledge.At{Agent: a.ID, ID: c.id("knowledgeBaseId"), Language: a.Language}
	in.cut = c.api.cfg.Knowledge.CutPatch(c.ctx(), c.reads(), at, in.patch(c))
}

func (a *API) updateKnowledge(c *call, tx Tx, in updateKnowledge) (knowledgeJSON, error) {
	got, err := a.cfg.Knowledge.Update(c.ctx(), tx, c.agentID(), c.id("knowledgeBaseId"), in.patch(c))
	return knowledgeOf(got), err
}

func (a *API) deleteKnowledge(c *call, tx Tx, _ nothing) (nothing, error) {
	return nothing{}, a.cfg.Knowledge.Delete(c.ctx(), tx, c.agentID(), c.id("knowledgeBaseId"))
}
