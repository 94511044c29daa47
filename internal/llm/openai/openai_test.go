package openai_test

import (
	"os"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/llm/llmtest"
	"github.com/bimpe/bimpe/internal/llm/openai"
)

const key = "sk-test-secret"

func open(t *testing.T, url string) llm.Model {
	t.Helper()
	return openFor(t, url, llmtest.Patience)
}

func openFor(t *testing.T, url string, idle time.Duration) llm.Model {
	t.Helper()
	m, err := openai.New(openai.Config{BaseURL: url, Key: key, Model: "test-1", Idle: idle, MaxReply: llmtest.MaxReply})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return m
}

func TestRecordings(t *testing.T) {
	t.Parallel()
	llmtest.Run(t, os.DirFS("testdata"), openFor)
}
