package flows_test

import "testing"

// What people say of themselves, or in place of a name, is none, in each language; and names that are written
// small, or stand behind words for a booking, are.
func TestNamesAndWhatIsNone(t *testing.T) {
	t.Parallel()
	for language, answers := range map[string]map[string]string{
		"en": {
			"i am ada": "ada", "I'm ada obi": "ada obi", "under Ada": "Ada", "for Ada": "Ada", "booked under Ada Obi": "Ada Obi",
			"under the name of Ada": "Ada", "in the name of Ada": "Ada", "Ada Obi": "Ada Obi", "Ada E. Obi": "Ada E. Obi", "Ada, not Eda": "",
			"I am driving": "", "I'm walking the dog": "", "I am from Lagos": "", "I'm vegetarian": "", "same as above": "", "the same": "",
			"hurry up": "", "table for two": "", "for two": "", "for my wife": "", "manager": "", "Ada or Bob": "", "Ada and Bob": "",
			"ada AND bob": "", "my mother is called Ada": "", "formerly Ada": "", "it's me": "", "as before": "", "see above": "",
			"Andrew Orlando": "Andrew Orlando", "I'm Ming": "Ming",
		},
		"es": {
			"soy ana": "ana", "soy Ana": "Ana", "a nombre de Ana": "Ana", "no soy Ana": "", "soy alérgico": "", "soy vegana": "", "soy de Madrid": "",
			"soy alérgico a los cacahuetes": "", "soy yo": "", "como siempre": "", "ya te lo dije": "", "el mismo": "", "Ana y Luis": "",
			"Ana o Eva": "", "Santiago Ramón y Cajal": "Santiago Ramón y Cajal", "tengo prisa": "", "mi madre se llama Ana": "", "Fernando Amado": "Fernando Amado",
		},
		"fr": {
			"je suis anne": "anne", "je suis Anne": "Anne", "au nom de Anne": "Anne", "au nom d'Anne": "Anne", "je suis pressé": "", "je suis végétarien": "",
			"je suis de Paris": "", "je ne suis pas Anne": "", "le même": "", "toujours le même": "", "Anne et Paul": "", "Anne ou Eve": "", "moi": "", "comme avant": "",
			"Aimé": "Aimé", "ma mère s'appelle Anne": "",
		},
		"de": {
			"ich bin anna": "anna", "auf den Namen Anna": "Anna", "ich bin müde": "", "ich bin Vegetarier": "", "ich bin aus Berlin": "", "ich bin nicht Anna": "",
			"steht oben": "", "wie immer": "", "Anna und Paul": "", "Anna oder Eva": "", "ich bin's": "", "meine Mutter heißt Anna": "", "derselbe": "",
			"Anna Klein": "Anna Klein",
		},
		"pt": {
			"sou ana": "ana", "em nome de Ana": "Ana", "não sou Ana": "", "sou vegetariano": "", "sou de Lisboa": "", "estou com pressa": "", "tanto faz": "",
			"o mesmo": "", "como sempre": "", "Ana e Pedro": "", "Ana ou Eva": "", "sou eu": "", "Ana Costa e Silva": "Ana Costa e Silva", "já disse": "",
		},
		"ar": {
			"أنا أحمد": "أحمد", "باسم أحمد": "أحمد", "لست أحمد": "", "مش أحمد": "", "أنا جائع": "", "أنا من القاهرة": "", "أنا نباتي": "", "أنا لست أحمد": "",
			"أحمد أو محمد": "", "أحمد ومحمد": "", "أحمد وليد": "أحمد وليد", "نفس الاسم": "", "كالعادة": "", "طاولة لشخصين": "",
		},
	} {
		for answer, want := range answers {
			if got := answered(t, `"kind": "name"`, language, answer); got != want {
				t.Errorf("%s: %q is taken for the name %q, want %q", language, answer, got, want)
			}
		}
	}
}
