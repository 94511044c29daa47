package turns

import "golang.org/x/text/language"

// apology is what a customer reads when no reply could be written, in the language of a BCP 47 tag: English where it is
// not one of ours.
func apology(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		t = language.English
	}
	base, _ := t.Base()
	switch base.String() {
	case "es":
		return "Lo siento, ahora mismo no puedo responder. Una persona del equipo lo verá en cuanto pueda."
	case "fr":
		return "Je suis désolé, je ne peux pas répondre pour le moment. Une personne de l'équipe va s'en occuper."
	case "de":
		return "Es tut mir leid, ich kann gerade nicht antworten. Jemand aus dem Team kümmert sich darum."
	case "pt":
		return "Desculpe, não consigo responder agora. Alguém da equipe vai cuidar disso."
	case "it":
		return "Mi dispiace, adesso non riesco a rispondere. Una persona del team se ne occuperà."
	case "ar":
		return "عذرًا، لا أستطيع الرد الآن. سيتابع أحد أفراد الفريق رسالتك."
	case "zh":
		return "抱歉，我现在无法回复。我们的工作人员会尽快处理。"
	case "ha":
		return "Yi haƙuri, ba zan iya ba da amsa yanzu ba. Wani daga cikin ma'aikatanmu zai duba."
	case "yo":
		return "Ẹ máa bínú, mi ò lè dáhùn báyìí. Ẹnì kan nínú àwọn òṣìṣẹ́ wa máa wò ó."
	default:
		return "I am sorry, I cannot answer right now. Someone from the team will look at this."
	}
}
