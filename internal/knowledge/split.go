package knowledge

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/llm"
)

const (
	// target is about how many tokens a passage has: enough to hold a thought, short enough that
	// several fit into a prompt.
	target = 350
	// maxPassages is the most passages that a text is split into by its headings; one with more
	// headings is split by size alone, which bounds them by the longest content.
	maxPassages = 2000
	// maxHeading is the longest heading, in bytes. A longer one is read as ordinary text, so
	// that repeating headings before passages can't make a text many times as long.
	maxHeading = 200
)

// split parts content into passages at headings, else between paragraphs, sentences or words. Every
// word of it is in one of them, in order; the headings above a passage stand before it.
func split(content string) []string {
	content = strings.ReplaceAll(strings.ReplaceAll(content, "\r\n", "\n"), "\r", "\n")
	sections := splitSections(content)
	var passages []string
	for _, s := range sections {
		passages = append(passages, s.passages()...)
		if len(passages) > maxPassages {
			return pack(content)
		}
	}
	return passages
}

// section is the text between two headings, and the headings above it.
type section struct {
	path []heading
	body string
}

type heading struct {
	level int
	text  string
}

// splitSections parts content at headings in Markdown's manner. A section without text is left out
// if another below it carries its heading.
func splitSections(content string) []section {
	var sections []section
	var path []heading
	var body strings.Builder
	end := func(next int) {
		text := strings.TrimSpace(body.String())
		below := len(path) > 0 && next > path[len(path)-1].level
		if text != "" || (len(path) > 0 && !below) {
			sections = append(sections, section{append([]heading(nil), path...), text})
		}
		body.Reset()
	}
	for line := range strings.Lines(content) {
		h, ok := parseHeading(line)
		if !ok {
			body.WriteString(line)
			continue
		}
		end(h.level)
		for len(path) > 0 && path[len(path)-1].level >= h.level {
			path = path[:len(path)-1]
		}
		path = append(path, h)
		if len(sections) > maxPassages {
			return sections // it will be split by size
		}
	}
	end(0)
	return sections
}

func parseHeading(line string) (heading, bool) {
	const deepest = 6
	level := 0
	for level < len(line) && line[level] == '#' {
		level++
	}
	if level == 0 || level > deepest || level == len(line) || (line[level] != ' ' && line[level] != '\t') {
		return heading{}, false
	}
	text := strings.TrimSpace(line[level:])
	if text == "" || len(text) > maxHeading {
		return heading{}, false
	}
	return heading{level, text}, true
}

func (s section) passages() []string {
	var front strings.Builder
	for i, h := range s.path {
		if i > 0 {
			front.WriteString(" › ")
		}
		front.WriteString(h.text)
	}
	if s.body == "" {
		return []string{front.String()}
	}
	passages := pack(s.body)
	if front.Len() > 0 {
		for i, p := range passages {
			passages[i] = front.String() + "\n\n" + p
		}
	}
	return passages
}

// pack parts a text into passages of about the target, between paragraphs where that is possible.
func pack(text string) []string {
	var p packer
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		paragraph = strings.Trim(paragraph, "\n")
		if llm.EstimateTokens(paragraph) <= target {
			p.add(paragraph, "\n\n")
			continue
		}
		between := "\n\n"
		for unit := range units(paragraph) {
			p.add(unit, between)
			between = ""
		}
	}
	return p.done()
}

// packer fills passages up to the target.
type packer struct {
	passages []string
	current  strings.Builder
	tokens   int
}

func (p *packer) add(text, between string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	n := llm.EstimateTokens(text)
	if p.tokens > 0 && p.tokens+n > target {
		p.end()
	}
	if p.tokens > 0 {
		p.current.WriteString(between)
	}
	p.current.WriteString(text)
	p.tokens += n
}

func (p *packer) end() {
	if text := strings.TrimSpace(p.current.String()); text != "" {
		p.passages = append(p.passages, text)
	}
	p.current.Reset()
	p.tokens = 0
}

func (p *packer) done() []string {
	p.end()
	return p.passages
}

// units yields a paragraph in pieces of at most the target: sentences, and of longer ones runs of
// words. Together they are the paragraph.
func units(paragraph string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for paragraph != "" {
			end := sentenceEnd(paragraph)
			for piece := paragraph[:end]; piece != ""; {
				n := fitting(piece)
				if !yield(piece[:n]) {
					return
				}
				piece = piece[n:]
			}
			paragraph = paragraph[end:]
		}
	}
}

// sentenceEnd is where the first sentence or line ends, with the space after it.
func sentenceEnd(s string) int {
	for i, r := range s {
		next := i + utf8.RuneLen(r)
		switch r {
		case '\n', '。', '！', '？', '؟', '।':
			return next
		case '.', '!', '?':
			if next < len(s) && (s[next] == ' ' || s[next] == '\t') {
				return next + 1
			}
		}
	}
	return len(s)
}

// fitting is how much of a piece fits into a passage, up to the end of a word if there is one.
func fitting(piece string) int {
	const window = 4 * target // bytes; no text has more of them to a token
	n := len(piece)
	if n > window {
		n = runeStart(piece, window)
	}
	for tokens := llm.EstimateTokens(piece[:n]); tokens > target; tokens = llm.EstimateTokens(piece[:n]) {
		n = runeStart(piece, n*target/tokens)
	}
	if n == len(piece) {
		return n
	}
	if space := strings.LastIndexFunc(piece[:n], unicode.IsSpace); space > 0 {
		_, size := utf8.DecodeRuneInString(piece[space:])
		return space + size
	}
	return n
}

// runeStart is the beginning of the character that stands at i.
func runeStart(s string, i int) int {
	for i > 0 && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}
