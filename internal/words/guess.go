package words

import (
	"cmp"
	"slices"
	"unicode"
)

// Guesser tells from a few words of a customer's which language they are in. It knows the scripts
// that belong to one language, and the common words of those that share the Latin one. It may be
// used by many goroutines.
type Guesser struct {
	votes map[string][]string // by word, the languages in which it is common
}

// NewGuesser returns a Guesser, which takes a moment to make and is best kept.
func NewGuesser() *Guesser {
	g := &Guesser{votes: map[string][]string{}}
	for _, language := range guessed() {
		for _, w := range Split(stopWords(language) + " " + spoken(language)) {
			if !slices.Contains(g.votes[w], language) {
				g.votes[w] = append(g.votes[w], language)
			}
		}
	}
	return g
}

// guessed lists the languages that are told apart by their words.
func guessed() []string {
	return []string{"en", "es", "fr", "de", "pt", "it", "nl", "sw", "ha", "yo", "ig"}
}

// maxGuessed is how much of a text is looked at, in bytes: more shows its language no better.
const maxGuessed = 2 << 10

// Language returns the language of a text as a BCP 47 tag, or "" where it does not show: in a number,
// a name, or a word that several languages have.
func (g *Guesser) Language(text string) string {
	if len(text) > maxGuessed {
		text = text[:maxGuessed]
	}
	script, letters := scriptOf(text)
	if script != "" {
		return script
	}
	score := letters
	for _, w := range Split(text) {
		in := g.votes[w]
		for _, language := range in {
			score = add(score, language, 1/float64(len(in)))
		}
	}
	return best(score)
}

// tally is how much speaks for a language.
type tally struct {
	language string
	weight   float64
}

func add(to []tally, language string, weight float64) []tally {
	for i := range to {
		if to[i].language == language {
			to[i].weight += weight
			return to
		}
	}
	return append(to, tally{language, weight})
}

// best returns the language that clearly leads, "" if none does.
func best(score []tally) string {
	const enough, lead = 0.5, 1.2
	slices.SortStableFunc(score, func(a, b tally) int { return cmp.Compare(b.weight, a.weight) })
	switch {
	case len(score) == 0 || score[0].weight < enough:
		return ""
	case len(score) > 1 && score[0].weight < lead*score[1].weight:
		return ""
	default:
		return score[0].language
	}
}

// scriptOf returns the language of a text in a script of its own, "" for a Latin one, and what the
// letters of a Latin one say. Most letters decide.
func scriptOf(text string) (language string, latin []tally) {
	counts, plain := []tally(nil), 0
	for _, r := range text {
		switch l := scriptLanguage(r); {
		case l != "":
			counts = add(counts, l, 1)
		case unicode.Is(unicode.Latin, r):
			plain++
			if l := letterLanguage(r); l != "" {
				latin = add(latin, l, 1)
			}
		}
	}
	total := 0.0
	for _, c := range counts {
		total += c.weight
	}
	// Letters of one script stand for all of the words that are written in it.
	if total == 0 || total < float64(plain)/2 {
		return "", latin
	}
	return refine(counts), nil
}

// refine tells languages apart that share a script: few letters give the rarer one away.
func refine(counts []tally) string {
	for _, sure := range []string{"ja", "uk", "ur", "fa"} {
		if slices.ContainsFunc(counts, func(c tally) bool { return c.language == sure }) {
			return sure
		}
	}
	most := slices.MaxFunc(counts, func(a, b tally) int { return cmp.Compare(a.weight, b.weight) })
	return most.language
}

// scriptLanguage returns the language to which a letter that is not Latin points, or "".
func scriptLanguage(r rune) string {
	switch {
	case r < 0x370:
		return ""
	case slices.Contains([]rune("іїєґІЇЄҐ"), r):
		return "uk"
	case slices.Contains([]rune("ٹڈںے"), r):
		return "ur"
	case slices.Contains([]rune("پچژگ"), r):
		return "fa"
	case unicode.In(r, unicode.Hiragana, unicode.Katakana):
		return "ja"
	}
	for _, s := range []struct {
		script   *unicode.RangeTable
		language string
	}{
		{unicode.Arabic, "ar"},
		{unicode.Han, "zh"},
		{unicode.Cyrillic, "ru"},
		{unicode.Hangul, "ko"},
		{unicode.Devanagari, "hi"},
		{unicode.Bengali, "bn"},
		{unicode.Thai, "th"},
		{unicode.Hebrew, "he"},
		{unicode.Greek, "el"},
		{unicode.Ethiopic, "am"},
		{unicode.Tamil, "ta"},
	} {
		if unicode.Is(s.script, r) && unicode.IsLetter(r) {
			return s.language
		}
	}
	return ""
}

// letterLanguage returns the language to which a Latin letter points, or "".
func letterLanguage(r rune) string {
	switch unicode.ToLower(r) {
	case 'ñ':
		return "es"
	case 'ß', 'ä':
		return "de"
	case 'ã', 'õ':
		return "pt"
	case 'ọ', 'ẹ', 'ṣ':
		return "yo"
	case 'ị', 'ụ', 'ṅ':
		return "ig"
	case 'ɗ', 'ɓ', 'ƙ':
		return "ha"
	case 'œ', 'ê', 'è':
		return "fr"
	default:
		return ""
	}
}

// spoken are words with which customers begin, and the common words of languages that have no list
// of stop words.
func spoken(language string) string {
	switch language {
	case "en":
		return "hello hi hey thanks thank please want help price order delivery today tomorrow morning open got"
	case "es":
		return "hola gracias buenos buenas dias tardes noches precio pedido hoy manana abren abierto ayuda quisiera hacen gusta"
	case "fr":
		return "bonjour bonsoir salut merci prix commande aujourd demain ouvert ouvrez aide avez heures livrez svp oui non"
	case "de":
		return "hallo guten tag danke preis bestellung heute morgen offen geoffnet offnen hilfe mein ich ja nein wieviel gerne"
	case "pt":
		return "ola bom boa obrigado obrigada preco pedido hoje amanha abrem aberto ajuda gostaria tarde noite sim voces horas"
	case "it":
		return "ciao salve buongiorno buonasera grazie prezzo ordine oggi domani aperto aprite aiuto vorrei il gli di che non per " +
			"con una sono e ho hai ha quanto quando dove come cosa posso mi si anche questo questa del della dei nel costa avete siete"
	case "nl":
		return "hallo goedemorgen goedendag dank bedankt prijs bestelling vandaag morgen geopend hulp ik wil graag het een van " +
			"niet is zijn dat die voor met jullie hoe wat waar wanneer kan mijn heb hebben ook naar op te maar alstublieft hoeveel"
	case "sw":
		return "habari jambo mambo asante tafadhali bei leo kesho sasa msaada nataka ninataka naomba ya wa na kwa ni za la cha " +
			"hii hiyo yangu yako gani lini wapi nini kiasi sana ndiyo hapana mnafungua"
	case "ha":
		return "sannu barka ina kwana wuni yamma nagode don allah kudi yau gobe taimako so nake kuke kuna muna yaya nawa " +
			"ne ce da na ta ya mene menene yaushe wane wannan abin akwai babu zan za"
	case "yo":
		return "bawo ekaaro e kaaro kaasan kaale o se jowo owo elo oni ola iranlowo mo fe ni ti si wa ati fun nigba nibo kini " +
			"kilo ki je naa yin mi wo ga dupe bi gbogbo won maa"
	case "ig":
		return "kedu ndewo daalu biko ego ole taa echi enyemaka achoro m na bu nke ka di gi anyi unu gini ebee mgbe " +
			"nwere nwetara chi oma ututu oku nso maka"
	default:
		return ""
	}
}
