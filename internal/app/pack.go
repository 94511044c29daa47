package app

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// words are an export's README.
func words(m manifest) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# What a team has

Exported from bimpe %s at %s. The team is named in team.jsonl.

Every .jsonl file holds one kind of things, one in a line, as an object of JSON (JSON Lines, UTF-8). Times are RFC 3339 in UTC; ids are
the same in all files, so that conversation_id, agent_id, turn_id and the like lead from one to another. The text of a knowledge base is in
knowledge/<id>.txt. In prompts.jsonl a message with from and to stands for the messages of the conversation with these seq.

No keys are in here, nor anything from which one could be found: not the API keys, not the keys of model connections.

manifest.json has for each file its rows, bytes and SHA-256. In this folder this checks them all:

    jq -r '.files[] | "\(.sha256)  \(.name)"' manifest.json | sha256sum -c --quiet

| file | rows |
|---|---|
`, m.Release, m.ExportedAt)
	for _, f := range m.Files {
		if f.Rows != nil {
			fmt.Fprintf(&b, "| %s | %d |\n", f.Name, *f.Rows)
		}
	}
	return b.String()
}

// pack puts a folder's files into a tar file, all below a folder of the file's name.
func pack(ctx context.Context, folder, place string) error {
	part, err := openPart(place)
	if err != nil {
		return err
	}
	z := gzip.NewWriter(part)
	t := tar.NewWriter(z)
	top := strings.TrimSuffix(filepath.Base(place), tarball)
	err = filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		return addFile(t, path, top+"/"+filepath.ToSlash(name))
	})
	if err = errors.Join(err, t.Close(), z.Close()); err != nil {
		return errors.Join(err, part.drop())
	}
	_, err = part.keep()
	return err
}

func addFile(t *tar.Writer, path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it is only read
	stat, err := f.Stat()
	if err != nil {
		return err
	}
	if err := t.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: stat.Size(), ModTime: stat.ModTime(),
	}); err != nil {
		return err
	}
	_, err = io.Copy(t, f)
	return err
}
