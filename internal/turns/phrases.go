package turns

import "golang.org/x/text/language"

// apology is what a customer reads when no reply could be written, in the language of a BCP 47 tag: English where it is
// not one of ours.
func apology(tag string) string {
	all := apologies()
	if t, err := language.Parse(tag); err == nil {
		base, _ := t.Base()
		if said, ok := all[base.String()]; ok {
			return said
		}
	}
	return all["en"]
}

func apologies() map[string]string {
	return map[string]string{
		"en": "I am sorry, I cannot answer right now. Someone from the team will look at this.",
		"es": "Lo siento, ahora mismo no puedo responderle. Alguien del equipo atenderá su mensaje.",
		"fr": "Veuillez m'excuser, je ne peux pas vous répondre pour le moment. Une personne de l'équipe va s'en occuper.",
		"de": "Es tut mir leid, ich kann gerade nicht antworten. Jemand aus dem Team kümmert sich darum.",
		"pt": "Desculpe, não consigo responder agora. Alguém da equipe vai cuidar disso.",
		"it": "Mi dispiace, adesso non riesco a rispondere. Una persona del team se ne occuperà.",
		"nl": "Het spijt me, ik kan op dit moment geen antwoord geven. Iemand van het team kijkt ernaar.",
		"tr": "Üzgünüm, şu anda yanıt veremiyorum. Ekibimizden biri sizinle ilgilenecek.",
		"ru": "Извините, сейчас я не могу ответить. Вашим вопросом займётся наш сотрудник.",
		"ar": "عذرًا، لا أستطيع الرد الآن. سيتابع أحد أفراد الفريق رسالتك.",
		"hi": "क्षमा करें, अभी उत्तर देना संभव नहीं है। हमारी टीम का कोई सदस्य आपका संदेश देखेगा।",
		"zh": "抱歉，我现在无法回复。我们的工作人员会尽快处理。",
		"ja": "申し訳ありません。ただいまお答えできません。担当者が確認いたします。",
		"sw": "Samahani, siwezi kujibu kwa sasa. Mmoja wa wafanyakazi wetu atashughulikia ujumbe wako.",
		"ha": "A yi haƙuri, ba zan iya ba da amsa yanzu ba. Wani daga cikin ma'aikatanmu zai duba saƙonku.",
		"yo": "Ẹ má bínú, mi ò lè dáhùn báyìí. Ẹnì kan nínú àwọn òṣìṣẹ́ wa yóò wò ó.",
		"ig": "Ndo, enweghị m ike ịza ugbu a. Otu onye n'ime ndị otu anyị ga-eleba ya anya.",
	}
}
