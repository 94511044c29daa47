package httpapi

import (
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/knowledge"
)

// knowledgeJSON is a knowledge base.
type knowledgeJSON struct {
	knowledgeSummaryJSON
	URL     *string `json:"url"`
	Content *string `json:"content"`
}

// knowledgeSummaryJSON is a knowledge base without what it says.
type knowledgeSummaryJSON struct {
	ID          console.ID            `json:"id"`
	Type        console.KnowledgeKind `json:"type"`
	Name        string                `json:"name"`
	Description *string               `json:"description"`
}

func knowledgeSummaryOf(k console.KnowledgeBase) knowledgeSummaryJSON {
	return knowledgeSummaryJSON{ID: k.ID, Type: k.Kind, Name: k.Name, Description: k.Description}
}

func knowledgeOf(k console.KnowledgeBase) knowledgeJSON {
	return knowledgeJSON{knowledgeSummaryJSON: knowledgeSummaryOf(k), URL: k.URL, Content: k.Content}
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
	Content     *string               `json:"content,omitempty" nullable:"true" minLength:"1" doc:"required of a text"`
	URL         *string               `json:"url,omitempty" nullable:"true" maxLength:"2000" pattern:"^https?://[^/]" patternDescription:"an http or https URL" doc:"required of a url"`
}

func (in createKnowledge) draft() knowledge.Draft {
	return knowledge.Draft{
		Kind: in.Type, Name: in.Name, Description: in.Description, Content: in.Content, URL: in.URL,
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
	Content     *string `json:"content,omitempty" nullable:"true" minLength:"1"`
	URL         *string `json:"url,omitempty" nullable:"true" maxLength:"2000" pattern:"^https?://[^/]" patternDescription:"an http or https URL"`
}

func (a *API) updateKnowledge(c *call, tx Tx, in updateKnowledge) (knowledgeJSON, error) {
	got, err := a.cfg.Knowledge.Update(c.ctx(), tx, c.agentID(), c.id("knowledgeBaseId"), knowledge.Patch{
		Name:        changed(c, "name", in.Name),
		Description: changed(c, "description", in.Description),
		Content:     changed(c, "content", in.Content),
		URL:         changed(c, "url", in.URL),
	})
	return knowledgeOf(got), err
}

func (a *API) deleteKnowledge(c *call, tx Tx, _ nothing) (nothing, error) {
	return nothing{}, a.cfg.Knowledge.Delete(c.ctx(), tx, c.agentID(), c.id("knowledgeBaseId"))
}
