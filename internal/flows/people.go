package flows

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// of is of how many people a name is: of two where an and or an or stands in the middle of it. Spanish and Portuguese
// surnames have one too, behind a name before it: Ramón y Cajal.
func of(name string) int {
	all := strings.Fields(name)
	for i := 1; i < len(all)-1; i++ {
		switch w := all[i]; {
		case in(w, "or|and|und|oder|et|ou|o|أو|او|و|OR|AND|UND|ODER"):
			return 2
		case in(w, "y|e") && (i < 2 || i+2 < len(all)):
			return 2
		}
	}
	if len(all) > 1 && slices.ContainsFunc(all[1:], alsoCalled) {
		return 2
	}
	return 1
}

// alsoCalled reports whether a word is another name with the Arabic and before it. There are names that begin as that does.
func alsoCalled(word string) bool {
	rest, ok := strings.CutPrefix(word, "و")
	return ok && (in(rest, arabicNames) || strings.HasPrefix(rest, "عبد") || strings.HasPrefix(rest, "ال") && utf8.RuneCountInString(rest) > 4)
}

const arabicNames = "محمد|أحمد|احمد|محمود|علي|سارة|فاطمة|مريم|خالد|عمر|عمرو|حسن|حسين|يوسف|إبراهيم|ابراهيم|ليلى|نور|نورا|هدى|منى|سعيد|كريم|مصطفى|" +
	"إسماعيل|اسماعيل|طارق|سامي|سمير|هشام|ياسر|ياسين|عادل|زينب|عائشة|خديجة|أمل|امل|رنا|دينا|هند|سلمى|ريم|جمال|ماجد|فهد|سلمان|فيصل|حمزة|بلال|آدم|ادم|عثمان|صالح|زوجتي|زوجي|ابني|ابنتي"

// isState reports whether what follows "I am" is how somebody is, what they do or where they come from, and no name:
// its first word is one of those, or a word written small of a kind that is no name.
func isState(name string, all []string) bool {
	first, _ := utf8.DecodeRuneInString(name)
	switch {
	case in(all[0], states+"|"+beings):
		return true
	case unicode.IsUpper(first): // Nova, De Niro
		return false
	case in(all[0], origins+"|"+moods):
		return true
	}
	return unicode.IsLower(first) && len(all[0]) > 5 && (strings.HasSuffix(all[0], "ing") || strings.HasSuffix(all[0], "ado"))
}

// origins stand before where somebody comes from; moods are more of what people say that they are, and beings those that
// German writes as it does names.
const (
	origins = "de|d|from|aus|من|do|da|dos|del|dal|not|nicht|pas|nao|no|لست|مش|ليس"
	beings  = "allergiker|allergikerin|vegetarier|vegetarierin|veganer|veganerin|kunde|kundin|student|studentin|rentner|rentnerin|schwanger|mude"
	moods   = "driving|vegetarian|vegan|allergic|lactose|pregnant|married|single|retired|disabled|diabetic|celiac|coeliac|starving|thirsty|bored|annoyed|" +
		"upset|furious|desperate|free|available|outside|nearby|close|away|home|alone|abroad|almost|already|student|owner|customer|guest|tourist|" +
		"alergico|alergica|vegano|vegana|vegetariano|vegetariana|celiaco|celiaca|diabetico|diabetica|intolerante|cliente|enfermo|enferma|nuevo|nueva|" + //nolint:misspell // this is Spanish
		"nova|novo|embarazada|gravida|cansada|doente|turista|estudiante|estudante|mayor|menor|feliz|triste|libre|livre|casado|casada|soltera|soltero|" +
		"presse|pressee|vegetarien|vegetarienne|vegetalien|vegane|allergique|fatigue|fatiguee|malade|enceinte|enerve|enervee|desole|desolee|libre|client|" + //nolint:misspell // this is French
		"cliente|content|contente|perdu|perdue|retard|dehors|dispo|disponible|intolerant|coeliaque|diabetique|etudiant|etudiante|nouveau|nouvelle|seul|seule|" +
		"mude|krank|hungrig|durstig|traurig|wutend|sauer|schwanger|allergisch|unterwegs|" + //nolint:misspell // this is German
		"spat|verspatet|neu|allein|draussen|zuhause|gleich|schon|noch|bald|es|s|zu|verheiratet|" +
		"جايع|جايعة|جوعان|جوعانة|عطشان|تعبان|تعبانة|متعب|متعبة|مريض|مريضة|نباتي|نباتية|مشغول|مشغولة|متاخر|متاخرة|مستعجل|مستعجلة|زعلان|حزين|حزينة|" +
		"حامل|طالب|طالبة|زبون|زبونة|عميل|جديد|جديدة|في|هنا|بخير|غاضب|غاضبة|متزوج|متزوجة"
)
