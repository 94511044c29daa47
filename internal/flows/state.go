package flows

import (
	"encoding/json"
	"maps"
	"unicode/utf8"
)

// State is where a conversation stands in a flow. The zero State is outside of all.
type State struct {
	Flow    string            `json:"flow,omitempty"`    // its name
	Version string            `json:"version,omitempty"` // of its steps
	Step    string            `json:"step,omitempty"`    // its id, or "#n" of one without
	Fields  map[string]string `json:"fields,omitempty"`  // what was collected
	Given   []string          `json:"given,omitempty"`   // those of them that came before they were asked for
	Tries   int               `json:"tries,omitempty"`   // answers to this step that were not usable
	Strayed int               `json:"strayed,omitempty"` // digressions at this step, one after the other
}

// InFlow reports whether a flow is in progress.
func (s State) InFlow() bool { return s.Flow != "" }

// maxState is the longest text of a State: more than its fields can come to, in any script.
const maxState = maxFields*(maxAnswer+100)*4 + 4096 // bytes

// Encode writes a State as JSON, "" for the zero State.
func (s State) Encode() string {
	if !s.InFlow() {
		return ""
	}
	text, err := json.Marshal(s)
	if err != nil {
		return "" // texts and numbers always can be written
	}
	return string(text)
}

// DecodeState reads what Encode wrote. Of what is not a State, or is larger than one can be, it makes
// the zero State: the conversation is then outside of all flows.
func DecodeState(text string) State {
	var s State
	if text == "" || len(text) > maxState || json.Unmarshal([]byte(text), &s) != nil {
		return State{}
	}
	return s.held()
}

// held is s without what no decision leaves in one.
func (s State) held() State {
	if !s.InFlow() {
		return State{}
	}
	s.Tries, s.Strayed = max(0, s.Tries), max(0, s.Strayed)
	s.Fields = maps.Clone(s.Fields)
	maps.DeleteFunc(s.Fields, func(name, value string) bool {
		return !fieldName.MatchString(name) || utf8.RuneCountInString(value) > maxAnswer
	})
	if len(s.Fields) > maxFields || len(s.Given) > maxFields {
		return State{}
	}
	return s
}
