package flows

import "strings"

// numerals are words for numbers, as words.Append writes them. One from 1 to 99, or of whole hundreds,
// is added to what stands before it; 100, 1,000 and 1,000,000 multiply it.
//
// Those of all languages are known at once, for customers write as they like; but where English is spoken
// those are left out that are ordinary words there.
type numerals struct {
	language string
	known    func() map[string]int // of a Set, which makes it when it is first asked
}

// newNumerals is what a Set knows.
func newNumerals() map[string]int {
	known := map[string]int{}
	for row := range strings.SplitSeq(numberWords, "\n") {
		at := 0
		for names := range strings.FieldsSeq(row) {
			value := steps(at)
			at++
			for name := range strings.SplitSeq(names, "|") {
				if w := plainly(name); w != "" {
					known[w] = value
				}
			}
		}
	}
	return known
}

// single is the number that a word of the table stands for.
func (k numerals) single(w string) (int, bool) {
	if k.language == "en" && in(w, "once|cent|cents|seize") {
		return 0, false
	}
	if n, ok := k.known()[w]; ok {
		return n, true
	}
	return k.arabic(w)
}

// arabic takes the forms of Arabic that are one word for several: the hundreds from 300 on, two thousand, and
// those that are written with another letter at their end.
func (k numerals) arabic(w string) (int, bool) {
	switch w {
	case "الفان", "الفين":
		return 2_000, true
	case "مليونان", "مليونين":
		return 2_000_000, true
	}
	if stem, ok := strings.CutSuffix(w, "ه"); ok {
		return k.single(stem + "ة")
	}
	for _, hundred := range []string{"ماية", "مية"} {
		if unit, ok := strings.CutSuffix(w, hundred); ok {
			n := k.known()[unit]
			return n * 100, 3 <= n && n <= 9
		}
	}
	return 0, false
}

// steps is what the words of a row stand for, one after the other: 0 to 20, the tens, the hundreds, and
// what multiplies.
func steps(at int) int {
	switch {
	case at <= 20:
		return at
	case at <= 27:
		return (at - 18) * 10
	case at <= 36:
		return (at - 27) * 100
	case at == 37:
		return 1_000
	default:
		return 1_000_000
	}
}

// numberWords are the numbers of each language in the order of steps; - where it has no word for one.
const numberWords = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen " +
	"eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred - - - - - - - - thousand million\n" +
	"cero uno|un|una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete " +
	"dieciocho diecinueve veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien|ciento " +
	"doscientos|doscientas trescientos|trescientas cuatrocientos|cuatrocientas quinientos|quinientas " +
	"seiscientos|seiscientas setecientos|setecientas ochocientos|ochocientas novecientos|novecientas mil millón|millones\n" +
	"zéro un|une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize - - - vingt|vingts " +
	"trente quarante cinquante soixante septante huitante|octante nonante cent|cents - - - - - - - - mille million|millions\n" + //nolint:misspell // this is French
	"null eins|ein|eine zwei|zwo drei vier fünf|fuenf sechs sieben acht neun zehn elf zwölf|zwoelf " +
	"dreizehn vierzehn fünfzehn|fuenfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig|dreissig vierzig " +
	"fünfzig|fuenfzig sechzig siebzig achtzig neunzig hundert - - - - - - - - tausend million|millionen\n" +
	"zero|nenhum um|uma dois|duas três quatro cinco seis sete oito nove dez onze doze treze quatorze|catorze quinze " +
	"dezesseis|dezasseis dezessete|dezassete dezoito dezenove|dezanove vinte trinta quarenta cinquenta sessenta setenta oitenta " +
	"noventa cem|cento duzentos|duzentas trezentos|trezentas quatrocentos|quatrocentas quinhentos|quinhentas " +
	"seiscentos|seiscentas setecentos|setecentas oitocentos|oitocentas novecentos|novecentas mil milhão|milhões\n" +
	"صفر واحد|واحدة|أحد|إحدى اثنان|اثنين|اثنا|اثني|اثنتان|اثنتين|اثنتا|اثنتي|اتنين|اتنان ثلاثة|ثلاث|تلاتة|تلات أربعة|أربع خمسة|خمس ستة|ست سبعة|سبع " +
	"ثمانية|ثماني|ثمان|تمانية|تمان|تمن تسعة|تسع عشرة|عشر حداشر|أحدعشر|احداعشر اتناشر|اثناعشر|اثنعشر تلتاشر|تلاتاشر|ثلاثةعشر أربعتاشر خمستاشر ستاشر " +
	"سبعتاشر تمنتاشر تسعتاشر عشرون|عشرين ثلاثون|ثلاثين|تلاتين أربعون|أربعين خمسون|خمسين ستون|ستين سبعون|سبعين ثمانون|ثمانين|تمانين تسعون|تسعين " +
	"مئة|مائة مئتان|مئتين|مائتان|مائتين|ميتين|مئتا|مائتا - - - - - - - ألف|آلاف|ألفا مليون|ملايين|مليونا\n" +
	"零|〇 一 二|两|兩 三 四 五 六 七 八 九 - - - - - - - - - - - - - - - - - - 百 - - - - - - - - 千 -"

// spanish are the numbers that Spanish writes as one word.
const spanish = "|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"

// dozens are twelve, or as many as a number before them says; several of them are not twelve without one.
const (
	dozens     = "dozen|dutzend|docena|douzaine|duzia|" + manyDozens
	manyDozens = "docenas|douzaines|duzias"
)

// of is the number that one word stands for.
func (k numerals) of(w string) (int, bool) {
	if n, ok := k.single(w); ok {
		return n, true
	}
	if unit, ok := strings.CutPrefix(w, "veinti"); ok {
		for i, name := range strings.Split(spanish, "|") {
			if i > 0 && (unit == name || i == 1 && in(unit, "un|una")) {
				return 20 + i, true
			}
		}
		return 0, false
	}
	switch w {
	case "十":
		return 10, true
	case "万", "萬":
		return 10_000, true
	}
	if in(w, dozens) {
		return 12, true
	}
	return k.german(w)
}

// german takes a number of German that is written as one word apart: zweihundertfünfundzwanzig.
func (k numerals) german(w string) (int, bool) {
	if len(w) < len("einhundert") || len(w) > 80 {
		return 0, false
	}
	for _, scale := range []struct {
		name  string
		times int
	}{{"tausend", 1000}, {"hundert", 100}} {
		before, behind, ok := strings.Cut(w, scale.name)
		if !ok {
			continue
		}
		n, m := 1, 0
		if before != "" {
			if n, ok = k.of(before); !ok || n >= scale.times {
				return 0, false
			}
		}
		if behind = strings.TrimPrefix(behind, "und"); behind != "" {
			if m, ok = k.of(behind); !ok || m >= scale.times {
				return 0, false
			}
		}
		return n*scale.times + m, true
	}
	unit, tens, ok := strings.Cut(w, "und")
	if !ok {
		return 0, false
	}
	n, _ := k.single(unit)
	m, _ := k.single(tens)
	return n + m, 1 <= n && n <= 9 && 20 <= m && m <= 90
}

// word is the number that a word stands for; joined where "and" stands in it, as in Arabic.
func (k numerals) word(w string) (n int, joined, ok bool) {
	if n, ok = k.of(w); ok {
		return n, false, true
	}
	if four, ok := strings.CutPrefix(w, "ل"); ok && (strings.HasSuffix(four, "ة") || strings.HasSuffix(four, "ه")) { // "for" in Arabic
		if n, ok = k.single(four); ok {
			return n, false, true
		}
	}
	if w, joined = strings.CutPrefix(w, "و"); joined {
		n, ok = k.single(w)
	}
	return n, joined, ok
}

// run is where the number in words that begins at i ends: i itself where none does.
func (k numerals) run(s said, i int) int {
	end := i
	for at := i; at < len(s) && s[at].clause == s[i].clause && s[at].figure == ""; at++ {
		n, _, ok := k.word(s[at].word)
		if !ok {
			break
		}
		end = at + 1
		if k.joins(s, end, n) {
			at++
		}
	}
	return end
}

// joins reports whether at a place stands an "and" between n and another number, such that both are one.
func (k numerals) joins(s said, at, n int) bool {
	if at+1 >= len(s) || s[at+1].clause != s[at-1].clause {
		return false
	}
	if _, _, ok := k.word(s[at+1].word); !ok {
		return false
	}
	switch s[at].word {
	case "and":
		return n >= 100
	case "y", "et":
		return n >= 10
	case "e":
		return n >= 20
	default:
		return s[at].word == "و"
	}
}

// value puts the words of one number together; false where they are more than one, or none that is
// spoken so.
func (k numerals) value(run said) (int, bool) {
	if in(run[0].word, manyDozens) || len(run) == 1 && in(run[0].word, "احد|احدى") {
		return 0, false // des douzaines; somebody
	}
	v := sum{below: 1_000_000_000}
	for i, one := range run {
		n, joined, ok := k.word(one.word)
		if !ok {
			continue // it joins
		}
		if n == 0 && len(run) == 1 {
			return 0, true
		}
		if !v.add(one.word, n, joined) {
			return 0, false
		}
		if n > 0 && n < 10 && i == len(run)-1 && i > 0 && in(run[i-1].word, "百|千|万|萬") {
			return 0, false // 520 in haste, or 502 with a sign missing
		}
	}
	return v.total + v.open, true
}

// sum is a number as far as it has been spoken.
type sum struct {
	total int    // of what is complete
	open  int    // below a thousand: what a scale would multiply
	below int    // the last scale
	last  string // word
}

// add takes one word more; false where no number goes on so.
func (v *sum) add(w string, n int, joined bool) bool {
	last := v.last
	v.last = w
	unit := v.open % 10
	switch {
	case n == 0:
		return w == "零" || w == "〇"
	case n >= 1000:
		return v.scale(n)
	case w == "十":
		tens := v.open % 100
		v.open += 10*max(unit, 1) - unit
		return tens == unit
	case n == 100, in(w, dozens):
		before := v.open
		v.open = max(before, 1) * n
		return before < 100
	case n > 100:
		v.open += n
		return v.open == n
	case n >= 10:
		return v.addTens(w, n, joined)
	case unit != 0 || v.open%100 == 10 && in(last, "ten|zehn|dez|عشرة|عشر"):
		return false
	}
	v.open += n
	return true
}

// scale multiplies what is open by thousands or more; false unless they become less.
func (v *sum) scale(n int) bool {
	if n == 2_000 || n == 2_000_000 { // one word of Arabic
		if v.open != 0 {
			return false
		}
		v.open, n = 2, n/2
	}
	if n >= v.below {
		return false
	}
	v.total, v.open, v.below = v.total+max(v.open, 1)*n, 0, n
	return true
}

// addTens adds 10 to 99. In French some are counted on from 60 and from four times 20, and in Arabic the
// unit is spoken first.
func (v *sum) addTens(w string, n int, joined bool) bool {
	ok := false
	switch tens := v.open % 100; {
	case tens == 0:
		ok = true
	case tens == 4 && in(w, "vingt|vingts"):
		n, ok = 4*20-4, true
	case tens < 10:
		ok = joined && n >= 20 || in(w, "عشر|عشرة")
	default:
		ok = n < 20 && (tens == 60 || tens == 80)
	}
	v.open += n
	return ok
}
