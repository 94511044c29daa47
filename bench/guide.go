package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/pprof/profile"
)

// writeGuide merges the processor's profiles in a folder into the one by which the compiler knows what
// to make fast. Names of files and of the program are left out: they tell of the machine that
// measured, and the compiler goes by functions and lines.
func writeGuide(folder, to string) error {
	names, err := filepath.Glob(filepath.Join(folder, "*.cpu"))
	if err != nil {
		return err
	}
	var all []*profile.Profile
	for _, name := range names {
		p, err := readProfile(name)
		if err != nil {
			return err
		}
		all = append(all, p)
	}
	if len(all) == 0 {
		return fmt.Errorf("there is no profile in %s", folder)
	}
	merged, err := profile.Merge(all)
	if err != nil {
		return fmt.Errorf("merge the profiles: %w", err)
	}
	anonymise(merged)
	return writeFile(to, merged.Write)
}

func readProfile(name string) (p *profile.Profile, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if p, err = profile.Parse(f); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return p, nil
}

func anonymise(p *profile.Profile) {
	for _, f := range p.Function {
		f.Filename = ""
	}
	for _, m := range p.Mapping {
		m.File, m.BuildID = "", ""
	}
	p.Comments, p.TimeNanos = nil, 0
}
