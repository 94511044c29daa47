package builtin

import (
	"strings"

	"github.com/bimpe/bimpe/internal/words"
)

// phrases is what the model says of its own accord in one language.
type phrases struct {
	unknown string // that it does not know
	hello   string // to a greeting
	welcome string // to thanks
	source  string // before the name of a source
}

// phrasesIn returns the phrases of a BCP 47 language, English for one that is not known.
func phrasesIn(language string) phrases {
	switch words.Base(language) {
	case "es":
		return spanish()
	case "fr":
		return french()
	case "de":
		return german()
	case "pt":
		return portuguese()
	case "ar":
		return arabic()
	case "zh":
		return chinese()
	case "ha":
		return hausa()
	case "yo":
		return yoruba()
	default:
		return english()
	}
}

func english() phrases {
	return phrases{
		unknown: "I'm sorry, I don't know the answer to that. I've let the team know, and someone will get back to you.",
		hello:   "Hello! How can I help you today?",
		welcome: "You're welcome! Is there anything else I can help you with?",
		source:  "Source: ",
	}
}

func spanish() phrases {
	return phrases{
		unknown: "Lo siento, no sé la respuesta. He avisado al equipo y alguien le responderá.",
		hello:   "¡Hola! ¿En qué puedo ayudarle?",
		welcome: "¡De nada! ¿Puedo ayudarle en algo más?",
		source:  "Fuente: ",
	}
}

func french() phrases {
	return phrases{
		unknown: "Je ne connais malheureusement pas la réponse. J'ai prévenu l'équipe et quelqu'un vous répondra.",
		hello:   "Bonjour ! Comment puis-je vous aider ?",
		welcome: "Je vous en prie ! Puis-je vous aider pour autre chose ?",
		source:  "Source : ",
	}
}

func german() phrases {
	return phrases{
		unknown: "Das weiß ich leider nicht. Ich habe dem Team Bescheid gegeben, jemand wird sich bei Ihnen melden.",
		hello:   "Guten Tag! Wie kann ich Ihnen helfen?",
		welcome: "Gern geschehen! Kann ich sonst noch etwas für Sie tun?",
		source:  "Quelle: ",
	}
}

func portuguese() phrases {
	return phrases{
		unknown: "Desculpe, não sei a resposta. Já avisei a equipe e alguém vai responder.",
		hello:   "Olá! Como posso ajudar?",
		welcome: "De nada! Posso ajudar em mais alguma coisa?",
		source:  "Fonte: ",
	}
}

func arabic() phrases {
	return phrases{
		unknown: "عذرًا، لا أعرف الإجابة عن ذلك. لقد أبلغت الفريق وسيتواصل معك أحدهم.",
		hello:   "مرحبًا! كيف يمكنني مساعدتك؟",
		welcome: "على الرحب والسعة! هل هناك شيء آخر يمكنني مساعدتك به؟",
		source:  "المصدر: ",
	}
}

func chinese() phrases {
	return phrases{
		unknown: "抱歉，我不知道这个问题的答案。我已经通知团队，会有人回复您。",
		hello:   "您好！请问有什么可以帮您？",
		welcome: "不客气！还有什么可以帮您的吗？",
		source:  "来源：",
	}
}

func hausa() phrases {
	return phrases{
		unknown: "A yi haƙuri, ban san amsar wannan ba. Na sanar da ma'aikatanmu, wani zai tuntuɓe ku.",
		hello:   "Sannu! Ta yaya zan iya taimaka muku?",
		welcome: "Babu komai! Akwai wani abu da zan iya taimaka muku da shi?",
		source:  "Tushe: ",
	}
}

func yoruba() phrases {
	return phrases{
		unknown: "Ẹ má bínú, mi ò mọ ìdáhùn sí ìyẹn. Mo ti sọ fún àwọn òṣìṣẹ́ wa, ẹnìkan yóò dá yín lóhùn.",
		hello:   "Ẹ káàbọ̀! Báwo ni mo ṣe lè ràn yín lọ́wọ́?",
		welcome: "Kò tọ́pẹ́! Ṣé nǹkan mìíràn wà tí mo lè ràn yín lọ́wọ́ sí?",
		source:  "Orísun: ",
	}
}

// greetings and thanks are phrases as customers say them, as words.Append writes them. Longer ones
// stand before those that they begin with.
const (
	greetings = "hello there|hello|hi there|hi|hey there|hey|hiya|good morning|good afternoon|good evening|good day|greetings|" +
		"hola|buenos dias|buen dia|buenas tardes|buenas noches|buenas|bonjour|bonsoir|salut|coucou|hallo|guten morgen|" +
		"guten tag|guten abend|moin|servus|ola|oi|bom dia|boa tarde|boa noite|السلام عليكم|مرحبا|اهلا وسهلا|اهلا|" +
		"صباح الخير|مساء الخير|你 好|您 好|早 上 好|下 午 好|晚 上 好|嗨|sannu|ina kwana|ina wuni|barka da safiya|" +
		"bawo ni|e kaaro|e kaaaro|e kaasan|e kaale|e kaabo|pele o|how far|how are you doing|how are you"
	thanks = "thank you very much|thank you so much|thank you|thanks a lot|many thanks|thanks|thx|cheers|muchas gracias|" +
		"gracias|merci beaucoup|merci|vielen dank|danke schon|danke|muito obrigado|muito obrigada|obrigado|obrigada|" +
		"شكرا جزيلا|شكرا|谢 谢 你|谢 谢 您|谢 谢|多 谢|na gode|nagode|mo dupe|e se gan|e se o|e se"
	// fillers may follow a courtesy and add nothing to it.
	fillers = "sir|madam|ma|team|friend|my friend|dear|guys|everyone|all|bot|again|a lot|o|啊|呀"
)

// courtesy takes greetings and thanks from the beginning of what was said. It returns the rest, and
// what to answer to the courtesy, "" if there was none.
func (p phrases) courtesy(said string) (rest, reply string) {
	rest = string(words.Append(nil, said))
	for {
		if after, ok := without(rest, greetings); ok {
			rest, reply = after, p.hello
		} else if after, ok := without(rest, thanks); ok {
			rest, reply = after, p.welcome
		} else if after, ok := without(rest, fillers); ok && reply != "" {
			rest = after
		} else {
			break
		}
	}
	if reply == "" {
		return said, ""
	}
	return rest, reply
}

// without takes the first of the phrases that said begins with from it.
func without(said, phrases string) (rest string, ok bool) {
	for phrase := range strings.SplitSeq(phrases, "|") {
		if after, ok := strings.CutPrefix(said, phrase+" "); ok {
			return after, true
		}
	}
	return said, false
}
