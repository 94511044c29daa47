package words

import "strings"

// The words of each language that say little about what a text is about, as Append writes them.
const (
	stopEN = "a about after all also am an and any are as at be because been before being but by can could did do " +
		"does doing down during each few for from further get had has have having he her here hers him his how i if in " +
		"into is it its just let like ll m may me might more most my no nor not of off on once only or other our ours " +
		"out over own please re s same shall she should so some such t than that the their theirs them then there these " +
		"they this those through to too under until up us ve very want was we were what when where which while who whom " +
		"why will with would you your yours d don doesn isn aren won tell know need wonder wondering whether sell sells " +
		"anything anyone something someone ok okay yes"
	stopES = "a al algo alguna algunas alguno algunos ante antes como con contra cual cuales cuando cuanta cuantas cuanto " +
		"cuantos de del desde donde durante e el ella ellas ellos en entre era eran eres es esa esas ese eso esos esta estaba " +
		"estan estar estas este esto estos estoy fue fueron ha hacia han hasta hay he la las le les lo los mas me mi mis mucho " +
		"muy nada ni no nos nosotros nuestra nuestro o os otra otro para pero poco por porque puedo pueden puede que quien " +
		"quiero se sea ser si sin sobre son soy su sus tambien te tiene tienen tengo ti tu tus un una unas uno unos usted " +
		"ustedes vosotros y ya yo favor"
	stopFR = "a ai as au aux avec avez avons c ce cela ces cet cette ceux chez comme comment d dans de des depuis dois donc " +
		"du elle elles en entre est et etait ete etes etre eu fait faut il ils j je l la le les leur leurs lui m ma mais me mes " +
		"moi mon n ne nos notre nous on ont ou par pas peut peux plus pour pourquoi puis qu quand que quel quelle quelles quels " +
		"qui quoi s sa sans se ses si soit son sont sous suis sur t ta te tes toi ton tous tout toute tres tu un une veux vos " +
		"votre voudrais vous y"
	stopDE = "aber alle als am an auch auf aus bei bin bis bist da damit dann das dass dein deine dem den denn der des dich " +
		"die dies diese dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas euch euer fur gibt hab " +
		"habe haben hast hat hatte hier ich ihm ihn ihnen ihr ihre im in ins ist ja kann kannst kein keine konnen man mehr mein " +
		"meine mich mir mit mochte muss nach nicht noch nun nur ob oder ohne sehr sein seine sich sie sind so soll uber um und " +
		"uns unser unsere unter viel vom von vor wann war waren warum was weil welche welcher welches wenn wer werden wie wieder " +
		"will wir wird wo wurde zu zum zur bitte"
	stopPT = "a ao aos aquela aquele aquilo as ate com como da das de dela dele depois do dos e ela elas ele eles em entre " + //nolint:misspell // this is Portuguese
		"era essa essas esse esses esta estao estas este estes eu foi foram ha isso isto ja la lhe mais mas me meu meus minha " +
		"minhas muito na nao nas nem no nos nossa nosso num numa o onde os ou para pela pelas pelo pelos por porque pode posso " +
		"qual quais quando quanto quantos que quem quero se sem ser seu seus sua suas sao so tambem te tem tenho ter tu um uma " +
		"umas uns voce voces"
	stopAR = "في من على الى إلى عن ما ماذا هل كيف متى اين أين هي هو هذا هذه ذلك التي الذي و او أو مع لا لم لن كان ان أن إن كم " +
		"لي لك لكم انا أنا نحن انت أنت هم كل قد ثم بعد قبل عند"
)

// stopWords returns the words that count for nothing in a language, "" for one that is not known.
func stopWords(language string) string {
	switch language {
	case "en":
		return stopEN
	case "es":
		return stopES
	case "fr":
		return stopFR
	case "de":
		return stopDE
	case "pt":
		return stopPT
	case "ar":
		return stopAR
	default:
		return ""
	}
}

// Languages lists the languages whose endings and stop words are known, the most common first.
func Languages() []string { return []string{"en", "es", "fr", "de", "pt", "ar"} }

// stops is the set of a language's stop words.
type stops map[string]bool

func newStops(language string) stops {
	set := stops{}
	for _, w := range Split(stopWords(language)) {
		set[w] = true
	}
	return set
}

// Base returns the language of a BCP 47 tag without script and region: "pt" for "pt-BR".
func Base(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	return base
}
