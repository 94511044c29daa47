package flows

import "unicode"

// signs are the emoji of a text, each as what people take for one: of any colour of skin and of either sex,
// and flags whole. They are found like words where a trigger has no words.
func signs(text string) []string {
	var all []string
	var before rune
	open := false // a flag of which the second half is missing
	for _, r := range text {
		switch {
		case flagHalf(r) && open:
			all[len(all)-1] += string(r)
			open = false
			continue
		case unicode.Is(unicode.So, r) && before == joiner && len(all) > 0:
			if r != '♀' && r != '♂' {
				all[len(all)-1] += string(joiner) + string(r)
			}
		case unicode.Is(unicode.So, r):
			all = append(all, string(r))
		case shade(r):
			continue
		}
		before, open = r, flagHalf(r)
	}
	return all
}

// joiner makes one emoji of two.
const joiner = '\u200d'

// shade reports whether r only says how the emoji before it looks.
func shade(r rune) bool { return 0x1F3FB <= r && r <= 0x1F3FF || 0xFE00 <= r && r <= 0xFE0F }

func flagHalf(r rune) bool { return 0x1F1E6 <= r && r <= 0x1F1FF }
