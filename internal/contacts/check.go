package contacts

import (
	"fmt"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/bimpe/bimpe/internal/console"
)

// Faults returns every fault of what the patch names, as far as it can be seen without the contact.
func (p Patch) Faults() []console.Field { return check(p.apply(console.Contact{})) }

// check returns every fault of a contact at once.
func check(c console.Contact) []console.Field {
	var f checker
	f.optional("name", c.Name, console.MaxContactName)
	f.optional("notes", c.Notes, console.MaxContactNotes)
	f.email(c.Email)
	f.language(c.Language)
	if c.Phone != nil {
		f.E164("phone", *c.Phone)
	}
	f.fields(c.Fields)
	f.tags(c.Tags)
	return f.All
}

type checker struct{ console.Faults }

// text refuses what ends a field in searches too, since tags are told apart by it.
func (f *checker) text(path, s string, least, most int) {
	before := len(f.All)
	f.Text(path, s, least, most)
	if len(f.All) == before && strings.Contains(s, console.FieldEnd) {
		f.Fail(path, "must not contain the character U+001F")
	}
}

func (f *checker) optional(path string, s *string, most int) {
	if s != nil {
		f.text(path, *s, 0, most)
	}
}

func (f *checker) email(s *string) {
	if s == nil {
		return
	}
	if a, err := mail.ParseAddress(*s); err != nil || a.Address != *s || len(*s) > console.MaxContactEmail {
		f.Fail("email", "must be an e-mail address")
	}
}

func (f *checker) language(tag *string) {
	if tag == nil {
		return
	}
	if _, err := language.Parse(*tag); err != nil || len(*tag) > console.MaxContactLanguage {
		f.Fail("language", "must be a BCP 47 language tag such as en or pt-BR")
	}
}

func (f *checker) fields(fields map[string]string) {
	if !f.Most("fields", len(fields), console.MaxContactFields, "fields") {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		path := "fields." + key
		switch {
		case key == "":
			path = "fields"
			f.Fail(path, "must not have a field without a name")
		case utf8.RuneCountInString(key) > console.MaxContactKey:
			path = "fields." + string([]rune(key)[:console.MaxContactKey]) + "…"
			f.Fail(path, "must have a name of at most %d characters", console.MaxContactKey)
		case strings.ContainsAny(key, "\x00"+console.FieldEnd):
			f.Fail(path, "must have a name without the characters NUL and U+001F")
		}
		f.text(path, fields[key], 0, console.MaxContactValue)
	}
}

func (f *checker) tags(tags []string) {
	if !f.Most("tags", len(tags), console.MaxContactTags, "tags") {
		return
	}
	for i, tag := range tags {
		f.text(fmt.Sprintf("tags.%d", i), tag, 1, console.MaxContactTag)
		if strings.TrimSpace(tag) != tag {
			f.Fail(fmt.Sprintf("tags.%d", i), "must not begin or end with a space")
		}
	}
}
