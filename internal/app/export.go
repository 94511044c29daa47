package app

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

// Exported is what an export holds.
type Exported struct {
	Place string // the folder or the file, as it is called from everywhere
	Kinds []ExportedFile
	Texts int // of knowledge bases
}

// ExportedFile is a file of an export, as its manifest names it.
type ExportedFile struct {
	Name   string `json:"name"`
	Rows   *int64 `json:"rows,omitempty"` // nil: it is no list
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// manifest says what is in an export.
type manifest struct {
	Format     int            `json:"format"` // 1
	Release    string         `json:"release"`
	Team       string         `json:"team"`
	ExportedAt string         `json:"exported_at"`
	Files      []ExportedFile `json:"files"`
}

const (
	tarball      = ".tar.gz"
	manifestFile = "manifest.json"
	readmeFile   = "README.md"
	textFolder   = "knowledge"
)

// Export writes all that a team has as plain files, as it is at one moment, while servers go on: into a folder
// that is empty or not there, or, where the name ends in .tar.gz, into a new file. However it ends, the
// place is as it was or holds everything. A team that is not there is CodeNotFound.
func Export(ctx context.Context, s Storage, release, team, place string) (came Exported, err error) {
	admin, err := FindAdmin(ctx, s) // which brings the tables up to date
	if err != nil {
		return Exported{}, err
	}
	_, err = admin.db.TeamByName(ctx, team)
	if err = errors.Join(err, admin.Close()); err != nil {
		return Exported{}, err
	}
	if place, err = filepath.Abs(place); err != nil {
		return Exported{}, err
	}
	if err := roomFor(place); err != nil {
		return Exported{}, err
	}
	// Beside the place, so that it can be given its name at the end.
	folder, err := os.MkdirTemp(filepath.Dir(place), "."+filepath.Base(place)+partSuffix)
	if err != nil {
		return Exported{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	w := &exporting{folder: folder}
	if err := errors.Join(store.Export(ctx, s.where(), team, w), w.end()); err != nil {
		return Exported{}, err
	}
	if err := w.explain(manifest{Format: 1, Release: release, Team: team, ExportedAt: time.Now().UTC().Format(time.RFC3339)}); err != nil {
		return Exported{}, err
	}
	came = Exported{Place: place, Texts: w.texts}
	for _, f := range w.files {
		if f.Rows != nil {
			came.Kinds = append(came.Kinds, f)
		}
	}
	if strings.HasSuffix(place, tarball) {
		return came, pack(ctx, folder, place)
	}
	return came, moveIn(folder, place)
}

// roomFor refuses a place that has something.
func roomFor(place string) error {
	if strings.HasSuffix(place, tarball) {
		return free(place)
	}
	entries, err := os.ReadDir(place)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("the folder %s is not empty, and nothing is overwritten: name another one", place)
	}
	return err
}

// moveIn gives a folder its name, which an empty one may have.
func moveIn(folder, place string) error {
	if err := os.Remove(place); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(os.Rename(folder, place), syncFolder(filepath.Dir(place)))
}

// exporting writes files and counts what is in them.
type exporting struct {
	folder string
	files  []ExportedFile
	texts  int

	name string // of the file that is being written; empty: none is
	file *os.File
	to   *bufio.Writer
	sum  hash.Hash
	rows int64
	size int64
}

// Kind begins a file.
func (w *exporting) Kind(name string) error {
	if err := w.end(); err != nil {
		return err
	}
	return w.begin(name + ".jsonl")
}

func (w *exporting) begin(name string) (err error) {
	w.name, w.sum, w.rows, w.size = name, sha256.New(), 0, 0
	w.file, err = os.OpenFile(filepath.Join(w.folder, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		w.to = bufio.NewWriter(w.file)
	}
	return err
}

// Line writes a line.
func (w *exporting) Line(object []byte) error {
	w.rows++
	return errors.Join(w.write(object), w.write([]byte{'\n'}))
}

func (w *exporting) write(b []byte) error {
	w.size += int64(len(b))
	_, _ = w.sum.Write(b) // it never fails
	_, err := w.to.Write(b)
	return err
}

// Text writes a file of its own.
func (w *exporting) Text(base console.ID, text string) error {
	if err := w.end(); err != nil {
		return err
	}
	if w.texts == 0 {
		if err := os.Mkdir(filepath.Join(w.folder, textFolder), folderMode); err != nil {
			return err
		}
	}
	w.texts++
	return w.whole(textFolder+"/"+string(base)+".txt", []byte(text))
}

// whole writes a file that is no list.
func (w *exporting) whole(name string, content []byte) error {
	if err := w.begin(name); err != nil {
		return err
	}
	w.rows = -1
	return errors.Join(w.write(content), w.end())
}

// end ends the file that is being written, if there is one.
func (w *exporting) end() error {
	if w.file == nil {
		return nil
	}
	err := errors.Join(w.to.Flush(), w.file.Sync(), w.file.Close())
	f := ExportedFile{Name: w.name, Bytes: w.size, SHA256: hex.EncodeToString(w.sum.Sum(nil))}
	if w.rows >= 0 {
		f.Rows = new(w.rows)
	}
	w.file, w.files = nil, append(w.files, f)
	return err
}

// explain writes the manifest and the words for people.
func (w *exporting) explain(m manifest) error {
	m.Files = w.files
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	listed := len(w.files)
	err = errors.Join(w.whole(manifestFile, append(raw, '\n')), w.whole(readmeFile, []byte(words(m))))
	w.files = w.files[:listed]
	return err
}
