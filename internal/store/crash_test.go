package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

// The test binary runs itself as another process, which writes to the folder of the first variable
// with as many goroutines as the second says.
const (
	childFolder  = "BIMPE_STORE_TEST_FOLDER"
	childWorkers = "BIMPE_STORE_TEST_WORKERS"
)

func TestMain(m *testing.M) {
	if folder := os.Getenv(childFolder); folder != "" {
		if err := child(folder, os.Getenv(childWorkers)); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// childAgents is how many agents a child with one worker inserts before it ends.
const childAgents = 10

// child inserts agents, a few and in order or as many as it can, and says of each on its standard
// output that it is there.
func child(folder, workers string) error {
	ctx := context.Background()
	db, err := store.Open(ctx, store.Config{DataDir: folder, Now: time.Now, Log: quiet(), Exclusive: true})
	if err != nil {
		return err
	}
	ids := console.NewIDs(time.Now)
	insert := func() error {
		id := ids.Next()
		err := db.Write(ctx, "team", func(tx *store.Tx) error {
			return tx.InsertAgent(ctx, console.Agent{ID: id, Name: "a", TestCode: string(id)})
		})
		if err != nil {
			return err
		}
		// One call of the system for each line, so that it stands whole in a trace and in the pipe.
		_, err = os.Stdout.WriteString("ack " + string(id) + "\n")
		return err
	}
	if workers == "1" {
		for range childAgents {
			if err := insert(); err != nil {
				return err
			}
		}
		return db.Close()
	}
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			for errs[i] == nil {
				errs[i] = insert()
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// runChild prepares the test binary as a child that writes to a folder.
func runChild(t *testing.T, folder, workers string, before ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := append(before, self)
	c := exec.CommandContext(t.Context(), args[0], args[1:]...)
	c.Env = append(os.Environ(), childFolder+"="+folder, childWorkers+"="+workers)
	c.Stderr = os.Stderr
	return c
}

// TestKilledServerLosesNothing kills a server in the middle of its writing: all that it
// acknowledged is there after the restart.
func TestKilledServerLosesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var acknowledged []console.ID
	for _, acks := range []int{1, 100, 700} {
		c := runChild(t, folder, "8")
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			id, ok := strings.CutPrefix(lines.Text(), "ack ")
			if !ok {
				t.Fatalf("the child said %q", lines.Text())
			}
			acknowledged = append(acknowledged, console.ID(id))
			if n == acks {
				if err := c.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := c.Wait(); err == nil || c.ProcessState.Exited() {
			t.Fatalf("the child ended by itself: %v", err)
		}
		// The kernel lets go of the lock with the process, so the next server may start at once.
		db := openAt(t, folder, time.Now)
		for _, id := range acknowledged {
			if _, err := db.Team("team").Agent(t.Context(), id); err != nil {
				t.Fatalf("agent %s was acknowledged and is lost after %d acknowledgements: %v", id, acks, err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDiskBeforeAnswer traces a child: between two acknowledgements lies a finished fdatasync of
// the journal, which is what makes a power cut harmless.
func TestDiskBeforeAnswer(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed; TestWriterSettings still checks that commits are synchronous")
	}
	trace := filepath.Join(t.TempDir(), "trace")
	c := runChild(t, t.TempDir(), "1", strace, "-f", "-qq", "-y", "-e", "trace=fdatasync,fsync,write", "-o", trace)
	if out, err := c.Output(); err != nil || strings.Count(string(out), "ack ") != childAgents {
		if strings.Contains(fmt.Sprint(err), "exit status 1") && len(out) == 0 {
			t.Skip("this system does not let strace trace; TestWriterSettings still checks that commits are synchronous")
		}
		t.Fatalf("the child under strace: %v, said %q", err, out)
	}
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	// A call that another thread interrupts is written in two lines, of which the first names the
	// file.
	synced := regexp.MustCompile(`f(?:data)?sync\(\d+<[^>]*-wal>\)? *(?:= 0|<unfinished)|f(?:data)?sync resumed>\) *= 0`)
	acked, fresh := 0, false
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.Contains(line, `"ack `):
			acked++
			if !fresh {
				t.Errorf("acknowledgement %d came before the disk had it", acked)
			}
			fresh = false
		case synced.MatchString(line):
			fresh = !strings.Contains(line, "unfinished")
		}
	}
	if acked != childAgents {
		t.Errorf("the trace has %d acknowledgements, want %d:\n%.2000s", acked, childAgents, text)
	}
}
