package strict

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// decode reads one JSON value, and numbers as they are written. Bytes after it and a key that comes
// twice in an object are errors.
func decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	v, err := next(d)
	if err != nil {
		return nil, err
	}
	if rest, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("after the value: %v, %w", rest, err)
	}
	return v, nil
}

func next(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('['):
		return list(d)
	case json.Delim('{'):
		return object(d)
	}
	return token, nil
}

func list(d *json.Decoder) ([]any, error) {
	all := []any{}
	for d.More() {
		v, err := next(d)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	_, err := d.Token()
	return all, err
}

func object(d *json.Decoder) (map[string]any, error) {
	all := map[string]any{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		name := fmt.Sprint(key)
		if _, twice := all[name]; twice {
			return nil, fmt.Errorf("key %q comes twice", name)
		}
		if all[name], err = next(d); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return all, err
}
