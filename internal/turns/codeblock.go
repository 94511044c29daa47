package turns

import (
	"strings"
	"unicode"
)

// block is a block of code in a text of Markdown: what stands between two lines of ``` or ~~~. The zero
// value is none.
type block struct {
	mark       string // with which it begins, with the spaces before it; empty: there is no block
	start, end int    // where its first line begins, and its last one ends; end 0: it is open
}

// maxMark bounds the line that closes a block. One that begins with more is left out whole.
const maxMark = 16

func (b block) open() bool { return b.mark != "" && b.end == 0 }

// lastBlock finds the last block of a text.
func lastBlock(text string) block {
	var b block
	at := 0
	for line := range strings.Lines(text) {
		mark, info := markOf(line)
		switch {
		case mark == "":
		case b.open():
			if info == "" && closesBlock(b.mark, mark) {
				b.end = at + len(strings.TrimRight(line, "\r\n"))
			}
		case !strings.Contains(info, "`"): // else it is code within a line
			b = block{mark: mark, start: at}
		}
		at += len(line)
	}
	return b
}

// markOf returns the mark with which a line begins, with the spaces before it, and what stands behind; a
// mark of "" where it begins with none.
func markOf(line string) (mark, info string) {
	bare := strings.TrimLeft(line, " \t")
	if !strings.HasPrefix(bare, "```") && !strings.HasPrefix(bare, "~~~") {
		return "", ""
	}
	info = strings.TrimLeft(bare, bare[:1])
	return line[:len(line)-len(info)], strings.TrimSpace(info)
}

// closesBlock reports whether a block that began with one mark ends with another: the same sign, at least
// as often.
func closesBlock(began, mark string) bool {
	return strings.HasPrefix(strings.TrimLeft(mark, " \t"), strings.TrimLeft(began, " \t"))
}

// close is a text that ends within the block, up to its last whole line, with the block closed. Where there
// is nothing in the block yet, the text ends before it.
func (b block) close(text string) string {
	before, code := text[:b.start], text[b.start:]
	opening, inside, _ := strings.Cut(code, "\n")
	if strings.TrimSpace(inside) == "" || len(b.mark) > maxMark {
		return rounded(before)
	}
	if at := strings.LastIndex(inside, "\n"); at >= 0 && strings.TrimSpace(inside[:at]) != "" {
		inside = inside[:at]
	}
	return before + opening + "\n" + strings.TrimRightFunc(inside, unicode.IsSpace) + "\n" + b.mark
}
