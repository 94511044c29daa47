package flows_test

import (
	"strings"
	"testing"
	"time"
)

// sentences are ways to say something in a language, with a place for what is said.
type sentences struct {
	language string
	certain  []string // it is meant
	not      []string // it is not, or not exactly
}

// each calls for all sentences with each of some words in their place.
func (s sentences) each(all []string, check func(answer, said string, certain bool)) {
	for _, one := range all {
		for _, frame := range s.certain {
			check(strings.ReplaceAll(frame, "X", one), one, true)
		}
		for _, frame := range s.not {
			check(strings.ReplaceAll(frame, "X", one), one, false)
		}
	}
}

// Whatever the day of the week, it is taken where it is meant, and asked for again where something before,
// after or besides it is. It is Wednesday, 25 November 2026.
func TestDaysOfTheWeekInSentences(t *testing.T) {
	t.Parallel()
	tests := []struct {
		sentences
		days string // from Thursday
	}{
		{sentences{
			"en",
			[]string{"X", "on X", "X please", "next X", "this X", "X evening", "X at 7", "X, 5 people", "Hi, X would be great", "X is fine", "X if it does not rain"},
			[]string{
				"before X", "after X", "until X", "by X", "from X", "last X", "not X", "not on X", "any day but X", "any day except X", "X week", "X after next",
				"X next week", "the day after X", "X doesn't work", "X I can't", "I hate X", "every X", "in 2 weeks on X", "instead of X",
			},
		}, "thursday friday saturday sunday monday tuesday wednesday"},
		{sentences{
			"es",
			[]string{"X", "el X", "el X por favor", "el próximo X", "este X", "el X por la tarde", "el X a las 7", "el X que viene", "buenos días, el X", "sin duda el X"},
			[]string{
				"antes del X", "después del X", "hasta el X", "a partir del X", "desde el X", "el X pasado", "no el X", "menos el X", "cualquier día menos el X",
				"excepto el X", "el X no", "el X no puedo", "el X de la semana que viene", "el X siguiente", "en vez del X", "odio el X",
			},
		}, "jueves viernes sábado domingo lunes martes miércoles"},
		{sentences{
			"fr",
			[]string{"X", "X s'il vous plaît", "X prochain", "ce X", "X soir", "X à 19h", "bonjour, X", "pas de problème, X"},
			[]string{
				"avant X", "avant le X", "après X", "jusqu'à X", "à partir de X", "à partir du X", "depuis X", "X dernier", "X passé", "pas X", "sauf X", "sauf le X",
				"X en huit", "X en quinze", "X d'après", "X suivant", "la semaine prochaine X", "X je ne peux pas", "au lieu de X",
			},
		}, "jeudi vendredi samedi dimanche lundi mardi mercredi"},
		{sentences{
			"de",
			[]string{"X", "am X", "am X bitte", "nächsten X", "diesen X", "kommenden X", "X Abend", "am X um 19 Uhr", "Guten Tag, am X", "kein Problem, am X"},
			[]string{
				"vor X", "vor dem X", "nach X", "nach dem X", "bis X", "bis zum X", "ab X", "seit X", "letzten X", "vorigen X", "vergangenen X", "übernächsten X",
				"nicht am X", "außer X", "ausser am X", "jeder Tag außer X", "X nicht", "X kann ich nicht", "am X geht es leider nicht", "X in einer Woche", "nächste Woche X", "statt X",
			},
		}, "Donnerstag Freitag Samstag Sonntag Montag Dienstag Mittwoch"},
		{sentences{
			"pt",
			[]string{"X", "na X", "X por favor", "próxima X", "esta X", "X à noite", "X às 19h", "bom dia, X"},
			[]string{
				"antes da X", "antes do X", "depois da X", "depois do X", "até X", "até a X", "a partir da X", "X passada", "X passado", "não na X", "menos X",
				"exceto X", "X não", "X não posso", "X da semana que vem", "X seguinte", "em vez de X",
			},
		}, "quinta sexta sábado domingo segunda terça quarta"},
		{sentences{
			"ar",
			[]string{"X", "يوم X", "X من فضلك", "X القادم", "هذا X"},
			[]string{"قبل X", "بعد X", "حتى X", "منذ X", "X الماضي", "ليس X", "لا X", "X الأسبوع القادم", "X بعد القادم"},
		}, "الخميس الجمعة السبت الأحد الاثنين الثلاثاء الأربعاء"},
		{sentences{
			"zh", []string{"X", "X可以", "这X", "X晚上", "我想X来"}, []string{"上X", "下X", "不要X", "不是X", "X不行", "每X"},
		}, "周四 周五 周六 周日 周一 周二 周三"},
	}
	for _, test := range tests {
		days := strings.Fields(test.days)
		test.each(days, func(answer, said string, certain bool) {
			want := ""
			for i, day := range days {
				if certain && day == said {
					want = time.Date(2026, 11, 26+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
				}
			}
			if got := answered(t, `"kind": "date"`, test.language, answer); got != want {
				t.Errorf("%s: %q is taken as %q, want %q", test.language, answer, got, want)
			}
		})
	}
}

// Whatever the colour, it is chosen where it is meant, and asked for again where it is denied or another one.
func TestOptionsInSentences(t *testing.T) {
	t.Parallel()
	tests := []struct {
		sentences
		options string
	}{
		{sentences{
			"en",
			[]string{
				"X", "X please", "the X one", "I'd like X", "X, +234 803 123 4567", "no problem, X", "definitely X", "X I think", "make it X", "X!", "I don't mind, X", "X if you have it",
				"a X t-shirt", "X because I can't decide", "hello, X",
			},
			[]string{
				"not X", "not the X one", "I hate X", "I don't like X", "I can't stand X", "anything but X", "any colour but X", "everything except X", "X I don't want",
				"X isn't nice", "X is not for me", "light X", "dark X", "sky-X", "X-ish", "never X", "without X", "avoid X", "neither X", "instead of X", "no X", "a pale X one",
			},
		}, "Red Blue Green"},
		{sentences{
			"es",
			[]string{"X", "el X", "X por favor", "quiero el X", "prefiero X", "sin duda X", "hola, X", "X si hay", "tal vez X"},
			[]string{
				"no X", "no quiero X", "no me gusta el X", "el X no me gusta", "X no", "odio el X", "cualquiera menos X", "todos excepto el X", "X claro", "X oscuro", "en vez de X",
				"nunca X", "sin X", "X-gris",
			},
		}, "Rojo Azul Verde"},
		{sentences{
			"fr",
			[]string{"X", "le X", "X s'il vous plaît", "je prends le X", "pas de problème, X", "sans doute X", "bonjour, X", "X si possible"},
			[]string{
				"pas X", "pas le X", "je déteste le X", "le X je n'aime pas", "je ne veux pas de X", "tout sauf X", "X clair", "X foncé", "au lieu de X", "jamais X", "sans X", "X-gris",
			},
		}, "Rouge Bleu Vert"},
		{sentences{
			"de",
			[]string{"X", "X bitte", "lieber X", "ich nehme X", "das X", "kein Problem, X", "ohne Zweifel X", "hallo, X", "X wenn es geht"},
			[]string{
				"nicht X", "kein X", "X nicht", "X mag ich nicht", "ich hasse X", "alles außer X", "alles ausser X", "hell X", "dunkel X", "statt X", "nie X", "ohne X", "X-grau",
			},
		}, "Rot Blau Grün"},
		{sentences{
			"pt",
			[]string{"X", "o X", "X por favor", "quero o X", "prefiro X", "sem dúvida X", "olá, X", "X se tiver"},
			[]string{
				"não X", "não quero X", "X não", "X não quero", "odeio X", "tudo menos X", "qualquer um exceto X", "X claro", "X escuro", "em vez de X", "nunca X", "sem X",
			},
		}, "Vermelho Azul Verde"},
		{sentences{
			"ar", []string{"X", "X من فضلك", "أريد X", "لا مشكلة، X"}, []string{"لا X", "ليس X", "لا أريد X", "أكره X", "X فاتح", "X غامق"},
		}, "أحمر أزرق أخضر"},
		{sentences{
			"zh", []string{"X", "我要X", "X吧", "X不错"}, []string{"不要X", "不是X", "X不要", "讨厌X", "浅X", "深X", "除了X"},
		}, "红色 蓝色 绿色"},
	}
	for _, test := range tests {
		options := strings.Fields(test.options)
		test.each(options, func(answer, said string, certain bool) {
			want := ""
			if certain {
				want = said
			}
			if got := answered(t, `"options": ["`+strings.Join(options, `", "`)+`"]`, test.language, answer); got != want {
				t.Errorf("%s: %q is taken as %q, want %q", test.language, answer, got, want)
			}
		})
	}
}

// Whatever the number, in figures or in words, it is taken where it is meant, and asked for again where it is
// only the most or the least of what is, or a part of it.
func TestNumbersInSentences(t *testing.T) {
	t.Parallel()
	const phone, mail = "+234 803 123 4567", "me2@x.io"
	tests := []struct {
		sentences
		words string // of 2, 5 and 12
	}{
		{sentences{
			"en",
			[]string{"X", "X please", "for X", "there will be X of us", "about X", "X people", "X, " + phone, mail + ": X", "exactly X", "no problem, X", "make it X", "X, I'm not sure"},
			[]string{
				"over X", "under X", "up to X", "at most X", "at least X", "more than X", "less than X", "fewer than X", "X or more", "X or less", "X at most", "max X",
				"not X", "X or 7", "between X and 7", "anything but X", "X and a half", "X thirds", "nearly X", "minus X", "X or fewer people",
			},
		}, "two five twelve"},
		{sentences{
			"es",
			[]string{"X", "X por favor", "somos X", "para X", "X personas", "X, " + phone, "seremos X, " + mail, "sin problema, X"},
			[]string{
				"más de X", "menos de X", "hasta X", "al menos X", "como mucho X", "como máximo X", "X como máximo", "X o más", "X o menos", "X y medio", "no X", "casi X",
				"X o 7", "X cuartos",
			},
		}, "dos cinco doce"},
		{sentences{
			"fr",
			[]string{"X", "X s'il vous plaît", "nous serons X", "pour X", "X personnes", "X, " + phone, "non, mais X", "environ X"},
			[]string{
				"plus de X", "moins de X", "jusqu'à X", "au moins X", "au plus X", "au maximum X", "X au maximum", "X ou plus", "X ou moins", "X et demi", "pas X", "presque X",
				"X ou 7", "X tiers",
			},
		}, "deux cinq douze"},
		{sentences{
			"de",
			[]string{"X", "X bitte", "wir sind X", "für X", "X Personen", "X, " + phone, "kein Problem, X", "genau X", "etwa X"},
			[]string{
				"mehr als X", "weniger als X", "über X", "unter X", "bis zu X", "höchstens X", "mindestens X", "maximal X", "X oder mehr", "X oder weniger", "X maximal", "nicht X",
				"fast X", "X oder 7", "X Viertel",
			},
		}, "zwei fünf zwölf"},
		{sentences{
			"pt",
			[]string{"X", "X por favor", "somos X", "para X", "X pessoas", "X, " + phone, "sem problema, X"},
			[]string{
				"mais de X", "menos de X", "até X", "pelo menos X", "no máximo X", "X no máximo", "X ou mais", "X ou menos", "X e meia", "não X", "quase X", "X ou 7",
			},
		}, "dois cinco doze"},
		{sentences{
			"ar",
			[]string{"X", "X من فضلك", "نحن X", "X أشخاص", "حوالي X"},
			[]string{"أكثر من X", "أقل من X", "حتى X", "على الأقل X", "على الأكثر X", "X أو أكثر", "ليس X", "X أو 7", "X ونصف"},
		}, "اثنان خمسة 12"},
	}
	for _, test := range tests {
		values := []string{"2", "5", "12"}
		words := strings.Fields(test.words)
		test.each(append(words, values...), func(answer, said string, certain bool) {
			want := ""
			for i, value := range values {
				if certain && (said == words[i] || said == value) {
					want = value
				}
			}
			if got := answered(t, `"kind": "number"`, test.language, answer); got != want {
				t.Errorf("%s: %q is taken as %q, want %q", test.language, answer, got, want)
			}
		})
	}
}
