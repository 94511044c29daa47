// Package floor is the least that the server's work can cost on this machine: handlers of bare
// net/http, and SQLite or PostgreSQL where something is kept. They check nothing and promise nothing. They may be
// used by many goroutines.
package floor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Turns answers POST /turn: a transaction for the customer's message, a question to the model that
// is not streamed, and a transaction for the reply. Its Commit answers POST /commit.
type Turns struct {
	keeper Keeper
	model  string
	client *http.Client
	now    func() time.Time
}

// The bounds of a question to the model.
const (
	modelLimit = 30 * time.Second
	maxReply   = 1 << 20
	maxModels  = 4096
)

// NewTurns keeps messages in k. The model's address ends in /v1. The caller closes it.
func NewTurns(k Keeper, model string, now func() time.Time) *Turns {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: maxModels}, Timeout: modelLimit}
	return &Turns{keeper: k, model: model + "/chat/completions", client: client, now: now}
}

// Close ends the database; no request may be under way.
func (t *Turns) Close() error { return t.keeper.close() }

// question is what /turn takes.
type question struct {
	Conversation int    `json:"conversation"`
	Message      string `json:"message"`
}

// ServeHTTP is one turn.
func (t *Turns) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var q question
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	reply, err := t.turn(r.Context(), q)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		// Whoever measures wants to know why; one who has left does not.
		_, _ = io.WriteString(w, err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	// As above.
	_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]string{"role": "assistant", "message": reply}})
}

// Commit answers POST /commit: one transaction for one row.
func (t *Turns) Commit(w http.ResponseWriter, r *http.Request) {
	var q question
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if err := t.put(r.Context(), q.Conversation, "user", q.Message); err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, err.Error()) // as in ServeHTTP
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"data": nil}) // as in ServeHTTP
}

func (t *Turns) turn(ctx context.Context, q question) (string, error) {
	if err := t.put(ctx, q.Conversation, "user", q.Message); err != nil {
		return "", err
	}
	reply, err := t.ask(ctx, q.Message)
	if err != nil {
		return "", err
	}
	return reply, t.put(ctx, q.Conversation, "assistant", reply)
}

func (t *Turns) put(ctx context.Context, conversation int, role, text string) error {
	return t.keeper.put(ctx, conversation, role, text, t.now().UnixMicro())
}

func (t *Turns) ask(ctx context.Context, text string) (string, error) {
	body, err := json.Marshal(map[string]any{
		"model": "mock", "messages": []map[string]string{{"role": "user", "content": text}},
	})
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.model, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := t.client.Do(r)
	if err != nil {
		return "", err
	}
	var out struct {
		Choices []struct {
			Message struct{ Content string }
		}
	}
	err = errors.Join(json.NewDecoder(io.LimitReader(answer.Body, maxReply)).Decode(&out), answer.Body.Close())
	if err != nil || len(out.Choices) == 0 {
		return "", fmt.Errorf("the model answered %d: %w", answer.StatusCode, errors.Join(err, errNoReply))
	}
	return out.Choices[0].Message.Content, nil
}

var errNoReply = errors.New("there is no reply in it")
