package words_test

import (
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/words"
)

func TestGuesserTellsLanguages(t *testing.T) {
	t.Parallel()
	g := words.NewGuesser()
	for text, want := range map[string]string{
		"When do you open tomorrow?":             "en",
		"hello":                                  "en",
		"I want to know the price of delivery":   "en",
		"Hola, ¿a qué hora abren mañana?":        "es",
		"gracias":                                "es",
		"cuanto cuesta el envio":                 "es",
		"Bonjour, vous livrez le dimanche ?":     "fr",
		"je voudrais commander deux pizzas":      "fr",
		"Wann habt ihr morgen geöffnet?":         "de",
		"guten tag":                              "de",
		"Olá, vocês abrem no domingo?":           "pt",
		"quero saber o preço, por favor":         "pt",
		"Buongiorno, quando siete aperti?":       "it",
		"Hoeveel kost het om te bezorgen?":       "nl",
		"Habari, mnafungua saa ngapi kesho?":     "sw",
		"Sannu, nawa ne kudin wannan?":           "ha",
		"Ẹ káàárọ̀, elo ni owó rẹ̀?":             "yo",
		"Kedu, ego ole ka ọ bụ?":                 "ig",
		"你们几点营业？":                                "zh",
		"営業時間は何時ですか":                             "ja",
		"영업시간이 어떻게 되나요":                          "ko",
		"ما هي مواعيد العمل؟":                    "ar",
		"ساعت کار شما چیست؟ لطفا بگویید":         "fa",
		"Когда вы открываетесь?":                 "ru",
		"Коли ви відчиняєтеся?":                  "uk",
		"आप कब खुलते हैं?":                       "hi",
		"מתי אתם פותחים?":                        "he",
		"Πότε ανοίγετε;":                         "el",
		"iPhone 15 多少钱":                          "zh",
		"\xff\xfe":                               "",
		"":                                       "",
		"12345":                                  "",
		"???":                                    "",
		"xyzzy":                                  "",
		"Ada Okafor":                             "",
		strings.Repeat("ich will das ", 100_000): "de",
	} {
		if got := g.Language(text); got != want {
			t.Errorf("Language(%.60q) = %q, want %q", text, got, want)
		}
	}
}
