package flows

import "fmt"

// cancelKeywords reads a flow's own words to stop: a text or a list of texts, each one phrase or more.
// They are looked for while the flow waits, and nothing else of a trigger is.
func (b *builder) cancelKeywords(written any) []part {
	path := b.path + "cancel_keywords"
	var found []part
	switch v := written.(type) {
	case nil:
	case string:
		found = b.phrases(path, v)
	case []any:
		for i, one := range v {
			at := fmt.Sprintf("%s.%d", path, i)
			if text, ok := one.(string); ok {
				if text == "" {
					b.Fail(at, "must have a word in it")
				}
				found = append(found, b.phrases(at, text)...)
			} else {
				b.Fail(at, "must be a text")
			}
		}
	default:
		b.Fail(path, "must be a text or a list of texts")
	}
	if !b.Most(path, len(found), maxParts, "phrases") {
		found = found[:maxParts]
	}
	return found
}

// phrases reads what must be phrases and no other part of a trigger.
func (b *builder) phrases(path, text string) []part {
	all, mute := parseTrigger(text)
	if text != "" && len(all) == 0 || len(mute) > 0 {
		b.Fail(path, "must have a word in it")
	}
	var found []part
	for _, p := range all {
		if p.kind != phrase {
			b.Fail(path, "must be a phrase: %s is none", beginning(p.source, maxStepID))
			continue
		}
		found = append(found, p)
	}
	return found
}
