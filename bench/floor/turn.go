// Package floor is the least that the server's work can cost on this machine: handlers of bare
// net/http, and SQLite where something is kept. They check nothing and promise nothing. They may be
// used by many goroutines.
package floor

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the same engine as the server's
)

// Turns answers POST /turn: a transaction for the customer's message, a question to the model that
// is not streamed, and a transaction for the reply. Its Commit answers POST /commit.
type Turns struct {
	db     *sql.DB
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

// NewTurns keeps its database in folder, with SQLite's synchronous set to sync, FULL or NORMAL. The
// model's address ends in /v1. The caller closes it.
func NewTurns(ctx context.Context, folder, sync, model string, now func() time.Time) (*Turns, error) {
	if sync != "FULL" && sync != "NORMAL" {
		return nil, fmt.Errorf("synchronous %q is neither FULL nor NORMAL", sync)
	}
	db, err := sql.Open("sqlite", filepath.Join(folder, "floor.db")+
		"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)&_pragma=synchronous("+sync+")&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	const tables = `CREATE TABLE message (id INTEGER PRIMARY KEY, conversation INT, role TEXT, text TEXT, at INT);
		CREATE INDEX message_conversation ON message (conversation, id)`
	if _, err := db.ExecContext(ctx, tables); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: maxModels}, Timeout: modelLimit}
	return &Turns{db: db, model: model + "/chat/completions", client: client, now: now}, nil
}

// Close ends the database; no request may be under way.
func (t *Turns) Close() error { return t.db.Close() }

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
	_, err := t.db.ExecContext(ctx, `INSERT INTO message (conversation, role, text, at) VALUES ($1, $2, $3, $4)`,
		conversation, role, text, t.now().UnixMicro())
	return err
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
